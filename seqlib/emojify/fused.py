"""The training steps of ``Emojify_V2``: many mini-batches a call, dropout inside.

The graph computes what the Keras model computes, from the words that occur: their rows are
gathered once into a small matrix, so the rest of the vocabulary never enters it.

A masked step changes nothing in Keras' LSTM. So with a mask sentences are moved to the end of
the row, a batch is sorted with the longest first, and step t is computed only for the sentences
that have begun: the same numbers for the work of the words alone.

Adam is Keras' own on the gradients as dense arrays; a compiled Keras model with a trainable
embedding squares each occurrence of a word in a batch on its own, which lengthens its steps.

One function a shape, traced at its first use and shared by all runs; see ``seqlib.fused``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from seqlib import backend
from seqlib.fused import BETA_1, BETA_2, EPSILON, MAX_ARCHITECTURES

# Sentences evaluated in one call.
EVALUATED_AT_ONCE = 256


class Shape(NamedTuple):
    """What a traced function depends on."""

    batch: int
    Tx: int
    e_length: int
    n_a: int
    n_classes: int
    mask: bool
    trainable: bool


class Steps(NamedTuple):
    """The traced functions of one shape; ``state`` is variables, two moments, step count."""

    train: Any  # (order, seed, *state, table, indices, labels, rate, dropout) -> *state, loss, hits
    evaluate: Any  # (variables, table, indices) -> logits


class Batches:
    """One run's data and state on TensorFlow's side.

    Parameters
    ----------
    arrays : the weights in the order of ``weights.NAMES``
    table : float32 (k, e_length)
        Vectors of the words that occur; row 0 is the padding row.
    train, labels : int32 (m, Tx) into ``table``, and (m,)
    test : int32 (m_test, Tx)
    """

    def __init__(
        self,
        arrays: Any,
        table: np.ndarray,
        train: np.ndarray,
        labels: np.ndarray,
        test: np.ndarray,
        *,
        n_classes: int,
        batch: int,
        mask: bool,
        trainable: bool,
        learning_rate: float,
        dropout: float,
        seed: int,
    ) -> None:
        backend.load()
        import tensorflow as tf

        self.m = len(train)
        self.batch = min(batch, self.m)
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        n_a = len(arrays[1])
        shape = Shape(self.batch, train.shape[1], table.shape[1], n_a, n_classes, mask, trainable)
        self._steps = steps_of(shape)
        variables = [tf.constant(array, tf.float32) for array in arrays]
        if trainable:
            variables.append(tf.constant(table, tf.float32))
        zeros = [tf.zeros_like(variable) for variable in variables]
        self._state = (variables, zeros, zeros, tf.constant(0.0))
        self._table = tf.constant(table, tf.float32)
        if mask:
            train, test = to_the_end(train), to_the_end(test)
        self._lengths = np.count_nonzero(train, axis=1)
        self._train = tf.constant(train, tf.int32)
        self._labels = tf.constant(labels, tf.int32)
        self._test = test
        self._options = (tf.constant(learning_rate, tf.float32), tf.constant(dropout, tf.float32))
        self._order = np.zeros((0, self.batch), np.int32)
        self._done = 0  # batches, over all epochs

    @property
    def part_done(self) -> float:
        """Share of the current epoch's batches already taken, 0 to 1."""
        return 1 - len(self._order) / -(-self.m // self.batch) if len(self._order) else 0.0

    @property
    def batches_left(self) -> int:
        """Of the current epoch; 0 before one has begun."""
        return len(self._order)

    def begin_epoch(self) -> None:
        """Shuffle. The last batch may be short; -1 fills it up."""
        order = self._rng.permutation(self.m).astype(np.int32)
        fill = -len(order) % self.batch
        self._order = np.append(order, np.full(fill, -1, np.int32)).reshape(-1, self.batch)
        by_length = longest_first(self._lengths[np.maximum(self._order, 0)])
        self._order = np.take_along_axis(self._order, by_length, axis=-1)

    def train(self, n: int) -> tuple[float, int]:
        """Take ``n`` mini-batch steps; the loss (nats) and first choices right, summed."""
        import tensorflow as tf

        now, self._order = self._order[:n], self._order[n:]
        *self._state, loss, hits = self._steps.train(
            tf.constant(now),
            tf.constant([self._seed, self._done], tf.int32),
            *self._state,
            self._table,
            self._train,
            self._labels,
            *self._options,
        )
        self._done += len(now)
        return float(loss), int(hits)

    def evaluate(self) -> np.ndarray:
        """Logits (m_test, n_classes) of the test sentences, nothing dropped."""
        import tensorflow as tf

        found = []
        at_once = min(EVALUATED_AT_ONCE, _up(len(self._test)))
        for start in range(0, len(self._test), at_once):
            part = self._test[start : start + at_once]
            # Filled up to one size, so that the function is traced once.
            filled = np.zeros((at_once, part.shape[1]), np.int32)
            filled[: len(part)] = part
            order = longest_first(np.count_nonzero(filled, axis=1))
            logits = self._steps.evaluate(
                self._state[0], self._table, tf.constant(filled[order])
            ).numpy()
            found.append(logits[np.argsort(order)][: len(part)])
        return np.concatenate(found)

    def weights(self) -> tuple[list[np.ndarray], np.ndarray | None]:
        """(the arrays of ``weights.NAMES``, the trained table or None)."""
        arrays = [variable.numpy() for variable in self._state[0]]
        return arrays[:8], arrays[8] if len(arrays) > 8 else None


def longest_first(lengths: np.ndarray) -> np.ndarray:
    """Places along the last axis, in descending order of length."""
    return np.argsort(-lengths, axis=-1, kind="stable")


def _up(n: int) -> int:
    return -(-n // 32) * 32


def to_the_end(indices: np.ndarray) -> np.ndarray:
    """Each row's non-zero places moved to its end, in order; what a mask skips comes first."""
    order = np.argsort(indices != 0, axis=1, kind="stable")
    return np.take_along_axis(indices, order, axis=1)


@lru_cache(maxsize=MAX_ARCHITECTURES)
def steps_of(shape: Shape) -> Steps:
    """Build the functions of one shape."""
    import tensorflow as tf

    B, Tx, e_length, n_a, n_classes, mask, trainable = shape

    def layer(kernel, recurrent_kernel, bias, x, active):
        """``x`` (P, n_x), step after step the rows active there -> states (P, n_a), the last."""
        z = tf.matmul(x, kernel) + bias
        if mask:
            steps = tf.split(z, active, num=Tx)
        else:
            steps = tf.unstack(tf.reshape(z, (Tx, -1, 4 * n_a)))
        h = c = None
        states = []
        for t, zx in enumerate(steps):
            if mask and t:  # sentences that begin here start from zeros
                fill = [[0, active[t] - active[t - 1]], [0, 0]]
                h, c = tf.pad(h, fill), tf.pad(c, fill)
            i, f, g, o = tf.split(
                zx if h is None else zx + tf.matmul(h, recurrent_kernel), 4, axis=-1
            )
            fresh = tf.sigmoid(i) * tf.tanh(g)
            c = fresh if c is None else tf.sigmoid(f) * c + fresh
            h = tf.sigmoid(o) * tf.tanh(c)
            states.append(h)
        return tf.concat(states, axis=0), h

    def logits(variables, table, indices, drop):
        steps = tf.transpose(indices)
        active = None
        if mask:
            there = steps != 0
            active = tf.reduce_sum(tf.cast(there, tf.int32), axis=1)
            flat = tf.boolean_mask(steps, there)
        else:
            flat = tf.reshape(steps, (-1,))
        x = tf.ensure_shape(tf.gather(variables[8] if trainable else table, flat), (None, e_length))
        between, _ = layer(*variables[:3], x, active)
        _, last = layer(*variables[3:6], drop(between, 0), active)
        if mask:  # a sentence without words never begins
            last = tf.pad(last, [[0, tf.shape(indices)[0] - tf.shape(last)[0]], [0, 0]])
        last = drop(tf.ensure_shape(last, (None, n_a)), 1)
        return tf.matmul(last, variables[6]) + variables[7]

    def train(order, seed, variables, first, second, count, table, indices, labels, rate, dropout):
        total, hits = tf.constant(0.0), tf.constant(0)
        for row in order:
            there = tf.cast(row >= 0, tf.float32)
            row = tf.maximum(row, 0)
            # A seed of its own for each batch and layer: the same run however it is sliced.
            key = seed * [1, 2]

            def drop(values, place, key=key):
                uniform = tf.random.stateless_uniform(tf.shape(values), tf.add(key, [0, place]))
                return values * tf.cast(uniform >= dropout, tf.float32) / (1 - dropout)

            with tf.GradientTape() as tape:
                tape.watch(variables)
                true = tf.gather(labels, row)
                found = logits(variables, table, tf.gather(indices, row), drop)
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(true, found)
                summed = tf.reduce_sum(each * there)
                loss = summed / tf.reduce_sum(there)
            gradients = [
                tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)
            ]  # that of gathered rows comes as slices
            right = tf.cast(tf.argmax(found, axis=-1, output_type=tf.int32) == true, tf.float32)
            total += summed
            hits += tf.cast(tf.reduce_sum(right * there), tf.int32)
            count += 1.0
            size = rate * tf.sqrt(1 - BETA_2**count) / (1 - BETA_1**count)
            first = [BETA_1 * v + (1 - BETA_1) * g for v, g in zip(first, gradients, strict=True)]
            second = [
                BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(second, gradients, strict=True)
            ]
            variables = [
                v - size * f / (tf.sqrt(s) + EPSILON)
                for v, f, s in zip(variables, first, second, strict=True)
            ]
            seed += [0, 1]
        return variables, first, second, count, total, hits

    def evaluate(variables, table, indices):
        return logits(variables, table, indices, lambda values, place: values)

    sizes = [
        *((e_length, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,)),
        *((n_a, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,)),
        *((n_a, n_classes), (n_classes,)),
    ]
    spec = tf.TensorSpec
    arrays = [spec(size, tf.float32) for size in sizes]
    rows = spec((None, e_length), tf.float32)
    if trainable:
        arrays.append(rows)
    scalar = spec((), tf.float32)
    sentences = spec((None, Tx), tf.int32)
    return Steps(
        tf.function(
            train,
            input_signature=(
                spec((None, B), tf.int32),
                spec((2,), tf.int32),
                *(arrays, arrays, arrays, scalar),
                *(rows, sentences, spec((None,), tf.int32)),
                *(scalar, scalar),
            ),
        ),
        tf.function(evaluate, input_signature=(arrays, rows, sentences), autograph=False),
    )
