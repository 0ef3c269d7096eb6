"""Show the solo that plays on the home page."""

from __future__ import annotations

import streamlit as st

from seqlib import i18n
from seqlib.jazz.sampling import sample
from seqlib.stage.jazz import solo_stage
from ui.jazz import state
from ui.parts import stage as stage_component
from ui.parts.notebook import Asked

SEED, TY = 7, 96


@st.cache_resource(show_spinner=False)
def _stage(language: str) -> stage_component.Stage:
    """Make the stage, cached for each language because it has texts."""
    weights = state.shipped("good")
    solo = sample(weights, TY, temperature=0.8, seed=SEED)
    return solo_stage(solo, weights, seed=SEED, asks=True)


def stage() -> None:
    """Draw the stage of a solo by a shipped model, playing; all readers share it."""
    stage_component.show(_stage(i18n.language()), key="home", playing=True)


def parameters() -> int:
    """Return the model's number of weights."""
    return state.shipped("good").n_parameters


def asked() -> Asked:
    """What this page's notebook is filled in with."""
    return Asked("home", {"Ty": TY, "temperature": 0.8, "seed": SEED})
