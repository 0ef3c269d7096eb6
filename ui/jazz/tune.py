"""Let a reader play or type the start of a solo, which the network then goes on from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from seqlib.i18n import _
from seqlib.music import TICKS_PER_BEAT, Token, beats_text
from seqlib.music.played import (
    MOST_NOTES,
    Played,
    events_of,
    fitted,
    grid_of,
    played_tokens,
    read_notes,
    written,
)
from ui.component import component
from ui.frame import language
from ui.jazz import state
from ui.lessons.pages import lesson
from ui.parts import escape
from ui.parts.presenter import presenting
from ui.state import TABLE, options, value, widget

MELODY, OWN = options("opening")
AS_HELD = TABLE["note_length"].default
_PIANO, _PLAYED = "piano", "played"

_component = component("piano", "piano/piano.js", "piano/piano.css")


def start(beside: Callable[[], None]) -> np.ndarray | None:
    """Draw the choice of a start, what stands ``beside`` it, and the piano if it is asked for.

    Returns the start's indices in the corpus' vocabulary, int (n,); None for a melody's own.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        opening = language.choice(
            st.segmented_control,
            _("begins with"),
            "opening",
            help=_("What the network is given, and goes on from."),
        )
        beside()
    if opening != OWN:
        return None
    lengths = _lengths()
    with st.container(horizontal=True):
        length = language.choice(
            st.segmented_control,
            _("length of a note, in beats"),
            "note_length",
            options=[AS_HELD, *lengths],
            help=_("As held, a gap is a rest. Of a chosen length, notes follow one another."),
        )
    st.markdown(lesson("jazz")["tune"])
    keys = st.container()  # above the notes, which a link may bring
    typed = st.text_input(
        _("your notes"),
        help=_("A pitch and its length in beats each, as in C4 1/2, E♭4 1, rest 1."),
        **widget("tune"),
    )
    tokens, on_grid, problem = _read(typed)
    with keys:
        _piano(on_grid, lengths.get(length, 0.0))
    if problem:
        st.error(escape.plain(problem))
    elif on_grid != tokens:
        st.caption(_("On this corpus' places in the beat: {notes}.", notes=written(on_grid)))
    return _fitted(on_grid)


def given() -> np.ndarray | None:
    """Return what ``start`` does, as it is set now, without drawing anything."""
    if value("opening") != OWN:
        return None
    return fitted(_read(value("tune"))[1], state.corpus().vocabulary)[0]


def _read(text: str) -> tuple[tuple[Token, ...], tuple[Token, ...], str]:
    """Read typed notes: as they are, on the corpus' grid, and what is wrong with them."""
    try:
        tokens = read_notes(text)
        notes, end = events_of(tokens)
        return tokens, played_tokens(notes, _grid(), end), ""
    except ValueError as problem:
        return (), (), str(problem)


def _grid() -> tuple[int, ...]:
    return grid_of(state.corpus().melodies)


def _lengths() -> dict[str, float]:
    """List the lengths that a note can be chosen to have: the shortest the vocabulary has."""
    tokens = state.corpus().vocabulary.tokens
    ticks = sorted({token.ticks for token in tokens if token.pitch is not None})[:6]
    return {beats_text(one): one / TICKS_PER_BEAT for one in ticks}


def _fitted(tokens: tuple[Token, ...]) -> np.ndarray:
    """Bring the notes to the vocabulary, and say which are not in it."""
    vocabulary = state.corpus().vocabulary
    indices, changed = fitted(tokens, vocabulary)
    if changed:
        pairs = [f"{written([one])} → {written(other) or '–'}" for one, other in changed.items()]
        st.caption(
            _(
                "Not among the {n_values} tokens that the network knows, so the nearest stand in: "
                "{pairs}.",
                n_values=vocabulary.n_values,
                pairs=_("; ").join(pairs),
            )
        )
    return indices


def _take() -> None:
    """Write down what was played."""
    said = st.session_state[_PIANO].get(_PLAYED)
    try:
        notes = [Played(*note) for note in said["notes"]]
        st.session_state["tune"] = written(played_tokens(notes, _grid(), said["end"]))
    except (TypeError, ValueError, KeyError):
        return  # no piano of ours plays that


def _piano(tokens: tuple[Token, ...], length: float) -> None:
    notes, end = events_of(tokens)
    known = {token.pitch for token in state.corpus().vocabulary.tokens} - {None}
    said = st.session_state.get(_PIANO, {}).get(_PLAYED)
    _component(
        key=_PIANO,
        data={
            "version": said.get("version", 0) if isinstance(said, Mapping) else 0,
            "notes": notes,
            "end": end,
            "length": length,
            "tempo": state.corpus().melodies[state.melody_place()].tempo,
            "most": MOST_NOTES,
            "known": sorted(known),
            "presenter": presenting(),
            "words": {
                "piano": _("Piano"),
                "lower": _("An octave lower"),
                "higher": _("An octave higher"),
                "hear": _("Hear it"),
                "stop": _("Stop"),
                "rest": _("Rest"),
                "undo": _("Undo"),
                "clear": _("Clear"),
                "count": _("{n} of {most} notes", n="{n}", most=MOST_NOTES),
                "full": _("{most} notes, as many as there is room for", most=MOST_NOTES),
                "hint": _(
                    "Press a key, then the letters play too: A S D F … are white keys, W E T Y U "
                    "black ones, Z and X change the octave, Backspace takes back. Notes on grey "
                    "keys are not the network’s."
                ),
                "midi": _("MIDI keyboard"),
                "no_midi": _(
                    "This browser hears no MIDI keyboard; Chrome, Edge and Firefox do, at an "
                    "https address or on this computer."
                ),
                "refused": _("The browser was not allowed to hear MIDI."),
                "none": _("No MIDI keyboard is connected; it is heard as soon as one is."),
                "listening": _("Heard: {names}.", names="{names}"),
            },
        },
        on_played_change=_take,
    )
