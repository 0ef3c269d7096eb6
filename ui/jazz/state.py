"""Read what this visit has chosen on the jazz page: corpus, model, runs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights, pretrained
from seqlib.jazz.corpus import Corpus, corpus_of, default_corpus, small_corpus
from seqlib.jazz.training import TrainingRun
from seqlib.lstm.others import KINDS
from seqlib.music import Song, Vocabulary
from seqlib.training.scheduler import MOVING
from ui.parts import engines
from ui.state import options, value

# The options are words because the URL shows them.
OURS, TUNE, MINE = options("corpus")
OWN_RUN, NOBODY = N_("my training"), "nobody"
FILE = N_("my file")
ITSELF = N_("itself, fed its own notes")
KEPT_RUNS = 8
UNTRAINED, EARLY, GOOD = N_("untrained"), N_("early"), N_("good")


@dataclass(frozen=True)
class Model:
    """Weights and their name on the page."""

    name: str
    weights: JazzWeights
    moving: bool = False  # they are being trained, and others a moment later


@st.cache_resource(show_spinner=False)
def shipped(stage: str) -> JazzWeights:
    """Load shipped weights, once for the whole server."""
    return pretrained.load(stage)


def ours() -> bool:
    """Tell whether the chosen corpus has the vocabulary of ours."""
    return corpus().vocabulary == default_corpus().vocabulary


def song() -> Song | None:
    """Return the MIDI file that this visit has uploaded, if any."""
    return st.session_state.get("song")


def own_corpus() -> Corpus | None:
    """Return the corpus of the uploaded file, if any."""
    return st.session_state.get("song_corpus")


def corpus() -> Corpus:
    """Return the chosen corpus; the default corpus until a file is uploaded."""
    choice, own = value("corpus"), own_corpus()
    if choice == MINE and own is not None:
        return own
    return small_corpus() if choice == TUNE else default_corpus()


def use_song(read: Song, track: int | None = None) -> None:
    """Make a corpus of an uploaded file, or of another of its tracks."""
    if track is not None and track != read.track:
        read = read.with_track(track)
    st.session_state.update(song_corpus=corpus_of(read), song=read)


def runs() -> dict[Vocabulary, TrainingRun]:
    """Return this visit's latest training run for each vocabulary."""
    return st.session_state.setdefault("jazz_runs", {})


def run() -> TrainingRun | None:
    """Return the latest run for the chosen corpus' vocabulary, if any."""
    return runs().get(corpus().vocabulary)


def trained_gru() -> bool:
    """Return whether the latest run for the chosen corpus has a GRU, with gates of its own."""
    own = run()
    return own is not None and own.settings.cell == "GRU"


def engine_runs() -> list[TrainingRun]:
    """Return the latest run of each engine and cell on the chosen corpus, this one last."""
    learned, held = st.session_state.get("jazz_engines", (None, []))
    return held if learned is corpus() else []


def cell_runs(run: TrainingRun) -> dict[str, TrainingRun]:
    """Return the runs of each cell that were set as ``run`` was, if there are two with an epoch.

    Pace, epochs and engine may differ.
    """
    found = engines.peers(engine_runs(), run, "settings.cell", cell=KINDS[0])
    return {kind: found[kind] for kind in KINDS if kind in found}


def keep(new: TrainingRun) -> None:
    """Hold a run as the latest of its vocabulary, engine and cell; drop those beyond ``KEPT_RUNS``.

    Each uploaded file may have a vocabulary of its own.
    """
    kind = new.engine, new.settings.cell
    others = [one for one in engine_runs() if (one.engine, one.settings.cell) != kind]
    mine = corpus().vocabulary
    rest = {vocabulary: one for vocabulary, one in runs().items() if vocabulary != mine}
    st.session_state["jazz_runs"] = {**dict(list(rest.items())[1 - KEPT_RUNS :]), mine: new}
    st.session_state["jazz_engines"] = corpus(), [*others, new]


def model_names() -> dict[str, str]:
    """List the models for the chosen corpus as ``{name: description}``, the default first."""
    if ours():
        names = dict(reversed(pretrained.STAGES.items()))
    else:
        names = {UNTRAINED: pretrained.STAGES[UNTRAINED]}
    if (own := run()) is not None:
        names[OWN_RUN] = _("what you trained, {epochs:,} epochs", epochs=own.epoch)
    if opened() is not None:
        names[FILE] = N_("the network you opened")
    return names


def opened() -> JazzWeights | None:
    """Return the weights of the opened file, if they read the tokens of the chosen corpus."""
    weights = st.session_state.get("jazz_file")
    return weights if weights is not None and weights.n_values == corpus().n_values else None


def model(name: str) -> Model:
    """Return the weights of a name of ``model_names``."""
    if name == FILE and (file := opened()) is not None:
        return Model(name, file)
    if name == OWN_RUN and (own := run()) is not None:
        return Model(name, own.snapshot().weights, own.state in MOVING)
    if ours():
        return Model(name, shipped(name))
    return Model(UNTRAINED, JazzWeights.initial(value("n_a"), corpus().n_values))


def shared(*names: str) -> bool:
    """Tell whether models of these names and the chosen corpus are the same for all readers."""
    return not {OWN_RUN, FILE} & {*names} and corpus() is not own_corpus()


def melody_place() -> int:
    """Return the index of the chosen melody in the corpus."""
    return min(value("melody"), len(corpus().melodies)) - 1
