"""Read a list of Keras layers from text, without running it."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from seqlib.i18n import _
from seqlib.shapes.arithmetic import annotate
from seqlib.shapes.blueprint import LAYERS, Blueprint, Layer, ShapeError, stack
from seqlib.training import tensorflow

ACCEPTED = ("Embedding", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "Dense", "Dropout")
ACCEPTED_TOO = ("Activation", "Flatten")
MAX_LAYERS, MAX_LETTERS, MAX_SIZE = 24, 4000, 10_000_000
# Keras allocates every weight when it builds a layer; tensors between layers cost nothing there.
MAX_WEIGHTS = 5_000_000


class PasteError(ValueError):
    """Raised for text that cannot be read; the message is one sentence, ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(_("Line {line}: {message}", line=line, message=message))
        self.line = line


class BuildError(ValueError):
    """Raised for layers that Keras does not build; the message is one sentence."""


@dataclass(frozen=True)
class LayerCall:
    """One layer with its arguments, e.g. ``LSTM(128, return_sequences=True)``.

    ``inner`` is the layer inside a ``Bidirectional``, ``line`` the line of the text, from 1.
    """

    kind: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    inner: LayerCall | None = None
    line: int = 1

    def __str__(self) -> str:
        parts = [str(self.inner)] if self.inner else []
        parts += [repr(value) for value in self.args]
        parts += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"{self.kind}({', '.join(parts)})"

    def symbolic(self) -> Layer:
        """Make the stand-in layer; raises ``ShapeError`` for arguments that it cannot have."""
        return self._make(LAYERS[self.kind], lambda inner: inner.symbolic())

    def keras(self) -> Any:
        """Make the Keras layer."""
        from keras import layers

        return self._make(getattr(layers, self.kind), lambda inner: inner.keras())

    def _make(self, cls: Callable, inside: Callable[[LayerCall], Any]) -> Any:
        first = (inside(self.inner),) if self.inner else ()
        return cls(*first, *self.args, **self.kwargs)


def read(text: str) -> tuple[LayerCall, ...]:
    """Read layers from lines such as ``model.add(LSTM(64))`` or ``LSTM(64),``; nothing is run.

    Raises ``PasteError`` for text that is not a layer, and for wrong arguments.
    """
    if len(text) > MAX_LETTERS:
        raise PasteError(
            1, _("that is more than {most:,} letters; paste the layers only.", most=MAX_LETTERS)
        )
    calls = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#")[0].strip().rstrip(",").strip()
        if not bare or bare in ("[", "]", "])", "model = Sequential([", "Sequential(["):
            continue
        calls.append(_read_line(bare, number))
        if len(calls) > MAX_LAYERS:
            raise PasteError(number, _("more than {most} layers; leave some out.", most=MAX_LAYERS))
    if not calls:
        raise PasteError(1, _("there is no layer yet; type one a line, such as LSTM(64)."))
    return tuple(calls)


