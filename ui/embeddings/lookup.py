"""A sentence becomes rows: on the stage, and as a product with one-hot vectors."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib.lookup import Lookup, look_up, multiplications, one_hot_product
from seqlib.text import tokenise
from seqlib.vector_figures import limit_of
from seqlib.vectors import WordVectors
from ui import chips, frame
from ui import stage as stage_component
from ui.embeddings import state
from ui.lesson import lesson
from ui.stage import Clock, Heatmap, Stage, Tokens

EXAMPLE = "I love my sister\nI am not happy today\nlet us play baseball"
MOST_SENTENCES, MOST_WORDS = 8, 24


def show(vectors: WordVectors) -> None:
    left, right = st.columns([2, 1])
    text = left.text_area(
        "sentences, one a line",
        EXAMPLE,
        key="sentences",
        height=112,
        max_chars=1000,
        help=f"At most {MOST_SENTENCES} sentences of {MOST_WORDS} words.",
        **state.BOUND,
    )
    lines = [line for line in text.splitlines() if tokenise(line)]
    longest = max((len(tokenise(line)) for line in lines), default=0)
    try:
        found = look_up(lines[:MOST_SENTENCES], vectors, min(longest, MOST_WORDS))
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        return
    if len(lines) > MOST_SENTENCES or longest > MOST_WORDS:
        st.caption(
            f":material/info: Shown are the first {MOST_SENTENCES} sentences and the first "
            f"{MOST_WORDS} words of each."
        )
    m = len(found.words)
    with right:
        place = 1
        if m > 1:
            if st.session_state.get("sentence", 1) > m:
                st.session_state["sentence"] = m
            place = st.number_input(
                "sentence on the stage", 1, m, 1, key="sentence", help=f"1 to {m}.", **state.BOUND
            )
        _shapes(found, vectors)
    state.say_unknown(list(found.unknown), vectors)
    stage_component.show(
        lookup_stage(found, int(place) - 1, vectors),
        key="lookup_stage",
        presenter=frame.presenting(),
    )
    st.markdown(lesson("embeddings")["one-hot"])
    one_hot(found.indices, vectors)


def _shapes(found: Lookup, vectors: WordVectors) -> None:
    st.markdown(
        chips.shape("indices", found.indices.shape, ("m", "maxlen"))
        + "  \n"
        + chips.shape("E", vectors.matrix.shape, ("vocab_len", "e_length"))
        + "  \n"
        + chips.shape("E[indices]", found.embeddings.shape, ("m", "maxlen", "e_length"))
    )


def lookup_stage(found: Lookup, place: int, vectors: WordVectors) -> Stage:
    """One sentence: its words, their rows, these as one-hot vectors, and the vectors."""
    words, rows = found.words[place], found.indices[place]
    maxlen = len(rows)
    names = words + ("padding",) * (maxlen - len(words))
    used, which = np.unique(rows, return_inverse=True)
    one_hots = np.zeros((maxlen, len(used)), np.float32)
    one_hots[np.arange(maxlen), which] = 1
    limit = limit_of(found.embeddings)
    return Stage(
        Clock.even(maxlen, 0.8),
        (
            Tokens("words", names),
            Tokens("word_to_index: the row of each", tuple(f"{row:,}" for row in rows.tolist())),
            Heatmap(
                f"one-hot vectors: {len(used)} of their {len(vectors.matrix):,} places, "
                "the others are 0",
                one_hots,
                "1",
                axis="rows of E",
                low=0.0,
                high=1.0,
                rows=tuple(f"{row:,}" for row in used.tolist()),
            ),
            Heatmap(
                "the rows: what the LSTM reads",
                found.embeddings[place],
                "x",
                axis="e_length",
                low=-limit,
                high=limit,
            ),
        ),
        label="A sentence, its rows in the matrix, and their vectors",
        names=names,
    )


def one_hot(indices: np.ndarray, vectors: WordVectors) -> None:
    """Multiply it out, compare with the rows, and say what it cost."""
    flat = indices.reshape(-1)
    key = ("one-hot", flat.tobytes())
    differing = state.remembered(vectors, key, lambda: _differing(flat, vectors))
    n, (vocab_len, e_length) = len(flat), vectors.matrix.shape
    verdict = (
        f":material/verified: Multiplied out: all **{n * e_length:,}** numbers equal those of "
        "the lookup, to the last bit."
        if not differing
        else f":material/error: {differing:,} of {n * e_length:,} numbers differ."
    )
    st.markdown(
        f"{verdict} It took {n:,} × {vocab_len:,} × {e_length:,} = "
        f"**{multiplications(flat, vectors):,}** multiplications; the lookup takes **none**."
    )


def _differing(indices: np.ndarray, vectors: WordVectors) -> int:
    rows = np.asarray(vectors.matrix[indices], np.float32)
    return int((one_hot_product(indices, vectors) != rows).sum())
