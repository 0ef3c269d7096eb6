"""Collect facts of the server's process, for the status page and for machines."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from seqlib.training import cluster, keras_room, rooms, scheduler
from seqlib.training.run import State
from ui.status import log

# Set to 1 to add these facts to what Streamlit tells machines at /_stcore/metrics.
METRICS = "SEQSCOPE_METRICS"


@dataclass(frozen=True)
class Server:
    """Counts, bytes and seconds of this process and its workers.

    Attributes
    ----------
    memory, limit : int
        Bytes that all processes hold together, and may hold.
    processes : int
        Worker processes of this machine, Keras' room among them.
    keras : bool
        Whether Keras' room is there with TensorFlow loaded.
    in_thread : bool
        Whether the host lets no worker process start, so that a thread of this process trains.
    workers : dict of str to int, or None
        The cluster's threads by worker; None without a cluster.
    """

    sessions: int
    training: scheduler.Facts
    memory: int
    limit: int
    uptime: float
    processes: int
    keras: bool
    in_thread: bool
    workers: Mapping[str, int] | None


def now() -> Server:
    """Collect the present facts."""
    training = scheduler.default()
    return Server(
        sessions(),
        training.facts(),
        log.resident(),
        log.limit(),
        log.uptime(),
        len(rooms.processes()),
        keras_room.awake(),
        getattr(training.pool, "in_thread", False),
        getattr(training.pool, "workers", None),
    )


def sessions() -> int:
    """Count the browser tabs connected to this process; 0 without a server, as in a test."""
    if not runtime.exists():
        return 0
    stats = runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY])
    return sum(getattr(one, "value", 0) for one in stats.get(ACTIVE_SESSIONS_FAMILY, ()))


@cache
def begin() -> None:
    """Set up the log, log the start, and register the metrics, once in a process."""
    log.configure()
    log.event(
        "server_started",
        python=platform.python_version(),
        streamlit=st.__version__,
        cluster=bool(cluster.address()),
    )
    scheduler.default()  # one that trains on a cluster begins to look for it
    if log.switch(METRICS) and runtime.exists():
        runtime.get_instance().stats_mgr.register_provider(Metrics())


GAUGES = {
    "seqscope_runs": "Training runs in memory, by state.",
    "seqscope_queue": "Training runs that wait for a turn.",
    "seqscope_processes": "Worker processes on this machine.",
    "seqscope_memory_bytes": "Resident memory, workers included.",
    "seqscope_memory_limit_bytes": "What the container or the machine allows.",
    "seqscope_uptime_seconds": "Since the program was loaded.",
    "seqscope_rerun_p95_milliseconds": "95% of the last reruns took the server at most this.",
    "seqscope_workers": "Workers of the cluster; 0 without one.",
}


class Metrics:
    """Return the facts as metrics that Streamlit serves with its own."""

    @property
    def stats_families(self) -> Sequence[str]:
        return tuple(GAUGES)

    def get_stats(self, family_names: Sequence[str] | None = None) -> Mapping[str, Sequence[Any]]:
        server = now()
        values: dict[str, dict[str, int]] = {
            "seqscope_runs": {state.value: server.training.runs.get(state, 0) for state in State},
            "seqscope_queue": {"": server.training.queue},
            "seqscope_processes": {"": server.processes},
            "seqscope_memory_bytes": {"": server.memory},
            "seqscope_memory_limit_bytes": {"": server.limit},
            "seqscope_uptime_seconds": {"": int(server.uptime)},
            "seqscope_rerun_p95_milliseconds": {"": int(1000 * log.observer.percentile(95))},
            "seqscope_workers": {"": len(server.workers or {})},
        }
        return {
            family: [
                GaugeStat(family, value, {"state": label} if label else None, help=GAUGES[family])
                for label, value in by_label.items()
            ]
            for family, by_label in values.items()
            if not family_names or family in family_names
        }
