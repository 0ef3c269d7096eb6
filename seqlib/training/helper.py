"""A second process that computes half of each batch, where one run has the machine to itself.

Two threads are slower than one: a batch makes a thousand short calls of NumPy, and after each the
threads would wait for Python's lock. The processes share the memory of the weights, of Adam's
moments and of the gradient, so that a batch costs four short messages.

A helper takes a quarter of a second to start. Until then, and where a host lets no process start,
a run trains by itself; a helper that ends in a slice costs that slice. One that is waited for too
long, because the second core has other work, is given up.
"""

from __future__ import annotations

import mmap
import os
import pickle
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from seqlib.training import rooms, worker
from seqlib.training.adam import adam
from seqlib.training.task import Session, State

IN_MEMORY = "/dev/shm"  # where Linux keeps files that never reach a disk
# Half a batch takes 0.7 of the time of a whole one: beyond this share, waiting costs more.
MOST_WAITING = 0.3
LOOKED_AT = 1.0  # seconds of slices from one such look to the next
Sums = tuple[np.ndarray, ...]


class Shared(Protocol):
    """A task whose batches two processes can share, such as a ``SteppedTask``."""

    def begin(self) -> State:
        """Return the state before the first step."""
        ...

    def open(self) -> Session:
        """Allocate what is computed with."""
        ...


class Lost(Exception):
    """The helper's process ended, perhaps in the middle of an update."""


class Helper:
    """A process that computes the second half of the batches of one task.

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
        self._process: rooms.Process | None = None
        self.starting = threading.Thread(target=self._start, name="seqlib-helper", daemon=True)
        self.starting.start()

    def _start(self) -> None:
        folder = IN_MEMORY if os.path.isdir(IN_MEMORY) else None
        ended = OSError, EOFError, ValueError, Lost
        with suppress(*ended), tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4 * self.task.begin().weights.nbytes))  # a full disk is an error here
            file.flush()
            self._arrays = _shared(file.fileno())
            self._process = rooms.Process("helper", file.fileno())
            self._process.begin()
            self._send(self.task, file.fileno())
            worker.read(self._process.answers)
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
        weights, first, second, _gradient = self._arrays
        weights[:], first[:], second[:] = state.weights, state.first, state.second
        return replace(state, weights=weights, first=first, second=second)

    def take(self, session: Session, state: State, rows: np.ndarray) -> tuple[Sums, np.ndarray]:
        """Return what ``session.take`` gives for all ``rows``. Raises ``Lost``."""
        if len(rows) < 2:
            return session.take(state, rows)
        self._send("take", state.epoch, state.batch, rows)
        sums, gradient = session.take(state, rows, 0, 2)
        others = self._answer()
        total = self._arrays[3]
        total += gradient
        return tuple(map(np.add, sums, others)), total

    def adam(self, state: State, gradient: np.ndarray, step: int, learning_rate: float) -> None:
        """Update the state that ``holding`` gave. Raises ``Lost``."""
        if gradient is not self._arrays[3]:
            self._arrays[3][:] = gradient
        self._send("adam", step, learning_rate)
        _update(self._arrays[:, : len(gradient) // 2], step, learning_rate)
        self._answer()

    def _send(self, *request: Any) -> None:
        assert self._process is not None
        try:
            worker.write(self._process.requests, pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
        except (OSError, ValueError) as problem:  # ValueError: its pipe was closed here
            self.close()
            raise Lost from problem

    def _answer(self) -> Any:
        assert self._process is not None
        began = time.perf_counter()
        try:
            return pickle.loads(worker.read(self._process.answers))
        except (OSError, ValueError, EOFError) as problem:
            self.close()
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


def _shared(file: int) -> np.ndarray:
    """Map an open file: weights, Adam's two moments and the gradient, float32 (4, n)."""
    return np.frombuffer(mmap.mmap(file, 0), np.float32).reshape(4, -1)


def _update(arrays: np.ndarray, step: int, learning_rate: float) -> None:
    """Make an update of Adam in arrays as ``_shared`` gives them."""
    weights, first, second, gradient = arrays
    adam(weights, first, second, gradient, step, learning_rate)


# The helper's process.


class _Half:
    """What the helper does for its task."""

    def __init__(self, task: Shared, file: int) -> None:
        self._session, self._arrays = task.open(), _shared(file)

    def take(self, epoch: int, batch: int, rows: np.ndarray) -> Sums:
        """Write the gradient of the second half of ``rows``; return what was measured."""
        weights, first, second, total = self._arrays
        state = State(weights, first, second, epoch=epoch, batch=batch)
        sums, total[:] = self._session.take(state, rows, 1, 2)
        return sums

    def adam(self, step: int, learning_rate: float) -> None:
        """Update the second half of the weights."""
        _update(self._arrays[:, self._arrays.shape[1] // 2 :], step, learning_rate)


def serve() -> None:
    """Answer requests until the input is closed."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between answers
    worker.write(answers, b"ready")
    with suppress(EOFError, OSError), np.errstate(over="ignore", invalid="ignore"):
        half = _Half(*pickle.loads(worker.read(sys.stdin.buffer)))
        worker.write(answers, b"open")
        while True:
            name, *given = pickle.loads(worker.read(sys.stdin.buffer))
            worker.write(answers, pickle.dumps(getattr(half, name)(*given)))
