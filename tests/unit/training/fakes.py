"""A task that counts, and pools that a test controls."""

from __future__ import annotations

import os
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqlib.training.rooms import Pool
from seqlib.training.run import Run
from seqlib.training.scheduler import Limits, Scheduler
from seqlib.training.task import Progress, State
from seqlib.training.worker import Slice, Trained, train


@dataclass(frozen=True, eq=False)
class Counting:
    """Counts: an epoch adds 1 to its only weight, and measures how many there were before.

    ``lasts`` is how long an epoch takes; ``fatal_below`` ends the process that trains an epoch
    from there on, as long as the file of that name is there.
    """

    epochs: int = 1000
    size: int = 0
    lasts: float = 0.0
    wrong_at: int = -1
    fatal: str = ""
    fails: str = ""
    room: str = ""
    shared: bool = False
    flop: float = 0.0

    @property
    def nbytes(self) -> int:
        return self.size

    def begin(self) -> State:
        zero = np.zeros(1, np.float32)
        return State(zero, zero, zero)

    def advance(
        self, state: State, seconds: float, epochs: int | None = None, helped: bool = False
    ) -> tuple[State, Progress]:
        if self.fails:
            raise RuntimeError(self.fails)
        if self.fatal and os.path.exists(self.fatal):
            if self.fatal.endswith("once"):
                os.unlink(self.fatal)
            os._exit(9)
        until = time.perf_counter() + seconds
        most = min(self.epochs - state.epoch, self.epochs if epochs is None else epochs)
        counts: list[int] = []
        while len(counts) < most and (not counts or time.perf_counter() < until):
            time.sleep(self.lasts)
            if state.epoch + len(counts) == self.wrong_at:
                return _counted(state, counts, finite=False)
            counts.append(state.epoch + len(counts))
        return _counted(state, counts)

    def model(self, state: State, start: Any) -> Any:
        return start + int(state.weights[0])


def _counted(state: State, counts: list[int], finite: bool = True) -> tuple[State, Progress]:
    n = len(counts)
    moved = replace(state, weights=state.weights + n, epoch=state.epoch + n)
    return moved, Progress({"count": np.array(counts, np.float32)}, finite=finite)


@dataclass(frozen=True)
class Settings:
    epochs: int = 1000
    pace: float = 0
    learning_rate: float = 0.01


def counting(epochs: int = 1000, *, pace: float = 0, **task: Any) -> Run:
    """A run that counts its epochs."""
    settings = Settings(epochs, pace)
    return Run(Counting(epochs, **task), 0, settings, {"count": np.zeros(0, np.float32)})


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Here(Pool):
    """Trains one epoch a slice, here and at once, on the clock; an epoch of a run costs ``cost``.

    ``order`` has the names of the runs in the order of their slices, ``given`` what was asked.
    """

    def __init__(self, clock: Clock, slots: int = 1) -> None:
        self.clock, self.slots = clock, slots
        self.cost: dict[str, float] = {}
        self.given: list[Slice] = []
        self.knows: set[str] = set()

    @property
    def order(self) -> list[str]:
        return [given.name for given in self.given]

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future:
        assert function is train
        (given,) = args
        future: Future = Future()
        if given.task is None and given.name not in self.knows:
            future.set_result(None)
            return future
        self.knows.add(given.name)
        self.given.append(given)
        try:
            found = train(given._replace(epochs=1))
        except Exception as problem:
            future.set_exception(problem)
            return future
        assert found is not None
        cost = self.cost.get(given.name, 0.1)
        self.clock.now += cost
        future.set_result(Trained(found.state, found.progress, cost))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass


class ByHand(Scheduler):
    """Gives a slice only when ``step`` is called."""

    def _start(self) -> None:
        pass

    def step(self) -> Run | None:
        """Give one slice and wait for what comes of it; None if it was nobody's turn."""
        self._sweep()
        run = self._send_next()
        while self._flights:
            with self._wake:
                self._wake.wait_for(lambda: self._landed)
            self._collect()
        return run


def by_hand(seconds: float | None = None) -> ByHand:
    """A scheduler that trains here, one epoch each time ``step`` is called, whatever the task."""
    clock = Clock()
    limits = Limits() if seconds is None else Limits(slice=seconds)
    return ByHand(limits, Here(clock), clock=clock)


def trained(run: Any) -> Any:
    """Train a run to its end in this process's workers."""
    assert run.start().wait(120) == "done", run.error
    return run


class Held(Here):
    """Answers when a test says so: ``finish`` the oldest slice, or ``break_down`` all."""

    def __init__(self, clock: Clock, slots: int = 1) -> None:
        super().__init__(clock, slots)
        self.waiting: list[tuple[Future, tuple[Any, ...]]] = []

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future:
        future: Future = Future()
        self.waiting.append((future, (function, *args)))
        return future

    def finish(self) -> None:
        future, call = self.waiting.pop(0)
        future.set_result(super().submit(*call).result())

    def fail(self, problem: BaseException) -> None:
        self.waiting.pop(0)[0].set_exception(problem)
