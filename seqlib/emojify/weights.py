"""The two LSTM layers of ``Emojify_V2`` as plain arrays, and what they do to a sentence.

All in NumPy, TensorFlow not imported. ``seqlib.emojify.models`` builds the same in Keras;
tests hold the two equal, with and without a mask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqlib.i18n import N_, InputError, Later
from seqlib.lstm import LSTMWeights, Trace, forward, glorot_uniform, softmax
from seqlib.lstm._fast import step_fast
from seqlib.vectors.made import MadeRows
from seqlib.vectors.rows import Rows

# Sentences read at once: the input's share of z is held for all of them.
CHUNK = 1024
NAMES = (
    "lstm_1_kernel",
    "lstm_1_recurrent_kernel",
    "lstm_1_bias",
    "lstm_2_kernel",
    "lstm_2_recurrent_kernel",
    "lstm_2_bias",
    "dense_kernel",
    "dense_bias",
)


@dataclass(frozen=True, eq=False)
class Embedding:
    """An embedding matrix that is shared, and the rows in which this model differs from it.

    Attributes
    ----------
    matrix : float array or Rows (n, e_length)
        Row 0 is padding; memory-mapped and of any float type, never written. The rows made for
        Chinese words come last.
    rows : int array (k,), ascending
        Rows that training has moved, or that come after the matrix.
    values : float32 array (k, e_length)
        What stands in those rows.
    """

    matrix: np.ndarray | Rows
    rows: np.ndarray
    values: np.ndarray

    @classmethod
    def of(
        cls, matrix: np.ndarray | Rows, changed: dict[int, np.ndarray] | None = None
    ) -> Embedding:
        """A matrix as it is, but for rows ``changed``."""
        ordered = dict(sorted((changed or {}).items()))
        values = np.array([*ordered.values()], np.float32).reshape(-1, matrix.shape[1])
        return cls(matrix, np.array([*ordered], int), values)

    @property
    def e_length(self) -> int:
        return self.matrix.shape[1]

    @property
    def n_rows(self) -> int:
        return max(len(self.matrix), int(self.rows[-1]) + 1 if len(self.rows) else 0)

    @property
    def n_made(self) -> int:
        """Number of the matrix's last rows that were made for Chinese words."""
        return 0 if self._made is None else len(self._made)

    def __getitem__(self, indices: np.ndarray) -> np.ndarray:
        """The vectors of ``indices`` (...), float32 (..., e_length)."""
        indices = np.asarray(indices)
        if indices.size and not 0 <= indices.min() <= indices.max() < self.n_rows:
            raise InputError(
                "Indices must be rows of the embedding, 0 to {last}.", last=self.n_rows - 1
            )
        inside = np.where(indices < len(self.matrix), indices, 0)
        found = np.asarray(self.matrix[inside], np.float32)
        if len(self.rows):
            found = np.array(found)
            self._make_again(indices, found)
            place = np.minimum(np.searchsorted(self.rows, indices), len(self.rows) - 1)
            changed = self.rows[place] == indices
            found[changed] = self.values[place[changed]]
        return found

    def _make_again(self, indices: np.ndarray, found: np.ndarray) -> None:
        """Make the rows of Chinese words from English rows that training may have moved."""
        made = self._made
        if made is not None:
            first = len(self.matrix) - len(made)
            those = (indices >= first) & (indices < len(self.matrix))
            places, which = np.unique(indices[those] - first, return_inverse=True)
            found[those] = made.of(places, self)[which]

    @property
    def _made(self) -> MadeRows | None:
        last = self.matrix.parts[-1] if isinstance(self.matrix, Rows) else None
        return last if isinstance(last, MadeRows) else None

    def changed(self, rows: np.ndarray, values: np.ndarray) -> Embedding:
        """With other ``values`` (k, e_length) in ``rows`` (k,), besides what was changed before.

        They are not copied where these are all that is changed, in order.
        """
        rows = np.asarray(rows)
        if np.all(rows[1:] > rows[:-1]) and np.isin(self.rows, rows).all():
            return Embedding(self.matrix, rows, np.asarray(values, np.float32))
        merged = dict(zip(self.rows.tolist(), self.values, strict=True))
        merged |= dict(zip(rows.tolist(), values, strict=True))
        return Embedding.of(self.matrix, merged)


