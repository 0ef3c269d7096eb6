"""Lanes that explain: the network unrolled, one unit's equations, influence, lines over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from seqlib.i18n import _
from seqlib.jazz import JazzWeights
from seqlib.lstm import GATES, LSTMWeights, Trace, sigmoid
from seqlib.stage.stage import StageError, pack_array

MAX_INFLUENCES = 40_000
FORCED = 1e-4  # a gate this far from what its equation gives was set by hand


@dataclass(frozen=True)
class Tensor:
    """What travels along an arrow: a symbol, and an (axis name, size) for each axis.

    A size is None where the model leaves it open, as the batch axis ``m``.
    """

    symbol: str
    shape: tuple[tuple[str, int | None], ...]

    @classmethod
    def of(cls, symbol: str, tensor: Any, *axes: str) -> Tensor:
        """Sizes read off ``tensor`` (an array or a Keras tensor), one axis name for each.

        Raises
        ------
        StageError
            If there are more or fewer names than axes.
        """
        shape = tuple(tensor.shape)
        if len(shape) != len(axes):
            raise StageError(f"{symbol} has shape {shape}; {len(axes)} axis names do not fit it.")
        return cls(symbol, tuple(zip(axes, shape, strict=True)))

    def pack(self) -> dict[str, Any]:
        shape = [[str(axis), None if size is None else int(size)] for axis, size in self.shape]
        return {"symbol": self.symbol, "shape": shape}


@dataclass(frozen=True)
class Layer:
    """One layer as every step uses it.

    Attributes
    ----------
    name : str
        As in the code: ``LSTM_cell``, ``densor``.
    out : Tensor
        What it gives at one step.
    state : tuple of Tensor
        What it hands to itself at the next step; empty for layers that treat steps alone.
    returns : "sequence" or "last"
        "last": only its last output is passed on (``return_sequences=False``), and the
        layers above exist at the last step alone.
    parameters : int or None
        How many weights it has, all steps together: they are the same ones.
    short : str
        The name where there is little room.
    """

    name: str
    out: Tensor
    state: tuple[Tensor, ...] = ()
    returns: Literal["sequence", "last"] = "sequence"
    parameters: int | None = None
    short: str = ""

    @classmethod
    def lstm(
        cls,
        name: str,
        weights: LSTMWeights,
        trace: Trace,
        *,
        symbol: str = "a",
        memory: str = "c",
        returns: Literal["sequence", "last"] = "sequence",
        short: str = "LSTM",
    ) -> Layer:
        """An LSTM, its shapes and parameter count read off the weights and the trace."""
        a, c = (
            Tensor(name, (("m", None), ("n_a", states.shape[-1])))
            for name, states in ((symbol, trace.h), (memory, trace.c))
        )
        count = sum(w.size for w in (weights.kernel, weights.recurrent_kernel, weights.bias))
        return cls(name, a, (c, a), returns, count, short)


@dataclass(frozen=True)
class Diagram:
    """The network unrolled: one copy a step, or folded into the layers that are really there.

    Attributes
    ----------
    input : Tensor
        What goes into the lowest layer at one step.
    layers : tuple of Layer
        From the input up.
    folded : bool
        Begin folded; the reader folds and unfolds.
    """

    kind: ClassVar[str] = "diagram"
    title: str
    input: Tensor
    layers: tuple[Layer, ...]
    folded: bool = False

    def pack(self, Tx: int) -> dict[str, Any]:
        if not self.layers:
            raise StageError(f"{self.title} has no layers to draw; give at least one.")
        return {
            "input": self.input.pack(),
            "layers": [
                {
                    "name": layer.name,
                    "short": layer.short or layer.name,
                    "out": layer.out.pack(),
                    "state": [tensor.pack() for tensor in layer.state],
                    "returns": layer.returns,
                    "parameters": layer.parameters,
                }
                for layer in self.layers
            ],
            "folded": bool(self.folded),
        }


def jazz_diagram(
    weights: JazzWeights, trace: Trace, title: str = "the network, step by step"
) -> Diagram:
    """``djmodel``: x → LSTM_cell → densor → ŷ; shapes off the arrays in hand, batch open."""
    densor = weights.densor_kernel.size + weights.densor_bias.size
    return Diagram(
        title,
        Tensor("x", (("m", None), ("1", 1), ("n_values", trace.x.shape[-1]))),
        (
            Layer.lstm("LSTM_cell", weights.cell, trace),
            Layer(
                "densor",
                Tensor("ŷ", (("m", None), ("n_values", weights.densor_kernel.shape[1]))),
                parameters=densor,
            ),
        ),
    )


@dataclass(frozen=True)
class Line:
    """A few named values over time, such as each label's probability after each word.

    Attributes
    ----------
    values : array (Tx, n)
    labels : tuple of str, length n
    symbol, axis : str
    low, high : float
        Range of the vertical axis.
    percent : bool
        Write values as percentages.
    """

    kind: ClassVar[str] = "line"
    title: str
    values: np.ndarray
    labels: tuple[str, ...]
    symbol: str = "ŷ"
    axis: str = "classes"
    low: float = 0.0
    high: float = 1.0
    percent: bool = True

    def pack(self, Tx: int) -> dict[str, Any]:
        values = _over_time(self.values, Tx, self.title, self.axis)
        if len(self.labels) != values.shape[1]:
            raise StageError(
                f"{self.title}: {len(self.labels)} labels for {values.shape[1]} lines; "
                "give one label a line."
            )
        if not np.isfinite([self.low, self.high]).all() or not self.low < self.high:
            raise StageError(
                f"{self.title}: the range {self.low} to {self.high} is empty; "
                "give a low below the high."
            )
        return {
            "values": pack_array(values),
            "labels": list(map(str, self.labels)),
            "symbol": self.symbol,
            "axis": self.axis,
            "low": float(self.low),
            "high": float(self.high),
            "percent": bool(self.percent),
        }


@dataclass(frozen=True)
class Equation:
    """One unit's update written out with its numbers, and its gates one level down.

    The unit is the one last picked in a heatmap of the same axis, or in the lane itself.

    Attributes
    ----------
    weights : LSTMWeights
    trace : Trace of these weights over Tx steps
        Gates or states that were set by hand are shown as such.
    axis : str
        Name of the units' axis, as in the heatmaps.
    unit : int
        Shown until another is picked.
    """

    kind: ClassVar[str] = "equation"
    title: str
    weights: LSTMWeights
    trace: Trace
    axis: str = "n_a"
    unit: int = 0

    def pack(self, Tx: int) -> dict[str, Any]:
        weights, trace = self.weights, self.trace
        n_a = weights.n_a
        for name in (*GATES, "c", "h"):
            found = _over_time(getattr(trace, name), Tx, f"{self.title}: {name}", self.axis)
            if found.shape[1] != n_a:
                raise StageError(
                    f"{self.title}: {name} has {found.shape[1]} units and the weights have {n_a}; "
                    "give a trace and the weights that made it."
                )
        # One-hot inputs repeat: their share of z is sent once for each input that occurs.
        inputs, which = np.unique(trace.x, axis=0, return_inverse=True)
        zx = inputs @ weights.kernel  # (n_inputs, 4 n_a)
        which = which.reshape(-1)
        za = np.vstack([trace.a0[None], trace.h[:-1]]) @ weights.recurrent_kernel  # (Tx, 4 n_a)
        z = zx[which] + za + weights.bias
        packed = {
            "axis": self.axis,
            "unit": int(np.clip(self.unit, 0, n_a - 1)),
            "zx": pack_array(zx),
            "input": pack_array(which, "i4"),
            "za": pack_array(za),
            "b": pack_array(weights.bias),
            "c0": pack_array(trace.c0),
        }
        if _set_by_hand(trace, z):
            packed["held"] = {name: pack_array(getattr(trace, name)) for name in (*GATES, "c", "h")}
        return packed


def _set_by_hand(trace: Trace, z: np.ndarray) -> bool:
    """Whether the trace differs from what the equations make of ``z`` (Tx, 4 n_a)."""
    i, f, g, o = np.split(z, 4, axis=1)
    before = np.vstack([trace.c0[None], trace.c[:-1]])
    expected = {
        "i": sigmoid(i),
        "f": sigmoid(f),
        "g": np.tanh(g),
        "o": sigmoid(o),
        "c": trace.f * before + trace.i * trace.g,
        "h": trace.o * np.tanh(trace.c),
    }
    return any(np.abs(getattr(trace, name) - e).max() > FORCED for name, e in expected.items())


@dataclass(frozen=True)
class Influence:
    """What each earlier input matters to the output of the current step.

    Attributes
    ----------
    norm, signed : array (Tx, back)
        Of ``seqlib.lstm.gradients.influence_matrix``: entry [t, k] is of the input of step t − k.
    target : str
        What the output is, e.g. "log probability of the next note".
    targets : tuple of str
        Which one it is at each step, length Tx, or empty.
    inputs : tuple of str
        What was read at each step, length Tx; by default what the stage calls the step.
        A model that predicts the next note reads at step t the note of step t − 1.
    units : str
        Unit of the output.
    """

    kind: ClassVar[str] = "influence"
    title: str
    norm: np.ndarray
    signed: np.ndarray
    target: str
    targets: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    units: str = "nats"

    def pack(self, Tx: int) -> dict[str, Any]:
        norm = _over_time(self.norm, Tx, self.title, "back")
        signed = _over_time(self.signed, Tx, self.title, "back")
        if norm.shape != signed.shape:
            raise StageError(
                f"{self.title}: norm has shape {norm.shape} and signed {signed.shape}; "
                "give both of one calculation."
            )
        for names, what in ((self.targets, "outputs"), (self.inputs, "inputs")):
            if names and len(names) != Tx:
                raise StageError(
                    f"{self.title}: {len(names)} names of {what} for {Tx} steps; give one a step."
                )
        # The browser gets all steps at once; a long sequence looks back less far.
        back = max(1, min(norm.shape[1], Tx, MAX_INFLUENCES // Tx))
        return {
            "norm": pack_array(norm[:, :back]),
            "signed": pack_array(signed[:, :back]),
            "target": self.target,
            "targets": list(map(str, self.targets)),
            "inputs": list(map(str, self.inputs)),
            "units": self.units,
        }


def _over_time(values: Any, Tx: int, name: str, axis: str) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise StageError(f"{name} holds something other than numbers; give an array.") from None
    if array.ndim != 2 or array.shape[0] != Tx or array.shape[1] == 0:
        raise StageError(f"{name} has shape {array.shape}; this clock needs (Tx={Tx}, {axis}).")
    if not np.isfinite(array).all():
        raise StageError(
            _(
                "{name} holds values that are not numbers (NaN or infinite); "
                "the training may have diverged, try a lower learning rate.",
                name=name,
            )
        )
    return array
