"""What units follow: computed from the model in hand, told from melodies that did not choose."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from seqlib.jazz import JazzWeights, follow, pretrained, shifted_one_hot
from seqlib.jazz.corpus import default_corpus
from seqlib.lstm.following import LEAST
from seqlib.music import TICKS_PER_BEAT

NAMES = [signal.name for signal in follow.SIGNALS]


@pytest.fixture(scope="module")
def corpus():
    return default_corpus()


def on_the_beat(corpus, place: int) -> np.ndarray:
    starts = np.array(corpus.melodies[place].edges[:-1][: follow.STEPS])
    return (starts % TICKS_PER_BEAT == 0).astype(float)


def test_r_is_pearsons_on_the_states_of_the_model_melody_by_melody(corpus):
    weights, unit = pretrained.load("good"), 32
    told = follow.correlations(weights, corpus)[1][NAMES.index("beat"), unit]
    places = range(1, min(follow.MELODIES, len(corpus.melodies)), 2)
    states, beats = [], []
    for place in places:
        sequence = corpus.sequences[place][: follow.STEPS]
        states.append(weights.trace(shifted_one_hot(sequence, corpus.n_values)).h[:, unit])
        beats.append(on_the_beat(corpus, place))
    expected = np.corrcoef(np.concatenate(states), np.concatenate(beats))[0, 1]
    assert told == pytest.approx(expected, abs=1e-4)
    assert told > 0.7
    lengths = [len(states) for states in follow.states_of(weights, [sequence[:5], sequence])]
    assert lengths == [5, len(sequence)]


def test_the_trained_model_counts_beats_and_the_untrained_one_does_not(corpus):
    good = follow.groups(pretrained.load("good"), corpus)
    assert [group.signal and group.signal.name for group in good][:2] == ["beat", "pitch"]
    assert 32 in good[0].units[:3]
    untrained = follow.groups(pretrained.load("untrained"), corpus)
    assert "beat" not in [group.signal and group.signal.name for group in untrained]


def planted(corpus, monkeypatch, *columns) -> tuple[follow.Group, ...]:
    """The groups of a model whose units are these functions of a melody's place."""

    def states(_weights, sequences):
        return [
            np.stack([column(place)[: len(sequence)] for column in columns], axis=1)
            for place, sequence in enumerate(sequences)
        ]

    monkeypatch.setattr(follow, "states_of", states)
    return follow.groups(JazzWeights.from_arrays(pretrained.load("early").arrays), corpus)


def test_each_unit_is_in_one_group_the_strongest_first_and_noise_in_the_last(corpus, monkeypatch):
    noise = np.random.default_rng(0)

    def beat(spread: float):
        return lambda place: (
            on_the_beat(corpus, place) + spread * noise.normal(size=len(on_the_beat(corpus, place)))
        )

    def random(place: int) -> np.ndarray:
        return noise.normal(size=follow.STEPS)

    beats, mixed = planted(
        corpus, monkeypatch, random, beat(0.5), lambda place: -on_the_beat(corpus, place), beat(0.1)
    )
    assert (beats.signal.name, beats.units, mixed.signal) == ("beat", (2, 3, 1), None)
    assert mixed.units == (0,)
    assert beats.r[0] == pytest.approx(-1, abs=1e-6)
    assert 0.9 < beats.r[1] < 1
    assert LEAST < beats.r[2] < 0.9


def test_what_holds_on_one_half_of_the_melodies_only_is_not_told(corpus, monkeypatch):
    noise = np.random.default_rng(1)

    def beats_at_even_places(place: int) -> np.ndarray:
        return noise.normal(size=follow.STEPS) if place % 2 else on_the_beat(corpus, place)

    (mixed,) = planted(corpus, monkeypatch, beats_at_even_places)
    assert mixed.signal is None


def test_a_unit_that_never_moves_and_a_corpus_of_one_melody_are_no_error(corpus, monkeypatch):
    (mixed,) = planted(corpus, monkeypatch, lambda place: np.zeros(follow.STEPS))
    assert mixed.units == (0,)
    monkeypatch.undo()
    alone = follow.groups(pretrained.load("good"), corpus.subset([0]))
    assert sorted(unit for group in alone for unit in group.units) == list(range(128))


def test_of_a_single_melody_its_second_half_tells_what_the_first_has_chosen(corpus, monkeypatch):
    alone = corpus.subset([0])

    def beats_at_first(_place: int) -> np.ndarray:
        found = on_the_beat(alone, 0)
        found[len(found) // 2 :] = np.random.default_rng(2).normal(
            size=len(found) - len(found) // 2
        )
        return found

    (mixed,) = planted(alone, monkeypatch, beats_at_first)
    assert mixed.signal is None
    (beats,) = planted(alone, monkeypatch, lambda place: on_the_beat(alone, place))
    assert (beats.signal.name, beats.r) == ("beat", (pytest.approx(1),))


def test_weights_whose_units_were_grouped_still_travel_to_a_worker(corpus):
    weights = JazzWeights.from_arrays(JazzWeights.initial(3, corpus.n_values).arrays)
    found = follow.groups(weights, corpus)
    there = pickle.loads(pickle.dumps(weights))
    for one, other in zip(there.arrays, weights.arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    assert follow.groups(weights, corpus) is found


def test_notes_are_counted_from_a_rest_on_and_not_where_there_is_none(corpus):
    (phrase,) = (signal.of for signal in follow.SIGNALS if signal.name == "phrase")

    def read(rest: list[bool]):
        return follow._Read(*(np.zeros(len(rest)),) * 3, np.array(rest))

    counted = phrase(read([False, True] + [False] * 18))
    np.testing.assert_array_equal(counted, [1, 0, *range(1, 17), 16, 16])
    assert np.isnan(phrase(read([False] * 5))).all()
