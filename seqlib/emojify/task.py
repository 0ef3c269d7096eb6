"""The training of ``Emojify_V2`` as a task: mini-batches, mask and dropout, in NumPy.

A masked step changes nothing in an LSTM, so with a mask the words of a sentence are moved to the
front, a batch is sorted with the longest sentence first, and step t is computed only for the
sentences that have a word there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from seqlib.emojify.network import Arrays, Batch, Network, Packed, dropped, packed
from seqlib.emojify.weights import EmojifyWeights
from seqlib.lstm import softmax
from seqlib.lstm._fast import in_blocks, turned
from seqlib.training.adam import LateRows
from seqlib.training.helper import Link
from seqlib.training.loss import cross_entropy
from seqlib.training.stepped import Part, SteppedTask, flat, split, views
from seqlib.training.task import Session, State

# The most arithmetic in one call, some 0.2 s on one core: a batch beyond it is taken in parts,
# so that slices stay short and small.
CALL_FLOP = 4e9
TOGETHER = 8  # mini-batches whose sentences are drawn together, then dealt by length


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
    shared = True

    @property
    def scratch(self) -> int:
        """Numbers that the halves of a batch hand to each other."""
        return sum(math.prod(shape) for shape in Half.shapes(self))

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

    def begin(self) -> State:
        """Return the state before the first step."""
        return State.of(flat([*self.start, *([self.table] * self.trainable)]))

    def model(self, state: State, start: EmojifyWeights) -> EmojifyWeights:
        """Return ``start`` with the weights of ``state``."""
        *arrays, table = self.split(self.settled(state).weights)
        model = start.with_arrays(arrays)
        if not self.trainable:
            return model
        return replace(model, embedding=start.embedding.changed(self.rows, table))

    def split(self, weights: np.ndarray) -> list[np.ndarray]:
        """Return all arrays in ``weights`` (n,), the table (trained or not) last."""
        found = views(weights, self.shapes)
        return found if self.trainable else [*found, self.table]

    def parts(self, epoch: int) -> list[Part]:
        """Return the mini-batches of an epoch, drawn anew for each, large ones in parts.

        With a mask a batch takes as many steps as its longest sentence has words. So sentences of
        about one length share one: of each ``TOGETHER`` batches that are drawn, the shortest are
        the first, and so on; these batches come in any order.
        """
        rng = np.random.default_rng((self.seed, epoch))
        rows = rng.permutation(len(self.train))
        if self.mask:
            lengths = np.count_nonzero(self.train[rows], axis=1)
            drawn_together = np.arange(len(rows)) // (TOGETHER * self.batch_size)
            rows = rows[np.lexsort((lengths, drawn_together))]
            whole = len(rows) - len(rows) % self.batch_size
            rng.shuffle(rows[:whole].reshape(-1, self.batch_size))
        return split(rows, self.batch_size, self.largest)

    @property
    def largest(self) -> int:
        """The most sentences in one call, from 1 to ``batch_size``."""
        return max(1, min(self.batch_size, len(self.train), int(CALL_FLOP / self._sentence_flop)))

    @property
    def flop(self) -> float:
        """The most arithmetic of all epochs."""
        return float(self.epochs) * len(self.train) * self._sentence_flop

    @property
    def _sentence_flop(self) -> int:
        (Tx, n_a), e_length = (self.train.shape[1], len(self.start[1])), self.table.shape[1]
        multiply_adds = Tx * 4 * n_a * (e_length + 3 * n_a)  # both layers forward
        return 2 * 3 * multiply_adds  # backward costs twice forward

    def thinned(self, sentences: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return sentences (k, Tx) without the words that are dropped, drawn from ``rng``."""
        if not self.word_dropout:
            return sentences
        left = np.where(rng.random(sentences.shape) < self.word_dropout, 0, sentences)
        return to_the_front(left) if self.mask else left

    def batch(self, epoch: int, number: int, part: Part, *out: np.ndarray) -> Batch:
        """Draw a batch; ``out``: arrays (≥ P, n_a) and (≥ m, n_a) for the layers' dropout."""
        rng = np.random.default_rng((self.seed, epoch, number + 1))
        batch = packed(self.thinned(self.train[part.rows], rng), self.mask)
        P, m, n_a = len(batch.words), len(part.rows), len(self.start[1])
        drop_1 = dropped(rng, self.dropout, (P, n_a), *out[:1])
        drop_2 = dropped(rng, self.dropout, (m, n_a), *out[1:])
        drop_0 = dropped(rng, self.input_dropout, (P, self.table.shape[1]))
        return Batch(batch, self.labels[part.rows[batch.order]], drop_0, drop_1, drop_2)

    def owned(self, share: int, n: int) -> list[slice]:
        """Return a layer, the second with the softmax."""
        sizes = [math.prod(shape) for shape in self.shapes]
        middle, table = sum(sizes[:3]), sum(sizes[:8])
        return [slice(middle, table)] if share else [slice(middle), slice(table, n - self._late)]

    @property
    def _late(self) -> int:
        """Numbers of the table, if only its rows that a batch reads are updated with it."""
        in_parts = self.largest < min(self.batch_size, len(self.train))
        return self.table.size if self.trainable and not in_parts else 0

    def late(self, state: State) -> LateRows | None:
        """Return the table, if only its rows that a batch reads are updated with it."""
        if not self._late:
            return None
        arrays = (state.weights, state.first, state.second)
        weights, first, second = (self.split(each)[8] for each in arrays)
        made, rate = state.behind or (np.full(len(self.table), state.step), self.learning_rate)
        return LateRows(weights, first, second, made.copy(), rate)

    def network(self, *arrays: np.ndarray) -> Network:
        """Allocate what a batch is computed in, but for some ``arrays`` that are there."""
        return Network(self.shapes, self.train.shape[1], self.largest, *arrays)

    def open(self) -> EmojifySession:
        """Allocate what one ``advance`` needs."""
        return EmojifySession(self)

    def measure(self, state: State, session: EmojifySession) -> tuple[dict[str, Any], Any]:
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


