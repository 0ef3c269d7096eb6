"""Read calls in pasted code: of layers, models, functions of the text, of Python and NumPy."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from seqlib.i18n import N_
from seqlib.shapes.code import building
from seqlib.shapes.code.building import JOINING, LAYER_NAMES, NOT_DRAWN
from seqlib.shapes.code.expressions import READ, Expressions
from seqlib.shapes.code.machine import MAX_DEPTH, Machine, ModelOf, Sequential
from seqlib.shapes.code.values import (
    LONG,
    MAX_LIST,
    MAX_TEXT,
    Array,
    ClassOf,
    Function,
    Method,
    Opaque,
    Path,
    Unknown,
)
from seqlib.shapes.code.words import short
from seqlib.shapes.layers import Layer
from seqlib.shapes.layers.base import as_tensors, flat
from seqlib.shapes.layers.operations import FREE, function
from seqlib.shapes.recording import Operation, Size, SymbolicTensor

SKIPPED_METHODS = frozenset(
    (
        *("compile", "fit", "summary", "evaluate", "predict", "fit_generator", "save"),
        *("predict_classes", "train_on_batch", "save_weights", "set_weights", "get_weights"),
        *("reset_states", "plot_model", "to_json", "get_config", "predict_on_batch", "reset_state"),
        *("load_weights", "print", "export"),
    )
)
# Python's functions that are called, on values of at most ``MAX_LIST`` parts.
Named = dict[str, Callable[..., Any]]
OF_LISTS: Named = {one.__name__: one for one in (list, tuple, sorted, reversed, enumerate, zip)}
OF_NUMBERS: Named = {one.__name__: one for one in (min, max, sum)}
OF_ONE: Named = {one.__name__: one for one in (int, float, abs, round)}
ARRAYS = frozenset(("zeros", "ones", "empty", "full", "random", "rand", "randn"))


class Return(Exception):
    """Leaves a function of the text."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Break(Exception):
    """Leaves a loop of the text."""


class Continue(Exception):
    """Goes on with the next turn of a loop of the text."""


