"""A model of one's own, pasted as a list of layers."""

from __future__ import annotations

import streamlit as st

from seqlib import backend, paste
from seqlib.shapes import annotate
from seqlib.symbolic import Size, StackError
from ui import frame
from ui.shapes import picture

EXAMPLE = """Embedding(10000, 50)
LSTM(128, return_sequences=True)
Dropout(0.5)
LSTM(128)
Dense(5, activation="softmax")"""
KINDS = {"word indices": "int32", "vectors": "float32"}


@st.fragment
def form() -> None:
    """The form, and the annotated picture or the sentence that explains."""
    left, right = st.columns([2, 3])
    with left, st.form("paste_form"):
        kind = st.segmented_control(
            "input",
            list(KINDS),
            default="word indices",
            required=True,
            key="paste_input",
            help="Whole numbers for an Embedding, or vectors such as one-hot X.",
        )
        with st.container(horizontal=True):
            Tx = st.number_input("Tx", 1, 1000, 10, key="paste_Tx", help="Steps of the input.")
            n_values = st.number_input(
                "n_values", 1, 100_000, 78, key="paste_n_values", help="Length of a vector."
            )
        text = st.text_area(
            "layers",
            EXAMPLE,
            height=190,
            key="paste_text",
            help=f"One a line: {', '.join(paste.ACCEPTED)}, {', '.join(paste.ACCEPTED_TOO)}.",
        )
        st.form_submit_button("Draw", type="primary", help="Read the layers and draw them.")
    vectors = kind == "vectors"
    shape = (Size(Tx, "Tx"), Size(n_values, "n_values")) if vectors else (Size(Tx, "Tx"),)
    with right:
        _draw(text, shape, KINDS[kind])


def _draw(text: str, shape: tuple, dtype: str) -> None:
    try:
        calls = paste.read(text)
    except paste.PasteError as problem:
        st.error(str(problem), icon=":material/error:")
        return
    broken = None
    try:
        sketch = paste.sketch(calls, shape, dtype)
    except StackError as problem:
        sketch, broken = problem.before, (str(calls[problem.place]), str(problem))
    picture.show(sketch, key="paste_picture", m=1, broken=broken, presenter=frame.presenting())
    if broken or not backend.is_loaded():
        return
    st.markdown(
        f":material/verified: Confirmed by Keras: all {len(sketch.rows)} shapes and "
        f"{sketch.n_parameters:,} weights."
        if _confirmed(text, tuple(map(int, shape)), dtype)
        else ":material/error: Keras builds other shapes than these."
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _confirmed(text: str, shape: tuple[int, ...], dtype: str) -> bool:
    """Whether Keras' shapes and number of weights are ours."""
    calls = paste.read(text)
    ours, theirs = paste.sketch(calls, shape, dtype), paste.build(calls, shape, dtype)
    same = [row.shape for row in annotate(theirs)] == [row.shape for row in ours.rows]
    return same and theirs.count_params() == ours.n_parameters
