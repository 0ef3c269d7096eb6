"""The shipped emoji model does what its card says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from seqlib import vectors as word_vectors
from seqlib.emojify import judge, pretrained, reliability
from seqlib.text import DEFAULT_CLASSES, shipped, tokenise, validation
from seqlib.vectors import WordVectors


@pytest.fixture(scope="module")
def models():
    return pretrained.load(word_vectors.load())


def test_the_card_reaches_the_goals_and_counts_the_sentences_there_are():
    card = pretrained.card()
    figures, rows = card["figures"], card["rows"]
    assert figures["V2, all"]["accuracy"] >= 0.9
    assert figures["V2, all"]["negated"] >= 0.87
    assert figures["V2, all"]["negated"] > figures["V1, all"]["negated"] + 0.1
    assert figures["V2, all"]["accuracy"] > figures["V2, all, embedding frozen"]["accuracy"]
    assert card["calibration"]["error"] <= 0.05
    assert card["everyday"] == {"sentences": 100, "accuracy": card["everyday"]["accuracy"]}
    assert card["everyday"]["accuracy"] >= 0.85
    assert len(figures["V2, all"]["each"]) == 5
    train, test = shipped()
    assert rows == {
        "train": len(train),
        "few": 132,
        "validation": len(validation()),
        "test": len(test),
        "test with a negation": int(test.negated.sum()),
    }


def test_the_shipped_model_promises_what_it_keeps(models):
    test = shipped().test
    assert reliability(models[0].predict(test.tokens), test.labels).error <= 0.05


def test_the_shipped_models_have_the_accuracy_on_the_card(models):
    v2, v1 = models
    test = shipped().test
    card = pretrained.card()
    assert v2.classes == DEFAULT_CLASSES
    # Weights are stored in half precision, which may tip a sentence on the edge.
    assert judge(v2, test).accuracy == pytest.approx(card["shipped"]["accuracy"], abs=0.01)
    assert judge(v1, test).accuracy == pytest.approx(
        card["figures"]["V1, all"]["accuracy"], abs=0.01
    )


def test_the_shipped_model_hears_a_negation(models):
    v2, _ = models
    assert [v2.read(one).emoji for one in ("I am happy", "I am not happy")] == ["😄", "😞"]


@pytest.mark.parametrize(
    ("answer", "texts"),
    {
        "love": (
            "you are the love of my life; I love you; I miss you my darling; 我爱你; 我很想你"
        ),
        "ball": (
            "want to play tennis tomorrow?; we lost the final on penalties; "
            "Shall we play ball after lunch?; We won the football match; 一起打球吧; 我們今天踢足球"
        ),
        "happy": (
            "haha that was so funny; I finally got the job; That joke was so funny; "
            "I passed my exam!; 太好笑了; 今天真高兴"
        ),
        "sad": (
            "she does not love me anymore; I lost my wallet; my dog died yesterday; "
            "My grandfather died last week; She does not love me anymore; 我不开心; 今天好累"
        ),
        "food": (
            "I have not eaten since breakfast; let us order some pizza; The soup is delicious; "
            "I am hungry, let us eat pizza; 我饿了; 今晚一起吃火锅吧"
        ),
    }.items(),
    ids=("love", "ball", "happy", "sad", "food"),
)
def test_everyday_sentences_in_two_languages_get_the_emoji_most_people_would_give(
    models, answer, texts
):
    for text in texts.split("; "):
        reading = models[0].read(text)
        said = reading.classes[int(reading.probabilities.argmax())].title
        assert (said, reading.encoded.words, reading.sure) == (answer, tokenise(text), True)


def test_other_vectors_are_refused_and_named(tmp_path):
    other = WordVectors.of(["happy"], np.ones((1, 50)), "other vectors")
    with pytest.raises(ValueError, match="not other vectors"):
        pretrained.load(other)
    (tmp_path / pretrained.CARD).write_text(
        json.dumps(pretrained.card() | {"fingerprint": other.fingerprint})
    )
    (tmp_path / pretrained.ARRAYS).write_bytes(b"no weights")
    with pytest.raises(ValueError, match="does not hold"):
        pretrained.load(other, tmp_path)


def test_reading_a_sentence_needs_no_tensorflow():
    code = (
        "import sys; from seqlib import vectors; from seqlib.emojify import mistakes, pretrained\n"
        "from seqlib.text import shipped\n"
        "model, _ = pretrained.load(vectors.load()); model.read('I am not happy')\n"
        "mistakes(model, shipped().test); "
        "print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]
