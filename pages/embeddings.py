"""The embedding matrix: what a lookup is, all of its rows, and what they mean to each other."""

from seqlib.i18n import _
from seqlib.vectors import WordVectors
from ui.embeddings import lookup, matrix, source, train, word_map
from ui.embeddings import neighbours as near
from ui.embeddings.notebook import asked
from ui.frame import frame
from ui.frame.sections import section
from ui.parts import notebook


def embeddings() -> None:
    frame.heading()
    vectors = section(which, title=_("1 · The vectors"), anchor="vectors", needed=True)
    section(looking_up, vectors, title=_("2 · The lookup"), anchor="lookup")
    section(whole, vectors, title=_("3 · The whole matrix"), anchor="matrix")
    section(neighbours, vectors, title=_("4 · Neighbours"), anchor="neighbours")
    section(analogies, vectors, title=_("5 · Analogies"), anchor="analogies")
    section(similar, vectors, title=_("6 · Similarity"), anchor="similarity")
    section(bias, vectors, title=_("7 · A bias probe"), anchor="bias")
    section(on_a_map, vectors, title=_("8 · A map"), anchor="map")
    section(training, vectors, title=_("9 · Which rows does training move?"), anchor="train")
    notebook.offer("embeddings", asked)


def which() -> WordVectors:
    frame.explain("source")
    with frame.controls("vectors"):
        vectors = source.choose()
    with frame.picture():
        matrix.beginning(vectors)
    source.facts(vectors)
    return vectors


@frame.alone("sentences")
def looking_up(vectors: WordVectors) -> None:
    frame.explain("lookup")
    lookup.show(vectors)


@frame.alone()
def whole(vectors: WordVectors) -> None:
    frame.explain("matrix")
    matrix.show(vectors)


@frame.alone()
def neighbours(vectors: WordVectors) -> None:
    frame.explain("near")
    near.neighbours(vectors)


@frame.alone()
def analogies(vectors: WordVectors) -> None:
    frame.explain("analogy")
    near.analogy(vectors)


@frame.alone()
def similar(vectors: WordVectors) -> None:
    frame.explain("similar")
    near.similarities(vectors)


@frame.alone()
def bias(vectors: WordVectors) -> None:
    frame.explain("bias")
    near.bias(vectors)


def on_a_map(vectors: WordVectors) -> None:
    frame.explain("map")
    word_map.show(vectors)


def training(vectors: WordVectors) -> None:
    frame.explain("train")
    train.panel(vectors)


frame.page(embeddings)
