"""The solo that plays on the first page."""

from __future__ import annotations

import streamlit as st

from seqlib.corpus import default_corpus
from seqlib.music import Melody, arrange
from seqlib.sampling import sample
from ui import frame
from ui import stage as stage_component
from ui.jazz import state
from ui.jazz.stage import jazz_stage

SEED, TY = 7, 96


@st.cache_resource(show_spinner=False)
def _stage() -> stage_component.Stage:
    corpus = default_corpus()
    solo = sample(state.shipped("good"), TY, temperature=0.8, seed=SEED)
    melody = Melody(corpus.vocabulary.decode(solo.indices), corpus.melodies[0].tempo, "Solo")
    arrangement = arrange(melody, corpus.chords[0], seed=SEED)
    return jazz_stage(
        melody,
        state.shipped("good"),
        solo.trace,
        corpus.vocabulary,
        ("notes", "h", "y"),
        label=f"A solo of {len(melody)} tokens, being written by a trained LSTM",
        chosen=solo.indices,
        chosen_name="drawn",
        sounds=arrangement.sounds,
        arrangement=arrangement,
    )


def stage() -> None:
    """A shipped model writing, already moving; one for all visitors."""
    stage_component.show(_stage(), key="home", playing=True, presenter=frame.presenting())


def parameters() -> int:
    """How many numbers that model is."""
    return state.shipped("good").n_parameters
