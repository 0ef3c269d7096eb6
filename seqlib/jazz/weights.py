"""Hold the jazz model's weights as plain arrays, and compute its states and probabilities.

The app draws and samples with these NumPy functions, without TensorFlow.
``seqlib.jazz.keras_models`` builds the same model in Keras; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from seqlib.i18n import InputError
from seqlib.lstm import Back, backward, forward, glorot_uniform, softmax
from seqlib.lstm.others import OF_KIND, cell_of


@dataclass(frozen=True, eq=False)
class JazzWeights:
    """One recurrent cell, and the dense layer ``densor`` that reads its hidden state.

    Attributes
    ----------
    cell : LSTMWeights with n_x = n_values; or those of a GRU or a plain RNN
    densor_kernel : array (n_a, n_values)
    densor_bias : array (n_values,)

    Raises
    ------
    ValueError
        If the densor's shapes do not fit the cell.
    """

    cell: Any
    densor_kernel: np.ndarray
    densor_bias: np.ndarray

    def __post_init__(self) -> None:
        wanted = (self.cell.n_a, self.cell.n_x)
        if self.densor_kernel.shape != wanted or self.densor_bias.shape != wanted[1:]:
            raise InputError(
                "The densor has shapes {kernel} and {bias}; this cell needs {wanted} and "
                "{wanted_bias}.",
                kernel=self.densor_kernel.shape,
                bias=self.densor_bias.shape,
                wanted=wanted,
                wanted_bias=wanted[1:],
            )

    def __reduce__(self) -> tuple[Any, ...]:
        # The arrays alone: what is noted beside them, as in ``follow.groups``, need not pickle.
        return JazzWeights.from_arrays, (self.arrays,)

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
        """The five arrays, in the order of the Keras model's ``trainable_variables``."""
        return (
            *self.cell.arrays,  # (n_values, 4 n_a), (n_a, 4 n_a), (4 n_a,)
            self.densor_kernel,  # (n_a, n_values)
            self.densor_bias,  # (n_values,)
        )

    @classmethod
    def from_arrays(cls, arrays: Iterable[np.ndarray]) -> JazzWeights:
        """Make weights of the five arrays in ``arrays``' order."""
        kernel, recurrent_kernel, bias, densor_kernel, densor_bias = map(np.asarray, arrays)
        return cls(cell_of((kernel, recurrent_kernel, bias)), densor_kernel, densor_bias)

    @classmethod
    def initial(cls, n_a: int, n_values: int, seed: int = 0, kind: str = "LSTM") -> JazzWeights:
        """Draw untrained weights as Keras draws them; see ``LSTMWeights.initial``.

        ``kind`` is one of ``seqlib.lstm.others.KINDS``.
        The arrays are read-only because equal arguments return the same cached arrays.
        """
        return cls.from_arrays(_initial(n_a, n_values, seed, kind))

    def trace(self, x: np.ndarray) -> Any:
        """Run the model over ``x`` (Tx, n_values) or (m, Tx, n_values), and keep every gate.

        ``y`` of the trace holds the probabilities of the next note, of the shape of ``x``.
        """
        trace = forward(self.cell, x)
        return replace(trace, y=self._probabilities(trace.h))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Compute the probabilities of each next note, of the shape of ``x``; see ``trace``."""
        return self._probabilities(forward(self.cell, x).h)

    def _probabilities(self, h: np.ndarray) -> np.ndarray:
        return softmax(h @ self.densor_kernel + self.densor_bias)

    def back(self, x: np.ndarray, values: np.ndarray, at: int | None = None) -> Back:
        """Backpropagate the loss of predicting ``values`` int (..., Tx) from ``x``.

        The loss is the cross-entropy summed over steps and rows, or that of step ``at`` alone,
        from 0; the result has the gradients at every step, to be looked at. ``seqlib.jazz.task``
        computes the same gradients to train.
        """
        trace = forward(self.cell, x)
        y = self._probabilities(trace.h)
        dlogits = y - np.eye(self.n_values, dtype=y.dtype)[values]
        if at is not None:
            steps = np.arange(y.shape[-2])
            dlogits[..., steps != at, :] = 0
        return backward(self.cell, trace, dlogits @ self.densor_kernel.T)

    def save(self, path: Path | BytesIO) -> None:
        """Write the five arrays as a compressed ``.npz``, into a file or into memory."""
        named: dict[str, Any] = dict(zip(NAMES, self.arrays, strict=True))
        np.savez_compressed(path, **named)

    @classmethod
    def load(cls, path: Path) -> JazzWeights:
        """Read a file that ``save`` wrote; nothing is unpickled.

        Raises ``ValueError`` if the file does not hold the five arrays.
        """
        try:
            # Opened here because np.load does not close a file that it cannot read.
            with open(path, "rb") as data, np.load(data, allow_pickle=False) as file:
                return cls.from_arrays([file[name] for name in NAMES])
        except (ValueError, KeyError, IndexError, EOFError, BadZipFile) as problem:
            raise InputError(
                "{file} does not hold a jazz model's weights; choose a file saved here.",
                file=Path(path).name,
            ) from problem


NAMES = ("kernel", "recurrent_kernel", "bias", "densor_kernel", "densor_bias")


@lru_cache(maxsize=8)
def _initial(n_a: int, n_values: int, seed: int, kind: str) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    cell = OF_KIND[kind].initial(n_values, n_a, rng)
    densor_kernel = glorot_uniform(rng, n_a, n_values)
    arrays = (*cell.arrays, densor_kernel, np.zeros(n_values, np.float32))
    for array in arrays:
        array.flags.writeable = False
    return arrays


def shifted_one_hot(indices: np.ndarray, n_values: int) -> np.ndarray:
    """Encode the model's input for predicting ``indices``, float32 (Tx, n_values).

    The first step is zeros; step t is the one-hot vector of note t − 1.
    """
    x = np.zeros((len(indices), n_values), np.float32)
    x[np.arange(1, len(indices)), np.asarray(indices[:-1], int)] = 1.0
    return x
