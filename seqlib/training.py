"""Training in the background: a run, the worker that shares the machine, and what they record.

A ``TrainingRun`` is created, then queued, running (and paused, and running again), and ends
done, stopped or failed. One worker thread gives every run short slices in turn, so a
second reader's run moves too. Nothing here knows who is looking, and a run that nobody
holds any more is dropped.
"""

from __future__ import annotations

import atexit
import logging
import operator
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

import numpy as np

from seqlib import backend
from seqlib.jazz import JazzWeights
from seqlib.lstm import Trace

# A slice aims at this many seconds: long enough that the cost of a call into TensorFlow, a
# third of a small epoch, does not show; short enough that thirty runs all move.
SLICE_SECONDS = 0.15
# The first slice is one epoch, so that a first loss shows at once; from there slices grow by
# this factor at most, because the first measured time includes tracing.
SLICE_GROWTH = 4

log = logging.getLogger(__name__)


class Range(NamedTuple):
    """What a setting may be."""

    low: float
    high: float
    default: float
    what: str


BOUNDS: dict[str, Range] = {
    "epochs": Range(1, 1000, 100, "passes over the windows"),
    "m": Range(1, 400, 60, "windows trained on at once"),
    "Tx": Range(2, 100, 30, "notes in a window"),
    "n_a": Range(1, 256, 64, "units in the cell"),
    "n_values": Range(2, 1500, 78, "different notes"),
    "learning_rate": Range(0.0001, 0.1, 0.01, "Adam's step size"),
    "pace": Range(0, 100, 0, "epochs a second at most, to watch; 0 is as fast as it goes"),
}
# How long the worker rests when it comes to a paced run too early.
REST_SECONDS = 0.005


@dataclass(frozen=True)
class RunSettings:
    """How to train. Bounds and defaults are in ``BOUNDS``; errors name them.

    ``m`` and ``Tx`` describe the windows to cut; ``n_a`` the cell; ``seed`` draws the
    windows and the first weights. ``pace`` slows training down for those who watch it.
    """

    epochs: int = int(BOUNDS["epochs"].default)
    m: int = int(BOUNDS["m"].default)
    Tx: int = int(BOUNDS["Tx"].default)
    n_a: int = int(BOUNDS["n_a"].default)
    learning_rate: float = BOUNDS["learning_rate"].default
    seed: int = 0
    pace: float = BOUNDS["pace"].default

    def __post_init__(self) -> None:
        for name in ("epochs", "m", "Tx", "n_a"):
            check_whole(name, getattr(self, name))
        check_bound("learning_rate", self.learning_rate)
        check_bound("pace", self.pace)
        if operator.index(self.seed) < 0:
            raise ValueError(f"seed is {self.seed}; choose 0 or more.")


def check_bound(name: str, value: float) -> None:
    """Raise ``ValueError``, one sentence, if ``value`` is out of ``BOUNDS[name]``."""
    low, high, _, what = BOUNDS[name]
    if not low <= value <= high:
        raise ValueError(f"{name} ({what}) is {value:g}; choose {low:g} to {high:g}.")


def check_whole(name: str, value: int) -> None:
    """``check_bound`` for a setting that counts something."""
    check_bound(name, value)
    if value != int(value):
        raise ValueError(f"{name} ({BOUNDS[name].what}) is {value:g}; choose a whole number.")


class State(StrEnum):
    """Where a run is in its life."""

    CREATED = "created"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        return self in (State.STOPPED, State.DONE, State.FAILED)


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
        Since ``start`` was called, loading and tracing included.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def loss_sum(self) -> np.ndarray:
        """Loss summed over the Ty outputs, (epochs,): what ``fit`` reports for ``djmodel``."""
        return self.loss.sum(axis=1)


@dataclass(frozen=True)
class Snapshot:
    """The model as it is after ``epoch`` epochs, and what it does to the probe window."""

    epoch: int
    weights: JazzWeights
    trace: Trace | None


