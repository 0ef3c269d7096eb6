"""Slices on a cluster: Dask's executor in place of the worker processes of this machine.

With ``SEQSCOPE_SCHEDULER=tcp://host:8786`` the scheduler of runs sends its slices here, the same
slices that worker processes get. Dask sends a slice again whose worker was lost; a slice that is
lost with Dask's own scheduler is sent again from the state that the app holds. Dask is imported
only if the variable is set.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from functools import cache
from typing import Any

from seqlib.i18n import N_
from seqlib.training.rooms import Pool

VARIABLE = "SEQSCOPE_SCHEDULER"
_ADDRESS = re.compile(r"(?:[a-z]+://)?[\w.\-\[\]:]*\w\]?:\d{1,5}|inproc://\S+")
# How long runs wait for a scheduler with at least one worker before they fail; GONE says a minute.
PATIENCE = 60.0
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 2.0  # a server that stops does not wait for a cluster that is away
LOOK_SECONDS = 0.5  # from one look at the cluster to the next

AWAY = N_("the cluster is away; waiting for it")
NO_WORKER = N_("the cluster has no workers; waiting for one")
GONE = N_(
    "The cluster did not come back within a minute, so training stopped; what was learned is kept."
)
NO_DASK = N_(
    "SEQSCOPE_SCHEDULER is set, but Dask is not installed; the host has to install "
    "requirements-cluster.txt."
)

log = logging.getLogger(__name__)


def address() -> str:
    """The address of Dask's scheduler; empty if training stays on this machine.

    So it does where the variable is no address; the log says so once.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given and not _ADDRESS.fullmatch(given):
        _warn_once(given)
        return ""
    return given


@cache
def _warn_once(_given: str) -> None:
    log.warning("SEQSCOPE_SCHEDULER is no address such as tcp://host:8786; it is ignored")


class Cluster(Pool):
    """The workers of a Dask cluster, and what is known of them.

    A thread of its own looks at the cluster, so that nothing here waits for it.

    Attributes
    ----------
    workers : dict of str to int
        Threads of each worker, by its address; empty while the cluster is away.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.workers: dict[str, int] = {}
        self._client: Any = None
        self._missing = False  # Dask is not installed
        self._well = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="seqlib-cluster", daemon=True)
        self._thread.start()

    @property
    def slots(self) -> int:  # type: ignore[override]
        """How many slices the cluster works on at once; at least 1."""
        return max(1, sum(self.workers.values()))

    @property
    def note(self) -> str:  # type: ignore[override]
        """What is wrong with the cluster just now, an ``N_`` text; mostly empty."""
        if self._client is None or self._client.status != "running":
            return AWAY
        return "" if self.workers else NO_WORKER

    @property
    def lost_for_good(self) -> str:  # type: ignore[override]
        """Why runs need not wait any longer, an ``N_`` text; mostly empty."""
        if self._missing:
            return NO_DASK
        return GONE if time.monotonic() - self._well > PATIENCE else ""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future:
        """Have ``function(*args, **named)`` called on a worker.

        The future is cancelled where the cluster was away or went away; ask again then.
        """
        client = self._client
        if client is not None and client.status == "running":
            try:
                return client.get_executor(pure=False).submit(function, *args, **named)
            except Exception as problem:  # it went in this moment
                log.debug("The cluster did not take a slice: %s", problem)
        lost: Future = Future()
        lost.cancel()
        lost.set_running_or_notify_cancel()
        return lost

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster."""
        self._closing.set()
        if wait:
            self._thread.join(CLOSE_SECONDS)
        self._drop()

    def _watch(self) -> None:
        try:
            import dask
            import distributed
        except ImportError:
            self._missing = True
            log.error(NO_DASK)
            return
        # A state of 30 MB is rare and meant; Dask would warn of it at every slice.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        self.counts_as_lost = (BrokenExecutor, distributed.KilledWorker)
        while not self._closing.is_set():
            try:
                self._look(distributed)
            except Exception as problem:  # away; what Dask raises then is of many kinds
                log.debug("The cluster is away: %s", problem)
                self.workers = {}
            self._closing.wait(LOOK_SECONDS)

    def _look(self, distributed: Any) -> None:
        if self._client is None or self._client.status == "closed":
            self._drop()
            self._client = distributed.Client(
                self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="seqscope"
            )
        if self._client.status != "running":  # connecting again by itself, for CONNECT_SECONDS
            self.workers = {}
            return
        found = self._client.sync(
            self._client.scheduler.identity, n_workers=-1, callback_timeout=CONNECT_SECONDS
        )
        self.workers = {
            name: worker["nthreads"]
            for name, worker in found["workers"].items()
            if worker.get("status", "running") in ("running", "paused")
        }
        if self.workers:
            self._well = time.monotonic()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close(timeout=CLOSE_SECONDS)
            except Exception as problem:
                log.debug("A lost connection did not close: %s", problem)