def reading(batch: Packed, arrays: Arrays, late: LateRows | None, step: int) -> Packed:
    """Return the batch with its words as rows of ``arrays.table``, then only those that it reads.

    The whole table, where it is not ``late``.
    """
    if late is None:
        return batch
    rows, words = np.unique(batch.words, return_inverse=True)
    arrays.table = late.read(rows, step)
    return batch._replace(words=words)


def to_the_front(sentences: np.ndarray) -> np.ndarray:
    """Return sentences (m, Tx) with their non-zero entries moved to the front, in order."""
    order = np.argsort(sentences == 0, axis=1, kind="stable")
    return np.take_along_axis(sentences, order, axis=1)


class EmojifySession(Session):
    """What one ``advance`` computes with."""

    def __init__(self, task: EmojifyTask) -> None:
        self._task = task
        self._half: Half | None = None

    @cached_property
    def _network(self) -> Network:
        return self._task.network()

    def take(
        self, state: State, part: Part, link: Link | None = None
    ) -> tuple[tuple[Any, ...], np.ndarray]:
        """Return (loss, hits), summed over the sentences, and the gradient (n,)."""
        task = self._task
        if link is not None:
            self._half = self._half or Half(task, link)
            return self._half.take(state, part, self.late)
        batch, network = task.batch(state.epoch, state.batch, part), self._network
        arrays = Arrays(task.split(state.weights))
        packed = reading(batch.packed, arrays, self.late, state.step)
        logits = network.forward(arrays, packed, batch.drop_1, batch.drop_2, batch.drop_0)
        loss, right, dy = cross_entropy(logits, batch.labels)
        dy /= part.of
        network.backward(dy)
        return (loss.sum(), np.float32(np.count_nonzero(right))), network.gradient

    def probabilities(self, weights: np.ndarray) -> np.ndarray:
        """Return the model's output for the test sentences, (m_test, n_classes)."""
        if self.helper is None:
            return self.tested(weights)
        y = np.empty((len(self._task.test), len(self._task.start[7])), np.float32)
        y[::2], y[1::2] = self.helper.both(self, "tested", weights)
        return y

    def tested(self, weights: np.ndarray, share: int = 0, of: int = 1) -> np.ndarray:
        """Return ``probabilities`` of every ``of``-th sentence."""
        task, arrays = self._task, Arrays(self._task.split(weights))
        test = task.test[share::of]
        y = np.empty((len(test), len(arrays.dense_bias)), np.float32)
        by_length = np.argsort(np.count_nonzero(test, axis=1))
        for first in range(0, len(y), task.largest):
            some = by_length[first : first + task.largest]
            batch = packed(test[some], task.mask)
            y[some[batch.order]] = softmax(self._network.forward(arrays, batch))
        return y


