"""The quick forms give what the equations give."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.lstm import LSTMWeights, backward, forward, step
from seqlib.lstm._fast import Cell, OneHot, Unrolled, step_fast


def cell(n_x: int, n_a: int, seed: int = 0) -> LSTMWeights:
    rng = np.random.default_rng(seed)
    shapes = ((n_x, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,))
    return LSTMWeights(*(rng.normal(0, 0.7, shape).astype(np.float32) for shape in shapes))


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_the_quick_step_is_the_step_of_the_equations(batch):
    rng = np.random.default_rng(1)
    weights = cell(4, 5)
    x, a, c = (rng.normal(0, 2, (*batch, n)).astype(np.float32) for n in (4, 5, 5))
    plain = step(weights, x, a, c)
    quick = step_fast(weights, x @ weights.kernel + weights.bias, a, c)
    for name in plain._fields:
        np.testing.assert_allclose(getattr(quick, name), getattr(plain, name), atol=1e-6)


@pytest.mark.parametrize("one_hot", [True, False], ids=["one-hot", "any numbers"])
@pytest.mark.parametrize("lengths", [(6, 6, 6), (6, 4, 4, 1), (1,)], ids=str)
def test_a_batch_unrolled_is_each_sequence_by_itself(lengths, one_hot):
    """Forward and back, with sequences that end early."""
    rng = np.random.default_rng(2)
    n_x, n_a, Tx = 4, 5, max(lengths)
    weights = cell(n_x, n_a)
    rows = [sum(length > t for length in lengths) for t in range(Tx)]
    places = rng.integers(0, n_x + 1, (len(lengths), Tx))
    x = np.eye(n_x + 1, n_x, dtype=np.float32)[places]
    if not one_hot:
        x = rng.normal(0, 1, x.shape).astype(np.float32)
    da = rng.normal(0, 1, (len(lengths), Tx, n_a)).astype(np.float32)

    def below(values):
        """(m, Tx, …) as the layer wants it: step below step."""
        return np.concatenate([values[:k, t] for t, k in enumerate(rows)])

    # Larger than it need be.
    layer = Unrolled(0 if one_hot else n_x, n_a, sum(rows) + 3, rows[0] + 1)
    for _ in range(2):  # the second time in used arrays
        layer.begin(rows)
        read = OneHot(below(places), n_x) if one_hot else below(x)
        a = layer.forward(Cell.of(*weights.arrays), read)
        dz = layer.backward(below(da))
    out = [np.empty_like(array) for array in weights.arrays]
    layer.gradients(read, out)

    def together(values):
        """Arrays (length, …) of each sequence, as the layer gives them."""
        return np.concatenate([[each[t] for each in values[:k]] for t, k in enumerate(rows)])

    traces = [forward(weights, x[row, :length]) for row, length in enumerate(lengths)]
    back = [backward(weights, trace, da[row, : trace.Tx]) for row, trace in enumerate(traces)]
    np.testing.assert_allclose(a, together([trace.h for trace in traces]), atol=1e-5)
    np.testing.assert_allclose(layer.c, together([trace.c for trace in traces]), atol=1e-5)
    np.testing.assert_allclose(dz, together([each.dz for each in back]), atol=1e-5)
    for place, found in enumerate(out):
        wanted = sum(each.weights.arrays[place] for each in back)
        np.testing.assert_allclose(found, wanted, atol=1e-4)
