"""One step of the cell, on the stage."""

from __future__ import annotations

import streamlit as st

from seqlib.corpus import default_corpus
from seqlib.music import arrange
from ui import chips, frame
from ui import stage as stage_component
from ui.cell.lane import CellStep
from ui.cell.state import BOUND, Scene
from ui.jazz.stage import jazz_stage
from ui.stage import Stage
from ui.stage_lanes import Equation


def show(scene: Scene) -> None:
    """Notes, every vector of the step, one unit's equations."""
    at = st.slider(
        "time step t",
        1,
        scene.Tx,
        min(12, scene.Tx),
        key="t",
        help="Where the clock stands; the stage's own playhead moves it too.",
        **BOUND,
    )
    trace, corpus, melody = scene.sample.trace, default_corpus(), scene.melody()
    arrangement = arrange(melody, corpus.chords[0], seed=scene.seed)
    base = jazz_stage(
        melody,
        scene.weights,
        trace,
        corpus.vocabulary,
        ("notes",),
        label=f"One step of the {scene.name} cell while it writes a solo",
        chosen=scene.sample.indices,
        chosen_name="drawn",
        sounds=arrangement.sounds,
        arrangement=arrangement,
    )
    lanes = (
        *base.lanes,
        CellStep("every vector of this step", trace),
        Equation("one unit's update, with its numbers", scene.weights.cell, trace),
    )
    stage_component.show(
        Stage(base.clock, lanes, base.sound, base.label, start=at - 1, names=base.names),
        key="cell_step",
        presenter=frame.presenting(),
    )
    x, a = trace.x[0], trace.h[0]
    st.markdown(
        f"At every step the cell reads {chips.shape('x', x.shape, ('n_values',))} and "
        f"{chips.shape('a', a.shape, ('n_a',))}, and hands on a new a and c of that size."
    )
