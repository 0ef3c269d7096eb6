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
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import FrameType, SimpleNamespace
from typing import Any

from seqlib.shapes.layers import LAYERS
from seqlib.shapes.recording import (
    Blueprint,
    CodeLine,
    Drawn,
    InputOf,
    Iteration,
    LayerCount,
    Lines,
    Recording,
    ShapeError,
    Size,
    Spec,
    SymbolicTensor,
    read_off,
    recording,
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
    return recording.get().add(InputOf(name), [Spec(full, dtype)])[0]


@dataclass(frozen=True)
class Model:
    """A stand-in for ``keras.Model``."""

    inputs: Any
    outputs: Any
    name: str = "model"


_KERAS = SimpleNamespace(
    Input=Input, Model=Model, layers=SimpleNamespace(**LAYERS, Input=Input), **LAYERS
)


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    return _KERAS if name == "keras" else builtins.__import__(name, *args, **kwargs)


def _running(statements: dict[str, tuple[ast.AST, str]]) -> Lines:
    """Find the builder's statement that is being executed."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        known = statements.get(frame.f_code.co_filename)
        if known:
            tree, function = known
            return _statement(tree, function, frame.f_lineno)
        frame = frame.f_back
    return ()


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
    statements: dict[str, tuple[ast.AST, str]] = {}
    made = Recording(lines=lambda: _running(statements))
    token = recording.set(made)
    try:
        replaced = dict(stand_ins or {})
        for function in uses:
            replaced[function.__name__] = _on_stand_ins(function, replaced, statements)
        model = _on_stand_ins(builder, replaced, statements)(*args, **kwargs)
    finally:
        recording.reset(token)
    outputs = model.outputs if isinstance(model.outputs, list | tuple) else [model.outputs]
    # Which loop is run cannot be seen here: layers that are called again are called in it.
    calls = [
        call._replace(iteration=Iteration(0, f"for t in range({n})", call.step))
        if (n := made.uses[call.layer.name]) > 1
        else call
        for call in made.calls
    ]
    return read_off(made, [tensor.row for tensor in outputs], calls)


@cache
def _compiled(function: Callable) -> tuple[Any, str]:
    """Compile a function's definition; return the code, and the file name of its frames."""
    file = f"<shapes of {function.__module__}.{function.__name__}>"
    flags = __future__.annotations.compiler_flag
    return compile(_source(function)[0], file, "exec", flags=flags, dont_inherit=True), file


def _on_stand_ins(
    function: Callable, replaced: dict[str, Any], statements: dict[str, tuple[ast.AST, str]]
) -> Callable:
    tree, _, _ = _source(function)
    code, file = _compiled(function)
    statements[file] = (tree, function.__name__)
    namespace = {
        **function.__globals__,
        "tensorflow": SimpleNamespace(load=lambda: None),
        "__builtins__": {**vars(builtins), "__import__": _import},
        **replaced,
    }
    exec(code, namespace)
    return namespace[function.__name__]


__all__ = [
    "LAYERS",
    "Blueprint",
    "CodeLine",
    "Drawn",
    "LayerCount",
    "ShapeError",
    "Size",
    "blueprint",
    "listing",
]