@dataclass(frozen=True)
class DropoutMasks:
    """What one training pass multiplies with: 0 or 1 / (1 − rate).

    Attributes
    ----------
    first : array (Tx, n_a)
        After the first layer, at every step.
    second : array (n_a,)
        After the second layer's last state.
    """

    first: np.ndarray
    second: np.ndarray

    @classmethod
    def draw(cls, rate: float, Tx: int, n_a: int, seed: int | None = None) -> DropoutMasks:
        """As a training pass draws them, a new pair for every sentence of every pass."""
        if not 0 <= rate < 1:
            raise InputError(
                "The dropout rate is {rate:g}; choose 0 or more, and below 1.", rate=rate
            )
        rng = np.random.default_rng(seed)
        kept = [rng.random(shape) >= rate for shape in ((Tx, n_a), (n_a,))]
        return cls(*((mask / (1 - rate)).astype(np.float32) for mask in kept))


@dataclass(frozen=True)
class EmojifyTrace:
    """Everything the model did to one sentence.

    Attributes
    ----------
    indices : int array (Tx,)
    read : bool array (Tx,)
        False at steps that a mask skips; there the state is carried on, which the gates
        i = 0, f = 1, g = 0 and the last o express.
    embeddings : array (Tx, e_length)
    lstm_1, lstm_2 : Trace
        ``lstm_2.x`` is ``lstm_1.h`` after dropout, where there is dropout.
    probabilities : array (Tx, n_classes)
        The softmax applied to the second layer's state after every step; the last row is
        the model's output.
    dropout : DropoutMasks or None
        None at inference.
    """

    indices: np.ndarray
    read: np.ndarray
    embeddings: np.ndarray
    lstm_1: Trace
    lstm_2: Trace
    probabilities: np.ndarray
    dropout: DropoutMasks | None = None

    @property
    def output(self) -> np.ndarray:
        """The model's answer, (n_classes,)."""
        return self.probabilities[-1]


