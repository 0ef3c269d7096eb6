"""The jazz model as plain arrays: a cell, the densor over it, and what they do to notes.

Everything the app draws or samples comes from here, in NumPy, with TensorFlow not
imported. ``seqlib.jazz.keras_models`` builds the same thing in Keras; tests hold the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from seqlib.i18n import _
from seqlib.lstm import Back, LSTMWeights, Trace, backward, forward, glorot_uniform, softmax

# Melodies scored side by side.
SCORED_AT_ONCE = 16


@dataclass(frozen=True)
class JazzWeights:
    """One LSTM cell and the densor that reads its state.

    Attributes
    ----------
    cell : LSTMWeights with n_x = n_values
    densor_kernel : array (n_a, n_values)
    densor_bias : array (n_values,)
    """

    cell: LSTMWeights
    densor_kernel: np.ndarray
    densor_bias: np.ndarray

    def __post_init__(self) -> None:
        wanted = (self.cell.n_a, self.cell.n_x)
        if self.densor_kernel.shape != wanted or self.densor_bias.shape != wanted[1:]:
            raise ValueError(
                _(
                    "The densor has shapes {kernel} and {bias}; this cell needs {wanted} and "
                    "{wanted_bias}.",
                    kernel=self.densor_kernel.shape,
                    bias=self.densor_bias.shape,
                    wanted=wanted,
                    wanted_bias=wanted[1:],
                )
            )

    @property
    def n_a(self) -> int:
        return self.cell.n_a

    @property
    def n_values(self) -> int:
        return self.cell.n_x

    @property
    def n_parameters(self) -> int:
        return sum(array.size for array in self.arrays)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """In the order of the Keras model's ``trainable_variables``."""
        return (
            *self.cell.arrays,  # (n_values, 4 n_a), (n_a, 4 n_a), (4 n_a,)
            self.densor_kernel,  # (n_a, n_values)
            self.densor_bias,  # (n_values,)
        )

    @classmethod
    def from_arrays(cls, arrays) -> JazzWeights:
        kernel, recurrent_kernel, bias, densor_kernel, densor_bias = map(np.asarray, arrays)
        return cls(LSTMWeights(kernel, recurrent_kernel, bias), densor_kernel, densor_bias)

    @classmethod
    def initial(cls, n_a: int, n_values: int, seed: int = 0) -> JazzWeights:
        """Draw untrained weights as Keras draws them; see ``LSTMWeights.initial``.

        Read-only: equal arguments return the same cached arrays.
        """
        return cls.from_arrays(_initial(n_a, n_values, seed))

    def trace(self, x: np.ndarray) -> Trace:
        """What the model does to ``x`` (Tx, n_values) or (m, Tx, n_values); ``y`` included."""
        trace = forward(self.cell, x)
        return replace(trace, y=softmax(trace.h @ self.densor_kernel + self.densor_bias))

    def back(self, x: np.ndarray, values: np.ndarray) -> Back:
        """Backpropagate the loss of predicting ``values`` int (..., Tx) from ``x``.

        The loss is the cross-entropy summed over steps and rows; what it gives at every step is
        there to be looked at. Training takes the same gradients in ``seqlib.jazz.task``.
        """
        trace = self.trace(x)
        dlogits = trace.y - np.eye(self.n_values, dtype=trace.y.dtype)[values]
        return backward(self.cell, trace, dlogits @ self.densor_kernel.T)

    def save(self, path: Path) -> None:
        """Write the five arrays as a compressed ``.npz``."""
        np.savez_compressed(path, **dict(zip(_NAMES, self.arrays, strict=True)))

    @classmethod
    def load(cls, path: Path) -> JazzWeights:
        """Read what ``save`` wrote; never unpickles.

        Raises ``ValueError`` if the file is not one of those.
        """
        try:
            # Opened here because np.load leaves a file it cannot read open.
            with open(path, "rb") as data, np.load(data, allow_pickle=False) as file:
                return cls.from_arrays([file[name] for name in _NAMES])
        except (ValueError, KeyError, IndexError, EOFError, BadZipFile) as problem:
            raise ValueError(
                _(
                    "{file} does not hold a jazz model's weights; choose a file saved here.",
                    file=Path(path).name,
                )
            ) from problem


_NAMES = ("kernel", "recurrent_kernel", "bias", "densor_kernel", "densor_bias")


@lru_cache(maxsize=8)
def _initial(n_a: int, n_values: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    cell = LSTMWeights.initial(n_values, n_a, rng)
    densor_kernel = glorot_uniform(rng, n_a, n_values)
    arrays = (*cell.arrays, densor_kernel, np.zeros(n_values, np.float32))
    for array in arrays:
        array.flags.writeable = False
    return arrays


@dataclass(frozen=True)
class Scores:
    """How well next notes are predicted on given sequences.

    ``accuracy`` is the share of notes that were the model's first choice; ``log_loss``
    the mean negative log probability of the true note, in nats.
    """

    accuracy: float
    log_loss: float
    n: int


def score(weights: JazzWeights, sequences) -> Scores:
    """Next-note scores over whole encoded melodies, each read from its start.

    Raises ``ValueError`` if there is not a single note to score.
    """
    hits, loss, n = 0, 0.0, 0
    rest = sorted(filter(len, sequences), key=len)
    while rest:
        # Side by side, filled up at the end: what comes after a melody does not change it.
        some, rest = rest[-SCORED_AT_ONCE:], rest[:-SCORED_AT_ONCE]
        X = np.zeros((len(some), len(some[-1]), weights.n_values), np.float32)
        for row, indices in zip(X, some, strict=True):
            row[: len(indices)] = shifted_one_hot(indices, weights.n_values)
        for y, indices in zip(weights.trace(X).y, some, strict=True):
            y = y[: len(indices)]
            true = y[np.arange(len(indices)), indices]
            hits += int((y.argmax(axis=1) == indices).sum())
            loss -= float(np.log(np.maximum(true, 1e-12)).sum())
            n += len(indices)
    if not n:
        raise ValueError(_("There are no notes to score; give at least one melody."))
    return Scores(hits / n, loss / n, n)


def shifted_one_hot(indices: np.ndarray, n_values: int) -> np.ndarray:
    """What the model reads to predict ``indices``: zeros, then each note but the last.

    Returns float32 (Tx, n_values).
    """
    x = np.zeros((len(indices), n_values), np.float32)
    x[np.arange(1, len(indices)), np.asarray(indices[:-1], int)] = 1.0
    return x