class Run:
    """The life of one training run, whatever it trains: states, slices, pace.

    A kind of run says in ``_train`` what one slice does, and counts finished epochs in
    ``_n`` and their times in ``_seconds``.

    Keep a reference to a run: one that nobody holds is dropped, started or not.
    """

    settings: Any  # with epochs and pace

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.error = ""
        self._state = State.CREATED
        self._note = ""
        self._lock = threading.Condition()
        self._seconds = np.zeros(settings.epochs)
        self._n = 0
        self._started = 0.0
        self._session: Any = None  # the worker's: compiled step, optimiser state
        self._not_before = 0.0  # a paced run's next slice

    # What anybody may call, from any thread.

    @property
    def state(self) -> State:
        return self._state

    @property
    def note(self) -> str:
        """What the run is doing where its state does not say it, e.g. loading TensorFlow."""
        return self._note

    @property
    def epoch(self) -> int:
        """Epochs finished."""
        return self._n

    @property
    def progress(self) -> float:
        """Share of the work done, 0 to 1; moves within an epoch where epochs are long."""
        session = self._session
        part = session.part_done if session is not None else 0.0
        return min(1.0, (self._n + part) / self.settings.epochs)

    @property
    def place(self) -> int:
        """1 if next to get its first slice, 2 after that…; 0 if not waiting."""
        return _worker.place(self)

    def start(self) -> Self:
        """Queue the run. Starting twice does nothing."""
        if self._to(State.QUEUED, only_from=(State.CREATED,)):
            self._started = time.perf_counter()
            _worker.add(self)
        return self

    def pause(self) -> None:
        """Hold after the current slice; ``resume`` goes on from there."""
        self._to(State.PAUSED, only_from=(State.QUEUED, State.RUNNING))

    def resume(self) -> None:
        """Go on after ``pause``."""
        if self._to(State.QUEUED, only_from=(State.PAUSED,)):
            _worker.add(self)

    def stop(self) -> None:
        """End for good, keeping what was learned."""
        if self._to(
            State.STOPPED,
            only_from=(State.CREATED, State.QUEUED, State.RUNNING, State.PAUSED),
        ):
            self._release()

    def wait(self, timeout: float | None = None) -> State:
        """Block until the run is over or ``timeout`` seconds have passed; for scripts and tests."""
        with self._lock:
            self._lock.wait_for(lambda: self._state.over, timeout)
        return self._state

    # What the worker calls.

    def _slice(self) -> bool:
        """Train for one slice. True while there is more to do."""
        if not self._to(State.RUNNING, only_from=(State.QUEUED, State.RUNNING)):
            return False
        if time.perf_counter() < self._not_before:
            time.sleep(REST_SECONDS)
            return True
        try:
            self._train()
        except Exception as problem:  # the thread must outlive any run
            log.exception("A training run failed")
            self._fail(f"Training stopped: {_first_sentence(problem)}")
        if self._n >= self.settings.epochs:
            # A pause or resume may have come in during the last slice.
            self._to(State.DONE, only_from=(State.RUNNING, State.PAUSED, State.QUEUED))
        if self._state.over:
            self._release()
        return self._state is State.RUNNING

    def _train(self) -> None:
        """Train for one slice."""
        raise NotImplementedError

    def _fail(self, error: str) -> None:
        with self._lock:
            if not self._state.over:
                self.error = error
                self._state = State.FAILED
                self._lock.notify_all()

    def _release(self) -> None:
        """Let go of what only training needed."""
        self._session, self._note = None, ""

    def _to(self, state: State, only_from: tuple[State, ...]) -> bool:
        with self._lock:
            if self._state not in only_from:
                return False
            self._state = state
            self._lock.notify_all()
            return True


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

    Raises
    ------
    ValueError
        If shapes do not fit each other or exceed ``BOUNDS``.
    """

    def __init__(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        settings: RunSettings | None = None,
        *,
        weights: JazzWeights | None = None,
        probe: np.ndarray | None = None,
    ) -> None:
        settings = settings or RunSettings()
        X, Y = np.asarray(X), np.asarray(Y)
        if X.ndim != 3 or Y.shape != (X.shape[1], X.shape[0], X.shape[2]):
            raise ValueError(
                f"X has shape {X.shape} and Y {Y.shape}; "
                "they must be (m, Tx, n_values) and (Ty, m, n_values) with Ty = Tx."
            )
        m, Tx, n_values = X.shape
        check_whole("n_values", n_values)
        super().__init__(replace(settings, m=m, Tx=Tx))
        weights = weights or JazzWeights.initial(settings.n_a, n_values, settings.seed)
        if (weights.n_a, weights.n_values) != (settings.n_a, n_values):
            raise ValueError(
                f"The weights are for n_a = {weights.n_a}, n_values = {weights.n_values}; "
                f"this run has {settings.n_a} and {n_values}."
            )
        if probe is not None:
            probe = np.asarray(probe)
            if probe.ndim != 2 or len(probe) == 0 or probe.shape[1] != n_values:
                raise ValueError(
                    f"The probe has shape {probe.shape}; it must be one window, (Tx, {n_values})."
                )
        self._X, self._Y, self._probe = X, Y, probe
        self._weights = weights
        self._loss = np.zeros((settings.epochs, Tx), np.float32)
        self._accuracy = np.zeros((settings.epochs, Tx), np.float32)
        self._slice_epochs = 1

    @property
    def metrics(self) -> Metrics:
        """All finished epochs. The arrays only ever grow."""
        with self._lock:
            n = self._n
            return Metrics(
                self._loss[:n].copy(), self._accuracy[:n].copy(), self._seconds[:n].copy()
            )

    def snapshot(self) -> Snapshot:
        """The current weights, and their trace of the probe window."""
        with self._lock:
            epoch, weights = self._n, self._weights
        trace = None if self._probe is None else weights.trace(self._probe)
        return Snapshot(epoch, weights, trace)

    def _train(self) -> None:
        session = self._session  # stop() may drop ours at any moment
        if session is None:
            session = self._session = self._begin()
        began = time.perf_counter()
        learned = session.advance(self._slice_epochs)
        took = time.perf_counter() - began
        self._note = ""
        if learned is None:  # part of a long epoch
            return
        if not all(np.isfinite(a).all() for a in (learned.loss, *learned.weights.arrays)):
            self._fail(
                "The loss is no longer a number: the steps were too long. The last good weights "
                f"are kept; try a learning rate below {self.settings.learning_rate:g}."
            )
            return
        with self._lock:
            if self._state.over:
                return
            done = len(learned.loss)
            end = self._n + done
            self._loss[self._n : end] = learned.loss
            self._accuracy[self._n : end] = learned.accuracy
            self._seconds[self._n : end] = time.perf_counter() - self._started
            self._n, self._weights = end, learned.weights
        if self.settings.pace:
            self._not_before = began + done / self.settings.pace
            took = max(took, done / self.settings.pace)
        wanted = int(SLICE_SECONDS * done / took)
        self._slice_epochs = max(
            1, min(wanted, SLICE_GROWTH * self._slice_epochs, self.settings.epochs - end)
        )

    def _begin(self):
        from seqlib.fused import FusedTraining

        if backend.is_loaded():
            self._note = "preparing this architecture"
        else:
            self._note = "loading TensorFlow, once per server"
        return FusedTraining(self._X, self._Y, self._weights, self.settings.learning_rate)


def warm(m: int, Tx: int, n_values: int, n_a: int) -> threading.Thread:
    """Load TensorFlow and trace this architecture's step in the background; returns at once.

    A run of that architecture then begins at once too, or waits for what is already under way.
    Warm-ups take turns, and one that a later one overtook is skipped, so a slider may call this
    at every move. It costs some 550 MB and a few seconds of one core, so call it when someone
    is about to train, not for every visitor. Returns the thread, for those who want to wait.
    """
    global _latest
    sizes = (m, Tx, n_values, n_a)
    with _warming:
        if _latest is None or _latest[0] != sizes:
            # Not a daemon: the interpreter must not be taken down in the middle of an import.
            _latest = sizes, threading.Thread(target=_warm, args=sizes, name="seqlib-warm")
            _latest[1].start()
        return _latest[1]


_latest: tuple[tuple[int, ...], threading.Thread] | None = None
_warming = threading.Lock()
_turn = threading.Lock()


def _warm(*sizes: int) -> None:
    from seqlib.fused import FusedTraining

    with _turn:
        if _latest is not None and _latest[0] != sizes:
            return
        m, Tx, n_values, n_a = sizes
        X = np.broadcast_to(np.float32(0), (m, Tx, n_values))
        weights = JazzWeights.initial(n_a, n_values)
        FusedTraining(X, X.swapaxes(0, 1), weights, BOUNDS["learning_rate"].default).advance(1)


def _first_sentence(problem: Exception) -> str:
    """An exception in one line; TensorFlow's messages go on for pages."""
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0][:200]}" if lines else type(problem).__name__


