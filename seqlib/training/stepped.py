"""Tasks that NumPy trains: mini-batch after mini-batch, a large one in parts."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from seqlib.training.adam import LateRows, adam
from seqlib.training.helper import Helper, Lost, dismiss, helping
from seqlib.training.task import Part, Progress, Session, State


class SteppedTask:
    """What tasks trained in NumPy share; each is a ``Task``, its fields stand in its dataclass.

    It does not inherit ``Task``: a property of the protocol would be a default of the field.
    """

    shared = False  # whether a batch is worth being shared with a helper

    if TYPE_CHECKING:  # at run time a property would be the default of a dataclass' field

        @property
        def epochs(self) -> int: ...

        @property
        def learning_rate(self) -> float: ...

    @property
    def flop(self) -> float:
        """The most arithmetic of all epochs, where it is known; else 0."""
        return 0.0

    @property
    def scratch(self) -> int:
        """Numbers that the two processes that share a batch hand to each other."""
        return 0

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays in its fields, the first weights too."""
        return sum(map(_bytes, vars(self).values()))

    def begin(self) -> State:
        """Return the state before the first step."""
        raise NotImplementedError

    def owned(self, share: int, n: int) -> Sequence[slice]:
        """Return which of the ``n`` weights the first and second of two processes update.

        Those of ``late`` are not among them.
        """
        return [slice(n // 2, n) if share else slice(n // 2)]

    def late(self, state: State) -> LateRows | None:
        """Return the table that the last weights of ``state`` are, if few of its rows are read."""
        return None

    def settled(self, state: State) -> State:
        """Return the state with every row of a table updated that is ``behind``."""
        if state.behind is None:
            return state
        state = state.copy()
        _settle(self.late(state), state)
        return replace(state, behind=None)

    def parts(self, epoch: int) -> Sequence[Part]:
        """Return the parts of an epoch in order."""
        raise NotImplementedError

    def open(self) -> Session:
        """Allocate what one ``advance`` needs."""
        raise NotImplementedError

    def measure(self, state: State, session: Any) -> tuple[dict[str, Any], Any]:
        """Name what the epoch measured, from ``state.sums``; the second is the next ``best``."""
        raise NotImplementedError

    def model(self, state: State, start: Any) -> Any:
        """Return the model ``start`` with the weights of ``state``."""
        raise NotImplementedError

    def best(self, state: State, start: Any) -> tuple[int, Any]:
        """Return the epoch with the best test, from 1, and its model; (0, start) before any."""
        if state.best is None:
            return 0, start
        _score, epoch, weights = state.best
        return epoch, self.model(State.of(weights), start)

    def keeps(self, epoch: int) -> bool:
        """Say whether the weights after this epoch, from 1, are kept to be looked at later."""
        return False

    def noted(self, gradient: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what is measured of the gradient, where an epoch is a single mini-batch."""
        return ()

    def changed(self, **settings: Any) -> Any:
        """Return the task with other settings, to go on with from any of its states."""
        return replace(self, **settings)  # type: ignore[type-var]

    def clipped(self, gradient: np.ndarray) -> np.ndarray:
        """Shorten the gradient of a mini-batch where the task asks for that."""
        return gradient

    def advance(
        self, state: State, seconds: float, epochs: int | None = None, helped: bool = False
    ) -> tuple[State, Progress]:
        """Train for about ``seconds``, at most ``epochs`` more; see ``seqlib.training.task``.

        ``helped`` allows a second process, which is there from the next slice or the one after.
        """
        last = self.epochs if epochs is None else min(self.epochs, state.epoch + epochs)
        if state.epoch >= last:
            return state, Progress()
        with helping(self, helped) as helper:
            try:
                after, progress = self._advance(state, seconds, last, helper)
            except Lost:
                if helper is not None:
                    helper.close()
                after, progress = self._advance(state, seconds, last, None)
        if after.epoch == self.epochs or not progress.finite:
            dismiss()
        return after, progress

    def _advance(
        self, state: State, seconds: float, last: int, helper: Helper | None
    ) -> tuple[State, Progress]:
        """Train until epoch ``last`` or for about ``seconds``. Raises ``Lost``."""
        ends = time.perf_counter() + seconds
        measured: list[dict[str, Any]] = []
        kept: dict[int, np.ndarray] = {}
        if state.behind is not None and state.behind.learning_rate != self.learning_rate:
            state = self.settled(state)
        # Updated in place from here.
        state, finite = state.copy() if helper is None else helper.holding(state), True
        parts = self.parts(state.epoch)
        with (
            _blas().limit(limits=1, user_api="blas"),
            np.errstate(over="ignore", invalid="ignore"),
        ):
            session = self.open()
            session.helper, session.late = helper, self.late(state)
            while state.epoch < last:
                after = self._step(session, state, parts[state.batch], helper)
                if after is None:
                    finite = False
                    break
                state = after
                if state.batch == len(parts):
                    _settle(session.late, state)
                    found, best = self.measure(state, session)
                    measured.append(found)
                    state = replace(state, epoch=state.epoch + 1, batch=0, sums=(), best=best)
                    if self.keeps(state.epoch):
                        kept[state.epoch] = state.weights.copy()
                    parts = self.parts(state.epoch)
                if time.perf_counter() >= ends:
                    break
        if session.late is not None:
            state = replace(state, behind=session.late.behind(state.step))
        rows = {name: np.stack([one[name] for one in measured]) for name in (measured or [{}])[0]}
        state = state if helper is None else state.copy()
        return state, Progress(rows, state.batch / len(parts), finite, kept)

    def _step(
        self, session: Session, state: State, part: Part, helper: Helper | None
    ) -> State | None:
        """Take one part, and update the weights where a mini-batch ends with it.

        None, and nothing changed, where a loss or the gradient is not a number.
        """
        if helper is None:
            (sums, gradient), squares = session.take(state, part), None
        else:
            sums, gradient, squares = helper.take(session, state, part)
        late, n = session.late, len(state.weights)
        if late is not None:
            n -= late.n
            gradient = gradient[: n + late.size]
        if state.sums:
            sums = tuple(map(np.add, state.sums, sums))
        if state.gradient is not None:
            gradient += state.gradient
            squares = None
        if not part.ends:
            return replace(state, batch=state.batch + 1, sums=sums, gradient=gradient.copy())
        # A square is no number where one of its numbers is none.
        squares = gradient @ gradient if squares is None else squares
        if not all(np.isfinite(each).all() for each in (*sums, squares)):
            return None
        step = state.step + 1
        sums = (*sums, *self.noted(gradient))
        gradient = self.clipped(gradient)
        if helper is None:
            own = state.weights[:n], state.first[:n], state.second[:n]
            adam(*own, gradient[:n], step, self.learning_rate)
        else:
            helper.adam(step)
        if late is not None:
            late.learn(gradient[n:], step)
        if helper is not None:
            helper.updated()
        return replace(state, batch=state.batch + 1, step=step, sums=sums, gradient=None)


def _settle(late: LateRows | None, state: State) -> None:
    if late is not None:
        late.settle(state.step)


def split(rows: np.ndarray, size: int, largest: int) -> list[Part]:
    """Cut rows into mini-batches of ``size``, those into parts of at most ``largest`` rows."""
    parts = []
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        for begin in range(0, len(batch), largest):
            some = batch[begin : begin + largest]
            parts.append(Part(some, len(batch), begin + len(some) == len(batch)))
    return parts


def _bytes(value: Any) -> int:
    """Return the bytes of an array, of all in a tuple, or of weights that name their ``arrays``."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    inside = getattr(value, "arrays", value)
    return sum(map(_bytes, inside)) if isinstance(inside, tuple | list) else 0


def flat(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """Return arrays end to end in one float32 array (n,)."""
    return np.concatenate([np.asarray(array, np.float32).ravel() for array in arrays])


def views(weights: np.ndarray, shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    """Return the arrays of ``shapes`` that stand end to end in ``weights`` (n,), not copied."""
    found, start = [], 0
    for shape in shapes:
        end = start + math.prod(shape)
        found.append(weights[start:end].reshape(shape))
        start = end
    return found


@lru_cache(maxsize=1)
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
