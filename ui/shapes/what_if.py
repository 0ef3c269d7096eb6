"""What if: one recurrent layer, and Keras' switches."""

from __future__ import annotations

from functools import partial

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.shapes.blueprint import ShapeError, Size, blueprint
from seqlib.shapes.constructions import confirmed_layer, one_layer
from seqlib.training import keras_room
from ui.frame import frame, language
from ui.parts import keras
from ui.shapes import picture
from ui.shapes.controls import BOUND, sentence
from ui.shapes.defined_once import djmodel_sizes

KINDS = ("LSTM", "GRU", "SimpleRNN")
SWITCHES = {
    "return_sequences": N_("every step's output, not the last alone"),
    "return_state": N_("the states at the end as further results"),
    "stateful": N_("start the next batch from where this one ended, so m is fixed"),
    "bidirectional": N_("a second layer reads from the end; the results stand side by side"),
}


def show() -> None:
    """The switches and the picture; Keras' word once its room is awake."""
    with st.container(horizontal=True):
        kind = st.segmented_control(
            _("layer"),
            KINDS,
            default="LSTM",
            required=True,
            key=language.checked("layer"),
            help=_("Which recurrent layer."),
            **BOUND,
        )
        on = st.pills(
            _("options"),
            list(SWITCHES),
            selection_mode="multi",
            wrap=True,
            default=["return_state"],
            key="options",
            help="; ".join(f"{name}: {_(what)}" for name, what in SWITCHES.items()) + ".",
            **BOUND,
        )
    at = djmodel_sizes()
    options = {name: name in on for name in SWITCHES}
    order = ("m", "Tx", "n_values", "n_a")
    try:
        sketch = blueprint(one_layer, *(Size(at[n], n) for n in order), kind=kind, **options)
    except ShapeError as problem:
        st.warning(str(problem), icon=":material/info:")
        return
    plain = blueprint(one_layer, *(at[n] for n in order))
    picture.show(
        sketch,
        key="what_if_picture",
        m=at["m"],
        functions=(one_layer,),
        presenter=frame.presenting(),
    )
    meant = " ".join(
        _("`{name}`: {what}.", name=name, what=_(SWITCHES[name])) for name in SWITCHES if name in on
    )
    st.markdown(
        _(
            "**{weights:,}** weights; a plain LSTM has {plain:,}.",
            weights=sketch.n_parameters,
            plain=plain.n_parameters,
        )
        + f" {meant}"
    )
    sizes = tuple(at[n] for n in order)
    about = ("one layer", sizes, kind, tuple(sorted(on)))
    if keras_room.awake() and keras.asked("what if", about) is None:
        keras.ask(
            "what if",
            about,
            lambda: keras_room.ask(partial(confirmed_layer, **options), sizes, kind, key=about),
        )
    if (future := keras.asked("what if", about)) is not None:
        keras.show(future, lambda found: st.markdown(sentence(found, sketch)))
