"""The LSTM, one equation a line, keeping every gate.

Keras layers return only ``a`` and ``c``; a reader wants the gates too. These are the
equations of Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000),
in Keras' gate order ``i, f, g, o`` and Keras' weight layout::

    z⟨t⟩ = x⟨t⟩ · kernel + a⟨t−1⟩ · recurrent_kernel + bias        (4 n_a)
    i⟨t⟩ = σ(z_i)      what to write
    f⟨t⟩ = σ(z_f)      what to keep
    g⟨t⟩ = tanh(z_g)   what could be written (Keras calls it c̃)
    o⟨t⟩ = σ(z_o)      what to show
    c⟨t⟩ = f⟨t⟩ · c⟨t−1⟩ + i⟨t⟩ · g⟨t⟩
    a⟨t⟩ = o⟨t⟩ · tanh(c⟨t⟩)                                       a is also written h
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from seqlib.display import ShownInNotebook
from seqlib.i18n import _

GATES = ("i", "f", "g", "o")


@dataclass(frozen=True)
class LSTMWeights:
    """The three arrays of a Keras ``LSTM`` layer, gates side by side in the order i, f, g, o.

    Attributes
    ----------
    kernel : array (n_x, 4 n_a)
    recurrent_kernel : array (n_a, 4 n_a)
    bias : array (4 n_a,)

    Raises
    ------
    ValueError
        If the three shapes do not belong to one cell.
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray

    def __post_init__(self) -> None:
        n_a = self.recurrent_kernel.shape[0] if self.recurrent_kernel.ndim else 0
        n_x = self.kernel.shape[0] if self.kernel.ndim else 0
        expected = {
            "kernel": (n_x, 4 * n_a),
            "recurrent_kernel": (n_a, 4 * n_a),
            "bias": (4 * n_a,),
        }
        for name, shape in expected.items():
            found = getattr(self, name).shape
            if found != shape:
                raise ValueError(
                    _(
                        "{name} has shape {found}; a cell of {n_a} units needs {shape}.",
                        name=name,
                        found=found,
                        n_a=n_a,
                        shape=shape,
                    )
                )

    @property
    def n_x(self) -> int:
        return self.kernel.shape[0]

    @property
    def n_a(self) -> int:
        return self.recurrent_kernel.shape[0]

    @classmethod
    def of(cls, source: Any) -> LSTMWeights:
        """Weights from an ``LSTMWeights``, a built Keras ``LSTM`` layer, or its ``get_weights()``.

        Raises ``ValueError`` for a layer that is not built, or whose activations are
        not the tanh and sigmoid of the equations above.
        """
        if isinstance(source, cls):
            return source
        if hasattr(source, "get_weights"):
            _check_activations(source)
            arrays = source.get_weights()
            if not arrays:
                raise ValueError(
                    _("This layer has no weights yet; build it or call it once, then try again.")
                )
        else:
            arrays = list(source)
        arrays = [np.asarray(array) for array in arrays]
        if len(arrays) == 2:  # use_bias=False
            arrays.append(np.zeros(arrays[0].shape[-1:], arrays[0].dtype))
        if len(arrays) != 3:
            raise ValueError(
                _(
                    "An LSTM has 3 weight arrays (kernel, recurrent_kernel, bias); got {n}.",
                    n=len(arrays),
                )
            )
        return cls(*arrays)


def _check_activations(layer: Any) -> None:
    wanted = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    for attribute, name in wanted.items():
        found = getattr(getattr(layer, attribute, None), "__name__", None)
        if found != name:
            raise ValueError(
                _(
                    "This layer's {attribute} is {found}; the LSTM equations here use {name}.",
                    attribute=attribute,
                    found=found,
                    name=name,
                )
            )


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
    def a(self) -> np.ndarray:
        """The seed's name for ``h``."""
        return self.h


class Step(NamedTuple):
    """One time step: four gates, then the new states, each (..., n_a)."""

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Logistic function, through tanh so that large |z| cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def softmax(z: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def step(weights: LSTMWeights, x: np.ndarray, a: np.ndarray, c: np.ndarray) -> Step:
    """One step of the cell: ``x`` (..., n_x), ``a`` and ``c`` (..., n_a)."""
    return step_projected(weights, x @ weights.kernel + weights.bias, a, c)


def step_projected(weights: LSTMWeights, zx: np.ndarray, a: np.ndarray, c: np.ndarray) -> Step:
    """The same step when the input's share of ``z``, ``x · kernel + bias`` (..., 4 n_a), is known.

    For a one-hot ``x`` that share is one row of the kernel, so no product is needed.
    """
    n_a = weights.n_a
    z = zx + a @ weights.recurrent_kernel
    # One tanh for all four gates: numpy's cost a step is its calls, not its arithmetic.
    z[..., : 2 * n_a] *= 0.5
    z[..., 3 * n_a :] *= 0.5
    gates = np.tanh(z)
    g = gates[..., 2 * n_a : 3 * n_a]
    gates = gates * 0.5 + 0.5
    i, f, o = gates[..., :n_a], gates[..., n_a : 2 * n_a], gates[..., 3 * n_a :]
    c = f * c + i * g
    return Step(i, f, g, o, c, o * np.tanh(c))


def forward(
    weights: Any,
    x: np.ndarray,
    a0: np.ndarray | None = None,
    c0: np.ndarray | None = None,
) -> Trace:
    """Run the cell over a sequence and keep every gate and state.

    Parameters
    ----------
    weights : LSTMWeights, a built Keras ``LSTM`` layer, or its ``get_weights()``
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
    weights = _at_least_float32(LSTMWeights.of(weights))
    dtype = weights.kernel.dtype
    x = np.asarray(x, dtype)
    if x.ndim not in (2, 3) or x.shape[-1] != weights.n_x or x.shape[-2] == 0:
        raise ValueError(
            _(
                "x has shape {shape}; this cell reads (Tx, {n_x}) or (m, Tx, {n_x}), "
                "with at least one step.",
                shape=x.shape,
                n_x=weights.n_x,
            )
        )
    batch = x.shape[:-2]
    a0, c0 = (
        _state(name, value, batch, weights.n_a, dtype) for name, value in (("a0", a0), ("c0", c0))
    )
    steps = Step(*map(_stack, zip(*_run(weights, x, a0, c0), strict=True)))
    return Trace(x, *steps, a0=a0, c0=c0)


def _run(weights: LSTMWeights, x: np.ndarray, a: np.ndarray, c: np.ndarray) -> Iterator[Step]:
    zx = x @ weights.kernel + weights.bias  # (..., Tx, 4 n_a)
    for t in range(x.shape[-2]):
        now = step_projected(weights, zx[..., t, :], a, c)
        a, c = now.h, now.c
        yield now


def _stack(per_step: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.stack(per_step, axis=-2)


def _at_least_float32(weights: LSTMWeights) -> LSTMWeights:
    dtype = np.result_type(weights.kernel.dtype, np.float32)
    if weights.kernel.dtype == dtype:
        return weights
    return LSTMWeights(
        *(array.astype(dtype) for array in (weights.kernel, weights.recurrent_kernel, weights.bias))
    )


def _state(
    name: str, value: np.ndarray | None, batch: tuple[int, ...], n_a: int, dtype: np.dtype
) -> np.ndarray:
    if value is None:
        return np.zeros((*batch, n_a), dtype)
    value = np.asarray(value, dtype)
    if value.shape not in ((n_a,), (*batch, n_a)):
        raise ValueError(f"{name} has shape {value.shape}; this cell needs {(*batch, n_a)}.")
    return np.broadcast_to(value, (*batch, n_a))
