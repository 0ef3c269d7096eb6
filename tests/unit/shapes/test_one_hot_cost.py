"""The seed's sentence of 10 words and a vocabulary of 10,000."""

from __future__ import annotations

import numpy as np

from seqlib.shapes.one_hot_cost import embedded, one_hot


def test_the_seeds_sizes():
    plain, rows = one_hot(10, 10_000, 128), embedded(10, 10_000, 50, 128)
    assert plain.numbers == 10_000 * 10
    assert rows.numbers == 10 * 50
    assert plain.bytes == np.zeros((10, 10_000), np.float32).nbytes
    assert plain.multiplications == 10 * 10_000 * 4 * 128
    assert rows.multiplications == 10 * 50 * 4 * 128
    assert rows.table == 10_001 * 50
