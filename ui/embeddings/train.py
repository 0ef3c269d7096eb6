"""Train the emoji task with the embedding frozen and trainable, and show which rows change."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlib.emojify import EmojifyRun, EmojifySettings, Lexicon
from seqlib.emojify.changes import Moved, groups, moved
from seqlib.i18n import InputError, _, sentences
from seqlib.text import shipped
from seqlib.vectors import WordVectors, figures
from ui.frame import frame
from ui.lessons.pages import lesson
from ui.parts import charts, training_panel
from ui.parts.presenter import font
from ui.parts.remembered import remembered
from ui.state import value, widget
from ui.visit import session
from ui.visit.records import PairRecord

UNITS = 32  # enough for the task, and quick
DRAWN = 24
REFRESH = 1.2  # seconds; a shorter time would interrupt a drawing that is not finished


def panel(vectors: WordVectors) -> None:
    """Draw the settings, the buttons, and what the two runs have changed so far."""
    pair: PairRecord | None = st.session_state.get("embedding_runs")
    if pair is not None and pair.vectors is not vectors:
        pair.stop()
        del st.session_state["embedding_runs"]
        pair = None
    settings()
    _buttons(pair, vectors)
    if pair is not None:
        training_panel.watch(pair, partial(_live, pair), REFRESH)


@frame.alone()
def settings() -> None:
    """Draw the settings, which only the button reads."""
    one, two, three = st.columns(3, vertical_alignment="bottom")
    one.slider(
        _("epochs"), help=_("Passes over the training sentences."), **widget("embedding_epochs")
    )
    two.select_slider(_("learning rate"), help=_("Adam's step size."), **widget("embedding_rate"))
    three.toggle(
        _("mask row 0"),
        help=_(
            "On, the model skips padding. Off, it reads the padding row like a word, and a "
            "trainable row 0 moves too."
        ),
        **widget("embedding_mask"),
    )


def _chosen() -> EmojifySettings:
    epochs, rate, mask = map(value, ("embedding_epochs", "embedding_rate", "embedding_mask"))
    # Every word is read in every epoch, so that each row that can move does.
    return EmojifySettings(
        epochs=epochs, units=UNITS, learning_rate=rate, mask=mask, input_dropout=0, word_dropout=0
    )


def _buttons(pair: PairRecord | None, vectors: WordVectors) -> None:
    def start() -> None:
        data, lexicon = shipped(), Lexicon.of(vectors)
        if not vectors.indices(data.train.words).any():
            raise InputError(
                "No word of the training sentences has a vector in {name}; choose vectors of "
                "English words.",
                name=_(vectors.name),
            )
        runs = [
            EmojifyRun(data.train, data.test, lexicon, replace(_chosen(), trainable=trainable))
            for trainable in (False, True)
        ]
        try:
            for run in runs:
                session.start(run)
        except ValueError:
            for run in runs:
                run.stop()
            raise
        st.session_state["embedding_runs"] = PairRecord(vectors, *runs)

    training_panel.buttons(
        pair,
        start,
        key="embedding",
        label=_("Train both") if pair is None else _("Train both again"),
        help=_(
            "Two models with the same first weights: one with the embedding frozen, one with "
            "it trainable."
        ),
        pause=False,
    )


def _live(pair: PairRecord) -> None:
    left, right = st.columns(2)
    frozen, trainable = _side(left, pair.frozen), _side(right, pair.trainable)
    if frozen is not None and trainable is not None:
        _compare(frozen, trainable, pair)


def _side(column: DeltaGenerator, run: EmojifyRun) -> Moved | None:
    """Draw one run's status; return the rows that it has changed so far."""
    with column:
        st.markdown(f"**`trainable={run.settings.trainable}`**")
        training_panel.status(run, _measured)
        if not run.epoch:
            return None
        snapshot = run.snapshot()
        found = remembered(run, (snapshot.epoch,), lambda: moved(snapshot.model.weights.embedding))
        st.metric(
            _("rows moved"),
            _("{n:,} of {total:,}", n=len(found), total=found.compared),
            help=_("Every row after training compared with the row before, number by number."),
        )
    return found


def _measured(run: EmojifyRun) -> list[str]:
    metrics = run.metrics
    loss, accuracy = metrics.loss[-1], metrics.test_accuracy[-1]
    return [_("loss {loss:.2f} · test accuracy {accuracy:.0%}", loss=loss, accuracy=accuracy)]


def _compare(frozen: Moved, trainable: Moved, pair: PairRecord) -> None:
    """Draw the changes of both runs: by groups of words in a table, by rows as a picture."""
    parts = remembered(pair.vectors, ("groups",), lambda: groups(shipped(), pair.vectors))
    st.markdown(_verdict(frozen, trainable))
    charts.table(
        {
            _("rows"): [_(name) for name in parts],
            _("how many"): [f"{len(rows):,}" for rows in parts.values()],
            _("moved, frozen"): [f"{frozen.among(rows):,}" for rows in parts.values()],
            _("moved, trainable"): [f"{trainable.among(rows):,}" for rows in parts.values()],
        },
        key="moved_groups",
    )
    st.markdown(lesson("embeddings")["train-why"])
    if len(trainable):
        _pictures(trainable, pair.vectors)


def _verdict(frozen: Moved, trainable: Moved) -> str:
    """Say which groups of rows changed, from the numbers of this run."""
    still = (
        _(
            "Frozen, **no row moved**: all {n:,} rows are what they were, to the last bit.",
            n=frozen.compared,
        )
        if not len(frozen)
        else _("Frozen, **{n:,} rows moved**, which they should not have.", n=len(frozen))
    )
    if not len(trainable):
        return sentences(still, _("Trainable, none has moved yet."))
    norms = trainable.norms
    moved = _(
        "Trainable, **{n:,}** moved, by {least:.2g} to {most:.2g}; the other {others:,} did not.",
        n=len(trainable),
        least=norms[-1],
        most=norms[0],
        others=trainable.compared - len(trainable),
    )
    return sentences(still, moved)


def _pictures(found: Moved, vectors: WordVectors) -> None:
    words = [vectors.word(row) or _("padding") for row in found.rows[:DRAWN].tolist()]
    counts = _occurrences()
    left, right = st.columns([3, 2])
    with left:
        st.markdown(_("**The {n} rows that moved furthest, after minus before**", n=len(words)))
        st.plotly_chart(
            figures.changes(found.change[:DRAWN], words, font()),
            key="changes_chart",
            config=charts.SAVE,
            alt=_(
                "Change of {n} rows in {dim} dimensions: {words}.",
                n=len(words),
                dim=vectors.dim,
                words=words,
            ),
        )
    with right:
        st.markdown(_("**How far, and how often the training sentences have the word**"))
        st.plotly_chart(
            figures.bars(
                [f"{word} · {counts.get(word, 0)}×" for word in words],
                np.asarray(found.norms[:DRAWN]),
                _("length of the change"),
                font=font(),
            ),
            key="norms_chart",
            config=charts.SAVE,
            alt=_(
                "How far each of these rows moved: {listed}.",
                listed=[
                    f"{word} {norm:.2f}" for word, norm in zip(words, found.norms, strict=False)
                ],
            ),
        )


@st.cache_data(show_spinner=False)
def _occurrences() -> dict[str, int]:
    """Count how often each word occurs in the training sentences."""
    tokens = [word for words in shipped().train.tokens for word in words]
    names, counts = np.unique(tokens, return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
