"""Show what Keras' options do to the shapes of one recurrent layer."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _, sentences
from seqlib.shapes import pasted
from seqlib.shapes.constructions import one_layer
from seqlib.training import keras_room
from ui.shapes import picture
from ui.shapes.controls import verdict
from ui.shapes.defined_once import djmodel_sizes
from ui.shapes.listing import listing
from ui.state import options, widget

SWITCHES = options("options")


def show() -> None:
    """Draw the options and the picture; Keras' confirmation if its process runs."""
    with st.container(horizontal=True):
        kind = st.segmented_control(_("layer"), help=_("Which recurrent layer."), **widget("layer"))
        on = st.pills(
            _("options"),
            wrap=True,
            help=_("; ").join(
                _("{name}: {what}", name=name, what=_(what)) for name, what in SWITCHES.items()
            )
            + _("."),
            **widget("options"),
        )
    at = djmodel_sizes()
    switched: dict[str, bool] = {name: name in on for name in SWITCHES}
    code = one_layer(kind, at, **switched)
    found = pasted.read(code)
    if found.fault:
        st.warning(found.fault.message, icon=":material/info:")
        return
    sketch = found.models[0].sketch
    plain = pasted.read(one_layer("LSTM", at)).models[0].sketch
    lines = listing(code, sketch, found.values)
    picture.show(sketch, key="what_if_picture", m=at["m"], code=lines)
    meant = (
        _("`{name}`: {what}.", name=name, what=_(SWITCHES[name])) for name in SWITCHES if name in on
    )
    weights = _(
        "**{weights:,}** weights; a plain LSTM has {plain:,}.",
        weights=sketch.n_parameters,
        plain=plain.n_parameters,
    )
    st.markdown(sentences(weights, *meant))
    about = ("one layer", code)
    verdict(
        "confirm_layer",
        about,
        lambda: keras_room.ask(pasted.confirmed, code, {}, key=about),
        sketch,
        offered=False,
    )
