"""The LSTM cell, one equation a line, forward and back.

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

The way back (backpropagation through time) takes ``da``, ``dc``, the gradients of a loss with
respect to ``a⟨t⟩`` and ``c⟨t⟩``, and gives those of everything that the step read::

    dc      = dc + da · o · (1 − tanh²(c⟨t⟩))      c⟨t⟩ is read by a⟨t⟩ too
    dz_i    = dc · g · i (1 − i)                   σ′ = σ (1 − σ)
    dz_f    = dc · c⟨t−1⟩ · f (1 − f)
    dz_g    = dc · i · (1 − g²)                    tanh′ = 1 − tanh²
    dz_o    = da · tanh(c⟨t⟩) · o (1 − o)
    da⟨t−1⟩ = dz · recurrent_kernelᵀ               besides what else reads a⟨t−1⟩
    dc⟨t−1⟩ = dc · f
    dx⟨t⟩   = dz · kernelᵀ
    dkernel = Σ_t x⟨t⟩ᵀ · dz    drecurrent_kernel = Σ_t a⟨t−1⟩ᵀ · dz    dbias = Σ_t dz

``seqlib.lstm.sequence`` runs both over a sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from seqlib import limits
from seqlib.i18n import N_, InputError

GATES = ("i", "f", "g", "o")
DIVERGED = N_(
    "“{name}” holds values that are not numbers, or over a million; the training diverged."
)


@dataclass(frozen=True)
class CellArrays:
    """The three arrays that every recurrent cell has, in Keras' layout."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray

    kind: ClassVar[str]

    @property
    def n_x(self) -> int:
        return self.kernel.shape[0]

    @property
    def n_a(self) -> int:
        return self.recurrent_kernel.shape[0]

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Kernel, recurrent kernel, bias: the order of a Keras layer's ``get_weights()``."""
        return self.kernel, self.recurrent_kernel, self.bias


@dataclass(frozen=True)
class LSTMWeights(CellArrays):
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

    kind = "LSTM"

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
                raise InputError(
                    "{name} has shape {found}; a cell of {n_a} units needs {shape}.",
                    name=name,
                    found=found,
                    n_a=n_a,
                    shape=shape,
                )

    @classmethod
    def initial(cls, n_x: int, n_a: int, rng: np.random.Generator) -> LSTMWeights:
        """Draw untrained weights as Keras draws them.

        A Glorot-uniform kernel, an orthogonal recurrent kernel, zero biases but for the forget
        gate's ones (Jozefowicz et al., 2015).
        """
        kernel = glorot_uniform(rng, n_x, 4 * n_a)
        recurrent_kernel = orthogonal(rng, n_a, 4 * n_a)
        bias = np.zeros(4 * n_a, np.float32)
        bias[n_a : 2 * n_a] = 1.0
        return cls(kernel, recurrent_kernel, bias)

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
                raise InputError(
                    "This layer has no weights yet; build it or call it once, then try again."
                )
        else:
            arrays = list(source)
        arrays = [np.asarray(array) for array in arrays]
        if len(arrays) == 2:  # use_bias=False
            arrays.append(np.zeros(arrays[0].shape[-1:], arrays[0].dtype))
        if len(arrays) != 3:
            raise InputError(
                "An LSTM has 3 weight arrays (kernel, recurrent_kernel, bias); got {n}.",
                n=len(arrays),
            )
        return cls(*arrays)


def _check_activations(layer: Any) -> None:
    wanted = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    for attribute, name in wanted.items():
        found = getattr(getattr(layer, attribute, None), "__name__", None)
        if found != name:
            raise InputError(
                "This layer's {attribute} is {found}; the LSTM equations here use {name}.",
                attribute=attribute,
                found=found,
                name=name,
            )


class Step(NamedTuple):
    """One time step: four gates, then the new states, each (..., n_a)."""

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray


class StepBack(NamedTuple):
    """Gradients of one step, on the way back.

    ``dz`` (..., 4 n_a), in the order of the gates; ``dc`` (..., n_a), all that arrives at c⟨t⟩;
    ``da_before`` and ``dc_before`` (..., n_a), handed to step t − 1.
    """

    dz: np.ndarray
    dc: np.ndarray
    da_before: np.ndarray
    dc_before: np.ndarray


def check_units(n_a: int) -> None:
    """Raise ``InputError`` where a cell of a file is too large to be computed again and again."""
    if n_a > limits.UNITS:
        raise InputError(
            "This model has layers of {n:,} units; with over {most} a page would take too long.",
            n=n_a,
            most=limits.UNITS,
        )


def diverged(arrays: Mapping[str, np.ndarray]) -> str | None:
    """Return the name of an array that holds no numbers, or none can come of; None if none does.

    ``DIVERGED`` says so of it.
    """
    of_use = {name: (np.abs(array) <= limits.LARGEST).all() for name, array in arrays.items()}
    return next((name for name, good in of_use.items() if not good), None)


def glorot_uniform(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    """Draw a float32 matrix (n_in, n_out), uniform within ±√(6 / (n_in + n_out))."""
    limit = np.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32)


def orthogonal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Draw a float32 matrix (rows, columns), rows ≤ columns, whose rows are orthonormal."""
    q, r = np.linalg.qr(rng.standard_normal((columns, rows)))
    return (q * np.sign(np.diag(r))).T.astype(np.float32)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Logistic function, through tanh so that large |z| cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def softmax(z: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def step(weights: LSTMWeights, x: np.ndarray, a: np.ndarray, c: np.ndarray) -> Step:
    """Compute one step of the cell: ``x`` (..., n_x), ``a`` and ``c`` (..., n_a) of step t − 1."""
    z = x @ weights.kernel + a @ weights.recurrent_kernel + weights.bias  # (..., 4 n_a)
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=-1)  # (..., n_a) each
    i = sigmoid(z_i)
    f = sigmoid(z_f)
    g = np.tanh(z_g)
    o = sigmoid(z_o)
    c = f * c + i * g
    a = o * np.tanh(c)
    return Step(i, f, g, o, c, a)


def step_back(
    weights: LSTMWeights, now: Step, c_before: np.ndarray, da: np.ndarray, dc: np.ndarray
) -> StepBack:
    """Go one step back: ``da`` and ``dc`` (..., n_a) arrive at the step ``now``.

    ``c_before`` (..., n_a) is c⟨t−1⟩.
    """
    i, f, g, o, c, _a = now
    tanh_c = np.tanh(c)
    dc = dc + da * o * (1 - tanh_c**2)
    dz_i = dc * g * i * (1 - i)
    dz_f = dc * c_before * f * (1 - f)
    dz_g = dc * i * (1 - g**2)
    dz_o = da * tanh_c * o * (1 - o)
    dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=-1)  # (..., 4 n_a)
    return StepBack(dz, dc, dz @ weights.recurrent_kernel.T, dc * f)
