"""Many sentences at once: a table of emoji and probabilities, and the table as CSV."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib.emojify import EmojiModel
from seqlib.text import read_sentences, table_csv
from seqlib.text.files import MAX_BYTES
from ui import uploads
from ui.emojify import state

FIRST = """I am so happy for you
I am not happy with this
Where did you put the bat?
We have nothing to eat"""
MOST_CHARACTERS = 100_000


def show() -> None:
    """Paste or upload, then the table."""
    left, right = st.columns(2)
    with left:
        text = st.text_area(
            "One sentence a line",
            FIRST,
            key="emoji_many",
            height=160,
            max_chars=MOST_CHARACTERS,
            persist_state="session",
            help="Paste as many as you like.",
        )
    with right:
        uploads.uploader(
            f"or a CSV or text file, at most {MAX_BYTES / 1e6:g} MB",
            ("csv", "tsv", "txt"),
            round(MAX_BYTES / 1e6),
            lambda file: st.session_state.update(
                emoji_many_sentences=read_sentences(file.getvalue())[0]
            ),
            key="emoji_many_file",
            help="One sentence a line, or a column named sentence. It takes the place of the box.",
        )
    sentences = tuple(line.strip() for line in (text or "").splitlines() if line.strip())
    if st.session_state.get("emoji_many_file") is not None:
        sentences = st.session_state.get("emoji_many_sentences", sentences)
    if not sentences:
        st.info("There is no sentence yet; write one a line.", icon=":material/keyboard:")
        return
    _table(state.chosen().model, sentences)


def _table(model: EmojiModel, sentences: tuple[str, ...]) -> None:
    p: np.ndarray = state.remembered(
        "many", (model.weights, sentences), lambda: model.predict(sentences)
    )  # (m, n_classes)
    chosen = p.argmax(axis=1)
    columns = {
        "sentence": sentences,
        "emoji": [model.classes[label].emoji for label in chosen],
        "label": [model.classes[label].name for label in chosen],
    }
    names = [f"P({one.emoji} {one.name})" for one in model.classes]
    st.dataframe(
        {**columns, **dict(zip(names, p.T, strict=True))},
        # The emoji first: on a phone the sentence takes the rest.
        column_order=("emoji", "sentence", "label", *names),
        column_config={
            "sentence": st.column_config.TextColumn(width="large"),
            **{name: st.column_config.NumberColumn(format="%.3f") for name in names},
        },
        hide_index=True,
        key="emoji_many_table",
        alt=f"{len(sentences):,} sentences with their emoji and probabilities.",
    )
    st.download_button(
        "Table as CSV",
        lambda: table_csv(
            ("sentence", "emoji", "label", *(one.name for one in model.classes)),
            (
                (*row, *(f"{value:.6f}" for value in values))
                for row, values in zip(zip(*columns.values(), strict=True), p, strict=True)
            ),
        ),
        "emoji.csv",
        "text/csv",
        key="emoji_many_csv",
        icon=":material/download:",
        on_click="ignore",
        help="Sentence, emoji, label, and the probability of each class.",
    )
