"""The copy-memory task: what is asked is what was read, and training runs apart and ends."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import by_hand

from seqlib.lstm.others import cell_of
from seqlib.training import copy_task
from seqlib.training.copy_task import (
    COPIED,
    KINDS,
    SYMBOLS,
    CopyRun,
    CopySettings,
    CopyTask,
    batch,
    read,
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


def test_a_run_learns_a_short_delay_and_leaves_a_curve_for_each_layer():
    run = CopyRun(CopySettings(delay=2, n_a=16, steps=250, learning_rate=0.01)).start()
    assert run.wait(WAIT) is State.DONE
    assert (run.error, run.note, run.epoch) == ("", "", 25)
    rows = run.rows()
    assert rows["loss"].shape == rows["accuracy"].shape == (25, len(KINDS))
    assert (rows["loss"][-1] < rows["loss"][0]).all()
    assert (rows["accuracy"][-1] > rows["accuracy"][0]).all()
    assert len(rows["seconds"]) == 25


def test_a_stopped_run_ends_and_keeps_its_curves():
    run, scheduler = CopyRun(CopySettings(steps=5000)), by_hand()
    run.start(scheduler)
    while not run.step:
        scheduler.step()
    run.stop()
    assert scheduler.step() is None
    assert (run.state, run.step) == (State.STOPPED, 10)
    assert len(run.kept().rows()["loss"]) == 1


def build(kind, settings):
    """One recurrent layer and a Dense over the last COPIED steps, as logits."""
    import keras

    X = keras.Input((settings.Tx, SYMBOLS + 2))
    a = getattr(keras.layers, kind)(settings.n_a, return_sequences=True)(X)[:, -COPIED:, :]
    return keras.Model(X, keras.layers.Dense(SYMBOLS)(a))


@pytest.mark.parametrize("kind", KINDS)
def test_the_task_takes_the_steps_of_kerass_adam_with_its_clipping(keras, monkeypatch, kind):
    monkeypatch.setattr(copy_task, "CLIP", 0.1)
    settings = CopySettings(delay=3, n_a=5, steps=20)
    task = CopyTask(settings)
    model = build(kind, settings)
    state = task.begin()
    model.set_weights(task.model(state)[kind])
    model.compile(
        keras.optimizers.Adam(settings.learning_rate, global_clipnorm=0.1),
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


def test_what_a_layer_remembers_is_told_of_all_sequences():
    settings = CopySettings(n_a=8, delay=30, scale=0.5, open_gates=True)
    symbols = np.array([2, 0, 3])
    models = CopyTask(settings).model(CopyTask(settings).begin())
    found = {kind: read(models[kind], settings, symbols) for kind in KINDS}
    for one in found.values():
        assert one.memory.shape == (settings.Tx, 8)
        assert one.said.shape == (COPIED,)
        assert one.apart[COPIED - 1] == pytest.approx(1)
    # Each step of waiting at least halves what an untrained RNN with such a kernel holds.
    assert (found["SimpleRNN"].apart[COPIED:-COPIED] <= 0.5 ** np.arange(1, 31) + 1e-6).all()
    assert 1 <= found["SimpleRNN"].forgets <= 4
    assert found["LSTM"].forgets is None  # of gates that open for up to Tx steps
    # The sequence itself: its memory is that of the layer, its words are those of the readout.
    *cell, kernel, bias = models["GRU"]
    tokens = [*symbols, *[SYMBOLS] * 30, *[SYMBOLS + 1] * COPIED]
    h = cell_of(cell).run(np.eye(SYMBOLS + 2, dtype=np.float32)[tokens]).h
    np.testing.assert_allclose(found["GRU"].memory, h, atol=1e-6)
    assert found["GRU"].said.tolist() == (h[-COPIED:] @ kernel + bias).argmax(axis=1).tolist()


@pytest.mark.parametrize("wrong", [{"delay": 0}, {"delay": 1000}, {"steps": 1}, {"n_a": 1}])
def test_settings_out_of_bounds_are_refused_with_the_bounds(wrong):
    with pytest.raises(ValueError, match="choose"):
        CopySettings(**wrong)
