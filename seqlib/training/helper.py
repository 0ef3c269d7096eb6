"""A second process that computes a share of each batch, where one run has the machine to itself.

Two threads are slower than one: a batch makes a thousand short calls of NumPy, and after each the
threads would wait for Python's lock. The processes share the memory of the weights, of Adam's
moments and of the gradient, so that a batch costs two short messages; what else one process waits
for, the other one's step of a batch or its leave to update, it reads in that memory.

A helper takes a quarter of a second to start. Until then, and where a host lets no process start,
a run trains by itself; a helper that ends or stands still in a slice costs that slice. One that is
waited for too long, because the second core has other work, is given up.
"""

from __future__ import annotations

import mmap
import os
import select
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO, Any, Protocol

import numpy as np

from seqlib.training import rooms, worker
from seqlib.training.adam import adam
from seqlib.training.task import Part, Session, State

IN_MEMORY = "/dev/shm"  # where Linux keeps files that never reach a disk
# A share takes up to 0.7 of the time of a whole batch: beyond this, waiting costs more.
MOST_WAITING = 0.3
LOOKED_AT = 1.0  # seconds of slices from one such look to the next
PATIENCE = 10.0  # seconds without a sign from the other process
# Who sleeps takes 50 µs to wake up, a quarter of what a whole step of a batch takes: so long is
# looked again and again, and the core kept.
SPIN_SECONDS, SPIN_SLEEP, SPINS = 2e-3, 1e-4, 100
HEAD = 128  # bytes before the numbers: how far each process has come, in cache lines of their own
UPDATE = 2**40  # said, beyond all steps, when a batch may be learned from, and when it has been
Sums = tuple[np.ndarray, ...]


class Shared(Protocol):
    """A task whose batches two processes can share, such as a ``SteppedTask``."""

    @property
    def learning_rate(self) -> float:
        """Adam's step size."""
        ...

    @property
    def scratch(self) -> int:
        """Numbers that the shares of a batch hand to each other."""
        ...

    def begin(self) -> State:
        """Return the state before the first step."""
        ...

    def owned(self, share: int, n: int) -> Sequence[slice]:
        """Return which of the ``n`` weights a process updates."""
        ...

    def open(self) -> Session:
        """Allocate what is computed with."""
        ...


class Lost(Exception):
    """The helper's process ended, perhaps in the middle of an update."""


