"""What if: one recurrent layer, and Keras' switches."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes.blueprint import ShapeError, Size, blueprint
from seqlib.shapes.constructions import Confirmation, confirm, one_layer
from seqlib.training import tensorflow
from ui.frame import frame
from ui.shapes import picture
from ui.shapes.controls import sentence
from ui.shapes.defined_once import djmodel_sizes
from ui.state import options, widget

SWITCHES = options("options")


def show() -> None:
    """The switches and the picture; Keras' word once it is loaded."""
    with st.container(horizontal=True):
        kind = st.segmented_control(_("layer"), help=_("Which recurrent layer."), **widget("layer"))
        on = st.pills(
            _("options"),
            wrap=True,
            help="; ".join(f"{name}: {_(what)}" for name, what in SWITCHES.items()) + ".",
            **widget("options"),
        )
    at = djmodel_sizes()
    switched = {name: name in on for name in SWITCHES}
    order = ("m", "Tx", "n_values", "n_a")
    try:
        sketch = blueprint(one_layer, *(Size(at[n], n) for n in order), kind=kind, **switched)
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
    if tensorflow.is_loaded():
        found = _confirmed(tuple(at[n] for n in order), kind, tuple(on))
        st.markdown(sentence(found, sketch))


@st.cache_data(max_entries=256, show_spinner=False)
def _confirmed(sizes: tuple[int, ...], kind: str, on: tuple[str, ...]) -> Confirmation:
    switched = {name: name in on for name in SWITCHES}
    return confirm(
        blueprint(one_layer, *sizes, kind=kind, **switched),
        one_layer(*sizes, kind=kind, **switched),
    )
