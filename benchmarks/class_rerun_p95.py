"""Thirty readers train and move controls: 95 % of their reruns are quicker than this.

A rerun follows a control that was moved, of the whole page or of the section that it concerns,
from sending it to the completion. Neither the click on Train is counted, which
``class_first_loss`` measures, nor what the clock asks for.
"""

from __future__ import annotations

from benchmarks._class import READERS, lesson
from benchmarks._result import Result


def measure() -> Result:
    return Result(
        ours=lesson(READERS).rerun_p95,
        peer=lesson(1).rerun_p95,
        peer_name="one reader alone",
        unit="s",
        goal=1 / 1.3,
    )