class Link:
    """What the two processes of a batch share, and how far each has come in it.

    Parameters
    ----------
    share : int
        0 for the run's own process, 1 for the helper.
    file : int
        An open file: ``HEAD`` bytes, then float32 numbers, ``state`` and ``scratch``.
    n : int
        Of weights.
    there : callable
        Says whether the other process is still there.

    Attributes
    ----------
    state : float32 array (4, n)
        Weights, Adam's two moments and the gradient.
    gradient : float32 array (n,)
    scratch : float32 array
        For what a task's shares hand to each other.
    squares : float or None
        Summed, of what this share has written in ``gradient`` itself; None if it sums none.
    waited : float
        Seconds spent in ``wait``.
    """

    def __init__(self, share: int, file: int, n: int, there: Callable[[], bool]) -> None:
        memory = mmap.mmap(file, 0)
        self.share, self._there, self.waited = share, there, 0.0
        self.squares: float | None = None
        self._said = memoryview(memory)[:HEAD].cast("q")
        self._mine, self._other = share * HEAD // 16, (1 - share) * HEAD // 16
        numbers = np.frombuffer(memory, np.float32, offset=HEAD)
        self.state, self.scratch = numbers[: 4 * n].reshape(4, n), numbers[4 * n :]
        self.gradient = self.state[3]
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start a batch; the other process must not be in one."""
        self._said[self._mine] = self._said[self._other] = 0

    def say(self, step: int) -> None:
        """Tell that what belongs to a step, from 1, has been written."""
        self._settle()
        self._said[self._mine] = step

    def wait(self, step: int) -> None:
        """Wait until the other process has said so. Raises ``Lost`` where it does not."""
        if self._said[self._other] < step:
            self._wait(step)
        self._settle()

    def _wait(self, step: int) -> None:
        began = time.perf_counter()
        while self._said[self._other] < step:
            waited = time.perf_counter() - began
            if waited > PATIENCE or not self._there():
                raise Lost
            for _turn in range(SPINS):
                if self._said[self._other] >= step:
                    break
            else:  # it may need this core
                time.sleep(SPIN_SLEEP) if waited > SPIN_SECONDS else os.sched_yield()
        self.waited += time.perf_counter() - began

    def _settle(self) -> None:
        """Have what was written before seen before what is written next, on ARM too.

        Python has no barrier; a lock that is taken, given back and taken again is one.
        """
        for _twice in range(2):
            with self._lock:
                pass


class Helper:
    """A process that computes the second share of the batches of one task.

    Attributes
    ----------
    task : Shared
    there : bool
        Whether the process can be asked.
    waited, spent : float
        Seconds that answers took to come, and of all slices, since the last look.
    """

    def __init__(self, task: Shared) -> None:
        self.task, self.there = task, False
        self.waited = self.spent = 0.0
        self._closed = False
        self._alone = False  # whether the batch under way has a single row, and no second share
        self._process: rooms.Process | None = None
        self.starting = threading.Thread(target=self._start, name="seqlib-helper", daemon=True)
        self.starting.start()

    def _start(self) -> None:
        folder = IN_MEMORY if os.path.isdir(IN_MEMORY) else None
        ended = OSError, EOFError, ValueError, Lost
        with suppress(*ended), tempfile.TemporaryFile(dir=folder) as file:
            n = len(self.task.begin().weights)
            file.write(bytes(HEAD + 4 * (4 * n + self.task.scratch)))  # a full disk: an error here
            file.flush()
            self._process = process = rooms.Process("helper", file.fileno())
            self._link = Link(0, file.fileno(), n, lambda: process.there)
            process.begin()
            self._send(self.task, file.fileno(), n)
            worker.read(process.answers)
            self.there = not self._closed
        if not self.there:
            self.close()

    def look(self, seconds: float) -> None:
        """Give the process up if it is more waited for than it helps; ``seconds``: of a slice."""
        self.spent += seconds
        if self.spent > LOOKED_AT:
            if self.waited > MOST_WAITING * self.spent:
                self.close()
            self.waited = self.spent = 0.0

    def close(self) -> None:
        """End the process."""
        self.there, self._closed = False, True
        if self._process is not None:
            self._process.end()

    def holding(self, state: State) -> State:
        """Return the state with weights and moments in the shared memory."""
        weights, first, second, _gradient = self._link.state
        weights[:], first[:], second[:] = state.weights, state.first, state.second
        return replace(state, weights=weights, first=first, second=second)

    def take(
        self, session: Session, state: State, part: Part
    ) -> tuple[Sums, np.ndarray, float | None]:
        """Return what ``session.take`` gives for all rows, and the gradient's squares summed.

        None if the two did not sum them while they were at hand. Where a mini-batch ends with
        ``part``, ``adam`` is to follow, if anything. Raises ``Lost``.
        """
        link = self._link
        self._alone = len(part.rows) < 2
        if self._alone:
            sums, link.gradient[:] = session.take(state, part)
            return sums, link.gradient, None
        link.begin()
        self._send("take", state.epoch, state.batch, state.step, part)
        try:
            sums, gradient = session.take(state, part, link)
        except BaseException:  # the other process is in the middle of a batch
            self.close()
            raise
        others, squares = self._answer()
        self.waited, link.waited = self.waited + link.waited, 0.0
        if gradient is not link.gradient:
            link.gradient += gradient
        both = None if link.squares is None else link.squares + squares
        return tuple(map(np.add, sums, others)), link.gradient, both

    def adam(self, step: int) -> None:
        """Begin to update the state that ``holding`` gave, after ``take``.

        Returns when this process' own weights are; ``updated`` waits for the others.
        """
        link = self._link
        if self._alone:
            _update(self.task, link, step, (0, 1))
        else:
            link.say(UPDATE)
            _update(self.task, link, step)

    def updated(self) -> None:
        """Wait until the whole state is updated. Raises ``Lost``."""
        if not self._alone:
            self._link.wait(UPDATE)

    def both(self, session: Any, name: str, weights: np.ndarray) -> tuple[Any, Any]:
        """Return what a method gives for ``weights`` and each of two shares. Raises ``Lost``."""
        self._send("call", name)
        mine = getattr(session, name)(weights, 0, 2)
        return mine, self._answer()

    def _send(self, *request: Any) -> None:
        assert self._process is not None
        try:
            worker.write(self._process.requests, worker.packed(request))
        except (OSError, ValueError) as problem:  # ValueError: its pipe was closed here
            raise Lost from problem

    def _answer(self) -> Any:
        assert self._process is not None
        began = time.perf_counter()
        try:
            if not _await(self._process.answers, PATIENCE):
                raise EOFError
            return worker.unpacked(worker.read(self._process.answers))
        except (OSError, ValueError, EOFError) as problem:
            raise Lost from problem
        finally:
            self.waited += time.perf_counter() - began


_kept: list[Helper] = []  # at most one, between slices
_keeping = threading.Lock()


@contextmanager
def helping(task: Shared, wanted: bool) -> Iterator[Helper | None]:
    """Give the helper of a task for one slice, if it has started; the next slice gets the same.

    Where none is wanted, the one that there was ends.
    """
    with _keeping:
        helper = _kept.pop() if _kept else None
    if helper is not None and not (wanted and helper.task is task):
        helper.close()
        helper = None
    if wanted and helper is None:
        helper = Helper(task)
    began = time.perf_counter()
    try:
        yield helper if helper is not None and helper.there else None
    finally:
        if helper is not None:
            helper.look(time.perf_counter() - began)
            with _keeping:
                _kept.append(helper)


def dismiss() -> None:
    """End the helper that is kept for a next slice."""
    while _kept:
        _kept.pop().close()


def _await(stream: IO[bytes], seconds: float | None) -> bool:
    """Wait for something to read, first without giving up the core; says whether it came."""
    ends = time.perf_counter() + SPIN_SECONDS
    while time.perf_counter() < ends:
        if select.select([stream], [], [], 0)[0]:
            return True
        os.sched_yield()
    return bool(select.select([stream], [], [], seconds)[0])


def _update(task: Shared, link: Link, step: int, shares: Sequence[int] | None = None) -> None:
    """Make an update of Adam in this process' half of the weights, or in the ``shares`` named."""
    for share in [link.share] if shares is None else shares:
        for own in task.owned(share, link.state.shape[1]):
            weights, first, second, gradient = link.state[:, own]
            adam(weights, first, second, gradient, step, task.learning_rate)


