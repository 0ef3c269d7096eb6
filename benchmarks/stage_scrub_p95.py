"""Main-thread time of one scrub step over six large heatmaps, the slowest of twenty."""

from __future__ import annotations

import statistics

from benchmarks._result import Result
from benchmarks._stage import scrub_times


def measure() -> Result:
    ours, theirs = (statistics.quantiles(times, n=20)[-1] for times in scrub_times())
    return Result(
        ours=ours,
        peer=theirs,
        peer_name="Plotly, moving a line over the same six heatmaps",
        unit="ms",
        goal=16.7,
        goal_on="ours",
    )
