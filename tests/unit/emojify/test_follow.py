"""What the units of both layers follow, told by sentences that did not choose."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.emojify import follow, pretrained
from seqlib.lstm.following import LEAST, by_halves, grouped
from seqlib.text import shipped
from seqlib.text.tokens import NEGATIONS
from seqlib.vectors import load


@pytest.fixture(scope="module")
def model():
    return pretrained.load(load())[0]


def test_units_of_both_layers_follow_the_classes_and_each_is_in_one_group(model):
    for found in follow.groups(model, shipped().test):
        units = sorted(unit for group in found for unit in group.units)
        assert units == list(range(model.weights.n_a))
        named = [group for group in found if group.signal is not None]
        assert sum(len(group.units) for group in named) > 20
        assert {group.signal.name for group in named} <= {
            *(one.emoji for one in model.classes),
            "negated",
            "place",
        }
        for group in named:
            assert all(abs(r) >= LEAST for r in group.r)


def test_the_states_are_those_that_reading_gives(model):
    sentences = shipped().test.tokens[:3]
    layers = model.weights.both_states(model.lexicon.indices(sentences, model.maxlen))
    for place, words in enumerate(sentences):
        trace = model.read(words).trace
        for states, one in zip(layers, (trace.lstm_1, trace.lstm_2), strict=True):
            np.testing.assert_allclose(states[place], one.h, atol=1e-6)


def test_the_signals_say_the_class_the_negation_so_far_and_the_place():
    words = ("i", "am", "not", "happy")
    assert "not" in NEGATIONS
    rows = follow._signals(words, 1, 3)
    assert rows.tolist() == [[0] * 4, [1] * 4, [0] * 4, [0, 0, 1, 1], [1, 2, 3, 4]]
    assert follow._signals((), 0, 3).shape == (5, 0)
    assert follow._signals(("我", "不", "开心"), 1, 3)[-2].tolist() == [0, 1, 1]


def test_a_unit_that_counts_the_words_is_found_and_noise_is_not():
    at_random = np.random.default_rng(0)
    rows = [follow._signals(("a", "b", "not", "c"), n % 2, 2) for n in range(120)]
    states = [
        np.stack([-row[-1], at_random.normal(size=4), row[0] + 0.1 * row[-2]], axis=1)
        for row in rows
    ]
    found = grouped(["first", "second", "negated", "place"], *by_halves(rows, states))
    assert {group.signal: group.units for group in found}["place"] == (0,)
    assert 1 in found[-1].units
    assert found[-1].signal is None
    several = [np.stack([row[-2], -row[-1], row[-1]], axis=1) for row in rows]
    found = grouped(["first", "second", "negated", "place"], *by_halves(rows, several))
    assert [group.units for group in found] == [(1, 2), (0,)]