# The helper's process.


class _Half:
    """What the helper does for its task."""

    def __init__(self, task: Shared, file: int, n: int) -> None:
        parent = os.getppid()
        self._link = Link(1, file, n, lambda: os.getppid() == parent)
        self._task, self._session = task, task.open()
        self._then: int | None = None  # the step of an update that is to follow

    def take(self, epoch: int, batch: int, step: int, part: Part) -> tuple[Sums, float | None]:
        """Write the gradient of the second share of a batch; return what was measured.

        And ``Link.squares``.
        """
        self._then = step + 1 if part.ends else None
        weights, first, second, total = self._link.state
        state = State(weights, first, second, epoch=epoch, batch=batch)
        sums, gradient = self._session.take(state, part, self._link)
        if gradient is not self._link.gradient:
            total[:] = gradient
        return sums, self._link.squares

    def call(self, name: str) -> Any:
        """Return the second share of what a method of the session gives."""
        return getattr(self._session, name)(self._link.state[0], 1, 2)

    def update(self) -> None:
        """Update this half of the weights, once that is said, where it is to follow."""
        if self._then is not None:
            self._link.wait(UPDATE)
            _update(self._task, self._link, self._then)
            self._then = None
            self._link.say(UPDATE)


def serve() -> None:
    """Answer requests until the input is closed."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between answers
    worker.write(answers, [b"ready"])
    with suppress(EOFError, OSError, Lost), np.errstate(over="ignore", invalid="ignore"):
        half = _Half(*worker.unpacked(worker.read(sys.stdin.buffer)))
        worker.write(answers, [b"open"])
        while True:
            _await(sys.stdin.buffer, None)
            name, *given = worker.unpacked(worker.read(sys.stdin.buffer))
            worker.write(answers, worker.packed(getattr(half, name)(*given)))
            half.update()
