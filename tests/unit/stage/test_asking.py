"""What is asked before it is shown, and the candidates."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.emojify import pretrained as emojify
from seqlib.jazz import pretrained
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.sampling import sample
from seqlib.stage import Ask, payload
from seqlib.stage.jazz import reading_stage, solo_stage
from seqlib.vectors import load as load_vectors
from ui.emojify.stage import asked


@pytest.fixture(scope="module")
def weights():
    return pretrained.load("good")


def test_four_candidates_the_right_one_and_the_likeliest_others_in_the_order_of_pitch(weights):
    solo = sample(weights, 64, temperature=1.5, seed=3, prompt=default_corpus().sequences[0][:5])
    asks = payload(solo_stage(solo, weights, asks=True))["asks"]
    assert asks["right"] == solo.indices.tolist()
    assert (asks["first"], asks["last"]) == (5, 68)
    ranks = set()
    for step, places in enumerate(asks["choices"]):
        p, right = solo.trace.y[step], asks["right"][step]
        assert places == sorted(set(places))
        assert len(places) == 4
        assert right in places
        assert int(p.argmax()) in places
        others = [place for place in places if place != right]
        left = [place for place in range(len(p)) if place not in places]
        assert min(p[others]) >= max(p[left])
        np.testing.assert_allclose(asks["p"][step], p[places], atol=1e-6)
        ranks.add(places.index(right))
    assert ranks == {0, 1, 2, 3}  # no place is the right one's


def test_who_reads_is_asked_for_the_true_note(weights):
    corpus = default_corpus()
    stage = reading_stage(corpus, 2, ("good", weights), ("good", weights), ("notes",))
    for one in (stage, stage.compare):
        assert one.asks.right.tolist() == corpus.sequences[2].tolist()


def test_the_same_questions_are_known_again_and_others_are_others():
    p = np.random.default_rng(1).dirichlet(np.ones(6), 5)
    right = np.arange(5)
    one = Ask.of("Which?", tuple("abcdef"), p, right)
    assert one.about == Ask.of("哪个？", tuple("一二三四五六"), p, right).about
    assert one.about != Ask.of("Which?", tuple("abcdef"), p, right[::-1]).about
    assert one.about != Ask.of("Which?", tuple("abcdef"), p[::-1], right).about


def test_of_few_values_all_are_candidates():
    asks = Ask.of("Which?", ("a", "b"), np.full((3, 2), 0.5), first=9)
    assert asks.choices.tolist() == [[0, 1]] * 3
    assert (asks.first, asks.last, asks.right) == (2, 2, None)


def test_of_a_sentence_the_five_classes_are_asked_up_to_its_last_word():
    model, _v1 = emojify.load(load_vectors())
    reading = model.read("She does not love me anymore")
    asks = asked(reading)
    assert asks.choices.tolist() == [[0, 1, 2, 3, 4]] * len(reading.trace.indices)
    assert (asks.first, asks.last, asks.right) == (0, 5, None)
    assert asks.p[5].argmax() == reading.label
    assert asked(model.read("zzzqx")) is None