@dataclass(frozen=True, eq=False)
class EmojifyWeights:
    """Embedding, two LSTM layers and the softmax of ``Emojify_V2``.

    Attributes
    ----------
    lstm_1 : LSTMWeights with n_x = e_length
    lstm_2 : LSTMWeights with n_x = n_a of the first
    dense_kernel : array (n_a, n_classes)
    dense_bias : array (n_classes,)
    mask : bool
        Whether row 0 is skipped (Keras' ``mask_zero``) or read as a word of zeros.
    """

    embedding: Embedding
    lstm_1: LSTMWeights
    lstm_2: LSTMWeights
    dense_kernel: np.ndarray
    dense_bias: np.ndarray
    mask: bool = False

    def __post_init__(self) -> None:
        chain = (
            (self.embedding.e_length, self.lstm_1.n_x, N_("the embedding and the first LSTM")),
            (self.lstm_1.n_a, self.lstm_2.n_x, N_("the two LSTM layers")),
            (self.lstm_2.n_a, self.dense_kernel.shape[0], N_("the second LSTM and the softmax")),
            (
                self.dense_kernel.shape[-1],
                len(self.dense_bias),
                N_("the softmax's kernel and bias"),
            ),
        )
        for given, wanted, between in chain:
            if given != wanted:
                raise InputError(
                    "The sizes of {between} do not fit: {given} and {wanted}.",
                    between=Later(between),
                    given=given,
                    wanted=wanted,
                )

    @property
    def n_a(self) -> int:
        return self.lstm_2.n_a

    @property
    def n_classes(self) -> int:
        return len(self.dense_bias)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """``NAMES``, in the order of the Keras model's trainable variables after the embedding."""
        return (*self.lstm_1.arrays, *self.lstm_2.arrays, self.dense_kernel, self.dense_bias)

    @property
    def n_parameters(self) -> int:
        """Without the embedding, as Keras counts trainable ones when it is frozen."""
        return sum(array.size for array in self.arrays)

    @classmethod
    def from_arrays(
        cls, arrays: Iterable[Any], embedding: Embedding, mask: bool = False
    ) -> EmojifyWeights:
        arrays = [np.asarray(array, np.float32) for array in arrays]
        if len(arrays) != len(NAMES):
            raise InputError("The model has {n} arrays besides the embedding.", n=len(NAMES))
        first, second = LSTMWeights(*arrays[:3]), LSTMWeights(*arrays[3:6])
        return cls(embedding, first, second, arrays[6], arrays[7], mask)

    @classmethod
    def initial(
        cls,
        embedding: Embedding,
        n_classes: int = 5,
        units: int = 128,
        *,
        mask: bool = False,
        seed: int = 0,
    ) -> EmojifyWeights:
        """Draw untrained weights as Keras draws them; see ``LSTMWeights.initial``."""
        rng = np.random.default_rng(seed)
        first = LSTMWeights.initial(embedding.e_length, units, rng)
        second = LSTMWeights.initial(units, units, rng)
        dense_kernel = glorot_uniform(rng, units, n_classes)
        return cls(embedding, first, second, dense_kernel, np.zeros(n_classes, np.float32), mask)

    def with_arrays(self, arrays: Iterable[Any]) -> EmojifyWeights:
        """The same model with other numbers in all but the embedding."""
        return EmojifyWeights.from_arrays(arrays, self.embedding, self.mask)

    def logits(self, states: np.ndarray) -> np.ndarray:
        """What the softmax is taken of: states (..., n_a) -> (..., n_classes)."""
        return states @ self.dense_kernel + self.dense_bias

    def trace(self, indices: np.ndarray, dropout: DropoutMasks | None = None) -> EmojifyTrace:
        """Read one sentence, ``indices`` (Tx,), keeping every gate of both layers.

        ``dropout`` is given to see a training pass; else nothing is dropped.
        """
        indices = np.asarray(indices)
        if indices.ndim != 1 or len(indices) == 0:
            raise InputError(
                "indices have shape {shape}; give one sentence, (Tx,).", shape=indices.shape
            )
        x = self.embedding[indices]  # (Tx, e_length)
        read = indices != 0 if self.mask else np.ones(len(indices), bool)
        first = _masked_forward(self.lstm_1, x, read)
        between = first.h if dropout is None else first.h * dropout.first
        second = _masked_forward(self.lstm_2, between, read)
        seen = second.h if dropout is None else second.h * dropout.second
        return EmojifyTrace(indices, read, x, first, second, softmax(self.logits(seen)), dropout)

    def states(self, indices: np.ndarray) -> np.ndarray:
        """The second layer's last state of each of ``indices`` (m, Tx): (m, n_a)."""
        indices = np.asarray(indices)
        if indices.ndim != 2:
            raise InputError(
                "indices have shape {shape}; give sentences, (m, Tx).", shape=indices.shape
            )
        if not len(indices):
            return np.zeros((0, self.n_a), np.float32)
        some = (indices[start : start + CHUNK] for start in range(0, len(indices), CHUNK))
        return np.concatenate([self.both_states(part)[1][:, -1] for part in some])

    def probabilities(self, indices: np.ndarray) -> np.ndarray:
        """The model's output for ``indices`` (m, Tx): (m, n_classes)."""
        return softmax(self.logits(self.states(indices)))

    def both_states(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return both layers' states at each step of ``indices`` (m, Tx): twice (m, Tx, n_a)."""
        read = indices != 0 if self.mask else None
        first = _batch(self.lstm_1, self.embedding[indices], read)
        return first, _batch(self.lstm_2, first, read)


def _batch(weights: LSTMWeights, x: np.ndarray, read: np.ndarray | None) -> np.ndarray:
    """``h`` (m, Tx, n_a) of ``x`` (m, Tx, n_x); states stay where ``read`` (m, Tx) is False."""
    zx = x @ weights.kernel + weights.bias  # (m, Tx, 4 n_a)
    a = c = np.zeros((len(x), weights.n_a), zx.dtype)
    h = np.empty((*x.shape[:2], weights.n_a), zx.dtype)
    for t in range(x.shape[1]):
        now = step_fast(weights, zx[:, t], a, c)
        if read is None:
            a, c = now.h, now.c
        else:
            here = read[:, t, None]
            a, c = np.where(here, now.h, a), np.where(here, now.c, c)
        h[:, t] = a
    return h


def _masked_forward(weights: LSTMWeights, x: np.ndarray, read: np.ndarray) -> Trace:
    """``forward`` over the steps that are read; between them the state is carried on."""
    zeros = np.zeros((len(x), weights.n_a), x.dtype)
    start = np.zeros(weights.n_a, x.dtype)
    if not read.any():
        return Trace(x, zeros, zeros + 1, zeros, zeros, zeros, zeros, start, start)
    short = forward(weights, x[read])
    last = np.cumsum(read) - 1  # place in the short trace of the last step read; -1 before
    began = (last >= 0)[:, None]
    here = read[:, None]
    kept = {name: np.where(began, getattr(short, name)[last], 0) for name in "och"}
    gates = {
        name: np.where(here, getattr(short, name)[last], skipped)
        for name, skipped in (("i", 0), ("f", 1), ("g", 0))
    }
    made = {name: values.astype(x.dtype) for name, values in (gates | kept).items()}
    return Trace(x, **made, a0=start, c0=start)


def steps_read(trace: Trace, read: np.ndarray) -> Trace:
    """The part of a trace at the steps that were read: that of the shorter sequence."""
    names = ("x", "i", "f", "g", "o", "c", "h")
    return replace(trace, **{name: getattr(trace, name)[read] for name in names})
