"""Show the shapes of a model that the reader pastes as a list of layers."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes import pasted
from seqlib.shapes.blueprint import Blueprint, Size, StackError
from seqlib.training import keras_room
from ui.frame import frame, language
from ui.parts import escape, keras
from ui.shapes import picture
from ui.state import options, widget


@frame.alone()
def form() -> None:
    """Draw the form, and the picture with its shapes or the error."""
    left, right = st.columns([2, 3])
    with left, st.form("paste_form"):
        kind = language.choice(
            st.segmented_control,
            _("input"),
            "paste_input",
            help=_("Whole numbers for an Embedding, or vectors such as one-hot X."),
        )
        with st.container(horizontal=True):
            Tx = st.number_input(
                "Tx", help=_("Steps of the input, 1 to 1,000."), **widget("paste_Tx")
            )
            n_values = st.number_input(
                "n_values", help=_("Length of a vector, 1 to 100,000."), **widget("paste_n_values")
            )
        text = st.text_area(
            _("layers"),
            height=190,
            help=_(
                "One a line: {names}.", names=", ".join((*pasted.ACCEPTED, *pasted.ACCEPTED_TOO))
            ),
            **widget("paste_text"),
        )
        st.form_submit_button(_("Draw"), type="primary", help=_("Read the layers and draw them."))
    vectors = kind == "vectors"
    shape = (Size(Tx, "Tx"), Size(n_values, "n_values")) if vectors else (Size(Tx, "Tx"),)
    with right:
        _draw(text, shape, options("paste_input")[kind])


def _draw(text: str, shape: tuple, dtype: str) -> None:
    try:
        calls = pasted.read(text)
    except pasted.PasteError as problem:
        st.error(escape.plain(str(problem)), icon=":material/error:")
        return
    broken = None
    try:
        sketch = pasted.sketch(calls, shape, dtype)
    except StackError as problem:
        sketch, broken = problem.before, (str(calls[problem.index]), str(problem))
    picture.show(sketch, key="paste_picture", m=1, broken=broken)
    if broken:
        return
    about = ("pasted", text, tuple(map(int, shape)), dtype)
    keras.follow(
        "pasted",
        about,
        lambda: keras_room.ask(pasted.confirmed, *about[1:], key=about),
        lambda confirmed: _verdict(sketch, confirmed),
    )


def _verdict(sketch: Blueprint, confirmed: bool) -> None:
    """Draw Keras' confirmation of the picture."""
    st.markdown(
        _(
            ":material/verified: Confirmed by Keras: all {shapes} shapes and {weights:,} weights.",
            shapes=len(sketch.rows),
            weights=sketch.n_parameters,
        )
        if confirmed
        else _(":material/error: Keras builds other shapes than these.")
    )
