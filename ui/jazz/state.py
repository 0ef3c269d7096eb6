"""What this visit has chosen on the jazz page: corpus, model, runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights, pretrained
from seqlib.jazz.corpus import Corpus, corpus_of, default_corpus, small_corpus
from seqlib.jazz.training import TrainingRun
from seqlib.music import Song, Vocabulary
from ui.state import options, value

# Options are what the URL shows, so they read as words.
OURS, TUNE, MINE = options("corpus")
OWN_RUN, NOBODY = N_("my training"), N_("nobody")
UNTRAINED, EARLY, GOOD = N_("untrained"), N_("early"), N_("good")


@dataclass(frozen=True)
class Model:
    """Weights with the name they go by on the page."""

    name: str
    weights: JazzWeights


@st.cache_resource(show_spinner=False)
def shipped(stage: str) -> JazzWeights:
    """Shipped weights, read once per server."""
    return pretrained.load(stage)


def song() -> Song | None:
    """The MIDI file this visit has uploaded, if it could be read."""
    return st.session_state.get("song")


def own_corpus() -> Corpus | None:
    """What was made of the uploaded file."""
    return st.session_state.get("song_corpus")


def corpus() -> Corpus:
    """What is chosen; our own choruses while there is no file of one's own."""
    choice = value("corpus")
    if choice == MINE and song():
        return st.session_state["song_corpus"]
    return small_corpus() if choice == TUNE else default_corpus()


def use_song(read: Song, track: int | None = None) -> None:
    """Make an uploaded file (and one of its tracks) the third corpus."""
    if track is not None and track != read.track:
        read = replace(read, track=track, melody=read.melody_of(track))
    st.session_state.update(song=read, song_corpus=corpus_of(read))


def runs() -> dict[Vocabulary, TrainingRun]:
    """This visit's latest training run for each vocabulary."""
    return st.session_state.setdefault("jazz_runs", {})


def run() -> TrainingRun | None:
    """The run whose model fits the corpus at hand."""
    return runs().get(corpus().vocabulary)


def model_names() -> dict[str, str]:
    """The models that fit the corpus at hand, as ``{name: what it is}``; the default first."""
    if corpus().vocabulary == default_corpus().vocabulary:
        names = dict(reversed(pretrained.STAGES.items()))
    else:
        names = {UNTRAINED: pretrained.STAGES[UNTRAINED]}
    if run() is not None:
        names[OWN_RUN] = _("what you trained, {epochs:,} epochs", epochs=run().epoch)
    return names


def model(name: str) -> Model:
    """The weights that go by a name of ``model_names``."""
    if name == OWN_RUN and run() is not None:
        return Model(name, run().snapshot().weights)
    if corpus().vocabulary == default_corpus().vocabulary:
        return Model(name, shipped(name))
    return Model(UNTRAINED, JazzWeights.initial(value("n_a"), corpus().n_values))


def melody_place() -> int:
    """Which melody of the corpus is on the stand."""
    return min(value("melody"), len(corpus().melodies)) - 1
