"""Show the models' scores on held-out choruses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from seqlib.i18n import N_, _
from seqlib.jazz import Scores, pretrained, score
from seqlib.jazz.baselines import TrigramBaseline
from seqlib.jazz.corpus import default_corpus
from ui.jazz import state
from ui.parts import charts, escape
from ui.parts.remembered import remembered


@dataclass(frozen=True)
class Row:
    """A model's name and its scores on the held-out choruses."""

    name: str
    scores: Scores


@st.cache_resource(show_spinner=False)
def shipped_rows() -> tuple[Row, ...]:
    """Score the trigram and the shipped models on the held-out choruses."""
    corpus = default_corpus()
    return (
        *(
            Row(name, score(state.shipped(name), corpus.held_out_sequences))
            for name in pretrained.STAGES
        ),
        Row(N_("trigram"), pretrained.trigram().score(corpus.held_out_sequences)),
    )


def trigram_loss() -> float:
    """Score a trigram, counted over the chosen corpus, on the held-out melodies: nats a note."""
    corpus = state.corpus()
    if corpus is default_corpus():
        return shipped_rows()[-1].scores.log_loss

    def counted() -> float:
        baseline = TrigramBaseline(corpus.sequences, corpus.n_values)
        return baseline.score(corpus.held_out_sequences).log_loss

    return remembered(corpus, ("trigram",), counted)


def rows() -> tuple[Row, ...]:
    """List the models of the chosen corpus' vocabulary with their scores, and the trigram's.

    Those of our vocabulary are scored on our held-out choruses, all others on the melody itself.
    """
    if state.ours():
        return (*shipped_rows(), *_own_rows(default_corpus().held_out_sequences))
    corpus = state.corpus()
    untrained = state.model(state.UNTRAINED).weights
    baseline = TrigramBaseline(corpus.sequences, corpus.n_values)
    return (
        Row(state.UNTRAINED, score(untrained, corpus.sequences)),
        *_own_rows(corpus.sequences),
        Row(N_("trigram"), baseline.score(corpus.sequences)),
    )


def _own_rows(sequences: Sequence[np.ndarray]) -> Iterator[Row]:
    """Score this visit's run, paused or ended, and its opened file."""
    for name in (state.OWN_RUN, state.FILE):
        if name not in state.model_names():
            continue
        found = state.model(name)
        run = state.run()
        if found.moving or (name == state.OWN_RUN and run is not None and not run.epoch):
            continue  # it would be another model by the time it is scored; or it is none yet
        about = ("scores", state.corpus())
        yield Row(name, remembered(found.weights, about, partial(score, found.weights, sequences)))


def table() -> None:
    """Draw the rows as a table."""
    corpus, shown = default_corpus(), rows()
    charts.table(
        {
            _("model"): [_(row.name) for row in shown],
            _("accuracy"): [100 * row.scores.accuracy for row in shown],
            _("log loss"): [row.scores.log_loss for row in shown],
        },
        column_config={
            _("accuracy"): st.column_config.ProgressColumn(
                _("next-note accuracy"), format="%.1f%%", min_value=0, max_value=100
            ),
            _("log loss"): st.column_config.NumberColumn(
                _("log loss (nats)"), format="%.2f", help=_("Nats a note.")
            ),
        },
    )
    if not state.ours():
        st.caption(
            _(
                "All {n:,} notes and rests of “{melody}”, from which the trigram has counted and a "
                "network may have learned: how well they know it, not how well they go on.",
                n=shown[0].scores.n,
                melody=escape.plain(state.corpus().name),
            )
        )
        return
    st.caption(
        _(
            "{n:,} notes and rests in {pieces} held-out pieces; trained on {trained:,} in "
            "{others}.",
            n=shown[0].scores.n,
            pieces=len(corpus.held_out),
            trained=sum(map(len, corpus.melodies)),
            others=len(corpus.melodies),
        )
    )
