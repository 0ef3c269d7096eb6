"""The training of ``Emojify_V2`` as a task: mini-batches, mask and dropout, in NumPy.

A masked step changes nothing in an LSTM, so with a mask the words of a sentence are moved to the
front, a batch is sorted with the longest sentence first, and step t is computed only for the
sentences that have a word there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from seqlib.emojify.weights import EmojifyWeights
from seqlib.lstm import softmax
from seqlib.lstm._fast import Cell, OneHot, Unrolled
from seqlib.training.loss import cross_entropy
from seqlib.training.stepped import Part, SteppedTask, flat, split, views
from seqlib.training.task import State

# The most arithmetic in one call, some 0.2 s on one core: a batch beyond it is taken in parts,
# so that slices stay short and small.
CALL_FLOP = 4e9


@dataclass(frozen=True, eq=False)
class EmojifyTask(SteppedTask):
    """One ``Emojify_V2`` learning labelled sentences.

    Attributes
    ----------
    train, test : int32 array (m, Tx), (m_test, Tx)
        Sentences as rows of ``table``; with a mask their words stand in front.
    labels, test_labels : int array (m,), (m_test,)
    table : float32 array (k, e_length)
        The vectors of the words that occur; row 0 is the padding row.
    rows : int array (k,)
        Where these stand in the whole embedding.
    start : tuple of arrays
        The first weights, in the order of ``weights.NAMES``.
    epochs, learning_rate, batch_size
    dropout, input_dropout, word_dropout : float
        Share of each layer's output, of each word's vector, and of the words of a sentence
        that is dropped, below 1.
    mask, trainable : bool
        Whether row 0 is skipped, and whether ``table`` is trained too.
    seed : int
        Draws the order of the sentences and the dropout.
    clip : float or None
        The largest norm of a gradient.
    """

    train: np.ndarray
    labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray
    table: np.ndarray
    rows: np.ndarray
    start: tuple[np.ndarray, ...]
    epochs: int
    learning_rate: float
    batch_size: int = 32
    dropout: float = 0.0
    input_dropout: float = 0.0
    word_dropout: float = 0.0
    mask: bool = False
    trainable: bool = False
    seed: int = 0
    clip: float | None = None
    shared = True

    @classmethod
    def of(
        cls,
        train: np.ndarray,
        labels: np.ndarray,
        test: np.ndarray,
        test_labels: np.ndarray,
        start: EmojifyWeights,
        **settings: Any,
    ) -> EmojifyTask:
        """Make a task from sentences as rows of the embedding of ``start``, and its mask."""
        rows = np.union1d(np.union1d(train, test), [0])
        train, test = (np.searchsorted(rows, part).astype(np.int32) for part in (train, test))
        if start.mask:
            train, test = to_the_front(train), to_the_front(test)
        return cls(
            train,
            np.asarray(labels),
            test,
            np.asarray(test_labels),
            start.embedding[rows],
            rows,
            start.arrays,
            mask=start.mask,
            **settings,
        )

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the weights: those of ``start``, and the table where it is trained."""
        return [array.shape for array in (*self.start, *([self.table] * self.trainable))]

    @property
    def nbytes(self) -> int:
        """Bytes of the data."""
        return self.train.nbytes + self.test.nbytes + self.table.nbytes

    def begin(self) -> State:
        """Return the state before the first step."""
        return State.of(flat([*self.start, *([self.table] * self.trainable)]))

    def model(self, state: State, start: EmojifyWeights) -> EmojifyWeights:
        """Return ``start`` with the weights of ``state``."""
        *arrays, table = self.split(state.weights)
        model = start.with_arrays(arrays)
        if not self.trainable:
            return model
        return replace(model, embedding=start.embedding.changed(self.rows, table))

    def split(self, weights: np.ndarray) -> list[np.ndarray]:
        """Return all arrays in ``weights`` (n,), the table (trained or not) last."""
        found = views(weights, self.shapes)
        return found if self.trainable else [*found, self.table]

    def parts(self, epoch: int) -> list[Part]:
        """Return the mini-batches of an epoch, drawn anew for each, large ones in parts."""
        rows = np.random.default_rng((self.seed, epoch)).permutation(len(self.train))
        return split(rows, self.batch_size, self.largest)

    @property
    def largest(self) -> int:
        """The most sentences in one call, from 1 to ``batch_size``."""
        (Tx, n_a), e_length = (self.train.shape[1], len(self.start[1])), self.table.shape[1]
        multiply_adds = Tx * 4 * n_a * (e_length + 3 * n_a)  # both layers forward, one sentence
        most = int(CALL_FLOP / (2 * 3 * multiply_adds))  # backward costs twice forward
        return max(1, min(self.batch_size, len(self.train), most))

    def thinned(self, sentences: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return sentences (k, Tx) without the words that are dropped, drawn from ``rng``."""
        if not self.word_dropout:
            return sentences
        left = np.where(rng.random(sentences.shape) < self.word_dropout, 0, sentences)
        return to_the_front(left) if self.mask else left

    def open(self) -> Session:
        """Allocate what one ``advance`` needs."""
        return Session(self)

    def measure(self, state: State, session: Session) -> tuple[dict[str, Any], Any]:
        """Return what the epoch measured, the test after it, and the best so far.

        ``loss`` and ``accuracy`` are those of the sentences as they were learned from, dropout
        on, like ``fit`` reports them; ``confusion`` counts (true class, choice).
        """
        loss, hits = state.sums
        y = session.probabilities(state.weights)
        each = -np.log(np.maximum(y[np.arange(len(y)), self.test_labels], 1e-12))
        chosen = y.argmax(axis=1)
        confusion = np.zeros((y.shape[1], y.shape[1]), np.int32)
        np.add.at(confusion, (self.test_labels, chosen), 1)
        found = {
            "loss": loss / len(self.train),
            "accuracy": hits / len(self.train),
            "test_loss": each.mean(),
            "test_accuracy": (chosen == self.test_labels).mean(),
            "confusion": confusion,
        }
        score = float(found["test_accuracy"]), -float(found["test_loss"])
        better = state.best is None or score > state.best[0]
        return found, (score, state.epoch + 1, state.weights.copy()) if better else state.best

    def probabilities(self, state: State) -> np.ndarray:
        """Return the model's output for the test sentences, (m_test, n_classes)."""
        return Session(self).probabilities(state.weights)


class Arrays(NamedTuple):
    """The weights as ``Network`` multiplies with them."""

    cell_1: Cell
    cell_2: Cell
    kernel_1: np.ndarray
    kernel_2: np.ndarray
    dense_kernel: np.ndarray
    dense_bias: np.ndarray
    table: np.ndarray

    @classmethod
    def of(cls, arrays: list[np.ndarray]) -> Arrays:
        """Lay out the arrays of ``weights.NAMES``, then the table."""
        cells = Cell.of(*arrays[:3]), Cell.of(*arrays[3:6])
        return cls(*cells, arrays[0], arrays[3], *arrays[6:])


class Packed(NamedTuple):
    """Sentences of a batch, step below step, as ``seqlib.lstm._fast.Unrolled`` reads them.

    Attributes
    ----------
    order : int array (m,)
        Which sentence of the batch comes first, second, …: the longest first.
    steps : list of int
        How many sentences have a word at each step; P is their sum.
    words, sentences : int array (P,)
        Row of the table, and place in ``order``, of each word.
    last : int array (k,)
        Where the last word of each sentence stands; sentences without a word come last and
        are left out.
    """

    order: np.ndarray
    steps: list[int]
    words: np.ndarray
    sentences: np.ndarray
    last: np.ndarray


def packed(sentences: np.ndarray, mask: bool) -> Packed:
    """Sort and pack sentences (m, Tx); a mask ends each at its first 0."""
    m, Tx = sentences.shape
    lengths = np.count_nonzero(sentences, axis=1) if mask else np.full(m, Tx)
    order = np.argsort(-lengths, kind="stable")
    lengths = lengths[order]
    there = np.arange(Tx)[:, None] < lengths  # (Tx, m)
    steps = np.count_nonzero(there, axis=1)
    starts = np.cumsum(steps) - steps
    last = starts[lengths[lengths > 0] - 1] + np.arange(np.count_nonzero(lengths))
    return Packed(
        order,
        [k for k in steps.tolist() if k] or [0],
        sentences[order].T[there],
        np.nonzero(there)[1],
        last,
    )


def to_the_front(sentences: np.ndarray) -> np.ndarray:
    """Return sentences (m, Tx) with their non-zero entries moved to the front, in order."""
    order = np.argsort(sentences == 0, axis=1, kind="stable")
    return np.take_along_axis(sentences, order, axis=1)


class Network:
    """The two layers and the softmax, forward and back over one packed batch after the other.

    Parameters
    ----------
    task : EmojifyTask
    most : int
        The most sentences of a batch.
    """

    def __init__(self, task: EmojifyTask, most: int) -> None:
        Tx, n_a = task.train.shape[1], len(task.start[1])
        self._layer_1, self._layer_2 = (
            Unrolled(n_x, n_a, most * Tx, most) for n_x in (task.table.shape[1], n_a)
        )
        self.gradient = np.empty(sum(math.prod(shape) for shape in task.shapes), np.float32)
        self.out = views(self.gradient, task.shapes)

    def forward(
        self, arrays: Arrays, batch: Packed, drop_1: Any = 1, drop_2: Any = 1, drop_0: Any = 1
    ) -> np.ndarray:
        """Return the logits (m, n_classes), in the order of the packed batch.

        Parameters
        ----------
        arrays : Arrays
        batch : Packed
        drop_1, drop_2, drop_0 : arrays (P, n_a), (m, n_a) and (P, e_length), optional
            What the outputs of each layer, and the words' vectors, are multiplied with.
        """
        self._arrays, self._batch = arrays, batch
        self._drop_0, self._drop_1, self._drop_2 = drop_0, drop_1, drop_2
        for layer in (self._layer_1, self._layer_2):
            layer.begin(batch.steps)
        self._x = arrays.table[batch.words] * drop_0  # (P, e_length)
        self._between = self._layer_1.forward(arrays.cell_1, self._x) * drop_1
        a = self._layer_2.forward(arrays.cell_2, self._between)  # (P, n_a)
        self._states = np.zeros((len(batch.order), a.shape[1]), np.float32)  # without words: 0
        self._states[: len(batch.last)] = a[batch.last]
        self._states *= drop_2
        return self._states @ arrays.dense_kernel + arrays.dense_bias

    def backward(self, dy: np.ndarray) -> None:
        """Write the gradients of all arrays in ``out``, from ``dy``, that of the logits."""
        arrays, batch, out = self._arrays, self._batch, self.out
        np.matmul(self._states.T, dy, out=out[6])
        np.sum(dy, axis=0, out=out[7])
        d_states = (dy @ arrays.dense_kernel.T) * self._drop_2  # (m, n_a)
        da = np.zeros_like(self._between)
        da[batch.last] = d_states[: len(batch.last)]
        dz = self._layer_2.backward(da)
        self._layer_2.gradients(self._between, out[3:6])
        da = (dz @ arrays.kernel_2.T) * self._drop_1
        dz = self._layer_1.backward(da)
        self._layer_1.gradients(self._x, out[:3])
        if len(out) > 8:
            words = OneHot(batch.words, len(arrays.table))
            words.transposed_product((dz @ arrays.kernel_1.T) * self._drop_0, out=out[8])


def dropped(rng: np.random.Generator, rate: float, shape: tuple[int, int]) -> np.ndarray:
    """Draw what a layer's output is multiplied with: 0 at ``rate``, else 1 / (1 − rate)."""
    if not rate:
        return np.ones(shape, np.float32)
    return (rng.random(shape, np.float32) >= rate) * np.float32(1 / (1 - rate))


class Session:
    """What one ``advance`` computes with."""

    def __init__(self, task: EmojifyTask) -> None:
        self._task = task
        self._most = task.largest
        self._network = Network(task, self._most)

    def take(
        self, state: State, rows: np.ndarray, share: int = 0, of: int = 1
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss, hits) and the gradient (n,), summed over a share of the sentences."""
        task, network = self._task, self._network
        arrays = Arrays.of(task.split(state.weights))
        n_a = len(arrays.dense_kernel)
        rng = np.random.default_rng((task.seed, state.epoch, state.batch + 1))
        sentences = task.thinned(task.train[rows], rng)
        batch = packed(sentences, task.mask)
        rows = rows[batch.order]
        # Drawn for the whole batch, so that shares change nothing.
        drop_1, drop_2 = (
            dropped(rng, task.dropout, (n, n_a)) for n in (len(batch.words), len(rows))
        )
        drop_0 = dropped(rng, task.input_dropout, (len(batch.words), task.table.shape[1]))
        if of > 1:  # every second sentence, so that both shares have long ones
            own = batch.sentences % of == share
            drop_0, drop_1, drop_2 = drop_0[own], drop_1[own], drop_2[share::of]
            rows = rows[share::of]
            batch = packed(sentences[batch.order[share::of]], task.mask)
        logits = network.forward(arrays, batch, drop_1, drop_2, drop_0)
        loss, right, dy = cross_entropy(logits, task.labels[rows])
        network.backward(dy)
        return (loss.sum(), np.float32(np.count_nonzero(right))), network.gradient

    def probabilities(self, weights: np.ndarray) -> np.ndarray:
        """Return the model's output for the test sentences, (m_test, n_classes)."""
        task = self._task
        arrays = Arrays.of(task.split(weights))
        y = np.empty((len(task.test), len(arrays.dense_bias)), np.float32)
        for first in range(0, len(y), self._most):
            some = slice(first, first + self._most)
            batch = packed(task.test[some], task.mask)
            y[some][batch.order] = softmax(self._network.forward(arrays, batch))
        return y
