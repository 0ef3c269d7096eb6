"""The embedding matrix: what a lookup is, all of its rows, and what they mean to each other."""

import streamlit as st

from seqlib.vectors import WordVectors
from ui import frame, notebook, share
from ui.embeddings import lookup, matrix, near, source, train, word_map
from ui.lesson import lesson

TEXT = lesson("embeddings")


def embeddings() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    vectors = share.section(which)
    share.section(looking_up, vectors)
    share.section(whole, vectors)
    share.section(neighbours, vectors)
    share.section(analogies, vectors)
    share.section(similar, vectors)
    share.section(bias, vectors)
    share.section(on_a_map, vectors)
    share.section(training, vectors)
    notebook.offer("embeddings")


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
    notebook.keep("embeddings")


@st.fragment
def whole(vectors: WordVectors) -> None:
    st.header("3 · The whole matrix", anchor="matrix")
    st.markdown(TEXT["matrix"])
    matrix.show(vectors)


@st.fragment
def neighbours(vectors: WordVectors) -> None:
    st.header("4 · Neighbours", anchor="neighbours")
    st.markdown(TEXT["near"])
    near.neighbours(vectors)
    notebook.keep("embeddings")


@st.fragment
def analogies(vectors: WordVectors) -> None:
    st.header("5 · Analogies", anchor="analogies")
    st.markdown(TEXT["analogy"])
    near.analogy(vectors)
    notebook.keep("embeddings")


@st.fragment
def similar(vectors: WordVectors) -> None:
    st.header("6 · Similarity", anchor="similarity")
    st.markdown(TEXT["similar"])
    near.similarities(vectors)


@st.fragment
def bias(vectors: WordVectors) -> None:
    st.header("7 · A bias probe", anchor="bias")
    st.markdown(TEXT["bias"])
    near.bias(vectors)


def on_a_map(vectors: WordVectors) -> None:
    st.header("8 · A map", anchor="map")
    st.markdown(TEXT["map"])
    word_map.show(vectors)


def training(vectors: WordVectors) -> None:
    st.header("9 · Which rows does training move?", anchor="train")
    st.markdown(TEXT["train"])
    train.panel(vectors)


frame.page(embeddings)
