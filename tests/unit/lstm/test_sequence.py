"""The way back through a sequence: finite differences and TensorFlow find the same gradients."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.lstm import LSTMWeights, backward, forward

TX, N_X, N_A = 5, 3, 4


def cell(n_x: int = N_X, n_a: int = N_A, seed: int = 0) -> LSTMWeights:
    """Random weights in float64, so that finite differences are sharp."""
    rng = np.random.default_rng(seed)
    shapes = ((n_x, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,))
    return LSTMWeights(*(rng.normal(0, 0.7, shape) for shape in shapes))


def differences(output, at: np.ndarray, width: float = 1e-6) -> np.ndarray:
    """Central differences of ``output(at)`` with respect to each entry of ``at``."""
    found = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += width
        down[place] -= width
        found[place] = (output(up) - output(down)) / (2 * width)
    return found


@pytest.fixture(scope="module")
def given():
    """x, a0, c0, and what the loss multiplies each a, and the last c, with."""
    rng = np.random.default_rng(3)
    shapes = ((TX, N_X), (N_A,), (N_A,), (TX, N_A), (N_A,))
    return [rng.normal(size=shape) for shape in shapes]


def test_gradients_of_inputs_states_and_weights_are_finite_differences(given):
    x, a0, c0, da, dc = given

    def loss(x=x, a0=a0, c0=c0, **arrays):
        weights = LSTMWeights(**{**vars(cell()), **arrays})
        trace = forward(weights, x, a0, c0)
        return (da * trace.h).sum() + dc @ trace.c[-1]

    back = backward(cell(), forward(cell(), x, a0, c0), da, dc)
    for name, at in {"x": x, "a0": a0, "c0": c0}.items():
        wanted = differences(lambda at, name=name: loss(**{name: at}), at)
        np.testing.assert_allclose(getattr(back, name), wanted, atol=1e-7)
    for name, at in vars(cell()).items():
        wanted = differences(lambda at, name=name: loss(**{name: at}), at)
        np.testing.assert_allclose(getattr(back.weights, name), wanted, atol=1e-7)


def test_each_step_keeps_what_arrived_at_it(given):
    """dz, da and dc of step t: what the loss does when that step's z, a or c is moved."""
    x, a0, c0, da, dc = given
    weights = cell()
    trace = forward(weights, x, a0, c0)
    back = backward(weights, trace, da, dc)

    def rest(t, a, c):
        """The loss of step t's a and of all that comes after it."""
        if t == TX - 1:
            return da[t] @ a + dc @ c
        later = forward(weights, x[t + 1 :], a, c)
        return da[t] @ a + (da[t + 1 :] * later.h).sum() + dc @ later.c[-1]

    for t in range(TX):
        o, a, c = trace.o[t], trace.h[t], trace.c[t]
        wanted = differences(lambda a, t=t, c=c: rest(t, a, c), a)
        np.testing.assert_allclose(back.da[t], wanted, atol=1e-7)
        wanted = differences(lambda c, t=t, o=o: rest(t, o * np.tanh(c), c), c)
        np.testing.assert_allclose(back.dc[t], wanted, atol=1e-7)

    def moved(added):
        """The loss with ``added`` (Tx, 4 n_a) put onto z, by one more input a step."""
        wider = LSTMWeights(
            np.concatenate([weights.kernel, added]), weights.recurrent_kernel, weights.bias
        )
        trace = forward(wider, np.concatenate([x, np.eye(TX)], axis=1), a0, c0)
        return (da * trace.h).sum() + dc @ trace.c[-1]

    wanted = differences(moved, np.zeros((TX, 4 * N_A)))
    np.testing.assert_allclose(back.dz, wanted, atol=1e-7)


def test_a_batch_goes_back_as_its_rows_do(given):
    rng = np.random.default_rng(4)
    x, da, dc = (rng.normal(size=(3, *shape)) for shape in ((TX, N_X), (TX, N_A), (N_A,)))
    whole = backward(cell(), forward(cell(), x), da, dc)
    rows = [backward(cell(), forward(cell(), x[r]), da[r], dc[r]) for r in range(3)]
    for name in ("dz", "da", "dc", "x", "a0", "c0"):
        np.testing.assert_allclose(getattr(whole, name), [getattr(r, name) for r in rows])
    for place, found in enumerate(whole.weights.arrays):
        np.testing.assert_allclose(found, sum(r.weights.arrays[place] for r in rows), atol=1e-12)


def test_gradients_of_the_weights_are_tensorflows(keras):
    import tensorflow as tf

    rng = np.random.default_rng(6)
    layer = keras.layers.LSTM(N_A, return_sequences=True)
    x, da = (rng.normal(size=(3, TX, n)).astype(np.float32) for n in (N_X, N_A))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(da * layer(x))
    wanted = tape.gradient(loss, layer.trainable_variables)
    found = backward(layer, forward(layer, x), da).weights
    for mine, theirs in zip(found.arrays, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
