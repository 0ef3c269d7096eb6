"""Record the tensors that stand-in layers make, and list them as a ``Blueprint``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import Any, NamedTuple

from seqlib.i18n import InputError
from seqlib.shapes.arithmetic import TensorShape, as_text, result_name

MAX_AXES, MAX_NUMBERS = 64, 10**18  # of one tensor


class Size(int):
    """A size with the name of its axis: ``Size(64, "n_a")`` equals 64 and is named n_a."""

    name: str

    def __new__(cls, value: int, name: str) -> Size:
        size = super().__new__(cls, value)
        size.name = name
        return size


class ShapeError(InputError):
    """Raised for layers that do not fit; the message is one sentence for the reader."""


class Spec(NamedTuple):
    """What is known of a tensor: shape, type, and the shape of its mask if it has one."""

    shape: tuple
    dtype: str = "float32"
    mask: tuple | None = None


@dataclass(eq=False)
class SymbolicTensor:
    """A tensor without numbers; ``row`` is its place among the recorded ones."""

    spec: Spec
    row: int = -1

    @property
    def shape(self) -> tuple:
        return self.spec.shape


class Iteration(NamedTuple):
    """A turn of a loop: a number of the loop's own, its head, and the turn's number, from 0."""

    loop: int
    head: str
    turn: int


class Call(NamedTuple):
    """One call of a layer; ``inputs``, ``states`` and ``results`` are rows of tensors."""

    layer: Any
    inputs: tuple[int, ...]
    states: tuple[int, ...]
    results: tuple[int, ...]
    step: int
    line: int
    iteration: Iteration | None


@dataclass
class Recording:
    """The tensors, layers and calls of one text, in the order of the calls.

    ``line`` returns the line of code that is being run, from 1; ``iteration`` is the turn of the
    outermost loop.
    """

    line: Callable[[], int] = int
    specs: list[Spec] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    maker: list[int] = field(default_factory=list)  # of each tensor, the number of its call
    names: dict[int, str] = field(default_factory=dict)  # of tensors, given by the code
    uses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    iteration: Iteration | None = None

    def free_name(self, kind: str) -> str:
        """Name a layer after its kind, numbered from the second on."""
        number = self.kinds[kind]
        self.kinds[kind] += 1
        return f"{kind}_{number}" if number else kind

    def add(
        self,
        layer: Any,
        results: Sequence[Spec],
        inputs: Sequence[SymbolicTensor] = (),
        states: Sequence[SymbolicTensor] = (),
    ) -> list[SymbolicTensor]:
        """Record one call of a layer, and return its results.

        Raises ``ShapeError`` for a tensor that no computer could hold.
        """
        for shape, *_rest in results:
            sizes = [size for size in shape if size is not None]
            largest = max([math.prod(sizes), *map(abs, sizes)])
            if len(shape) > MAX_AXES or largest > MAX_NUMBERS:
                raise ShapeError(
                    "{layer}: a tensor of over {axes} axes, or of over 10^18 numbers, is too "
                    "large; make its sizes smaller.",
                    layer="Input" if isinstance(layer, InputOf) else layer.kind,
                    axes=MAX_AXES,
                )
        rows = range(len(self.specs), len(self.specs) + len(results))
        self.specs += results
        self.maker += [len(self.calls)] * len(results)
        self.calls.append(
            Call(
                layer,
                tuple(tensor.row for tensor in inputs),
                tuple(tensor.row for tensor in states),
                tuple(rows),
                self.uses[layer.name],
                self.line(),
                self.iteration,
            )
        )
        self.uses[layer.name] += 1
        return [SymbolicTensor(spec, row) for spec, row in zip(results, rows, strict=True)]


recording: ContextVar[Recording] = ContextVar("recording")


class Operation:
    """An operation that is no layer, such as a slice; ``work`` gives its result's spec.

    ``kind`` names it in Keras, ``title`` in a picture.
    """

    counts = False  # it is in no list of layers
    n_parameters = 0

    def __init__(self, kind: str, work: Callable[..., Any], title: str = "") -> None:
        self.name, self.kind, self.work, self.title = kind, kind, work, title or kind

    def __call__(self, tensors: Sequence[SymbolicTensor]) -> Any:
        """Record the operation on tensors, and return its result, or a list of results."""
        found = self.work(*(tensor.spec for tensor in tensors))
        made = recording.get().add(self, found if isinstance(found, list) else [found], tensors)
        return made if isinstance(found, list) else made[0]


class InputOf(Operation):
    """What a model's input is recorded as made by."""

    def __init__(self, name: str) -> None:
        super().__init__(name, lambda: Spec(()))


