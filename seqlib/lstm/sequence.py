"""The cell over a sequence: forward into a ``Trace``, and back through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from seqlib.display import ShownInNotebook
from seqlib.i18n import InputError
from seqlib.lstm._fast import step_fast
from seqlib.lstm.cell import LSTMWeights, Step, step_back
from seqlib.lstm.others import OtherTrace, OtherWeights


@dataclass(frozen=True)
class Trace(ShownInNotebook):
    """Everything a cell did to one sequence, or to a batch of them.

    Shapes are for one sequence; a batch puts ``m`` in front of each.

    Attributes
    ----------
    x : array (Tx, n_x)
        What was read.
    i, f, g, o : array (Tx, n_a)
        Gates: i, f, o in 0..1, g in -1..1.
    c, h : array (Tx, n_a)
        Cell state, and hidden state (the seed's ``a``).
    a0, c0 : array (n_a,)
        States before the first step.
    y : array (Tx, n_values) or None
        The densor's softmax at every step, where there is a densor.
    """

    drawn_by = "seqlib.stage.notebook:trace_html"
    x: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray
    a0: np.ndarray
    c0: np.ndarray
    y: np.ndarray | None = None

    @property
    def Tx(self) -> int:
        return self.x.shape[-2]

    @property
    def n_a(self) -> int:
        return self.h.shape[-1]

    @property
    def states(self) -> dict[str, np.ndarray]:
        """All gates and states by name, (Tx, n_a) each."""
        return {name: getattr(self, name) for name in Step._fields}

    @property
    def liveliest(self) -> int:
        """Number of the unit whose memory c moves most."""
        return int(self.c.reshape(-1, self.n_a).std(axis=0).argmax())

    def step(self, t: Any) -> Step:
        """The gates and states of step ``t``, or of the steps in an array ``t``."""
        return Step(*(getattr(self, name)[..., t, :] for name in Step._fields))

    @property
    def a_before(self) -> np.ndarray:
        """The hidden state that each step found, (Tx, n_a)."""
        return _shifted(self.a0, self.h)

    @property
    def c_before(self) -> np.ndarray:
        """The cell state that each step found, (Tx, n_a)."""
        return _shifted(self.c0, self.c)

    @property
    def a(self) -> np.ndarray:
        """The seed's name for ``h``."""
        return self.h


@dataclass(frozen=True)
class Back:
    """What the way back found at every step; gradients of one number, or of m of them.

    Shapes are for one number; m of them put ``m`` in front.

    Attributes
    ----------
    trace : Trace
        The way forward.
    dz : array (Tx, 4 n_a)
        Of the gates' sums, in the order i, f, g, o.
    da, dc : array (Tx, n_a)
        All that arrives at the states of step t, from its own output and from later steps.
    x : array (Tx, n_x)
        Of the inputs; may serve as ``da`` of a layer below.
    a0, c0 : array (n_a,)
        Of the states before the first step.
    """

    trace: Trace
    dz: np.ndarray
    da: np.ndarray
    dc: np.ndarray
    x: np.ndarray
    a0: np.ndarray
    c0: np.ndarray

    @cached_property
    def weights(self) -> LSTMWeights:
        """Of the weights, summed over all steps and rows."""
        dz = self._rows(self.dz)
        x, a_before = self._rows(self.trace.x), self._rows(self.trace.a_before)
        return LSTMWeights(x.T @ dz, a_before.T @ dz, dz.sum(axis=0))

    def _rows(self, values: np.ndarray) -> np.ndarray:
        """(..., Tx, n) with all steps of all rows below each other: (rows, n)."""
        n = values.shape[-1]
        return np.broadcast_to(values, (*self.dz.shape[:-1], n)).reshape(-1, n)


@overload
def forward(weights: OtherWeights, x: np.ndarray) -> OtherTrace: ...
@overload
def forward(
    weights: Any, x: np.ndarray, a0: np.ndarray | None = None, c0: np.ndarray | None = None
) -> Trace: ...
def forward(
    weights: Any,
    x: np.ndarray,
    a0: np.ndarray | None = None,
    c0: np.ndarray | None = None,
) -> Trace | OtherTrace:
    """Run the cell over a sequence and keep every gate and state.

    Parameters
    ----------
    weights : LSTMWeights, a built Keras ``LSTM`` layer, or its ``get_weights()``
        Or ``OtherWeights`` of a GRU or a plain RNN, which begin with zeros.
    x : array (Tx, n_x) or (m, Tx, n_x)
        Cast to the weights' dtype, as Keras does (never below float32).
    a0, c0 : array (n_a,) or (m, n_a), optional
        States before the first step; zeros if not given.

    Returns
    -------
    Trace
        With ``m`` in front of every shape if ``x`` had it.

    Raises
    ------
    ValueError
        If ``x`` or a state does not fit the weights; the message names both shapes.
    """
    if isinstance(weights, OtherWeights):
        return weights.run(x)
    weights = _at_least_float32(LSTMWeights.of(weights))
    dtype = weights.kernel.dtype
    x = np.asarray(x, dtype)
    if x.ndim not in (2, 3) or x.shape[-1] != weights.n_x or x.shape[-2] == 0:
        raise InputError(
            "x has shape {shape}; this cell reads (Tx, {n_x}) or (m, Tx, {n_x}), "
            "with at least one step.",
            shape=x.shape,
            n_x=weights.n_x,
        )
    batch = x.shape[:-2]
    a0, c0 = (
        _state(name, value, batch, weights.n_a, dtype) for name, value in (("a0", a0), ("c0", c0))
    )
    steps = Step(*map(_stack, zip(*_run(weights, x, a0, c0), strict=True)))
    return Trace(x, *steps, a0=a0, c0=c0)


def backward(weights: Any, trace: Trace, da: np.ndarray, dc: np.ndarray | None = None) -> Back:
    """Backpropagate gradients of ``a`` at every step to all that the cell read.

    Parameters
    ----------
    weights : LSTMWeights, a built Keras ``LSTM`` layer, or its ``get_weights()``
    trace : Trace of these weights
    da : array (Tx, n_a) or (m, Tx, n_a)
        Gradient with respect to ``a`` at each step, by what reads ``a`` there; the way back
        through later steps is added here. With ``m``, of m numbers, or for a trace of m rows.
    dc : array (n_a,) or (m, n_a), optional
        Gradient with respect to ``c`` after the last step; zeros if not given.

    Raises
    ------
    ValueError
        If ``da`` does not fit the trace; the message names both shapes.
    """
    weights = LSTMWeights.of(weights)
    da = np.array(da)
    if da.shape[-2:] != (trace.Tx, trace.n_a):
        raise ValueError(f"da has shape {da.shape}; this trace needs (…, {trace.Tx}, {trace.n_a}).")
    c_before = trace.c_before
    da_next = np.zeros_like(da[..., 0, :])
    dc_next = da_next if dc is None else np.asarray(dc)
    found = []
    for t in reversed(range(trace.Tx)):
        da[..., t, :] += da_next
        back = step_back(weights, trace.step(t), c_before[..., t, :], da[..., t, :], dc_next)
        da_next, dc_next = back.da_before, back.dc_before
        found.append((back.dz, back.dc))
    dz, dc = (_stack(values) for values in zip(*reversed(found), strict=True))
    return Back(trace, dz, da, dc, dz @ weights.kernel.T, da_next, dc_next)


def _run(weights: LSTMWeights, x: np.ndarray, a: np.ndarray, c: np.ndarray) -> Iterator[Step]:
    zx = x @ weights.kernel + weights.bias  # (..., Tx, 4 n_a)
    for t in range(x.shape[-2]):
        now = step_fast(weights, zx[..., t, :], a, c)
        a, c = now.h, now.c
        yield now


def _shifted(first: np.ndarray, states: np.ndarray) -> np.ndarray:
    """States (..., Tx, n_a) one step later, ``first`` (..., n_a) in front."""
    return np.concatenate([first[..., None, :], states[..., :-1, :]], axis=-2)


def _stack(per_step: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.stack(per_step, axis=-2)


def _at_least_float32(weights: LSTMWeights) -> LSTMWeights:
    dtype = np.result_type(weights.kernel.dtype, np.float32)
    if weights.kernel.dtype == dtype:
        return weights
    return LSTMWeights(*(array.astype(dtype) for array in weights.arrays))


def _state(
    name: str, value: np.ndarray | None, batch: tuple[int, ...], n_a: int, dtype: np.dtype
) -> np.ndarray:
    if value is None:
        return np.zeros((*batch, n_a), dtype)
    value = np.asarray(value, dtype)
    if value.shape not in ((n_a,), (*batch, n_a)):
        raise ValueError(f"{name} has shape {value.shape}; this cell needs {(*batch, n_a)}.")
    return np.broadcast_to(value, (*batch, n_a))
