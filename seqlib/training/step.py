"""The training step itself: the cell over all timesteps, many epochs a call.

The step is traced once per architecture and shared by every run of that architecture:
weights and optimiser state go in and come out as plain tensors, so nothing of one run stays
behind in another's. The worker and ``training.warm`` come here; importing this module costs
nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, NamedTuple

import numpy as np

from seqlib.jazz import JazzWeights
from seqlib.training import tensorflow

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
        tensorflow.load()
        import tensorflow as tf

        self._m, Tx, n_values = X.shape
        self._learning_rate = tf.constant(learning_rate, tf.float32)
        variables = [tf.constant(array, tf.float32) for array in weights.arrays]
        zeros = [tf.zeros_like(variable) for variable in variables]
        self._state = (variables, zeros, zeros, tf.constant(0.0))
        self._windows = windows_per_call(Tx, n_values, weights.n_a)
        self._in_parts = self._windows < self._m
        places = places_of(X)
        self._step = shared_step(
            None if self._in_parts else self._m,
            Tx,
            n_values,
            weights.n_a,
            looked_up=places is not None,
        )
        self._sums: Any = None
        self._seen = 0
        self._X = np.asarray(X, np.float32) if places is None else places
        self._Y = Y.swapaxes(0, 1)  # (m, Ty, n_values)
        if not self._in_parts:
            self._X, self._Y = tf.constant(self._X), tf.constant(self._Y, tf.float32)

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
            tf.constant(self._X[part]),
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


def places_of(X: np.ndarray) -> np.ndarray | None:
    """Where the ones of one-hot windows stand, int32 (m, Tx); None if X is something else.

    A row of zeros, as before the first note, has place n_values.
    """
    if not ((X == 0) | (X == 1)).all():
        return None
    ones = X.sum(axis=-1)
    if (ones > 1).any():
        return None
    return np.where(ones == 1, X.argmax(axis=-1), X.shape[-1]).astype(np.int32)


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


def cell(z: Any, c: Any) -> tuple[Any, Any, tuple[Any, ...]]:
    """One step of an LSTM from its gates' sums ``z`` (n, 4 n_a): h, c, what ``slopes`` takes."""
    import tensorflow as tf

    i, f, g, o = tf.split(z, 4, axis=-1)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    before, c = c, f * c + i * g
    s = tf.tanh(c)
    return o * s, c, (i, f, g, o, before, s)


def slopes(i: Any, f: Any, g: Any, o: Any, before: Any, s: Any) -> tuple[Any, Any, Any]:
    """What dh and dc are multiplied by on the way back, of one step or of all at once.

    (dc, dc, dc, dh) for dz; dh for its share in dc; dc for that of the c before.
    """
    import tensorflow as tf

    dz = g * i * (1 - i), before * f * (1 - f), i * (1 - g * g), s * o * (1 - o)
    return tf.concat(dz, axis=-1), o * (1 - s * s), f


def cell_back(slope: tuple[Any, Any, Any], dh: Any, dc: Any) -> tuple[Any, Any]:
    """One step back: dz (n, 4 n_a), and the gradient of the c before it."""
    import tensorflow as tf

    to_z, to_c, to_before = slope
    dc += dh * to_c
    return tf.concat([dc, dc, dc, dh], axis=-1) * to_z, dc * to_before


class SharedStep(NamedTuple):
    """The traced functions of one architecture.

    State is ``variables, first, second, count``: the weights, Adam's two moments, its step.
    """

    epochs: Any  # (epochs, *state, X, Y, rate) -> *state, loss, accuracy (epochs, Ty)
    sums: Any  # (variables, X, Y) -> loss (Ty,), hits (Ty,), gradients, summed over windows
    update: Any  # (*state, gradients, m, rate) -> *state


def traced_once(held: int) -> Callable[[Callable[..., Any]], Any]:
    """``lru_cache`` for what builds traced functions: it keeps ``held`` of them.

    Two threads that want the same do not build it twice; tracing has TensorFlow's own lock.
    """

    def decorate(build: Callable[..., Any]) -> Any:
        cached, building = lru_cache(maxsize=held)(build), threading.Lock()

        @wraps(build)
        def get(*arguments: Any, **named: Any) -> Any:
            with building:
                return cached(*arguments, **named)

        get.cache_info, get.cache_clear = cached.cache_info, cached.cache_clear
        return get

    return decorate


