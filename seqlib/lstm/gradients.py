"""What an output remembers: its gradients with respect to every earlier input, in NumPy.

Backpropagation through time over a stored ``Trace``, by the equations of ``seqlib.lstm.cell``:
nothing is run forward again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from seqlib.lstm import LSTMWeights, Trace, backward, glorot_uniform, orthogonal, softmax, step_back


@dataclass(frozen=True)
class Unit:
    """A unit of the hidden state ``a`` as the output to explain."""

    unit: int


@dataclass(frozen=True)
class LogProbability:
    """The log probability, in nats, of one value of the softmax as the output to explain."""

    value: int


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


def influence(weights: Any, trace: Trace, t: int, target: Unit | LogProbability) -> Influence:
    """What each input up to step ``t`` matters to the target at step ``t``.

    Parameters
    ----------
    weights : JazzWeights, or for a ``Unit`` also what ``backward`` takes
        Something with ``cell``, ``densor_kernel`` and ``densor_bias`` for a ``LogProbability``.
    trace : Trace of one sequence
    t : int
        Step of the output, from 0.
    target : Unit or LogProbability

    Returns
    -------
    Influence
        Both arrays (t + 1,).

    Raises
    ------
    ValueError
        If there is no such step, unit or value, or a densor is needed and not given.
    """
    if not 0 <= t < trace.Tx:
        raise ValueError(f"There is no step {t}; this trace has steps 0 to {trace.Tx - 1}.")
    da = np.zeros_like(trace.h)  # (Tx, n_a)
    da[t] = _at_state(weights, trace.h[t], target)
    return _influence(backward(_cell(weights), trace, da).x[: t + 1], trace.x[: t + 1])


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
    layers: Sequence[tuple[Any, Trace]], da: np.ndarray, back: int | None = None
) -> Influence:
    """What each earlier input matters to the output of every step: all steps at once.

    Parameters
    ----------
    layers : sequence of (weights, Trace), the lowest first
        A stack of LSTM layers, each trace's ``x`` being the ``h`` of the one below.
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
    stack = [(LSTMWeights.of(weights), trace) for weights, trace in layers]
    Tx = stack[-1][1].Tx
    da = np.asarray(da)
    back = Tx if back is None else min(back, Tx)
    norm, signed = np.zeros((2, Tx, back), da.dtype)
    # One row an output. At lag k all rows stand k steps before their own; rows whose
    # sequence has begun by then drop out at the top.
    arriving = [(np.zeros_like(trace.h), np.zeros_like(trace.c)) for _, trace in stack]
    c_before = [trace.c_before for _, trace in stack]
    for k in range(back):
        t = np.arange(Tx - k)
        dx = da if k == 0 else np.zeros_like(da[k:])  # into the highest layer
        for place in reversed(range(len(stack))):
            weights, trace = stack[place]
            into_a, into_c = arriving[place]
            found = step_back(weights, trace.step(t), c_before[place][t], into_a + dx, into_c)
            arriving[place] = found.da_before[1:], found.dc_before[1:]  # before t = 0 is no step
            dx = found.dz @ weights.kernel.T
        norm[k:, k], signed[k:, k] = _influence(dx, stack[0][1].x[t])
    return Influence(norm, signed)


@dataclass(frozen=True)
class RNNWeights:
    """A plain recurrent cell, ``a⟨t⟩ = tanh(x⟨t⟩ · kernel + a⟨t−1⟩ · recurrent_kernel + bias)``.

    The arrays of a Keras ``SimpleRNN``: kernel (n_x, n_a), recurrent_kernel (n_a, n_a),
    bias (n_a,).
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray

    @classmethod
    def initial(cls, n_a: int, n_x: int, scale: float = 1.0, seed: int = 0) -> RNNWeights:
        """Untrained, as Keras draws it; the orthogonal recurrent kernel times ``scale``."""
        rng = np.random.default_rng(seed)
        turn = orthogonal(rng, n_a, n_a).T
        return cls(
            glorot_uniform(rng, n_x, n_a),
            (scale * turn).astype(np.float32),
            np.zeros(n_a, np.float32),
        )

    def states(self, x: np.ndarray) -> np.ndarray:
        """``a`` (Tx, n_a) for one sequence ``x`` (Tx, n_x), from a state of zeros."""
        a = np.zeros(len(self.bias), np.result_type(x, self.kernel))
        kept = []
        for row in x @ self.kernel + self.bias:
            a = np.tanh(row + a @ self.recurrent_kernel)
            kept.append(a)
        return np.array(kept)


def gradient_reach(weights: Any, trace: Any, t: int | None = None) -> np.ndarray:
    """How far back a gradient reaches: its size k steps before the output, as a curve over k.

    Parameters
    ----------
    weights : LSTMWeights (or what ``backward`` takes, or JazzWeights), or RNNWeights
    trace : Trace, or for RNNWeights the states (Tx, n_a)
    t : int, optional
        Step of the output; by default the last.

    Returns
    -------
    array (t + 1,)
        Entry k is the Frobenius norm of the Jacobian of ``a⟨t⟩`` with respect to
        ``x⟨t−k⟩``. Divide by entry 0 to compare cells.
    """
    if isinstance(weights, RNNWeights):
        return _rnn_reach(weights, np.asarray(trace), t)
    t = trace.Tx - 1 if t is None else t
    da = np.zeros((trace.n_a, trace.Tx, trace.n_a), trace.h.dtype)  # one output a unit
    da[:, t] = np.eye(trace.n_a)
    jacobian = backward(_cell(weights), trace, da).x  # (n_a, Tx, n_x)
    return np.sqrt((jacobian**2).sum(axis=(0, 2)))[t::-1]


def _rnn_reach(weights: RNNWeights, a: np.ndarray, t: int | None) -> np.ndarray:
    t = len(a) - 1 if t is None else t
    arriving = np.eye(a.shape[1])
    sizes = []
    for s in range(t, -1, -1):
        dz = arriving * (1 - a[s] ** 2)
        sizes.append(np.linalg.norm(dz @ weights.kernel.T))
        arriving = dz @ weights.recurrent_kernel.T
    return np.array(sizes)


def _influence(dx: np.ndarray, x: np.ndarray) -> Influence:
    return Influence(np.sqrt((dx**2).sum(axis=-1)), (dx * x).sum(axis=-1))


def _cell(weights: Any) -> Any:
    return getattr(weights, "cell", weights) if hasattr(weights, "densor_kernel") else weights


def _at_state(weights: Any, a: np.ndarray, target: Unit | LogProbability) -> np.ndarray:
    """Gradient of the target with respect to ``a`` (n_a,) of its own step."""
    if isinstance(target, LogProbability):
        if not hasattr(weights, "densor_kernel"):
            raise ValueError("A log probability needs the densor's weights too; give the model.")
        return log_probability_gradient(weights.densor_kernel, weights.densor_bias, a, target.value)
    if not 0 <= target.unit < len(a):
        raise ValueError(f"There is no unit {target.unit}; this cell has {len(a)}.")
    da = np.zeros_like(a)
    da[target.unit] = 1
    return da
