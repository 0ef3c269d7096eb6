"""The training steps of ``Emojify_V2``: many mini-batches a call, dropout inside.

The graph computes what the Keras model computes, from the words that occur: their rows are
gathered once into a small matrix, so the rest of the vocabulary never enters it.

A masked step changes nothing in Keras' LSTM. So with a mask sentences are moved to the end of
the row, a batch is sorted with the longest first, and step t is computed only for the sentences
that have begun: the same numbers for the work of the words alone.

The way back is written out too. A tape would trace twice as long and add up a weight's gradient
step by step; here the slopes of the gates are taken for all steps at once, and one product a
layer gives the gradients of its kernels. The layers advance side by side: while layer 2 reads
word t, layer 1 reads word t + 1 on the other core. Laid out over Tx, since a loop over the words
traces quicker but steps slower.

Adam is Keras' own on the gradients as dense arrays; a compiled Keras model with a trainable
embedding squares each occurrence of a word in a batch on its own, which lengthens its steps.

One function a shape, traced at its first use and shared by all runs; see ``seqlib.training.step``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from seqlib.training import tensorflow
from seqlib.training.step import MAX_ARCHITECTURES, adam, cell, cell_back, slopes, traced_once

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
    """The traced functions of one shape.

    ``state`` is variables, two moments, step count; the variables are those of ``stacked``.
    """

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
        tensorflow.load()
        import tensorflow as tf

        self.m = len(train)
        self.batch = min(batch, self.m)
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        n_a = len(arrays[1])
        self._n_a = n_a
        shape = Shape(self.batch, train.shape[1], table.shape[1], n_a, n_classes, mask, trainable)
        self._steps = steps_of(shape)
        variables = [tf.constant(array, tf.float32) for array in stacked(arrays)]
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
    def state(self) -> Any:
        """Everything that training changes, as NumPy arrays; set it to go on from there."""
        import tensorflow as tf

        arrays = tf.nest.map_structure(lambda tensor: tensor.numpy(), tuple(self._state))
        return arrays, self._order, self._done, self._rng.bit_generator.state

    @state.setter
    def state(self, state: Any) -> None:
        import tensorflow as tf

        arrays, self._order, self._done, self._rng.bit_generator.state = state
        self._state = tf.nest.map_structure(tf.constant, arrays)

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
        W1, b1, W2, b2, *dense_and_table = (variable.numpy() for variable in self._state[0])
        cells = *np.split(W1, [-self._n_a]), b1, *np.split(W2, [-self._n_a]), b2
        return [*cells, *dense_and_table[:2]], dense_and_table[2] if dense_and_table[2:] else None


def stacked(arrays: Any) -> list[np.ndarray]:
    """The arrays of ``weights.NAMES`` with each layer's two kernels in one, as ``[x, h]`` reads."""
    K1, R1, b1, K2, R2, b2, *dense = arrays
    return [np.concatenate([K1, R1]), b1, np.concatenate([K2, R2]), b2, *dense]


def longest_first(lengths: np.ndarray) -> np.ndarray:
    """Places along the last axis, in descending order of length."""
    return np.argsort(-lengths, axis=-1, kind="stable")


