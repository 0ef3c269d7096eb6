"""Thirty readers open the jazz page in ten seconds and press Train: the slowest first loss.

From the click to a page that shows a loss, on a server that has no worker yet.
"""

from __future__ import annotations

from benchmarks._class import READERS, lesson
from benchmarks._result import Result


def measure() -> Result:
    return Result(
        ours=max(lesson(READERS).first_losses),
        peer=max(lesson(1).first_losses),
        peer_name="one reader alone",
        unit="s",
        goal=3,
        goal_on="ours",
    )