class Calls(Expressions):
    """Reads calls."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        machine.run = self._run
        self.called: set[str] = set()  # functions of the text

    def walk(self, body: Iterable[ast.stmt]) -> None:
        """Read statements one after the other."""
        for node in body:
            self.m.line = node.lineno
            self.m.tick()
            self.visit(node)
            self.m.line = node.lineno

    def visit_Call(self, node: ast.Call) -> Any:
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
                if isinstance(function, Path) and function.last in LAYER_NAMES:
                    self.m.refuse(
                        "{name}: write the arguments out, without **.",
                        name=short(self.m.segment(node.func)),
                    )
                continue
            kwargs[keyword.arg] = self.value(keyword.value)
        return self.apply(function, args, kwargs, node)

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
            tensors = building.tensors_of(m, args[0] if args else [], function)
            return building.replay(m, function, tensors)
        if isinstance(function, Method):
            return self._call_method(function, args, kwargs, node)
        given = as_tensors([*args, *kwargs.values()])
        if isinstance(function, Unknown):
            if function.label.rpartition(".")[2] == "add" and args and isinstance(node, ast.Call):
                self._alone(args, kwargs)
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
        for names in self.scope.maps[:2]:
            names.update({name: layer for name, value in names.items() if value is function})
        return building.call_layer(self.m, layer, args, kwargs)

    def _alone(self, args: list, kwargs: dict[str, Any]) -> None:
        """Refuse what ``add`` is given beside a layer."""
        if args and kwargs:
            self.m.refuse(
                "add takes the layer alone; {name}= belongs within the layer's own brackets.",
                name=next(iter(kwargs)),
            )

    def _add_to_unknown(self, node: ast.Call, args: list) -> Any:
        """Add to a model that the text does not make."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        model = Sequential(name=self.m.segment(owner), line=node.lineno)
        self.m.models.append(model)
        if isinstance(owner, ast.Name):
            self.scope[owner.id] = model
        for one in args:
            building.add(self.m, model, one)
        return None

    def _call_path(self, path: Path, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        m, name = self.m, path.last
        if path.dotted in READ:
            return self._builtin(name, args, kwargs, node)
        if path.dotted.endswith("Sequential.add"):
            m.refuse("Sequential is written with brackets: model = Sequential().")
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
                and not {"numpy", "ops", "backend"}.intersection(path.dotted.split("."))
            ):
                layer = building.make_layer(m, JOINING[name], args[1:], kwargs, m.segment(node))
                return building.call_layer(m, layer, args[:1], {})
            if ".layers." in f".{path.dotted}" and name[:1].isupper():
                building.no_such_layer(m, name)
        return self._call_other(path, args, kwargs, node)

    def _call_other(self, path: Path, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call a function of NumPy, of the backend, or one that is not known."""
        m, name = self.m, path.last
        if as_tensors([*args, *kwargs.values()]):
            return self._on_tensors(path, args, kwargs, node)
        if path.dotted.startswith("numpy.") and name in ARRAYS:
            shape = kwargs.get("shape", kwargs.get("size", args[0] if args else None))
            shape = tuple(args) if name in ("rand", "randn") else shape
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
        work = function(path.dotted)
        if work is None:
            if name in SKIPPED_METHODS:
                return Unknown(m.segment(node))
            m.refuse("“{text}” cannot be read here; write it with layers.", text=m.segment(node))
        tensors = as_tensors([*args, *kwargs.values()])
        if name in FREE:
            args, kwargs = tensors, {}
        rest = [m.resolve(one, "n") for one in args if not as_tensors(one)]
        named = {
            key: m.resolve(one, "n")
            for key, one in kwargs.items()
            if not as_tensors(one) and key != "name"
        }
        if name in ("concatenate", "concat", "stack") and rest and "axis" not in named:
            named["axis"] = rest.pop()
        operation = Operation(name, lambda *specs: work(*specs, *rest, **named), m.segment(node))
        return building.operate(m, operation, tensors)

    def _builtin(self, name: str, args: list, kwargs: dict[str, Any], node: ast.expr) -> Any:
        """Call a function of Python's that is read."""
        label = self.m.segment(node)
        closed = [one for one in flat(args) if isinstance(one, Opaque)]
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
        if unknown or not args or "key" in kwargs:
            return [] if name == "list" and not args else Unknown(label, called=name)
        return self._builtin_of_values(name, args, kwargs, label)

    def _builtin_of_values(self, name: str, args: list, kwargs: dict, label: str) -> Any:
        sequences = [one for one in args if isinstance(one, list | tuple | str | range)]
        lists = [list(one[: MAX_LIST + 1]) for one in sequences]
        if any(len(one) > MAX_LIST for one in lists):
            return Unknown(label)
        numbers = lists[0] if len(args) == 1 and lists else args
        try:
            if name in OF_LISTS and len(lists) == len(args):
                made = OF_LISTS[name](*lists, **kwargs)
                return made if name == "tuple" else list(made)
            if numbers and all(isinstance(one, int | float) for one in numbers):
                if name in OF_NUMBERS:
                    return OF_NUMBERS[name](numbers, **kwargs)
                if name in OF_ONE and len(args) == 1 and not (lists or kwargs):
                    return OF_ONE[name](args[0])
        except (ValueError, OverflowError):
            return Opaque(label)
        except TypeError:  # sizes that are not known stay in their order
            return lists[0] if name == "sorted" else Unknown(label)
        if name == "str" and len(args) == 1 and isinstance(args[0], str | float | int):
            long = not isinstance(args[0], str) and abs(args[0]) >= LONG
            return Opaque(label) if long else str(args[0])[:MAX_TEXT]
        return Unknown(label)

    def _call_method(
        self, method: Method, args: list, kwargs: dict[str, Any], node: ast.expr
    ) -> Any:
        m, of, name = self.m, method.of, method.name
        if isinstance(of, list):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                m.made.setdefault(node.lineno, {})[m.segment(node.func.value)] = of
            if name == "append" and len(args) == 1 and len(of) < MAX_LIST:
                of.append(args[0])
            elif name == "extend" and args and isinstance(args[0], list | tuple):
                of.extend(args[0][: MAX_LIST - len(of)])
            elif name == "insert" and len(args) == 2 and isinstance(args[0], int):
                of.insert(max(-MAX_LIST, min(args[0], MAX_LIST)), args[1])
            elif name == "pop" and of:
                return of.pop()
            return None
        if isinstance(of, Sequential | ModelOf) and name == "get_layer":
            return building.layer_of(m, of, next(iter([*args, *kwargs.values()]), None))
        if isinstance(of, Sequential):
            return self._of_stack(of, name, args, kwargs)
        if isinstance(of, ModelOf) and name == "add":
            m.refuse("Model(…) has no add; call the layer on its output: Dense(5)(model.output).")
        if isinstance(of, SymbolicTensor) and name == "get_shape":
            return of.shape
        if isinstance(of, str):
            return of if name in ("format", "lower", "upper", "strip") else Unknown(m.segment(node))
        return Unknown(m.segment(node))

    def _of_stack(self, model: Sequential, name: str, args: list, kwargs: dict[str, Any]) -> Any:
        if name == "add":
            self._alone(args, kwargs)
            for one in args or list(kwargs.values()):
                building.add(self.m, model, one)
        elif name == "pop" and len(model.items) > model.applied:
            model.items.pop()
        elif name == "build":
            model.input_shape = args[0] if args else kwargs.get("input_shape")
        else:
            self.m.skip(name)
        return None

    def _run(self, function: Any, args: list, kwargs: dict[str, Any], line: int) -> Any:
        node = ast.Constant(None, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)
        return self.apply(function, args, kwargs, node)

    def _call_function(
        self, function: Function, args: list, kwargs: dict[str, Any], node: ast.expr
    ) -> Any:
        m, body = self.m, function.node
        self.called.add(function.name)
        inner = function.scope.new_child(self._parameters(function, args, kwargs))
        if isinstance(body, ast.FunctionDef) and not (
            m.inside or as_tensors([*args, *kwargs.values()]) or self.matters(*body.body)
        ):
            m.skip(N_("the preparation of data"))
            return Unknown(m.segment(node), called=function.name)
        self.depth += 4
        outer, line = self.scope, m.line
        if self.depth > MAX_DEPTH:
            m.refuse("functions call one another too deeply here.")
        self.scope = inner
        try:
            if isinstance(body, ast.Lambda):
                return self.value(body.body)
            self.walk(body.body)
        except Return as returned:
            return returned.value
        except (Break, Continue):
            return None
        finally:
            self.scope, m.line = outer, line
            self.depth -= 4
        return None

    def _parameters(self, function: Function, args: list, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Give a function's parameters their values; those that are not given are unknown."""
        given = function.node.args
        by_place = [one.arg for one in (*given.posonlyargs, *given.args)]
        names = [*by_place, *(one.arg for one in given.kwonlyargs)]
        found: dict[str, Any] = {}
        defaults = [*given.defaults, *given.kw_defaults]  # of the last names
        for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True):
            if default is not None:
                found[name] = self._named(name, self.value(default), default)
        passed = {name: value for name, value in kwargs.items() if name in names}
        for name, value in {**dict(zip(by_place, args, strict=False)), **passed}.items():
            found[name] = Size(value, name) if type(value) is int and value > 0 else value
        for name in names:
            found.setdefault(name, Unknown(name))
        if given.vararg is not None:
            found[given.vararg.arg] = list(args[len(by_place) :])
        if given.kwarg is not None:
            found[given.kwarg.arg] = Opaque(given.kwarg.arg)
        return found
