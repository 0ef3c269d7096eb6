"""Keras' own ``fit`` as a task: NumPy's numbers from the same weights, and resumable."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from seqlib.jazz.keras_task import keras_task
from seqlib.jazz.task import JazzTask
from seqlib.jazz.weights import JazzWeights

N_A, N_VALUES, TX, EPOCHS = 4, 7, 5, 12


@pytest.fixture
def task(make_windows, make_weights) -> JazzTask:
    X, Y = make_windows(m=6, Tx=TX, n_values=N_VALUES)
    settings = {"epochs": EPOCHS, "learning_rate": 0.05, "keep": True, "held_every": 4}
    melodies = tuple(Y.argmax(axis=-1).T[:2])
    return JazzTask.of(X, Y, make_weights(N_A, N_VALUES), held_out=melodies, **settings)


@pytest.mark.parametrize("literal", [False, True], ids=["twin", "djmodel"])
def test_fit_learns_what_numpy_learns_epoch_by_epoch(keras, task, literal):
    with_keras = keras_task(task, literal)
    ours, expected = task.advance(task.begin(), np.inf)
    state, losses, accuracies, spent = with_keras.begin(), [], [], []
    kept, others = {}, []
    while state.epoch < EPOCHS:
        # As it travels to the room and back, and at most five epochs at a time.
        state = pickle.loads(pickle.dumps(state))
        state, progress = pickle.loads(pickle.dumps(with_keras)).advance(state, 0.1, 5)
        assert progress.epochs
        losses.append(progress.measured["loss"])
        accuracies.append(progress.measured["accuracy"])
        spent.append(progress.measured["spent"])
        kept |= progress.kept
        others.append([progress.measured[name] for name in ("held_out", "gradient", "rate")])
    np.testing.assert_allclose(np.concatenate(losses), expected.measured["loss"], rtol=2e-4)
    np.testing.assert_allclose(np.concatenate(accuracies), expected.measured["accuracy"], atol=1e-6)
    for mine, name in zip(zip(*others, strict=True), ("held_out", "gradient", "rate"), strict=True):
        np.testing.assert_allclose(np.concatenate(mine), expected.measured[name], rtol=2e-3)
    assert state.best[1] == ours.best[1]
    assert list(kept) == list(expected.kept) == [1, 2, 3, 5, 10]
    np.testing.assert_allclose(kept[10], expected.kept[10], atol=1e-3)
    assert state.step == ours.step == EPOCHS
    np.testing.assert_allclose(state.weights, ours.weights, atol=1e-3)
    np.testing.assert_allclose(state.first, ours.first, atol=1e-3)
    np.testing.assert_allclose(state.second, ours.second, atol=1e-3)
    seconds = np.concatenate(spent)
    assert (seconds >= 0).all()
    assert (seconds[1:, :2] < 1e-3).all()  # only the first epoch waits for loading and tracing
    assert seconds[:, 2].sum() > 0
    model = with_keras.model(state, task.start)
    np.testing.assert_array_equal(model.arrays[0].ravel(), state.weights[: N_VALUES * 4 * N_A])


@pytest.mark.parametrize("kind", ["GRU", "SimpleRNN"])
def test_fit_learns_the_same_with_other_cells(keras, make_windows, kind):
    X, Y = make_windows(m=6, Tx=TX, n_values=N_VALUES)
    start = JazzWeights.initial(N_A, N_VALUES, kind=kind)
    held_out = tuple(Y.argmax(axis=-1).T[:2])
    other = JazzTask.of(X, Y, start, epochs=4, learning_rate=0.05, held_out=held_out)
    ours, expected = other.advance(other.begin(), np.inf)
    with_keras, measured = keras_task(other, literal=True), []
    state = with_keras.begin()
    while state.epoch < 4:  # the first call traces and does one
        state, progress = with_keras.advance(state, np.inf)
        measured.append(progress.measured)
    for name in ("loss", "accuracy", "held_out", "gradient"):
        found = np.concatenate([one[name] for one in measured])
        np.testing.assert_allclose(found, expected.measured[name], rtol=2e-3, err_msg=name)
    np.testing.assert_allclose(state.weights, ours.weights, atol=1e-3)
    assert expected.measured["loss"][-1].sum() < expected.measured["loss"][0].sum()


def test_what_is_trained_already_is_left_alone(keras, task):
    with_keras = keras_task(task, literal=False)
    state = with_keras.begin()
    while state.epoch < EPOCHS:  # a first call, which traces, trains one
        state, _progress = with_keras.advance(state, np.inf)
    again, progress = with_keras.advance(state, np.inf)
    assert again is state
    assert progress.epochs == 0


def test_a_rate_that_breaks_the_loss_gives_the_weights_before_it(keras, make_windows, make_weights):
    X, Y = make_windows(m=6, Tx=TX, n_values=N_VALUES)
    wild = JazzTask.of(X, Y, make_weights(N_A, N_VALUES), epochs=EPOCHS, learning_rate=1e38)
    with_keras = keras_task(wild, literal=False)
    state, progress = with_keras.begin(), None
    while progress is None or (progress.finite and state.epoch < EPOCHS):
        state, progress = with_keras.advance(state, 0.0)
    assert not progress.finite
    assert np.isfinite(state.weights).all()
