"""List a construction's code line by line, with what is said where a line is pointed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqlib import board
from seqlib.i18n import _, n_, sentences
from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.asides import ASIDES, Aside
from seqlib.shapes.code.machine import ModelOf
from seqlib.shapes.code.values import Array
from seqlib.shapes.constructions import bare
from seqlib.shapes.layers import Layer
from seqlib.shapes.recording import Blueprint, SymbolicTensor


@dataclass(frozen=True)
class Line:
    """A line of code: its number and text, what it gives, the rows of tensors that it names.

    ``aside`` says what the note writes instead, or what happens without the line; ``mark`` what
    the line is pointed out for.
    """

    number: int
    text: str
    note: str = ""
    rows: tuple[int, ...] = ()
    aside: Aside | None = None
    mark: str = ""

    def as_json(self, *, quiet: bool) -> dict[str, Any]:
        """Make the JSON for the component; ``quiet`` leaves out what the line gives."""
        return {
            "number": self.number,
            "text": self.text,
            "note": "" if quiet else self.note,
            "mark": self.mark,
            "aside": self.aside and _aside(self.aside),
        }


def listing(
    code: str, sketch: Blueprint, values: Mapping[int, Mapping[str, Any]]
) -> tuple[Line, ...]:
    """List code that was walked; ``values`` are what each line gives a name."""
    lines = []
    for number, text in enumerate(board.translated(code.rstrip()).split("\n"), 1):
        given = values.get(number, {})
        rows = (one.row for one in given.values() if isinstance(one, SymbolicTensor))
        notes = (_note(name, value, sketch) for name, value in given.items())
        aside = next((one for one in ASIDES if bare(text) == one.line), None)
        lines.append(Line(number, text, sentences(*notes), tuple(rows), aside))
    return tuple(lines)


def _note(name: str, value: Any, sketch: Blueprint) -> str:
    """Say what a line gives a name; a tensor says so by itself."""
    if isinstance(value, int):
        return f"{name} = {value:,}."
    if isinstance(value, Array):
        return _("{name}: {shape}, all zeros at first.", name=name, shape=as_text(value.shape))
    if isinstance(value, list):
        return n_(
            "{name}: {n} tensor in the end.",
            "{name}: {n} tensors in the end.",
            len(value),
            name=name,
        )
    if isinstance(value, ModelOf):
        return _(
            "{name}: {given} inputs, {made} outputs, {weights:,} weights.",
            name=name,
            given=len(value.inputs),
            made=len(value.outputs),
            weights=sketch.n_parameters,
        )
    if isinstance(value, Layer):
        layer = next((one for one in sketch.layers if one.name == value.name), None)
        if layer is not None:
            return n_(
                "{name}: one {kind} layer, {weights:,} weights, called {n} time.",
                "{name}: one {kind} layer, {weights:,} weights, called {n} times.",
                layer.uses,
                name=name,
                kind=layer.kind,
                weights=layer.n_parameters,
            )
    return ""


def _aside(aside: Aside) -> dict[str, str]:
    return {
        "title": _(aside.where) if aside.instead else _("Without this line"),
        "instead": aside.instead,
        "says": aside.says,
        "what": _(aside.what),
    }
