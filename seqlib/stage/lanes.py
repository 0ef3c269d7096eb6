"""Describe lanes that explain: the unrolled network, a unit's equations, influence, lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights
from seqlib.lstm import GATES, LSTMWeights, Trace, sigmoid
from seqlib.lstm.others import OtherTrace, OtherWeights
from seqlib.stage.stage import Heatmap, StageError, one_each, over_time, pack_array, span

# Array of a trace: its name, and the range of its colours; the cell state has no bounds.
STATES: dict[str, tuple[str, float | None, float | None]] = {
    "h": (N_("hidden state a"), -1.0, 1.0),
    "c": (N_("cell state, the memory"), None, None),
    "i": (N_("input gate: what to write"), 0.0, 1.0),
    "f": (N_("forget gate: what to keep"), 0.0, 1.0),
    "g": (N_("candidate: what could be written"), -1.0, 1.0),
    "o": (N_("output gate: what to show"), 0.0, 1.0),
    # Of a GRU, beside g and h.
    "z": (N_("update gate: what to keep of a"), 0.0, 1.0),
    "r": (N_("reset gate: what of the past to use"), 0.0, 1.0),
}
MAX_INFLUENCES = 40_000
FORCED = 1e-4  # a gate this far from what its equation gives was set by hand


@dataclass(frozen=True)
class Tensor:
    """A tensor on an arrow of a diagram: a symbol, and (axis name, size) for each axis.

    A size is None if the model leaves the axis open, as the batch axis ``m``.
    """

    symbol: str
    shape: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a diagram, as it is at every step.

    Attributes
    ----------
    name : str
        As in the code: ``LSTM_cell``, ``densor``.
    out : Tensor
        Output of one step.
    state : tuple of Tensor
        State passed on to the next step; empty for layers without one.
    returns : "sequence" or "last"
        "last": only the last output is passed on (``return_sequences=False``), and the
        layers above are drawn at the last step only.
    parameters : int or None
        Number of weights, which all steps share.
    short : str
        A shorter name for small diagrams.
    """

    name: str
    out: Tensor
    state: tuple[Tensor, ...] = ()
    returns: Literal["sequence", "last"] = "sequence"
    parameters: int | None = None
    short: str = ""

    @classmethod
    def recurrent(
        cls,
        name: str,
        weights: LSTMWeights | OtherWeights,
        trace: Any,
        *,
        symbol: str = "a",
        memory: str = "c",
        returns: Literal["sequence", "last"] = "sequence",
    ) -> Layer:
        """Describe a layer, its shapes and parameter count read off the weights and the trace."""
        names = (memory, symbol) if weights.kind == "LSTM" else (symbol,)
        states = tuple(Tensor(one, (("m", None), ("n_a", trace.n_a))) for one in names)
        count = sum(array.size for array in weights.arrays)
        return cls(name, states[-1], states, returns, count, weights.kind)


@dataclass(frozen=True)
class Diagram:
    """Draw the network unrolled, one copy a step, or folded into its layers.

    Attributes
    ----------
    input : Tensor
        Input of the lowest layer at one step.
    layers : tuple of Layer
        From the lowest layer up.
    folded : bool
        Whether the diagram is folded at first; the reader can fold and unfold it.
    given : int or None
        Of a network that predicts its next input: so many first inputs come from outside, each
        later one is drawn from the output before; Tx where all do. None for other networks.
    """

    kind: ClassVar[str] = "diagram"
    title: str
    input: Tensor
    layers: tuple[Layer, ...]
    folded: bool = False
    given: int | None = None

    def pack(self, Tx: int) -> dict[str, Any]:
        if not self.layers:
            raise StageError(f"{self.title} has no layers to draw; give at least one.")
        layers = [{**asdict(one), "short": one.short or one.name} for one in self.layers]
        return {**asdict(self), "layers": layers}


def jazz_diagram(
    weights: JazzWeights,
    trace: Any,
    title: str = "the network, step by step",
    given: int | None = None,
) -> Diagram:
    """Describe ``djmodel``, x → LSTM_cell → densor → ŷ, with the shapes of these arrays.

    ``given`` as in ``Diagram``.
    """
    densor = weights.densor_kernel.size + weights.densor_bias.size
    return Diagram(
        title,
        Tensor("x", (("m", None), ("1", 1), ("n_values", trace.x.shape[-1]))),
        (
            Layer.recurrent(f"{weights.cell.kind}_cell", weights.cell, trace),
            Layer(
                "densor",
                Tensor("ŷ", (("m", None), ("n_values", weights.densor_kernel.shape[1]))),
                parameters=densor,
            ),
        ),
        given=given,
    )


