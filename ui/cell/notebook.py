"""What the cell page's notebook is filled in with, the hand in the gates too."""

from __future__ import annotations

import numpy as np

from seqlib.i18n import _
from seqlib.jazz import pretrained
from seqlib.jazz.sampling import sample
from seqlib.jazz.sandbox import RECIPES
from seqlib.lstm import Trace
from ui.cell.sandbox import WRITE, edits_of, livelier_first, named_groups
from ui.cell.state import TEMPERATURE, TY
from ui.jazz.state import shipped
from ui.parts.notebook import Asked
from ui.state import value


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    model, without = value("cell_model"), ""
    if model not in pretrained.STAGES:
        model = "good"
        without = _(
            "What this page computes, step by step in Python. Your own training is not in it: it "
            "has the shipped model “{name}”.",
            name=_(model),
        )
    seed, start = value("cell_seed"), value("hand_from")
    edits = _edits(model, seed, start - 1)
    settings = {"model": model, "seed": seed, "step": value("t"), "edits": edits}
    settings["free_running"] = value("hand_mode") == WRITE
    return Asked("cell", settings, without=without)


def _edits(model: str, seed: int, start: int) -> list[tuple]:
    """The hand in the sandbox as literals."""
    name, weights = value("hand"), shipped(model)

    def trace() -> Trace:
        return sample(weights, TY, temperature=TEMPERATURE, seed=seed).trace

    # A control is named by what it is asked for; "one unit" by ``hand_one``.
    needs = RECIPES[name].needs
    answers = {need: value(f"hand_{need.removesuffix(' unit')}") for need in needs}
    # Of a choice that is not drawn yet, what it would begin with.
    if "one unit" in answers:
        answers["one unit"] = answers["one unit"] or livelier_first(trace())[0]
    if "group" in answers:
        named = named_groups(weights)
        answers["group"] = named.get(answers["group"] or next(iter(named), ""), ())
    edits = edits_of(name, answers, start, trace)
    return [
        (one.what, one.how, np.asarray(one.value).tolist(), one.unit, one.start, one.once)
        for one in edits
    ]
