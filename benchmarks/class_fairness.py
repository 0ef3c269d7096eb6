"""Thirty readers train at once: epochs of the slowest against epochs of the median."""

from __future__ import annotations

import statistics

from benchmarks._class import READERS, lesson
from benchmarks._result import Result


def measure() -> Result:
    epochs = lesson(READERS).epochs
    return Result(
        ours=statistics.median(epochs),
        peer=min(epochs),
        peer_name="the slowest reader's run",
        unit="epochs",
        goal=0.5,
    )
