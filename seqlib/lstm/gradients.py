"""What an output remembers: its gradients with respect to every earlier input, in NumPy.

Backpropagation through time over a stored ``Trace``, by the equations of ``seqlib.lstm.cell``:
nothing is run forward again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from seqlib.lstm import LSTMWeights, Trace, softmax, step_back
from seqlib.lstm.others import OtherWeights


class Influence(NamedTuple):
    """How much inputs matter to an output.

    Attributes
    ----------
    norm : array
        Euclidean length of the gradient with respect to the input at a step: how far the
        output can move for a small change of that input.
    signed : array
        Input times gradient, summed over the input's axis: first-order estimate of what the
        input as it is added to the output, compared with an input of zeros.
    """

    norm: np.ndarray
    signed: np.ndarray


def log_probability_gradient(
    kernel: np.ndarray, bias: np.ndarray, a: np.ndarray, values: np.ndarray | int
) -> np.ndarray:
    """Gradient of log softmax(a · kernel + bias) at ``values`` with respect to ``a``.

    ``kernel`` (n_a, n_values), ``a`` (..., n_a), ``values`` int (...); returns (..., n_a).
    """
    n_values = kernel.shape[1]
    values = np.asarray(values)
    if values.min() < 0 or values.max() >= n_values:
        raise ValueError(
            f"Values run from {values.min()} to {values.max()}; this softmax has 0 to "
            f"{n_values - 1}."
        )
    return kernel.T[values] - softmax(a @ kernel + bias) @ kernel.T


def influence_matrix(
    layers: Sequence[tuple[Any, Any]], da: np.ndarray, back: int | None = None
) -> Influence:
    """What each earlier input matters to the output of every step: all steps at once.

    Parameters
    ----------
    layers : sequence of (weights, Trace), the lowest first
        A stack of recurrent layers, each trace's ``x`` being the ``h`` of the one below.
    da : array (Tx, n_a)
        Row t is the gradient of step t's output with respect to the highest layer's
        ``a⟨t⟩``, e.g. from ``log_probability_gradient``, or one column of ones for a unit.
    back : int, optional
        How many steps to go back at most, the step itself included; by default all.

    Returns
    -------
    Influence
        Both arrays (Tx, back): entry [t, k] is of the input of step t − k, 0 before the
        sequence begins.
    """
    stack = [(_weights(weights), trace) for weights, trace in layers]
    Tx = stack[-1][1].Tx
    da = np.asarray(da)
    back = Tx if back is None else min(back, Tx)
    norm, signed = np.zeros((2, Tx, back), da.dtype)
    # One row an output. At lag k all rows stand k steps before their own; rows whose
    # sequence has begun by then drop out at the top.
    arriving = [(np.zeros_like(trace.h), np.zeros_like(trace.h)) for _, trace in stack]
    before = [_before(trace) for _, trace in stack]
    for k in range(back):
        t = np.arange(Tx - k)
        dx = da if k == 0 else np.zeros_like(da[k:])  # into the highest layer
        for place in reversed(range(len(stack))):
            weights, trace = stack[place]
            into_a, into_c = arriving[place]
            dz, da_before, dc_before = _step_back(
                weights, trace.step(t), before[place][t], into_a + dx, into_c
            )
            arriving[place] = da_before[1:], dc_before[1:]  # before t = 0 is no step
            dx = dz @ weights.kernel.T
        norm[k:, k] = np.sqrt((dx**2).sum(axis=-1))
        signed[k:, k] = (dx * stack[0][1].x[t]).sum(axis=-1)
    return Influence(norm, signed)


def gradient_reach(weights: Any, trace: Any, t: int | None = None) -> np.ndarray:
    """How far back a gradient reaches: its size k steps before the output, as a curve over k.

    Parameters
    ----------
    weights : LSTMWeights (or what ``backward`` takes, or JazzWeights), or OtherWeights
    trace : Trace
    t : int, optional
        Step of the output; by default the last.

    Returns
    -------
    array (t + 1,)
        Entry k is the Frobenius norm of the Jacobian of ``a⟨t⟩`` with respect to
        ``x⟨t−k⟩``. Divide by entry 0 to compare cells.
    """
    cell = weights.cell if hasattr(weights, "densor_kernel") else weights
    weights, before = _weights(cell), _before(trace)
    t = trace.Tx - 1 if t is None else t
    da, dc = np.eye(trace.n_a), np.zeros((trace.n_a, trace.n_a))  # one output a unit
    sizes = []
    for s in range(t, -1, -1):
        dz, da, dc = _step_back(weights, trace.step(s), before[s], da, dc)
        sizes.append(np.linalg.norm(dz @ weights.kernel.T))
    return np.array(sizes)


def _weights(weights: Any) -> LSTMWeights | OtherWeights:
    return weights if isinstance(weights, OtherWeights) else LSTMWeights.of(weights)


def _before(trace: Any) -> np.ndarray:
    """What the way back needs of the step before: c of an LSTM, else a, (Tx, n_a)."""
    return trace.c_before if isinstance(trace, Trace) else trace.a_before


def _step_back(
    weights: LSTMWeights | OtherWeights, now: Any, before: np.ndarray, da: np.ndarray, dc: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go one step back; returns the gradients of x · kernel, of a⟨t−1⟩ and of c⟨t−1⟩."""
    if isinstance(weights, OtherWeights):
        found = weights.back(now, before, da)
        return found.dzx, found.da_before, dc
    back = step_back(weights, now, before, da, dc)
    return back.dz, back.da_before, back.dc_before
