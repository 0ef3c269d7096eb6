"""Orders, views and projections: bounded, exact where they say so, the same every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.vectors import ORDERS, STATISTICS, WordVectors, clusters, overview, pca, row_order


def made(count: int, dim: int = 5, seed: int = 0) -> WordVectors:
    rows = np.random.default_rng(seed).normal(size=(count, dim))
    return WordVectors.of([f"w{k}" for k in range(1, count + 1)], rows)


VECTORS = made(997)


def test_the_overview_is_the_mean_of_each_bin():
    view = overview(VECTORS, bins=100)
    assert view.values.shape == (100, 5)
    assert (view.edges[0], view.edges[-1]) == (0, 998)
    assert not view.exact
    for row in (0, 42, 99):
        part = VECTORS.matrix[view.edges[row] : view.edges[row + 1]]
        np.testing.assert_allclose(view.values[row], part.mean(axis=0), rtol=1e-5, atol=1e-7)


def test_other_statistics():
    extreme = overview(VECTORS, bins=10, statistic="extreme")
    size = overview(VECTORS, bins=10, statistic="root mean square")
    part = VECTORS.matrix[extreme.edges[3] : extreme.edges[4]]
    furthest = part[np.abs(part).argmax(axis=0), np.arange(5)]
    np.testing.assert_array_equal(extreme.values[3], furthest)
    np.testing.assert_allclose(size.values[3], np.sqrt((part**2).mean(axis=0)), rtol=1e-5)


def test_single_rows_are_exact_and_have_their_word():
    view = overview(VECTORS, 10, 30, bins=50)
    assert view.exact
    np.testing.assert_array_equal(view.values, VECTORS.matrix[10:30])
    assert view.labels == tuple(f"w{k}" for k in range(10, 30))
    assert view.indices.tolist() == list(range(10, 30))


def test_the_padding_row_is_there_without_a_word():
    view = overview(VECTORS, 0, 2)
    assert view.labels == ("", "w1")
    assert not view.values[0].any()


@settings(max_examples=150, deadline=None)
@given(
    st.integers(-50, 1100),
    st.integers(-50, 1100),
    st.integers(-5, 2000),
    st.sampled_from(sorted(STATISTICS)),
    st.booleans(),
)
def test_any_window_gives_a_bounded_view_of_what_it_covers(start, stop, bins, statistic, ordered):
    order = row_order(VECTORS, "length") if ordered else None
    view = overview(VECTORS, start, stop, bins, order=order, statistic=statistic)
    assert 1 <= len(view.values) <= max(1, bins)
    assert len(view.labels) == len(view.indices) == len(view.values) == len(view.edges) - 1
    assert (np.diff(view.edges) >= 1).all()
    assert 0 <= view.edges[0] < view.edges[-1] <= 998
    assert np.isfinite(view.values).all()
    if view.exact:
        rows = np.arange(view.edges[0], view.edges[-1])
        np.testing.assert_array_equal(view.values, VECTORS.matrix[order[rows] if ordered else rows])


def test_the_number_of_cells_is_bounded(monkeypatch):
    monkeypatch.setattr("seqlib.vectors.picture.MOST_CELLS", 60)
    assert overview(VECTORS, bins=900).values.size <= 60


def test_pieces_change_nothing(monkeypatch):
    order = row_order(VECTORS, "alphabet")
    whole = overview(VECTORS, bins=37, order=order).values
    monkeypatch.setattr("seqlib.vectors.picture.CHUNK_ROWS", 160)
    np.testing.assert_allclose(overview(VECTORS, bins=37, order=order).values, whole, atol=1e-6)


@pytest.mark.parametrize("by", sorted(ORDERS))
def test_every_order_has_each_row_once_and_padding_first(by):
    order = row_order(VECTORS, by, word="w5")
    assert order[0] == 0
    assert sorted(order.tolist()) == list(range(998))


def test_orders_are_what_they_are_called():
    assert row_order(VECTORS, "similarity", "w5")[1] == 5
    scores = VECTORS.similarities("w5")[row_order(VECTORS, "similarity", "w5")[1:]]
    assert (np.diff(scores) <= 0).all()
    assert (np.diff(VECTORS.norms[row_order(VECTORS, "length")[1:]]) <= 0).all()
    words = [VECTORS.word(row) for row in row_order(VECTORS, "alphabet")[1:]]
    assert words == sorted(words)
    with pytest.raises(ValueError, match="which word"):
        row_order(VECTORS, "similarity")


def test_clusters_keep_together_what_belongs_together():
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(6, 20))
    truth = rng.integers(0, 6, 600)
    rows = centres[truth] + rng.normal(scale=0.05, size=(600, 20))
    vectors = WordVectors.of([str(k) for k in range(600)], rows)
    found = clusters(vectors, 48)
    again = clusters(vectors, 48)
    np.testing.assert_array_equal(found, again)
    for cluster in np.unique(found[1:]):
        assert len(set(truth[found[1:] == cluster])) == 1


def test_clusters_of_next_to_nothing():
    assert clusters(made(1)).tolist() == [0, 0]
    assert len(clusters(made(3))) == 4


def test_pca_agrees_with_a_singular_value_decomposition():
    rows = np.array(VECTORS.matrix[1:], np.float64)
    centred = rows - rows.mean(axis=0)
    _, values, turned = np.linalg.svd(centred, full_matrices=False)
    found = pca(VECTORS.matrix[1:], 3)
    np.testing.assert_allclose(found.explained, (values**2 / (values**2).sum())[:3], rtol=1e-5)
    np.testing.assert_allclose(np.abs(found.directions.T), np.abs(turned[:3]), atol=1e-4)
    projected = found.project(VECTORS.matrix[1:])
    np.testing.assert_allclose(np.abs(projected), np.abs(centred @ turned[:3].T), atol=1e-3)


def test_pca_of_some_words_and_of_few_dimensions():
    found = pca(VECTORS.matrix[1:3])
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-6)
    assert pca(made(9, dim=2).matrix, 3).directions.shape == (2, 2)
    with pytest.raises(ValueError, match="two words"):
        pca(VECTORS.matrix[:1])
