"""Training on a cluster: a run's session on one of Dask's workers.

With ``SEQSCOPE_SCHEDULER=tcp://host:8786`` runs open their sessions here. A slice is one Dask
task: it takes the state after the last slice, trains, and brings back what was learned and the
new state. What stays the same, the windows, is sent once and held by the workers. So the state
here is always the last snapshot: when a worker is lost, or the scheduler, the slice is done
again from it elsewhere.

Dask is imported only if the variable is set. On a worker this module is the preload that loads
TensorFlow before the first run does: ``dask worker … --preload seqlib.training.cluster``.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from seqlib.i18n import N_, Later
from seqlib.training import tensorflow

VARIABLE = "SEQSCOPE_SCHEDULER"
# How long a run waits for a scheduler with at least one worker before it fails. Its sentence
# says a minute.
PATIENCE = 60.0
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 2.0  # a server that stops does not wait for a cluster that is away
LOOK_SECONDS = 0.5  # from one look at the cluster to the next
NOTE_SECONDS = 8.0  # how long a note stays after what it tells of is over
# An epoch that takes many calls crosses the network every so many seconds, not after each call.
PARTS_SECONDS = 1.0
# So many workers may be lost over one slice, times Dask's distributed.scheduler.allowed-failures.
ROUNDS = 2

SENDING = N_("sending the run to the cluster")
AWAY = N_("the cluster is away; waiting for it")
NO_WORKER = N_("the cluster has no workers; waiting for one")
LOST = N_("a worker was lost; going on from the last finished slice on another")
GONE = N_(
    "The cluster did not come back within a minute, so training stopped; what was learned is kept."
)
COSTLY = N_(
    "Training stopped because the cluster lost a worker each time it took this run; "
    "try a smaller one."
)
NO_DASK = N_("{variable} is set, but Dask is not installed: install requirements-cluster.txt.")
CLOSED = N_("The server is shutting down, so training stopped.")
NO_DASK = N_(
    "SEQSCOPE_SCHEDULER is set, but Dask is not installed; the host has to install "
    "requirements-cluster.txt."
)

log = logging.getLogger(__name__)


def address() -> str:
    """The scheduler's address; empty if training stays on this machine."""
    return os.environ.get(VARIABLE, "").strip()


def begin() -> None:
    """Look for the cluster in the background, so that its size is known by the first run."""
    if address():
        threading.Thread(target=_find, name="seqlib-cluster-begin", daemon=True).start()


def _find() -> None:
    try:
        _cluster()
    except ValueError as problem:
        log.error(problem.args[0].message)


def slots() -> int:
    """How many slices the cluster can work on at once, at least 1; never waits."""
    return max(1, sum(_cluster().workers.values()))


def workers() -> dict[str, int]:
    """Threads of each worker, by its address; never waits."""
    return dict(_cluster().workers)


def open(kind: type, *args: Any, **options: Any) -> Any:
    """A stand-in for ``kind(*args, **options)`` that works on the cluster.

    A kind that has none works here. Raises ``ValueError`` if Dask is not installed.
    """
    if kind.__name__ not in STANDS_IN:
        return kind(*args, **options)
    return STANDS_IN[kind.__name__](_cluster(), kind, args, options)


def close() -> None:
    """Let go of the cluster; runs that wait for it fail."""
    global _known
    with _making:
        known, _known = _known, None
    if known is not None:
        known.close()


class Cluster:
    """The connection, and what is known of the workers; kept up by a thread of its own."""

    def __init__(self, address: str) -> None:
        try:
            import dask
            import distributed
        except ImportError as problem:
            raise ValueError(Later(NO_DASK)) from problem
        # A state of 30 MB is rare and meant; Dask would warn of it at every slice.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        self.address = address
        self.workers: dict[str, int] = {}  # address -> threads
        self.looked = 0.0  # when that was so, by the monotonic clock
        self._new_client = distributed.Client
        self._client: Any = None
        self._well = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="seqlib-cluster", daemon=True)
        self._thread.start()

    @property
    def client(self) -> Any:
        """Connected, or None."""
        client = self._client
        return client if client is not None and client.status == "running" else None

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def away_for(self) -> float:
        """Seconds since there was last a scheduler with a worker."""
        return time.monotonic() - self._well

    def close(self) -> None:
        self._closing.set()
        self._thread.join(CLOSE_SECONDS)
        self._drop()

    def _watch(self) -> None:
        while not self.closing:
            try:
                self._look()
            except Exception as problem:  # away; what Dask raises then is of many kinds
                log.debug("The cluster is away: %s", problem)
                self.workers = {}
            self._closing.wait(LOOK_SECONDS)

    def _look(self) -> None:
        if self._client is None or self._client.status == "closed":
            self._drop()
            self._client = self._new_client(
                self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="seqscope"
            )
        if self.client is None:  # connecting again by itself, for CONNECT_SECONDS
            self.workers = {}
            return
        now = time.monotonic()
        info = self._client.sync(
            self._client.scheduler.identity, n_workers=-1, callback_timeout=CONNECT_SECONDS
        )
        self.workers = {
            name: worker["nthreads"]
            for name, worker in info["workers"].items()
            if worker.get("status", "running") in ("running", "paused")
        }
        self.looked = now
        if self.workers:
            self._well = time.monotonic()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close(timeout=CLOSE_SECONDS)
            except Exception as problem:
                log.debug("A lost connection did not close: %s", problem)


