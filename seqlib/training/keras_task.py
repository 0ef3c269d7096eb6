"""Tasks that Keras trains: a real ``model.fit``, epoch after epoch, in Keras' room.

A ``KerasTask`` has the data, the first weights and the settings of a task that NumPy trains, and
the same ``State``: weights and Adam's moments as plain arrays, put into a Keras model before a
slice and taken out after it. So such a run pauses, stops and goes on like any other, and both
ways begin from the same numbers. The built model stays in the room.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np

from seqlib.i18n import N_, InputError
from seqlib.training import tensorflow
from seqlib.training.keras_room import NO_TENSORFLOW
from seqlib.training.stepped import flat as end_to_end
from seqlib.training.stepped import views
from seqlib.training.task import Progress, State

# ``fit`` takes a tenth of a second to begin, so a slice of Keras is longer than others.
SHORTEST_SLICE = 1.0
MOST_MODELS = 3  # built and traced ones held at once


class Fitted(NamedTuple):
    """What one call of ``fit`` gave.

    Attributes
    ----------
    rows : list of dict
        What each finished epoch measured, by name.
    state : State
        After the last of them.
    finite : bool
        False where the loss or a weight was no longer a number after that.
    seconds : float
    kept : dict of int to array (n,)
        As in ``Progress``.
    """

    rows: list[dict[str, Any]]
    state: State
    finite: bool
    seconds: float
    kept: dict[int, np.ndarray] = {}  # noqa: RUF012 never written to


class Fit(ABC):
    """A compiled Keras model, and how it is trained on a task's data.

    Parameters
    ----------
    model : keras.Model
        Compiled with Adam.
    order : sequence of int, optional
        Which of the task's arrays each trainable variable is; the same order if not given.
    """

    def __init__(self, model: Any, order: Sequence[int] | None = None) -> None:
        self.model = model
        self.traced = False
        self._order = range(len(model.trainable_variables)) if order is None else order
        model.optimizer.build(model.trainable_variables)

    def put(self, task: Any, state: State) -> None:
        """Give the model the weights of ``state``, and Adam its moments and the task's rate."""
        iterations, rate, weights, first, second = self._variables()
        for variables, flat in (
            (weights, state.weights),
            (first, state.first),
            (second, state.second),
        ):
            arrays = views(flat, task.shapes)
            for variable, place in zip(variables, self._order, strict=True):
                variable.assign(arrays[place])
        iterations.assign(state.step)
        rate.assign(task.learning_rate)

    def take(self, state: State) -> State:
        """Return ``state`` with the model's weights, and Adam's moments and count."""
        iterations, _rate, *groups = self._variables()
        back = np.argsort(self._order)
        weights, first, second = (
            end_to_end(variables[place].numpy() for place in back) for variables in groups
        )
        step = int(iterations.numpy())
        return replace(state, weights=weights, first=first, second=second, step=step)

    def _variables(self) -> tuple[Any, Any, list[Any], list[Any], list[Any]]:
        """Adam's count and rate; the weights, and Adam's two moments of each."""
        iterations, rate, *moments = self.model.optimizer.variables
        return iterations, rate, self.model.trainable_variables, moments[::2], moments[1::2]

    @abstractmethod
    def run(self, task: Any, state: State, epochs: int, ends: float) -> Fitted:
        """Train at most ``epochs``, at least one, until ``time.perf_counter()`` is ``ends``."""


@dataclass(frozen=True, eq=False)
class KerasTask:
    """A task whose training Keras does.

    Attributes
    ----------
    inner : Task
        The same training in NumPy.
    build : function of ``inner`` -> Fit
    key : hashable
        Names the architecture; tasks of one key share a built model.

    Beside what ``inner`` measures there is ``spent`` (k, 3): seconds of loading TensorFlow, of
    building and the first call of ``fit``, which traces, and of ``fit`` after that.
    """

    inner: Any
    build: Callable[[Any], Fit]
    key: Hashable

    room: ClassVar[str] = "keras"
    shortest: ClassVar[float] = SHORTEST_SLICE
    note: ClassVar[str] = N_("TensorFlow loads, Keras builds and traces; then the first epoch")

    @property
    def epochs(self) -> int:
        return self.inner.epochs

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.inner.nbytes

    def begin(self) -> State:
        """Return the state before the first step."""
        return self.inner.begin()

    def model(self, state: State, start: Any) -> Any:
        """Return the model ``start`` with the weights of ``state``."""
        return self.inner.model(state, start)

    def best(self, state: State, start: Any) -> Any:
        """Return the best epoch and its model, where the inner task tests after each epoch."""
        return self.inner.best(state, start)

    def changed(self, **settings: Any) -> KerasTask:
        """Return the task with other settings, to go on with from any of its states."""
        return replace(self, inner=self.inner.changed(**settings))

    def advance(
        self, state: State, seconds: float, epochs: int | None = None
    ) -> tuple[State, Progress]:
        """Fit for about ``seconds``, at least one epoch; see ``seqlib.training.task``."""
        began = time.perf_counter()
        left = self.epochs - state.epoch
        if left <= 0:
            return state, Progress()
        try:
            tensorflow.load()
        except ImportError as problem:
            raise InputError(NO_TENSORFLOW) from problem
        loaded = time.perf_counter()
        fit = _models.pop(self.key, None) or self.build(self.inner)
        _models[self.key] = fit  # the latest used is the last
        if len(_models) > MOST_MODELS:
            del _models[next(iter(_models))]
        built = time.perf_counter()
        most = left if epochs is None else min(left, epochs)
        ends = built + max(seconds, SHORTEST_SLICE)
        # The first call traces, so its time is told apart from training.
        fitted = fit.run(self, state, most if fit.traced else 1, ends)
        k = len(fitted.rows)
        measured: dict[str, np.ndarray] = {}
        if k:
            measured = {
                name: np.stack([row[name] for row in fitted.rows]) for name in fitted.rows[0]
            }
            spent = measured["spent"] = np.zeros((k, 3), np.float32)
            spent[:, 2 if fit.traced else 1] = fitted.seconds / k
            spent[0, :2] += loaded - began, built - loaded
        fit.traced = True
        return fitted.state, Progress(measured, finite=fitted.finite, kept=fitted.kept)


_models: dict[Hashable, Fit] = {}
