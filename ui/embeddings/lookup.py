"""Look sentences up on the embeddings page: on the stage, and as a product with one-hot vectors."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib.i18n import _, sentences
from seqlib.stage import Clock, Heatmap, Stage, Tokens
from seqlib.text import tokenise
from seqlib.vectors import WordVectors
from seqlib.vectors.figures import limit_of
from seqlib.vectors.lookup import Lookup, look_up, multiplications, one_hot_product
from ui.embeddings import state
from ui.frame import frame
from ui.lessons.pages import lesson
from ui.parts import escape
from ui.parts import stage as stage_component
from ui.parts.remembered import remembered
from ui.state import value, widget

MOST_SENTENCES, MOST_WORDS = 8, 24


def show(vectors: WordVectors) -> None:
    with frame.controls("lookup"):
        asked = _asked(vectors)
    if asked is None:
        return
    found, place = asked
    stage_component.show(
        lookup_stage(found, place, vectors),
        key="lookup_stage",
    )
    st.markdown(lesson("embeddings")["one-hot"])
    one_hot(found.indices, vectors)


def _asked(vectors: WordVectors) -> tuple[Lookup, int] | None:
    """Draw the text box; return the lookup and the sentence on the stage, None without a word."""
    left, right = st.columns([2, 1])
    text = left.text_area(
        _("sentences, one a line"),
        height=112,
        help=_(
            "At most {sentences} sentences of {words} words.",
            sentences=MOST_SENTENCES,
            words=MOST_WORDS,
        ),
        **widget("sentences"),
    )
    lines = [line for line in text.splitlines() if tokenise(line)]
    longest = max((len(tokenise(line)) for line in lines), default=0)
    try:
        found = look_up(lines[:MOST_SENTENCES], vectors, min(longest, MOST_WORDS))
    except ValueError as problem:
        st.error(escape.plain(str(problem)), icon=":material/error:")
        return None
    if len(lines) > MOST_SENTENCES or longest > MOST_WORDS:
        st.caption(
            ":material/info: "
            + _(
                "Shown are the first {sentences} sentences and the first {words} words of each.",
                sentences=MOST_SENTENCES,
                words=MOST_WORDS,
            )
        )
    m = len(found.words)
    with right:
        place = 1
        if m > 1:
            if value("sentence") > m:
                st.session_state["sentence"] = m
            place = st.number_input(
                _("sentence on the stage"),
                help=_("1 to {most}.", most=m),
                **widget("sentence", high=m),
            )
        _shapes(found, vectors)
    state.say_unknown(list(found.unknown), vectors)
    return found, int(place) - 1


def _shapes(found: Lookup, vectors: WordVectors) -> None:
    st.markdown(
        escape.shape("indices", found.indices.shape, ("m", "maxlen"))
        + "  \n"
        + escape.shape("E", vectors.matrix.shape, ("vocab_len", "e_length"))
        + "  \n"
        + escape.shape("E[indices]", found.embeddings.shape, ("m", "maxlen", "e_length"))
    )


def lookup_stage(found: Lookup, place: int, vectors: WordVectors) -> Stage:
    """Make the stage of a sentence: words, row numbers, one-hot vectors, and vectors."""
    words, rows = found.words[place], found.indices[place]
    maxlen = len(rows)
    after = maxlen - len(words)
    names = words + (_("padding"),) * after
    near = (*(" ".join(vectors.beside(word)) for word in words), *("",) * after)
    used, which = np.unique(rows, return_inverse=True)
    one_hots = np.zeros((maxlen, len(used)), np.float32)
    one_hots[np.arange(maxlen), which] = 1
    limit = limit_of(found.embeddings)
    return Stage(
        Clock.even(maxlen, 0.8),
        (
            Tokens(_("words"), names),
            *([Tokens(_("lies next to"), near)] if any(near) else []),
            Tokens(_("word_to_index: the row of each"), tuple(f"{row:,}" for row in rows.tolist())),
            Heatmap(
                _(
                    "one-hot vectors: {n} of their {total:,} places, the others are 0",
                    n=len(used),
                    total=len(vectors.matrix if used[-1] < len(vectors.matrix) else vectors.table),
                ),
                one_hots,
                "1",
                axis=_("rows of E"),
                low=0.0,
                high=1.0,
                rows=tuple(f"{row:,}" for row in used.tolist()),
            ),
            Heatmap(
                _("the rows: what the LSTM reads"),
                found.embeddings[place],
                "x",
                axis="e_length",
                low=-limit,
                high=limit,
            ),
        ),
        label=_("A sentence, its rows in the matrix, and their vectors"),
        names=names,
    )


def one_hot(indices: np.ndarray, vectors: WordVectors) -> None:
    """Compute the one-hot product, compare it with the rows, and say what it cost."""
    flat = indices[indices < len(vectors.matrix)]
    key = ("one-hot", flat.tobytes())
    differing = remembered(vectors, key, lambda: _differing(flat, vectors))
    n, (vocab_len, e_length) = len(flat), vectors.matrix.shape
    verdict = (
        ":material/verified: "
        + _(
            "Multiplied out: all **{n:,}** numbers equal those of the lookup, to the last bit.",
            n=n * e_length,
        )
        if not differing
        else ":material/error: "
        + _("{differing:,} of {n:,} numbers differ.", differing=differing, n=n * e_length)
    )
    cost = _(
        "It took {n:,} × {vocab_len:,} × {e_length:,} = **{products:,}** multiplications; the "
        "lookup takes **none**.",
        n=n,
        vocab_len=vocab_len,
        e_length=e_length,
        products=multiplications(flat, vectors),
    )
    st.markdown(sentences(verdict, cost))
    if flat.size < indices.size:
        st.caption(
            ":material/info: "
            + _(
                "Left out: {n} Chinese words. Their rows come after the last of E; each is the "
                "mean of the rows of the English words it means.",
                n=indices.size - flat.size,
            )
        )


def _differing(indices: np.ndarray, vectors: WordVectors) -> int:
    rows = np.asarray(vectors.matrix[indices], np.float32)
    return int((one_hot_product(indices, vectors) != rows).sum())
