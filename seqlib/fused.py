"""The training step itself: Keras' cell over all timesteps, many epochs a call.

One step is traced per architecture and shared by every run of that shape: weights and
optimiser state go in and come out as plain tensors, so nothing of one run stays behind
in another's. Only the worker thread comes here; importing this module costs nothing.
"""

from __future__ import annotations

import sys
from functools import lru_cache

import numpy as np

from seqlib.jazz import JazzWeights

# Laying the timesteps out makes each step quicker but its first trace longer, and the trace
# grows with Tx; past this length the loop wins over a hundred epochs.
UNROLL_UP_TO = 40
# Each holds a traced graph of a few MB; a host must not keep one for every slider position.
MAX_ARCHITECTURES = 8

# Adam's constants, as Keras sets them (Kingma & Ba, 2015).
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


def tensorflow_is_loaded() -> bool:
    """Whether the next run is spared the import."""
    return "tensorflow" in sys.modules


class FusedTraining:
    """One run's state, advanced by the shared step.

    ``X`` (m, Tx, n_values), ``Y`` (Ty, m, n_values); Adam, full batch, loss summed over Ty.
    """

    def __init__(
        self, X: np.ndarray, Y: np.ndarray, weights: JazzWeights, learning_rate: float
    ) -> None:
        import tensorflow as tf

        m, Tx, n_values = X.shape
        self._advance = shared_step(m, Tx, n_values, weights.n_a)
        self._X = tf.constant(X, tf.float32)
        self._Y = tf.constant(Y.swapaxes(0, 1), tf.float32)  # (m, Ty, n_values)
        self._learning_rate = tf.constant(learning_rate, tf.float32)
        variables = [tf.constant(array, tf.float32) for array in weights.arrays]
        zeros = [tf.zeros_like(variable) for variable in variables]
        self._state = (variables, zeros, zeros, tf.constant(0.0))

    def advance(self, epochs: int) -> tuple[np.ndarray, np.ndarray, JazzWeights]:
        """Train for ``epochs``; loss and accuracy (epochs, Ty) before each update, new weights."""
        import tensorflow as tf

        *self._state, loss, accuracy = self._advance(
            tf.constant(epochs), *self._state, self._X, self._Y, self._learning_rate
        )
        weights = JazzWeights.from_arrays([variable.numpy() for variable in self._state[0]])
        return loss.numpy(), accuracy.numpy(), weights


@lru_cache(maxsize=MAX_ARCHITECTURES)
def shared_step(m: int, Tx: int, n_values: int, n_a: int):
    """The traced function for one architecture: (epochs, state…, X, Y, rate) -> state, metrics."""
    import tensorflow as tf

    from seqlib.models import fused_twin, music_layers

    twin = fused_twin(Tx, music_layers(n_a, n_values), unroll=Tx <= UNROLL_UP_TO)
    untrained = [variable.value for variable in twin.non_trainable_variables]
    states = [tf.zeros((m, n_a)), tf.zeros((m, n_a))]

    def epoch(variables, first, second, count, X, Y, learning_rate):
        with tf.GradientTape() as tape:
            tape.watch(variables)
            y, _ = twin.stateless_call(variables, untrained, [X, *states])  # (m, Tx, n_values)
            per_window = -tf.reduce_sum(Y * tf.math.log(tf.maximum(y, 1e-30)), axis=-1)
            loss = tf.reduce_mean(per_window, axis=0)  # (Ty,)
            total = tf.reduce_sum(loss)
        gradients = tape.gradient(total, variables)
        right = tf.equal(tf.argmax(y, axis=-1), tf.argmax(Y, axis=-1))
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32), axis=0)  # (Ty,)
        # Keras' own optimisers keep their state in variables, and stateless_apply does not
        # exist on the TensorFlow backend; Adam with its state passed through is four lines.
        count += 1
        rate = learning_rate * tf.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
        first = [BETA_1 * v + (1 - BETA_1) * g for v, g in zip(first, gradients, strict=True)]
        second = [BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(second, gradients, strict=True)]
        variables = [
            v - rate * f / (tf.sqrt(s) + EPSILON)
            for v, f, s in zip(variables, first, second, strict=True)
        ]
        return variables, first, second, count, loss, accuracy

    @tf.function(autograph=True)
    def advance(epochs, variables, first, second, count, X, Y, learning_rate):
        losses = tf.TensorArray(tf.float32, epochs)
        accuracies = tf.TensorArray(tf.float32, epochs)
        for e in tf.range(epochs):
            variables, first, second, count, loss, accuracy = epoch(
                variables, first, second, count, X, Y, learning_rate
            )
            losses = losses.write(e, loss)
            accuracies = accuracies.write(e, accuracy)
        return variables, first, second, count, losses.stack(), accuracies.stack()

    return advance
