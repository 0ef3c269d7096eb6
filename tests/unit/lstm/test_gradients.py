"""Gradients by hand are the gradients: finite differences and TensorFlow say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqlib.jazz import JazzWeights
from seqlib.lstm import LSTMWeights, backward, forward
from seqlib.lstm.gradients import (
    Influence,
    gradient_reach,
    influence_matrix,
    log_probability_gradient,
)
from seqlib.lstm.others import OF_KIND, SimpleRNNWeights, cell_of

Tx, N_A, N_VALUES = 7, 5, 6


def cell(n_x: int, n_a: int, seed: int) -> LSTMWeights:
    """Random weights in float64, so that finite differences are sharp."""
    rng = np.random.default_rng(seed)
    shapes = ((n_x, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,))
    return LSTMWeights(*(rng.normal(0, 0.7, shape) for shape in shapes))


@pytest.fixture(scope="module")
def model() -> JazzWeights:
    rng = np.random.default_rng(5)
    return JazzWeights(
        cell(N_VALUES, N_A, 1), rng.normal(size=(N_A, N_VALUES)), rng.normal(size=N_VALUES)
    )


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(Tx, N_VALUES))


def influence(
    model: JazzWeights, trace, t: int, *, unit: int | None = None, value: int = 0
) -> Influence:
    """What inputs 0 to t matter to a unit of step t, or to the log probability of a value."""
    da = np.zeros_like(trace.h)
    if unit is None:
        da[t] = log_probability_gradient(model.densor_kernel, model.densor_bias, trace.h[t], value)
    else:
        da[t, unit] = 1
    found = influence_matrix([(model.cell, trace)], da)
    return Influence(*(part[t, t::-1] for part in found))


def differences(output, x: np.ndarray, width: float = 1e-6) -> np.ndarray:
    """Central differences of ``output(x)`` with respect to each entry of ``x``."""
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += width
        down[place] -= width
        out[place] = (output(up) - output(down)) / (2 * width)
    return out


@pytest.mark.parametrize("t", [0, 3, Tx - 1])
@pytest.mark.parametrize("target", [{"unit": 2}, {"value": 4}])
def test_influence_is_what_finite_differences_find(model, x, t, target):
    def output(x):
        trace = model.trace(x)
        if "unit" in target:
            return trace.h[t, target["unit"]]
        return np.log(trace.y[t, target["value"]])

    found = influence(model, model.trace(x), t, **target)
    dx = differences(output, x)
    assert found.norm.shape == found.signed.shape == (t + 1,)
    assert np.allclose(dx[t + 1 :], 0)  # an output cannot depend on what comes later
    np.testing.assert_allclose(found.norm, np.linalg.norm(dx[: t + 1], axis=1), atol=1e-7)
    np.testing.assert_allclose(found.signed, (dx * x)[: t + 1].sum(axis=1), atol=1e-7)


def test_gradients_are_tensorflows(keras):
    import tensorflow as tf

    layer = keras.layers.LSTM(N_A, return_sequences=True)
    densor = keras.layers.Dense(N_VALUES, activation="softmax")
    x = np.random.default_rng(6).normal(size=(Tx, N_VALUES)).astype(np.float32)
    read = tf.constant(x[None])
    with tf.GradientTape() as tape:
        tape.watch(read)
        output = tf.math.log(densor(layer(read))[0, Tx - 2, 3])
    wanted = tape.gradient(output, read)[0].numpy()
    model = JazzWeights.from_arrays(layer.get_weights() + densor.get_weights())
    found = influence(model, model.trace(x), Tx - 2, value=3)
    np.testing.assert_allclose(found.norm, np.linalg.norm(wanted, axis=1)[: Tx - 1], atol=1e-6)
    np.testing.assert_allclose(found.signed, (wanted * x).sum(axis=1)[: Tx - 1], atol=1e-6)


def test_the_matrix_holds_the_influence_of_every_step(model, x):
    trace = model.trace(x)
    chosen = np.array([3, 1, 4, 1, 5, 2, 0])
    da = log_probability_gradient(model.densor_kernel, model.densor_bias, trace.h, chosen)
    whole = influence_matrix([(model.cell, trace)], da)
    assert whole.norm.shape == (Tx, Tx)
    for t in range(Tx):
        one = influence(model, trace, t, value=chosen[t])
        for name in ("norm", "signed"):
            row = getattr(whole, name)[t]
            np.testing.assert_allclose(row[: t + 1], getattr(one, name)[::-1], atol=1e-12)
            assert not row[t + 1 :].any()


def test_a_band_is_the_matrix_cut_off(model, x):
    trace = model.trace(x)
    da = np.eye(N_A)[[1] * Tx]
    whole = influence_matrix([(model.cell, trace)], da)
    band = influence_matrix([(model.cell, trace)], da, back=3)
    assert band.norm.shape == (Tx, 3)
    np.testing.assert_array_equal(band.norm, whole.norm[:, :3])
    np.testing.assert_array_equal(band.signed, whole.signed[:, :3])


def test_two_stacked_layers_are_followed_down_to_the_words():
    rng = np.random.default_rng(8)
    lower, upper = cell(3, 4, 10), cell(4, 5, 11)
    x = rng.normal(size=(6, 3))
    below = forward(lower, x)
    above = forward(upper, below.h)
    reader = rng.normal(size=(6, 5))
    found = influence_matrix([(lower, below), (upper, above)], reader)
    for t in range(6):
        dx = differences(lambda x, t=t: reader[t] @ forward(upper, forward(lower, x).h).h[t], x)
        expected = np.linalg.norm(dx[: t + 1], axis=1)[::-1]
        np.testing.assert_allclose(found.norm[t, : t + 1], expected, atol=1e-7)
        np.testing.assert_allclose(
            found.signed[t, : t + 1], (dx * x)[: t + 1].sum(axis=1)[::-1], atol=1e-7
        )
    through = backward(lower, below, backward(upper, above, np.diag([0] * 5 + [1]) @ reader).x).x
    np.testing.assert_allclose(found.norm[-1][::-1], np.linalg.norm(through, axis=1), atol=1e-12)


def test_reach_is_the_size_of_the_jacobian(model, x):
    trace = model.trace(x)
    reach = gradient_reach(model, trace)
    for k in range(Tx):
        squares = sum(
            influence(model, trace, Tx - 1, unit=unit).norm[Tx - 1 - k] ** 2 for unit in range(N_A)
        )
        np.testing.assert_allclose(reach[k], np.sqrt(squares), rtol=1e-10)
    assert gradient_reach(model.cell, trace, 2).shape == (3,)


@pytest.mark.parametrize("kind", ["GRU", "SimpleRNN"])
def test_reach_and_influence_of_other_cells_are_what_finite_differences_find(x, kind):
    rng = np.random.default_rng(12)
    shapes = [array.shape for array in OF_KIND[kind].initial(N_VALUES, N_A, rng).arrays]
    cell = cell_of([rng.normal(0, 0.5, shape) for shape in shapes])
    jacobian = np.array(
        [differences(lambda x, u=u: cell.run(x).h[-1, u], x) for u in range(N_A)]
    )  # (n_a, Tx, n_x)
    trace = cell.run(x)
    expected = np.sqrt((jacobian**2).sum(axis=(0, 2)))[::-1]
    np.testing.assert_allclose(gradient_reach(cell, trace), expected, atol=1e-7)
    da = np.zeros_like(trace.h)
    da[:, 2] = 1
    norm = influence_matrix([(cell, trace)], da).norm[-1]
    np.testing.assert_allclose(norm[::-1], np.linalg.norm(jacobian[2], axis=1), atol=1e-7)


def test_a_forget_gate_held_open_carries_the_gradient_as_far_as_it_likes(model, x):
    """The reason for the cell state: with f = 1 and i, o fixed, the gradient does not fade."""
    n = 60
    held = replace(
        model.cell,
        recurrent_kernel=np.zeros((N_A, 4 * N_A)),
        bias=np.repeat([0.0, 30.0, 0.0, 30.0], N_A),
        kernel=model.cell.kernel * np.repeat([0.0, 0.0, 0.01, 0.0], N_A),
    )
    reach = gradient_reach(held, forward(held, np.random.default_rng(0).normal(size=(n, N_VALUES))))
    np.testing.assert_allclose(reach / reach[0], 1, rtol=0.02)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m, tr: influence(m, tr, 0, value=N_VALUES), "softmax has 0 to 5"),
        (lambda m, tr: influence(m, tr, 0, value=-1), "run from -1"),
        (lambda m, tr: backward(m.cell, tr, np.zeros((2, 2))), "da has shape"),
    ],
)
def test_what_does_not_exist_is_named(model, x, call, says):
    with pytest.raises(ValueError, match=says):
        call(model, model.trace(x))


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_an_untrained_plain_rnn_has_an_orthogonal_kernel_times_the_scale(scale):
    weights = SimpleRNNWeights.initial(9, 6, np.random.default_rng(0), scale)
    kernel = weights.recurrent_kernel
    np.testing.assert_allclose(kernel @ kernel.T, scale**2 * np.eye(6), atol=1e-5)
    assert weights.kernel.shape == (9, 6)


def test_in_a_plain_rnn_with_a_small_kernel_the_gradient_fades_at_least_as_fast():
    weights = SimpleRNNWeights.initial(9, 6, np.random.default_rng(0), 0.5)
    x = np.eye(9, dtype=np.float32)[np.random.default_rng(0).integers(0, 9, 12)]
    sizes = gradient_reach(weights, weights.run(x))
    # Each step back multiplies with a matrix of norm 0.5 and with slopes of at most 1.
    assert (sizes[1:] <= np.sqrt(6) * 0.5 ** np.arange(1, 12) * sizes[0] * 3).all()
    assert sizes[-1] < 1e-3 * sizes[0]
