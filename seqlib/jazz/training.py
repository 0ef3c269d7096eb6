"""How to train the jazz model, and what a training run of it measures and gives."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from seqlib.i18n import N_, InputError, Later
from seqlib.jazz.keras_task import keras_task
from seqlib.jazz.task import ARRAYS, NOT_TESTED, JazzTask
from seqlib.jazz.weights import JazzWeights
from seqlib.lstm.others import KINDS
from seqlib.music.midi import MAX_TOKENS
from seqlib.music.tokens import check_size
from seqlib.training import scheduler
from seqlib.training.run import Range, Run, check_bound, check_whole
from seqlib.training.task import Progress, State, Task

BOUNDS: dict[str, Range] = {
    "epochs": Range(1, 1000, 100, N_("passes over the windows")),
    "m": Range(1, 400, 60, N_("windows trained on at once")),
    "Tx": Range(2, 100, 30, N_("notes in a window")),
    "n_a": Range(1, 256, 64, N_("units in the cell")),
    "n_values": Range(2, MAX_TOKENS, 78, N_("different notes")),
    "learning_rate": Range(0.0001, 0.1, 0.01, N_("Adam's step size")),
    "pace": Range(0, 100, 0, N_("epochs a second at most, to watch; 0 is as fast as it goes")),
}
# Who trains: the equations in NumPy; or Keras' ``fit``, on ``djmodel`` or on its one-layer twin.
Engine = Literal["numpy", "djmodel", "twin"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
STOPPED_AT_TURN = N_("the held-out loss was lowest after epoch {n}")
TURNED = 3  # so many higher losses after the lowest show that it has turned


def held_every(pace: float) -> int:
    """Return after how many epochs the held-out melodies are read again: twice a second.

    As fast as it goes, after ten: that costs a twentieth of the time.
    """
    return round(pace / 2) or 1 if 0 < pace < 20 else 10


@dataclass(frozen=True)
class RunSettings:
    """How to train. Bounds and defaults are in ``BOUNDS``; errors name them.

    ``m`` and ``Tx`` describe the windows to cut; ``n_a`` the cell; ``seed`` draws the
    windows and the first weights; ``cell`` is one of ``KINDS``. ``pace`` slows training down for
    those who watch it; ``stop_at_turn`` ends it once the held-out loss has turned, see
    ``HeldOut.turn``.
    """

    epochs: int = int(BOUNDS["epochs"].default)
    m: int = int(BOUNDS["m"].default)
    Tx: int = int(BOUNDS["Tx"].default)
    n_a: int = int(BOUNDS["n_a"].default)
    learning_rate: float = BOUNDS["learning_rate"].default
    seed: int = 0
    pace: float = BOUNDS["pace"].default
    stop_at_turn: bool = False
    cell: str = KINDS[0]

    def __post_init__(self) -> None:
        for name in ("epochs", "m", "Tx", "n_a"):
            check_whole(name, getattr(self, name), BOUNDS[name])
        check_bound("learning_rate", self.learning_rate, BOUNDS["learning_rate"])
        check_bound("pace", self.pace, BOUNDS["pace"])
        if operator.index(self.seed) < 0:
            raise InputError("seed is {seed}; choose 0 or more.", seed=self.seed)
        if self.cell not in KINDS:
            raise InputError("cell must be one of {kinds}.", kinds=[*KINDS])


@dataclass(frozen=True)
class Metrics:
    """What was measured at each finished epoch, before that epoch's update.

    Attributes
    ----------
    loss : array (epochs, Ty)
        Mean cross-entropy of each output, in nats. The seed's model sums them.
    accuracy : array (epochs, Ty)
        Share of windows whose note t was the first choice, 0 to 1.
    seconds : array (epochs,)
        Since ``start`` was called, waiting included.
    spent : array (epochs, 3) or None
        Where Keras trains: seconds of loading TensorFlow, of building and the first, tracing call
        of ``fit``, and of ``fit`` after that.
    held_out : array (epochs, 2) or None
        Loss in nats a note and accuracy on the held-out melodies after each epoch; -1 where they
        were not measured, see ``tested``. None for runs of older visits, like the following.
    gradient : array (epochs, 5)
        Norm of the loss's gradient with respect to each of ``ARRAYS``, before the update.
    rate : array (epochs,)
        Learning rate.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray
    spent: np.ndarray | None = None
    held_out: np.ndarray | None = None
    gradient: np.ndarray | None = None
    rate: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def loss_sum(self) -> np.ndarray:
        """Loss summed over the Ty outputs, (epochs,): what ``fit`` reports for ``djmodel``."""
        return self.loss.sum(axis=1)

    @property
    def tested(self) -> HeldOut:
        """The held-out losses that were measured."""
        held_out = np.zeros((0, 2)) if self.held_out is None else self.held_out
        at = np.flatnonzero(held_out[:, 0] != NOT_TESTED)
        return HeldOut(at + 1, *held_out[at].T)

    @property
    def rate_changes(self) -> list[tuple[int, float]]:
        """The epochs from which the learning rate was another one, and which."""
        rate = np.zeros(0) if self.rate is None else self.rate
        at = np.flatnonzero(np.diff(rate)) + 1
        return [(int(place) + 1, float(rate[place])) for place in at]


