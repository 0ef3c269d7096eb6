"""Stand-ins for recurrent layers, their cells, and the layers around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.layers.base import (
    Layer,
    Missing,
    flat,
    free,
    needs_sequence,
    needs_size,
    needs_vectors,
    twice,
    written,
)
from seqlib.shapes.recording import ShapeError, Spec

_WEIGHTS = free("kernel", "recurrent", "bias")
_CELL = f"{_WEIGHTS}, dropout=0.0, recurrent_dropout=0.0, seed=None"
_PLAIN = f"units, activation='tanh', use_bias=True, {_CELL}"
_GATED = f"units, activation='tanh', recurrent_activation='sigmoid', use_bias=True, {_CELL}"
_SWITCHES = (
    "return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False"
)


class Cell(Layer):
    """One step of a recurrent layer. ``sizes`` lists its states' sizes."""

    gates: ClassVar[int] = 1
    n_states: ClassVar[int] = 1

    @property
    def units(self) -> int:
        """The size of the result."""
        return self.given.units

    def sizes(self) -> list:
        return [self.units] * self.n_states

    def count(self, *shapes: tuple) -> int:
        features = needs_size(self.kind, shapes[0][-1])
        return self.gates * (features + self.units + self.biases()) * self.units

    def biases(self) -> int:
        """Count the biases of one unit of one gate."""
        return int(self.given.use_bias)

    def check(self, *specs: Spec) -> None:
        raise ShapeError("{kind} is one step of a layer; write RNN({kind}(64)).", kind=self.kind)

    def take_states(self, states: Sequence[Spec]) -> None:
        self.check()


class SimpleRNNCell(Cell):
    takes = _PLAIN


class LSTMCell(Cell):
    takes = f"{_GATED}, unit_forget_bias=True"
    gates = 4
    n_states = 2


class GRUCell(Cell):
    takes = f"{_GATED}, reset_after=True"
    gates = 3

    def biases(self) -> int:
        # reset_after, Keras' default: a second bias for the recurrent part.
        return (1 + self.given.reset_after) * self.given.use_bias


