"""The embedding matrix: what a lookup is, all of its rows, and what they mean to each other."""

import streamlit as st

from seqlib.vectors import WordVectors
from ui import frame
from ui.embeddings import lookup, matrix, source
from ui.lesson import lesson

TEXT = lesson("embeddings")


def embeddings() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    vectors = which()
    looking_up(vectors)
    whole(vectors)


def which() -> WordVectors:
    st.header("1 · The vectors", anchor="vectors")
    st.markdown(TEXT["source"])
    vectors = source.choose()
    source.facts(vectors)
    return vectors


@st.fragment
def looking_up(vectors: WordVectors) -> None:
    st.header("2 · The lookup", anchor="lookup")
    st.markdown(TEXT["lookup"])
    lookup.show(vectors)


@st.fragment
def whole(vectors: WordVectors) -> None:
    st.header("3 · The whole matrix", anchor="matrix")
    st.markdown(TEXT["matrix"])
    matrix.show(vectors)


frame.page(embeddings)
