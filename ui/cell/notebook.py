"""What the cell page's notebook is filled in with, the hand in the gates too."""

from __future__ import annotations

from typing import Any

from seqlib.jazz import pretrained
from seqlib.jazz.sampling import sample
from seqlib.jazz.sandbox import RECIPES, Edit
from ui.cell import sandbox
from ui.cell.state import TEMPERATURE, TY
from ui.jazz.state import shipped
from ui.parts.notebook import Asked
from ui.state import value


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    model = value("cell_model")
    model = model if model in pretrained.STAGES else "good"  # one's own training stays here
    seed, start = value("cell_seed"), value("hand_from")
    edits = _edits(model, seed, start - 1)
    return Asked("cell", {"model": model, "seed": seed, "step": value("t"), "edits": edits})


def _edits(model: str, seed: int, start: int) -> list[tuple]:
    """The hand in the sandbox as literals."""
    recipe = RECIPES[value("hand")]
    edits = recipe.at(start)
    if "source" in recipe.needs:
        source = value("hand_source")
        states: tuple[Any, Any] = (0.0, 0.0)
        if source != sandbox.ZEROS:
            trace = sample(shipped(model), TY, temperature=TEMPERATURE, seed=seed).trace
            states = tuple(values[int(source) - 1].tolist() for values in (trace.h, trace.c))
        edits = tuple(
            Edit(what, "hold", value, None, start, True)
            for what, value in zip("ac", states, strict=True)
        )
    elif "gate" in recipe.needs:
        how, key = ("hold", "hand_value") if "value" in recipe.needs else ("scale", "hand_factor")
        unit = value("hand_unit")
        unit = None if unit == sandbox.ALL else int(unit)
        edits = (Edit(value("hand_gate"), how, float(value(key)), unit, start),)
    elif "one unit" in recipe.needs:
        unit = int(value("hand_one"))
        edits = tuple(Edit(what, "hold", 0.0, unit, start) for what in "ca")
    return [(edit.what, edit.how, edit.value, edit.unit, edit.start, edit.once) for edit in edits]
