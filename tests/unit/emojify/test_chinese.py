"""The shipped network, which learned English sentences only, reads Chinese ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seqlib import vectors
from seqlib.emojify import EmojiModel, judge, pretrained
from seqlib.text import LabelledSentences, shipped, write_csv
from seqlib.text.files import read_csv

SENTENCES = Path(__file__).parents[3] / "scripts" / "chinese"


@pytest.fixture(scope="module")
def model() -> EmojiModel:
    return pretrained.load(vectors.load())[0]


def sentences(name: str) -> LabelledSentences:
    """Read "tuning" or "held_out"; nothing was chosen on the second."""
    return read_csv(SENTENCES / f"{name}.tsv")[0]


@pytest.mark.parametrize("name", ["tuning", "held_out"])
def test_the_sentences_are_many_balanced_and_different(name):
    labelled = sentences(name)
    assert labelled.counts.tolist() == [40] * 5
    assert labelled.negated.sum() >= 25
    other = sentences("tuning" if name == "held_out" else "held_out")
    assert not set(labelled.tokens) & set(other.tokens)


@pytest.mark.parametrize("name", ["tuning", "held_out"])
def test_chinese_sentences_are_read_right_without_any_training_on_chinese(model, name):
    found = judge(model, sentences(name))
    assert found.accuracy >= 0.85
    assert (found.confusion.diagonal() >= 28).all()  # of 40
    assert found.negated_accuracy >= 0.7


def test_the_words_of_the_sentences_have_rows(model):
    known = [model.encode(sentence).known for sentence in sentences("held_out").sentences]
    assert np.concatenate(known).mean() > 0.99


@pytest.mark.parametrize(
    ("simplified", "traditional", "emoji"),
    [
        ("我爱你", "我愛你", "❤️"),
        ("一起踢足球吧", "一起踢足球吧", "⚾"),
        ("妈妈做的红烧肉真好吃", "媽媽做的紅燒肉真好吃", "🍴"),
        ("我很难过，我想哭", "我很難過，我想哭", "😞"),
        ("太开心了", "太開心了", "😄"),
    ],
)
def test_traditional_characters_are_read_as_simplified_ones(model, simplified, traditional, emoji):
    one, other = model.read(simplified), model.read(traditional)
    assert one.emoji == other.emoji == emoji
    assert (one.probabilities == other.probabilities).all()


def test_a_negation_turns_a_chinese_sentence_round(model):
    assert [model.read(text).emoji for text in ("我很开心", "我不开心")] == ["😄", "😞"]


@pytest.mark.parametrize(
    ("sentence", "emoji"),
    [("我 love 你", "❤️"), ("今晚吃pizza吧", "🍴"), ("let us play 篮球", "⚾")],
)
def test_both_languages_stand_in_one_sentence(model, sentence, emoji):
    assert model.read(sentence).emoji == emoji


def test_a_network_trained_on_both_languages_is_saved_and_opened(model):
    from seqlib.emojify import open_model, save_model

    glove = vectors.load()
    words = {*sentences("tuning").words, *shipped().test.words}
    data = save_model(model, words, vectors=glove)
    for given in (glove, None):
        again = open_model(data, given)
        for text in ("我的妈妈不开心", "I am happy"):
            assert again.read(text).probabilities == pytest.approx(
                model.read(text).probabilities, abs=1e-6
            )


def test_chinese_rows_follow_english_rows_that_training_moved(model):
    glove = vectors.load()
    love, like = glove.index("love"), glove.index("like")
    rows, before = glove.indices(["爱", "喜欢", "足球"]), glove.table[glove.indices(["爱", "喜欢"])]
    embedding = model.lexicon.embedding.changed(np.array([love]), np.ones((1, 50), np.float32))
    after = embedding[rows]
    assert (after[0] == 1).all()
    assert after[1] == pytest.approx((1 + embedding[np.array(like)]) / 2)
    assert (before != after[:2]).any(axis=1).all()
    # A row that training on Chinese sentences moved is what it became.
    trained = embedding.changed(rows[:1], np.full((1, 50), 7, np.float32))
    assert trained[rows][0].tolist() == [7] * 50


def test_chinese_sentences_survive_a_csv():
    labelled = sentences("held_out")
    again, _report = read_csv(write_csv(labelled))
    assert again.sentences == labelled.sentences
