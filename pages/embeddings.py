"""The embedding matrix: what a lookup is, all of its rows, and what they mean to each other."""

import streamlit as st

from seqlib.i18n import _
from seqlib.vectors import WordVectors
from ui.embeddings import lookup, matrix, source, train, word_map
from ui.embeddings import neighbours as near
from ui.embeddings.notebook import asked
from ui.frame import frame, share
from ui.lessons.pages import lesson
from ui.parts import notebook


def embeddings() -> None:
    frame.heading(lesson("embeddings")["title"], lesson("embeddings")["intro"])
    vectors = share.section(which)
    share.section(looking_up, vectors)
    share.section(whole, vectors)
    share.section(neighbours, vectors)
    share.section(analogies, vectors)
    share.section(similar, vectors)
    share.section(bias, vectors)
    share.section(on_a_map, vectors)
    share.section(training, vectors)
    notebook.offer("embeddings", asked)


def which() -> WordVectors:
    st.header(_("1 · The vectors"), anchor="vectors")
    st.markdown(lesson("embeddings")["source"])
    with frame.controls("vectors"):
        vectors = source.choose()
    source.facts(vectors)
    return vectors


@frame.alone("sentences")
def looking_up(vectors: WordVectors) -> None:
    st.header(_("2 · The lookup"), anchor="lookup")
    st.markdown(lesson("embeddings")["lookup"])
    lookup.show(vectors)


@frame.alone()
def whole(vectors: WordVectors) -> None:
    st.header(_("3 · The whole matrix"), anchor="matrix")
    st.markdown(lesson("embeddings")["matrix"])
    matrix.show(vectors)


@frame.alone()
def neighbours(vectors: WordVectors) -> None:
    st.header(_("4 · Neighbours"), anchor="neighbours")
    st.markdown(lesson("embeddings")["near"])
    near.neighbours(vectors)


@frame.alone()
def analogies(vectors: WordVectors) -> None:
    st.header(_("5 · Analogies"), anchor="analogies")
    st.markdown(lesson("embeddings")["analogy"])
    near.analogy(vectors)


@frame.alone()
def similar(vectors: WordVectors) -> None:
    st.header(_("6 · Similarity"), anchor="similarity")
    st.markdown(lesson("embeddings")["similar"])
    near.similarities(vectors)


@frame.alone()
def bias(vectors: WordVectors) -> None:
    st.header(_("7 · A bias probe"), anchor="bias")
    st.markdown(lesson("embeddings")["bias"])
    near.bias(vectors)


def on_a_map(vectors: WordVectors) -> None:
    st.header(_("8 · A map"), anchor="map")
    st.markdown(lesson("embeddings")["map"])
    word_map.show(vectors)


def training(vectors: WordVectors) -> None:
    st.header(_("9 · Which rows does training move?"), anchor="train")
    st.markdown(lesson("embeddings")["train"])
    train.panel(vectors)


frame.page(embeddings)
