"""The most that the server holds while thirty readers train."""

from __future__ import annotations

from benchmarks._class import READERS, lesson
from benchmarks._result import Result


def measure() -> Result:
    return Result(
        ours=lesson(READERS).megabytes,
        peer=lesson(1).megabytes,
        peer_name="one reader alone",
        unit="MB",
        goal=600,
        goal_on="ours",
    )
