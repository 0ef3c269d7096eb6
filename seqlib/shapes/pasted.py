"""A list of layers as somebody types or pastes it, read without running it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from seqlib.i18n import _
from seqlib.shapes.blueprint import LAYERS, Blueprint, Layer, ShapeError, stack
from seqlib.training import tensorflow

ACCEPTED = ("Embedding", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "Dense", "Dropout")
ACCEPTED_TOO = ("Activation", "Flatten")
MAX_LAYERS, MAX_LETTERS, MAX_SIZE = 24, 4000, 10_000_000


class PasteError(ValueError):
    """What was typed cannot be read; the message is one sentence, ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(_("Line {line}: {message}", line=line, message=message))
        self.line = line


@dataclass(frozen=True)
class LayerCall:
    """One layer with its arguments, e.g. ``LSTM(128, return_sequences=True)``.

    ``inner`` is the layer inside a ``Bidirectional``. ``line`` is where it was typed.
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
        """The stand-in. Raises ``ShapeError`` for arguments it cannot have."""
        return self._make(LAYERS[self.kind], lambda inner: inner.symbolic())

    def keras(self) -> Any:
        """The layer of real Keras."""
        from keras import layers

        return self._make(getattr(layers, self.kind), lambda inner: inner.keras())

    def _make(self, cls: Callable, inside: Callable[[LayerCall], Any]) -> Any:
        first = (inside(self.inner),) if self.inner else ()
        return cls(*first, *self.args, **self.kwargs)


def read(text: str) -> tuple[LayerCall, ...]:
    """Layers from lines such as ``model.add(LSTM(64))`` or ``LSTM(64),``; nothing is run.

    Raises ``PasteError`` for what is not a layer or has arguments it does not take.
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
        node = ast.parse(line, mode="eval").body
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
    is_call = isinstance(node, ast.Call)
    if is_call and getattr(node.func, "attr", "") == "add" and len(node.args) == 1:
        node = node.args[0]  # model.add(LSTM(64))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):  # LSTM(64)(x)
        node = node.func
    return _call(node, number)


def _call(node: ast.AST, line: int) -> LayerCall:
    name = _name(node.func) if isinstance(node, ast.Call) else None
    if name is None:
        raise PasteError(line, _("this is not a layer; write its name and arguments, LSTM(64)."))
    if name not in (*ACCEPTED, *ACCEPTED_TOO):
        raise PasteError(
            line, _("there is no {name} here; use {names}.", name=name, names=", ".join(ACCEPTED))
        )
    args = list(node.args)
    inner = None
    if name == "Bidirectional" and args and isinstance(args[0], ast.Call):
        inner = _call(args.pop(0), line)
    values = [_value(name, arg, line) for arg in args]
    kwargs = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise PasteError(line, _("{name}: write the arguments out, without **.", name=name))
        if keyword.arg == "layer" and name == "Bidirectional" and inner is None:
            inner = _call(keyword.value, line)
            continue
        kwargs[keyword.arg] = _value(name, keyword.value, line)
    kwargs.pop("name", None)  # names that repeat would be refused, and mean nothing here
    if name == "Bidirectional" and inner is None:
        raise PasteError(line, _("Bidirectional needs a layer inside, such as LSTM(64)."))
    call = LayerCall(name, tuple(values), kwargs, inner, line)
    _check_arguments(call)
    return call


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _value(layer: str, node: ast.AST, line: int) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise PasteError(
            line,
            _(
                "{layer}: “{text}” has no value here; write a number.",
                layer=layer,
                text=_short(ast.unparse(node)),
            ),
        ) from None
    if isinstance(value, int) and abs(value) > MAX_SIZE:
        raise PasteError(
            line,
            _(
                "{layer}: {value:,} is too large; at most {most:,}.",
                layer=layer,
                value=value,
                most=MAX_SIZE,
            ),
        )
    return value


def _check_arguments(call: LayerCall) -> None:
    signature = inspect.signature(LAYERS[call.kind].__init__)
    taken = [
        name
        for name, parameter in signature.parameters.items()
        if name not in ("self", "name") and parameter.kind is not parameter.VAR_KEYWORD
    ]
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
        signature.bind(None, *([call.inner] if call.inner else []), *call.args, **call.kwargs)
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
    """The model without TensorFlow. Raises ``StackError`` at the layer that does not fit."""
    return stack([call.symbolic for call in calls], shape, dtype)[-1]


def build(calls: tuple[LayerCall, ...], shape: tuple, dtype: str) -> Any:
    """The same in Keras."""
    tensorflow.load()
    import keras

    x = inputs = keras.Input(tuple(map(int, shape)), dtype=dtype, name="input")
    for call in calls:
        x = call.keras()(x)
    return keras.Model(inputs, x, name="pasted")


__all__ = ["ACCEPTED", "LayerCall", "PasteError", "ShapeError", "build", "read", "sketch"]