class GetItem(Operation):
    """A slice of a tensor, such as ``X[:, t, :]``."""

    def __init__(self, key: Any, title: str = "") -> None:
        self.key = key if isinstance(key, tuple) else (key,)
        super().__init__("GetItem", lambda spec: _slice(spec, self.key), title)


def _slice(spec: Spec, key: tuple) -> Spec:
    if Ellipsis in key:
        at = key.index(Ellipsis)
        rest = len(spec.shape) - sum(one is not None for one in key) + 1
        key = (*key[:at], *[slice(None)] * rest, *key[at + 1 :])
    kept: list = []
    sizes = list(spec.shape)
    for one in key:
        if one is None:
            kept.append(1)
        elif not sizes:
            raise ShapeError(
                "The slice names more axes than {shape} has.", shape=as_text(spec.shape)
            )
        elif isinstance(one, slice):
            kept.append(_sliced(sizes.pop(0), one))
        elif isinstance(one, int) and not isinstance(one, bool) and abs(one) <= MAX_NUMBERS:
            size = sizes.pop(0)
            if size is not None and not -size <= one < size:
                raise ShapeError(
                    "Step {n} is none of {shape}; the first one is 0.",
                    n=one,
                    shape=as_text(spec.shape),
                )
        else:
            raise ShapeError("Only whole axes, steps and ranges can be taken here.")
    return Spec((*kept, *sizes), spec.dtype)


def _sliced(size: int | None, part: slice) -> int | None:
    if part == slice(None):
        return size
    bounds = (part.start, part.stop, part.step)
    if any(one is not None and not isinstance(one, int) for one in bounds):
        raise ShapeError("Only whole axes, steps and ranges can be taken here.")
    if size is None or part.step == 0:
        return None
    return len(range(*part.indices(size)))


@dataclass(frozen=True)
class LayerCount:
    """One layer object: name, class, title, numbers of weights and calls, line that makes it."""

    name: str
    kind: str
    n_parameters: int
    uses: int
    title: str = ""
    line: int = 0


class Drawn(NamedTuple):
    """A call that a picture shows: its rows, and of the loop around it head and turns."""

    rows: tuple[int, ...]
    loop: str = ""
    turns: int = 1
    shared: bool = True  # the loop calls the same layers at each turn


@dataclass(frozen=True)
class Blueprint:
    """The shapes, axis names and layers of a model.

    Attributes
    ----------
    rows : tuple of TensorShape
        As ``seqlib.shapes.arithmetic.annotate`` lists them for the model that Keras builds.
    axes : tuple of tuples of str
        Axis names of each row; a size without a name is written as its number.
    lines : tuple of int
        The line of code that made each row.
    layers : tuple of LayerCount
        Every layer object once, in the order of first calls.
    masked : tuple of bool
        Which rows have a mask.
    drawn : tuple of Drawn
        The calls that a picture shows: of a loop whose turns are alike, the first turn.
    """

    rows: tuple[TensorShape, ...]
    axes: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    layers: tuple[LayerCount, ...]
    masked: tuple[bool, ...]
    drawn: tuple[Drawn, ...]

    @property
    def n_parameters(self) -> int:
        """The number of weights, as Keras' ``model.count_params()``."""
        return sum(layer.n_parameters for layer in self.layers)


