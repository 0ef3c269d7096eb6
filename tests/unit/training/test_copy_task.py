"""The copy-memory task: what is asked is what was read, and training runs apart and ends."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from seqlib.training.copy_task import (
    COPIED,
    KINDS,
    SYMBOLS,
    CopyRun,
    CopySettings,
    CopyTask,
    CopyTraining,
    batch,
    build,
    shared_step,
)
from seqlib.training.run import State

WAIT = 120  # seconds; a test that needs them has failed


def test_the_symbols_are_read_first_and_asked_for_after_the_delay():
    settings = CopySettings(delay=7)
    X, Y = batch(settings, np.random.default_rng(0), m=5)
    assert X.shape == (5, 7 + 2 * COPIED, SYMBOLS + 2)
    tokens = X.argmax(axis=-1)
    np.testing.assert_array_equal(tokens[:, :COPIED], Y)
    assert (tokens[:, COPIED:-COPIED] == SYMBOLS).all()
    assert (tokens[:, -COPIED:] == SYMBOLS + 1).all()
    assert (X.sum(axis=-1) == 1).all()


def test_a_run_learns_a_short_delay_and_leaves_a_curve_for_each_layer(keras):
    run = CopyRun(CopySettings(delay=2, n_a=16, steps=250, learning_rate=0.01)).start()
    assert run.wait(WAIT) is State.DONE
    assert (run.error, run.note, run.epoch) == ("", "", 25)
    for kind in KINDS:
        points = run.curves[kind]
        assert [point.step for point in points] == list(range(10, 251, 10))
        assert points[-1].loss < points[0].loss
        assert points[-1].accuracy > points[0].accuracy
        assert run.parameters[kind] == build(kind, run.settings).count_params()


def test_a_stopped_run_ends_and_keeps_its_curves(keras):
    run = CopyRun(CopySettings(steps=5000)).start()
    deadline = time.monotonic() + WAIT
    while not run.step and time.monotonic() < deadline:
        time.sleep(0.01)
    run.stop()
    assert run.wait(WAIT) is State.STOPPED
    assert 0 < run.step < 5000


def test_the_shared_step_is_kerass_adam_with_its_clipping(keras):
    """Two steps here and on the model itself, where Keras keeps the state."""
    settings = CopySettings(delay=3, n_a=5)
    ours = CopyTraining(settings)
    model = build("GRU", settings)
    model.compile(
        keras.optimizers.Adam(settings.learning_rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.default_rng(settings.seed)
    for _step in range(2):
        ours.advance()
        model.train_on_batch(*batch(settings, rng))
    for mine, theirs in zip(ours._state["GRU"][0], model.get_weights(), strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_task_takes_the_steps_of_kerass_adam_with_its_clipping(keras, kind):
    settings = CopySettings(delay=3, n_a=5, steps=20)
    task = CopyTask(settings)
    model = build(kind, settings)
    state = task.begin()
    model.set_weights(task.model(state)[kind])
    model.compile(
        keras.optimizers.Adam(settings.learning_rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    for epoch in range(2):
        for place in range(10):
            rng = np.random.default_rng((settings.seed, epoch, place + 1))
            model.train_on_batch(*batch(settings, rng))
    state, _ = task.advance(state, 100)
    assert task.parameters[kind] == model.count_params()
    for mine, theirs in zip(task.model(state)[kind], model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_the_task_learns_a_short_delay_with_all_three_layers():
    task = CopyTask(CopySettings(delay=2, n_a=16, steps=250, learning_rate=0.01))
    state, progress = task.advance(task.begin(), 100)
    assert state.epoch == 25
    assert progress.measured["loss"].shape == (25, 3)
    assert (progress.measured["loss"][-1] < progress.measured["loss"][0] - 0.1).all()
    assert (progress.measured["accuracy"][-1] > progress.measured["accuracy"][0]).all()


def test_the_task_starts_as_the_settings_say():
    n = 8
    task = CopyTask(CopySettings(n_a=n, delay=5, scale=0.5))
    for _kernel, recurrent_kernel, *_rest in task.model(task.begin()).values():
        np.testing.assert_allclose(
            recurrent_kernel @ recurrent_kernel.T, 0.25 * np.eye(n), atol=1e-5
        )
    held = CopyTask(CopySettings(n_a=n, delay=5, open_gates=True))
    models = held.model(held.begin())
    bias = models["LSTM"][2]
    np.testing.assert_allclose(bias[:n], -bias[n : 2 * n])
    assert (bias[n : 2 * n] >= 0).all()
    np.testing.assert_allclose(models["GRU"][2][0, :n], bias[n : 2 * n])


def test_runs_of_one_architecture_share_one_traced_step(keras):
    settings = CopySettings(delay=4, n_a=6, steps=10)
    first = CopyRun(settings).start()
    first.wait(WAIT)
    second = CopyRun(replace(settings, seed=1)).start()
    second.wait(WAIT)
    step = shared_step("LSTM", settings.Tx, settings.n_a)
    assert step.experimental_get_tracing_count() == 1
    assert first.curves["LSTM"] != second.curves["LSTM"]


def test_the_start_is_as_the_settings_say(keras):
    n = 8
    plain = build("LSTM", CopySettings(n_a=n, delay=5, scale=0.5)).get_layer("LSTM")
    kernel = plain.get_weights()[1]  # (n_a, 4 n_a), rows orthogonal
    np.testing.assert_allclose(kernel @ kernel.T, 0.25 * np.eye(n), atol=1e-5)
    held = build("LSTM", CopySettings(n_a=n, delay=5, open_gates=True)).get_layer("LSTM")
    bias = held.get_weights()[2]
    np.testing.assert_allclose(bias[:n], -bias[n : 2 * n])
    assert (bias[n : 2 * n] >= 0).all()


@pytest.mark.parametrize("wrong", [{"delay": 0}, {"delay": 1000}, {"steps": 1}, {"n_a": 1}])
def test_settings_out_of_bounds_are_refused_with_the_bounds(wrong):
    with pytest.raises(ValueError, match="choose"):
        CopySettings(**wrong)