class HeldOut(NamedTuple):
    """What the held-out melodies said, where it was measured.

    Attributes
    ----------
    epochs : int array (k,)
        After which epochs.
    loss, accuracy : arrays (k,)
        In nats a note, and the share of notes that were the first choice.
    """

    epochs: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray

    @property
    def turn(self) -> int | None:
        """Where ``loss`` is lowest, once ``TURNED`` later ones are all higher; else None."""
        lowest = int(self.loss.argmin()) if len(self.loss) else 0
        return lowest if len(self.loss) - lowest > TURNED else None


@dataclass(frozen=True)
class Snapshot:
    """The model as it is after ``epoch`` epochs, and what it does to the probe window."""

    epoch: int
    weights: JazzWeights
    probe: np.ndarray | None

    @cached_property
    def trace(self) -> Any:
        """Of the probe window; None if the run has none."""
        return None if self.probe is None else self.weights.trace(self.probe)


class TrainingRun(Run):
    """One model learning one set of windows.

    Parameters
    ----------
    X : float array (m, Tx, n_values)
    Y : float array (Ty, m, n_values), Ty = Tx
    settings : RunSettings
        Its ``m`` and ``Tx`` are taken from ``X``.
    weights : JazzWeights, optional
        Where to start from; fresh ones from ``settings.seed`` if not given.
    probe : array (Tx, n_values), optional
        A window whose trace ``snapshot`` gives.
    engine : str
        One of ``ENGINES``.
    held_out : sequence of int arrays (Tx,)
        Melodies to test on, never trained on; see ``Metrics.tested``.

    Attributes
    ----------
    probe : array (Tx, n_values) or None
    engine : str

    Raises
    ------
    ValueError
        If shapes do not fit each other or exceed ``BOUNDS``.
    """

    settings: RunSettings
    probe: np.ndarray | None
    engine: Engine = "numpy"

    def __init__(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        settings: RunSettings | None = None,
        *,
        weights: JazzWeights | None = None,
        probe: np.ndarray | None = None,
        engine: Engine = "numpy",
        held_out: Sequence[np.ndarray] = (),
    ) -> None:
        settings = settings or RunSettings()
        X, Y = np.asarray(X), np.asarray(Y)
        if X.ndim != 3 or Y.shape != (X.shape[1], X.shape[0], X.shape[2]):
            raise InputError(
                "X has shape {X} and Y {Y}; they must be (m, Tx, n_values) and "
                "(Ty, m, n_values) with Ty = Tx.",
                X=X.shape,
                Y=Y.shape,
            )
        m, Tx, n_values = X.shape
        check_whole("n_values", n_values, BOUNDS["n_values"])
        check_size(m, Tx, n_values)
        if weights is None:
            weights = JazzWeights.initial(settings.n_a, n_values, settings.seed, settings.cell)
        if (weights.n_a, weights.n_values) != (settings.n_a, n_values):
            raise InputError(
                "The weights are for n_a = {n_a}, n_values = {n_values}; this run has "
                "{n_a_here} and {n_values_here}.",
                n_a=weights.n_a,
                n_values=weights.n_values,
                n_a_here=settings.n_a,
                n_values_here=n_values,
            )
        if probe is not None:
            probe = np.asarray(probe)
            if probe.ndim != 2 or len(probe) == 0 or probe.shape[1] != n_values:
                raise InputError(
                    "The probe has shape {shape}; it must be one window, (Tx, {n_values}).",
                    shape=probe.shape,
                    n_values=n_values,
                )
        settings = replace(settings, m=m, Tx=Tx, cell=weights.cell.kind)
        task = JazzTask.of(
            *(X, Y, weights),
            held_out=tuple(one for one in held_out if len(one)),
            keep=True,
            **_of_task(settings),
        )
        columns = {"loss": (Tx,), "accuracy": (Tx,), "held_out": (2,), "rate": ()}
        columns["gradient"] = (len(ARRAYS),)
        trained: Task = task
        if engine != "numpy":
            columns["spent"] = (3,)
            trained = keras_task(task, literal=engine == "djmodel")
        measured = {name: np.zeros((0, *shape), np.float32) for name, shape in columns.items()}
        super().__init__(trained, weights, settings, measured)
        self.probe, self.engine = probe, engine
        self._tested = bool(task.held_out)

    def _of_task(self) -> dict[str, Any]:
        return _of_task(self.settings)

    def snapshot(self) -> Snapshot:
        """The current weights, and their trace of the probe window."""
        return Snapshot(*self.at_epoch(), self.probe)

    def take(self, learned: State | None, progress: Progress) -> None:
        """Take what a slice has learned, and stop where the settings say so."""
        super().take(learned, progress)
        if self.settings.stop_at_turn and (turn := self.metrics.tested.turn) is not None:
            self.stop(Later(STOPPED_AT_TURN, {"n": int(self.metrics.tested.epochs[turn])}))

    usual_scheduler = staticmethod(scheduler.default)
    _more = ("probe", "engine")
    _goes_on = True

    @property
    def metrics(self) -> Metrics:
        """What was measured in all finished epochs. The arrays only ever grow."""
        return Metrics(**self.rows())


def _of_task(settings: RunSettings) -> dict[str, Any]:
    """Return the task's settings that may change on the way."""
    return {
        "epochs": settings.epochs,
        "learning_rate": settings.learning_rate,
        "held_every": held_every(settings.pace),
    }
