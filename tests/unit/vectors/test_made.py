"""Rows for Chinese words are made of those of English words."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib import vectors
from seqlib.text.chinese import chinese_words
from seqlib.vectors import WordVectors
from seqlib.vectors.lookup import look_up

ENGLISH = ("the", "not", "love", "eat", "i", "you", *map(str, range(5000)))


@pytest.fixture
def few() -> WordVectors:
    return WordVectors.of(ENGLISH, np.random.default_rng(3).normal(size=(len(ENGLISH), 3)))


def test_a_row_is_the_weighted_mean_of_the_english_rows():
    glove = vectors.load()
    for word in ("蛋糕", "幸运", "愛", "冠军"):
        meaning = chinese_words().meaning(word)
        shares = np.array([share for _english, share in meaning])
        rows = np.array([glove.vector(english) for english, _share in meaning])
        expected = shares @ rows / shares.sum()
        assert glove.vector(word) == pytest.approx(expected, abs=1e-5)


def test_english_words_that_the_vectors_lack_are_left_out(few):
    assert few.vector("喜欢") == pytest.approx(few.vector("love"))  # "like" is not there
    assert few.indices(["蛋糕"]).tolist() == [0]
    with pytest.raises(KeyError, match="蛋糕"):
        few.vector("蛋糕")


def test_rows_asked_for_alone_equal_those_of_the_whole_table(few):
    places = np.array([[few.index("我"), few.index("爱")], [0, few.index("爱")]])
    alone = few.table[places]
    whole = np.asarray(few.table)
    assert whole.shape == (len(few.table), 3)
    assert (whole[places] == alone).all()
    assert (few.table[places] == alone).all()


def test_the_matrix_itself_stays_as_it_is(few):
    assert few.matrix.shape == (len(ENGLISH) + 1, 3)
    assert list(few.word_to_index) == list(ENGLISH)
    assert len(few.table) == len(few.matrix) + len(chinese_words().words)
    assert few.word(few.index("愛")) == "爱"
    assert few.word_to_index["的"] == 0
    assert "龘" not in few.word_to_index


def test_sentences_in_both_languages_are_looked_up(few):
    found = look_up(["我爱你", "I love 你"], few)
    assert found.unknown == ()
    assert found.embeddings[0] == pytest.approx(found.embeddings[1])


@pytest.mark.parametrize("words", [("我", *ENGLISH), ("der", *ENGLISH[1:]), ENGLISH[:6]])
def test_vectors_with_chinese_words_of_other_languages_or_of_few_words_get_none(words):
    found = WordVectors.of(words, np.ones((len(words), 2)))
    assert found.made is None
    assert found.chinese is None
    assert found.table is found.matrix
    assert found.indices(["开心"]).tolist() == [0]


def test_neighbours_are_found_in_both_languages():
    glove = vectors.load()
    king = glove.analogy("男人", "国王", "女人").target
    assert glove.neighbours("足球", 2, among=20_000)[0].word in ("football", "soccer")
    assert "女王" in [near.word for near in glove.chinese.neighbours(king, 3)]
    assert glove.neighbours(king, 1)[0].word in ("queen", "king")
