"""Compute a model's shapes without TensorFlow, by running its builder on stand-in layers.

``blueprint(djmodel, Tx, n_a, n_values)`` executes the source of ``djmodel`` with a ``keras``
whose layers know only shapes and numbers of weights. It takes milliseconds, follows whatever
the builder does, and records which line made which tensor. Sizes given as ``Size`` keep their
names, so every axis of every tensor has a name. Tests hold the result equal to ``annotate`` of
the model that Keras builds.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import math
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import FrameType, SimpleNamespace
from typing import Any, NamedTuple

from seqlib.i18n import _
from seqlib.shapes.arithmetic import TensorShape, result_name


class Size(int):
    """A size with the name of its axis: ``Size(64, "n_a")`` equals 64 and is named n_a."""

    name: str

    def __new__(cls, value: int, name: str) -> Size:
        size = super().__new__(cls, value)
        size.name = name
        return size


class ShapeError(ValueError):
    """Raised for layers that do not fit; the message is one sentence for the reader."""


@dataclass(frozen=True)
class CodeLine:
    """One line of a builder's source: the function's name, line number in its file, text."""

    function: str
    number: int
    text: str


@dataclass(frozen=True)
class LayerCount:
    """One layer object: its name, class, number of weights, and number of calls."""

    name: str
    kind: str
    n_parameters: int
    uses: int


@dataclass(frozen=True)
class Blueprint:
    """The shapes, axis names and layers of a model.

    Attributes
    ----------
    rows : tuple of TensorShape
        As ``seqlib.shapes.arithmetic.annotate`` lists them for the model that Keras builds.
    axes : tuple of tuples of str
        Axis names of each row; a size without a name is written as its number.
    lines : tuple of tuples of (function, line number)
        The lines of code that made each row.
    layers : tuple of LayerCount
        Every layer object once, in the order of first calls.
    """

    rows: tuple[TensorShape, ...]
    axes: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[tuple[str, int], ...], ...]
    layers: tuple[LayerCount, ...]

    @property
    def n_parameters(self) -> int:
        return sum(layer.n_parameters for layer in self.layers)


@dataclass(eq=False)
class SymbolicTensor:
    """The input or output of a stand-in layer: a shape, a type, and its row in the blueprint."""

    shape: tuple[int | None, ...]
    dtype: str
    row: int

    def __getitem__(self, key: Any) -> SymbolicTensor:
        keys = key if isinstance(key, tuple) else (key,)
        kept = [
            size
            for axis, size in enumerate(self.shape)
            if axis >= len(keys) or keys[axis] == slice(None)
        ]
        if any(k != slice(None) and not isinstance(k, int) for k in keys):
            raise ShapeError(_("Only whole axes and single steps can be taken here."))
        return _recording.get().add("GetItem", [(tuple(kept), self.dtype)], [self])[0]


class _Made(NamedTuple):
    """One tensor that a stand-in layer has made; ``of`` is the number of results of the call."""

    layer: str
    step: int
    result: int
    of: int
    shape: tuple
    dtype: str
    reads: tuple[int, ...]
    lines: tuple[tuple[str, int], ...]


@dataclass
class _Recording:
    """The tensors and layers of one model, in the order of the calls."""

    made: list[_Made] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    statements: dict[str, tuple[ast.AST, str]] = field(default_factory=dict)

    def add(
        self, layer: str, results: Sequence[tuple[tuple, str]], reads: Sequence[SymbolicTensor]
    ) -> list[SymbolicTensor]:
        """Record one call of a layer, and return its results."""
        step, lines = self.calls[layer], self._lines()
        self.calls[layer] += 1
        rows = tuple(tensor.row for tensor in reads)
        tensors = []
        for result, (shape, dtype) in enumerate(results):
            tensors.append(SymbolicTensor(shape, dtype, len(self.made)))
            self.made.append(_Made(layer, step, result, len(results), shape, dtype, rows, lines))
        return tensors

    def _lines(self) -> tuple[tuple[str, int], ...]:
        """Find the builder's statement that is being executed."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            known = self.statements.get(frame.f_code.co_filename)
            if known:
                tree, function = known
                return _statement(tree, function, frame.f_lineno)
            frame = frame.f_back
        return ()


