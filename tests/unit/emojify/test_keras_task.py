"""Keras' own ``fit`` of Emojify_V2 as a task: NumPy's numbers where chance has no part."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from seqlib.emojify.keras_task import keras_task
from seqlib.emojify.task import EmojifyTask
from seqlib.emojify.weights import Embedding, EmojifyWeights

EPOCHS = 3


def make_task(**settings) -> EmojifyTask:
    """Random sentences of 1 to 5 of 11 words; the first word says the class."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(0, 0.5, (12, 6)).astype(np.float32)
    matrix[0] = 0
    rows = rng.integers(1, 12, (24, 5)) * (np.arange(5) < rng.integers(1, 6, (24, 1)))
    mask = settings.pop("mask", False)
    start = EmojifyWeights.initial(Embedding.of(matrix), 4, 5, mask=mask, seed=1)
    labels = rows[:, 0] % 4
    options = {"epochs": EPOCHS, "learning_rate": 0.02, "batch_size": 8, "seed": 5, **settings}
    return EmojifyTask.of(rows[:18], labels[:18], rows[18:], labels[18:], start, **options)


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_fit_learns_what_numpy_learns_epoch_by_epoch(keras, mask):
    task = make_task(mask=mask)
    with_keras = keras_task(task)
    ours, expected = task.advance(task.begin(), np.inf)
    state, found = with_keras.begin(), []
    while state.epoch < EPOCHS:
        state = pickle.loads(pickle.dumps(state))
        state, progress = pickle.loads(pickle.dumps(with_keras)).advance(state, 0.0)
        found.append(progress.measured)
    for name, tolerance in (
        ("loss", 1e-4),
        ("accuracy", 1e-6),
        ("test_loss", 1e-3),
        ("test_accuracy", 1e-6),
        ("confusion", 0),
    ):
        mine = np.concatenate([one[name] for one in found])
        np.testing.assert_allclose(mine, expected.measured[name], atol=tolerance, err_msg=name)
    np.testing.assert_allclose(state.weights, ours.weights, atol=1e-3)
    np.testing.assert_allclose(state.first, ours.first, atol=1e-3)
    assert state.step == ours.step
    assert state.best is not None
    assert state.best[1] == ours.best[1]


def test_a_trained_embedding_comes_back_in_its_place(keras):
    task = make_task(trainable=True, dropout=0.4)
    with_keras = keras_task(task)
    state, progress = with_keras.advance(with_keras.begin(), np.inf)
    assert progress.epochs
    *arrays, table = task.split(state.weights)
    assert table.shape == task.table.shape
    assert 0 < np.abs(table - task.table).max() < 0.5
    for array, before in zip(arrays, task.start, strict=True):
        assert 0 < np.abs(array - before).max() < 0.5
