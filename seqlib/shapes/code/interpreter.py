"""Walk the syntax tree of pasted code over stand-in layers; nothing of it is run by Python."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from contextlib import suppress

from seqlib.i18n import N_
from seqlib.shapes.code import building
from seqlib.shapes.code.calls import Break, Calls, Continue, Return
from seqlib.shapes.code.machine import Machine, Sequential
from seqlib.shapes.code.values import MAX_LIST, ClassOf, Function, Path, Unknown
from seqlib.shapes.code.words import short
from seqlib.shapes.layers import Layer
from seqlib.shapes.recording import Iteration

MAX_SMALL_LOOP = 64


class Interpreter(Calls):
    """Reads statements that have a ``visit_`` method; what it finds is kept by its ``Machine``."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.alone: Sequential | None = None  # layers that stand alone, one a line

    def program(self, body: Iterable[ast.stmt]) -> None:
        """Read a whole text."""
        with suppress(Return, Break, Continue):  # outside of a function or a loop
            self.walk(body)

    def visit_Import(self, node: ast.Import) -> None:
        self.m.skip(N_("imports"))
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.scope[name] = Path(alias.name if alias.asname else name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.m.skip(N_("imports"))
        for alias in node.names:
            if alias.name != "*":
                name = f"{node.module or ''}.{alias.name}".lstrip(".")
                self.scope[alias.asname or alias.name] = Path(name)

    def visit_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self.value(node.value), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            made = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            self._bind(node.target, self.value(ast.copy_location(made, node)), node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        value = self.value(node.value)
        function = node.value.func if isinstance(node.value, ast.Call) else None
        name = function.id if isinstance(function, ast.Name) else ""
        if isinstance(value, Unknown) and name[:1].isupper() and value.called == name:
            building.no_such_layer(self.m, name)
        values = value if isinstance(value, list | tuple) else [value]
        alone = [one for one in values if isinstance(one, Layer)]
        if alone and not isinstance(node.value, ast.Name):
            if self.alone is None:
                self.alone = Sequential(line=node.lineno)
                self.m.models.append(self.alone)
            for layer in alone:
                building.add(self.m, self.alone, layer)

    def layers_that_are_named(self) -> None:
        """Draw layers that the text makes and does not call, each by itself."""
        for name, value in self.scope.items():
            if isinstance(value, Layer):
                self._by_itself(value, value.line, name)

    def _by_itself(self, layer: Layer, line: int, name: str) -> None:
        model = Sequential(line=line, name=name)
        building.add(self.m, model, layer)
        self.m.models.append(model)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scope[node.name] = Function(node, self.scope, node.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = {self.m.segment(base).rpartition(".")[2] for base in node.bases}
        of_model = bool(bases & {"Model", "Layer", "Sequential"}) or self.matters(*node.body)
        self.scope[node.name] = ClassOf(node.name, node.lineno, of_model)

    def visit_Return(self, node: ast.Return) -> None:
        raise Return(self.value(node.value) if node.value is not None else None)

    def visit_Break(self, node: ast.Break) -> None:
        raise Break

    def visit_Continue(self, node: ast.Continue) -> None:
        raise Continue

    def _pass_over(self, *nodes: ast.stmt) -> None:
        """Skip statements; names and lists that they change are unknown afterwards."""
        self.m.skip(N_("the preparation of data"))
        for one in self.m.nodes(*nodes):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                self.scope[one.id] = Unknown(one.id)
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
                base = one.func.value
                own = self.scope.maps[0]
                if isinstance(base, ast.Name) and isinstance(own.get(base.id), list):
                    own[base.id] = Unknown(base.id)

    def visit_For(self, node: ast.For) -> None:
        matters = self.matters(*node.body)
        turns = self._items(self.value(node.iter), matters)
        if turns is None or (not matters and len(turns) > MAX_SMALL_LOOP):
            if matters:
                turns = [Unknown(self.m.segment(node.target))]
            else:
                self._pass_over(node)
                return
        outermost = matters and self.m.recording.iteration is None
        names = {one.id for one in self.m.nodes(node.target) if isinstance(one, ast.Name)}
        head = f"for {self.m.segment(node.target)} in {self.m.segment(node.iter)}"
        began = self.m.steps  # no other loop begins at the same step
        try:
            self.m.turning |= names
            for turn, item in enumerate(turns):
                if outermost:
                    self.m.recording.iteration = Iteration(began, head, turn)
                self._bind(node.target, item, None)
                try:
                    self.walk(node.body)
                except Continue:
                    continue
                except Break:
                    break
        finally:
            self.m.turning -= names
            if outermost:
                self.m.recording.iteration = None

    def visit_While(self, node: ast.While) -> None:
        if not self.matters(*node.body):
            self._pass_over(node)
            return
        for _turn in range(MAX_LIST):
            if self._truth(node.test) is not True:
                return
            self.m.tick()
            try:
                self.walk(node.body)
            except Continue:
                continue
            except Break:
                return

    def visit_If(self, node: ast.If) -> None:
        truth = self._truth(node.test)
        if truth is None and not self.matters(*node.body, *node.orelse):
            returns = any(isinstance(one, ast.Return) for one in self.m.nodes(*node.body))
            if not returns:
                self._pass_over(*node.body, *node.orelse)
                return
        if truth is None:
            self.m.say(
                "whether “{text}” holds is not known here; taken as true.",
                text=short(self.m.segment(node.test)),
            )
        self.walk(node.orelse if truth is False else node.body)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, Unknown(self.m.segment(item.optional_vars)), None)
        if self.matters(*node.body):
            self.walk(node.body)
        else:
            self._pass_over(*node.body)

    def visit_Try(self, node: ast.Try) -> None:
        self.walk(node.body)

    def call_uncalled(self) -> None:
        """Call the functions that make models and that the text only defines."""
        functions = {name: one for name, one in self.scope.items() if isinstance(one, Function)}
        inside = {name for one in functions.values() for name in self._callees(one.node)[1]}
        for name, function in functions.items():
            node = function.node
            if name in self.called or name in inside or isinstance(node, ast.Lambda):
                continue
            if not self.matters(*node.body):
                continue
            self.m.line = node.lineno
            before = len(self.m.models)
            made = self._run(function, [], {}, node.lineno)
            if isinstance(made, Layer):
                self._by_itself(made, node.lineno, name)
            if len(self.m.models) == before + 1:
                self.m.models[-1].name = name