_recording: ContextVar[_Recording] = ContextVar("recording")


@lru_cache(maxsize=1024)
def _statement(tree: ast.AST, function: str, line: int) -> tuple[tuple[str, int], ...]:
    """List the lines of the innermost simple statement that contains ``line``."""
    found = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if line in lines:
                found = lines
    return tuple((function, number) for number in found)


# -- stand-ins for keras -------------------------------------------------------------------


def _positive(layer: str, name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ShapeError(
            _(
                "{layer}: {name} is {value!r}; give a whole number of at least 1.",
                layer=layer,
                name=name,
                value=value,
            )
        )
    return value


# Keras' names. Without "glu", which halves an axis, and "threshold", which needs two numbers.
ACTIVATIONS = (
    *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu"),
    *("hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish"),
    *("relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus"),
    *("softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh"),
    "tanh_shrink",
)


def _activation(layer: str, value: Any) -> None:
    """Raise ``ShapeError`` unless ``value`` is None or one of ``ACTIVATIONS``."""
    if value is not None and value not in ACTIVATIONS:
        raise ShapeError(
            _(
                "{layer}: {value!r:.40} is no activation here; write 'softmax', 'tanh', 'relu', "
                "'sigmoid' or another name of Keras.",
                layer=layer,
                value=value,
            )
        )


class Layer:
    """A stand-in for a Keras layer, which knows its result shapes and its number of weights."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or self._free_name()
        self.n_parameters = 0
        self.built = False
        self.mask_zero = self.supports_masking = False

    def _free_name(self) -> str:
        kind = type(self).__name__.lower()
        taken = [layer.name for layer in _recording.get().layers]
        numbered = (kind if n == 0 else f"{kind}_{n}" for n in range(len(taken) + 1))
        return next(name for name in numbered if name not in taken)

    def __call__(
        self, inputs: SymbolicTensor, initial_state: Sequence | None = None, **_: Any
    ) -> Any:
        """Record a call; return the result, or the list of results if there are several."""
        recording = _recording.get()
        if not self.built:
            self.build(inputs.shape)
        if self not in recording.layers:
            recording.layers.append(self)
        results = recording.add(
            self.name, self.results(inputs.shape, inputs.dtype), [inputs, *(initial_state or ())]
        )
        return results if len(results) > 1 else results[0]

    def build(self, shape: tuple) -> None:
        """Count the weights once, at the first call."""
        self.n_parameters = self.count(shape)
        self.built = True

    def set_weights(self, arrays: Sequence[Any]) -> None:
        """Ignore the arrays: a stand-in has no weights."""

    def count(self, shape: tuple) -> int:
        """Count the weights for inputs of this shape."""
        return 0

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        """List (shape, dtype) of the results; raise ``ShapeError`` for inputs that do not fit."""
        return [(shape, dtype)]


class Embedding(Layer):
    def __init__(self, input_dim: int, output_dim: int, name: str | None = None, **_: Any) -> None:
        super().__init__(name)
        self.input_dim = _positive("Embedding", "input_dim", input_dim)
        self.output_dim = _positive("Embedding", "output_dim", output_dim)

    def count(self, shape: tuple) -> int:
        return self.input_dim * self.output_dim

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        if not dtype.startswith("int"):
            raise ShapeError(
                _(
                    "Embedding looks up whole numbers, and gets vectors; put it first, on word "
                    "indices."
                )
            )
        return [((*shape, self.output_dim), "float32")]


class _Recurrent(Layer):
    gates = 1
    states = 1

    def __init__(
        self,
        units: int,
        activation: str | None = "tanh",
        *,
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        go_backwards: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        kind = type(self).__name__
        self.units = _positive(kind, "units", units)
        _activation(kind, activation)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.stateful = stateful
        for rate in (dropout, recurrent_dropout):
            _rate(kind, rate)

    def count(self, shape: tuple) -> int:
        return self.gates * (shape[-1] + self.units + 1) * self.units

    def build(self, shape: tuple) -> None:
        _needs_sequence(type(self).__name__, shape)
        super().build(shape)

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        kind = type(self).__name__
        _needs_sequence(kind, shape)
        _needs_vectors(kind, dtype)
        m, Tx = shape[:2]
        if self.stateful and m is None:
            raise ShapeError(
                _(
                    "{kind}: stateful=True keeps one state for each sequence of the batch, so the "
                    "batch must be fixed; give Input(batch_shape=(m, Tx, …)).",
                    kind=kind,
                )
            )
        out = (m, Tx, self.units) if self.return_sequences else (m, self.units)
        states = [((m, self.units), "float32")] * self.states if self.return_state else []
        return [(out, "float32"), *states]


class SimpleRNN(_Recurrent):
    pass


class LSTM(_Recurrent):
    gates = 4
    states = 2


class GRU(_Recurrent):
    gates = 3

    def count(self, shape: tuple) -> int:
        # reset_after, Keras' default: a second bias for the recurrent part.
        return self.gates * (shape[-1] + self.units + 2) * self.units


class Bidirectional(Layer):
    def __init__(
        self, layer: Layer, merge_mode: str | None = "concat", name: str | None = None
    ) -> None:
        super().__init__(name)
        if not isinstance(layer, _Recurrent):
            raise ShapeError(
                _(
                    "Bidirectional runs a recurrent layer both ways; put an LSTM, GRU or "
                    "SimpleRNN into it."
                )
            )
        if merge_mode not in ("concat", "sum", "mul", "ave"):
            raise ShapeError(
                _(
                    "Bidirectional: merge_mode is {mode!r}; choose 'concat', 'sum', 'mul' or "
                    "'ave'.",
                    mode=merge_mode,
                )
            )
        self.layer, self.merge_mode = layer, merge_mode

    def build(self, shape: tuple) -> None:
        _needs_sequence("Bidirectional", shape)
        super().build(shape)

    def count(self, shape: tuple) -> int:
        return 2 * self.layer.count(shape)

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        if self.layer.stateful and self.layer.return_state:
            # Keras 3.15 fails with a TypeError of its own here.
            raise ShapeError(
                _(
                    "Keras' Bidirectional cannot return the states of a stateful layer; leave out "
                    "return_state or stateful."
                )
            )
        (out, kind), *states = self.layer.results(shape, dtype)
        if self.merge_mode == "concat":
            units = self.layer.units
            name = getattr(units, "name", None)
            both = Size(2 * units, f"2 {name}") if name else 2 * units
            out = (*out[:-1], both)
        return [(out, kind), *states, *states]


class Dense(Layer):
    def __init__(self, units: int, activation: str | None = None, name: str | None = None) -> None:
        super().__init__(name)
        self.units = _positive("Dense", "units", units)
        _activation("Dense", activation)

    def count(self, shape: tuple) -> int:
        return (shape[-1] + 1) * self.units

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        _needs_vectors("Dense", dtype)
        return [((*shape[:-1], self.units), "float32")]


class Dropout(Layer):
    def __init__(self, rate: float, name: str | None = None) -> None:
        super().__init__(name)
        _rate("Dropout", rate)


class Activation(Layer):
    def __init__(self, activation: str | None, name: str | None = None) -> None:
        super().__init__(name)
        _activation("Activation", activation)


class Flatten(Layer):
    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        return [((shape[0], math.prod(shape[1:])), dtype)]


class Reshape(Layer):
    def __init__(self, target_shape: tuple[int, ...], name: str | None = None) -> None:
        super().__init__(name)
        self.target_shape = tuple(target_shape)

    def results(self, shape: tuple, dtype: str) -> list[tuple[tuple, str]]:
        if math.prod(shape[1:]) != math.prod(self.target_shape):
            raise ShapeError(
                _(
                    "Reshape: {n:,} numbers do not fit into {shape}.",
                    n=math.prod(shape[1:]),
                    shape=self.target_shape,
                )
            )
        return [((shape[0], *self.target_shape), dtype)]


def _needs_sequence(kind: str, shape: tuple) -> None:
    if len(shape) == 3:
        return
    if len(shape) == 2:
        raise ShapeError(
            _(
                "{kind} reads a sequence with three axes, (m, Tx, features), and gets two. If a "
                "recurrent layer stands before it, set return_sequences=True there; if the input "
                "is word indices, put an Embedding first.",
                kind=kind,
            )
        )
    raise ShapeError(
        _(
            "{kind} reads three axes, (m, Tx, features), and gets {n}; there is one axis "
            "too many, from a second Embedding perhaps.",
            kind=kind,
            n=len(shape),
        )
    )


def _needs_vectors(kind: str, dtype: str) -> None:
    if dtype.startswith("int"):
        raise ShapeError(
            _("{kind} reads vectors, and gets word indices; put an Embedding first.", kind=kind)
        )


def _rate(kind: str, rate: Any) -> None:
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < 1:
        raise ShapeError(
            _("{kind}: the rate is {rate!r}; give 0 or more, and below 1.", kind=kind, rate=rate)
        )


def Input(
    shape: Sequence | None = None,
    *,
    batch_shape: Sequence | None = None,
    dtype: str = "float32",
    name: str = "input",
) -> SymbolicTensor:
    """Record a model's input; the batch axis is None unless ``batch_shape`` fixes it."""
    full = tuple(batch_shape) if batch_shape is not None else (None, *(shape or ()))
    return _recording.get().add(name, [(full, dtype)], [])[0]


@dataclass(frozen=True)
class Model:
    """A stand-in for ``keras.Model``."""

    inputs: Any
    outputs: Any
    name: str = "model"


LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        *(Embedding, LSTM, GRU, SimpleRNN, Bidirectional, Dense, Dropout),
        *(Activation, Flatten, Reshape),
    )
}
_KERAS = SimpleNamespace(
    Input=Input, Model=Model, layers=SimpleNamespace(**LAYERS, Input=Input), **LAYERS
)


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    return _KERAS if name == "keras" else builtins.__import__(name, *args, **kwargs)