class StackedRNNCells(Cell):
    takes = "cells"
    own = ("cells",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = _cells(self.kind, self.given.cells)

    @property
    def units(self) -> int:
        return self.cells[-1].units

    def sizes(self) -> list:
        return [one.sizes() if len(one.sizes()) > 1 else one.units for one in self.cells]

    def count(self, *shapes: tuple) -> int:
        found, shape = 0, shapes[0]
        for cell in self.cells:
            found += cell.count(shape)
            shape = (shape[0], cell.units)
        return found


def _cells(kind: str, given: Any) -> list[Cell]:
    cells = list(given) if isinstance(given, list | tuple) else [given]
    for cell in cells:
        if not isinstance(cell, Cell):
            raise ShapeError(
                "{kind} runs cells, such as LSTMCell(64); {what} is none.",
                kind=kind,
                what=written(cell),
            )
    if not cells:
        raise ShapeError("{kind} needs a cell inside, such as LSTMCell(64).", kind=kind)
    return cells


class RNN(Layer):
    """A cell that is run over time."""

    takes = f"cell, {_SWITCHES}, zero_output_for_mask=False"
    own = ("cell",)
    cell_kind: ClassVar[type[Cell] | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.cell_kind is None:
            cells = _cells(self.kind, self.given.cell)
            alone = len(cells) == 1 and not isinstance(self.given.cell, list | tuple)
            self.cell = cells[0] if alone else StackedRNNCells(cells)
        else:
            self.cell = object.__new__(self.cell_kind)
            self.cell.given, self.cell.kind = self.given, self.kind

    def check(self, *specs: Spec) -> None:
        needs_sequence(self.kind, specs[0])
        if self.given.stateful and specs[0].shape[0] is None:
            raise ShapeError(
                "{kind}: stateful=True keeps one state for each sequence of the batch, so the "
                "batch must be fixed; give Input(batch_shape=(m, Tx, …)).",
                kind=self.kind,
            )

    def count(self, *shapes: tuple) -> int:
        return self.cell.count((shapes[0][0], *shapes[0][2:]))

    def results(self, *specs: Spec, **options: Any) -> list:
        m, Tx = specs[0].shape[:2]
        units = self.cell.units
        if self.given.return_sequences:
            results: list = [Spec((m, Tx, units), mask=specs[0].mask)]
        else:
            results = [Spec((m, units))]
        return results + _states(self.cell.sizes(), m) * self.given.return_state

    def take_states(self, states: Sequence[Spec]) -> None:
        check_states(self.kind, flat(self.cell.sizes()), states)


def _states(sizes: list, m: int | None) -> list:
    return [_states(size, m) if isinstance(size, list) else Spec((m, size)) for size in sizes]


def check_states(kind: str, needed: list[int], states: Sequence[Spec]) -> None:
    """Raise ``ShapeError`` unless initial states are as many and as long as a layer keeps."""
    if len(states) != len(needed):
        raise ShapeError(
            "{kind} keeps {needed} states, and initial_state gives {given}; write {example}.",
            kind=kind,
            needed=len(needed),
            given=len(states),
            example="initial_state=[a, c]" if len(needed) == 2 else "initial_state=[a]",
        )
    for size, state in zip(needed, states, strict=True):
        if len(state.shape) != 2 or state.shape[1] != size:
            raise ShapeError(
                "{kind} keeps states of {size} units, and initial_state has the shape "
                "{shape}; give both the same number of units.",
                kind=kind,
                size=size,
                shape=as_text(state.shape),
            )


class SimpleRNN(RNN):
    takes = f"{_PLAIN}, {_SWITCHES}"
    cell_kind = SimpleRNNCell


class LSTM(RNN):
    takes = f"{_GATED}, {_SWITCHES}, unit_forget_bias=True, use_cudnn='auto'"
    cell_kind = LSTMCell


class GRU(RNN):
    takes = f"{_GATED}, {_SWITCHES}, reset_after=True, use_cudnn='auto'"
    cell_kind = GRUCell


class Bidirectional(Layer):
    takes = "layer, merge_mode='concat', weights=None, backward_layer=None"
    own = ("layer", "backward_layer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forward, back = self.given.layer, self.given.backward_layer
        for layer in (forward, forward if back is None else back):
            if not isinstance(layer, RNN):
                raise ShapeError(
                    "Bidirectional runs a recurrent layer both ways; put an LSTM, GRU or "
                    "SimpleRNN into it."
                )
        self.layer: RNN = forward
        self.back: RNN = back if back is not None else forward
        self._check_ways(back is not None)

    def _check_ways(self, given: bool) -> None:
        one, other = self.layer.given, self.back.given
        if (one.go_backwards == other.go_backwards) if given else one.go_backwards:
            raise ShapeError(
                "Bidirectional reads from both ends by itself; go_backwards=True belongs into "
                "backward_layer only."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(one, name) != getattr(other, name):
                raise ShapeError("Bidirectional: give both layers the same {name}.", name=name)
        if one.stateful and one.return_state:
            # Keras 3.15 fails with a TypeError of its own here.
            raise ShapeError(
                "Keras' Bidirectional cannot return the states of a stateful layer; leave out "
                "return_state or stateful."
            )

    def check(self, *specs: Spec) -> None:
        needs_sequence(self.kind, specs[0])
        self.layer.check(*specs)

    def count(self, *shapes: tuple) -> int:
        return self.layer.count(*shapes) + self.back.count(*shapes)

    def results(self, *specs: Spec, **options: Any) -> list:
        out, *states = self.layer.results(*specs)
        other, *more = self.back.results(*specs)
        mode = self.given.merge_mode
        if mode is None:
            return [out, other, *states, *more]
        units, others = out.shape[-1], other.shape[-1]
        if mode == "concat":
            both = twice(units) if units == others else units + others
            out = out._replace(shape=(*out.shape[:-1], both))
        elif units != others:
            raise ShapeError(
                "Bidirectional: merge_mode={mode} needs as many units both ways, not {one} "
                "and {other}.",
                mode=repr(mode),
                one=units,
                other=others,
            )
        return [out, *states, *more]

    def take_states(self, states: Sequence[Spec]) -> None:
        needed = flat([self.layer.cell.sizes(), self.back.cell.sizes()])
        check_states(self.kind, needed, states)


class TimeDistributed(Layer):
    takes = "layer"
    own = ("layer",)
    masking = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layer = self.given.layer
        if not isinstance(self.layer, Layer):
            raise ShapeError(
                "TimeDistributed needs a layer inside, such as TimeDistributed(Dense(5))."
            )

    def check(self, *specs: Spec) -> None:
        if len(specs[0].shape) < 3:
            needs_vectors(self.kind, specs[0])
            raise Missing(
                "TimeDistributed calls its layer at each step of (m, Tx, …), and gets {shape}.",
                shape=as_text(specs[0].shape),
            )

    def count(self, *shapes: tuple) -> int:
        return 0 if self.layer.built else self.layer.count((shapes[0][0], *shapes[0][2:]))

    def results(self, *specs: Spec, **options: Any) -> list:
        spec = specs[0]
        made = self.layer.apply(Spec((spec.shape[0], *spec.shape[2:]), spec.dtype))  # at one step
        self.n_parameters = self.layer.n_parameters
        if len(made) != 1 or not isinstance(made[0], Spec):
            raise ShapeError(
                "TimeDistributed: the layer inside gives several results; it may give one."
            )
        shape = (made[0].shape[0], spec.shape[1], *made[0].shape[1:])
        return [Spec(shape, made[0].dtype, spec.mask)]
