"""Show one step of a cell on the stage: of the jazz model, or of a layer of the emoji model."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.lstm import Trace
from seqlib.stage import Lane, Stage
from seqlib.stage.jazz import solo_stage
from seqlib.stage.lanes import Equation
from ui.cell.lane import CellStep
from ui.cell.state import Scene
from ui.emojify import state as emojify
from ui.emojify.stage import UNITS, reading_stage
from ui.frame import frame, language
from ui.parts import escape
from ui.parts import stage as stage_component
from ui.parts.presenter import presenting
from ui.state import TABLE, options, widget

JAZZ, FIRST, SECOND = options("cell_of")
VECTORS = N_("every vector of this step")


def show(scene: Scene) -> None:
    """Draw the choice of cell and step, and the stage."""
    of = language.choice(
        st.segmented_control,
        _("cell of"),
        "cell_of",
        help=_("The jazz model above, or one of the two LSTM layers of the shipped emoji model."),
    )
    slider = "t" if of == JAZZ else "word"
    stage, trace, axis = _jazz(scene) if of == JAZZ else _emoji(1 if of == FIRST else 2)
    with frame.picture(low=True):
        stage_component.show(
            stage,
            key=f"cell_step_{of}",
            on_step=lambda step: st.session_state.update({slider: step + 1}),
        )
    x, a = trace.x[0], trace.h[0]
    st.markdown(
        _(
            "At every step the cell reads {x} and {a}, and hands on a new a and c of that size.",
            x=escape.shape("x", x.shape, (axis,)),
            a=escape.shape("a", a.shape, ("n_a",)),
        )
    )


def _at(last: int, key: str) -> int:
    """Draw the slider of the step, and return the step from 0."""
    at = st.slider(
        _("time step t"),
        help=_("Where the stage stands: each follows the other once it rests."),
        **widget(key, high=last),
    )
    return at - 1


def _jazz(scene: Scene) -> tuple[Stage, Trace, str]:
    at = _at(scene.Tx, "t")
    trace = scene.sample.trace
    stage = solo_stage(
        scene.sample,
        scene.weights,
        lanes=("notes", "x"),
        label=_("One step of the {name} cell while it writes a solo", name=_(scene.name)),
        seed=scene.seed,
        asks=True,
    )
    notes, x = stage.lanes
    vectors = CellStep(_(VECTORS), trace)
    # A presented stage has little more than the window.
    lanes: tuple[Lane, ...] = (x, vectors, notes) if presenting() else (notes, x, vectors)
    equation = Equation(_("one unit's update, with its numbers"), scene.weights.cell, trace)
    return replace(stage, lanes=(*lanes, equation), start=at), trace, "n_values"


def _emoji(layer: int) -> tuple[Stage, Trace, str]:
    model = emojify.reader(emojify.SHIPPED).model
    sentence = st.text_input(
        _("sentence"),
        help=_("At most {maxlen} words are read, and 200 letters.", maxlen=model.maxlen),
        **widget("cell_sentence"),
    )
    try:
        reading = model.read(sentence)
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        reading = model.read(TABLE["cell_sentence"].default)
    at = _at(model.maxlen, "word")
    trace = reading.trace.lstm_1 if layer == 1 else reading.trace.lstm_2
    axis = "e_length" if layer == 1 else "n_a"
    drawn = reading_stage(
        model,
        reading,
        ("words", "P", f"equation{layer}"),
        label=_("One step of layer {layer} while it reads a sentence", layer=layer),
    )
    words, probabilities, equation = drawn.lanes
    lanes = (
        words,
        probabilities,
        CellStep(_(VECTORS), trace, UNITS[layer - 1], input_axis=axis),
        equation,
    )
    return replace(drawn, lanes=lanes, start=at), trace, axis
