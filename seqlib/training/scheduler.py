"""Who trains next: fair short slices of the machine for every run in the process.

One ``Scheduler`` serves all readers. It trains nothing itself: it sends slices to a pool of worker
processes, or to a cluster, and gives runs what comes back. A reader who has not had a slice yet
comes first, so that everybody sees a first loss soon; then always the reader who has used the
least, whose runs share that one share. Runs that are too many at once wait, and their place is
known. An owner is a word that stands for one visit; who stands behind it is not known here.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import NamedTuple

from seqlib.i18n import N_, InputError, Later
from seqlib.training import cluster, keras_room
from seqlib.training.rooms import Pool, ProcessRefused, TooLong, TooMuchMemory, Workers
from seqlib.training.run import STARTING, Run, State
from seqlib.training.worker import Slice, Trained, train

log = logging.getLogger(__name__)

MOVING = (State.QUEUED, State.RUNNING)
HELD = N_("held, because nobody was looking")
DROPPED = N_("stopped, because nobody looked for {minutes:.0f} minutes")
LOST = N_("a worker was lost; going on from the last finished slice on another")
COSTLY = N_(
    "Training stopped because its worker ended each time, perhaps for want of memory; "
    "try a smaller one."
)
BEYOND = N_(
    "Training stopped because it took more time or memory than it may have here; try a smaller one."
)
BROKEN = N_("Training stopped: the run could not be continued.")


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
        Bytes that the data and states of all unfinished runs may have together.
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
    slice: float = 0.3
    round: float = 3.0


# Below this, what it costs to send a slice would show.
SHORTEST_SLICE = 0.04
# How far, in seconds, a reader who comes or comes back may lie behind those who train. Without
# this bound one who paused for minutes would get every slice for minutes.
CATCH_UP = 2.0
# A run that has trained so many seconds, or may take so much arithmetic, may have a helper; most
# are over before one has started.
HELPED_AFTER = 0.5
HELPED_FLOP = 5e11
SWEEP_SECONDS = 2.0
AWAY_SECONDS = 0.5  # from one look at a pool that is away to the next
NOTE_SECONDS = 8.0  # how long a note stays after what it tells of is over
# A slice may bring down so many workers before its run is given up.
ROUNDS = 3


@dataclass(frozen=True)
class Facts:
    """What the host may know.

    Attributes
    ----------
    runs : dict of str to int
        Runs that are held in memory, by state.
    queue, owners : int
        Runs that wait, owners of unfinished runs.
    busy_seconds : float
        Spent in slices.
    """

    runs: dict[str, int]
    queue: int
    owners: int
    busy_seconds: float


class _Share:
    """What one owner has used of the machine, in seconds, and the clock among their runs."""

    def __init__(self) -> None:
        self.used = 0.0
        self.now = 0.0  # as ``Scheduler._now``, between this owner's runs
        self.fresh = True


class _Flight(NamedTuple):
    """A slice that is under way."""

    run: Run
    pool: Pool
    given: Slice
    began: float


class Scheduler:
    """Gives runs slices, as many at once as its pool has places.

    Runs are held weakly: one that nobody holds any more is dropped.

    Parameters
    ----------
    limits : Limits
    pools : dict of str to Pool
        Where to train, by the ``room`` that a task asks for; "" for tasks that ask for none.
    clock : function
        Seconds, for tests.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        pools: Mapping[str, Pool] | Pool | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        if pools is None:
            pools = Workers()
        self.pools = dict(pools) if isinstance(pools, Mapping) else {"": pools}
        self._clock = clock
        self._turns: list[weakref.ref[Run]] = []  # in the order they came
        self._known: weakref.WeakSet[Run] = weakref.WeakSet()
        self._seen: dict[str, float] = {}
        self._shares: dict[str, _Share] = {}
        self._now = 0.0  # what the reader whose turn it was last had used: the virtual time
        self._flights: dict[Future, _Flight] = {}
        self._landed: deque[Future] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._swept = float("-inf")
        self._busy_seconds = 0.0

    @property
    def pool(self) -> Pool:
        """Where tasks train that ask for no room of their own."""
        return self.pools[""]

    # What anybody may call, from any thread.

    def admit(self, run: Run, owner: str = "") -> None:
        """Let a new run in. Raises ``ValueError``, one sentence, where there is no room."""
        limits = self.limits
        with self._wake:
            unfinished = [one for one in self._known if not one.state.over]
            theirs = [one for one in unfinished if owner and one.owner == owner]
            if len(theirs) >= limits.per_owner:
                raise InputError(
                    "{n} of your runs are not finished, and more at once are not possible; "
                    "stop one of them or wait.",
                    n=len(theirs),
                )
            if len(unfinished) >= limits.training + limits.waiting:
                raise InputError(
                    "{n} runs train or wait on this server, which is all it takes; try again "
                    "in a minute.",
                    n=len(unfinished),
                )
            if unfinished and run.needs + sum(one.nbytes for one in unfinished) > limits.data:
                raise InputError(
                    "The memory that this server has for training is full; choose fewer or "
                    "shorter windows, or try again when others have finished."
                )
            run.owner = owner
            if owner:
                self._seen[owner] = self._clock()
            self._known.add(run)

    def add(self, run: Run) -> None:
        """Give a run its turns, from now until it holds or is over."""
        with self._wake:
            if all(reference() is not run for reference in self._turns):
                self._turns.append(weakref.ref(run))
            if self._thread is None and not self._closing:
                self._start()
            self._wake.notify_all()

    def place(self, run: Run) -> int:
        """1 if next to get its first slice, 2 after that…; 0 if it does not wait for one."""
        with self._wake:
            waiting = [one for one in self._runs() if one.state is State.QUEUED]
        return waiting.index(run) + 1 if run in waiting else 0

    def seen(self, owner: str) -> None:
        """Somebody looks at this owner's page; what was held because nobody did goes on."""
        with self._wake:
            self._seen[owner] = self._clock()
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
                self._busy_seconds,
            )

    def close(self) -> None:
        """End the workers at once, in the middle of their slices, and give no more."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        for pool in self.pools.values():
            pool.shutdown(wait=False)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)
        atexit.unregister(self.close)

    # The thread that sends and collects.

    def _start(self) -> None:
        atexit.register(self.close)
        self._thread = threading.Thread(target=self._work, name="seqlib-scheduler", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._closing:
            self._sweep()
            self._collect()
            while self._send_next() is not None:
                pass
            with self._wake:
                if not self._landed and not self._closing:
                    self._wake.wait(self._pause())

    def _pause(self) -> float | None:
        """Seconds until something may change by itself; None for never."""
        moving = [run for run in self._runs() if not run.busy]
        if self._flights or moving:
            waits = [SWEEP_SECONDS]
            if any(pool.note for pool in self.pools.values()):
                waits.append(AWAY_SECONDS)
            now = self._clock()
            waits += [run.not_before - now for run in moving if run.not_before > now]
            return max(0.0, min(waits))
        return SWEEP_SECONDS if any(not run.state.over for run in self._known) else None

    def _runs(self) -> list[Run]:
        """Those that take turns or wait, in the order they came; the others are forgotten."""
        runs = [run for reference in self._turns if (run := reference()) is not None]
        runs = [run for run in runs if run.busy or run.state in MOVING]
        self._turns = [weakref.ref(run) for run in runs]
        return runs

    def _send_next(self) -> Run | None:
        """Send the slice of the run whose turn it is; None if there is none or no room."""
        with self._wake:
            if self._closing:
                return None
            run = self._next()
            if run is None or not run.begin_slice():
                return None
            task, pool = run.task, self._pool_of(run)
            if task is None:
                return None
            run.busy = True
            helped = self._helped(run, pool)
            # Alone, it keeps nobody waiting, and half as many states go back and forth. Not before
            # the helper has started, since the slice goes on without it.
            longer = helped and run.trained_for > HELPED_AFTER
            seconds = self._slice_seconds() * (2 if longer else 1)
            share = self._share(run)
            share.fresh = False
            share.used += seconds  # what it took is known later
            run.used += seconds
            left = run.settings.epochs - run.epoch
            first = run.learned is None
            if first:
                run.progress_note = Later(getattr(task, "note", STARTING))
            given = Slice(
                run.name,
                task if first else None,
                run.learned,
                0.0 if run.only == "step" else seconds,
                # One epoch first, so that a loss shows at once.
                1 if first or run.only else self._paced(run) or left,
                helped,
            )
        self._send(_Flight(run, pool, given, self._clock()))
        return run

    def _send(self, flight: _Flight) -> None:
        try:
            future = flight.pool.submit(train, flight.given)
        except RuntimeError:  # closed in this moment
            flight.run.busy = False
            return
        with self._wake:
            self._flights[future] = flight
        future.add_done_callback(self._land)

    def _land(self, future: Future) -> None:
        with self._wake:
            self._landed.append(future)
            self._wake.notify_all()

    def _collect(self) -> None:
        """Give runs what came back."""
        while True:
            with self._wake:
                if not self._landed:
                    return
                future = self._landed.popleft()
                flight = self._flights.pop(future)
            try:
                again = self._settle(future, flight)
            except Exception:  # an error in one run must not end the thread of all
                log.exception("A training run could not be continued")
                flight.run.fail(Later(BROKEN))
                again = False
            if again and not self._closing:
                self._send(flight._replace(given=flight.given._replace(task=flight.run.task)))
            else:
                with self._wake:
                    flight.run.busy = False

    def _settle(self, future: Future, flight: _Flight) -> bool:
        """Handle an answer. Returns True to send the slice again, with the task."""
        run, seconds = flight.run, flight.given.seconds
        trained: Trained | None = None
        try:
            trained = future.result()
            if trained is None:  # the worker does not know the task
                return run.state is State.RUNNING and run.task is not None
        except CancelledError:  # the cluster went away in this moment
            run.not_before = self._clock() + AWAY_SECONDS
        except (TooLong, TooMuchMemory):
            run.fail(Later(BEYOND))
        except ProcessRefused:
            if flight.pool.refusal:
                run.fail(Later(flight.pool.refusal))
        except flight.pool.counts_as_lost:
            run.lost += 1
            self._tell(run, LOST, NOTE_SECONDS)
            log.warning(LOST)
            if run.lost >= ROUNDS:
                run.fail(Later(COSTLY))
        except Exception as problem:
            run.fail_with(problem)
        took = trained.seconds if trained is not None else seconds
        run.trained_for += took if trained is not None else 0.0
        with self._wake:
            self._busy_seconds += took
            run.used += took - seconds
            self._share(run).used += took - seconds
        if trained is not None:
            run.lost = 0
            if run.note_until <= self._clock():
                run.progress_note = ""
            if run.pace:
                run.not_before = flight.began + trained.progress.epochs / run.pace
            if flight.given.name != run.ended:
                run.take(trained.state, trained.progress)
        return False

    @staticmethod
    def _paced(run: Run) -> int:
        """Epochs of a slice of a run that is slowed down; 0 if it is not."""
        shortest = getattr(run.task, "shortest", 0.0)
        return max(1, int(run.pace * shortest)) if run.pace else 0

    def _helped(self, run: Run, pool: Pool) -> bool:
        """Whether a slice of the run may take a second core: no other run trains or waits."""
        alone = pool.helps and not self._flights and len(self._runs()) == 1
        flop = getattr(run.task, "flop", 0.0)
        long = run.trained_for > HELPED_AFTER or flop > HELPED_FLOP
        return alone and long and not run.pace and getattr(run.task, "shared", False)

    @staticmethod
    def _pool_name(run: Run) -> str:
        return getattr(run.task, "room", "")

    def _pool_of(self, run: Run) -> Pool:
        return self.pools[self._pool_name(run)]

    def _tell(self, run: Run, note: str, seconds: float = 0.0) -> None:
        run.progress_note, run.note_until = Later(note), self._clock() + seconds

    # Whose turn it is.

    def _next(self) -> Run | None:
        """The run that is to have the next slice; None if no run or no place is free."""
        running = self._runs()[: self.limits.training]
        if len(self._flights) >= self.pool.slots:
            return None
        now = self._clock()
        ready: dict[str, list[Run]] = {}
        for run in running:
            pool = self._pool_of(run)
            if run.busy or run.not_before > now or run.state not in MOVING:
                continue
            if pool.note:
                self._tell(run, pool.note)
            elif pool is self.pool or not self._busy(pool):
                ready.setdefault(self._key(run), []).append(run)
        if not ready:
            return None
        shares = {key: self._shares.setdefault(key, _Share()) for key in ready}
        fresh = [key for key, share in shares.items() if share.fresh]
        # Those who were away lie behind by no more than CATCH_UP.
        for share in shares.values():
            share.used = max(share.used, self._now - CATCH_UP)
        key = fresh[0] if fresh else min(shares, key=lambda key: shares[key].used)
        share = shares[key]
        self._now = max(self._now, share.used)
        for run in ready[key]:
            run.used = max(run.used, share.now - CATCH_UP)
        run = min(ready[key], key=lambda run: (run.learned is not None, run.used))
        share.now = max(share.now, run.used)
        return run

    def _busy(self, pool: Pool) -> bool:
        return sum(flight.pool is pool for flight in self._flights.values()) >= pool.slots

    @staticmethod
    def _key(run: Run) -> str:
        return run.owner or run.name

    def _share(self, run: Run) -> _Share:
        return self._shares.setdefault(self._key(run), _Share())

    def _slice_seconds(self) -> float:
        running = len(self._runs()[: self.limits.training])
        fair = self.limits.round * self.pool.slots / max(1, running)
        return max(SHORTEST_SLICE, min(self.limits.slice, fair))

    def _sweep(self) -> None:
        """Hold the runs of owners nobody has heard of, and stop them after long enough."""
        for name, pool in self.pools.items():
            if gone := pool.lost_for_good:
                for run in list(self._known):
                    if run.state in MOVING and self._pool_name(run) == name:
                        run.fail(Later(gone))
                for future, flight in list(self._flights.items()):
                    if flight.pool is pool:
                        future.cancel()
        now = self._clock()
        if now - self._swept < min(SWEEP_SECONDS, self.limits.quiet):
            return
        self._swept = now
        limits = self.limits
        with self._wake:
            known = [run for run in self._known if not run.state.over]
            keys = {self._key(run) for run in known}
            self._seen = {owner: at for owner, at in self._seen.items() if owner in keys}
            self._shares = {key: share for key, share in self._shares.items() if key in keys}
            quiet = {owner: now - at for owner, at in self._seen.items()}
        for run in known:
            away = quiet.get(run.owner, 0.0)
            if away > limits.dropped:
                run.stop(Later(DROPPED, {"minutes": limits.dropped / 60}))
            elif away > limits.quiet and run.state in MOVING:
                run.pause(Later(HELD))


_default: Scheduler | None = None
_making = threading.Lock()


def default() -> Scheduler:
    """The scheduler of this process: worker processes, or the cluster that its host names."""
    global _default
    with _making:
        if _default is None:
            address = cluster.address()
            workers = cluster.Cluster(address) if address else Workers()
            _default = Scheduler(pools={"": workers, "keras": keras_room.room})
        return _default