_known: Cluster | None = None
_making = threading.Lock()


def _cluster() -> Cluster:
    global _known
    with _making:
        if _known is None:
            _known = Cluster(address())
        return _known


atexit.register(close)


class Away(Exception):
    """The connection was lost, and with it the slice."""


class Session:
    """A session whose work is done on the cluster.

    Attributes
    ----------
    part_done : float
        Share of the current epoch already done, 0 to 1.
    over : function
        Says that nobody wants the slice any more; then waiting ends with ``None``.
    """

    def __init__(self, cluster: Cluster, kind: type, args: Any, options: Any) -> None:
        self.part_done = 0.0
        self.over: Callable[[], bool] = lambda: False
        self._cluster = cluster
        self._given = (
            kind,
            tuple(packed(value) for value in args),
            {name: packed(value) for name, value in options.items()},
        )
        self._held: Any = None  # Dask's future of a Held
        self._state: Any = None  # after the last slice; None for the first
        self._worker = ""
        self._left, self._left_at = "", 0.0  # the worker before, until it is known why
        self._note, self._note_until = SENDING, float("inf")

    @property
    def note(self) -> str:
        """What a reader should know of the cluster just now; an ``N_`` text, mostly empty."""
        return self._note if time.monotonic() < self._note_until else ""

    def _tell(self, note: str, seconds: float = float("inf")) -> None:
        if note and note != self._note:
            log.warning(note)
        self._note, self._note_until = note, time.monotonic() + seconds

    def _do(self, work: Callable, *args: Any) -> Any:
        """``work(session, *args)`` on a worker, however often it has to be begun again."""
        from distributed import KilledWorker

        rounds = 0
        while not self.over():
            try:
                answer = self._ask(work, args)
            except Away:
                self._wait_for_cluster()
                continue
            except KilledWorker as problem:
                rounds += 1
                if rounds == ROUNDS:
                    raise ValueError(Later(COSTLY)) from problem
                self._tell(LOST, NOTE_SECONDS)
                continue
            if answer is None:
                break
            if self._note in (SENDING, AWAY, NO_WORKER):
                self._tell("")
            self._notice(answer.worker)
            self._state, self.part_done = answer.state, answer.part_done
            return answer.result
        return None

    def _ask(self, work: Callable, args: Any) -> Answer | None:
        """One try. None if it is not wanted any more."""
        from concurrent.futures import CancelledError as Cancelled

        from distributed import CancelledError
        from distributed.comm import CommClosedError

        client = self._cluster.client
        if client is None:
            raise Away
        lost = (Cancelled, CancelledError, CommClosedError)
        try:
            if self._held is None or self._held.client is not client or self._held.cancelled():
                self._held = client.submit(
                    Held, *self._given, key=f"session-{uuid.uuid4().hex}", pure=False
                )
            future = client.submit(Held.work, self._held, self._state, work, args, pure=False)
            while True:
                try:
                    return future.result(timeout=LOOK_SECONDS)
                except TimeoutError:
                    if future.status == "error":
                        raise
                if self._cluster.closing or self.over():
                    future.cancel()
                    self._check_open()
                    return None
                self._watch_over(future)
        except lost as problem:
            raise Away from problem

    def _watch_over(self, future: Any) -> None:
        """While a slice is away: say what is wrong with the cluster; give up in time."""
        if self._cluster.away_for > PATIENCE:
            future.cancel()
            raise ValueError(Later(GONE))
        if self._cluster.client is None:
            self._tell(AWAY)
        elif not self._cluster.workers:
            self._tell(NO_WORKER)
        elif self._worker and self._worker not in self._cluster.workers:
            self._tell(LOST, NOTE_SECONDS)
        elif self._note in (AWAY, NO_WORKER):
            self._tell("")

    def _wait_for_cluster(self) -> None:
        self._tell(AWAY)
        time.sleep(LOOK_SECONDS)
        self._check_open()
        if self._cluster.away_for > PATIENCE:
            raise ValueError(Later(GONE))

    def _check_open(self) -> None:
        if self._cluster.closing:
            raise ValueError(Later(CLOSED))

    def _notice(self, worker: str) -> None:
        """Tell of a worker that was lost between two looks, when another one answers."""
        if worker != self._worker:
            self._left, self._left_at = self._worker, time.monotonic()
        self._worker = worker
        if self._left and self._cluster.looked > self._left_at:
            if self._left not in self._cluster.workers:
                self._tell(LOST, NOTE_SECONDS)
            self._left = ""


