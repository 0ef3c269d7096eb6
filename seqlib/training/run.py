"""The life of a training run, whatever it trains.

A run is created, then queued, running (and paused, and running again), and ends done, stopped
or failed. ``seqlib.training.scheduler`` gives it its slices.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from enum import StrEnum
from typing import Any, NamedTuple, Self

import numpy as np

from seqlib.display import ShownInNotebook
from seqlib.i18n import N_, Later, _
from seqlib.training import tensorflow

log = logging.getLogger(__name__)


class Range(NamedTuple):
    """What a setting may be."""

    low: float
    high: float
    default: float
    what: str


def check_bound(name: str, value: float, bound: Range) -> None:
    """Raise ``ValueError``, one sentence, if ``value`` is out of bounds."""
    low, high, _default, what = bound
    if not low <= value <= high:
        raise ValueError(
            _(
                "{name} ({what}) is {value:g}; choose {low:g} to {high:g}.",
                name=name,
                what=_(what),
                value=value,
                low=low,
                high=high,
            )
        )


def check_whole(name: str, value: int, bound: Range) -> None:
    """``check_bound`` for a setting that counts something."""
    check_bound(name, value, bound)
    if value != int(value):
        raise ValueError(
            _(
                "{name} ({what}) is {value:g}; choose a whole number.",
                name=name,
                what=_(bound.what),
                value=value,
            )
        )


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


LOADING = N_("loading TensorFlow, once per server")
PREPARING = N_("preparing this architecture")
NOT_A_NUMBER = N_(
    "The loss is no longer a number: the steps were too long. The last good weights "
    "are kept; try a learning rate below {rate:g}."
)


class Run(ShownInNotebook):
    """The life of one training run: states, slices, pace. A notebook shows its loss.

    A kind of run says in ``_train`` what one slice does, and counts finished epochs in
    ``_n`` and their times in ``_seconds``.

    Keep a reference to a run: one that nobody holds is dropped, started or not.
    """

    drawn_by = "seqlib.training.picture:run_html"
    settings: Any  # with epochs and pace

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self._state = State.CREATED
        self._error: Later | str = ""
        self._note: Later | str = ""
        self._lock = threading.Condition()
        self._seconds = np.zeros(settings.epochs)
        self._n = 0
        self._started = 0.0
        self._session: Any = None  # compiled step, optimiser state
        # The scheduler's.
        self.owner = ""
        self.used = 0.0  # seconds of the machine
        self.busy = False  # in a slice
        self.held = False  # paused because nobody looks
        self.not_before = 0.0  # a paced run's next slice

    # What anybody may call, from any thread.

    @property
    def state(self) -> State:
        return self._state

    @property
    def error(self) -> str:
        """Why the run failed, one sentence; empty if it did not."""
        return str(self._error)

    @property
    def note(self) -> str:
        """What the run is doing where its state does not say it, e.g. loading TensorFlow."""
        told = getattr(self._session, "note", "")
        return _(told) if told else str(self._note)

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
        return _scheduler().place(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the data that the run holds while it trains."""
        return 0

    def start(self, owner: str = "") -> Self:
        """Queue the run. Starting twice does nothing.

        ``owner`` stands for who watches: the scheduler holds the run when it has not heard of
        them for a while (``Scheduler.seen``). Raises ``ValueError``, one sentence, if the
        scheduler has no room; the run may then be started later.
        """
        if self._state is State.CREATED:
            _scheduler().admit(self, owner)
            if self._to(State.QUEUED, only_from=(State.CREATED,)):
                self._started = time.perf_counter()
                self._tell_of("run_started")
                _scheduler().add(self)
        return self

    def pause(self, note: Later | str = "") -> None:
        """Hold after the current slice; ``resume`` goes on from there."""
        if self._to(State.PAUSED, only_from=(State.QUEUED, State.RUNNING)):
            self.held, self._note = bool(note), note

    def resume(self) -> None:
        """Go on after ``pause``."""
        if self._to(State.QUEUED, only_from=(State.PAUSED,)):
            self.held, self._note = False, ""
            _scheduler().add(self)

    def stop(self, note: Later | str = "") -> None:
        """End for good, keeping what was learned."""
        if self._to(
            State.STOPPED,
            only_from=(State.CREATED, State.QUEUED, State.RUNNING, State.PAUSED),
        ):
            self._release()
            self._note = note
            self._tell()

    def wait(self, timeout: float | None = None) -> State:
        """Block until the run is over or ``timeout`` seconds have passed; for scripts and tests."""
        with self._lock:
            self._lock.wait_for(lambda: self._state.over, timeout)
        return self._state

    # What the scheduler calls.

    def _slice(self, seconds: float) -> bool:
        """Train for about so many seconds. True while there is more to do."""
        if not self._to(State.RUNNING, only_from=(State.QUEUED, State.RUNNING)):
            return False
        try:
            self._train(seconds)
        except Exception as problem:  # the thread must outlive any run
            if isinstance(said := problem.args[0] if problem.args else None, Later):
                self._fail(said)
            else:
                log.exception("A training run failed")
                self._fail(
                    Later(N_("Training stopped: {problem}"), {"problem": _first_line(problem)})
                )
        # A pause or resume may have come in during the last slice.
        if self._n >= self.settings.epochs and self._to(
            State.DONE, only_from=(State.RUNNING, State.PAUSED, State.QUEUED)
        ):
            self._tell()
        if self._state.over:
            self._release()
        return self._state is State.RUNNING

    def _train(self, seconds: float) -> None:
        """Train for one slice."""
        raise NotImplementedError

    def _open(self, kind: type, *args: Any, **options: Any) -> Any:
        """``kind(*args, **options)``, on the cluster if there is one."""
        if tensorflow.trains_here():
            self._note = Later(PREPARING if tensorflow.is_loaded() else LOADING)
            return kind(*args, **options)
        from seqlib.training import cluster

        session = cluster.open(kind, *args, **options)
        run = weakref.ref(self)  # or the run would hold itself
        session.over = lambda: (me := run()) is None or me.state is not State.RUNNING
        return session

    def _fail(self, error: Later | str) -> None:
        with self._lock:
            if self._state.over:
                return
            self._error = error
            self._state = State.FAILED
            self._lock.notify_all()
        self._tell()

    def _tell(self) -> None:
        """Tell the host's log that the run is over."""
        spent = time.perf_counter() - self._started if self._started else 0.0
        told = {"epochs": self._n, "seconds": spent}
        if self._state is State.FAILED:
            self._tell_of("run_failed", logging.WARNING, **told)
        else:
            self._tell_of("run_finished", state=self._state.value, **told)

    def _tell_of(self, event: str, level: int = logging.INFO, **fields: float | str) -> None:
        """Log an event with its fields; whoever configures the log decides how they are written."""
        fields = {"kind": type(self).__name__, **fields}
        log.log(level, event, extra={"event": event, "fields": fields})

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


def _scheduler() -> Any:
    from seqlib.training import scheduler

    return scheduler.default()


def _first_line(problem: Exception) -> str:
    """An exception in one line; TensorFlow's messages go on for pages."""
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0][:200]}" if lines else type(problem).__name__
