"""Show the solo that plays on the home page."""

from __future__ import annotations

import streamlit as st

from seqlib import i18n
from seqlib.jazz.sampling import sample
from seqlib.stage.jazz import solo_stage
from ui.frame import frame
from ui.jazz import sample as controls
from ui.jazz import state
from ui.parts import stage as stage_component
from ui.parts.notebook import Asked
from ui.state import value

TY = 96


@st.cache_resource(show_spinner=False, max_entries=32)
def _stage(language: str, temperature: float, seed: int) -> stage_component.Stage:
    """Make the stage, cached for each language because it has texts."""
    weights = state.shipped("good")
    solo = sample(weights, TY, temperature=temperature, seed=seed)
    return solo_stage(solo, weights, seed=seed, asks=True)


@frame.alone()
def stage() -> None:
    """Draw the stage of a solo by a shipped model, playing; readers of equal solos share it."""
    with frame.controls("home"):
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            seed = controls.seed("home_seed")
        with right:
            temperature = controls.temperature("home_temperature")
    with frame.picture():
        stage_component.show(_stage(i18n.language(), temperature, seed), key="home", playing=True)


def parameters() -> int:
    """Return the model's number of weights."""
    return state.shipped("good").n_parameters


def asked() -> Asked:
    """What this page's notebook is filled in with."""
    settings = {"temperature": value("home_temperature"), "seed": int(value("home_seed"))}
    return Asked("home", {"Ty": TY, **settings})
