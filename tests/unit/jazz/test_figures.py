"""Figures show the arrays they are given."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.jazz import figures


def test_one_hot_puts_time_across_and_names_every_token():
    x = np.eye(5, 7, dtype=np.float32)  # (Tx, n_values)
    (heatmap,) = figures.one_hot(x, list("abcdefg")).data
    np.testing.assert_array_equal(heatmap.z, x.T)
    assert [row[0] for row in heatmap.customdata] == list("abcdefg")


def test_the_loss_curve_grows_into_a_fixed_axis():
    loss = np.array([100.0, 40.0, 7.5])
    figure = figures.loss_curve([("mine", loss)], epochs=50)
    np.testing.assert_array_equal(figure.data[0].y, loss)
    np.testing.assert_array_equal(figure.data[0].x, [1, 2, 3])
    assert tuple(figure.layout.xaxis.range) == (1, 50)


def test_a_single_epoch_is_a_point_one_can_see():
    figure = figures.loss_curve([("mine", np.array([3.0]))], epochs=50)
    assert figure.data[0].mode == "markers"


def test_each_run_has_its_own_colour_and_name():
    figure = figures.loss_curve([("one", np.ones(3)), ("two", np.ones(4))], epochs=5)
    assert figure.layout.showlegend
    assert len({line.line.color for line in figure.data}) == 2


def test_per_step_keeps_one_row_an_output():
    shares = np.random.default_rng(0).random((6, 4))  # (epochs, Ty)
    (heatmap,) = figures.per_step(shares, 10, "accuracy").data
    np.testing.assert_array_equal(heatmap.x, np.arange(1, 7))
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
        figures.loss_curve([("a", np.ones(2))], 3),
        figures.per_step(np.ones((2, 3)), 3, "accuracy"),
    ],
)
def test_both_axes_are_labelled(figure):
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
