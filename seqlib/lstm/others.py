"""A GRU and a plain RNN, one equation a line, forward and back, in Keras' weight layout.

The plain RNN has one state and no gate::

    z    = x⟨t⟩ · kernel + bias + a⟨t−1⟩ · recurrent_kernel
    a⟨t⟩ = tanh(z)

The GRU's gates stand in the order z, r, g; Keras calls the candidate g h̃::

    zx   = x⟨t⟩ · kernel + bias[0]       za = a⟨t−1⟩ · recurrent_kernel + bias[1]
    z    = σ(zx_z + za_z)                what to keep of a
    r    = σ(zx_r + za_r)                what of the past to use
    g    = tanh(zx_g + r · za_g)         what could be written
    a⟨t⟩ = z · a⟨t−1⟩ + (1 − z) · g

That is ``reset_after``, Keras' default, which two biases (2, 3 n_a) tell. With one bias (3 n_a,)
the candidate reads ``(r · a⟨t−1⟩) · recurrent_g`` instead.

The way back: ``da`` arrives at a⟨t⟩, σ′ = σ (1 − σ) and tanh′ = 1 − tanh²::

    RNN     dzx = dza = da (1 − a⟨t⟩²)
            da⟨t−1⟩ = dza · recurrent_kernelᵀ
    GRU     dz = da (a⟨t−1⟩ − g) z (1 − z)        dg = da (1 − z) (1 − g²)
            dr = dg · za_g · r (1 − r)
            dzx = (dz, dr, dg)                    dza = (dz, dr, dg · r)
            da⟨t−1⟩ = da · z + dza · recurrent_kernelᵀ
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args

import numpy as np

from seqlib.i18n import InputError
from seqlib.lstm.cell import CellArrays, LSTMWeights, glorot_uniform, orthogonal, sigmoid

Kind = Literal["LSTM", "GRU", "SimpleRNN"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Gates set by hand: name -> value.
Held = Mapping[str, float]
NOT_HELD: Held = {}


class OtherStep(NamedTuple):
    """One time step: the gates by ``OtherWeights.gates``, then the state, each (..., n_a)."""

    gates: tuple[np.ndarray, ...]
    h: np.ndarray


class OtherBack(NamedTuple):
    """Gradients of one step: of zx and za (..., k n_a), and of a⟨t−1⟩ (..., n_a)."""

    dzx: np.ndarray
    dza: np.ndarray
    da_before: np.ndarray


@dataclass(frozen=True)
class OtherTrace:
    """What such a cell did to one sequence; a batch puts ``m`` in front of each shape.

    Attributes
    ----------
    x : array (Tx, n_x)
    gates : dict of name to array (Tx, n_a)
        Of a GRU z, r and the candidate g; of a plain RNN none.
    h : array (Tx, n_a)
        The hidden state a; before the first step it is zeros.
    y : array (Tx, n_values) or None
        The densor's softmax at every step, where there is a densor.
    """

    x: np.ndarray
    gates: dict[str, np.ndarray]
    h: np.ndarray
    y: np.ndarray | None = None

    @classmethod
    def of(
        cls, weights: OtherWeights, x: np.ndarray, steps: Sequence[OtherStep], y: Any = None
    ) -> OtherTrace:
        """Join the steps of ``weights`` over ``x`` (..., Tx, n_x)."""
        h = np.stack([one.h for one in steps], axis=-2)
        gates = (np.stack(one, axis=-2) for one in zip(*(s.gates for s in steps), strict=True))
        return cls(x, dict(zip(weights.gates, gates, strict=True)), h, y)

    @property
    def states(self) -> dict[str, np.ndarray]:
        """All gates and the state by name, (Tx, n_a) each."""
        return {**self.gates, "h": self.h}

    @property
    def Tx(self) -> int:
        return self.h.shape[-2]

    @property
    def n_a(self) -> int:
        return self.h.shape[-1]

    @property
    def liveliest(self) -> int:
        """Number of the unit whose state moves most."""
        return int(self.h.reshape(-1, self.n_a).std(axis=0).argmax())

    @property
    def a_before(self) -> np.ndarray:
        """The state that each step found, (Tx, n_a)."""
        return np.concatenate([np.zeros_like(self.h[..., :1, :]), self.h[..., :-1, :]], axis=-2)

    def step(self, t: Any) -> OtherStep:
        """The gates and the state of step ``t``, or of the steps in an array ``t``."""
        gates = tuple(values[..., t, :] for values in self.gates.values())
        return OtherStep(gates, self.h[..., t, :])


@dataclass(frozen=True)
class OtherWeights(CellArrays):
    """The three arrays of a Keras ``SimpleRNN`` or ``GRU`` layer.

    Attributes
    ----------
    kernel : array (n_x, k n_a), k parts of z: 1 or 3
    recurrent_kernel : array (n_a, k n_a)
    bias : array (k n_a,), or (2, k n_a) of a GRU with ``reset_after``

    Raises
    ------
    ValueError
        If the three shapes do not belong to one cell.
    """

    gates: ClassVar[tuple[str, ...]] = ()
    parts: ClassVar[int] = 1  # of z side by side in a kernel

    def __post_init__(self) -> None:
        width = self.parts * self.n_a
        wanted = (self.n_x, width), (self.n_a, width)
        biases = [(width,), (2, width)][: 2 if self.gates else 1]
        shapes = self.kernel.shape, self.recurrent_kernel.shape
        if shapes != wanted or self.bias.shape not in biases:
            raise InputError(
                "The shapes {shapes} do not belong to one {kind} cell.",
                shapes=[str(array.shape) for array in self.arrays],
                kind=self.kind,
            )

    @property
    def input_bias(self) -> np.ndarray:
        """The bias that goes with ``x · kernel``, (k n_a,)."""
        return self.bias[0] if self.bias.ndim == 2 else self.bias

    @classmethod
    def initial(cls, n_x: int, n_a: int, rng: np.random.Generator, scale: float = 1) -> Self:
        """Draw untrained weights as Keras draws them, the recurrent kernel times ``scale``."""
        width = cls.parts * n_a
        shape = (2, width) if cls.gates else (width,)
        kernel = glorot_uniform(rng, n_x, width)
        recurrent_kernel = np.float32(scale) * orthogonal(rng, n_a, width)
        return cls(kernel, recurrent_kernel, np.zeros(shape, np.float32))

    @classmethod
    def of(cls, arrays: Sequence[np.ndarray]) -> Self:
        """Weights from a layer's ``get_weights()``, with or without a bias."""
        kernel, recurrent_kernel, *bias = arrays
        shape = (2, kernel.shape[-1]) if cls.gates else kernel.shape[-1:]
        return cls(kernel, recurrent_kernel, *(bias or [np.zeros(shape, kernel.dtype)]))

    def step(self, zx: np.ndarray, a: np.ndarray, held: Held = NOT_HELD) -> OtherStep:
        """Compute a step from ``zx`` = x · kernel + ``input_bias`` and a⟨t−1⟩.

        Gates in ``held`` have the value given there.
        """
        raise NotImplementedError

    def summands(self, trace: OtherTrace) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Return what is summed for each gate of a trace of one sequence, or for a⟨t⟩ itself.

        By name: of the input (Tx, n_a), of the state before (Tx, n_a), and of the bias (n_a,).
        """
        raise NotImplementedError

    def back(self, now: OtherStep, a_before: np.ndarray, da: np.ndarray) -> OtherBack:
        """Go one step back: ``da`` (..., n_a) arrives at a⟨t⟩ of the step ``now``."""
        raise NotImplementedError

    def run(self, x: np.ndarray, held: Held = NOT_HELD, start: int = 0) -> OtherTrace:
        """Run over ``x`` (Tx, n_x) or (m, Tx, n_x), some gates held from a step on; keep all."""
        dtype = np.result_type(self.kernel.dtype, np.float32)
        x = np.asarray(x, dtype)
        zx = x @ self.kernel + self.input_bias
        a = np.zeros((*x.shape[:-2], self.n_a), dtype)
        steps: list[OtherStep] = []
        for t in range(x.shape[-2]):
            steps.append(self.step(zx[..., t, :], a, held if t >= start else NOT_HELD))
            a = steps[-1].h
        return OtherTrace.of(self, x, steps)


class SimpleRNNWeights(OtherWeights):
    """A plain RNN's."""

    kind = "SimpleRNN"

    def step(self, zx: np.ndarray, a: np.ndarray, held: Held = NOT_HELD) -> OtherStep:
        return OtherStep((), np.tanh(zx + a @ self.recurrent_kernel))

    def summands(self, trace: OtherTrace) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return {"a": (trace.x @ self.kernel, trace.a_before @ self.recurrent_kernel, self.bias)}

    def back(self, now: OtherStep, a_before: np.ndarray, da: np.ndarray) -> OtherBack:
        dz = da * (1 - now.h**2)
        return OtherBack(dz, dz, dz @ self.recurrent_kernel.T)


