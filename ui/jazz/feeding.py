"""Draw one model fed the true notes and fed its own: teacher forcing and free running."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _, sentences
from seqlib.jazz.feeding import Pair, pair
from seqlib.stage.jazz import feeding_stage
from ui.jazz import state
from ui.lessons.pages import lesson
from ui.parts import stage as stage_component
from ui.parts.asking import telling
from ui.state import widget

STEPS = 96  # of a melody
LANES = ("notes", "x", "diagram", "y")


def show(name: str) -> None:
    """Draw the model fed the true notes and fed its own, and say where they part."""
    corpus, place, weights = state.corpus(), state.melody_place(), state.model(name).weights
    melody = corpus.sequences[place][:STEPS]
    if len(melody) < 3:
        st.info(_("This melody is too short to go on with; choose another."))
        return
    st.markdown(lesson("jazz")["feeding"])
    left, right = st.columns(2)
    given = left.slider(
        _("first notes given to both"),
        help=_("Both begin with these notes of the melody."),
        **widget("feed_given", high=min(32, len(melody) - 1)),
    )
    seed = right.number_input(
        _("seed"), help=_("The noise that both draw with."), **widget("feed_seed")
    )
    both = pair(weights, melody, int(given), seed=int(seed))
    telling("jazz_feeding", "parted").markdown(_parted(both))
    stage_component.show(
        feeding_stage(corpus, place, weights, both, LANES, int(seed)),
        key="jazz_feeding",
    )


def _parted(both: Pair) -> str:
    labels, at = state.corpus().vocabulary.labels, both.parted
    if at is None:
        return _("They never part: every note drawn is the melody's own.")
    said = _(
        "At step **{step}** it draws **{drawn}** where the melody has **{true}**; from the next "
        "step on they read different notes.",
        step=at + 1,
        drawn=labels[both.free.indices[at]],
        true=labels[both.forced.indices[at]],
    )
    if at + 1 == len(both.probabilities):
        return said
    forced, free = both.probabilities[at + 1 :].mean(axis=0)
    after = _(
        "After that it gives the true note **{forced:.0%}** on average where it is fed the true "
        "notes, and **{free:.0%}** where it is fed its own.",
        forced=forced,
        free=free,
    )
    return sentences(said, after)
