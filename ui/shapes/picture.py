"""Draw a model's code beside its tensors: the blueprint component and its data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from seqlib import i18n
from seqlib.i18n import _, n_
from seqlib.shapes.arithmetic import stacked_outputs
from seqlib.shapes.blueprint import Blueprint, LayerCount, listing
from ui.component import component
from ui.parts.presenter import presenting

_component = component("blueprint", "blueprint/blueprint.js", "blueprint/blueprint.css")


def show(
    sketch: Blueprint,
    *,
    key: str,
    m: int,
    functions: Sequence[Callable] = (),
    hidden: bool = False,
    asked: int | None = None,
    broken: tuple[str, str] | None = None,
) -> None:
    """Mount the picture, and the source of ``functions`` beside it.

    Parameters
    ----------
    m : int
        Batch size, for the counts of numbers.
    hidden : bool
        Hide all shapes but the inputs'.
    asked : int, optional
        The row a question is about (-1: the stacked outputs); its shape alone is hidden.
    broken : (layer, sentence), optional
        A layer that does not fit, drawn after the others.
    """
    data = picture(sketch, m, functions, hidden=hidden, asked=asked)
    if broken:
        data["nodes"].append(
            {
                "layer": broken[0],
                "count": "",
                "lines": [],
                "results": [],
                "handed": "",
                "loop": False,
                "broken": broken[1],
            }
        )
    spoken = i18n.browser_words("stage")
    _component(key=key, data={**data, "presenter": presenting(), **spoken})


def picture(
    sketch: Blueprint,
    m: int,
    functions: Sequence[Callable] = (),
    *,
    hidden: bool = False,
    asked: int | None = None,
) -> dict[str, Any]:
    """Make the JSON for the component: every layer once, with the tensors of its first call."""
    first = [n for n, row in enumerate(sketch.rows) if row.step in (None, 0)]
    steps = 1 + max(row.step or 0 for row in sketch.rows)
    looped = {row.layer for row in sketch.rows if row.step is not None}
    counts = {layer.name: layer for layer in sketch.layers}
    tensors = {n: _tensor(sketch, n, m, steps, hidden, asked) for n in first}
    order: dict[str, list[int]] = {}
    for n in first:
        if sketch.rows[n].role != "input":
            order.setdefault(sketch.rows[n].layer, []).append(n)
    stacked = None
    outputs = [n for n, row in enumerate(sketch.rows) if row.role == "output"]
    if len(outputs) > 1 and steps > 1:
        stacked = _stacked(sketch, outputs, m, hidden or asked == -1, asked == -1)
    linked = sorted({_line(line) for n in first for line in sketch.lines[n]})
    return {
        "code": [
            {
                "id": _line((c.function, c.number)),
                "fn": c.function,
                "number": c.number,
                "text": c.text,
            }
            for function in functions
            for c in listing(function)
        ],
        "linked": linked,
        "inputs": [tensors[n] for n in first if sketch.rows[n].role == "input"],
        "nodes": [
            {
                "layer": "X[:, t, :]" if layer == "GetItem" else layer,
                "count": _count(counts.get(layer)),
                "lines": sorted({_line(line) for n in numbers for line in sketch.lines[n]}),
                "results": [tensors[n] for n in numbers],
                "handed": _handed(sketch, numbers, layer in looped),
                "loop": layer in looped,
            }
            for layer, numbers in order.items()
        ],
        "loop": {"label": f"for t in range({steps}):  " + _("the same layers each time")}
        if looped
        else None,
        "stacked": stacked,
        "blocks": None if hidden or asked is not None else _blocks(sketch, m),
        "detail": _summary(sketch, m, steps),
    }


def _blocks(sketch: Blueprint, m: int) -> list[dict[str, Any]] | None:
    """Describe input and output as blocks, for a model that only adds an axis; else None."""
    if len(sketch.rows) != 2 or [len(row.shape) for row in sketch.rows] != [2, 3]:
        return None
    return [
        {
            "name": row.name,
            "shape": [
                (axis, m if size is None else size)
                for axis, size in zip(axes, row.shape, strict=True)
            ],
        }
        for row, axes in zip(sketch.rows, sketch.axes, strict=True)
    ]


def _line(line: tuple[str, int]) -> str:
    return f"{line[0]}:{line[1]}"


def _count(layer: LayerCount | None) -> str:
    if layer is None:
        return _("no weights")
    weights = _("{n:,} weights", n=layer.n_parameters) if layer.n_parameters else _("no weights")
    return f"{layer.kind} · {weights}" if layer.kind != layer.name else weights


def _handed(sketch: Blueprint, numbers: list[int], looped: bool) -> str:
    """Name the tensors that a layer passes to its own next call."""
    if not looped:
        return ""
    own = sketch.rows[numbers[0]].layer
    later = [row for row in sketch.rows if row.layer == own and row.step == 1]
    read = {sketch.rows[n].name for row in later for n in row.reads if sketch.rows[n].layer == own}
    first = [sketch.rows[n].name for n in sketch.rows[numbers[0]].reads]
    starts = [name for name in first if name in ("a0", "c0")]
    if not read:
        return ""
    names = ", ".join(sorted(read))
    if starts:
        return _(
            "{names} go to the next t; at t = 0: {starts}", names=names, starts=", ".join(starts)
        )
    return _("{names} go to the next t", names=names)


def _tensor(
    sketch: Blueprint, n: int, m: int, steps: int, hidden: bool, asked: int | None
) -> dict[str, Any]:
    row = sketch.rows[n]
    hide = (hidden and row.role != "input") or n == asked
    full = [m if size is None else size for size in row.shape]
    made = _("an input") if row.role == "input" else _("made by {layer}", layer=row.layer)
    if row.step is not None:
        made += n_(", {n} time", ", {n} times", steps)
    return {
        "name": row.name,
        "shape": list(zip(sketch.axes[n], row.shape, strict=True)) if not hide else [],
        "role": row.role,
        "lines": [_line(line) for line in sketch.lines[n]],
        "hidden": hide,
        "asked": n == asked,
        "detail": _detail(row.name, sketch.axes[n], full, row.dtype, made),
    }


def _detail(name: str, axes: Sequence[str], full: Sequence[int], dtype: str, made: str) -> str:
    product = " × ".join(f"{size:,}" for size in full)
    return _(
        "{name}: {axes} = {product} = {numbers:,} numbers, {dtype}; {made}.",
        name=name,
        axes=" × ".join(axes),
        product=product,
        numbers=math.prod(full),
        dtype=dtype,
        made=made,
    )


def _stacked(
    sketch: Blueprint, outputs: list[int], m: int, hide: bool, asked: bool
) -> dict[str, Any] | None:
    try:
        Y = stacked_outputs(sketch.rows)
    except ValueError:
        return None
    axes = ("Ty", *sketch.axes[outputs[0]])
    full = [m if size is None else size for size in Y.shape]
    return {
        "name": "Y",
        "label": _("{n} outputs, stacked", n=len(outputs)),
        "shape": list(zip(axes, Y.shape, strict=True)) if not hide else [],
        "role": "output",
        "lines": [_line(line) for line in sketch.lines[outputs[0]]],
        "hidden": hide,
        "asked": asked,
        "detail": _detail("Y", axes, full, Y.dtype, _("the list of {n} outputs", n=len(outputs))),
    }


def _summary(sketch: Blueprint, m: int, steps: int) -> str:
    given = sum(
        math.prod(m if size is None else size for size in row.shape)
        for row in sketch.rows
        if row.role == "input"
    )
    made = sum(
        math.prod(m if size is None else size for size in row.shape)
        for row in sketch.rows
        if row.role == "output"
    )
    return _(
        "A batch of m = {m}: {given:,} numbers go in, {made:,} come out, "
        "{weights:,} weights in between. Point at a line or a tensor.",
        m=m,
        given=given,
        made=made,
        weights=sketch.n_parameters,
    )
