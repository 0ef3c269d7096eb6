"""Adam of the rows that are read gives what Adam of all rows gives."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.training.adam import LateRows, adam

K, E = 40, 5


@pytest.mark.parametrize("begun", [0, 30_000])
def test_rows_that_are_updated_when_read_become_what_all_updates_make_them(begun):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(3, K, E)).astype(np.float32)
    table[1:] = 0 if not begun else table[1:] ** 2 * 1e-3
    each_time = table.astype(float)
    late = LateRows(*table, np.full(K, begun), 0.01)
    for step in range(begun, begun + 2_500):
        # Some rows are read in every second batch, some once in a thousand.
        rows = np.unique(rng.integers(0, K, 3) ** 3 // K**2)
        gradient = (rng.normal(size=(len(rows), E)) * 10.0 ** rng.integers(-3, 2)).astype(
            np.float32
        )
        np.testing.assert_allclose(late.read(rows, step), each_time[0, rows], atol=5e-5)
        assert (late.n, late.size) == (K * E, gradient.size)
        late.learn(gradient.ravel(), step + 1)
        whole = np.zeros((K, E))
        whole[rows] = gradient
        adam(*(one.reshape(-1) for one in each_time), whole.ravel(), step + 1, 0.01)
    behind = np.abs(table - each_time).max(axis=(1, 2))
    assert behind[0] > 0.01, "some rows have not been read for long"
    late.settle(begun + 2_500)
    np.testing.assert_allclose(table[0], each_time[0], atol=5e-5)
    np.testing.assert_allclose(table[1:], each_time[1:], rtol=1e-3, atol=1e-6)