def read_off(made: Recording, outputs: Sequence[int], calls: Sequence[Call]) -> Blueprint:
    """Make the blueprint of recorded calls; ``outputs`` are rows."""
    rows = [row for call in calls for row in call.results]
    place = {row: number for number, row in enumerate(rows)}
    by_row = {row: call for call in calls for row in call.results}
    uses = Counter(call.layer.name for call in calls)
    layers = {id(call.layer): call.layer for call in calls if call.layer.counts}
    out = set(outputs)
    return Blueprint(
        rows=tuple(_tensor(made, by_row[row], row, place, uses, out) for row in rows),
        axes=tuple(_axes(made.specs[row].shape) for row in rows),
        lines=tuple(by_row[row].line for row in rows),
        layers=tuple(
            LayerCount(
                *(layer.name, layer.kind, int(layer.n_parameters), uses[layer.name]),
                *(layer.title, layer.line),
            )
            for layer in layers.values()
        ),
        masked=tuple(made.specs[row].mask is not None for row in rows),
        drawn=tuple(_folded(made, calls, place, uses)),
    )


def _tensor(
    made: Recording, call: Call, row: int, place: dict, uses: Counter, out: set[int]
) -> TensorShape:
    layer, result = call.layer.name, call.results.index(row)
    shape = made.specs[row].shape
    return TensorShape(
        name=made.names.get(row) or result_name(layer, result, len(call.results)),
        shape=tuple(None if size is None else int(size) for size in shape),
        dtype=made.specs[row].dtype,
        layer=layer,
        step=call.step if uses[layer] > 1 else None,
        result=result,
        reads=tuple(place[read] for read in (*call.inputs, *call.states)),
        role="output" if row in out else "input" if not call.inputs else "",
    )


def _axes(shape: tuple) -> tuple[str, ...]:
    def name(axis: int, size: int | None) -> str:
        if size is None:
            return "m" if axis == 0 else "Tx" if axis == 1 else "?"
        return getattr(size, "name", None) or str(int(size))

    return tuple(name(axis, size) for axis, size in enumerate(shape))


MOST_TURNS = 4  # of a loop that makes new layers, drawn one by one


def _folded(made: Recording, calls: Sequence[Call], place: dict, uses: Counter) -> list[Drawn]:
    """List the calls to draw: of turns of a loop that are alike, those of the first."""
    drawn: list[Drawn] = []
    at = 0
    while at < len(calls):
        loop = calls[at].iteration
        if loop is None:
            drawn.append(Drawn(tuple(place[row] for row in calls[at].results)))
            at += 1
            continue
        turns = _turns(calls[at:], loop.loop)
        alike = 1
        first = [_signature(made, call) for call in turns[0]]
        while alike < len(turns):
            turn = [_signature(made, call) for call in turns[alike]]
            last = alike == len(turns) - 1  # what it makes for another turn is not read
            if turn != (first[: len(turn)] if last else first):
                break
            alike += 1
        shared = all(not call.layer.n_parameters or uses[call.layer.name] > 1 for call in turns[0])
        if alike > 1 and not shared and alike <= MOST_TURNS:
            alike = 1
        drawn += [
            Drawn(
                tuple(place[row] for row in call.results),
                loop.head if alike > 1 else "",
                alike,
                shared,
            )
            for call in turns[0]
        ]
        at += sum(len(turn) for turn in turns[:alike])
    return drawn


def _turns(calls: Sequence[Call], loop: int) -> list[list[Call]]:
    """Group the first calls, which are those of a loop, by its turns."""
    own = takewhile(lambda call: call.iteration and call.iteration.loop == loop, calls)
    return [list(turn) for _iteration, turn in groupby(own, lambda call: call.iteration)]


def _signature(made: Recording, call: Call) -> tuple:
    return call.layer.kind, tuple(made.specs[row].shape for row in call.results)
