"""Figures show the arrays they are given."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.figures import by_epoch
from seqlib.jazz import figures


def test_one_hot_puts_time_across_and_names_every_token():
    x = np.eye(5, 7, dtype=np.float32)  # (Tx, n_values)
    (heatmap,) = figures.one_hot(x, list("abcdefg")).data
    np.testing.assert_array_equal(heatmap.z, x.T)
    assert [row[0] for row in heatmap.customdata] == list("abcdefg")


def test_a_curve_grows_into_a_fixed_axis_between_levels_and_marks():
    loss, at = np.array([4.0, 2.5, 1.9], np.float32), np.array([1, 10, 20])
    figure = by_epoch(
        [("training", np.ones(20)), ("held out", loss, at)],
        50,
        "loss",
        levels={"guessing": 1.8, "trigram": 1.77},
        marks={"turns": 10},
    )
    np.testing.assert_array_equal(figure.data[1].x, at)
    np.testing.assert_array_equal(figure.data[1].y, loss)
    np.testing.assert_array_equal(figure.data[0].x, np.arange(1, 21))
    assert tuple(figure.layout.xaxis.range) == (1, 50)
    assert len({line.line.color for line in figure.data}) == 2
    _highest, level, mark = figure.layout.shapes
    assert (level.y0, level.y1, mark.x0, mark.x1) == (1.77, 1.77, 10, 10)
    named = [(one.text, one.yanchor) for one in figure.layout.annotations]
    assert named == [("guessing", "bottom"), ("trigram", "top"), ("turns", "bottom")]


def test_a_single_epoch_is_a_point_one_can_see():
    assert by_epoch([("mine", np.array([3.0]))], 50, "loss").data[0].mode == "markers"


def test_per_step_keeps_one_row_an_output():
    shares = np.random.default_rng(0).random((6, 4))  # (epochs, Ty)
    (heatmap,) = figures.per_step(shares, 10, "accuracy").data
    np.testing.assert_array_equal(heatmap.x, np.arange(1, 7))
    np.testing.assert_array_equal(heatmap.y, np.arange(1, 5))
    assert (heatmap.zmin, heatmap.zmax) == (0, 100)
    np.testing.assert_allclose(heatmap.z, 100 * shares.T, atol=0.5)  # whole percent


def test_per_step_of_many_epochs_draws_no_more_than_can_be_seen():
    shares = np.linspace(0, 1, 1000)[:, None].repeat(3, axis=1)
    (heatmap,) = figures.per_step(shares, 1000, "accuracy").data
    assert heatmap.z.shape == (3, len(heatmap.x))
    assert len(heatmap.x) <= figures.COLUMNS
    assert heatmap.x[-1] == 1000
    np.testing.assert_allclose(heatmap.z[0], 100 * shares[heatmap.x - 1, 0], atol=0.5)


@pytest.mark.parametrize(
    "figure",
    [
        figures.one_hot(np.eye(3), list("abc")),
        by_epoch([("a", np.ones(2))], 3, "loss"),
        figures.per_step(np.ones((2, 3)), 3, "accuracy"),
    ],
)
def test_both_axes_are_labelled(figure):
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
