"""The seed's sizes, and windows of them."""

from __future__ import annotations

import numpy as np

M, TX, N_VALUES, N_A = 60, 30, 78, 64
LEARNING_RATE = 0.01


def random_windows(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """X (m, Tx, n_values) and Y (Ty, m, n_values), one-hot; how long training takes does not
    depend on which notes they are."""
    tokens = np.random.default_rng(seed).integers(0, N_VALUES, (M, TX))
    Y = np.eye(N_VALUES, dtype=np.float32)[tokens]
    X = np.zeros_like(Y)
    X[:, 1:] = Y[:, :-1]
    return X, np.ascontiguousarray(Y.swapaxes(0, 1))
