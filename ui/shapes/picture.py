"""Draw a model's code beside its tensors: the blueprint component and its data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from seqlib import i18n
from seqlib.i18n import _, n_
from seqlib.shapes.recording import Blueprint, Drawn, LayerCount
from ui.component import component
from ui.parts.presenter import presenting
from ui.shapes.listing import Line

_component = component("blueprint", "blueprint/blueprint.js", "blueprint/blueprint.css")


def show(
    sketch: Blueprint,
    *,
    key: str,
    m: int,
    code: Sequence[Line] = (),
    hidden: bool = False,
    asked: int | None = None,
    broken: tuple[str, str] | None = None,
    places: bool = False,
) -> None:
    """Mount the picture, and the lines of ``code`` beside it.

    Parameters
    ----------
    m : int
        Batch size, for the counts of numbers.
    hidden : bool
        Hide all shapes but the inputs'.
    asked : int, optional
        The row a question is about (-1: the stacked outputs); its shape and all that are made
        with it or after it are hidden.
    broken : (layer, sentence), optional
        A layer that does not fit, drawn after the others.
    places : bool
        Name the lines of code in what is said of a tensor.
    """
    data = picture(sketch, m, code, hidden=hidden, asked=asked, places=places)
    if broken:
        data["nodes"].append(
            {
                "layer": broken[0],
                "count": "",
                "lines": [],
                "results": [],
                "reads": [],
                "handed": "",
                "loop": "",
                "broken": broken[1],
            }
        )
    spoken = i18n.browser_words("stage")
    _component(key=key, data={**data, "presenter": presenting(), **spoken})


def picture(
    sketch: Blueprint,
    m: int,
    code: Sequence[Line] = (),
    *,
    hidden: bool = False,
    asked: int | None = None,
    places: bool = False,
) -> dict[str, Any]:
    """Make the JSON for the component: each call that is drawn, with its tensors."""
    first = [n for drawn in sketch.drawn for n in drawn.rows]
    steps = max(drawn.turns for drawn in sketch.drawn) if sketch.drawn else 1
    counts = {layer.name: layer for layer in sketch.layers}
    secret = _secret(sketch, hidden, asked)
    also = {n: [line.number for line in code if n in line.rows] for n in first}
    tensors = {n: _tensor(sketch, n, m, n in secret, n == asked, places, also[n]) for n in first}
    stacked = None
    outputs = [n for n, row in enumerate(sketch.rows) if row.role == "output"]
    if len(outputs) > 1 and steps > 1:
        stacked = _stacked(sketch, outputs, m, bool(secret) or asked == -1, asked == -1)
    nodes: list[dict[str, Any]] = []
    seen: set[str] = set()
    inputs = [n for n in first if sketch.rows[n].role == "input"]
    above = inputs  # what the arrow from above brings
    for drawn in sketch.drawn:
        row = sketch.rows[drawn.rows[0]]
        if row.role == "input":
            continue
        nodes.append(_node(sketch, drawn, tensors, counts.get(row.layer), row.layer in seen))
        starts = nodes[-1].pop("starts")
        read = [n for n in row.reads if n not in starts]
        some = len(nodes) == 1 and row.layer != "GetItem" and set(read) != set(inputs)
        apart = some or not set(read) <= set(above)
        nodes[-1]["reads"] = [sketch.rows[n].name for n in row.reads] if apart else []
        seen.add(row.layer)
        above = list(drawn.rows)
    return {
        "code": [line.as_json(quiet=bool(secret)) for line in code],
        "inputs": [tensors[n] for n in inputs],
        "nodes": nodes,
        "stacked": stacked,
        "blocks": None if secret else _blocks(sketch, m),
        "turned": _(
            "The note's picture has the last two axes the other way round, words across, and "
            "remarks on it: transpose the right side."
        ),
        "detail": _summary(sketch, m, quiet=bool(secret) or asked == -1),
    }


def _secret(sketch: Blueprint, hidden: bool, asked: int | None) -> set[int]:
    """List the rows whose shapes are not shown."""
    made = [n for n, row in enumerate(sketch.rows) if row.role != "input"]
    if hidden:
        return set(made)
    if asked is None or asked < 0:
        return set()
    return {n for n in made if n >= asked - sketch.rows[asked].result}


def _node(
    sketch: Blueprint, drawn: Drawn, tensors: dict, layer: LayerCount | None, again: bool
) -> dict[str, Any]:
    """Describe a call of a layer."""
    name = sketch.rows[drawn.rows[0]].layer
    title = layer.title or name if layer is not None else name
    handed, starts = _handed(sketch, drawn.rows) if drawn.loop and drawn.shared else ("", [])
    return {
        "layer": "X[:, t, :]" if name == "GetItem" else title,
        "count": _("the same layer again, its weights are counted above")
        if again and layer is not None and layer.n_parameters
        else _count(layer),
        "lines": sorted({sketch.lines[n] for n in drawn.rows} | _made_at(layer)),
        "results": [tensors[n] for n in drawn.rows],
        "handed": handed,
        "starts": starts,
        "loop": _loop(drawn),
    }


def _loop(drawn: Drawn) -> str:
    """Write the label of a loop: its head, how often it turns, and what it calls each time."""
    if not drawn.loop:
        return ""
    same = _("the same layers each time")
    new = _("new layers each time, with weights of their own")
    times = "" if f"range({drawn.turns})" in drawn.loop else f" · × {drawn.turns}"
    return _("{name}: {what}", name=f"{drawn.loop}{times}", what=same if drawn.shared else new)


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


def _made_at(layer: LayerCount | None) -> set[int]:
    return {layer.line} if layer is not None and layer.line else set()


def _count(layer: LayerCount | None) -> str:
    if layer is None:
        return _("no weights")
    weights = _("{n:,} weights", n=layer.n_parameters) if layer.n_parameters else _("no weights")
    said = (layer.title or layer.name).startswith(f"{layer.kind}(") or layer.name == layer.kind
    return weights if said else f"{layer.kind} · {weights}"


def _handed(sketch: Blueprint, numbers: Sequence[int]) -> tuple[str, list[int]]:
    """Name the tensors that a layer passes to its own next call, and list what it begins from."""
    own = sketch.rows[numbers[0]].layer
    later = next((row for row in sketch.rows if row.layer == own and row.step == 1), None)
    read = later.reads if later is not None else ()
    places = [at for at, n in enumerate(read) if sketch.rows[n].layer == own]
    if not places:
        return "", []
    names = sorted(sketch.rows[read[at]].name for at in places)
    first = sketch.rows[numbers[0]].reads
    starts = [first[at] for at in places if at < len(first)]
    if not starts:
        return _("{names} go to the next t", names=names), []
    begin = [sketch.rows[n].name for n in starts]
    return _("{names} go to the next t; at t = 0: {starts}", names=names, starts=begin), starts


def _tensor(
    sketch: Blueprint, n: int, m: int, hide: bool, asked: bool, places: bool, also: Iterable[int]
) -> dict[str, Any]:
    row = sketch.rows[n]
    full = _with_batch(row.shape, m)
    layer = next((one for one in sketch.layers if one.name == row.layer), None)
    made = (
        _("an input")
        if row.role == "input"
        else _("made by {layer}", layer=_short_name(layer) if layer else row.layer)
    )
    if layer is not None and layer.uses > 1:
        made += n_(", {n} time", ", {n} times", layer.uses)
    if sketch.masked[n]:
        made += _(", with a mask")
    if places:
        made += _(", line {line}", line=sketch.lines[n])
    return {
        "name": row.name,
        "shape": list(zip(sketch.axes[n], row.shape, strict=True)) if not hide else [],
        "role": row.role,
        "mask": _("mask") if sketch.masked[n] and not hide else "",
        "lines": sorted({sketch.lines[n], *also}),
        "hidden": hide,
        "asked": asked,
        "detail": "" if hide else _detail(row.name, sketch.axes[n], full, row.dtype, made),
    }


def _short_name(layer: LayerCount) -> str:
    """Name a layer as the code does, or by its kind where the code gives it no name."""
    if not layer.title:
        return layer.name
    return layer.title if layer.title.isidentifier() else layer.kind


def _detail(name: str, axes: Sequence[str], full: Sequence[Any], dtype: str, made: str) -> str:
    product = " × ".join("None" if size is None else f"{size:,}" for size in full)
    said = {"name": name, "axes": " × ".join(axes), "product": product}
    if None in full:
        return _("{name}: {axes} = {product}, {dtype}; {made}.", **said, dtype=dtype, made=made)
    return _(
        "{name}: {axes} = {product} = {numbers:,} numbers, {dtype}; {made}.",
        **said,
        numbers=math.prod(full),
        dtype=dtype,
        made=made,
    )


def _with_batch(shape: Sequence[int | None], m: int) -> list[int | None]:
    """Return a shape with m for the batch; other sizes that the model leaves open stay None."""
    return [m if size is None and axis == 0 else size for axis, size in enumerate(shape)]


def _stacked(
    sketch: Blueprint, outputs: list[int], m: int, hide: bool, asked: bool
) -> dict[str, Any] | None:
    first = sketch.rows[outputs[0]]
    if any(sketch.rows[n].shape != first.shape for n in outputs):
        return None
    shape = (len(outputs), *first.shape)
    axes = ("Ty", *sketch.axes[outputs[0]])
    full = [m if size is None else size for size in shape]
    return {
        "name": "Y",
        "label": _("{n} outputs, stacked", n=len(outputs)),
        "shape": list(zip(axes, shape, strict=True)) if not hide else [],
        "role": "output",
        "lines": [sketch.lines[outputs[0]]],
        "hidden": hide,
        "asked": asked,
        "detail": ""
        if hide
        else _detail("Y", axes, full, first.dtype, _("the list of {n} outputs", n=len(outputs))),
    }


def _summary(sketch: Blueprint, m: int, *, quiet: bool) -> str:
    if quiet:
        return _("Point at a line or a tensor.")
    ends: dict[str, list[list[Any]]] = {"input": [], "output": []}
    for row in sketch.rows:
        if row.role:
            ends[row.role].append(_with_batch(row.shape, m))
    if any(None in shape for shapes in ends.values() for shape in shapes):
        return _(
            "{weights:,} weights; Tx is None, so that each batch may have a length of its own. "
            "Point at a line or a tensor.",
            weights=sketch.n_parameters,
        )
    return _(
        "A batch of m = {m}: {given:,} numbers go in, {made:,} come out, "
        "{weights:,} weights in between. Point at a line or a tensor.",
        m=m,
        given=sum(map(math.prod, ends["input"])),
        made=sum(map(math.prod, ends["output"])),
        weights=sketch.n_parameters,
    )
