"""Draw ``djmodel`` beside ``music_inference_model``: what is trained, and what writes."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes.constructions import CONSTRUCTIONS, WRITING, Construction, bare, differing
from ui.shapes import picture
from ui.shapes.defined_once import djmodel_sizes
from ui.shapes.listing import listing

TRAINED = CONSTRUCTIONS["djmodel"]
# What the question above asks for stands here as well.
COVER = "<style>.st-key-two_ways { visibility: hidden; }</style>"


def show() -> None:
    """Draw both functions with their tensors, and mark the one line that differs in their loops."""
    line, other = differing(TRAINED.name, WRITING.name)
    left, right = st.container(key="two_ways").columns(2)
    with left:
        _function(TRAINED, _("teacher forcing"), line, _("reads the true note of step t"))
    with right:
        mark = _("step t + 1 reads what the network has chosen")
        _function(WRITING, _("free running"), other, mark)


def _function(made: Construction, way: str, marked: str, mark: str) -> None:
    """Draw the lines of one function, its marked line, and its tensors."""
    st.markdown(f"**{way}** · `{made.name}`")
    own = {dial.name for dial in made.dials}
    sizes = {name if name in own else "Ty": size for name, size in djmodel_sizes().items()}
    model, values = made.walked(sizes)
    lines = listing(made.code(sizes), model.sketch, values)
    first = next(at for at, line in enumerate(lines) if line.text.startswith(f"def {made.name}("))
    picture.show(
        model.sketch,
        key=f"two_ways_{made.name}",
        m=sizes["m"],
        code=[
            replace(line, mark=mark) if bare(line.text) == marked else line
            for line in lines[first:]
            if line.text.startswith(("def ", " "))
        ],
    )
