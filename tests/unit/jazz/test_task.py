"""Training in NumPy is Keras' own training of the jazz model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqlib.jazz import JazzWeights
from seqlib.jazz import task as jazz_task
from seqlib.jazz.task import JazzTask, places_of, windows_per_call

N_A, N_VALUES, TX, M = 4, 7, 5, 6


@pytest.fixture
def windows(make_windows):
    return make_windows(m=M, Tx=TX, n_values=N_VALUES)


def make(windows, start, **settings) -> JazzTask:
    return JazzTask.of(*windows, start, **{"epochs": 20, "learning_rate": 0.05, **settings})


class KerasFit:
    """Plain Keras ``fit`` of the twin, with Keras' own Adam and loss."""

    def __init__(self, keras, weights, rate):
        from seqlib.jazz.keras_models import fused_twin, get_weights, music_layers

        self.layers = music_layers(weights.n_a, weights.n_values, weights)
        self.model = fused_twin(TX, self.layers)
        # Keras averages over timesteps where the seed's Ty outputs are summed.
        self.model.compile(
            keras.optimizers.Adam(rate),
            loss=lambda true, y: TX * keras.losses.categorical_crossentropy(true, y),
            metrics=["categorical_accuracy"],
        )
        self.weights = lambda: get_weights(self.layers)

    def epoch(self, X, Y):
        """One epoch over all windows at once: loss and accuracy."""
        zeros = np.zeros((M, N_A), np.float32)
        given = [X, zeros, zeros], Y.swapaxes(0, 1)
        history = self.model.fit(*given, batch_size=M, shuffle=False, verbose=0).history
        return history["loss"][0], history["categorical_accuracy"][0]


