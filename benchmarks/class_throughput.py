"""Milliseconds an epoch, all runs of thirty readers together, against one run alone."""

from __future__ import annotations

from benchmarks._class import READERS, lesson
from benchmarks._result import Result


def measure() -> Result:
    return Result(
        ours=1000 / lesson(READERS).rate,
        peer=1000 / lesson(1).rate,
        peer_name="one reader alone",
        unit="ms",
        goal=0.8,
    )