def _up(n: int) -> int:
    return -(-n // 32) * 32


def to_the_end(indices: np.ndarray) -> np.ndarray:
    """Each row's non-zero places moved to its end, in order; what a mask skips comes first."""
    order = np.argsort(indices != 0, axis=1, kind="stable")
    return np.take_along_axis(indices, order, axis=1)


@traced_once(MAX_ARCHITECTURES)
def steps_of(shape: Shape) -> Steps:
    """Build the functions of one shape."""
    import tensorflow as tf

    B, Tx, e_length, n_a, n_classes, mask, trainable = shape

    def read(variables, table, indices, drop):
        """Logits (m, n_classes), and what ``gradients`` needs."""
        W1, b1, W2, b2, dense_kernel, dense_bias = variables[:6]
        steps = tf.transpose(indices)
        there = steps != 0 if mask else tf.ones_like(steps, tf.bool)
        active = tf.reduce_sum(tf.cast(there, tf.int32), axis=1)  # (Tx,), ascending
        words = tf.boolean_mask(steps, there)  # (P,), step after step the rows active there
        # For each step, how many rows go on and how many begin.
        going = tf.concat([[0], active[:-1]], axis=0)
        parts = tf.unstack(tf.stack([going, active - going], axis=1))
        fresh = tf.split(tf.zeros((active[-1], n_a)), active - going, num=Tx)

        def by_step(values):
            return tf.split(values, active, num=Tx)

        x = tf.gather(variables[6] if trainable else table, words)
        x = by_step(tf.ensure_shape(x, (None, e_length)))
        drop1 = by_step(drop((tf.size(words), n_a), 0))
        drop2 = drop((tf.shape(indices)[0], n_a), 1)
        h1 = c1 = h2 = c2 = tf.zeros((0, n_a))
        kept1, kept2 = [], []
        for t in range(Tx):
            h1, c1, h2, c2 = (tf.concat([state, fresh[t]], axis=0) for state in (h1, c1, h2, c2))
            xh = tf.concat([x[t], h1], axis=-1)
            h1, c1, gates = cell(tf.matmul(xh, W1) + b1, c1)
            kept1.append((xh, *gates))
            xh = tf.concat([h1 * drop1[t], h2], axis=-1)
            h2, c2, gates = cell(tf.matmul(xh, W2) + b2, c2)
            kept2.append((xh, *gates))
        # A sentence without words never begins.
        last = tf.pad(h2, [[0, tf.shape(indices)[0] - active[-1]], [0, 0]]) * drop2
        y = tf.matmul(last, dense_kernel) + dense_bias
        return y, (words, active[-1], parts, by_step, drop1, drop2, kept1, kept2, last)

    def gradients(dy, memory, variables, table):
        """Of the variables, from that of the logits (m, n_classes)."""
        words, begun, parts, by_step, drop1, drop2, kept1, kept2, last = memory
        W1, _, W2, _, dense_kernel, _ = variables[:6]
        xh1, *kept1 = (tf.concat(values, axis=0) for values in zip(*kept1, strict=True))
        xh2, *kept2 = (tf.concat(values, axis=0) for values in zip(*kept2, strict=True))
        slopes1 = list(zip(*map(by_step, slopes(*kept1)), strict=True))
        slopes2 = list(zip(*map(by_step, slopes(*kept2)), strict=True))

        def back(slope, dh, dc, W):
            """One step -> dz, dx, and the gradients of the h and c before it."""
            dz, dc = cell_back(slope, dh, dc)
            dx, dh = tf.split(tf.matmul(dz, W, transpose_b=True), [W.shape[0] - n_a, n_a], axis=-1)
            return dz, dx, dh, dc

        dh2 = (tf.matmul(dy, dense_kernel, transpose_b=True) * drop2)[:begun]
        dh1 = dc1 = dc2 = tf.zeros_like(dh2)
        dz1, dz2, dx = [None] * Tx, [None] * Tx, [None] * Tx
        for t in reversed(range(Tx)):
            dz2[t], d, dh2, dc2 = back(slopes2[t], dh2, dc2, W2)
            dz1[t], dx[t], dh1, dc1 = back(slopes1[t], dh1 + d * drop1[t], dc1, W1)
            # Rows that begin at t came from zeros.
            dh1, dc1, dh2, dc2 = (tf.split(d, parts[t])[0] for d in (dh1, dc1, dh2, dc2))
        dz1, dz2, dx = (tf.concat(values, axis=0) for values in (dz1, dz2, dx))
        found = []
        for values, d in ((xh1, dz1), (xh2, dz2), (last, dy)):
            found += [tf.matmul(values, d, transpose_a=True), tf.reduce_sum(d, axis=0)]
        if trainable:
            found.append(tf.math.unsorted_segment_sum(dx, words, tf.shape(table)[0]))
        return found

    def train(order, seed, variables, first, second, count, table, indices, labels, rate, dropout):
        def batch(b, variables, first, second, count, total, hits):
            there = tf.cast(order[b] >= 0, tf.float32)
            rows = tf.maximum(order[b], 0)
            # A seed of its own for each batch and layer: the same run however it is sliced.
            key = tf.add(seed, [0, b]) * [1, 2]

            def drop(size, place):
                kept = tf.random.stateless_uniform(size, tf.add(key, [0, place])) >= dropout
                return tf.cast(kept, tf.float32) * (1 / (1 - dropout))

            true = tf.gather(labels, rows)
            y, memory = read(variables, table, tf.gather(indices, rows), drop)
            # Gives the losses and their gradients.
            each, dy = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=y, labels=true)
            dy *= (there / tf.reduce_sum(there))[:, None]
            found = gradients(dy, memory, variables, table)
            right = tf.cast(tf.argmax(y, axis=-1, output_type=tf.int32) == true, tf.float32)
            total += tf.reduce_sum(each * there)
            hits += tf.cast(tf.reduce_sum(right * there), tf.int32)
            stepped = adam(variables, first, second, count, found, rate)
            return b + 1, *stepped, total, hits

        begun = (0, variables, first, second, count, tf.constant(0.0), tf.constant(0))
        return tf.while_loop(lambda b, *_: b < tf.shape(order)[0], batch, begun)[1:]

    def evaluate(variables, table, indices):
        return read(variables, table, indices, lambda size, place: tf.ones(size))[0]

    sizes = [
        *((e_length + n_a, 4 * n_a), (4 * n_a,)),
        *((n_a + n_a, 4 * n_a), (4 * n_a,)),
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
            autograph=False,
        ),
        tf.function(evaluate, input_signature=(arrays, rows, sentences), autograph=False),
    )
