"""The solo that plays on the first page."""

from __future__ import annotations

import streamlit as st

from seqlib import i18n
from seqlib.jazz.sampling import sample
from seqlib.stage.jazz import solo_stage
from ui.frame import frame
from ui.jazz import state
from ui.parts import stage as stage_component
from ui.parts.notebook import Asked

SEED, TY = 7, 96


@st.cache_resource(show_spinner=False)
def _stage(language: str) -> stage_component.Stage:
    """Cached once a language, since it holds texts."""
    weights = state.shipped("good")
    solo = sample(weights, TY, temperature=0.8, seed=SEED)
    return solo_stage(solo, weights, seed=SEED)


def stage() -> None:
    """A shipped model writing, already moving; one for all visitors."""
    stage_component.show(
        _stage(i18n.language()), key="home", playing=True, presenter=frame.presenting()
    )


def parameters() -> int:
    """How many numbers that model is."""
    return state.shipped("good").n_parameters


def asked() -> Asked:
    """What this page's notebook is filled in with."""
    return Asked("home", {"Ty": TY, "temperature": 0.8, "seed": SEED})
