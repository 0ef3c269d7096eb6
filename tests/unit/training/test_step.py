"""The shared training step is Keras' own training, and short whatever the size of the run."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest

from seqlib.jazz import JazzWeights
from seqlib.training import step as fused
from seqlib.training.step import FusedTraining, places_of, shared_step, windows_per_call

N_A, N_VALUES, TX = 4, 7, 5


@pytest.fixture
def windows(make_windows):
    return make_windows(m=6, Tx=TX, n_values=N_VALUES)


@pytest.fixture
def fresh_steps():
    """No step shared with another test, before or after."""
    shared_step.cache_clear()
    yield
    shared_step.cache_clear()


class KerasFit:
    """Plain Keras ``fit`` of the twin, full batch, with Keras' own Adam and loss."""

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

    def epochs(self, X, Y, number):
        zeros = np.zeros((len(X), N_A), np.float32)
        return self.model.fit(
            [X, zeros, zeros], Y.swapaxes(0, 1), batch_size=len(X), epochs=number, verbose=0
        ).history


@pytest.mark.parametrize("one_hot", [True, False], ids=["one-hot", "any numbers"])
@pytest.mark.parametrize("laid_out_up_to", [TX, 0], ids=["laid out", "in a loop"])
def test_training_equals_keras_fit_epoch_by_epoch(
    keras, make_weights, windows, fresh_steps, monkeypatch, one_hot, laid_out_up_to
):
    monkeypatch.setattr(fused, "UNROLL_UP_TO", laid_out_up_to)
    X, Y = windows
    if not one_hot:
        X = 0.9 * X + np.float32(0.01)
    start = make_weights(N_A, N_VALUES)
    keras_fit = KerasFit(keras, start, rate=0.05)
    ours = FusedTraining(X, Y, start, learning_rate=0.05)
    first = FusedTraining(X, Y, start, learning_rate=0.05).advance(1)
    for _ in range(4):
        learned = ours.advance(5)
        history = keras_fit.epochs(X, Y, 5)
        np.testing.assert_allclose(learned.loss.sum(axis=1), history["loss"], rtol=2e-4)
        np.testing.assert_allclose(
            learned.accuracy.mean(axis=1), history["categorical_accuracy"], atol=1e-6
        )
        for mine, theirs in zip(learned.weights.arrays, keras_fit.weights().arrays, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert history["loss"][-1] < 0.8 * first.loss.sum()  # it did learn


def test_the_first_loss_and_accuracy_are_those_of_the_first_weights(keras, make_weights, windows):
    X, Y = windows
    start = make_weights(N_A, N_VALUES)
    learned = FusedTraining(X, Y, start, 0.01).advance(1)
    y = start.trace(X).y.swapaxes(0, 1)  # (Ty, m, n_values)
    expected = -np.log((y * Y).sum(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(learned.loss[0], expected, rtol=1e-4)
    right = (y.argmax(axis=-1) == Y.argmax(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(learned.accuracy[0], right, atol=1e-6)


def test_epochs_in_one_call_equal_epochs_one_by_one(keras, make_weights, windows):
    X, Y = windows
    start = make_weights(N_A, N_VALUES)
    together = FusedTraining(X, Y, start, 0.01).advance(6)
    single = FusedTraining(X, Y, start, 0.01)
    one_by_one = [single.advance(1) for _ in range(6)]
    np.testing.assert_allclose(
        together.loss, np.concatenate([one.loss for one in one_by_one]), rtol=1e-5
    )
    for mine, theirs in zip(together.weights.arrays, one_by_one[-1].weights.arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_places_say_where_ones_are_and_which_rows_are_blank():
    X = np.zeros((2, 3, 4), np.float32)
    X[0, 1, 2] = X[1, 0, 3] = X[1, 2, 0] = 1
    np.testing.assert_array_equal(places_of(X), [[4, 2, 4], [3, 4, 0]])
    assert places_of(0.5 * X) is None
    X[1, 0, 0] = 1  # two notes at once
    assert places_of(X) is None


@pytest.mark.parametrize("windows_a_call", [1, 2, 4, 5])
def test_an_epoch_in_parts_equals_an_epoch_in_one(
    keras, make_weights, windows, monkeypatch, windows_a_call
):
    X, Y = windows
    start = make_weights(N_A, N_VALUES)
    whole = FusedTraining(X, Y, start, 0.01).advance(3)
    monkeypatch.setattr(fused, "windows_per_call", lambda *_: windows_a_call)
    parts = FusedTraining(X, Y, start, 0.01)
    calls = -(-6 // windows_a_call)
    finished = []
    for call in range(3 * calls):
        learned = parts.advance(10)
        assert (learned is None) == ((call + 1) % calls != 0)
        assert parts.part_done == (call + 1) % calls * windows_a_call / 6
        finished += [] if learned is None else [learned]
    np.testing.assert_allclose(
        np.concatenate([one.loss for one in finished]), whole.loss, rtol=1e-4
    )
    np.testing.assert_allclose(
        np.concatenate([one.accuracy for one in finished]), whole.accuracy, atol=1e-6
    )
    for mine, theirs in zip(finished[-1].weights.arrays, whole.weights.arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


@pytest.mark.parametrize("parts", [1, 2], ids=["whole epochs", "epochs in parts"])
def test_a_state_taken_elsewhere_goes_on_as_it_would_have_here(
    keras, make_weights, windows, fresh_steps, monkeypatch, parts
):
    if parts > 1:
        monkeypatch.setattr(fused, "windows_per_call", lambda *_: 3)
    here, there = (FusedTraining(*windows, make_weights(N_A, N_VALUES), 0.05) for _ in range(2))
    before = there.state
    for _ in range(3):
        here.advance(2)
    there.state = pickle.loads(pickle.dumps(here.state))
    assert there.part_done == here.part_done == (0.5 if parts > 1 else 0)
    for _ in range(2):
        mine, theirs = here.advance(2), there.advance(2)
        assert (mine is None) == (theirs is None)
    for a, b in zip(flat(here.state), flat(there.state), strict=True):
        np.testing.assert_array_equal(a, b)
    there.state = before
    assert there.state[2] == 0
    np.testing.assert_array_equal(there.state[0][0][0], make_weights(N_A, N_VALUES).cell.kernel)


def flat(state):
    import tensorflow as tf

    return tf.nest.flatten(state)


def test_a_call_is_bounded_at_the_default_and_at_the_largest_run():
    assert windows_per_call(Tx=30, n_values=78, n_a=64) > 400
    assert 1 <= windows_per_call(Tx=100, n_values=1500, n_a=256) < 100
    assert windows_per_call(Tx=10_000, n_values=100_000, n_a=4096) == 1


def test_runs_of_one_architecture_share_one_traced_function(keras, make_windows, fresh_steps):
    learned = []
    for seed in range(3):
        X, Y = make_windows(m=6, Tx=TX, n_values=N_VALUES, seed=seed)
        start = JazzWeights.initial(N_A, N_VALUES, seed)
        training = FusedTraining(X, Y, start, 0.01 * (seed + 1))
        learned.append([training.advance(1), training.advance(3)])
    assert shared_step.cache_info().misses == 1
    step = shared_step(6, TX, N_VALUES, N_A, looked_up=True)
    assert step.epochs.experimental_get_tracing_count() == 1
    assert step.sums.experimental_get_tracing_count() == 0  # only long epochs come in parts
    assert np.abs(learned[0][1].loss - learned[1][1].loss).max() > 1e-3


def test_two_runs_in_turn_do_not_touch_each_other(keras, make_weights, make_windows):
    first = make_windows(m=6, Tx=TX, n_values=N_VALUES, seed=1)
    second = make_windows(m=6, Tx=TX, n_values=N_VALUES, seed=2)
    start = make_weights(N_A, N_VALUES)
    alone = FusedTraining(*first, start, 0.01)
    expected = [alone.advance(2).loss for _ in range(3)]
    one, other = FusedTraining(*first, start, 0.01), FusedTraining(*second, start, 0.05)
    found = []
    for _ in range(3):
        found.append(one.advance(2).loss)
        other.advance(2)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_shared_function_keeps_nothing_of_a_run(keras, make_weights, windows):
    training = FusedTraining(*windows, make_weights(N_A, N_VALUES), 0.01)
    training.advance(2)
    gone = weakref.ref(training)
    del training
    gc.collect()
    assert gone() is None


def test_a_sure_mistake_has_a_finite_loss_and_is_unlearned(keras, windows):
    X, Y = windows
    arrays = [np.zeros_like(array) for array in JazzWeights.initial(N_A, N_VALUES).arrays]
    arrays[-1][0] = 500.0  # certain of note 0: the softmax underflows for every other
    training = FusedTraining(X, Y, JazzWeights.from_arrays(arrays), 0.1)
    learned = training.advance(20)
    assert np.isfinite(learned.loss).all()
    assert learned.loss.max() > 100
    assert learned.weights.densor_bias[0] < 499


def test_long_sequences_train_too(keras, make_windows, make_weights):
    Tx = fused.UNROLL_UP_TO + 1
    X, Y = make_windows(m=2, Tx=Tx, n_values=N_VALUES)
    losses = FusedTraining(X, Y, make_weights(N_A, N_VALUES), 0.05).advance(30).loss
    assert losses.shape == (30, Tx)
    assert losses[-1].sum() < losses[0].sum()
