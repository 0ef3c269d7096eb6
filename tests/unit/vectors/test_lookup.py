"""The lookup, and that multiplying it out gives the same."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from seqlib.emojify import Lexicon, Unknown
from seqlib.vectors import WordVectors, load
from seqlib.vectors.lookup import look_up, multiplications, one_hot_product
from seqlib.vectors.wordvectors import MANY


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return load()


def test_rows_are_those_of_the_words_and_row_0_fills_up(vectors):
    found = look_up(["I love pizza", "Pizza!"], vectors)
    assert found.indices.shape == (2, 3)
    assert found.embeddings.shape == (2, 3, vectors.dim)
    assert [vectors.word(row) for row in found.indices[0]] == ["i", "love", "pizza"]
    assert found.indices[1, 1:].tolist() == [0, 0]
    assert np.array_equal(found.embeddings[1, 0], vectors.vector("pizza"))
    assert not found.embeddings[1, 1:].any()


def test_words_without_a_vector_are_named_and_padding_is_not(vectors):
    found = look_up(["I love qqxzy and qqxzy", "hm"], vectors)
    assert "qqxzy" in found.unknown
    assert found.unknown.count("qqxzy") == 1
    assert "i" not in found.unknown


def test_no_word_at_all_is_a_sentence_for_the_reader(vectors):
    with pytest.raises(ValueError, match="type a sentence"):
        look_up(["", " … "], vectors)


def test_maxlen_cuts(vectors):
    found = look_up(["I love pizza and wine"], vectors, 2)
    assert found.words == (("i", "love"),)
    assert found.indices.shape == (1, 2)


def test_one_hot_times_the_matrix_is_the_lookup_to_the_last_bit(vectors):
    indices = np.array([0, 1, 777, len(vectors), 1])
    product = one_hot_product(indices, vectors)
    assert np.array_equal(product, np.asarray(vectors.matrix[indices], np.float32))


def test_multiplications_are_those_of_the_whole_product(vectors):
    assert multiplications(np.arange(3), vectors) == 3 * (len(vectors) + 1) * vectors.dim


def test_vectors_that_nobody_holds_are_gone_at_once_whatever_was_asked_of_them():
    """A file that another took the place of stayed, by a cache and by what refers to itself."""
    words = ["the", "not", "love", "eat", "cat", *(f"w{at}" for at in range(MANY))]
    vectors = WordVectors.of(words, np.random.default_rng(0).normal(size=(len(words), 20)))
    assert look_up(["爱 the cat"], vectors).unknown == ()
    assert "love" in vectors.beside("爱")
    assert vectors.beside("cat") == ()
    Lexicon.of(vectors, Unknown.SHARED)
    assert vectors.chinese is not None
    seen = weakref.ref(vectors)
    gc.disable()
    try:
        del vectors
        assert seen() is None
    finally:
        gc.enable()