# -- running a builder ---------------------------------------------------------------------


@cache
def _source(function: Callable) -> tuple[ast.Module, tuple[str, ...], int]:
    lines, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(lines))
    tree = ast.parse(text)
    ast.increment_lineno(tree, first - 1)
    return tree, tuple(text.splitlines()), first


@cache
def listing(function: Callable) -> tuple[CodeLine, ...]:
    """List a function's source line by line, without its docstring."""
    tree, lines, first = _source(function)
    hidden: set[int] = set()
    definition = tree.body[0]
    if isinstance(definition, ast.FunctionDef) and ast.get_docstring(definition) is not None:
        doc = definition.body[0]
        hidden = set(range(doc.lineno, (doc.end_lineno or doc.lineno) + 1))
    return tuple(
        CodeLine(function.__name__, number, text)
        for number, text in enumerate(lines, first)
        if number not in hidden
    )


def blueprint(
    builder: Callable,
    *args: Any,
    uses: Sequence[Callable] = (),
    stand_ins: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Blueprint:
    """Run a builder's source on stand-in layers and record every tensor.

    Parameters
    ----------
    builder : function that returns a Model
        Its source must be readable; what it imports from ``keras`` is replaced.
    uses : functions
        Functions that the builder calls by their own names, to run on stand-ins too.
    stand_ins : dict
        Values for other names in the builder's module.

    Raises
    ------
    ShapeError
        One sentence, if layers do not fit.
    """
    recording = _Recording()
    token = _recording.set(recording)
    try:
        replaced = dict(stand_ins or {})
        for function in uses:
            replaced[function.__name__] = _on_stand_ins(function, replaced, recording)
        model = _on_stand_ins(builder, replaced, recording)(*args, **kwargs)
    finally:
        _recording.reset(token)
    return _finished(recording, model)


@cache
def _compiled(function: Callable) -> tuple[Any, str]:
    """Compile a function's definition; return the code, and the file name of its frames."""
    file = f"<shapes of {function.__module__}.{function.__name__}>"
    flags = __future__.annotations.compiler_flag
    return compile(_source(function)[0], file, "exec", flags=flags, dont_inherit=True), file


def _on_stand_ins(function: Callable, replaced: dict[str, Any], recording: _Recording) -> Callable:
    tree, _, _ = _source(function)
    code, file = _compiled(function)
    recording.statements[file] = (tree, function.__name__)
    namespace = {
        **function.__globals__,
        "tensorflow": SimpleNamespace(load=lambda: None),
        "__builtins__": {**vars(builtins), "__import__": _import},
        **replaced,
    }
    exec(code, namespace)
    return namespace[function.__name__]


def stack(layers: Sequence[Callable[[], Layer]], shape: Sequence, dtype: str) -> list[Blueprint]:
    """Stack layers on an input, and return the blueprints of 0, 1, 2, … layers.

    ``layers`` are functions that make one layer each. Raises ``StackError`` at the first layer
    that does not fit.
    """
    recording = _Recording()
    token = _recording.set(recording)
    blueprints = []
    try:
        x = inputs = Input(shape, dtype=dtype, name="input")
        blueprints.append(_finished(recording, Model(inputs, x)))
        for index, make in enumerate(layers):
            try:
                x = make()(x)
                if isinstance(x, list):
                    raise ShapeError(
                        _(
                            "return_state=True gives several results, and the next layer reads "
                            "one; leave it out in a plain stack."
                        )
                    )
            except ShapeError as problem:
                raise StackError(index, str(problem), blueprints[-1]) from None
            blueprints.append(_finished(recording, Model(inputs, x)))
    finally:
        _recording.reset(token)
    return blueprints


class StackError(ShapeError):
    """Raised at a layer that does not fit the layers below it.

    ``index`` is the layer's, from 0; ``before`` is the blueprint of the layers below.
    """

    def __init__(self, index: int, message: str, before: Blueprint) -> None:
        super().__init__(message)
        self.index, self.before = index, before


def _finished(recording: _Recording, model: Model) -> Blueprint:
    outputs = model.outputs if isinstance(model.outputs, list | tuple) else [model.outputs]
    out = {tensor.row for tensor in outputs}
    return Blueprint(
        rows=tuple(
            TensorShape(
                name=result_name(made.layer, made.result, made.of),
                shape=tuple(None if size is None else int(size) for size in made.shape),
                dtype=made.dtype,
                layer=made.layer,
                step=made.step if recording.calls[made.layer] > 1 else None,
                result=made.result,
                reads=made.reads,
                role="output" if row in out else "" if made.reads else "input",
            )
            for row, made in enumerate(recording.made)
        ),
        axes=tuple(_names(made.shape) for made in recording.made),
        lines=tuple(made.lines for made in recording.made),
        layers=tuple(
            LayerCount(
                layer.name,
                type(layer).__name__,
                int(layer.n_parameters),
                recording.calls[layer.name],
            )
            for layer in recording.layers
        ),
    )


def _names(shape: tuple) -> tuple[str, ...]:
    def name(size: int | None) -> str:
        return "m" if size is None else getattr(size, "name", None) or str(int(size))

    return tuple(map(name, shape))