class GRUWeights(OtherWeights):
    """A GRU's."""

    kind = "GRU"
    gates = ("z", "r", "g")
    parts = 3

    def step(self, zx: np.ndarray, a: np.ndarray, held: Held = NOT_HELD) -> OtherStep:
        def gate(name: str, found: np.ndarray) -> np.ndarray:
            return np.full_like(found, held[name]) if name in held else found

        zx_z, zx_r, zx_g = np.split(zx, 3, axis=-1)
        za_z, za_r, za_g = np.split(self._za(a), 3, axis=-1)
        z = gate("z", sigmoid(zx_z + za_z))
        r = gate("r", sigmoid(zx_r + za_r))
        past = r * za_g if self._after else (r * a) @ self._recurrent_g
        g = gate("g", np.tanh(zx_g + past))
        return OtherStep((z, r, g), z * a + (1 - z) * g)

    def summands(self, trace: OtherTrace) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        x = np.split(trace.x @ self.kernel, 3, axis=-1)
        past = np.split(trace.a_before @ self.recurrent_kernel, 3, axis=-1)
        bias = np.split(self.input_bias, 3)
        r = trace.gates["r"]
        if self._after:
            *of_gates, of_g = np.split(self.bias[1], 3)
            bias = [*(one + two for one, two in zip(bias, of_gates, strict=False)), bias[2]]
            past[2] = r * (past[2] + of_g)
        else:
            past[2] = (r * trace.a_before) @ self._recurrent_g
        return dict(zip(self.gates, zip(x, past, bias, strict=True), strict=True))

    @property
    def past(self) -> str:
        """How much of the state before the candidate's sum holds, as it is written."""
        return "r · (Wₐ · a + b)" if self._after else "Wₐ · (r · a)"

    def back(self, now: OtherStep, a_before: np.ndarray, da: np.ndarray) -> OtherBack:
        (z, r, g), n_a = now.gates, self.n_a
        dz = da * (a_before - g) * z * (1 - z)
        dg = da * (1 - z) * (1 - g**2)
        if self._after:
            dr = dg * self._za(a_before)[..., 2 * n_a :] * r * (1 - r)
            dza = np.concatenate([dz, dr, dg * r], axis=-1)
            da_before = da * z + dza @ self.recurrent_kernel.T
        else:
            d_past = dg @ self._recurrent_g.T  # of r · a⟨t−1⟩
            dr = d_past * a_before * r * (1 - r)
            dza = np.concatenate([dz, dr], axis=-1)
            da_before = da * z + d_past * r + dza @ self.recurrent_kernel[:, : 2 * n_a].T
        return OtherBack(np.concatenate([dz, dr, dg], axis=-1), dza, da_before)

    @property
    def _after(self) -> bool:
        return self.bias.ndim == 2

    @property
    def _recurrent_g(self) -> np.ndarray:
        return self.recurrent_kernel[:, 2 * self.n_a :]  # (n_a, n_a)

    def _za(self, a: np.ndarray) -> np.ndarray:
        za = a @ self.recurrent_kernel
        return za + self.bias[1] if self._after else za


OF_KIND: dict[str, Any] = {kind.kind: kind for kind in (LSTMWeights, GRUWeights, SimpleRNNWeights)}


def cell_of(arrays: Sequence[np.ndarray]) -> LSTMWeights | OtherWeights:
    """Make a cell of kernel, recurrent kernel and bias: which, their shapes tell."""
    shape = np.shape(arrays[1])
    parts = shape[1] / shape[0] if len(shape) == 2 and shape[0] else 4
    found = {1: SimpleRNNWeights, 3: GRUWeights}.get(parts, LSTMWeights)
    return found(*map(np.asarray, arrays))