class TrainingSession(Session):
    """``seqlib.training.step.FusedTraining`` on the cluster."""

    def advance(self, epochs: int) -> Any:
        """As there: what was learned, or None while an epoch is unfinished."""
        return self._do(_advance, epochs)


def _advance(session: Any, epochs: int) -> Any:
    ends = time.monotonic() + PARTS_SECONDS
    while True:
        learned = session.advance(epochs)
        if learned is not None or time.monotonic() > ends:
            return learned


class BatchesSession(Session):
    """``seqlib.emojify.fused.Batches`` on the cluster; evaluated there when an epoch ends."""

    def __init__(self, cluster: Cluster, kind: type, args: Any, options: Any) -> None:
        super().__init__(cluster, kind, args, options)
        *_, train, _, _ = args
        self._of_an_epoch = -(-len(train) // min(options["batch"], len(train)))
        self._fresh = False
        self.batches_left = 0
        self._measured: Any = None

    def begin_epoch(self) -> None:
        """As there; the shuffling is done with the next batch."""
        self._fresh, self.batches_left = True, self._of_an_epoch

    def train(self, n: int) -> tuple[float, int]:
        """As there."""
        taken = self._do(_take, self._fresh, n)
        if taken is None:
            return 0.0, 0
        self._fresh = False
        sums, self.batches_left, self._measured = taken
        return sums

    def evaluate(self) -> np.ndarray:
        """As there, after an epoch."""
        return self._measured[0]

    def weights(self) -> Any:
        """As there, after an epoch."""
        return self._measured[1]


def _take(session: Any, fresh: bool, n: int) -> Any:
    if fresh:
        session.begin_epoch()
    sums = session.train(n)
    left = session.batches_left
    return sums, left, None if left else (session.evaluate(), session.weights())


STANDS_IN: dict[str, type[Session]] = {
    "FusedTraining": TrainingSession,
    "Batches": BatchesSession,
}


# What runs on a worker.


class Answer(NamedTuple):
    """What a worker sends back after a slice."""

    result: Any
    state: Any
    part_done: float
    worker: str


class Held:
    """What a run sent once, and the session a worker made of it, made at its first use there.

    Dask moves it to other workers as it sees fit; what travels is what was sent.
    """

    def __init__(self, kind: type, args: Any, options: Any) -> None:
        self._sent = kind, args, options
        self._session: Any = None
        self._start: Any = None
        self._lock = threading.Lock()

    def __reduce__(self) -> Any:
        return Held, self._sent

    def __sizeof__(self) -> int:
        _, args, options = self._sent
        return 1000 + sum(getattr(value, "nbytes", 0) for value in (*args, *options.values()))

    def work(self, state: Any, work: Callable, args: Any) -> Answer:
        from distributed import get_worker

        with self._lock:
            if self._session is None:
                kind, given, options = self._sent
                self._session = kind(
                    *(unpacked(value) for value in given),
                    **{name: unpacked(value) for name, value in options.items()},
                )
                self._start = self._session.state
            # Whatever a slice that was never heard of has left here, go on from the snapshot.
            self._session.state = self._start if state is None else state
            result = work(self._session, *args)
            return Answer(
                result, self._session.state, self._session.part_done, get_worker().address
            )


def dask_setup(worker: Any) -> None:
    """Dask's preload hook: load TensorFlow before the worker says it is there."""
    tensorflow.load()


# What travels.


class OneHot(NamedTuple):
    """An array whose rows are one-hot or zero, as the places of the ones; -1 for a zero row."""

    places: np.ndarray
    depth: int
    dtype: np.dtype

    @property
    def nbytes(self) -> int:
        """As an array, which is what a worker makes of it."""
        return self.places.size * self.depth * self.dtype.itemsize


def packed(value: Any) -> Any:
    """``value``, or where it is a one-hot array its places, a hundredth of the bytes."""
    if not isinstance(value, np.ndarray) or value.ndim < 2 or value.dtype.kind != "f":
        return value
    if not value.shape[-1]:
        return value
    places = value.argmax(axis=-1)
    top = np.take_along_axis(value, places[..., None], axis=-1)[..., 0]
    is_one = top == 1
    if not np.array_equal(np.count_nonzero(value, axis=-1), is_one):
        return value
    kept = np.where(is_one, places, -1).astype(np.int32)
    return OneHot(kept, value.shape[-1], value.dtype)


def unpacked(value: Any) -> Any:
    """What was given to ``packed``."""
    if not isinstance(value, OneHot):
        return value
    array = np.zeros((*value.places.shape, value.depth), value.dtype)
    there = value.places >= 0
    array[(*np.nonzero(there), value.places[there])] = 1
    return array
