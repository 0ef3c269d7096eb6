"""The training step itself: the cell over all timesteps, many epochs a call.

The step is traced once per architecture and shared by every run of that architecture:
weights and optimiser state go in and come out as plain tensors, so nothing of one run stays
behind in another's. The worker and ``training.warm`` come here; importing this module costs
nothing.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from seqlib import backend
from seqlib.jazz import JazzWeights

# Laying the timesteps out makes each step quicker but its first trace longer, and the trace
# grows with Tx; past this length the loop wins over a hundred epochs.
UNROLL_UP_TO = 40
# Each holds a traced graph of a few MB; a host must not keep one for every slider position.
MAX_ARCHITECTURES = 8
# The most arithmetic in one call, about 0.15 s on two cores: an epoch beyond it is
# done in parts, so that a large run neither holds up the others nor fills the memory.
CALL_FLOP = 3e10

# Adam's constants, as Keras sets them (Kingma & Ba, 2015).
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


class Learned(NamedTuple):
    """What finished epochs measured, each before its update, and the weights after them."""

    loss: np.ndarray  # (epochs, Ty)
    accuracy: np.ndarray  # (epochs, Ty)
    weights: JazzWeights


class FusedTraining:
    """One run's state, advanced by the shared step.

    ``X`` (m, Tx, n_values), ``Y`` (Ty, m, n_values); Adam, full batch, loss summed over Ty.

    Attributes
    ----------
    part_done : float
        Share of the current epoch's windows already seen, 0 to 1, where an epoch takes
        several calls; 0 otherwise.
    """

    def __init__(
        self, X: np.ndarray, Y: np.ndarray, weights: JazzWeights, learning_rate: float
    ) -> None:
        backend.load()
        import tensorflow as tf

        self._m, Tx, n_values = X.shape
        self._learning_rate = tf.constant(learning_rate, tf.float32)
        variables = [tf.constant(array, tf.float32) for array in weights.arrays]
        zeros = [tf.zeros_like(variable) for variable in variables]
        self._state = (variables, zeros, zeros, tf.constant(0.0))
        self._windows = windows_per_call(Tx, n_values, weights.n_a)
        self._in_parts = self._windows < self._m
        with _building:
            self._step = shared_step(None if self._in_parts else self._m, Tx, n_values, weights.n_a)
        self._sums: Any = None
        self._seen = 0
        self._X, self._Y = X, Y.swapaxes(0, 1)  # (m, Ty, n_values)
        if not self._in_parts:
            self._X, self._Y = tf.constant(self._X, tf.float32), tf.constant(self._Y, tf.float32)

    @property
    def part_done(self) -> float:
        return self._seen / self._m

    @property
    def state(self) -> Any:
        """Everything that training changes, as NumPy arrays; set it to go on from there.

        What another session of the same windows had is as good, on another machine too.
        """
        import tensorflow as tf

        tensors = self._state, self._sums or ()
        return *tf.nest.map_structure(lambda tensor: tensor.numpy(), tensors), self._seen

    @state.setter
    def state(self, state: Any) -> None:
        import tensorflow as tf

        *arrays, self._seen = state
        self._state, sums = tf.nest.map_structure(tf.constant, arrays)
        self._sums = sums or None

    def advance(self, epochs: int) -> Learned | None:
        """Train for ``epochs``, or for a part of one where they are large.

        None while an epoch is unfinished.
        """
        if self._in_parts:
            return self._advance_part()
        import tensorflow as tf

        *self._state, loss, accuracy = self._step.epochs(
            tf.constant(epochs), *self._state, self._X, self._Y, self._learning_rate
        )
        return self._learned(loss.numpy(), accuracy.numpy())

    def _advance_part(self) -> Learned | None:
        import tensorflow as tf

        part = slice(self._seen, self._seen + self._windows)
        sums = self._step.sums(
            self._state[0],
            tf.constant(self._X[part], tf.float32),
            tf.constant(self._Y[part], tf.float32),
        )
        if self._sums is None:
            self._sums = sums
        else:
            self._sums = tf.nest.map_structure(tf.add, self._sums, sums)
        self._seen += self._windows
        if self._seen < self._m:
            return None
        loss, hits, gradients = self._sums
        self._sums, self._seen = None, 0
        self._state = self._step.update(
            *self._state, gradients, tf.constant(self._m, tf.float32), self._learning_rate
        )
        return self._learned(loss.numpy()[None] / self._m, hits.numpy()[None] / self._m)

    def _learned(self, loss: np.ndarray, accuracy: np.ndarray) -> Learned:
        arrays = [variable.numpy() for variable in self._state[0]]
        return Learned(loss, accuracy, JazzWeights.from_arrays(arrays))


def windows_per_call(Tx: int, n_values: int, n_a: int) -> int:
    """How many windows fit into one call; at least 1."""
    multiply_adds = Tx * n_a * (4 * (n_values + n_a) + n_values)  # forward, one window
    return max(1, int(CALL_FLOP / (2 * 3 * multiply_adds)))  # backward costs twice forward


def adam(
    variables: Any, first: Any, second: Any, count: Any, gradients: Any, rate: Any
) -> tuple[Any, Any, Any, Any]:
    """One step of Adam on lists of tensors: variables, their two moments, the step count.

    Keras' optimisers keep their state in variables; here it is passed through, so that runs can
    share the function.
    """
    import tensorflow as tf

    count += 1.0
    rate = rate * tf.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
    first = [BETA_1 * v + (1 - BETA_1) * g for v, g in zip(first, gradients, strict=True)]
    second = [BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(second, gradients, strict=True)]
    variables = [
        v - rate * f / (tf.sqrt(s) + EPSILON)
        for v, f, s in zip(variables, first, second, strict=True)
    ]
    return variables, first, second, count


class SharedStep(NamedTuple):
    """The traced functions of one architecture.

    State is ``variables, first, second, count``: the weights, Adam's two moments, its step.
    """

    epochs: Any  # (epochs, *state, X, Y, rate) -> *state, loss, accuracy (epochs, Ty)
    sums: Any  # (variables, X, Y) -> loss (Ty,), hits (Ty,), gradients, summed over windows
    update: Any  # (*state, gradients, m, rate) -> *state


# So that a run does not build a second time what a warm-up is building. Tracing has TensorFlow's
# own lock.
_building = threading.Lock()


@lru_cache(maxsize=MAX_ARCHITECTURES)
def shared_step(m: int | None, Tx: int, n_values: int, n_a: int) -> SharedStep:
    """Build the functions of one architecture; each is traced at its first use.

    A known ``m`` halves the first trace, because gradients then need no run-time shapes;
    None takes any number of windows.
    """
    import tensorflow as tf

    windows = tf.TensorSpec((m, Tx, n_values), tf.float32)
    scalar = tf.TensorSpec((), tf.float32)
    shapes = [array.shape for array in JazzWeights.initial(n_a, n_values).arrays]
    arrays = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    state = (arrays, arrays, arrays, scalar)

    def step(zx, a, c, recurrent_kernel):
        i, f, g, o = tf.split(zx + a @ recurrent_kernel, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        return tf.sigmoid(o) * tf.tanh(c), c

    def logits(variables, X):
        """The twin's equations, as in ``seqlib.lstm``: Keras' own cost more to trace."""
        kernel, recurrent_kernel, bias, densor_kernel, densor_bias = variables
        a = c = tf.zeros((m or tf.shape(X)[0], n_a))
        x = tf.reshape(tf.transpose(X, (1, 0, 2)), (-1, n_values))  # time first: steps lie together
        zx = tf.reshape(x @ kernel + bias, (Tx, -1, 4 * n_a))
        if Tx <= UNROLL_UP_TO:
            states = []
            for now in tf.unstack(zx, Tx):
                a, c = step(now, a, c, recurrent_kernel)
                states.append(a)
            h = tf.concat(states, axis=0)  # (Tx m, n_a)
        else:
            h, _ = tf.scan(lambda ac, now: step(now, *ac, recurrent_kernel), zx, (a, c))
            h = tf.reshape(h, (-1, n_a))
        return tf.reshape(h @ densor_kernel + densor_bias, (Tx, -1, n_values))

    def sums(variables, X, Y):
        Y = tf.transpose(Y, (1, 0, 2))  # (Ty, m, n_values)
        with tf.GradientTape() as tape:
            tape.watch(variables)
            y = logits(variables, X)  # (Tx, m, n_values)
            # From the logits, so that a sure mistake stays finite.
            loss = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(Y, y), axis=1)  # (Ty,)
            total = tf.reduce_sum(loss)
        right = tf.equal(tf.argmax(y, axis=-1), tf.argmax(Y, axis=-1))
        hits = tf.reduce_sum(tf.cast(right, tf.float32), axis=1)  # (Ty,)
        return loss, hits, tape.gradient(total, variables)

    def update(variables, first, second, count, gradients, m, learning_rate):
        gradients = [g / m for g in gradients]
        return adam(variables, first, second, count, gradients, learning_rate)

    def epochs(n, variables, first, second, count, X, Y, learning_rate):
        windows = tf.cast(tf.shape(X)[0], tf.float32)

        def one(e, state, losses, accuracies):
            loss, hits, gradients = sums(state[0], X, Y)
            state = update(*state, gradients, windows, learning_rate)
            return (
                e + 1,
                state,
                losses.write(e, loss / windows),
                accuracies.write(e, hits / windows),
            )

        empty = tf.TensorArray(tf.float32, n), tf.TensorArray(tf.float32, n)
        _, state, losses, accuracies = tf.while_loop(
            lambda e, *_: e < n, one, (0, (variables, first, second, count), *empty)
        )
        return (*state, losses.stack(), accuracies.stack())

    count = tf.TensorSpec((), tf.int32)
    return SharedStep(
        tf.function(
            epochs, input_signature=(count, *state, windows, windows, scalar), autograph=False
        ),
        tf.function(sums, input_signature=(arrays, windows, windows), autograph=False),
        tf.function(update, input_signature=(*state, arrays, scalar, scalar), autograph=False),
    )
