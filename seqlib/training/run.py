"""The life of a training run, whatever it trains.

A run is created, then queued, running (and paused, and running again), and ends done, stopped
or failed. What it trains is a ``Task``; a ``Scheduler`` has the slices of it trained elsewhere and
brings back the state and what was measured.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from seqlib.display import ShownInNotebook
from seqlib.i18n import N_, InputError, Later
from seqlib.training.task import Progress, Task
from seqlib.training.task import State as Learned

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
        raise InputError(
            "{name} ({what}) is {value:g}; choose {low:g} to {high:g}.",
            name=name,
            what=Later(what),
            value=value,
            low=low,
            high=high,
        )


def check_whole(name: str, value: int, bound: Range) -> None:
    """``check_bound`` for a setting that counts something."""
    check_bound(name, value, bound)
    if value != int(value):
        raise InputError(
            "{name} ({what}) is {value:g}; choose a whole number.",
            name=name,
            what=Later(bound.what),
            value=value,
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


STARTING = N_("starting")
NOT_A_NUMBER = N_(
    "The loss is no longer a number: the steps were too long. The last good weights "
    "are kept; try a learning rate below {rate:g}."
)
STOPPED = N_("Training stopped: {problem}")


class Taker(Protocol):
    """What gives a run its slices: a ``Scheduler``."""

    def admit(self, run: Run, owner: str = "") -> None: ...

    def add(self, run: Run) -> None: ...

    def place(self, run: Run) -> int: ...


@dataclass(frozen=True, eq=False)
class Record:
    """A run that is over, or stands still for a moment, in plain parts.

    Attributes
    ----------
    settings : dataclass
    state : State
        One of those that are over.
    metrics : dict of name to array
        What ``Run.metrics`` has, the epochs first; ``seconds`` is one of them.
    model : object
        The model after the last epoch.
    best : (epoch, model) or None
        Where a run is tested after each epoch; epoch 0 before any.
    error : str
    trained_for : float
        Seconds that its slices took.
    checkpoints : dict of int to object
        The models after some of its epochs, 0 for the first one.
    """

    settings: Any
    state: State
    metrics: Mapping[str, np.ndarray]
    model: Any
    best: tuple[int, Any] | None = None
    error: str = ""
    trained_for: float = 0.0
    checkpoints: Mapping[int, Any] = field(default_factory=dict)


class Run(ShownInNotebook):
    """The life of one training run: states, slices, pace, what was measured.

    Parameters
    ----------
    task : Task
        What is trained. Dropped with its data when the run is over, unless it ``goes_on``.
    start : object
        The model to begin with, as ``task.model`` takes it.
    settings : dataclass
        With ``epochs``, and ``pace`` where it may be slowed down.
    measured : dict of name to empty array (0, ...)
        What the task measures, in the shapes and types in which ``metrics`` gives it.

    Attributes
    ----------
    owner : str
        Stands for who watches the run.
    task : Task or None
        None when the run is over, unless it ``goes_on``.
    learned : seqlib.training.task.State or None
        After the last finished slice; None before the first.
    part_done : float
        Share of the epoch under way that is done, 0 to 1.
    only : str
        What is trained before the run is held again: "epoch", "step" (of Adam), or no limit.

    Keep a reference to a run: one that nobody holds is dropped, started or not. A notebook shows
    its loss.
    """

    drawn_by = "seqlib.training.picture:run_html"
    settings: Any

    def __init__(
        self, task: Task | None, start: Any, settings: Any, measured: Mapping[str, np.ndarray]
    ) -> None:
        self.settings = settings
        self.owner = ""
        self.task = task
        self._start = start
        self.learned: Learned | None = None
        self._model: tuple[int, Any] | None = None  # the model last asked for, and its epoch
        self._best: tuple[int, Any] | None = None  # kept when the task has gone
        self._arrays = {
            name: np.zeros((settings.epochs, *one.shape[1:]), one.dtype)
            for name, one in {**measured, "seconds": np.zeros(0)}.items()
        }
        self._n = 0
        self.part_done = 0.0
        self._checkpoints: dict[int, Any] = {0: start}
        self.only = ""
        self._state = State.CREATED
        self._error: Later | str = ""
        self._reason: Later | str = ""
        self._lock = threading.Condition()
        self._began = 0.0  # later by all the time in which it was held
        self._held_at = 0.0
        self._scheduler: Taker | None = None
        # The training side's; nobody else sets them.
        self.name = uuid.uuid4().hex  # by which workers remember the task
        self.progress_note: Later | str = ""
        self.busy = False  # in a slice
        self.used = 0.0  # seconds of the machine, or what counts as used
        self.trained_for = 0.0  # seconds that its slices took
        self.not_before = 0.0  # a paced run's next slice
        self.note_until = 0.0  # for so long the note stays
        self.ended = ""  # the name under which it ended: a slice under way then is of no use
        self.lost = 0  # workers lost over the slice at hand

    # What anybody may call, from any thread.

    @property
    def state(self) -> State:
        return self._state

    @property
    def error(self) -> str:
        """Why the run failed, one sentence; empty if it did not."""
        return str(self._error)

    @property
    def reason(self) -> str:
        """Why the run is held or was stopped; empty where its reader did it."""
        return str(self._reason)

    @property
    def held(self) -> bool:
        """Whether the run is paused because nobody looks."""
        return self._state is State.PAUSED and bool(self._reason)

    @property
    def note(self) -> str:
        """What a reader should know beside the state: the reason for it, or what is going on."""
        return self.reason or ("" if self._state.over else str(self.progress_note))

    @property
    def epoch(self) -> int:
        """Epochs finished."""
        return self._n

    @property
    def progress(self) -> float:
        """Share of the work done, 0 to 1; moves within an epoch where epochs are long."""
        return min(1.0, (self._n + self.part_done) / self.settings.epochs)

    @property
    def pace(self) -> float:
        """Epochs a second at most; 0 is as fast as it goes."""
        return getattr(self.settings, "pace", 0)

    @property
    def goes_on(self) -> bool:
        """Whether a run that is over can go on from where it is."""
        return self._state.over and self.task is not None

    @property
    def checkpoints(self) -> dict[int, Any]:
        """The models after some of the epochs, by epoch: 0 is the first one, the present one is in.

        About as many early in the run as late, and where it is tested on the way the one with the
        best test.
        """
        n, model = self.at_epoch()
        found = {**self._checkpoints, n: model}
        if self._tested and self._n and self.task is not None:
            best, its_model = self.best_epoch()
            found.setdefault(best, its_model)
        return dict(sorted(found.items()))

    @property
    def place(self) -> int:
        """1 if next to get its first slice, 2 after that…; 0 if not waiting."""
        return self._scheduler.place(self) if self._scheduler is not None else 0

    @property
    def nbytes(self) -> int:
        """Bytes of the data and the state that the run holds while it trains."""
        return 0 if self._state.over else self.needs

    @property
    def needs(self) -> int:
        """Bytes of the data and the state that it takes to train, or to go on."""
        task, learned = self.task, self.learned
        held = 0 if task is None else task.nbytes
        if learned is not None:
            held += learned.weights.nbytes + learned.first.nbytes + learned.second.nbytes
            held += learned.best[2].nbytes if learned.best is not None else 0
        return held

    @property
    def metrics(self) -> Any:
        """What was measured in all finished epochs. The arrays only ever grow."""
        return self.rows()

    def rows(self) -> dict[str, np.ndarray]:
        """The arrays of ``metrics`` by their names, the epochs first; read-only."""
        with self._lock:
            n = self._n
        rows = {name: array[:n] for name, array in self._arrays.items()}
        for array in rows.values():
            array.flags.writeable = False
        return rows

    @property
    def model(self) -> Any:
        """The model as it is now."""
        return self.at_epoch()[1]

    def at_epoch(self) -> tuple[int, Any]:
        """Epochs finished, and the model after them."""
        with self._lock:
            n, task, learned, known = self._n, self.task, self.learned, self._model
        if known is not None and (known[0] == n or task is None):
            return known
        made = self._start
        if task is not None and learned is not None:
            made = task.model(learned, self._start)
        with self._lock:
            if self.task is not None and self.learned is learned:
                self._model = n, made
        return n, made

    def best_epoch(self) -> tuple[int, Any]:
        """The epoch, from 1, where the test went best, and its model; 0 before any.

        Only for tasks that are tested after each epoch.
        """
        with self._lock:
            task, learned, kept = self.task, self.learned, self._best
        if kept is not None:
            return kept
        if task is None or learned is None:
            return 0, self.model
        return task.best(learned, self._start)  # type: ignore[attr-defined]

    def start(self, scheduler: Taker | None = None, owner: str = "", *, only: str = "") -> Self:
        """Queue the run with ``scheduler``, this process's own if not given. Twice does nothing.

        After ``only`` an "epoch" or a "step" of Adam the run is held. ``owner`` stands for who
        watches: the scheduler holds the run when it has not heard of them for a while
        (``Scheduler.seen``). Raises ``ValueError``, one sentence, if the scheduler has no room;
        the run may then be started later.
        """
        if self._state is State.CREATED:
            scheduler = scheduler or self.usual_scheduler()
            scheduler.admit(self, owner)
            if self._to(State.QUEUED, only_from=(State.CREATED,)):
                self._scheduler, self.only = scheduler, only
                self._began = time.perf_counter()
                self._log("run_started")
                scheduler.add(self)
        return self

    def pause(self, reason: Later | str = "") -> None:
        """Hold after the current slice; ``resume`` goes on from there."""
        if self._to(State.PAUSED, only_from=(State.QUEUED, State.RUNNING), reason=reason):
            self._held_at = time.perf_counter()

    def resume(self, only: str = "") -> None:
        """Go on after ``pause``; after ``only`` an "epoch" or a "step" the run is held again."""
        self.only = only
        if self._to(State.QUEUED, only_from=(State.PAUSED,)) and self._scheduler is not None:
            self._began += time.perf_counter() - self._held_at
            self._scheduler.add(self)

    def go_on(self, epochs: int, only: str = "") -> None:
        """Train ``epochs`` further epochs after the end, from where the run is; see ``resume``.

        Raises ``ValueError``, one sentence, if there are too many in all, or no room for the run.
        """
        if not self.goes_on or self._scheduler is None:
            return
        self._scheduler.admit(self, self.owner)
        more = self._n + epochs
        self.change(epochs=max(more, self.settings.epochs) if only else more)
        with self._lock:
            self._arrays = {
                name: _longer(one, self.settings.epochs) for name, one in self._arrays.items()
            }
            self._best, self._error, self.only = None, "", only
            over = tuple(state for state in State if state.over)
        if self._to(State.QUEUED, only_from=over):
            self._began += time.perf_counter() - self._held_at
            self._scheduler.add(self)

    def change(self, **settings: Any) -> None:
        """Go on with other settings: ``learning_rate``, ``pace``.

        A slice that is under way still has the former ones. Raises ``ValueError``, one sentence,
        if one is out of bounds.
        """
        with self._lock:
            self.settings = replace(self.settings, **settings)
            changed = self._of_task()
            if self.task is not None and changed:
                self.task = self.task.changed(**changed)
                self.name = uuid.uuid4().hex  # workers remember the former task by the former name

    def stop(self, reason: Later | str = "") -> None:
        """End for good, keeping what was learned."""
        self._end(State.STOPPED, reason=reason)

    def wait(self, timeout: float | None = None) -> State:
        """Block until the run is over or ``timeout`` seconds have passed; for scripts and tests."""
        with self._lock:
            self._lock.wait_for(lambda: self._state.over, timeout)
        return self._state

    def to_record(self) -> Record:
        """The run as it is now, in plain parts; one that is not over as if it were stopped now."""
        with self._lock:
            state = self._state if self._state.over else State.STOPPED
            error = str(self._error)
            rows = self.rows()
            _n, model = self.at_epoch()
            best = self.best_epoch() if self._tested else None
            checkpoints = self.checkpoints if self._goes_on else {}
        return Record(self.settings, state, rows, model, best, error, self.trained_for, checkpoints)

    @classmethod
    def from_record(cls, record: Record, **more: Any) -> Self:
        """Make a run that is over from its parts; ``more`` are attributes that its kind adds.

        Raises ``ValueError`` if the parts do not fit each other.
        """
        run = cls.__new__(cls)
        run._restore(record)
        for name, value in more.items():
            setattr(run, name, value)
        return run

    def kept(self) -> Self:
        """Return the run as it is now, which trains no more: itself if it cannot, else a copy."""
        if self._state.over and not self.goes_on:
            return self
        more = {name: getattr(self, name) for name in self._more}
        return type(self).from_record(self.to_record(), **more)

    _more: tuple[str, ...] = ()  # attributes that a kind of run adds

    @staticmethod
    def usual_scheduler() -> Taker:
        """Return the scheduler of this process; a kind of run names it, schedulers know runs."""
        raise ValueError("This kind of run has to be given a scheduler.")

    def _of_task(self) -> dict[str, Any]:
        """Return the task's settings that may change on the way, as they are now."""
        return {}

    _goes_on = False  # keeps its task and its state when it is over; a kind of run says so
    _tested = False  # after each epoch, so that there is a best one; a kind of run says so

    # What the scheduler calls.

    def begin_slice(self) -> bool:
        """Set the state for a slice. False if none is wanted any more."""
        return self._to(State.RUNNING, only_from=(State.QUEUED, State.RUNNING))

    def take(self, learned: Learned | None, progress: Progress) -> None:
        """Take what a slice has learned and measured, unless the run is over."""
        if not all(np.isfinite(rows).all() for rows in progress.measured.values()):
            # A loss may be infinite where the weights still are numbers.
            learned, progress = self.learned, Progress(finite=False)
        with self._lock:
            if self._state.over:
                return
            end = self._n + progress.epochs
            for name, rows in progress.measured.items():
                self._arrays[name][self._n : end] = rows
            self._arrays["seconds"][self._n : end] = time.perf_counter() - self._began
            self._n, self.learned, self.part_done = end, learned, progress.part_done
            self._model = None
            if learned is not None and self.task is not None:
                for epoch, weights in progress.kept.items():
                    kept = self.task.model(Learned.of(weights), self._start)
                    self._checkpoints[epoch] = kept
            stepped = learned is not None and learned.gradient is None  # a batch may take parts
            held = progress.epochs if self.only == "epoch" else self.only and stepped
        if not progress.finite:
            self.fail(Later(NOT_A_NUMBER, {"rate": getattr(self.settings, "learning_rate", 0)}))
        elif self._n >= self.settings.epochs:
            # A pause or resume may have come in during the slice.
            self._end(State.DONE)
        elif held:
            self.pause()

    def fail(self, error: Later | str) -> None:
        """End because something went wrong; what was learned is kept."""
        self._end(State.FAILED, error=error)

    def fail_with(self, problem: BaseException) -> None:
        """End because a slice raised this."""
        if isinstance(problem, InputError):
            self.fail(problem.args[0])
        else:
            log.error("A training run failed", exc_info=problem)
            self.fail(Later(STOPPED, {"problem": _first_line(problem)}))

    # Within.

    def _restore(self, record: Record) -> None:
        """What ``__init__`` does, for a run that is over."""
        n = len(record.metrics["seconds"])
        if not record.state.over:
            raise InputError(
                "The run is said to be {state}; only one that is over can be kept.",
                state=record.state,
            )
        if n > record.settings.epochs:
            raise InputError(
                "There are {n} epochs in a run of {epochs}.", n=n, epochs=record.settings.epochs
            )
        if any(len(array) != n for array in record.metrics.values()):
            raise InputError("The curves are not of one length.")
        if record.best is not None and not 0 <= record.best[0] <= n:
            raise InputError("There is no epoch {best} among {n}.", best=record.best[0], n=n)
        Run.__init__(self, None, record.model, record.settings, {})
        self._arrays = {name: np.array(array) for name, array in record.metrics.items()}
        self._n, self._state, self._error = n, record.state, record.error
        self.trained_for = record.trained_for
        self._model, self._best = (n, record.model), record.best
        self._checkpoints = dict(record.checkpoints)

    def _end(self, state: State, reason: Later | str = "", error: Later | str = "") -> None:
        with self._lock:
            if self._state.over:
                return
            # The model first: the task that makes it goes.
            n, model = self.at_epoch()
            best = self.best_epoch() if self._tested else None
            self._model, self._best = (n, model), best
            if not self._goes_on:
                self.task = self.learned = None
            self.part_done, self.only = 0.0, ""
            self._held_at, self.ended = time.perf_counter(), self.name
            self._state, self._reason, self._error = state, reason, error
            self._lock.notify_all()
        spent = time.perf_counter() - self._began if self._began else 0.0
        if state is State.FAILED:
            self._log("run_failed", logging.WARNING, epochs=self._n, seconds=spent)
        else:
            self._log("run_finished", state=state.value, epochs=self._n, seconds=spent)

    def _to(self, state: State, only_from: tuple[State, ...], reason: Later | str = "") -> bool:
        """Change the state, and with it the reason, together or not at all."""
        with self._lock:
            if self._state not in only_from:
                return False
            self._state, self._reason = state, reason
            self._lock.notify_all()
            return True

    def _log(self, event: str, level: int = logging.INFO, **fields: float | str) -> None:
        """Log an event with its fields; whoever configures the log decides how they are written."""
        fields = {"kind": type(self).__name__, **fields}
        log.log(level, event, extra={"event": event, "fields": fields})


def _longer(array: np.ndarray, epochs: int) -> np.ndarray:
    """Copy an array, with room for so many epochs."""
    longer = np.zeros((epochs, *array.shape[1:]), array.dtype)
    n = min(len(array), epochs)
    longer[:n] = array[:n]
    return longer


def _first_line(problem: BaseException) -> str:
    """An exception in one line; TensorFlow's messages go on for pages."""
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0][:200]}" if lines else type(problem).__name__
