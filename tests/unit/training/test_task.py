"""What every task promises: pure slices that pickle, cut anywhere, on one thread or two."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace

import numpy as np
import pytest

from seqlib.emojify import EmojifyWeights
from seqlib.emojify.task import EmojifyTask
from seqlib.emojify.weights import Embedding
from seqlib.jazz import JazzWeights
from seqlib.jazz.task import JazzTask
from seqlib.training.adam import clipped
from seqlib.training.copy_task import CopySettings, CopyTask
from seqlib.training.loss import cross_entropy
from seqlib.training.stepped import split


def jazz(**settings):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 7, (9, 5)).astype(np.int32)
    x = np.concatenate([np.full((9, 1), 7, np.int32), y[:, :-1]], axis=1)
    start = JazzWeights.initial(4, 7)
    return JazzTask(x, y, start, **{"epochs": 4, "learning_rate": 0.05, **settings})


def emojify(n_a=4, **settings):
    rng = np.random.default_rng(1)
    start = EmojifyWeights.initial(
        Embedding.of(rng.normal(size=(12, 3)).astype(np.float32)), 5, n_a, mask=True
    )
    train, test = (rng.integers(0, 12, (m, 5)) for m in (14, 6))
    labels, test_labels = (rng.integers(0, 5, m) for m in (14, 6))
    settings = {"epochs": 4, "learning_rate": 0.01, "batch_size": 6, "dropout": 0.3} | settings
    return EmojifyTask.of(train, labels, test, test_labels, start, **settings)


TASKS = {
    "jazz": jazz,
    "emojify": emojify,
    "emojify, trainable": lambda: emojify(trainable=True, batch_size=2),
    "copy": lambda: CopyTask(CopySettings(delay=2, n_a=4, steps=40)),
}


@pytest.fixture(params=TASKS.values(), ids=TASKS)
def task(request):
    return request.param()


def same(state, other) -> None:
    for name in ("weights", "first", "second"):
        np.testing.assert_array_equal(getattr(state, name), getattr(other, name))
    assert (state.step, state.epoch, state.batch) == (other.step, other.epoch, other.batch)


def test_slices_of_any_length_give_what_one_slice_gives(task):
    whole, progress = task.advance(task.begin(), 100)
    assert (whole.epoch, progress.epochs, progress.part_done) == (4, 4, 0)
    state, found, slices = task.begin(), [], 0
    while state.epoch < task.epochs:
        before = state
        state, some = task.advance(state, 0)  # one mini-batch
        assert (state.epoch, state.batch) != (before.epoch, before.batch)
        assert 0 <= some.part_done < 1
        found, slices = found + [some.measured] * some.epochs, slices + 1
    assert slices == sum(len(task.parts(epoch)) for epoch in range(4))
    same(state, whole)
    for name, values in progress.measured.items():
        np.testing.assert_array_equal(np.concatenate([one[name] for one in found]), values)


def test_a_slice_is_pure_wherever_it_runs(task):
    """In a copy that was pickled, from a state that was pickled; neither is changed."""
    state, _ = task.advance(task.begin(), 0)
    kept = pickle.dumps(state)
    first, measured = task.advance(state, 100)
    assert pickle.dumps(state) == kept
    elsewhere, again = pickle.loads(pickle.dumps(task)).advance(pickle.loads(kept), 100)
    same(first, elsewhere)
    for name, values in measured.measured.items():
        np.testing.assert_array_equal(again.measured[name], values)


def test_a_slice_ends_at_the_epochs_or_the_seconds_asked_for(task):
    state, progress = task.advance(task.begin(), 100, epochs=3)
    assert (state.epoch, progress.epochs) == (3, 3)
    state, progress = task.advance(state, 100, epochs=3)
    assert (state.epoch, progress.epochs) == (4, 1)
    after, progress = task.advance(state, 100)
    assert (after, progress.epochs, progress.measured) == (state, 0, {})


def test_a_slice_takes_about_the_seconds_asked_for():
    long = jazz(epochs=10**9)
    began = time.perf_counter()
    state, progress = long.advance(long.begin(), 0.05)
    assert time.perf_counter() - began >= 0.05
    assert state.epoch == progress.epochs > 1


def test_a_gradient_that_is_no_number_ends_the_slice_and_changes_nothing():
    for make in (jazz, emojify):
        task = make()
        good, _ = task.advance(task.begin(), 100, epochs=1)
        bad = replace(good, weights=np.where(good.first > 0, np.nan, good.weights))
        state, progress = task.advance(bad, 100)
        assert not progress.finite
        assert progress.epochs == 0
        same(state, bad)


def test_a_small_model_needs_a_small_state():
    task = emojify(trainable=True)
    state, _ = task.advance(task.begin(), 100)
    assert len(pickle.dumps(state)) < 5 * state.weights.nbytes + 2000
    data = task.train, task.test, task.table, task.labels, task.test_labels, task.rows
    assert task.nbytes == sum(array.nbytes for array in (*data, *task.start))


def test_a_task_knows_its_size(task):
    assert task.nbytes == pytest.approx(len(pickle.dumps(task)), abs=1000)


def test_a_large_mini_batch_is_cut_into_parts_and_a_short_one_stays():
    parts = split(np.arange(10), size=4, largest=3)
    assert [part.rows.tolist() for part in parts] == [[0, 1, 2], [3], [4, 5, 6], [7], [8, 9]]
    assert [part.of for part in parts] == [4, 4, 4, 4, 2]
    assert [part.ends for part in parts] == [False, True, False, True, True]


def test_a_gradient_is_shortened_to_the_norm_and_never_lengthened():
    gradient = np.float32([3, 4])
    np.testing.assert_allclose(clipped(gradient, 1.0), [0.6, 0.8], rtol=1e-6)
    assert clipped(gradient, 6.0) is gradient
    assert not clipped(np.zeros(2, np.float32), 1.0).any()


def test_the_loss_and_its_gradient_are_those_of_the_softmax():
    logits = np.random.default_rng(3).normal(size=(4, 3))
    labels = np.array([0, 2, 1, 1])
    y = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = cross_entropy(logits.copy(), labels)
    np.testing.assert_allclose(found.each, -np.log(y[np.arange(4), labels]))
    np.testing.assert_allclose(found.dlogits, y - np.eye(3)[labels])
    np.testing.assert_array_equal(found.right, y.argmax(axis=1) == labels)


def test_the_loss_of_a_class_without_any_probability_is_a_number():
    task = emojify(epochs=1)
    session = task.open()
    state = replace(task.begin(), sums=(0.0, 0))
    none = np.eye(5, dtype=np.float32)[(task.test_labels + 1) % 5]
    session.probabilities = lambda _weights: none
    found, _best = task.measure(state, session)
    assert found["test_loss"] == pytest.approx(-np.log(1e-12), rel=1e-4)