def _read_line(line: str, number: int) -> LayerCall:
    try:
        return _call(_layer_node(ast.parse(line, mode="eval").body), number, line)
    except PasteError:
        raise
    except SyntaxError:
        raise PasteError(
            number,
            _(
                "“{text}” is not a layer; write LSTM(64) or Dense(5, 'softmax').",
                text=_short(line),
            ),
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise PasteError(
            number, _("this line cannot be read; write one layer, LSTM(64).")
        ) from None


def _layer_node(node: ast.expr) -> ast.expr:
    """Find the layer's own call in ``model.add(LSTM(64))`` and ``LSTM(64)(x)``."""
    if (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "add"
        and len(node.args) == 1
    ):
        node = node.args[0]  # model.add(LSTM(64))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):  # LSTM(64)(x)
        node = node.func
    return node


def _call(node: ast.expr, line: int, source: str) -> LayerCall:
    name = _name(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or name is None:
        raise PasteError(line, _("this is not a layer; write its name and arguments, LSTM(64)."))
    if name not in (*ACCEPTED, *ACCEPTED_TOO):
        raise PasteError(
            line, _("there is no {name} here; use {names}.", name=name, names=", ".join(ACCEPTED))
        )
    args = list(node.args)
    inner = None
    if name == "Bidirectional" and args and isinstance(args[0], ast.Call):
        inner = _call(args.pop(0), line, source)
    values = [_value(name, arg, line, source) for arg in args]
    kwargs = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise PasteError(line, _("{name}: write the arguments out, without **.", name=name))
        if keyword.arg == "layer" and name == "Bidirectional" and inner is None:
            inner = _call(keyword.value, line, source)
            continue
        kwargs[keyword.arg] = _value(name, keyword.value, line, source)
    kwargs.pop("name", None)  # Keras refuses repeated names, and they change no shape
    if name == "Bidirectional" and inner is None:
        raise PasteError(line, _("Bidirectional needs a layer inside, such as LSTM(64)."))
    call = LayerCall(name, tuple(values), kwargs, inner, line)
    _check_arguments(call)
    return call


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _value(layer: str, node: ast.expr, line: int, source: str) -> Any:
    """Read a number, string, True, False or None, or a tuple or list of those.

    No other literal may pass: Keras builds objects from dictionaries. ``source`` is the text
    that ``node`` was parsed from.
    """
    if isinstance(node, ast.Tuple | ast.List):
        items = [_value(layer, item, line, source) for item in node.elts]
        return tuple(items) if isinstance(node, ast.Tuple) else items
    sign, constant = 1, node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        sign, constant = (-1 if isinstance(node.op, ast.USub) else 1), node.operand
    value = constant.value if isinstance(constant, ast.Constant) else ...
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = sign * value
    elif constant is not node or not isinstance(value, str | bool | None):
        raise PasteError(
            line,
            _(
                "{layer}: “{text}” has no value here; write a number, a name in quotes, "
                "True or False.",
                layer=layer,
                text=_short(ast.get_source_segment(source, node) or source),
            ),
        )
    if isinstance(value, int) and abs(value) > MAX_SIZE:
        raise PasteError(
            line,
            _(
                "{layer}: {value} is too large; at most {most:,}.",
                layer=layer,
                value=_integer(value),
                most=MAX_SIZE,
            ),
        )
    return value


def _integer(value: int) -> str:
    """Write an integer of any length: Python prints no more than 4,300 digits."""
    if abs(value) < 10**15:
        return f"{value:,}"
    return f"~{'-' if value < 0 else ''}10^{int(math.log10(abs(value)))}"


def _check_arguments(call: LayerCall) -> None:
    signature = inspect.signature(LAYERS[call.kind])
    # The position of a stand-in's ``name`` is another argument's in Keras, so it is left out.
    signature = signature.replace(
        parameters=[
            parameter
            for parameter in signature.parameters.values()
            if parameter.name != "name" and parameter.kind is not parameter.VAR_KEYWORD
        ]
    )
    taken = list(signature.parameters)
    unknown = [name for name in call.kwargs if name not in taken]
    if unknown:
        raise PasteError(
            call.line,
            _(
                "{kind} has no argument {name} here; it takes {names}.",
                kind=call.kind,
                name=unknown[0],
                names=", ".join(taken),
            ),
        )
    try:
        signature.bind(*([call.inner] if call.inner else []), *call.args, **call.kwargs)
    except TypeError:
        raise PasteError(
            call.line,
            _(
                "{kind} is given the wrong number of arguments; write {example}.",
                kind=call.kind,
                example=_example(call.kind),
            ),
        ) from None


def _example(kind: str) -> str:
    examples = {
        "Embedding": "Embedding(10000, 50)",
        "Dropout": "Dropout(0.5)",
        "Activation": "Activation('softmax')",
        "Flatten": "Flatten()",
        "Bidirectional": "Bidirectional(LSTM(64))",
    }
    return examples.get(kind, f"{kind}(64)")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def sketch(calls: tuple[LayerCall, ...], shape: tuple, dtype: str) -> Blueprint:
    """Compute the model's shapes without TensorFlow; raises ``StackError`` as ``stack`` does."""
    return stack([call.symbolic for call in calls], shape, dtype)[-1]


def build(calls: tuple[LayerCall, ...], shape: tuple, dtype: str) -> Any:
    """Build the model in Keras.

    Raises ``BuildError`` above ``MAX_WEIGHTS`` weights, before Keras allocates any, and for
    layers that Keras refuses; ``StackError`` as ``sketch`` does.
    """
    if sketch(calls, shape, dtype).n_parameters > MAX_WEIGHTS:
        raise BuildError(
            _(
                "Not confirmed by Keras: a model of more than {most:,} weights is not built here; "
                "shapes and weights are counted from the layers alone.",
                most=MAX_WEIGHTS,
            )
        )
    tensorflow.load()
    import keras

    try:
        x = inputs = keras.Input(tuple(map(int, shape)), dtype=dtype, name="input")
        for call in calls:
            x = call.keras()(x)
        return keras.Model(inputs, x, name="pasted")
    except Exception as problem:  # of many kinds, and Keras' own texts have many lines
        raise BuildError(
            _(
                "Keras refuses these layers, so the shapes above may not hold; leave arguments "
                "out until it builds them."
            )
        ) from problem


def confirmed(text: str, shape: tuple[int, ...], dtype: str) -> bool:
    """Whether Keras' shapes and number of weights are ours; raises as ``build`` does."""
    calls = read(text)
    ours, theirs = sketch(calls, shape, dtype), build(calls, shape, dtype)
    same = [row.shape for row in annotate(theirs)] == [row.shape for row in ours.rows]
    return same and theirs.count_params() == ours.n_parameters


__all__ = [
    "ACCEPTED",
    "BuildError",
    "LayerCall",
    "PasteError",
    "ShapeError",
    "build",
    "confirmed",
    "read",
    "sketch",
]
