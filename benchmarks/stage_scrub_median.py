"""Main-thread time of one scrub step over six large heatmaps, the median one."""

from __future__ import annotations

import statistics

from benchmarks._result import Result
from benchmarks._stage import scrub_times


def measure() -> Result:
    ours, theirs = scrub_times()
    return Result(
        ours=statistics.median(ours),
        peer=statistics.median(theirs),
        peer_name="Plotly, moving a line over the same six heatmaps",
        unit="ms",
        goal=8.0,
        goal_on="ours",
    )
