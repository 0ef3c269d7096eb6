"""What the interpreter keeps while it walks a text: place, bounds, remarks, models, sizes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from seqlib.i18n import _, sentences
from seqlib.shapes.code.sizes import Sizes
from seqlib.shapes.code.values import Array, Opaque, Unknown
from seqlib.shapes.code.words import Fault, PasteError, Remark, short
from seqlib.shapes.layers.base import Missing
from seqlib.shapes.layers.recurrent import RNN, Bidirectional
from seqlib.shapes.recording import Iteration, Recording, ShapeError, SymbolicTensor

MAX_STEPS, MAX_DEPTH, MAX_CALLS, MAX_LAYERS = 20_000, 60, 1200, 256


class Stop(Exception):
    """Ends the walk at a layer that does not fit."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(eq=False)
class Sequential:
    """A stack of layers, each with the line that adds it; called as far as ``applied``."""

    name: str = ""
    items: list[tuple[Any, int, Iteration | None]] = field(default_factory=list)
    applied: int = 0
    inputs: list[SymbolicTensor] = field(default_factory=list)
    x: Any = None
    input_shape: Any = None
    nested: bool = False
    line: int = 1


@dataclass(eq=False)
class ModelOf:
    """``Model(inputs, outputs)``."""

    inputs: list[SymbolicTensor]
    outputs: list[SymbolicTensor]
    line: int
    name: str = ""


class Machine:
    """The state of a walk; ``given`` are a reader's values for sizes by name."""

    def __init__(self, text: str, given: Mapping[str, int]) -> None:
        self.lines = text.split("\n")
        self.recording = Recording(line=lambda: self.line)
        self.sizes = Sizes(given)
        self.remarks: list[Remark] = []
        self.skipped: dict[str, int] = {}  # what is not read, and the first line of it
        self.models: list[Sequential | ModelOf] = []
        self.line = 1
        self.steps = 0
        self.layers = 0  # made
        self.inside = 0  # Lambdas around the place that is read
        self.worked: list[Any] = []  # operations in the Lambda that is read
        self.turning: set[str] = set()  # names that change with the turn of a loop
        self.implied: dict[str, SymbolicTensor] = {}  # inputs that the text does not make
        self.arrays: dict[Array, SymbolicTensor] = {}  # inputs that are arrays in the text
        self.open: dict[int, str] = {}  # labels of inputs of which not even the axes are known
        self.segments: dict[ast.AST, str] = {}
        self.callees: dict[ast.AST, tuple[frozenset[str], frozenset[str]]] = {}
        self.made: dict[int, dict[str, Any]] = {}  # by line, names and the values they are given
        self.run: Callable[..., Any] = lambda *_: None  # calls a function of the text

    def tick(self, steps: int = 1) -> None:
        """Count steps; raises ``PasteError`` where a text takes too many."""
        self.steps += steps
        if self.steps > MAX_STEPS or len(self.recording.calls) > MAX_CALLS:
            self.refuse(
                "the text goes on for too long; shorten its loops, by a smaller Tx perhaps."
            )

    def nodes(self, *within: ast.AST) -> list[ast.AST]:
        """List all nodes of syntax, however deep; looking at them counts as steps."""
        found = [node for one in within for node in ast.walk(one)]
        self.tick(len(found) // 25)
        return found

    # These three translate what they are given, with ``values`` filled in, as ``_`` does.

    def refuse(self, message: str, /, **values: Any) -> NoReturn:
        """Raise ``PasteError`` for the current line."""
        raise PasteError(self.line, message, **values)

    def fail(
        self,
        layer: Any,
        problem: str | ShapeError,
        tensors: Sequence[SymbolicTensor] = (),
        /,
        **values: Any,
    ) -> NoReturn:
        """Stop at a layer that does not fit; say where what it reads comes from."""
        message = _(problem, **values) if isinstance(problem, str) else str(problem)
        for tensor in [one for one in tensors if one.row >= 0][:1]:
            call = self.recording.calls[self.recording.maker[tensor.row]]
            made_by, at = short(call.layer.title or call.layer.kind, 60), call.line
            if isinstance(problem, Missing) and _returns_the_last(call.layer):
                cure = _(
                    "Set return_sequences=True in {layer}, line {line}.", layer=made_by, line=at
                )
                message = sentences(problem.needs, cure)
            elif isinstance(problem, Missing) and not call.inputs:
                cure = _(
                    "Give the input steps and features, Input(shape=(Tx, features)); put an "
                    "Embedding first if it holds word indices."
                )
                message = sentences(problem.needs, cure)
            elif call.inputs:
                origin = _("What arrives comes from {layer}, line {line}.", layer=made_by, line=at)
                message = sentences(message, origin)
        title = layer if isinstance(layer, str) else layer.title or layer.kind
        raise Stop(Fault(self.line, message, short(title, 60)))

    def say(self, message: str, /, **values: Any) -> None:
        """Remark something about the current line, once."""
        remark = Remark(self.line, _(message, **values))
        if remark not in self.remarks and len(self.remarks) < 40:
            self.remarks.append(remark)

    def skip(self, what: str) -> None:
        """Note what is not read."""
        self.skipped.setdefault(what, self.line)

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node on one line, cut to 80 letters."""
        if node not in self.segments:
            self.segments[node] = short(self._source(node), 80)
        return self.segments[node]

    def _source(self, node: Any) -> str:
        """Return the text of a node; columns count the bytes of UTF-8."""
        if getattr(node, "end_lineno", None) is None:
            return ""
        lines = self.lines[node.lineno - 1 : node.end_lineno][:8]  # a quotation needs no more
        last = node.end_lineno - node.lineno
        if last < len(lines):
            lines[last] = lines[last].encode()[: node.end_col_offset].decode(errors="ignore")
        lines[:1] = [one.encode()[node.col_offset :].decode(errors="ignore") for one in lines[:1]]
        return " ".join(lines)

    def no_value(self, label: str) -> NoReturn:
        """Refuse something that stands where a value is needed."""
        self.refuse(
            "“{text}” has no value here; write a number, a name in quotes, True or False.",
            text=short(label),
        )

    def resolve(self, value: Any, role: str = "") -> Any:
        """Return a value whose unknown sizes have been asked for."""
        if isinstance(value, Opaque):
            self.no_value(value.label)
        if isinstance(value, Unknown):
            if value.work is None:
                return self.sizes.ask(value.label, role)
            try:
                return value.work(*(self.resolve(part, role) for part in value.parts))
            except (ValueError, ArithmeticError, TypeError):
                self.no_value(value.label)
        if isinstance(value, list | tuple):
            return type(value)(self.resolve(one, role) for one in value)
        return value

    def skipping(self) -> list[Remark]:
        """Say in one remark what was skipped."""
        if not self.skipped:
            return []
        names = [*map(_, self.skipped)]
        message = _("skipped, since no shape depends on it: {names}.", names=names)
        return [Remark(min(self.skipped.values()), message)]


def _returns_the_last(layer: Any) -> bool:
    inner = layer.layer if isinstance(layer, Bidirectional) else layer
    return isinstance(inner, RNN) and not inner.given.return_sequences
