"""Walk the syntax tree of pasted code over stand-in layers; nothing of it is run by Python.

Only the kinds of syntax in the two tables below are read. A name is looked for among the text's
own, then among Keras' layers; no name of the text ever fetches an attribute of a Python object.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from seqlib.i18n import N_, _
from seqlib.shapes.code import building
from seqlib.shapes.code.building import JOINING, LAYER_NAMES, MAKERS, NOT_DRAWN
from seqlib.shapes.code.machine import MAX_DEPTH, Machine, ModelOf, Sequential
from seqlib.shapes.code.values import (
    COMPARED,
    MAX_LIST,
    MAX_TEXT,
    Array,
    ClassOf,
    Function,
    Method,
    Opaque,
    Path,
    Scope,
    Unknown,
    calculated,
)
from seqlib.shapes.code.words import PasteError, short
from seqlib.shapes.layers import Layer
from seqlib.shapes.layers.base import as_tensors
from seqlib.shapes.layers.operations import FUNCTIONS, elementwise
from seqlib.shapes.recording import Iteration, Operation, Size, Spec, SymbolicTensor

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
SKIPPED_METHODS = frozenset(
    (
        *(
            "compile",
            "fit",
            "summary",
            "evaluate",
            "predict",
            "fit_generator",
            "save",
            "load_weights",
        ),
        *("predict_classes", "train_on_batch", "save_weights", "set_weights", "get_weights"),
        *("reset_states", "plot_model", "to_json", "get_config", "predict_on_batch", "reset_state"),
        *("print", "export"),
    )
)
ARRAYS = frozenset(("zeros", "ones", "empty", "full", "rand", "randn"))
MAX_SMALL_LOOP = 64


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Interpreter:
    """Walks a tree; what it finds is kept by its ``Machine``."""

    def __init__(self, machine: Machine) -> None:
        self.m = machine
        machine.run = self._run
        self.scope = Scope()
        self.depth = 0
        self.called: set[str] = set()
        self.alone: Sequential | None = None  # layers that stand alone, one a line
        self.statements: dict[type[ast.stmt], Callable[[Any], None]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Expr: self._expression,
            ast.FunctionDef: self._define,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.For: self._for,
            ast.While: self._while,
            ast.If: self._if,
            ast.With: self._with,
            ast.Try: lambda node: self.walk(node.body),
            ast.Break: lambda node: self._leave(_Break),
            ast.Continue: lambda node: self._leave(_Continue),
        }
        self.expressions: dict[type[ast.expr], Callable[[Any], Any]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.List: lambda node: self._elements(node.elts),
            ast.Tuple: lambda node: tuple(self._elements(node.elts)),
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.IfExp: self._if_expression,
            ast.JoinedStr: self._joined,
            ast.Lambda: lambda node: Function(node, self.scope),
            ast.ListComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.NamedExpr: self._walrus,
            ast.Slice: self._slice,
        }

    # -- statements --------------------------------------------------------------------------

    def program(self, body: Iterable[ast.stmt]) -> None:
        """Read a whole text."""
        with suppress(_Return, _Break, _Continue):  # outside of a function or a loop
            self.walk(body)

    def walk(self, body: Iterable[ast.stmt]) -> None:
        """Read statements one after the other."""
        for node in body:
            self.m.line = node.lineno
            self.m.tick()
            read = self.statements.get(type(node))
            if read is not None:
                read(node)
            self.m.line = node.lineno

    def _import(self, node: ast.Import) -> None:
        self.m.skip(N_("imports"))
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.scope.names[name] = Path(alias.name if alias.asname else name)

    def _import_from(self, node: ast.ImportFrom) -> None:
        self.m.skip(N_("imports"))
        for alias in node.names:
            if alias.name != "*":
                name = f"{node.module or ''}.{alias.name}".lstrip(".")
                self.scope.names[alias.asname or alias.name] = Path(name)

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self.value(node.value), node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            made = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            self._bind(node.target, self.value(ast.copy_location(made, node)), node.value)

    def _bind(self, target: ast.expr, value: Any, made_by: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.scope.names[target.id] = self._named(target.id, value, made_by)
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
                    _(
                        "{n} results are given names, and there are {found}; an LSTM with "
                        "return_state=True gives three (output, a, c), a GRU two.",
                        n=n,
                        found=len(value),
                    ),
                )
            elif isinstance(value, SymbolicTensor) and made_by is not None:
                self.m.fail(
                    self.m.segment(target),
                    _(
                        "{n} results are given names, and the layer gives one; set "
                        "return_state=True in it.",
                        n=n,
                    ),
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
            known = [part for part in value.parts if isinstance(part, Unknown)]
            if value.label != name and not any(part.label.isidentifier() for part in known):
                return Unknown(name, called=value.called)
        return value

    def _expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        value = self.value(node.value)
        name = node.value.func.id if self._calls_name(node.value) else ""  # type: ignore[attr-defined]
        if isinstance(value, Unknown) and name[:1].isupper() and value.called == name:
            building.no_such_layer(self.m, name)
        if isinstance(value, list | tuple):
            alone = [one for one in value if isinstance(one, Layer)]
        else:
            alone = [value] if isinstance(value, Layer) else []
        if alone and not isinstance(node.value, ast.Name):
            if self.alone is None:
                self.alone = Sequential(implied=True, line=node.lineno)
                self.m.models.append(self.alone)
            for layer in alone:
                building.add(self.m, self.alone, layer)

    def layers_that_are_named(self) -> None:
        """Draw layers that the text makes and does not call, each by itself."""
        for name, value in self.scope.names.items():
            if isinstance(value, Layer):
                model = Sequential(line=value.line, name=name)
                building.add(self.m, model, value)
                self.m.models.append(model)

    @staticmethod
    def _calls_name(node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)

    def _define(self, node: ast.FunctionDef) -> None:
        self.scope.names[node.name] = Function(node, self.scope, node.name)

    def _class(self, node: ast.ClassDef) -> None:
        bases = {self.m.segment(base).rpartition(".")[2] for base in node.bases}
        of_model = bool(bases & {"Model", "Layer", "Sequential"}) or self.matters(*node.body)
        self.scope.names[node.name] = ClassOf(node.name, node.lineno, of_model)

    def _return(self, node: ast.Return) -> None:
        raise _Return(self.value(node.value) if node.value is not None else None)

    def _leave(self, kind: type[Exception]) -> None:
        raise kind

    # -- branches and loops ------------------------------------------------------------------

    def matters(self, *nodes: ast.AST) -> bool:
        """Whether syntax makes or calls layers or models."""
        for node in nodes:
            for one in ast.walk(node):
                if not isinstance(one, ast.Call):
                    continue
                name = _last(one.func)
                if name in LAYER_NAMES or name in MAKERS or name == "add" or name in JOINING:
                    return True
                if isinstance(one.func, ast.Name):
                    try:
                        value = self.scope.find(name)
                    except KeyError:
                        continue
                    if isinstance(value, Layer | Sequential | ModelOf | ClassOf):
                        return True
                    if isinstance(value, Function) and value.node not in nodes:
                        own = self.scope.names.pop(name, None)  # a function that calls itself
                        try:
                            if self.matters(value.node):
                                return True
                        finally:
                            if own is not None:
                                self.scope.names[name] = own
        return False

    def _pass_over(self, *nodes: ast.stmt) -> None:
        """Skip statements; names and lists that they change are unknown afterwards."""
        self.m.skip(N_("the preparation of data"))
        for node in nodes:
            for one in ast.walk(node):
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                    self.scope.names[one.id] = Unknown(one.id)
                elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
                    base = one.func.value
                    if isinstance(base, ast.Name) and isinstance(
                        self.scope.names.get(base.id), list
                    ):
                        self.scope.names[base.id] = Unknown(base.id)

    def _for(self, node: ast.For) -> None:
        matters = self.matters(*node.body)
        turns = self._items(self.value(node.iter), matters)
        if turns is None or (not matters and len(turns) > MAX_SMALL_LOOP):
            if matters:
                turns = [Unknown(self.m.segment(node.target))]
            else:
                self._pass_over(node)
                return
        outermost = matters and self.m.recording.iteration is None
        names = {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
        head = f"for {self.m.segment(node.target)} in {self.m.segment(node.iter)}"
        try:
            self.m.turning |= names
            for turn, item in enumerate(turns):
                if outermost:
                    self.m.recording.iteration = Iteration(node.lineno, head, turn)
                self._bind(node.target, item, None)
                try:
                    self.walk(node.body)
                except _Continue:
                    continue
                except _Break:
                    break
        finally:
            self.m.turning -= names
            if outermost:
                self.m.recording.iteration = None

    def _items(self, value: Any, matters: bool) -> list | None:
        """List what is iterated over; None where it is not known."""
        if isinstance(value, Unknown) and matters and value.called in ("range", "xrange"):
            value = self.m.resolve(value, "loop")
        if isinstance(value, str | list | tuple):
            return list(value)
        if isinstance(value, range):
            if len(value) > MAX_LIST and matters:
                self.m.refuse(
                    _(
                        "this loop has {n:,} turns; at most {most:,} are read.",
                        n=min(len(value), 10**9),
                        most=MAX_LIST,
                    )
                )
            return list(value[: MAX_LIST + 1])
        return None

    def _while(self, node: ast.While) -> None:
        if not self.matters(*node.body):
            self._pass_over(node)
            return
        for _turn in range(MAX_LIST):
            if self._truth(node.test) is not True:
                return
            self.m.tick()
            try:
                self.walk(node.body)
            except _Continue:
                continue
            except _Break:
                return

    def _if(self, node: ast.If) -> None:
        truth = self._truth(node.test)
        if truth is None and not self.matters(*node.body, *node.orelse):
            returns = any(
                isinstance(one, ast.Return) for part in node.body for one in ast.walk(part)
            )
            if not returns:
                self._pass_over(*node.body, *node.orelse)
                return
        if truth is None:
            self.m.say(
                _(
                    "whether “{text}” holds is not known here; taken as true.",
                    text=short(self.m.segment(node.test)),
                )
            )
        self.walk(node.orelse if truth is False else node.body)

    def _truth(self, node: ast.expr) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        value = self.value(node)
        if isinstance(value, bool | int | float | str | list | tuple | None):
            return bool(value)
        return None if isinstance(value, Unknown | Opaque | Array) else True

    def _with(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, Unknown(self.m.segment(item.optional_vars)), None)
        if self.matters(*node.body):
            self.walk(node.body)
        else:
            self._pass_over(*node.body)

    # -- expressions -------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """Return an expression's value."""
        self.m.tick()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.m.refuse(_("this is nested too deeply to be read; write it more simply."))
        try:
            read = self.expressions.get(type(node))
            if read is not None:
                return read(node)
            data = isinstance(node, ast.Dict | ast.Set | ast.DictComp | ast.SetComp)
            return Opaque(self.m.segment(node), data)
        finally:
            self.depth -= 1

    def _constant(self, node: ast.Constant) -> Any:
        if node.value is None or isinstance(node.value, bool | int | float | str):
            return node.value
        return node.value if node.value is Ellipsis else Opaque(self.m.segment(node))

    def _name(self, node: ast.Name) -> Any:
        try:
            return self.scope.find(node.id)
        except KeyError:
            pass
        if node.id == "__name__":
            return "__main__"
        if node.id in CLOSED or node.id in DATA or node.id.startswith("__"):
            return Opaque(node.id, node.id in DATA)
        if node.id in READ or node.id in LAYER_NAMES | MAKERS | NOT_DRAWN | JOINING.keys():
            return Path(node.id)
        if node.id in ("Merge", "merge", "TimeDistributedDense"):
            return Path(node.id)
        return Path(MODULES[node.id]) if node.id in MODULES else Unknown(node.id)

    def _attribute(self, node: ast.Attribute) -> Any:
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
        if isinstance(model, ModelOf):
            outputs, inputs = model.outputs, model.inputs
            layers = [call.layer for call in building.calls_of(self.m, outputs) if call.inputs]
        elif name in ("output", "outputs", "input", "inputs"):
            outputs, inputs, layers = [building.finish(self.m, model)], model.inputs, []
        else:
            outputs, inputs = [], []
            layers = [item for item, *_rest in model.items if isinstance(item, Layer)]
        found = {"output": outputs[0] if outputs else None, "outputs": outputs, "layers": layers}
        found |= {"input": inputs[0] if inputs else None, "inputs": inputs}
        return found[name] if name in found else Method(model, name)

    def _subscript(self, node: ast.Subscript) -> Any:
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

    def _slice(self, node: ast.Slice) -> slice:
        bounds = (node.lower, node.upper, node.step)
        return slice(*(None if one is None else self._bound_of_slice(one) for one in bounds))

    def _bound_of_slice(self, node: ast.expr) -> Any:
        value = self.value(node)
        return value if value is None or type(value) is int else self.m.resolve(value, "n")

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

    def _binary(self, node: ast.BinOp) -> Any:
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
        names: dict[type, str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
        names |= {ast.Div: "TrueDivide", ast.Pow: "Power", ast.MatMult: "Matmul"}
        kind = names.get(type(node.op))
        if kind is None:
            return Unknown(self.m.segment(node))
        tensors = [value for value in (one, other) if isinstance(value, SymbolicTensor)]
        work = FUNCTIONS["matmul"] if kind == "Matmul" else None

        def result(*specs: Spec) -> Spec:
            if len(specs) < 2:
                return Spec(specs[0].shape, "float32")
            return work(*specs) if work else elementwise(kind, *specs)

        return building.operate(self.m, Operation(kind, result, self.m.segment(node)), tensors)

    def _unary(self, node: ast.UnaryOp) -> Any:
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

    def _boolean(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        value: Any = None
        for one in node.values:
            value = self.value(one)
            if isinstance(value, Unknown | Opaque):
                return value
            if not isinstance(value, bool | int | float | str | list | tuple | None):
                return value
            if bool(value) == stop:
                return value
        return value

    def _compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for kind, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            simple = (bool, int, float, str, list, tuple, type(None))
            if not isinstance(left, simple) or not isinstance(right, simple):
                return Unknown(self.m.segment(node))
            try:
                if not COMPARED[type(kind)](left, right):
                    return False
            except TypeError:
                return Unknown(self.m.segment(node))
            left = right
        return True

    def _if_expression(self, node: ast.IfExp) -> Any:
        return self.value(node.orelse if self._truth(node.test) is False else node.body)

    def _joined(self, node: ast.JoinedStr) -> Any:
        parts = []
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                value = self.value(one.value)
                if isinstance(value, Opaque):
                    return Opaque(self.m.segment(node))
                parts.append(str(value) if isinstance(value, int | float | str) else "?")
            else:
                parts.append(str(self.value(one)))
        return "".join(parts)[:MAX_TEXT]

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        if len(node.generators) != 1:
            return Unknown(self.m.segment(node))
        (loop,) = node.generators
        matters = self.matters(node.elt)
        items = self._items(self.value(loop.iter), matters)
        if items is None or len(items) > MAX_LIST:
            return Unknown(self.m.segment(node))
        found, outer = [], self.scope
        self.scope = Scope(outer=outer)
        try:
            for item in items:
                self._bind(loop.target, item, None)
                if all(self._truth(test) is not False for test in loop.ifs):
                    found.append(self.value(node.elt))
        finally:
            self.scope = outer
        return found

    def _walrus(self, node: ast.NamedExpr) -> Any:
        value = self.value(node.value)
        self._bind(node.target, value, node.value)
        return value

    # -- calls -------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        if isinstance(function, Method) and function.name in SKIPPED_METHODS:
            self.m.skip(function.name)
            return Unknown(self.m.segment(node), called=function.name)
        if isinstance(function, Opaque):
            return Opaque(self.m.segment(node), function.data)
        if isinstance(function, Path) and function.last == "print":
            self.m.skip("print")
            return None
        args = self._elements(node.args)
        kwargs = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                if self._is_layer(function):
                    self.m.refuse(
                        _(
                            "{name}: write the arguments out, without **.",
                            name=short(self.m.segment(node.func)),
                        )
                    )
                continue
            kwargs[keyword.arg] = self.value(keyword.value)
        return self.apply(function, args, kwargs, node)

    @staticmethod
    def _is_layer(function: Any) -> bool:
        return isinstance(function, Path) and function.last in LAYER_NAMES

    def apply(self, function: Any, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call what stands before brackets."""
        m = self.m
        if isinstance(function, Path):
            return self._call_path(function, args, kwargs, node)
        if isinstance(function, Layer):
            return building.call_layer(m, function, args, kwargs)
        if isinstance(function, Function):
            return self._call_function(function, args, kwargs, node)
        if isinstance(function, Sequential | ModelOf):
            tensors = building.tensors_of(m, args[0] if args else [], "Model")
            return building.replay(m, function, tensors)
        if isinstance(function, Method):
            return self._call_method(function, args, kwargs, node)
        given = _has_tensor([*args, *kwargs.values()])
        if isinstance(function, Unknown):
            if function.label.rpartition(".")[2] == "add" and args and isinstance(node, ast.Call):
                return self._add_to_unknown(node, args)
            if given and isinstance(node, ast.Call):
                return self._call_unknown(function, args, kwargs, node)
        if given:
            building.not_a_layer(m, function)
        if isinstance(function, ClassOf):
            return function if function.of_model else Unknown(m.segment(node))
        name = function.label if isinstance(function, Unknown) else ""
        if name.rpartition(".")[2] in SKIPPED_METHODS:
            m.skip(name.rpartition(".")[2])
        return Unknown(m.segment(node), called=name)

    def _call_unknown(self, function: Unknown, args: list, kwargs: dict, node: ast.expr) -> Any:
        """Call on tensors what the text does not make: an Embedding, by its name."""
        layer = building.unknown_layer(self.m, function)
        for scope in (self.scope, self.scope.outer):
            for name, value in list(scope.names.items()) if scope else []:
                if value is function and scope:
                    scope.names[name] = layer
        return building.call_layer(self.m, layer, args, kwargs)

    def _add_to_unknown(self, node: ast.Call, args: list) -> Any:
        """Add to a model that the text does not make."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        model = Sequential(name=self.m.segment(owner), line=node.lineno)
        self.m.models.append(model)
        if isinstance(owner, ast.Name):
            self.scope.names[owner.id] = model
        for one in args:
            building.add(self.m, model, one)
        return None

    def _call_path(self, path: Path, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        m, name = self.m, path.last
        if path.dotted in READ:
            return self._builtin(name, args, kwargs, node)
        if path.of_keras:
            if name in ("Merge", "merge"):
                return building.merged(m, args, kwargs, m.segment(node))
            if name in LAYER_NAMES or name in NOT_DRAWN or name == "TimeDistributedDense":
                layer = building.make_layer(m, name, args, kwargs, m.segment(node))
                layer.line = node.lineno
                return layer
            if name in ("Input", "InputLayer"):
                return building.make_input(m, args, kwargs)
            if name == "Sequential":
                return building.make_sequential(m, args, kwargs)
            if name in ("Model", "Functional"):
                return building.make_model(m, args, kwargs)
            if (
                name in JOINING
                and args
                and isinstance(args[0], list | tuple)
                and "numpy" not in path.dotted
            ):
                layer = building.make_layer(m, JOINING[name], args[1:], kwargs, m.segment(node))
                return building.call_layer(m, layer, args[:1], {})
            if ".layers." in f".{path.dotted}" and name[:1].isupper():
                building.no_such_layer(m, name)
        return self._call_other(path, args, kwargs, node)

    def _call_other(self, path: Path, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call a function of NumPy, of the backend, or one that is not known."""
        m, name = self.m, path.last
        if _has_tensor([*args, *kwargs.values()]):
            return self._on_tensors(path, args, kwargs, node)
        if path.dotted.startswith("numpy.") and name in ARRAYS:
            shape = kwargs.get("shape", args[0] if args else None)
            shape = tuple(args) if name.startswith("rand") else shape
            if isinstance(shape, int | Unknown):
                shape = (shape,)
            if isinstance(shape, list | tuple):
                return Array(tuple(shape))
        if name in SKIPPED_METHODS:
            m.skip(name)
        return Unknown(m.segment(node), called=path.dotted)

    def _on_tensors(self, path: Path, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call a function of ``keras.backend``, ``keras.ops`` or ``tf`` on tensors."""
        m, name = self.m, path.last
        first = args[0] if args else next(iter(kwargs.values()))
        if name in ("shape", "int_shape") and isinstance(first, SymbolicTensor):
            return first.shape
        work = FUNCTIONS.get(name)
        if work is None:
            if name in SKIPPED_METHODS:
                return Unknown(m.segment(node))
            m.refuse(_("“{text}” cannot be read here; write it with layers.", text=m.segment(node)))
        tensors = [
            one for one in _flat(args + list(kwargs.values())) if isinstance(one, SymbolicTensor)
        ]
        rest = [m.resolve(one, "n") for one in args if not _has_tensor([one])]
        named = {
            key: m.resolve(one, "n")
            for key, one in kwargs.items()
            if not _has_tensor([one]) and key != "name"
        }
        if name in ("concatenate", "concat", "stack") and rest and "axis" not in named:
            named["axis"] = rest.pop()
        operation = Operation(name, lambda *specs: work(*specs, *rest, **named), m.segment(node))
        return building.operate(m, operation, tensors)

    def _builtin(self, name: str, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call a function of Python's that is read."""
        label = self.m.segment(node)
        closed = [one for one in _flat(args) if isinstance(one, Opaque)]
        if closed:
            return Unknown(label) if all(one.data for one in closed) else Opaque(label)
        unknown = any(isinstance(one, Unknown | Path | Array) for one in args)
        if (
            name in ("range", "xrange")
            and args
            and all(isinstance(one, int | Unknown) for one in args)
        ):
            if not unknown:
                return range(*args) if len(args) < 3 or args[2] != 0 else Unknown(label)
            return Unknown(label, tuple(args), range, called="range")
        if name == "len" and len(args) == 1 and isinstance(args[0], list | tuple | str):
            return len(args[0])
        if name == "int" and len(args) == 1 and isinstance(args[0], Unknown):
            return Unknown(label, tuple(args), int) if args[0].parts else args[0]
        if unknown or not args:
            return [] if name == "list" and not args else Unknown(label, called=name)
        return self._builtin_of_lists(name, args, label)

    def _builtin_of_lists(self, name: str, args: list, label: str) -> Any:
        lists = [list(one) for one in args if isinstance(one, list | tuple | str | range)]
        if any(len(one) > MAX_LIST for one in lists):
            return Unknown(label)
        if len(lists) == len(args):
            if name in ("list", "tuple", "sorted", "reversed"):
                found = lists[0][::-1] if name == "reversed" else lists[0]
                return tuple(found) if name == "tuple" else found
            if name == "enumerate":
                return list(enumerate(lists[0]))
            if name == "zip":
                return list(zip(*lists, strict=False))
        flat = lists[0] if len(args) == 1 and lists else args
        if all(isinstance(one, int | float) for one in flat) and flat:
            work: dict[str, Callable] = {"min": min, "max": max, "sum": sum}
            if name in work:
                return work[name](flat)
            single: dict[str, Callable] = {"int": int, "float": float, "abs": abs, "round": round}
            if name in single and len(args) == 1 and not lists:
                try:
                    return single[name](flat[0])
                except (ValueError, OverflowError):
                    return Opaque(label)
        if name == "str" and len(args) == 1 and isinstance(args[0], str | float | int):
            return str(args[0])[:MAX_TEXT] if abs_small(args[0]) else Opaque(label)
        return Unknown(label)

    def _call_method(
        self, method: Method, args: list, kwargs: dict[str, Any], node: ast.expr
    ) -> Any:
        m, of, name = self.m, method.of, method.name
        if isinstance(of, list):
            if name == "append" and len(args) == 1 and len(of) < MAX_LIST:
                of.append(args[0])
            elif name == "extend" and args and isinstance(args[0], list | tuple):
                of.extend(args[0][: MAX_LIST - len(of)])
            elif name == "insert" and len(args) == 2 and isinstance(args[0], int):
                of.insert(args[0], args[1])
            elif name == "pop" and of:
                return of.pop()
            return None
        if isinstance(of, Sequential):
            return self._of_stack(of, name, args, kwargs)
        if isinstance(of, ModelOf) and name == "add":
            m.refuse(
                _("Model(…) has no add; call the layer on its output: Dense(5)(model.output).")
            )
        if isinstance(of, SymbolicTensor) and name == "get_shape":
            return of.shape
        if isinstance(of, str):
            return of if name in ("format", "lower", "upper", "strip") else Unknown(m.segment(node))
        return Unknown(m.segment(node))

    def _of_stack(self, model: Sequential, name: str, args: list, kwargs: dict[str, Any]) -> Any:
        if name == "add":
            for one in args or list(kwargs.values()):
                building.add(self.m, model, one)
        elif name == "pop" and len(model.items) > model.applied:
            model.items.pop()
        elif name == "build":
            model.input_shape = args[0] if args else kwargs.get("input_shape")
        elif name == "get_layer":
            layers = [item for item, *_rest in model.items if isinstance(item, Layer)]
            at = kwargs.get("index", args[0] if args else None)
            if isinstance(at, int) and -len(layers) <= at < len(layers):
                return layers[at]
            return Unknown(name)
        else:
            self.m.skip(name) if name.isidentifier() else None
        return None

    def _run(self, function: Any, args: list, kwargs: dict[str, Any], line: int) -> Any:
        node = ast.Constant(None, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)
        return self.apply(function, args, kwargs, node)

    def _call_function(
        self, function: Function, args: list, kwargs: dict[str, Any], node: ast.expr
    ) -> Any:
        m, body = self.m, function.node
        self.called.add(function.name)
        inner = Scope(self._parameters(function, args, kwargs), function.scope)
        if isinstance(body, ast.FunctionDef) and not (
            m.inside or _has_tensor([*args, *kwargs.values()]) or self.matters(*body.body)
        ):
            m.skip(N_("the preparation of data"))
            return Unknown(m.segment(node), called=function.name)
        self.depth += 4
        outer, line = self.scope, m.line
        if self.depth > MAX_DEPTH:
            m.refuse(_("functions call one another too deeply here."))
        self.scope = inner
        try:
            if isinstance(body, ast.Lambda):
                return self.value(body.body)
            self.walk(body.body)
        except _Return as returned:
            return returned.value
        except (_Break, _Continue):
            return None
        finally:
            self.scope, m.line = outer, line
            self.depth -= 4
        return None

    def _parameters(self, function: Function, args: list, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Give a function's parameters their values; those that are not given are unknown."""
        given = function.node.args
        names = [one.arg for one in (*given.posonlyargs, *given.args)]
        found: dict[str, Any] = {}
        defaults = given.defaults
        for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True):
            found[name] = self._named(name, self.value(default), default)
        for one, kw_default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            if kw_default is not None:
                found[one.arg] = self.value(kw_default)
            names.append(one.arg)
        for name, value in zip(names, args, strict=False):
            found[name] = Size(value, name) if type(value) is int and value > 0 else value
        for name, value in kwargs.items():
            if name in names:
                found[name] = Size(value, name) if type(value) is int and value > 0 else value
        for name in names:
            found.setdefault(name, Unknown(name))
        if given.vararg is not None:
            found[given.vararg.arg] = list(args[len(names) :])
        if given.kwarg is not None:
            found[given.kwarg.arg] = Opaque(given.kwarg.arg)
        return found

    def call_uncalled(self) -> None:
        """Call the functions that make models and that the text only defines."""
        inside = {
            _last(call.func)
            for value in self.scope.names.values()
            if isinstance(value, Function)
            for call in ast.walk(value.node)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        }
        for name, value in list(self.scope.names.items()):
            if not isinstance(value, Function) or name in self.called or name in inside:
                continue
            if not isinstance(value.node, ast.FunctionDef) or not self.matters(*value.node.body):
                continue
            self.m.line = value.node.lineno
            before = len(self.m.models)
            made = self._run(value, [], {}, value.node.lineno)
            if isinstance(made, Layer):
                model = Sequential(line=value.node.lineno, name=name)
                building.add(self.m, model, made)
                self.m.models.append(model)
            if len(self.m.models) == before + 1:
                self.m.models[-1].name = name


def abs_small(value: Any) -> bool:
    """Whether a value can be written as text within bounds."""
    return isinstance(value, str) or abs(value) < 10**15


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _flat(values: Any) -> list:
    if isinstance(values, list | tuple):
        return [one for value in values for one in _flat(value)]
    return [values]


def _has_tensor(values: list) -> bool:
    return bool(as_tensors(values))


__all__ = ["Interpreter", "PasteError"]
