"""Values that the interpreter works with beside numbers, texts, lists, layers and tensors."""

from __future__ import annotations

import ast
import operator
from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_TEXT, MAX_LIST = 400, 1000
LONG = 10**15  # Python does not write numbers of thousands of digits
MAX_PARTS = 10_000  # of lists in lists, and of sizes made of sizes


@dataclass
class Unknown:
    """Something the text does not say; ``label`` is how it is written there.

    As a size it is asked for by its label; made of ``parts`` by ``work``, by theirs. ``called``
    is the name of a function that would have made it.
    """

    label: str
    parts: tuple[Any, ...] = ()
    work: Callable[..., Any] | None = None
    called: str = ""

    def __post_init__(self) -> None:
        self.n_parts = 1 + count_parts(self.parts)


@dataclass(frozen=True)
class Opaque:
    """Something that may not reach a layer: a file, bytes, a function of Python's own.

    ``data``: a dictionary or a set, whose length or parts may be asked for.
    """

    label: str
    data: bool = False


@dataclass(frozen=True)
class Path:
    """A module, or a name in one: "keras.layers.LSTM"."""

    dotted: str

    @property
    def last(self) -> str:
        return self.dotted.rpartition(".")[2]

    @property
    def of_keras(self) -> bool:
        """Whether it is part of Keras, or its origin is not said."""
        root = self.dotted.partition(".")[0]
        return root in ("keras", "tensorflow", "tf", "tf_keras", "keras_core", "layers", self.last)


@dataclass(eq=False)
class Array:
    """An array of NumPy, of which only the shape is known."""

    shape: tuple


@dataclass(eq=False)
class Function:
    """A function of the text: its syntax, and the names it can see."""

    node: ast.FunctionDef | ast.Lambda
    scope: ChainMap[str, Any]
    name: str = "lambda"


@dataclass(frozen=True)
class ClassOf:
    """A class of the text, which is not read."""

    name: str
    line: int
    of_model: bool


@dataclass(frozen=True)
class Method:
    """A method of a value, not yet called."""

    of: Any
    name: str


# What Keras calls an operation on tensors, and what works it out.
BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("Add", operator.add),
    ast.Sub: ("Subtract", operator.sub),
    ast.Mult: ("Multiply", operator.mul),
    ast.Div: ("TrueDivide", operator.truediv),
    ast.FloorDiv: ("FloorDivide", operator.floordiv),
    ast.Mod: ("Mod", operator.mod),
    ast.Pow: ("Power", operator.pow),
    ast.MatMult: ("Matmul", operator.matmul),
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


def count_parts(value: Any) -> int:
    """Count what a value is made of, as often as it is met; more than ``MAX_PARTS`` are not told.

    A line can hold twice, or a thousand times, what the line before it makes, so the parts of a
    short text may be more than could ever be walked.
    """
    n, waiting = 0, [value]
    while waiting and n <= MAX_PARTS:
        one = waiting.pop()
        if isinstance(one, Unknown):
            n += one.n_parts
        elif isinstance(one, list | tuple):
            n += len(one)
            waiting += [part for part in one if isinstance(part, list | tuple | Unknown)]
    return n


def calculated(kind: type[ast.operator], one: Any, other: Any) -> Any:
    """Work out numbers, texts and lists within bounds; raises ``ValueError`` beyond them."""
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if kind not in BINARY:
        raise ValueError
    if numbers:
        if kind is ast.Pow and (abs(other) > 64 or abs(one) > 10**6):
            raise ValueError
        if max(abs(one), abs(other)) > LONG:
            raise ValueError
        return BINARY[kind][1](one, other)
    if kind is ast.Add and type(one) is type(other) and isinstance(one, str | list | tuple):
        if len(one) + len(other) > (MAX_TEXT if isinstance(one, str) else MAX_LIST):
            raise ValueError
        return one + other
    if kind is ast.Mult:
        many, times = (one, other) if isinstance(other, int) else (other, one)
        if isinstance(many, str | list | tuple) and isinstance(times, int):
            if len(many) * times > (MAX_TEXT if isinstance(many, str) else MAX_LIST):
                raise ValueError
            return many * times
    if kind is ast.Mod and isinstance(one, str):
        return one  # a format: only names of layers are made so
    raise ValueError


def plain(value: Any) -> bool:
    """Whether a value is a number, a text, None, or lists of those."""
    if isinstance(value, list | tuple):
        return all(plain(one) for one in value)
    return value is None or isinstance(value, int | float | str)
