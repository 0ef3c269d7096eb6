"""Show the models' scores on held-out choruses."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.jazz import Scores, pretrained, score
from seqlib.jazz.baselines import TrigramBaseline
from seqlib.jazz.corpus import default_corpus
from seqlib.training.scheduler import MOVING
from ui.jazz import state
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
    """List the shipped rows, and a row for this visit's paused or ended run of the vocabulary."""
    own = state.run()
    corpus = default_corpus()
    if own is None or not own.epoch or state.corpus().vocabulary != corpus.vocabulary:
        return shipped_rows()
    if own.state in MOVING:  # it would be another model by the time it is scored
        return shipped_rows()
    weights = own.snapshot().weights
    scored = st.session_state.get("jazz_scored")  # once, not at every rerun
    if scored is None or scored[0] is not weights:
        scored = weights, score(weights, corpus.held_out_sequences)
        st.session_state["jazz_scored"] = scored
    return (*shipped_rows(), Row(state.OWN_RUN, scored[1]))


def table() -> None:
    """Draw the rows as a table."""
    corpus, shown = default_corpus(), rows()
    st.dataframe(
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
                _("log loss (nats a note)"), format="%.2f"
            ),
        },
        hide_index=True,
        width="stretch",
    )
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
