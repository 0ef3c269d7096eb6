"""Maps of word vectors: what they keep, that they repeat, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.vectors import projection
from seqlib.vectors.projection import (
    MOST_WORDS,
    along_pairs,
    neighbours_kept,
    pca,
    regions,
    tsne,
    tsne_later,
)
from seqlib.vectors.wordvectors import unit


@pytest.fixture(scope="module")
def grouped() -> np.ndarray:
    """60 vectors in 6 groups of 10 directions, 20 dimensions."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(6, 20))
    return unit(np.repeat(centres, 10, axis=0) + 0.1 * rng.normal(size=(60, 20)))


def test_unit_keeps_rows_of_zeros():
    assert np.array_equal(unit(np.array([[3.0, 4.0], [0, 0]])), np.float32([[0.6, 0.8], [0, 0]]))


def test_pca_explains_less_with_each_direction(grouped):
    found = pca(grouped, 3)
    points = found.project(grouped)
    assert points.shape == (60, 3)
    assert (np.diff(found.explained) < 0).all()
    assert np.allclose(points.mean(axis=0), 0, atol=1e-5)


def test_pca_of_few_words_in_many_dimensions_needs_no_matrix_of_all_dimensions(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(6, 50))
    whole = np.linalg.eigh(np.cov(rows.T, bias=True))
    monkeypatch.setattr(np.linalg, "eigh", None)
    found = pca(rows, 2)
    np.testing.assert_allclose(found.explained, whole[0][:-3:-1] / whole[0].sum(), rtol=1e-5)
    cosines = (found.directions * whole[1][:, :-3:-1]).sum(axis=0)
    np.testing.assert_allclose(np.abs(cosines), 1, atol=1e-5)


def test_a_map_that_is_the_space_keeps_every_neighbour(grouped):
    assert neighbours_kept(grouped, grouped, 5) == 1
    shuffled = np.random.default_rng(0).permutation(grouped)
    assert neighbours_kept(grouped, shuffled, 5) < 0.3


def test_tsne_keeps_more_neighbours_than_two_principal_components(grouped):
    points = tsne(grouped, perplexity=8)
    flat = pca(grouped, 2).project(grouped)
    assert points.shape == (60, 2)
    assert neighbours_kept(grouped, points, 4) > neighbours_kept(grouped, flat, 4)


def test_the_same_seed_gives_the_same_map_also_in_the_background(grouped):
    assert np.array_equal(
        tsne(grouped[:20], seed=4), tsne_later(grouped[:20], seed=4).result(timeout=60)
    )


@pytest.mark.parametrize("n", [0, 4, MOST_WORDS + 1])
def test_too_few_or_too_many_words_are_refused_in_a_sentence(n):
    with pytest.raises(ValueError, match=f"not {n:,}"):
        tsne(np.ones((n, 3)))


def test_a_map_has_two_or_three_dimensions(grouped):
    with pytest.raises(ValueError, match="2 or 3"):
        tsne(grouped, 4)


def test_of_many_words_some_are_asked_and_say_nearly_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    rows = unit(rng.normal(size=(400, 8)))
    points = pca(rows, 2).project(rows)
    exact = neighbours_kept(rows, points)
    assert projection.words_asked(400) == 400
    monkeypatch.setattr(projection, "MOST_PAIRS", 400 * 150)
    assert projection.words_asked(400) == 150
    assert neighbours_kept(rows, points) == pytest.approx(exact, abs=0.03)


def test_own_axes_are_cosines_with_the_steps():
    rows = np.array([[1, 0, 0], [0, 2, 0], [1, 1, 0], [0, 0, 0]])
    pairs = np.array([[[0, 0, 1], [3, 0, 1]], [[1, 1, 1], [1, 0, 1]], [[1, 1, 1], [1, 1, 1]]])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(
        along_pairs(rows, pairs), [[1, 0, 0], [0, -1, 0], [half, -half, 0], [0, 0, 0]], atol=1e-6
    )


def test_regions_are_the_groups_of_the_map_named_by_their_most_typical_words():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(3), 40)
    points = np.array([[0, 0], [50, 0], [0, 50]])[group] + rng.normal(size=(120, 2))
    # Two words of a group lie to either side of its direction, the later the further.
    aside = (np.arange(120) % 40 // 2) * np.where(np.arange(120) % 2, 1, -1)
    rows = np.eye(4)[group] + 0.05 * aside[:, None] * np.eye(4)[3]
    words = [f"{'abc'[g]}{at % 40}" for at, g in enumerate(group)]
    found, region_of = regions(unit(rows), points, words, count=3, named_by=2)
    assert sorted(sorted(one.words) for one in found) == [["a0", "a1"], ["b0", "b1"], ["c0", "c1"]]
    assert [one.size for one in found] == [40, 40, 40]
    for g in range(3):
        assert len(set(region_of[group == g].tolist())) == 1
        one = found[region_of[g * 40]]
        np.testing.assert_allclose(one.middle, np.median(points[group == g], axis=0), rtol=1e-5)


def test_no_more_regions_than_words():
    found, region_of = regions(np.eye(3), np.eye(3)[:, :2], ["a", "b", "c"], count=40)
    assert len(found) == 3
    assert sorted(one.words for one in found if one.size == 1) == [("a",), ("b",), ("c",)]
    assert region_of.shape == (3,)