class Half:
    """One layer of a batch, while another process computes the other one.

    Half of the rows would take as many calls of NumPy as all of them; a layer takes half as many.
    Share 0 takes the first layer and the table, and prepares the batches; share 1 is one step
    behind it with the second layer and the softmax, and one step ahead on the way back.
    """

    @staticmethod
    def shapes(task: EmojifyTask) -> list[tuple[int, ...]]:
        """Of what the two hand on; of the first three, one for each of two batches in turn."""
        (Tx, n_a), most = (task.train.shape[1], len(task.start[1])), task.largest
        P = most * Tx
        return [
            (2, 3 + Tx + 2 * most),  # how many steps, sentences, last words; these; the labels
            (2, P, n_a),  # drop_1
            (2, most, n_a),  # drop_2
            (P, 2 * n_a + 1),  # what the second layer reads
            (P, 4 * n_a),  # dz of the second layer
            (P, n_a),  # da of what the first layer gave
        ]

    def __init__(self, task: EmojifyTask, link: Link) -> None:
        self._task, self._link = task, link
        notes, self._drop_1, self._drop_2, self._read, self._dz, self._da = views(
            link.scratch, self.shapes(task)
        )
        self._notes = notes.view(np.int32)
        self._network = task.network(link.gradient, self._read, self._dz)
        self._parts: tuple[int, list[Part]] = -1, []
        self._ready: dict[tuple[int, int], Batch] = {}

    def take(
        self, state: State, part: Part, late: LateRows | None
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Write the gradient of this layer; returns (loss, hits), 0 for the first, and it."""
        arrays = Arrays(self._task.split(state.weights))
        link, written = self._link, self._network.out
        if link.share:
            sums, own = self._second(state.epoch, state.batch, part, arrays), written[3:8]
        else:
            sums = self._first(state, part, arrays, late)
            own = [*written[:3], *(table[: len(arrays.table)] for table in written[8:])]
        link.squares = float(sum(np.vdot(one, one) for one in own))
        return sums, link.gradient

    def _first(
        self, state: State, part: Part, arrays: Arrays, late: LateRows | None
    ) -> tuple[Any, Any]:
        link, network, read, n_a = self._link, self._network, self._read, self._da.shape[1]
        epoch, number = state.epoch, state.batch
        batch = self._ready.pop((epoch, number), None) or self._prepared(epoch, number, part)
        link.say(1)
        packed, drop_1 = reading(batch.packed, arrays, late, state.step), batch.drop_1
        T = len(packed.steps)

        def hand_on(t: int, rows: slice) -> None:
            np.multiply(network.layer_1.a[rows], drop_1[rows], out=read[rows, :n_a])
            link.say(t + 2)

        network.up_to_between(arrays, packed, batch.drop_0, hand_on)
        if self._parts[0] != epoch:
            self._parts = epoch, self._task.parts(epoch)
        for after in self._parts[1][number + 1 : number + 2]:  # while the second is at work
            self._ready = {(epoch, number + 1): self._prepared(epoch, number + 1, after)}
        give_back = self._giving_back(arrays, drop_1)

        def fetch(t: int, rows: slice) -> None:
            link.wait(T - t)
            give_back(rows)

        network.back_from_between(self._da, fetch)
        return np.float32(0), np.float32(0)

    def _prepared(self, epoch: int, number: int, part: Part) -> Batch:
        place = number % 2
        batch = self._task.batch(epoch, number, part, self._drop_1[place], self._drop_2[place])
        steps, last = batch.packed.steps, batch.packed.last
        counts = len(steps), len(batch.labels), len(last)
        noted = np.concatenate([counts, steps, last, batch.labels])
        self._notes[place, : len(noted)] = noted
        return batch

    def _giving_back(self, arrays: Arrays, drop_1: np.ndarray) -> Callable[[slice], None]:
        """Return what computes this share's columns of ``da`` from ``dz`` of the second layer."""
        n_a = self._da.shape[1]
        cut = 3 * n_a // 4  # the second layer's process has more time for it
        half = slice(cut) if self._link.share else slice(cut, n_a)
        dz, da, kernel = self._dz, self._da[:, half], turned(arrays.kernel_2[half])
        drop = drop_1[:, half]

        def give_back(rows: slice) -> None:
            np.matmul(dz[rows], kernel, out=in_blocks(da[rows]))
            da[rows] *= drop[rows]

        return give_back

    def _second(self, epoch: int, number: int, part: Part, arrays: Arrays) -> tuple[Any, Any]:
        link, network, place = self._link, self._network, number % 2
        give_back = self._giving_back(arrays, self._drop_1[place])
        link.wait(1)
        T, m, k = self._notes[place, :3].tolist()
        steps, last, labels = np.split(self._notes[place, 3:], np.cumsum([T, k, m]))[:3]
        batch = Packed(np.arange(m), steps.tolist(), np.empty(0, int), last)  # no words needed
        logits = network.from_between(
            arrays, batch, self._drop_2[place, :m], None, lambda t, rows: link.wait(t + 2)
        )
        loss, right, dy = cross_entropy(logits, labels)
        dy /= part.of

        def hand_back(t: int, rows: slice) -> None:
            give_back(rows)
            link.say(T - t)

        network.back_to_between(dy, hand_back)
        return loss.sum(), np.float32(np.count_nonzero(right))
