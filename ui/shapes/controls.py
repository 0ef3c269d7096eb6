"""Choose a model and its sizes on the shapes page, and confirm its picture with Keras."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future

import streamlit as st

from seqlib.i18n import _, capital, sentences
from seqlib.shapes.constructions import CONSTRUCTIONS, Construction, Dial, confirmed
from seqlib.shapes.pasted import Confirmation
from seqlib.shapes.recording import Blueprint
from seqlib.training import keras_room
from ui.frame import frame
from ui.lessons.pages import lesson
from ui.parts import keras
from ui.parts.presenter import presenting
from ui.shapes import filling, picture, predict, two_ways
from ui.shapes.listing import listing
from ui.state import widget


def construction() -> Construction:
    """Draw the choice of one of the seed's models."""
    name = st.segmented_control(
        _("construction"), help=_("The three models of the lesson."), **widget("construction")
    )
    return CONSTRUCTIONS[name]


def sizes(chosen: Construction) -> dict[str, int]:
    """Draw a slider for each size of a model; the defaults are the seed's sizes."""
    found = {}
    width = 3 if len(chosen.dials) > 4 else len(chosen.dials)
    rows = [chosen.dials[at : at + width] for at in range(0, len(chosen.dials), width)]
    for row in rows:
        for column, dial in zip(st.columns(width), row, strict=False):
            found[dial.name] = column.slider(
                dial.name,
                help=span(dial),
                **widget(f"{dial.name}_{chosen.name.split('_')[0]}"),
            )
    return found


def span(dial: Dial) -> str:
    """Describe a size and its bounds, as the slider's help."""
    return _(
        "{what}: {low:,} to {high:,}.", what=capital(_(dial.what)), low=dial.low, high=dial.high
    )


def asking() -> tuple[bool, bool]:
    """Draw the switches: whether to ask questions, and whether to hide the answers."""
    with st.container(horizontal=True):
        ask = st.toggle(
            _("Predict, then reveal"),
            help=_("Hides one shape, and what follows it, and asks for it."),
            **widget("predict"),
        )
        hide = st.toggle(_("Hide the answers"), help=lesson("shapes")["hide"], **widget("hide"))
    return ask, hide


def explorer() -> None:
    """Draw the first screen: model, sizes, question, picture, and Keras' confirmation."""
    words = st.container(key="explained_builder") if presenting() else st.empty()
    with frame.controls("sizes"):
        chosen = construction()
        at = sizes(chosen)
    ask, hide = asking()
    if ask or hide:
        st.html(two_ways.COVER)
    # While shapes are asked for, no text gives any.
    given = "" if ask or hide else lesson("shapes")["given"]
    words.markdown(sentences(given, lesson("shapes")["builder"]))
    model, values = chosen.walked(at)
    sketch = model.sketch
    question = predict.current(chosen.name, sketch) if ask else None
    hidden_row = None
    if question is not None:
        if not predict.answered(question):
            hidden_row = question.row
        predict.form(question, at, chosen.meanings, hide=hide)
    with frame.picture():
        picture.show(
            sketch,
            key="shapes_picture",
            m=at["m"],
            code=listing(chosen.code(at), sketch, values),
            hidden=hide,
            asked=hidden_row,
        )
    if chosen.name == "pretrained_embedding_layer":
        filling.show()
    # The batch stays open in Keras, so m makes no other model.
    sizes_at = {name: size for name, size in at.items() if name != "m"}
    about = (chosen.name, tuple(sizes_at.items()))
    verdict(
        "confirm",
        about,
        lambda: keras_room.ask(confirmed, chosen.name, sizes_at, key=about),
        sketch,
    )


def verdict(
    name: str,
    about: Hashable,
    request: Callable[[], Future],
    sketch: Blueprint,
    *,
    offered: bool = True,
) -> None:
    """Draw Keras' confirmation, by itself if its process runs, else behind a button.

    ``name`` is the button's key; ``about`` says what is confirmed.
    """
    if keras.follow(name, about, request, lambda found: st.markdown(sentence(found, sketch))):
        return
    if not offered:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if not keras.offered():
            return
        st.button(
            _("Confirm with Keras"),
            key=name,
            icon=":material/fact_check:",
            on_click=keras.ask,
            args=(name, about, request),
            help=_(
                "Builds this model in Keras and compares every tensor. Loads TensorFlow, a "
                "few seconds the first time; after that it is done at every change."
            ),
        )
        st.caption(
            _(
                "These shapes come from walking the code over layers that know shapes only; "
                "TensorFlow is not loaded yet."
            )
        )


def sentence(found: Confirmation, sketch: Blueprint) -> str:
    """Write the result of Keras' confirmation as a sentence."""
    if found.holds:
        return _(
            ":material/verified: Confirmed by Keras: **{agreed} of {total}** tensors "
            "and all **{weights:,}** weights agree with the model it built.",
            agreed=found.agreed,
            total=found.total,
            weights=found.n_parameters,
        )
    differing = [str(theirs or ours) for ours, theirs in found.differing[:3]]
    return _(
        ":material/error: Keras has another word: {agreed} of {total} tensors agree, "
        "and {theirs:,} weights against {ours:,}. {differing}",
        agreed=found.agreed,
        total=found.total,
        theirs=found.n_parameters,
        ours=sketch.n_parameters,
        differing=differing,
    )
