"""The NumPy cell is Keras' cell, gate by gate."""

from __future__ import annotations

from math import exp, tanh

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seqlib.lstm import GATES, LSTMWeights, Trace, forward, sigmoid, softmax, step

WITHIN = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(scope="module")
def keras_lstm(keras):
    """(n_x, n_a) -> a built Keras LSTM; one per size, since building is what costs."""
    built = {}

    def layer(n_x: int, n_a: int):
        if (n_x, n_a) not in built:
            made = keras.layers.LSTM(n_a, return_sequences=True, return_state=True)
            made.build((None, None, n_x))
            built[n_x, n_a] = made
        return built[n_x, n_a]

    return layer


def random_arrays(n_x: int, n_a: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = ((n_x, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,))
    return [rng.normal(0, 0.7, shape).astype(np.float32) for shape in shapes]


def one_unit_at_a_time(arrays, x, a0, c0) -> dict[str, np.ndarray]:
    """The equations again, in plain Python floats, one number at a time."""
    kernel, recurrent, bias = (np.asarray(array, float) for array in arrays)
    n_a = len(recurrent)
    a, c = list(map(float, a0)), list(map(float, c0))
    kept = {name: [] for name in (*GATES, "c", "h")}
    for row in np.asarray(x, float):
        z = [
            bias[j]
            + sum(row[k] * kernel[k, j] for k in range(len(row)))
            + sum(a[k] * recurrent[k, j] for k in range(n_a))
            for j in range(4 * n_a)
        ]
        i = [1 / (1 + exp(-v)) for v in z[:n_a]]
        f = [1 / (1 + exp(-v)) for v in z[n_a : 2 * n_a]]
        g = [tanh(v) for v in z[2 * n_a : 3 * n_a]]
        o = [1 / (1 + exp(-v)) for v in z[3 * n_a :]]
        c = [f[u] * c[u] + i[u] * g[u] for u in range(n_a)]
        a = [o[u] * tanh(c[u]) for u in range(n_a)]
        for name, values in zip(kept, (i, f, g, o, c, a), strict=True):
            kept[name].append(values)
    return {name: np.array(values) for name, values in kept.items()}


sizes = st.sampled_from([(1, 1), (1, 5), (3, 1), (4, 6), (9, 16)])
lengths = st.integers(1, 12)
batches = st.sampled_from([None, 1, 3])
dtypes = st.sampled_from([np.float16, np.float32, np.float64])
seeds = st.integers(0, 2**31)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sizes, lengths, batches, dtypes, st.booleans(), st.booleans(), seeds)
def test_forward_equals_keras(keras_lstm, size, Tx, m, dtype, give_a0, give_c0, seed):
    n_x, n_a = size
    layer = keras_lstm(n_x, n_a)
    layer.set_weights(random_arrays(n_x, n_a, seed))
    rng = np.random.default_rng(seed)
    batch = () if m is None else (m,)
    x = rng.normal(0, 1, (*batch, Tx, n_x)).astype(dtype)
    a0 = rng.normal(0, 1, (*batch, n_a)).astype(dtype) if give_a0 else None
    c0 = rng.normal(0, 2, (*batch, n_a)).astype(dtype) if give_c0 else None

    trace = forward(layer, x, a0, c0)

    def in_float32(values, shape):
        return np.zeros(shape, np.float32) if values is None else values.astype(np.float32)

    state = [in_float32(value, (*batch, n_a)).reshape(-1, n_a) for value in (a0, c0)]
    hs, h, c = layer(x.astype(np.float32).reshape(-1, Tx, n_x), initial_state=state)
    np.testing.assert_allclose(trace.h, np.asarray(hs).reshape(*batch, Tx, n_a), **WITHIN)
    np.testing.assert_allclose(trace.h[..., -1, :], np.asarray(h).reshape(*batch, n_a), **WITHIN)
    np.testing.assert_allclose(trace.c[..., -1, :], np.asarray(c).reshape(*batch, n_a), **WITHIN)
    assert trace.h.dtype == np.float32
    assert trace.a0.shape == trace.c0.shape == (*batch, n_a)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), lengths, seeds)
