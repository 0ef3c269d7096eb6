"""The GRU and the plain RNN are Keras', forward and back."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.lstm.peers import GRU, SimpleRNN

TX, M, N_X, N_A = 5, 3, 4, 6


@pytest.mark.parametrize("ours", [GRU, SimpleRNN])
def test_states_and_gradients_are_kerass(keras, ours):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    layer = getattr(keras.layers, ours.__name__)(N_A, return_sequences=True)
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

    cell = layer.get_weights()
    mine = ours(M, N_A)
    np.testing.assert_allclose(mine.forward(cell, below(x)), below(a.numpy()), atol=1e-5)
    dz = mine.backward(below(da))
    np.testing.assert_allclose(dz @ cell[0].T, below(dx.numpy()), atol=1e-5)
    out = [np.empty_like(array) for array in cell]
    mine.gradients(below(x), out)
    for found, wanted in zip(out, gradients, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)
