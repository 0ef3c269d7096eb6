"""The solo that plays on the first page."""

from __future__ import annotations

import streamlit as st

from seqlib import i18n
from seqlib.i18n import _
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.sampling import sample
from seqlib.music import Melody, arrange
from ui.frame import frame
from ui.jazz import state
from ui.jazz.stage import jazz_stage
from ui.parts import stage as stage_component

SEED, TY = 7, 96


@st.cache_resource(show_spinner=False)
def _stage(language: str) -> stage_component.Stage:
    """Cached once a language, since it holds texts."""
    corpus = default_corpus()
    solo = sample(state.shipped("good"), TY, temperature=0.8, seed=SEED)
    melody = Melody(corpus.vocabulary.decode(solo.indices), corpus.melodies[0].tempo, _("Solo"))
    arrangement = arrange(melody, corpus.chords[0], seed=SEED)
    return jazz_stage(
        melody,
        state.shipped("good"),
        solo.trace,
        corpus.vocabulary,
        ("notes", "h", "y"),
        label=_("A solo of {n} tokens, being written by a trained LSTM", n=len(melody)),
        chosen=solo.indices,
        chosen_name=_("drawn"),
        sounds=arrangement.sounds,
        arrangement=arrangement,
    )


def stage() -> None:
    """A shipped model writing, already moving; one for all visitors."""
    stage_component.show(
        _stage(i18n.language()), key="home", playing=True, presenter=frame.presenting()
    )


def parameters() -> int:
    """How many numbers that model is."""
    return state.shipped("good").n_parameters
