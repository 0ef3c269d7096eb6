"""The most memory a new process holds while it reads a GloVe file of 400,000 words."""

from __future__ import annotations

from benchmarks._result import Result
from benchmarks._vectors import empty_cache, glove_file, peak_megabytes

MOST = 1.5  # times the size of the file


def measure() -> Result:
    path = glove_file()
    with empty_cache() as cache:
        ours = peak_megabytes(
            f"from seqlib.vectors import load\nkept = load({str(path)!r}, cache={str(cache)!r})"
        )
    return Result(
        ours=ours,
        peer=peak_megabytes(
            f"from benchmarks._vectors import usual_loop\nkept = usual_loop({str(path)!r})"
        ),
        peer_name="the usual line-by-line dictionary loop",
        unit="MB",
        goal=float(f"{MOST * path.stat().st_size / 1e6:.4g}"),
        goal_on="ours",
    )
