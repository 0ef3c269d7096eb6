"""A model of one's own, pasted as a list of layers."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.shapes import pasted
from seqlib.shapes.arithmetic import annotate
from seqlib.shapes.blueprint import Size, StackError
from seqlib.training import tensorflow
from ui.frame import frame, language
from ui.parts import escape
from ui.shapes import picture
from ui.shapes.controls import BOUND

EXAMPLE = """Embedding(10000, 50)
LSTM(128, return_sequences=True)
Dropout(0.5)
LSTM(128)
Dense(5, activation="softmax")"""
KINDS = {N_("word indices"): "int32", N_("vectors"): "float32"}


@st.fragment
def form() -> None:
    """The form, and the annotated picture or the sentence that explains."""
    left, right = st.columns([2, 3])
    with left, st.form("paste_form"):
        kind = language.choice(
            st.segmented_control,
            _("input"),
            list(KINDS),
            default="word indices",
            required=True,
            key="paste_input",
            help=_("Whole numbers for an Embedding, or vectors such as one-hot X."),
        )
        with st.container(horizontal=True):
            Tx = st.number_input(
                "Tx",
                1,
                1000,
                10,
                key=language.checked("paste_Tx"),
                help=_("Steps of the input, 1 to 1,000."),
                **BOUND,
            )
            n_values = st.number_input(
                "n_values",
                1,
                100_000,
                78,
                key=language.checked("paste_n_values"),
                help=_("Length of a vector, 1 to 100,000."),
                **BOUND,
            )
        text = st.text_area(
            _("layers"),
            EXAMPLE,
            height=190,
            key="paste_text",
            max_chars=pasted.MAX_LETTERS,
            help=_(
                "One a line: {names}.", names=", ".join((*pasted.ACCEPTED, *pasted.ACCEPTED_TOO))
            ),
            **BOUND,
        )
        st.form_submit_button(_("Draw"), type="primary", help=_("Read the layers and draw them."))
    vectors = kind == "vectors"
    shape = (Size(Tx, "Tx"), Size(n_values, "n_values")) if vectors else (Size(Tx, "Tx"),)
    with right:
        _draw(text, shape, KINDS[kind])


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
    picture.show(sketch, key="paste_picture", m=1, broken=broken, presenter=frame.presenting())
    if broken or not tensorflow.is_loaded():
        return
    try:
        confirmed = _confirmed(text, tuple(map(int, shape)), dtype)
    except pasted.BuildError as problem:
        st.info(escape.plain(str(problem)), icon=":material/info:")
        return
    st.markdown(
        _(
            ":material/verified: Confirmed by Keras: all {shapes} shapes and {weights:,} weights.",
            shapes=len(sketch.rows),
            weights=sketch.n_parameters,
        )
        if confirmed
        else _(":material/error: Keras builds other shapes than these.")
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _confirmed(text: str, shape: tuple[int, ...], dtype: str) -> bool:
    """Whether Keras' shapes and number of weights are ours."""
    calls = pasted.read(text)
    ours, theirs = pasted.sketch(calls, shape, dtype), pasted.build(calls, shape, dtype)
    same = [row.shape for row in annotate(theirs)] == [row.shape for row in ours.rows]
    return same and theirs.count_params() == ours.n_parameters