def state_heatmap(
    trace: Any, name: str, symbol: str = "", title: str = "", axis: str = "n_a"
) -> Heatmap:
    """Make the heatmap of one of a trace's ``STATES``, (Tx, n_a).

    ``symbol`` is by default the seed's, a for h; pointing at one highlights it in all lanes.
    """
    named, low, high = STATES[name]
    symbol = symbol or ("a" if name == "h" else name)
    values = trace.states[name]
    if low is None or high is None:
        high = max(1.0, float(np.abs(values).max()))
        low = -high
    return Heatmap(title or _(named), values, symbol, axis, low, high)


@dataclass(frozen=True)
class Line:
    """Draw a few named values over time, such as each label's probability after each word.

    Attributes
    ----------
    values : array (Tx, n)
    labels : tuple of str, length n
    low, high : float
        Range of the vertical axis.
    percent : bool
        Whether values are written as percentages.
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
        values = over_time(self.values, Tx, self.title, self.axis)
        one_each(self.title, self.labels, values.shape[1], "line")
        bounds = span(f"{self.title}: the range", self.low, self.high)
        return {**vars(self), **bounds, "values": pack_array(values)}


@dataclass(frozen=True)
class Equation:
    """Write one unit's equations with their numbers, and the equations of its gates.

    The unit is the unit last chosen in a heatmap of the same axis, or in the lane itself.

    Attributes
    ----------
    weights : LSTMWeights, GRUWeights or SimpleRNNWeights
    trace : Trace or OtherTrace of these weights over Tx steps
        Gates or states that were set by hand are marked.
    axis : str
        Name of the units' axis, as in the heatmaps.
    unit : int or None
        The unit shown at first; None for the liveliest.
    """

    kind: ClassVar[str] = "equation"
    title: str
    weights: LSTMWeights | OtherWeights
    trace: Trace | OtherTrace
    axis: str = "n_a"
    unit: int | None = None

    def pack(self, Tx: int) -> dict[str, Any]:
        weights, trace = self.weights, self.trace
        for name, values in trace.states.items():
            found = over_time(values, Tx, f"{self.title}: {name}", self.axis)
            if (n_a := weights.n_a) != found.shape[1]:
                raise StageError(
                    f"{self.title}: {name} has {found.shape[1]} units and the weights have {n_a}; "
                    "give a trace and the weights that made it."
                )
        unit = trace.liveliest if self.unit is None else self.unit
        if isinstance(weights, OtherWeights) and isinstance(trace, OtherTrace):
            return {"axis": self.axis, "unit": unit, **_summed(weights, trace)}
        assert isinstance(weights, LSTMWeights)
        assert isinstance(trace, Trace)
        # One-hot inputs repeat, so their term of z is sent once for each different input.
        inputs, which = np.unique(trace.x, axis=0, return_inverse=True)
        zx = inputs @ weights.kernel  # (n_inputs, 4 n_a)
        which = which.reshape(-1)
        za = np.vstack([trace.a0[None], trace.h[:-1]]) @ weights.recurrent_kernel  # (Tx, 4 n_a)
        z = zx[which] + za + weights.bias
        packed = {
            "axis": self.axis,
            "unit": unit,
            "zx": pack_array(zx),
            "input": pack_array(which, "i4"),
            "za": pack_array(za),
            "b": pack_array(weights.bias),
            "c0": pack_array(trace.c0),
        }
        if _set_by_hand(trace, z):
            packed["held"] = {name: pack_array(getattr(trace, name)) for name in (*GATES, "c", "h")}
        return packed


def _summed(weights: OtherWeights, trace: OtherTrace) -> dict[str, Any]:
    """Pack the state before each step and after it, the gates, and what is summed for each."""
    sums = weights.summands(trace).items()
    return {
        "sums": {name: [pack_array(part) for part in parts] for name, parts in sums},
        "gates": {name: pack_array(values) for name, values in trace.gates.items()},
        "before": pack_array(trace.a_before),
        "h": pack_array(trace.h),
        "past": getattr(weights, "past", ""),
    }


def _set_by_hand(trace: Trace, z: np.ndarray) -> bool:
    """Tell whether the trace differs from the equations' result for ``z`` (Tx, 4 n_a)."""
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
    """Draw the influence of each earlier input on the output of the current step.

    Attributes
    ----------
    norm, signed : array (Tx, back)
        As ``seqlib.lstm.gradients.influence_matrix`` computes them; entry [t, k] is of the
        input of step t − k.
    target : str
        Name of the output, e.g. "log probability of the next note".
    targets : tuple of str
        The output's label at each step, length Tx, or empty.
    inputs : tuple of str
        The input's label at each step, length Tx; by default the stage's name of the step.
        A model that predicts the next note reads the note of step t − 1 at step t.
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
        norm = over_time(self.norm, Tx, self.title, "back")
        signed = over_time(self.signed, Tx, self.title, "back")
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
        # All steps are sent at once, so a long sequence has fewer steps back.
        back = max(1, min(norm.shape[1], Tx, MAX_INFLUENCES // Tx))
        norm, signed = norm[:, :back], signed[:, :back]
        return {**vars(self), "norm": pack_array(norm), "signed": pack_array(signed)}
