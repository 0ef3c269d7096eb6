"""Figures of word vectors: what is drawn is what was given, and never too much."""

from __future__ import annotations

import numpy as np
import pytest
from plotly.colors import sample_colorscale

from seqlib.vectors import WordVectors, figures, overview

WORDS = [f"word{n}" for n in range(999)]


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return WordVectors.of(WORDS, np.random.default_rng(1).normal(size=(999, 5)))


def heatmap(figure):
    return next(trace for trace in figure.data if trace.type == "heatmap")


def test_single_rows_have_their_words_and_exact_values(vectors):
    figure = figures.matrix(overview(vectors, 10, 20))
    drawn = heatmap(figure)
    assert np.array_equal(drawn.z, vectors.matrix[10:20])
    assert drawn.y.tolist() == list(range(10, 20))
    assert drawn.customdata[0][0] == "row 10 · word9"
    assert figure.layout.yaxis.ticktext == tuple(WORDS[9:19])


def test_the_padding_row_is_called_padding(vectors):
    figure = figures.matrix(overview(vectors, 0, 5))
    assert heatmap(figure).customdata[0][0] == "row 0 · padding"
    assert figure.layout.yaxis.ticktext[0] == "padding"


def test_stretches_say_which_places_they_cover(vectors):
    figure = figures.matrix(overview(vectors, 0, None, 100))
    assert heatmap(figure).z.shape == (100, 5)
    first, last = heatmap(figure).customdata[1][0]
    assert 0 < first <= last < 30


def test_the_whole_matrix_is_sent_as_less_than_half_a_megabyte():
    many = WordVectors.of([f"a-long-word-{at}" for at in range(5000)], np.ones((5000, 50)))
    figure = figures.matrix(overview(many, 0, None, 260))
    assert len(figure.to_json()) < 400_000


def test_row_0_is_at_the_top(vectors):
    low, high = figures.matrix(overview(vectors, 0, 30)).layout.yaxis.range
    assert (low, high) == (29.5, -0.5)


def test_marks_outside_the_view_are_left_out_and_inside_are_framed(vectors):
    marks = [(12, "word11"), (500, "word499")]
    figure = figures.matrix(overview(vectors, 10, 20), marks=marks)
    (frame,) = figure.layout.shapes
    assert (frame.y0, frame.y1) == (11.5, 12.5)
    assert "<b>word11</b>" in figure.layout.yaxis.ticktext


def test_labels_of_marks_in_an_overview_keep_apart(vectors):
    marks = [(1, "word0"), (2, "word1"), (3, "word2")]
    figure = figures.matrix(overview(vectors, 0, None, 100), marks=marks)
    heights = [label.ay for label in figure.layout.annotations]
    assert min(np.diff(heights)) > 20
    assert [label.y for label in figure.layout.annotations] == [1, 2, 3]


def test_what_has_one_sign_is_coloured_from_zero(vectors):
    view = overview(vectors, 0, None, 100, statistic="root mean square")
    assert heatmap(figures.matrix(view, signed=False)).zmin == 0
    assert heatmap(figures.matrix(view)).zmin < 0


def test_an_outlier_does_not_pale_the_rest():
    values = np.ones(1000)
    values[0] = 1e6
    assert figures.limit_of(values) < 10
    assert figures.limit_of(np.zeros(3)) == 1


def test_bars_stand_in_the_given_order_from_the_top():
    figure = figures.bars(["a", "b"], np.array([0.4, -0.2]), "cosine", band=(-0.1, 0.1))
    (bar,) = figure.data
    assert bar.x.tolist() == [0.4, -0.2]
    assert figure.layout.yaxis.range == (1.5, -0.5)
    assert bar.marker.color[0] != bar.marker.color[1]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (-0.1, 0.1)


def test_numbers_stand_in_the_cells_only_while_there_is_room():
    def drawn(n):
        (trace,) = figures.similarity(np.eye(n), [f"w{at}" for at in range(n)]).data
        return trace

    assert drawn(5).texttemplate
    assert not drawn(20).texttemplate
    assert drawn(5).zmin == -1


def test_the_numbers_in_the_cells_are_read_with_ease():
    drawn = figures.similarity(np.eye(2), ["cat", "dog"]).data[0]
    assert drawn.textfont.color == "black"
    scale = [colour for _, colour in drawn.colorscale]
    part = np.array(sample_colorscale(scale, np.linspace(0, 1, 201), colortype="tuple"))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [
        0.2126,
        0.7152,
        0.0722,
    ]  # https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    assert min((luminance + 0.05) / 0.05) >= 4.5


def test_both_arrows_of_an_analogy_are_the_same_step():
    a, b, c = np.array([[0.0, 0], [1, 0.5], [0.2, 2]])
    points = np.array([a, b, c, c + b - a, [1.1, 2.2]])
    figure = figures.arithmetic(points, ["a", "b", "c", "sum", "d"])
    steps = [
        (arrow.x - arrow.ax, arrow.y - arrow.ay)
        for arrow in figure.layout.annotations
        if arrow.showarrow
    ]
    assert np.allclose(*steps)
    assert figure.layout.yaxis.scaleanchor == "x"
    apart, marked = figure.data
    np.testing.assert_array_equal(np.transpose([marked.x, marked.y]), points)
    np.testing.assert_array_equal(np.transpose([apart.x, apart.y]), points[3:])
    named = {one.text: (one.x, one.y) for one in figure.layout.annotations if one.text}
    middles = (points[0] + points[1]) / 2, (points[2] + points[3]) / 2
    np.testing.assert_allclose([named["b − a"], named["the same step from c"]], middles)


def test_every_word_of_a_map_is_drawn_once():
    points = np.random.default_rng(2).normal(size=(30, 3))
    words = WORDS[:30]
    figure = figures.word_map(points, words, focus=3, near=[4, 5], own=[5, 6, 3])
    drawn = [
        word for trace in figure.data if trace.customdata is not None for word in trace.customdata
    ]
    assert sorted(drawn) == sorted(words)
    lines = np.transpose([figure.data[0][axis] for axis in "xyz"])
    np.testing.assert_array_equal(lines[[0, 1, 3, 4]], points[[3, 4, 3, 5]])
    assert np.isnan(lines[[2, 5]]).all()
