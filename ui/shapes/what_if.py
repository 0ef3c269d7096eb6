"""Show what Keras' options do to the shapes of one recurrent layer."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes.blueprint import ShapeError, Size, blueprint
from seqlib.shapes.constructions import confirmed_layer, one_layer
from seqlib.training import keras_room
from ui.parts import keras
from ui.shapes import picture
from ui.shapes.controls import sentence
from ui.shapes.defined_once import djmodel_sizes
from ui.state import options, widget

SWITCHES = options("options")


def show() -> None:
    """Draw the options and the picture; Keras' confirmation if its process runs."""
    with st.container(horizontal=True):
        kind = st.segmented_control(_("layer"), help=_("Which recurrent layer."), **widget("layer"))
        on = st.pills(
            _("options"),
            wrap=True,
            help="; ".join(f"{name}: {_(what)}" for name, what in SWITCHES.items()) + ".",
            **widget("options"),
        )
    at = djmodel_sizes()
    switched: dict[str, Any] = {name: name in on for name in SWITCHES}
    order = ("m", "Tx", "n_values", "n_a")
    try:
        sketch = blueprint(one_layer, *(Size(at[n], n) for n in order), kind=kind, **switched)
    except ShapeError as problem:
        st.warning(str(problem), icon=":material/info:")
        return
    plain = blueprint(one_layer, *(at[n] for n in order))
    picture.show(sketch, key="what_if_picture", m=at["m"], functions=(one_layer,))
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
    keras.follow(
        "what if",
        about,
        lambda: keras_room.ask(partial(confirmed_layer, **switched), sizes, kind, key=about),
        lambda found: st.markdown(sentence(found, sketch)),
    )
