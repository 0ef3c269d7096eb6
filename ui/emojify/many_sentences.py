"""Classify many sentences: a table of emoji and probabilities, also as CSV."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from seqlib import limits
from seqlib.emojify import EmojiModel, sure
from seqlib.i18n import N_, _
from seqlib.text import EmojiClass, read_sentences, table_csv
from ui.emojify import state
from ui.emojify.data import TYPES, how_read
from ui.emojify.stage import named
from ui.parts import charts, uploads
from ui.state import widget

SURE, NOT_SURE, NO_WORD = N_("sure"), N_("not sure"), N_("no known word")


def show() -> None:
    """Draw the text box and the upload, then the table."""
    left, right = st.columns(2)
    text = left.text_area(
        _("One sentence a line"),
        height=160,
        help=_("Paste as many as you like."),
        **widget("emoji_many"),
    )
    with right:
        taken = uploads.uploader(
            _("or a CSV or text file, at most {most:g} MB", most=limits.TEXT_BYTES / 1e6),
            TYPES,
            round(limits.TEXT_BYTES / 1e6),
            _read,
            key="emoji_many_file",
            help=_(
                "One sentence a line, or a column named sentence. It takes the place of the box."
            ),
        )
    sentences = tuple(line.strip() for line in (text or "").splitlines() if line.strip())
    if st.session_state.get("emoji_many_file") is not None:
        sentences = st.session_state.get("emoji_many_sentences", sentences)
        if taken and "emoji_many_report" in st.session_state:
            with right:
                how_read(st.session_state["emoji_many_report"], "emoji_many_skipped")
    if not sentences:
        st.info(_("There is no sentence yet; write one a line."), icon=":material/keyboard:")
        return
    if len(sentences) > limits.ANSWERED:
        st.caption(_("Only the first {most:,} sentences are answered.", most=limits.ANSWERED))
    _table(state.chosen().model, sentences[: limits.ANSWERED])


def _read(file: UploadedFile) -> None:
    """Use the sentences of an uploaded file; raises ``ValueError``, one sentence."""
    sentences, report = read_sentences(file.getvalue())
    st.session_state.update(emoji_many_sentences=sentences, emoji_many_report=report)


def _table(model: EmojiModel, sentences: tuple[str, ...]) -> None:
    p: np.ndarray = state.worked_out(
        "many", (model.weights, sentences), lambda: model.predict(sentences)
    )  # (m, n_classes)
    heard = state.worked_out("heard", (model.weights, sentences), lambda: model.heard(sentences))
    answers = [
        (model.classes[label] if known else EmojiClass("", ""), verdict)
        for label, known, verdict in zip(p.argmax(axis=1), heard, _verdicts(p, heard), strict=True)
    ]
    sentence, emoji, label = _("sentence"), _("emoji"), _("label")
    columns = {
        sentence: sentences,
        emoji: [answer.emoji for answer, _verdict in answers],
        label: [answer.title for answer, _verdict in answers],
        _("verdict"): [_(verdict) for _answer, verdict in answers],
    }
    names = [f"P({named(one)})" for one in model.classes]
    charts.table(
        {**columns, **dict(zip(names, p.T, strict=True))},
        # The emoji is first: on a phone the sentence fills the rest of the width.
        column_order=(emoji, *(name for name in columns if name != emoji), *names),
        column_config={
            sentence: st.column_config.TextColumn(width="large"),
            **{name: st.column_config.NumberColumn(format="%.3f") for name in names},
        },
        key="emoji_many_table",
        alt=_("{n:,} sentences with their emoji and probabilities.", n=len(sentences)),
    )
    uploads.download(
        _("Table as CSV"),
        lambda: table_csv(
            ("sentence", "emoji", "label", "verdict", *(one.name for one in model.classes)),
            (
                (text, answer.emoji, answer.name, verdict, *(f"{value:.6f}" for value in values))
                for text, (answer, verdict), values in zip(sentences, answers, p, strict=True)
            ),
        ),
        "emoji.csv",
        key="emoji_many_csv",
        help=_("Sentence, emoji, label, and the probability of each class."),
    )


def _verdicts(p: np.ndarray, heard: np.ndarray) -> list[str]:
    """Say of each sentence, in English, how far its answer is to be trusted."""
    return np.where(heard, np.where(sure(p), SURE, NOT_SURE), NO_WORD).tolist()