def test_every_gate_equals_the_equations_written_out_in_float64(n_x, n_a, Tx, seed):
    arrays = random_arrays(n_x, n_a, seed)
    rng = np.random.default_rng(seed)
    x, a0, c0 = (rng.normal(0, 1, shape) for shape in ((Tx, n_x), (n_a,), (n_a,)))
    trace = forward(arrays, x, a0, c0)
    for name, expected in one_unit_at_a_time(arrays, x, a0, c0).items():
        np.testing.assert_allclose(getattr(trace, name), expected, **WITHIN, err_msg=name)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), lengths, st.integers(1, 4), seeds)
def test_a_batch_is_its_sequences_side_by_side(n_x, n_a, Tx, m, seed):
    arrays = random_arrays(n_x, n_a, seed)
    x = np.random.default_rng(seed).normal(0, 1, (m, Tx, n_x))
    together = forward(arrays, x)
    for number in range(m):
        alone = forward(arrays, x[number])
        for name in (*GATES, "c", "h", "x", "a0", "c0"):
            np.testing.assert_allclose(
                getattr(together, name)[number], getattr(alone, name), **WITHIN
            )


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(2, 9), st.data(), seeds)
def test_a_sequence_may_be_cut_and_carried_on(n_x, n_a, Tx, data, seed):
    arrays = random_arrays(n_x, n_a, seed)
    x = np.random.default_rng(seed).normal(0, 1, (Tx, n_x))
    cut = data.draw(st.integers(1, Tx - 1))
    whole, first = forward(arrays, x), forward(arrays, x[:cut])
    second = forward(arrays, x[cut:], a0=first.h[-1], c0=first.c[-1])
    np.testing.assert_allclose(np.concatenate([first.h, second.h]), whole.h, **WITHIN)
    np.testing.assert_allclose(np.concatenate([first.c, second.c]), whole.c, **WITHIN)


def test_one_step_equals_the_first_of_a_sequence():
    arrays = random_arrays(3, 4, 1)
    x = np.random.default_rng(1).normal(0, 1, (1, 3)).astype(np.float32)
    zeros = np.zeros(4, np.float32)
    trace, now = forward(arrays, x), step(LSTMWeights.of(arrays), x[0], zeros, zeros)
    for name in (*GATES, "c", "h"):
        np.testing.assert_allclose(getattr(trace, name)[0], getattr(now, name), **WITHIN)


def test_inputs_and_weights_are_left_as_they_were():
    arrays = random_arrays(3, 4, 1)
    x = np.random.default_rng(1).normal(0, 1, (6, 3)).astype(np.float32)
    a0 = np.ones(4, np.float32)
    before = [array.copy() for array in (*arrays, x, a0)]
    forward(arrays, x, a0)
    for array, copy in zip((*arrays, x, a0), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_gates_stay_in_their_ranges_and_finite_for_huge_inputs():
    trace = forward(random_arrays(2, 3, 0), np.array([[1e30, -1e30], [0, 0], [-1e30, 1e30]]))
    for name in ("i", "f", "o"):
        values = getattr(trace, name)
        assert ((values >= 0) & (values <= 1)).all()
    assert (np.abs(trace.g) <= 1).all()
    assert np.isfinite(trace.c).all()
    assert np.isfinite(trace.h).all()


def test_trace_names_its_sizes():
    trace = forward(random_arrays(2, 3, 0), np.zeros((5, 7, 2)))
    assert (trace.Tx, trace.n_a) == (7, 3)
    assert trace.a is trace.h
    assert trace.y is None
    assert isinstance(trace, Trace)


# Reading weights.


def test_weights_read_from_a_layer_equal_its_get_weights(keras_lstm):
    layer = keras_lstm(4, 6)
    x = np.random.default_rng(0).normal(0, 1, (5, 4))
    np.testing.assert_array_equal(forward(layer, x).h, forward(layer.get_weights(), x).h)


def test_a_layer_without_bias_has_a_bias_of_zeros(keras):
    layer = keras.layers.LSTM(3, use_bias=False, return_sequences=True)
    layer.build((None, None, 2))
    x = np.random.default_rng(0).normal(0, 1, (1, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(forward(layer, x).h, np.asarray(layer(x)), **WITHIN)


def test_an_unbuilt_layer_is_refused_with_what_to_do(keras):
    with pytest.raises(ValueError, match=r"no weights yet; build it or call it once"):
        forward(keras.layers.LSTM(3), np.zeros((5, 2)))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"activation": "relu"}, "activation is relu"),
        ({"recurrent_activation": "hard_sigmoid"}, "recurrent_activation is hard_sigmoid"),
    ],
)
def test_other_activations_are_refused_by_name(keras, options, named):
    layer = keras.layers.LSTM(3, **options)
    layer.build((None, None, 2))
    with pytest.raises(ValueError, match=named):
        forward(layer, np.zeros((5, 2)))


