"""What travels to the browser for six large heatmaps, against the same as JSON digits."""

from __future__ import annotations

import json

from benchmarks._result import Result
from benchmarks._stage import stage, values
from seqlib.stage import payload


def measure() -> Result:
    return Result(
        ours=len(json.dumps(payload(stage()))) / 1e6,
        peer=len(json.dumps([array.tolist() for array in values()])) / 1e6,
        peer_name="the arrays alone as JSON digits",
        unit="MB",
        goal=1.5,
        goal_on="ours",
    )