def test_training_equals_keras_fit_epoch_by_epoch(keras, make_weights, windows):
    task = make(windows, make_weights(N_A, N_VALUES))
    fit = KerasFit(keras, task.start, task.learning_rate)
    state = task.begin()
    losses = []
    for _epoch in range(task.epochs):
        loss, accuracy = fit.epoch(*windows)
        state, progress = task.advance(state, 100, epochs=1)
        assert progress.epochs == 1
        np.testing.assert_allclose(progress.measured["loss"].sum(), loss, rtol=2e-4)
        np.testing.assert_allclose(progress.measured["accuracy"].mean(), accuracy, atol=1e-6)
        losses.append(loss)
    for mine, theirs in zip(task.model(state).arrays, fit.weights().arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert losses[-1] < 0.8 * losses[0]  # it did learn


def test_one_step_equals_the_literal_djmodel_under_fit(keras, make_weights, windows):
    """The seed's own graph, with a list of Ty outputs."""
    from seqlib.jazz.keras_models import djmodel, get_weights, music_layers

    X, Y = windows
    start = make_weights(N_A, N_VALUES)
    layers = music_layers(N_A, N_VALUES, start)
    model = djmodel(TX, N_A, N_VALUES, layers)
    model.compile(keras.optimizers.Adam(0.05), loss=["categorical_crossentropy"] * TX)
    zeros = np.zeros((M, N_A), np.float32)
    history = model.fit([X, zeros, zeros], list(Y), batch_size=M, epochs=3, verbose=0).history
    task = make(windows, start, epochs=3)
    state, progress = task.advance(task.begin(), 100)
    np.testing.assert_allclose(progress.measured["loss"].sum(axis=1), history["loss"], rtol=2e-4)
    for mine, theirs in zip(task.model(state).arrays, get_weights(layers).arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)


def test_the_first_loss_and_accuracy_are_those_of_the_first_weights(make_weights, windows):
    X, Y = windows
    start = make_weights(N_A, N_VALUES)
    _, progress = make(windows, start).advance(make(windows, start).begin(), 0)
    y = start.trace(X).y.swapaxes(0, 1)  # (Ty, m, n_values)
    expected = -np.log((y * Y).sum(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(progress.measured["loss"], [expected], rtol=1e-4)
    right = (y.argmax(axis=-1) == Y.argmax(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(progress.measured["accuracy"], [right], atol=1e-6)


def test_the_gradient_is_that_of_the_plain_way_back(make_weights, windows):
    """One step of plain descent's worth: Adam's first moment after one epoch."""
    X, Y = windows
    task = make(windows, make_weights(N_A, N_VALUES))
    state, _ = task.advance(task.begin(), 0)
    gradient = state.first / np.float32(1 - 0.9)
    back = task.start.back(X, Y.swapaxes(0, 1).argmax(axis=-1))
    plain = np.concatenate([array.ravel() for array in back.weights.arrays]) / M
    np.testing.assert_allclose(gradient[: len(plain)], plain, atol=1e-5)
    assert np.abs(plain).max() > 0.05


@pytest.mark.parametrize("largest", [1, 2, 4, 5])
def test_an_epoch_in_parts_equals_an_epoch_in_one(make_weights, windows, monkeypatch, largest):
    start = make_weights(N_A, N_VALUES)
    task = make(windows, start, epochs=3)
    whole, measured = task.advance(task.begin(), 100)
    monkeypatch.setattr(jazz_task, "windows_per_call", lambda *_: largest)
    calls = -(-M // largest)
    state, found = task.begin(), []
    for call in range(3 * calls):
        state, progress = task.advance(state, 0)
        assert progress.epochs == ((call + 1) % calls == 0)
        assert progress.part_done == (call + 1) % calls / calls
        found += list(progress.measured.get("loss", ()))
    np.testing.assert_allclose(found, measured.measured["loss"], rtol=1e-4)
    np.testing.assert_allclose(state.weights, whole.weights, atol=1e-4)


def test_long_windows_and_any_number_of_them_train(make_windows, make_weights):
    for m, Tx in ((1, 2), (3, 100)):
        task = make(make_windows(m=m, Tx=Tx, n_values=N_VALUES), make_weights(N_A, N_VALUES))
        _, progress = task.advance(task.begin(), 100)
        losses = progress.measured["loss"].sum(axis=1)
        assert progress.measured["loss"].shape == (20, Tx)
        assert losses[-1] < losses[0]


def test_a_sure_mistake_has_a_finite_loss_and_is_unlearned(windows):
    arrays = [np.zeros_like(array) for array in JazzWeights.initial(N_A, N_VALUES).arrays]
    arrays[-1][0] = 500.0  # certain of note 0: the softmax underflows for every other
    task = make(windows, JazzWeights.from_arrays(arrays), learning_rate=0.1)
    state, progress = task.advance(task.begin(), 100)
    assert progress.finite
    assert np.isfinite(progress.measured["loss"]).all()
    assert progress.measured["loss"].max() > 100
    assert task.model(state).densor_bias[0] < 499


def test_the_last_good_weights_are_given_where_a_step_was_too_long(make_weights, windows):
    task = make(windows, make_weights(N_A, N_VALUES))
    good, _ = task.advance(task.begin(), 100, epochs=2)
    state, progress = replace(task, learning_rate=1e38).advance(good, 100)
    assert not progress.finite
    assert 0 < progress.epochs < task.epochs - 2
    assert state.epoch == 2 + progress.epochs
    assert np.isfinite(state.weights).all()
    assert np.isfinite(progress.measured["loss"]).all()


def test_a_call_is_bounded_at_the_default_and_at_the_largest_run():
    assert windows_per_call(Tx=30, n_values=78, n_a=64) > 400
    assert 1 <= windows_per_call(Tx=100, n_values=1500, n_a=256) < 100
    assert windows_per_call(Tx=10_000, n_values=100_000, n_a=4096) == 1


def test_places_say_where_ones_are_and_which_rows_are_blank():
    X = np.zeros((2, 3, 4), np.float32)
    X[0, 1, 2] = X[1, 0, 3] = X[1, 2, 0] = 1
    np.testing.assert_array_equal(places_of(X), [[4, 2, 4], [3, 4, 0]])
    with pytest.raises(ValueError, match="one-hot"):
        places_of(0.5 * X)
    X[1, 0, 0] = 1  # two notes at once
    with pytest.raises(ValueError, match="one-hot"):
        places_of(X)