def test_a_gru_is_refused(keras):
    layer = keras.layers.GRU(3)
    layer.build((None, None, 2))
    with pytest.raises(ValueError, match="a cell of 3 units needs"):
        forward(layer, np.zeros((5, 2)))


@pytest.mark.parametrize("number", [0, 1, 4])
def test_the_wrong_number_of_arrays_is_refused(number):
    with pytest.raises(ValueError, match=f"3 weight arrays .* got {number}"):
        LSTMWeights.of([np.zeros((2, 2))] * number)


@pytest.mark.parametrize(
    ("shapes", "named"),
    [
        (((2, 12), (3, 12), (11,)), r"bias has shape \(11,\)"),
        (((2, 11), (3, 12), (12,)), r"kernel has shape \(2, 11\)"),
        (((2, 12), (3, 9), (12,)), r"recurrent_kernel has shape \(3, 9\)"),
        (((12,), (3, 12), (12,)), r"kernel has shape \(12,\)"),
        (((2, 12), (), (12,)), r"has shape"),
    ],
)
def test_weights_that_make_no_cell_are_refused_by_name(shapes, named):
    with pytest.raises(ValueError, match=named):
        LSTMWeights(*(np.zeros(shape) for shape in shapes))


@pytest.mark.parametrize("shape", [(5,), (5, 3), (0, 2), (1, 1, 5, 2), (4, 0, 2)])
def test_an_x_that_does_not_fit_is_refused_with_both_shapes(shape):
    with pytest.raises(ValueError, match=r"x has shape .* reads \(Tx, 2\) or \(m, Tx, 2\)"):
        forward(random_arrays(2, 3, 0), np.zeros(shape))


@pytest.mark.parametrize("name", ["a0", "c0"])
def test_a_state_that_does_not_fit_is_refused_by_name(name):
    with pytest.raises(ValueError, match=rf"{name} has shape \(4,\); this cell needs \(5, 3\)"):
        forward(random_arrays(2, 3, 0), np.zeros((5, 7, 2)), **{name: np.zeros(4)})


# The two functions everything rests on.


@given(hnp.arrays(np.float64, st.integers(1, 9), elements=st.floats(-1e4, 1e4)))
def test_sigmoid_is_the_logistic_function(z):
    expected = [1 / (1 + exp(-v)) if v > -700 else 0.0 for v in z]
    np.testing.assert_allclose(sigmoid(z), expected, atol=1e-12)


@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(-1e4, 1e4)), st.floats(-1e3, 1e3))
def test_softmax_sums_to_one_and_ignores_a_shift(z, shift):
    y = softmax(z)
    np.testing.assert_allclose(y.sum(axis=-1), 1)
    assert (y >= 0).all()
    np.testing.assert_allclose(softmax(z + shift), y, atol=1e-9)