class Worker:
    """One daemon thread that gives each waiting run a slice in turn.

    It holds runs weakly, so that one whose reader has gone can be collected.
    """

    def __init__(self) -> None:
        self._runs: deque[weakref.ref[Run]] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    def add(self, run: Run) -> None:
        with self._wake:
            self._append(weakref.ref(run))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="seqlib-training", daemon=True
                )
                self._thread.start()
                # A daemon thread inside TensorFlow at interpreter exit would abort the process.
                atexit.register(self.close)
            self._wake.notify_all()

    def place(self, run: Run) -> int:
        with self._wake:
            runs = [reference() for reference in self._runs]
        waiting = [one for one in runs if one is not None and one.state is State.QUEUED]
        return waiting.index(run) + 1 if run in waiting else 0

    def close(self) -> None:
        """Let the current slice end, then stop working."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _append(self, reference: weakref.ref[Run]) -> None:
        if reference not in self._runs:
            self._runs.append(reference)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._runs or self._closing)
                if self._closing:
                    return
                reference = self._runs.popleft()
            if self._give_slice(reference):
                with self._wake:
                    self._append(reference)

    @staticmethod
    def _give_slice(reference: weakref.ref[Run]) -> bool:
        run = reference()  # held for the slice and no longer
        try:
            return run is not None and run._slice()
        except Exception:  # a run at odds with itself must not take the others' worker along
            log.exception("A training run could not be continued")
            run._fail("Training stopped: the run could not be continued.")
            return False


_worker = Worker()
