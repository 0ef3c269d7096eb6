"""Read expressions of pasted code: names, parts, arithmetic, conditions, lists."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterable
from functools import partial
from typing import Any

from seqlib.shapes.code import building
from seqlib.shapes.code.building import JOINING, LAYER_NAMES, MAKERS, NOT_DRAWN
from seqlib.shapes.code.machine import MAX_DEPTH, Machine, ModelOf, Sequential
from seqlib.shapes.code.values import (
    BINARY,
    COMPARED,
    LONG,
    MAX_LIST,
    MAX_PARTS,
    MAX_TEXT,
    Array,
    ClassOf,
    Function,
    Method,
    Opaque,
    Path,
    Unknown,
    calculated,
    count_parts,
)
from seqlib.shapes.code.words import short
from seqlib.shapes.layers import Layer
from seqlib.shapes.layers.operations import FUNCTIONS, compared, elementwise
from seqlib.shapes.recording import Operation, Size, SymbolicTensor

# What Keras compares element by element; == and != ask whether it is one tensor.
OF_TENSORS: dict[type, str] = {ast.Gt: "Greater", ast.GtE: "GreaterEqual"}
OF_TENSORS |= {ast.Lt: "Less", ast.LtE: "LessEqual"}

# Modules that a text may use without importing them, and Python's functions that are read.
MODULES = {
    "keras": "keras",
    "tf": "tensorflow",
    "layers": "keras.layers",
    "K": "keras.backend",
    "np": "numpy",
    "numpy": "numpy",
    "ops": "keras.ops",
    "activations": "keras.activations",
}
READ = frozenset(
    (
        *("range", "xrange", "len", "list", "tuple", "int", "float", "str", "bool", "min", "max"),
        *("sum", "abs", "round", "sorted", "reversed", "enumerate", "zip", "print"),
    )
)
# Python's functions that no layer's argument may come from.
CLOSED = frozenset(
    (
        *("open", "eval", "exec", "compile", "getattr", "setattr", "delattr", "globals", "locals"),
        *("vars", "input", "breakpoint", "type", "object", "super", "dir", "id", "memoryview"),
        *("bytes", "bytearray", "complex", "iter", "next", "hasattr", "callable", "hash", "exit"),
        *("quit", "help"),
    )
)
DATA = frozenset(("set", "frozenset", "dict", "map", "filter"))
SIMPLE = int | float | str | list | tuple | None  # whether it is true is known
MAKING = LAYER_NAMES | MAKERS | JOINING.keys() | {"add"}  # what makes layers, by its last name
KNOWN = READ | LAYER_NAMES | MAKERS | NOT_DRAWN | JOINING.keys() | {"merge"}


class Expressions(ast.NodeVisitor):
    """Gives expressions their values; calls are read by ``Calls``, statements by ``Interpreter``.

    Only the kinds of syntax that have a ``visit_`` method are read. A name is looked for among the
    text's own, then among Keras' layers; no name of the text ever fetches an attribute of a Python
    object.
    """

    def __init__(self, machine: Machine) -> None:
        self.m = machine
        self.scope: ChainMap[str, Any] = ChainMap()
        self.depth = 0

    def value(self, node: ast.expr) -> Any:
        """Return an expression's value."""
        self.m.tick()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.m.refuse("this is nested too deeply to be read; write it more simply.")
        try:
            found = self.visit(node)
            n_parts = count_parts(found)
            self.m.tick(n_parts // 25)
            return found if n_parts <= MAX_PARTS else Opaque(self.m.segment(node), data=True)
        finally:
            self.depth -= 1

    def generic_visit(self, node: ast.AST) -> Any:
        """Return what stands for syntax that is not read."""
        data = isinstance(node, ast.Dict | ast.Set | ast.DictComp | ast.SetComp)
        return Opaque(self.m.segment(node), data)

    def visit_Constant(self, node: ast.Constant) -> Any:
        if node.value is None or isinstance(node.value, bool | int | float | str):
            return node.value
        return node.value if node.value is Ellipsis else Opaque(self.m.segment(node))

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id in self.scope:
            return self.scope[node.id]
        if node.id == "__name__":
            return "__main__"
        if node.id in CLOSED or node.id in DATA or node.id.startswith("__"):
            return Opaque(node.id, node.id in DATA)
        if node.id in KNOWN:
            return Path(node.id)
        return Path(MODULES[node.id]) if node.id in MODULES else Unknown(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        value, name = self.value(node.value), node.attr
        if name.startswith("__") and name != "__version__":
            return Opaque(self.m.segment(node))
        if isinstance(value, Opaque):
            return Unknown(self.m.segment(node)) if value.data else Opaque(self.m.segment(node))
        if isinstance(value, Path):
            return Path(f"{value.dotted}.{name}")
        if isinstance(value, SymbolicTensor):
            return value.shape if name == "shape" else Method(value, name)
        if isinstance(value, Array) and name == "shape":
            return value.shape
        if isinstance(value, Sequential | ModelOf):
            return self._of_model(value, name)
        if isinstance(value, Layer):
            return self._of_layer(value, name, node)
        if isinstance(value, list | str):
            return Method(value, name)
        return Unknown(self.m.segment(node))

    def _of_layer(self, layer: Layer, name: str, node: ast.Attribute) -> Any:
        """Return an argument of a layer, or what it was last called on and gave."""
        known = vars(layer.given)
        if name in known and isinstance(known[name], int | float | str | None):
            return known[name]
        calls = [call for call in self.m.recording.calls if call.layer is layer]
        if name in ("output", "input") and calls:
            rows = calls[-1].results if name == "output" else calls[-1].inputs
            return SymbolicTensor(self.m.recording.specs[rows[0]], rows[0])
        return Method(layer, name)

    def _of_model(self, model: Sequential | ModelOf, name: str) -> Any:
        if name == "layers":
            return building.layers_of(self.m, model)
        if name not in ("output", "outputs", "input", "inputs"):
            return Method(model, name)
        if isinstance(model, Sequential):
            outputs = [building.finish(self.m, model)]
        else:
            outputs = model.outputs
        found = model.inputs if name.startswith("input") else outputs
        return found if name.endswith("s") else found[0] if found else None

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        value = self.value(node.value)
        if isinstance(value, Opaque) and not value.data:
            return Opaque(self.m.segment(node))
        if isinstance(value, SymbolicTensor):
            key = self.value(node.slice)
            return building.take(self.m, value, key, self.m.segment(node))
        if isinstance(value, list | tuple | str):
            at = self.value(node.slice)
            if isinstance(at, int) and -len(value) <= at < len(value):
                return value[at]
            if isinstance(at, slice) and all(
                one is None or isinstance(one, int) for one in (at.start, at.stop, at.step)
            ):
                return value[at] if at.step != 0 else value
        return Unknown(self.m.segment(node))

    def visit_Slice(self, node: ast.Slice) -> slice:
        bounds = (node.lower, node.upper, node.step)
        return slice(*(one and self.m.resolve(self.value(one), "n") for one in bounds))

    def _elements(self, nodes: list[ast.expr]) -> list:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.value(node.value)
                found += (
                    value if isinstance(value, list | tuple) else [Opaque(self.m.segment(node))]
                )
            else:
                found.append(self.value(node))
        return found

    def visit_List(self, node: ast.List) -> list:
        return self._elements(node.elts)

    def visit_Tuple(self, node: ast.Tuple) -> tuple:
        return tuple(self._elements(node.elts))

    def visit_Lambda(self, node: ast.Lambda) -> Function:
        return Function(node, self.scope)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        one, other = self.value(node.left), self.value(node.right)
        if isinstance(one, Opaque) or isinstance(other, Opaque):
            return Opaque(self.m.segment(node))
        if isinstance(one, SymbolicTensor) or isinstance(other, SymbolicTensor):
            return self._arithmetic(node, one, other)
        kind = type(node.op)
        if isinstance(one, Unknown | Path) or isinstance(other, Unknown | Path):
            return Unknown(self.m.segment(node), (one, other), lambda a, b: calculated(kind, a, b))
        try:
            return calculated(kind, one, other)
        except (ValueError, ArithmeticError, TypeError):
            return Opaque(self.m.segment(node))

    def _arithmetic(self, node: ast.BinOp, one: Any, other: Any) -> Any:
        if type(node.op) not in BINARY:
            return Unknown(self.m.segment(node))
        kind, _work = BINARY[type(node.op)]
        tensors = [value for value in (one, other) if isinstance(value, SymbolicTensor)]
        work = FUNCTIONS["matmul"] if kind == "Matmul" else partial(elementwise, kind)
        return building.operate(self.m, Operation(kind, work, self.m.segment(node)), tensors)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return (
                (not value)
                if isinstance(value, bool | int | str | list | None)
                else Unknown(self.m.segment(node))
            )
        if isinstance(value, bool) or not isinstance(value, int | float | Unknown | SymbolicTensor):
            return Opaque(self.m.segment(node))
        if isinstance(value, SymbolicTensor):
            return building.operate(
                self.m, Operation("Negative", FUNCTIONS["negative"], self.m.segment(node)), [value]
            )
        if isinstance(value, Unknown):
            return Unknown(self.m.segment(node), (value,), lambda size: -size)
        if isinstance(node.op, ast.USub):
            return -value
        return value if isinstance(node.op, ast.UAdd) else Opaque(self.m.segment(node))

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        value: Any = None
        for one in node.values:
            value = self.value(one)
            if not isinstance(value, SIMPLE) or bool(value) == stop:
                return value
        return value

    def visit_Compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for kind, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            tensors = [one for one in (left, right) if isinstance(one, SymbolicTensor)]
            if tensors and (name := OF_TENSORS.get(type(kind))):
                work = partial(compared, name)
                return building.operate(
                    self.m, Operation(name, work, self.m.segment(node)), tensors
                )
            if not isinstance(left, SIMPLE) or not isinstance(right, SIMPLE):
                return Unknown(self.m.segment(node))
            try:
                if not COMPARED[type(kind)](left, right):
                    return False
            except TypeError:
                return Unknown(self.m.segment(node))
            left = right
        return True

    def _truth(self, node: ast.expr) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        value = self.value(node)
        if isinstance(value, SIMPLE):
            return bool(value)
        return None if isinstance(value, Unknown | Opaque | Array) else True

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.orelse if self._truth(node.test) is False else node.body)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        parts = []
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                value = self.value(one.value)
                if isinstance(value, Opaque):
                    return Opaque(self.m.segment(node))
                known = isinstance(value, str | float) or (
                    isinstance(value, int) and abs(value) < LONG
                )
                parts.append(str(value) if known else "?")
            else:
                parts.append(str(self.value(one)))
        return "".join(parts)[:MAX_TEXT]

    def visit_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        if len(node.generators) != 1:
            return Unknown(self.m.segment(node))
        (loop,) = node.generators
        matters = self.matters(node.elt)
        items = self._items(self.value(loop.iter), matters)
        if items is None or len(items) > MAX_LIST:
            return Unknown(self.m.segment(node))
        found, outer = [], self.scope
        self.scope = outer.new_child()
        try:
            for item in items:
                self._bind(loop.target, item, None)
                if all(self._truth(test) is not False for test in loop.ifs):
                    found.append(self.value(node.elt))
        finally:
            self.scope = outer
        return found

    visit_GeneratorExp = visit_ListComp

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        value = self.value(node.value)
        self._bind(node.target, value, node.value)
        return value

    def _items(self, value: Any, matters: bool) -> list | None:
        """List what is iterated over; None where it is not known."""
        if isinstance(value, Unknown) and matters and value.called in ("range", "xrange"):
            value = self.m.resolve(value, "loop")
        if isinstance(value, str | list | tuple):
            return list(value)
        if isinstance(value, range):
            n = len(value[: 10**9])  # of a longer one Python counts no length
            if n > MAX_LIST and matters:
                self.m.refuse(
                    "this loop has {n:,} turns; at most {most:,} are read.", n=n, most=MAX_LIST
                )
            return list(value[: MAX_LIST + 1])
        return None

    # -- names -------------------------------------------------------------------------------

    def _bind(self, target: ast.expr, value: Any, made_by: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            named = self.scope[target.id] = self._named(target.id, value, made_by)
            if made_by is not None:
                self.m.made.setdefault(target.lineno, {})[target.id] = named
        elif isinstance(target, ast.Starred):
            self._bind(target.value, Unknown(self.m.segment(target.value)), None)
        elif isinstance(target, ast.Tuple | ast.List):
            n = len(target.elts)
            if isinstance(value, list | tuple) and len(value) == n:
                values: Iterable[Any] = value
            elif isinstance(value, list | tuple) and not any(
                isinstance(one, ast.Starred) for one in target.elts
            ):
                self.m.fail(
                    self.m.segment(target),
                    "{n} results are given names, and there are {found}; an LSTM with "
                    "return_state=True gives three (output, a, c), a GRU two.",
                    n=n,
                    found=len(value),
                )
            elif isinstance(value, SymbolicTensor) and made_by is not None:
                self.m.fail(
                    self.m.segment(target),
                    "{n} results are given names, and the layer gives one; set "
                    "return_state=True in it.",
                    n=n,
                )
            else:
                values = [Unknown(self.m.segment(one)) for one in target.elts]
            for one, part in zip(target.elts, values, strict=False):
                self._bind(one, part, made_by)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, value)

    def _set_item(self, target: ast.Subscript, value: Any) -> None:
        whole = self.value(target.value)
        if isinstance(whole, list):
            at = self.value(target.slice)
            if isinstance(at, int) and -len(whole) <= at < len(whole):
                whole[at] = value

    def _named(self, name: str, value: Any, made_by: ast.expr | None) -> Any:
        """Give a value the name that the text gives it."""
        fresh = not isinstance(made_by, ast.Name)
        if isinstance(value, SymbolicTensor) and value.row >= 0 and fresh:
            self.m.recording.names.setdefault(value.row, short(name, 24))
        elif isinstance(value, Layer) and fresh:
            if isinstance(made_by, ast.Call) and not value.name:
                value.title = short(name, 40)
        elif isinstance(value, Sequential | ModelOf) and not value.name:
            value.name = short(name, 40)
        elif isinstance(value, Opaque):
            return Unknown(name)
        elif type(value) is int and made_by is not None:
            return Size(value, name) if value > 0 and len(name) <= 24 else value
        elif isinstance(value, Unknown):
            if self.m.sizes.knows(value):
                return Size(self.m.resolve(value), name)
            known = [part for part in value.parts if isinstance(part, Unknown)]
            if value.label != name and not any(part.label.isidentifier() for part in known):
                return Unknown(name, called=value.called)
        return value

    def matters(self, *nodes: ast.AST) -> bool:
        """Whether syntax makes or calls layers or models, itself or by the text's functions."""
        seen: set[ast.AST] = set()
        waiting = list(nodes)
        try:
            while waiting:
                node = waiting.pop()
                if node in seen:
                    continue
                seen.add(node)
                named, bare = self._callees(node)
                if not MAKING.isdisjoint(named):
                    return True
                for value in map(self.scope.get, bare):
                    if isinstance(value, Layer | Sequential | ModelOf | ClassOf):
                        return True
                    if isinstance(value, Function):
                        waiting.append(value.node)
            return False
        finally:
            self.m.tick(len(seen) // 25)

    def _callees(self, node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
        """Return the last names of what syntax calls, and those of them that stand alone."""
        if node not in self.m.callees:
            called = [one.func for one in self.m.nodes(node) if isinstance(one, ast.Call)]
            bare = frozenset(one.id for one in called if isinstance(one, ast.Name))
            self.m.callees[node] = frozenset(map(last_name, called)), bare
        return self.m.callees[node]


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
