"""One step of zooming out of the heatmap to all 400,001 rows, sorted by similarity to a word.

The widest view in an order that jumps about the file is the dearest; every other pan or zoom
reads fewer rows.
"""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks._result import Result, median_seconds
from seqlib.vectors import load, overview, row_order

BINS = 400


def measure() -> Result:
    vectors = load()
    order = row_order(vectors, "similarity", "king")
    matrix = np.asarray(vectors.matrix)

    def ours() -> np.ndarray:
        return overview(vectors, bins=BINS, order=order).values

    def usual() -> np.ndarray:
        edges = np.arange(BINS + 1) * len(order) // BINS
        rows = matrix[order]
        return np.stack(
            [rows[start:stop].mean(axis=0) for start, stop in itertools.pairwise(edges)]
        )

    assert np.allclose(ours(), usual(), atol=1e-5)
    return Result(
        ours=median_seconds(ours, 20) * 1000,
        peer=median_seconds(usual, 10) * 1000,
        peer_name="sorting the whole matrix, then the mean of each bin",
        unit="ms",
        goal=200,
        goal_on="ours",
    )
