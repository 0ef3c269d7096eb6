"""The jazz model as plain arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.jazz import JazzWeights, score, shifted_one_hot
from seqlib.lstm import LSTMWeights, forward


def test_first_weights_are_drawn_as_keras_draws_them():
    weights = JazzWeights.initial(n_a=64, n_values=78, seed=5)
    kernel, recurrent, bias, densor_kernel, densor_bias = weights.arrays
    assert {array.dtype for array in weights.arrays} == {np.dtype(np.float32)}
    for array in (kernel, densor_kernel):  # Glorot: uniform with variance 2 / (n_in + n_out)
        limit = np.sqrt(6 / sum(array.shape))
        assert np.abs(array).max() <= limit
        np.testing.assert_allclose(array.var(), 2 / sum(array.shape), rtol=0.05)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(64), atol=1e-5)
    np.testing.assert_array_equal(bias, np.repeat([0, 1, 0, 0], 64))
    assert not densor_bias.any()
    assert weights.n_parameters == 41_678


def test_the_seed_fixes_the_first_weights():
    one, same, other = (JazzWeights.initial(3, 5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.cell.kernel, same.cell.kernel)
    assert (one.cell.kernel != other.cell.kernel).any()
    assert (one.cell.recurrent_kernel != other.cell.recurrent_kernel).any()


def test_a_cell_of_one_unit_can_be_drawn():
    assert JazzWeights.initial(1, 2).trace(np.zeros((3, 2))).y.shape == (3, 2)


def test_trace_is_the_cells_with_the_densors_softmax(make_weights):
    weights = make_weights(4, 7)
    x = np.eye(7)[[0, 3, 6]]
    trace = weights.trace(x)
    np.testing.assert_array_equal(trace.h, forward(weights.cell, x).h)
    z = trace.h @ weights.densor_kernel + weights.densor_bias
    np.testing.assert_allclose(trace.y, np.exp(z) / np.exp(z).sum(1, keepdims=True), atol=1e-6)
    assert weights.trace(x[None]).y.shape == (1, 3, 7)


def test_saved_weights_come_back_unchanged(make_weights, tmp_path):
    weights = make_weights()
    weights.save(tmp_path / "w.npz")
    for ours, theirs in zip(
        weights.arrays, JazzWeights.load(tmp_path / "w.npz").arrays, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04 cut short"])
def test_a_file_of_something_else_is_refused_by_name(tmp_path, content):
    path = tmp_path / "odd.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"odd.npz does not hold a jazz model's weights"):
        JazzWeights.load(path)


def test_an_archive_without_the_arrays_is_refused(tmp_path):
    np.savez(tmp_path / "odd.npz", kernel=np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"odd.npz does not hold a jazz model's weights"):
        JazzWeights.load(tmp_path / "odd.npz")


def test_a_pickled_object_is_never_loaded(tmp_path):
    np.savez(tmp_path / "odd.npz", kernel=np.array([object()]))
    with pytest.raises(ValueError, match="does not hold a jazz model's weights"):
        JazzWeights.load(tmp_path / "odd.npz")


@pytest.mark.parametrize("shapes", [((4, 6), (6,)), ((3, 7), (7,)), ((4, 7), (6,))])
def test_a_densor_that_does_not_fit_the_cell_is_refused(shapes):
    cell = LSTMWeights(np.zeros((7, 16)), np.zeros((4, 16)), np.zeros(16))
    with pytest.raises(ValueError, match=r"this cell needs \(4, 7\) and \(7,\)"):
        JazzWeights(cell, np.zeros(shapes[0]), np.zeros(shapes[1]))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_the_model_reads_every_note_but_the_last_after_a_blank(notes):
    x = shifted_one_hot(np.array(notes), 5)
    assert x.shape == (len(notes), 5)
    assert not x[0].any()
    np.testing.assert_array_equal(x[1:].argmax(axis=1), notes[:-1])
    np.testing.assert_array_equal(x[1:].sum(axis=1), 1)


def certain_of(note: int, n_values: int = 4) -> JazzWeights:
    """Weights that predict one note with a known probability, whatever was read."""
    zeros = JazzWeights.initial(2, n_values).arrays
    bias = np.zeros(n_values, np.float32)
    bias[note] = np.log(n_values - 1)  # so that P(note) = 1/2
    return JazzWeights.from_arrays([*(np.zeros_like(array) for array in zeros[:4]), bias])


def test_the_way_back_from_one_output_is_its_share_of_the_whole(make_weights):
    weights, notes = make_weights(4, 7), np.array([3, 1, 0, 6, 2])
    x = shifted_one_hot(notes, 7)
    alone = [weights.back(x, notes, at) for at in range(5)]
    whole = weights.back(x, notes)
    for name in ("da", "dc", "dz"):
        parts = [getattr(one, name) for one in alone]
        np.testing.assert_allclose(sum(parts), getattr(whole, name), atol=1e-6)
        assert not parts[2][3:].any()
        assert (np.linalg.norm(parts[2][:3], axis=1) > 0).all()


def test_scores_are_the_share_of_first_choices_and_the_mean_surprise():
    scores = score(certain_of(1), [np.array([1, 1, 0]), np.array([], int), np.array([1])])
    assert scores.n == 4
    assert scores.accuracy == 0.75
    np.testing.assert_allclose(scores.log_loss, (3 * np.log(2) + np.log(6)) / 4, rtol=1e-6)


def test_scoring_nothing_is_refused():
    with pytest.raises(ValueError, match="no notes to score"):
        score(certain_of(1), [])
