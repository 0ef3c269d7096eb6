"""The equations of ``seqlib.lstm.cell`` in few calls of NumPy; tests hold both equal."""

from __future__ import annotations

import numpy as np

from seqlib.lstm.cell import LSTMWeights, Step


def step_fast(weights: LSTMWeights, zx: np.ndarray, a: np.ndarray, c: np.ndarray) -> Step:
    """Compute ``step`` where the input's share of ``z`` is known.

    ``zx`` (..., 4 n_a) is ``x · kernel + bias``; for a one-hot ``x`` a row of the kernel plus the
    bias, without a product.
    """
    n_a = weights.n_a
    z = zx + a @ weights.recurrent_kernel
    # σ(z) = (1 + tanh(z / 2)) / 2: one tanh serves all four gates.
    z[..., : 2 * n_a] *= 0.5
    z[..., 3 * n_a :] *= 0.5
    gates = np.tanh(z)
    g = gates[..., 2 * n_a : 3 * n_a]
    gates = gates * 0.5 + 0.5
    i, f, o = gates[..., :n_a], gates[..., n_a : 2 * n_a], gates[..., 3 * n_a :]
    c = f * c + i * g
    return Step(i, f, g, o, c, o * np.tanh(c))
