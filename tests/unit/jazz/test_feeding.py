"""Fed the true notes and fed its own: what is alike, what differs, and from where."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.jazz import pretrained, shifted_one_hot
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.feeding import pair

GIVEN = 8


@pytest.fixture(scope="module")
def melody():
    return default_corpus().sequences[0][:64]


@pytest.mark.parametrize("stage", ["good", "untrained"])
@pytest.mark.parametrize("seed", [0, 3])
def test_both_are_one_until_the_first_note_that_differs(melody, stage, seed):
    weights = pretrained.load(stage)
    both = pair(weights, melody, GIVEN, seed=seed)
    parted = both.parted
    assert parted is not None
    assert parted >= GIVEN
    np.testing.assert_array_equal(both.free.indices[:parted], melody[:parted])
    # The same state and the same noise draw the same note, which the melody has not.
    assert both.drawn[parted] == both.free.indices[parted] != melody[parted]
    now = slice(0, parted + 1)
    np.testing.assert_allclose(both.forced.trace.h[now], both.free.trace.h[now], atol=1e-6)
    np.testing.assert_allclose(*both.probabilities[now].T, atol=1e-6)
    later = np.abs(both.forced.trace.h - both.free.trace.h)[parted + 1]
    assert later.max() > 1e-3


def test_the_probabilities_are_those_of_the_melodys_notes(melody):
    weights = pretrained.load("good")
    both = pair(weights, melody, GIVEN, seed=1)
    n = np.arange(len(melody))
    for column, read in zip(both.probabilities.T, (melody, both.free.indices), strict=True):
        y = weights.trace(shifted_one_hot(read, weights.n_values)).y
        np.testing.assert_allclose(column, y[n, melody], atol=1e-6)
    forced, free = both.probabilities[both.parted + 1 :].mean(axis=0)
    assert forced > 1.5 * free


def test_a_melody_that_is_drawn_note_for_note_never_parts():
    weights = pretrained.load("good")
    first = pair(weights, default_corpus().sequences[0][:20], GIVEN, seed=2)
    again = pair(weights, first.free.indices, GIVEN, seed=2)
    assert again.parted is None
    np.testing.assert_array_equal(again.drawn, again.free.indices)


@pytest.mark.parametrize("given", [0, 64, 65])
def test_something_is_given_and_something_left(melody, given):
    with pytest.raises(ValueError, match="give at least one, and leave one to write"):
        pair(pretrained.load("good"), melody, given)
