"""Adam, and clipping before it (Kingma & Ba, 2015; Pascanu et al., 2013)."""

from __future__ import annotations

import numpy as np

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # as Keras sets them


def adam(
    weights: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    step: int,
    gradient: np.ndarray,
    learning_rate: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights and the two moments after update number ``step``, from 1.

    All arrays have one shape; where Keras puts ε outside the corrected moments, so does this.
    """
    first = BETA_1 * first + (1 - BETA_1) * gradient
    second = BETA_2 * second + (1 - BETA_2) * gradient**2
    rate = learning_rate * float(np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step))
    return weights - rate * first / (np.sqrt(second) + EPSILON), first, second


def clipped(gradient: np.ndarray, norm: float | None) -> np.ndarray:
    """Return the gradient, shortened to ``norm`` if it is longer; None leaves it as it is."""
    length = 0.0 if norm is None else float(np.linalg.norm(gradient))
    return gradient * (norm / length) if norm is not None and length > norm else gradient
