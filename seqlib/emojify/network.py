"""``Emojify_V2`` over a packed batch, forward and back, in NumPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from seqlib.lstm._fast import Cell, Hook, OneHot, Unrolled
from seqlib.training.stepped import views


class Arrays:
    """The weights as ``Network`` multiplies with them, each layer laid out when it is needed."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self._arrays = arrays
        self.kernel_1, self.kernel_2 = arrays[0], arrays[3]
        self.dense_kernel, self.dense_bias, self.table = arrays[6:]

    @cached_property
    def cell_1(self) -> Cell:
        return Cell.of(*self._arrays[:3])

    @cached_property
    def cell_2(self) -> Cell:
        return Cell.of(*self._arrays[3:6])


class Packed(NamedTuple):
    """Sentences of a batch, step below step, as ``seqlib.lstm._fast.Unrolled`` reads them.

    Attributes
    ----------
    order : int array (m,)
        Which sentence of the batch comes first, second, …: the longest first.
    steps : list of int
        How many sentences have a word at each step; P is their sum.
    words : int array (P,)
        Row of the table of each word.
    last : int array (k,)
        Where the last word of each sentence stands; sentences without a word come last and
        are left out.
    """

    order: np.ndarray
    steps: list[int]
    words: np.ndarray
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
        last,
    )


class Network:
    """The two layers and the softmax, forward and back over one packed batch after the other.

    Parameters
    ----------
    shapes : list of tuples
        Of the weights, in the order of ``weights.NAMES``, then of the table if it is trained.
    Tx, most : int
        The most words of a sentence, and sentences of a batch.
    gradient, read, dz : float32 arrays, optional
        Where the gradient stands, and what the second layer reads and gives back.
    """

    def __init__(
        self,
        shapes: Sequence[tuple[int, ...]],
        Tx: int,
        most: int,
        gradient: np.ndarray | None = None,
        read: np.ndarray | None = None,
        dz: np.ndarray | None = None,
    ) -> None:
        e_length, n_a = shapes[0][0], shapes[1][0]
        self.layer_1 = Unrolled(e_length, n_a, most * Tx, most)
        self.layer_2 = Unrolled(n_a, n_a, most * Tx, most, read=read, dz=dz)
        size = sum(math.prod(shape) for shape in shapes)
        self.gradient = np.empty(size, np.float32) if gradient is None else gradient
        self.out = views(self.gradient, shapes)

    def forward(
        self, arrays: Arrays, batch: Packed, drop_1: Any = 1, drop_2: Any = 1, drop_0: Any = 1
    ) -> np.ndarray:
        """Return the logits (m, n_classes), in the order of the packed batch.

        The outputs of each layer, and the words' vectors, are multiplied with ``drop_1``
        (P, n_a), ``drop_2`` (m, n_a) and ``drop_0`` (P, e_length).
        """
        self._drop_1 = drop_1
        between = self.up_to_between(arrays, batch, drop_0) * drop_1
        return self.from_between(arrays, batch, drop_2, between)

    def up_to_between(
        self, arrays: Arrays, batch: Packed, drop_0: Any, after: Hook | None = None
    ) -> np.ndarray:
        """Return what the first layer gives, (P, n_a); ``after`` each step as in ``Unrolled``."""
        self._arrays, self._batch, self._drop_0 = arrays, batch, drop_0
        self.layer_1.begin(batch.steps)
        self._x = arrays.table[batch.words] * drop_0  # (P, e_length)
        a = self.layer_1.forward(arrays.cell_1, self._x, after=after)
        self._words = OneHot(batch.words, len(arrays.table)) if len(self.out) > 8 else None
        return a

    def from_between(
        self,
        arrays: Arrays,
        batch: Packed,
        drop_2: Any,
        between: np.ndarray | None,
        before: Hook | None = None,
    ) -> np.ndarray:
        """Return the logits from what the second layer reads, None if ``before`` brings it."""
        self._arrays, self._batch, self._drop_2 = arrays, batch, drop_2
        self.layer_2.begin(batch.steps)
        a = self.layer_2.forward(arrays.cell_2, between, before)  # (P, n_a)
        self._states = np.zeros((len(batch.order), a.shape[1]), np.float32)  # without words: 0
        self._states[: len(batch.last)] = a[batch.last]
        self._states *= drop_2
        return self._states @ arrays.dense_kernel + arrays.dense_bias

    def backward(self, dy: np.ndarray) -> None:
        """Write the gradients of all arrays in ``out``, from ``dy``, that of the logits."""
        dz = self.back_to_between(dy)
        self.back_from_between((dz @ self._arrays.kernel_2.T) * self._drop_1)

    def back_to_between(self, dy: np.ndarray, after: Hook | None = None) -> np.ndarray:
        """Write the gradients of the second layer and the softmax; returns its ``dz``."""
        batch, out = self._batch, self.out
        d_states = (dy @ self._arrays.dense_kernel.T) * self._drop_2  # (m, n_a)
        da = np.zeros_like(self.layer_2.a)
        da[batch.last] = d_states[: len(batch.last)]
        dz = self.layer_2.backward(da, after=after)
        self.layer_2.gradients(None, out[3:6])
        np.matmul(self._states.T, dy, out=out[6])
        np.sum(dy, axis=0, out=out[7])
        return dz

    def back_from_between(self, da: np.ndarray, before: Hook | None = None) -> None:
        """Write the gradients of the first layer and, where it is trained, of the table.

        In front of its place in ``out``, if there are fewer rows in ``arrays`` than there.
        """
        arrays, out = self._arrays, self.out
        dz = self.layer_1.backward(da, before)
        self.layer_1.gradients(self._x, out[:3])
        if self._words is not None:
            d_words = (dz @ arrays.kernel_1.T) * self._drop_0
            self._words.transposed_product(d_words, out=out[8][: len(arrays.table)])


def dropped(
    rng: np.random.Generator, rate: float, shape: tuple[int, int], out: np.ndarray | None = None
) -> np.ndarray:
    """Draw what a layer's output is multiplied with: 0 at ``rate``, else 1 / (1 − rate).

    Each is drawn from 16 bits, so ``rate`` holds to 1 / 131,072: a quarter of the time of floats.
    """
    out = np.empty(shape, np.float32) if out is None else out[: shape[0]]
    if not rate:
        out[:] = 1
        return out
    bits = rng.bit_generator.random_raw(math.prod(shape) // 4 + 1).view(np.uint16)
    left = bits[: math.prod(shape)].reshape(shape) >= min(round(rate * 2**16), 2**16 - 1)
    return np.multiply(left, np.float32(1 / (1 - rate)), out=out)


class Batch(NamedTuple):
    """A mini-batch: its sentences, packed, their labels, and the dropout of each layer."""

    packed: Packed
    labels: np.ndarray
    drop_0: np.ndarray
    drop_1: np.ndarray
    drop_2: np.ndarray
