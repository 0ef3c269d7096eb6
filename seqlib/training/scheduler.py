"""Who trains next: fair short slices of the machine for every run in the process.

One ``Scheduler`` serves all readers. A run that has not had a slice yet comes first, so that
everybody sees a first loss soon; then always the run that has used the least. Runs that are too
many at once wait, and their place is known. An owner is a word that stands for one visit;
who stands behind it is not known here.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from seqlib.i18n import N_, Later, _
from seqlib.training import tensorflow
from seqlib.training.run import Run, State

log = logging.getLogger(__name__)

MOVING = (State.QUEUED, State.RUNNING)
HELD = N_("held, because nobody was looking")
DROPPED = N_("stopped, because nobody looked for {minutes:.0f} minutes")


@dataclass(frozen=True)
class Limits:
    """What one process takes on.

    Attributes
    ----------
    training, waiting : int
        Runs that take turns, and runs that may wait for one of those to end.
    per_owner : int
        Unfinished runs of one owner; held ones count.
    data : int
        Bytes that the windows of all unfinished runs may have together.
    quiet, dropped : float
        Seconds after which the runs of an owner nobody has heard of are held, and stopped. A
        browser lets a hidden tab speak once a minute.
    slice, round : float
        A slice aims at so many seconds, fewer where many train, so that each has had a turn
        after about ``round``.
    """

    training: int = 40
    waiting: int = 40
    per_owner: int = 4
    data: int = 300_000_000
    quiet: float = 150.0
    dropped: float = 1200.0
    slice: float = 0.15
    round: float = 3.0


# Below this, what a call into TensorFlow costs would show.
SHORTEST_SLICE = 0.04
# How much of what the others have used a newcomer may catch up with, in seconds.
CATCH_UP = 2.0
SWEEP_SECONDS = 2.0
# Slices under way at once on this machine. One step alone fills a core and a half at best; two
# runs side by side fill two. More would take memory, and a core from drawing pages.
AT_ONCE = 2


@dataclass(frozen=True)
class Facts:
    """What the host may know.

    Attributes
    ----------
    runs : dict of str to int
        Runs that are held in memory, by state.
    queue, owners, traced, slices : int
        Runs that wait, owners of unfinished runs, traced functions held, slices given so far.
    busy_seconds : float
        Spent in slices.
    """

    runs: dict[str, int]
    queue: int
    owners: int
    traced: int
    slices: int
    busy_seconds: float


class Scheduler:
    """Gives runs slices: two at once where there are cores, or as many as a cluster has places.

    Runs are held weakly: one that nobody holds any more is dropped.
    """

    def __init__(self, limits: Limits | None = None, slots: Callable[[], int] | None = None):
        self.limits = limits or Limits()
        self._slots = slots or _slots
        self._turns: list[weakref.ref[Run]] = []  # in the order they came
        self._known: weakref.WeakSet[Run] = weakref.WeakSet()
        self._seen: dict[str, float] = {}
        self._wake = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._swept = 0.0
        self._slices, self._busy_seconds = 0, 0.0

    # What anybody may call, from any thread.

    def admit(self, run: Run, owner: str = "") -> None:
        """Let a new run in. Raises ``ValueError``, one sentence, where there is no room."""
        limits = self.limits
        with self._wake:
            unfinished = [one for one in self._known if not one.state.over]
            theirs = [one for one in unfinished if owner and one.owner == owner]
            if len(theirs) >= limits.per_owner:
                raise ValueError(
                    _(
                        "{n} of your runs are not finished, and more at once are not possible; "
                        "stop one of them or wait.",
                        n=len(theirs),
                    )
                )
            if len(unfinished) >= limits.training + limits.waiting:
                raise ValueError(
                    _(
                        "{n} runs train or wait on this server, which is all it takes; try again "
                        "in a minute.",
                        n=len(unfinished),
                    )
                )
            if unfinished and run.nbytes + sum(one.nbytes for one in unfinished) > limits.data:
                raise ValueError(
                    _(
                        "The memory that this server has for training is full; choose fewer or "
                        "shorter windows, or try again when others have finished."
                    )
                )
            run.owner = owner
            if owner:
                self._seen[owner] = time.monotonic()
            self._known.add(run)

    def add(self, run: Run) -> None:
        """Give a run its turns, from now until it holds or is over."""
        with self._wake:
            self._known.add(run)
            if all(reference() is not run for reference in self._turns):
                self._turns.append(weakref.ref(run))
            self._begin_threads()
            self._wake.notify_all()

    def place(self, run: Run) -> int:
        """1 if next to get its first slice, 2 after that…; 0 if it does not wait for one."""
        with self._wake:
            waiting = [one for one in self._runs() if one.state is State.QUEUED]
        return waiting.index(run) + 1 if run in waiting else 0

    def seen(self, owner: str) -> None:
        """Somebody looks at this owner's page; what was held because nobody did goes on."""
        with self._wake:
            self._seen[owner] = time.monotonic()
            held = [one for one in self._known if one.owner == owner and one.held]
        for run in held:
            run.resume()

    def facts(self) -> Facts:
        """Counts, and nothing about anybody."""
        with self._wake:
            known = list(self._known)
            runs = Counter(one.state.value for one in known)
            owners = {one.owner for one in known if one.owner and not one.state.over}
            return Facts(
                dict(runs),
                sum(one.state is State.QUEUED for one in known),
                len(owners),
                _traced(),
                self._slices,
                self._busy_seconds,
            )

    def close(self) -> None:
        """Let the slices at hand end, then work no more."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    # What the threads do.

    def _runs(self) -> list[Run]:
        """Those that take turns or wait, in the order they came; the others are forgotten."""
        runs = [run for reference in self._turns if (run := reference()) is not None]
        runs = [run for run in runs if run.busy or run.state in MOVING]
        self._turns = [weakref.ref(run) for run in runs]
        return runs

    def _begin_threads(self) -> None:
        if not self._threads:
            # A daemon thread inside TensorFlow at interpreter exit would abort the process.
            atexit.register(self.close)
        while len(self._threads) < self._slots() and not self._closing:
            thread = threading.Thread(target=self._work, name="seqlib-training", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._sweep()
                self._begin_threads()  # a cluster may have grown
                run, pause = self._next()
                if self._closing:
                    return
                if run is None:
                    self._wake.wait(pause)
                    continue
                run.busy = True
                seconds = self._slice_seconds()
            began = time.perf_counter()
            self._give_slice(run, seconds)
            took = time.perf_counter() - began
            with self._wake:
                self._slices += 1
                self._busy_seconds += took
                run.busy = False
                # Loading and tracing serve all; only what a slice is meant to last is counted.
                run.used += min(took, 2 * seconds)
            del run  # or an idle thread would hold it

    def _next(self) -> tuple[Run | None, float | None]:
        """The run whose turn it is; or None, and how long nothing will change by itself."""
        running = self._runs()[: self.limits.training]
        now = time.perf_counter()
        ready, early = [], []
        busy = 0
        for run in running:
            if run.busy:
                busy += 1
            elif run.not_before > now:
                early.append(run.not_before - now)
            else:
                ready.append(run)
        if ready and busy < self._slots():
            fresh = [run for run in ready if run.used == 0]
            if fresh:
                used = [run.used for run in running if run.used]
                fresh[0].used = max(1e-9, min(used, default=0.0) - CATCH_UP)
                return fresh[0], None
            return min(ready, key=lambda run: run.used), None
        unfinished = any(not run.state.over for run in self._known)
        pause = min(early, default=SWEEP_SECONDS if unfinished else None)
        return None, pause

    def _slice_seconds(self) -> float:
        running = sum(run.state in MOVING for run in self._runs()[: self.limits.training])
        return max(SHORTEST_SLICE, min(self.limits.slice, self.limits.round / max(1, running)))

    @staticmethod
    def _give_slice(run: Run, seconds: float) -> None:
        try:
            run._slice(seconds)
        except Exception:  # a run at odds with itself must not take the others' thread along
            log.exception("A training run could not be continued")
            run._fail(Later(N_("Training stopped: the run could not be continued.")))

    def _sweep(self) -> None:
        """Hold the runs of owners nobody has heard of, and stop them after long enough."""
        now = time.monotonic()
        if now - self._swept < min(SWEEP_SECONDS, self.limits.quiet):
            return
        self._swept = now
        limits = self.limits
        owners = set()
        for run in list(self._known):
            if not run.owner or run.state.over:
                continue
            owners.add(run.owner)
            quiet = now - self._seen.get(run.owner, now)
            if quiet > limits.dropped:
                run.stop(Later(DROPPED, {"minutes": limits.dropped / 60}))
            elif quiet > limits.quiet and run.state in MOVING:
                run.pause(Later(HELD))
        self._seen = {owner: at for owner, at in self._seen.items() if owner in owners}


def _slots() -> int:
    """How many slices may be under way at once."""
    if tensorflow.trains_here():
        return min(AT_ONCE, os.cpu_count() or 1)
    from seqlib.training import cluster

    return cluster.slots()


def _traced() -> int:
    """Traced functions that the modules loaded so far hold."""
    found = 0
    for module, name in (
        ("seqlib.training.step", "shared_step"),
        ("seqlib.emojify.fused", "steps_of"),
        ("seqlib.training.copy_task", "shared_step"),
    ):
        if module in sys.modules:
            found += getattr(sys.modules[module], name).cache_info().currsize
    return found


_default = Scheduler()


def default() -> Scheduler:
    """The one that runs use where no other is given."""
    return _default
