"""Which notebook the shapes page offers, and what it is filled in with."""

from __future__ import annotations

from seqlib.shapes.constructions import CONSTRUCTIONS
from ui.parts.notebook import Asked
from ui.state import value

_CONSTRUCTIONS = {
    "djmodel": "shapes_djmodel",
    "Emojify_V2": "shapes_emojify",
    "pretrained_embedding_layer": "shapes_embedding",
}


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    chosen = CONSTRUCTIONS[value("construction")]
    stem = chosen.name.split("_")[0]
    settings = {dial.name: value(f"{dial.name}_{stem}") for dial in chosen.dials}
    return Asked(_CONSTRUCTIONS[chosen.name], settings)
