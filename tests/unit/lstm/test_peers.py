"""The GRU and the plain RNN are Keras', forward and back, also where sequences end early."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.lstm import forward, sigmoid
from seqlib.lstm._fast import OneHot
from seqlib.lstm.others import OF_KIND, GRUWeights, SimpleRNNWeights, cell_of
from seqlib.lstm.peers import over_batch

TX, M, N_X, N_A = 5, 3, 4, 6


@pytest.mark.parametrize("ours", [GRUWeights, SimpleRNNWeights])
def test_states_and_gradients_are_kerass(keras, ours):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    layer = getattr(keras.layers, ours.kind)(N_A, return_sequences=True)
    layer.build((M, TX, N_X))
    layer.set_weights(
        [rng.normal(0, 0.7, array.shape).astype(np.float32) for array in layer.get_weights()]
    )
    x, da = (rng.normal(size=(M, TX, n)).astype(np.float32) for n in (N_X, N_A))
    read = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(read)
        a = layer(read)
        loss = tf.reduce_sum(da * a)
    *gradients, dx = tape.gradient(loss, [*layer.trainable_variables, read])

    def below(values):
        """(m, Tx, n) as (Tx m, n), step below step."""
        return values.swapaxes(0, 1).reshape(TX * M, -1)

    cell = cell_of(layer.get_weights())
    assert type(cell) is ours
    mine = over_batch(cell, [M] * TX)
    np.testing.assert_allclose(mine.forward(cell, below(x)), below(a.numpy()), atol=1e-5)
    dz = mine.backward(below(da))
    np.testing.assert_allclose(dz @ cell.kernel.T, below(dx.numpy()), atol=1e-5)
    out = [np.empty_like(array) for array in cell.arrays]
    mine.gradients(below(x), out)
    for found, wanted in zip(out, gradients, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)


def drawn(kind, *, after=True):
    """A cell of doubles, so that differences of nearby losses can be told."""
    rng = np.random.default_rng(2)
    arrays = [array.copy() for array in OF_KIND[kind].initial(N_X, N_A, rng).arrays]
    if not after:
        arrays[2] = arrays[2][0]
    return cell_of([rng.normal(0, 0.7, array.shape) for array in arrays])


@pytest.mark.parametrize("kind", ["GRU", "SimpleRNN"])
def test_rows_that_end_early_and_one_hot_rows_give_the_gradients_of_finite_differences(kind):
    cell, rows = drawn(kind), [3, 2, 2, 1]
    rng = np.random.default_rng(3)
    places = rng.integers(0, N_X + 1, sum(rows))  # N_X is a row of zeros
    x = np.eye(N_X + 1)[places][:, :N_X]
    da = rng.normal(size=(sum(rows), N_A))
    layer = over_batch(cell, rows)
    a = layer.forward(cell, OneHot(places, N_X))
    for row, length in enumerate([4, 3, 1]):  # each sequence is read as if it were alone
        at = [sum(rows[:t]) + row for t in range(length)]
        np.testing.assert_allclose(a[at], forward(cell, x[at]).h, atol=1e-12)
    layer.backward(da)
    out = [np.empty_like(array) for array in cell.arrays]
    layer.gradients(OneHot(places, N_X), out)
    for place, gradient in enumerate(out):
        for at in rng.integers(0, gradient.size, 4):
            losses = []
            for step in (-1e-6, 1e-6):
                arrays = [array.copy() for array in cell.arrays]
                arrays[place].ravel()[at] += step
                moved = cell_of(arrays)
                losses.append((over_batch(moved, rows).forward(moved, x) * da).sum())
            found = (losses[1] - losses[0]) / 2e-6
            np.testing.assert_allclose(gradient.ravel()[at], found, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("kind", "after"), [("GRU", True), ("GRU", False), ("SimpleRNN", True)])
def test_a_step_back_is_the_slope_of_a_step(kind, after):
    cell = drawn(kind, after=after)
    rng = np.random.default_rng(4)
    zx, a, da = (rng.normal(size=n) for n in (cell.kernel.shape[1], N_A, N_A))
    back = cell.back(cell.step(zx, a), a, da)
    for given, found in ((zx, back.dzx), (a, back.da_before)):
        for at in range(len(given)):
            losses = []
            for step in (-1e-6, 1e-6):
                given[at] += step
                losses.append(float(cell.step(zx, a).h @ da))
                given[at] -= step
            np.testing.assert_allclose(found[at], (losses[1] - losses[0]) / 2e-6, atol=1e-7)


def test_a_held_gate_holds_from_its_step_on_and_the_rest_follows():
    cell = drawn("GRU")
    x = np.random.default_rng(5).normal(size=(TX, N_X))
    plain, held = cell.run(x), cell.run(x, {"z": 1.0}, start=2)
    for name, values in plain.states.items():
        np.testing.assert_array_equal(held.states[name][:2], values[:2])
    assert (held.gates["z"][2:] == 1).all()
    np.testing.assert_array_equal(held.h[2:], np.broadcast_to(held.h[1], (TX - 2, N_A)))


def test_arrays_that_belong_to_no_cell_are_refused():
    kernel, recurrent, bias = drawn("GRU").arrays
    with pytest.raises(ValueError, match="do not belong to one GRU cell"):
        GRUWeights(kernel[:, 1:], recurrent, bias)


@pytest.mark.parametrize(("kind", "after"), [("GRU", True), ("GRU", False), ("SimpleRNN", True)])
def test_what_is_summed_for_each_gate_gives_the_gate(kind, after):
    cell = drawn(kind, after=after)
    trace = cell.run(np.random.default_rng(3).normal(size=(TX, N_X)))
    wanted = dict(trace.gates) or {"a": trace.h}
    summed = cell.summands(trace)
    assert summed.keys() == wanted.keys()
    for name, (x, a, b) in summed.items():
        assert x.shape == a.shape == (TX, N_A)
        assert b.shape == (N_A,)
        squash = np.tanh if name in "ga" else sigmoid
        np.testing.assert_allclose(squash(x + a + b), wanted[name], atol=1e-12)