@traced_once(MAX_ARCHITECTURES)
def shared_step(m: int | None, Tx: int, n_values: int, n_a: int, looked_up: bool) -> SharedStep:
    """Build the functions of one architecture; each is traced at its first use.

    A known ``m`` halves the first trace, because gradients then need no run-time shapes;
    None takes any number of windows. ``looked_up`` takes X as ``places_of`` gives it: a one-hot
    row times the kernel is a row of the kernel, which is a third of all arithmetic saved.
    """
    import tensorflow as tf

    windows = tf.TensorSpec((m, Tx, n_values), tf.float32)
    inputs = tf.TensorSpec((m, Tx), tf.int32) if looked_up else windows
    scalar = tf.TensorSpec((), tf.float32)
    shapes = [array.shape for array in JazzWeights.initial(n_a, n_values).arrays]
    arrays = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    state = (arrays, arrays, arrays, scalar)

    def over(step, before, given, reverse=False):
        """What ``step(before, given)`` makes of one time step after the other, stacked."""
        if Tx > UNROLL_UP_TO:
            return tf.scan(step, given, before, reverse=reverse)
        made = [None] * Tx
        given = list(zip(*(tf.unstack(values, Tx) for values in given), strict=True))
        for t in reversed(range(Tx)) if reverse else range(Tx):
            before = made[t] = step(before, given[t])
        return [tf.stack(values) for values in zip(*made, strict=True)]

    def flat(values):
        return tf.reshape(values, (-1, values.shape[-1]))  # (Tx m, …)

    def sums(variables, X, Y):
        """The twin's equations and their slopes, as in ``seqlib.lstm``, time first.

        A tape would trace twice as long, and add up the kernels' gradients step by step.
        """
        kernel, recurrent_kernel, bias, densor_kernel, densor_bias = variables
        n = m or tf.shape(X)[0]
        Y = tf.transpose(Y, (1, 0, 2))  # (Ty, m, n_values)
        if looked_up:
            X = tf.reshape(tf.transpose(X), (-1,))
            x = tf.gather(tf.pad(kernel, ((0, 1), (0, 0))), X)
        else:
            X = tf.reshape(tf.transpose(X, (1, 0, 2)), (-1, n_values))
            x = X @ kernel
        x = tf.reshape(x + bias, (Tx, -1, 4 * n_a))

        def read(before, given):
            a, c, *_ = before
            a, c, kept = cell(given[0] + a @ recurrent_kernel, c)
            return a, c, *kept

        a, _c, *kept = over(read, (tf.zeros((n, n_a)),) * 8, (x,))
        y = flat(a) @ densor_kernel + densor_bias
        # From the logits, so that a sure mistake stays finite.
        loss, dy = tf.raw_ops.SoftmaxCrossEntropyWithLogits(
            features=y, labels=tf.reshape(Y, (-1, n_values))
        )
        right = tf.equal(tf.argmax(y, axis=-1), tf.argmax(flat(Y), axis=-1))
        hits = tf.reshape(tf.cast(right, tf.float32), (Tx, -1))

        da = tf.reshape(tf.matmul(dy, densor_kernel, transpose_b=True), (Tx, -1, n_a))

        def back(after, given):
            """Of one step: dz, and the gradients of the a and c before it."""
            _dz, da, dc = after
            here, *slope = given
            dz, dc = cell_back(slope, da + here, dc)
            return dz, tf.matmul(dz, recurrent_kernel, transpose_b=True), dc

        nothing = tf.zeros((n, 4 * n_a)), tf.zeros((n, n_a)), tf.zeros((n, n_a))
        dz = flat(over(back, nothing, (da, *slopes(*kept)), reverse=True)[0])
        if looked_up:
            dkernel = tf.math.unsorted_segment_sum(dz, X, n_values + 1)[:n_values]
        else:
            dkernel = tf.matmul(X, dz, transpose_a=True)
        a_before = tf.concat([tf.zeros_like(a[:1]), a[:-1]], axis=0)
        gradients = [
            dkernel,
            tf.matmul(flat(a_before), dz, transpose_a=True),
            tf.reduce_sum(dz, axis=0),
            tf.matmul(flat(a), dy, transpose_a=True),
            tf.reduce_sum(dy, axis=0),
        ]
        loss = tf.reshape(loss, (Tx, -1))
        return tf.reduce_sum(loss, axis=1), tf.reduce_sum(hits, axis=1), gradients

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
            epochs, input_signature=(count, *state, inputs, windows, scalar), autograph=False
        ),
        tf.function(sums, input_signature=(arrays, inputs, windows), autograph=False),
        tf.function(update, input_signature=(*state, arrays, scalar, scalar), autograph=False),
    )
