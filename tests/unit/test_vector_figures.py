"""Figures of word vectors: what is drawn is what was given, and never too much."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib import vector_figures
from seqlib.vectors import WordVectors, overview

WORDS = [f"word{n}" for n in range(999)]


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return WordVectors.of(WORDS, np.random.default_rng(1).normal(size=(999, 5)))


def heatmap(figure):
    return next(trace for trace in figure.data if trace.type == "heatmap")


def test_single_rows_have_their_words_and_exact_values(vectors):
    figure = vector_figures.matrix(overview(vectors, 10, 20))
    drawn = heatmap(figure)
    assert np.array_equal(drawn.z, vectors.matrix[10:20])
    assert drawn.y.tolist() == list(range(10, 20))
    assert drawn.customdata[0][0] == "row 10 · word9"
    assert figure.layout.yaxis.ticktext == tuple(WORDS[9:19])


def test_the_padding_row_is_called_padding(vectors):
    figure = vector_figures.matrix(overview(vectors, 0, 5))
    assert heatmap(figure).customdata[0][0] == "row 0 · padding"
    assert figure.layout.yaxis.ticktext[0] == "padding"


def test_stretches_say_which_places_they_cover(vectors):
    figure = vector_figures.matrix(overview(vectors, 0, None, 100))
    assert heatmap(figure).z.shape == (100, 5)
    assert "places 10 to 19" in heatmap(figure).customdata[1][0]


def test_row_0_is_at_the_top(vectors):
    low, high = vector_figures.matrix(overview(vectors, 0, 30)).layout.yaxis.range
    assert (low, high) == (29.5, -0.5)


def test_marks_outside_the_view_are_left_out_and_inside_are_framed(vectors):
    marks = [(12, "word11"), (500, "word499")]
    figure = vector_figures.matrix(overview(vectors, 10, 20), marks=marks)
    (frame,) = figure.layout.shapes
    assert (frame.y0, frame.y1) == (11.5, 12.5)
    assert "<b>word11</b>" in figure.layout.yaxis.ticktext


def test_labels_of_marks_in_an_overview_keep_apart(vectors):
    marks = [(1, "word0"), (2, "word1"), (3, "word2")]
    figure = vector_figures.matrix(overview(vectors, 0, None, 100), marks=marks)
    heights = [label.ay for label in figure.layout.annotations]
    assert min(np.diff(heights)) > 20
    assert [label.y for label in figure.layout.annotations] == [1, 2, 3]


def test_what_has_one_sign_is_coloured_from_zero(vectors):
    view = overview(vectors, 0, None, 100, statistic="root mean square")
    assert heatmap(vector_figures.matrix(view, signed=False)).zmin == 0
    assert heatmap(vector_figures.matrix(view)).zmin < 0


def test_an_outlier_does_not_pale_the_rest():
    values = np.ones(1000)
    values[0] = 1e6
    assert vector_figures.limit_of(values) < 10
    assert vector_figures.limit_of(np.zeros(3)) == 1
