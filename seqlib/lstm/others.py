"""Run a GRU or a plain RNN over one sequence and keep every gate, in Keras' weight layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqlib.lstm.cell import sigmoid


@dataclass(frozen=True)
class OtherTrace:
    """What such a cell did to one sequence.

    Attributes
    ----------
    x : array (Tx, n_x)
    gates : dict of name to array (Tx, n_a)
        Of a GRU z, r and the candidate g; of a plain RNN none.
    h : array (Tx, n_a)
        The hidden state a.
    """

    x: np.ndarray
    gates: dict[str, np.ndarray]
    h: np.ndarray


def simple_rnn(arrays: Sequence[np.ndarray], x: np.ndarray) -> OtherTrace:
    """a⟨t⟩ = tanh(x⟨t⟩ · kernel + a⟨t−1⟩ · recurrent_kernel + bias), from a state of zeros."""
    kernel, recurrent_kernel = arrays[:2]
    a = np.zeros(len(recurrent_kernel), np.float32)
    states = []
    for zx in x @ kernel + (arrays[2] if len(arrays) > 2 else 0):
        a = np.tanh(zx + a @ recurrent_kernel)
        states.append(a)
    return OtherTrace(x, {}, np.stack(states))


def gru(arrays: Sequence[np.ndarray], x: np.ndarray) -> OtherTrace:
    """Run Keras' ``GRU``, gates in the order z, r, g, from a state of zeros::

        z = σ(x · kernel_z + a⟨t−1⟩ · recurrent_z + bias_z)      what to keep of a
        r = σ(x · kernel_r + a⟨t−1⟩ · recurrent_r + bias_r)      what of the past to use
        g = tanh(x · kernel_g + …)                               what could be written
        a⟨t⟩ = z · a⟨t−1⟩ + (1 − z) · g

    The candidate reads r · (a⟨t−1⟩ · recurrent_g + bias) with ``reset_after``, Keras' default,
    which two biases (2, 3 n_a) tell, and (r · a⟨t−1⟩) · recurrent_g without.
    """
    kernel, recurrent_kernel = arrays[:2]
    n_a = len(recurrent_kernel)
    bias = arrays[2] if len(arrays) > 2 else np.zeros((2, 3 * n_a), np.float32)
    after = bias.ndim == 2
    on_x, on_a = bias if after else (bias, np.zeros_like(bias))
    recurrent_g = recurrent_kernel[:, 2 * n_a :]  # (n_a, n_a)
    a = np.zeros(n_a, np.float32)
    steps = []
    for zx in x @ kernel + on_x:
        za = a @ recurrent_kernel + on_a
        z = sigmoid(zx[:n_a] + za[:n_a])
        r = sigmoid(zx[n_a : 2 * n_a] + za[n_a : 2 * n_a])
        past = r * za[2 * n_a :] if after else (r * a) @ recurrent_g
        g = np.tanh(zx[2 * n_a :] + past)
        a = z * a + (1 - z) * g
        steps.append((z, r, g, a))
    z, r, g, h = (np.stack(values) for values in zip(*steps, strict=True))
    return OtherTrace(x, {"z": z, "r": r, "g": g}, h)
