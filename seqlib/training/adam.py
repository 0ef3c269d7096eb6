"""Adam, and clipping before it (Kingma & Ba, 2015; Pascanu et al., 2013)."""

from __future__ import annotations

import numpy as np

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # as Keras sets them
AT_ONCE = 32768  # numbers; what is computed on the way stays in the processor's cache


def adam(
    weights: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    gradient: np.ndarray,
    step: int,
    learning_rate: float,
) -> None:
    """Make update number ``step``, from 1, of the weights and the two moments, in place.

    All arrays are (n,). Where Keras puts ε outside the corrected moments, so does this.
    """
    rate = learning_rate * float(np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step))
    spare = np.empty(min(AT_ONCE, len(weights)), weights.dtype)
    for start in range(0, len(weights), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        w, m, v, g = weights[some], first[some], second[some], gradient[some]
        part = spare[: len(w)]
        # m += (1 − β₁) (g − m)
        np.subtract(g, m, out=part)
        part *= 1 - BETA_1
        m += part
        # v += (1 − β₂) (g² − v)
        np.square(g, out=part)
        part -= v
        part *= 1 - BETA_2
        v += part
        # w −= rate · m / (√v + ε)
        np.sqrt(v, out=part)
        part += EPSILON
        np.divide(m, part, out=part)
        part *= rate
        w -= part


def clipped(gradient: np.ndarray, norm: float | None) -> np.ndarray:
    """Return the gradient, shortened to ``norm`` if it is longer; None leaves it as it is."""
    length = 0.0 if norm is None else float(np.linalg.norm(gradient))
    return gradient * (norm / length) if norm is not None and length > norm else gradient
