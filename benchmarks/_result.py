"""What a measure returns, and how a median is taken."""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measure.

    Attributes
    ----------
    ours, peer : float
        In ``unit``.
    goal : float
        The least ratio allowed, or the most of ``ours`` where ``goal_on`` is "ours".
    goal_on : "ratio" or "ours"
    """

    ours: float
    peer: float
    peer_name: str
    unit: str
    goal: float
    goal_on: str = "ratio"

    @property
    def ratio(self) -> float:
        """Peer / ours: above 1, ours is better. Infinite where ours is 0, as failures should be."""
        return self.peer / self.ours if self.ours else math.inf

    @property
    def met(self) -> bool:
        return self.ours < self.goal if self.goal_on == "ours" else self.ratio >= self.goal

    def as_json(self) -> dict:
        return {
            "ours": float(f"{self.ours:.4g}"),
            "peer": float(f"{self.peer:.4g}"),
            "peer_name": self.peer_name,
            "ratio": float(f"{self.ratio:.4g}") if self.ours else None,
            "unit": self.unit,
            "goal": self.goal,
            "goal_on": self.goal_on,
            "met": self.met,
        }


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    return statistics.median(seconds(work) for _ in range(rounds))


def threads() -> int:
    """Processors this process may use; both sides of a measure get as many threads."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS or Windows
        return os.cpu_count() or 1
