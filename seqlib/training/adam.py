"""Adam, of all weights at once or of the rows that are read, and clipping before it.

Kingma & Ba, 2015; Pascanu et al., 2013.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # as Keras sets them
AT_ONCE = 32768  # numbers; what is computed on the way stays in the processor's cache
FADES = BETA_1 / BETA_2**0.5  # what is left of m / √v after an update without a gradient
FADED = 400  # updates after which nothing is: FADES to this power is below 1e-18
SUMMED = 256  # updates whose sums are worked out together


def adam(
    weights: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    gradient: np.ndarray,
    step: int,
    learning_rate: float,
) -> None:
    """Make update number ``step``, from 1, of the weights and the two moments, in place.

    All arrays are (n,). Where Keras puts ε outside the corrected moments, so does this.
    """
    rate = float(_rate(learning_rate, step))
    spare = np.empty(min(AT_ONCE, len(weights)), weights.dtype)
    for start in range(0, len(weights), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        w, m, v, g = weights[some], first[some], second[some], gradient[some]
        part = spare[: len(w)]
        # m += (1 − β₁) (g − m)
        np.subtract(g, m, out=part)
        part *= 1 - BETA_1
        m += part
        # v += (1 − β₂) (g² − v)
        np.square(g, out=part)
        part -= v
        part *= 1 - BETA_2
        v += part
        # w −= rate · m / (√v + ε)
        np.sqrt(v, out=part)
        part += EPSILON
        np.divide(m, part, out=part)
        part *= rate
        w -= part


class Behind(NamedTuple):
    """How far the rows of a table are that Adam updates when they are read.

    Attributes
    ----------
    made : int array (k,)
        Updates that have been made in each row.
    learning_rate : float
        That of the updates to come.
    """

    made: np.ndarray
    learning_rate: float


class LateRows:
    """A table whose rows Adam updates when they are read: a mini-batch reads few of many.

    Without a gradient a row moves by its moments alone, so the updates since it was last read are
    one: after n of them the moments are β₁ⁿ m and β₂ⁿ v, and the weights have moved by
    m / (√v + ε) times the sum of all rate (β₁ / √β₂)ʲ. ε is taken to fade as √v does, which is
    felt only where a gradient was no larger than ε.

    Parameters
    ----------
    weights, first, second : float32 arrays (k, e)
        The table and its moments, changed in place.
    made : int array (k,)
        Updates that have been made in each row; changed in place.
    learning_rate : float

    Attributes
    ----------
    n, size : int
        Numbers in the table, and in the rows that were read last.
    """

    def __init__(
        self,
        weights: np.ndarray,
        first: np.ndarray,
        second: np.ndarray,
        made: np.ndarray,
        learning_rate: float,
    ) -> None:
        self._arrays, self._learning_rate = (weights, first, second), learning_rate
        self.n, self._made = weights.size, made
        # Always of the same updates together, so that a sum is the same whoever begins where.
        self._begin, self._to_come = made.min() // SUMMED * SUMMED, np.zeros(0)
        self._rows, self._read = np.zeros(0, int), (weights[:0], first[:0], second[:0])

    @property
    def size(self) -> int:
        """Numbers in the rows that were read last."""
        return self._read[0].size

    def read(self, rows: np.ndarray, step: int) -> np.ndarray:
        """Return rows (r,), each named once, as they are after ``step`` updates, (r, e)."""
        made = self._made[rows]
        still = FADES ** (step - made)
        moved = (self._sums(made) - still * self._sums(step)).astype(np.float32)
        weights, first, second = (array[rows] for array in self._arrays)
        weights -= first / (np.sqrt(second) + EPSILON) * moved[:, None]
        for moment, beta in (first, BETA_1), (second, BETA_2):
            moment *= (beta ** (step - made)).astype(np.float32)[:, None]
        self._rows, self._read = rows, (weights, first, second)
        return weights

    def learn(self, gradient: np.ndarray, step: int) -> None:
        """Make update number ``step`` of the rows read last, from their gradient (r e,)."""
        weights, first, second = self._read
        adam(weights.ravel(), first.ravel(), second.ravel(), gradient, step, self._learning_rate)
        self._write(step)

    def behind(self, step: int) -> Behind | None:
        """Return how far the rows are; None if all are as they are after ``step`` updates."""
        return Behind(self._made, self._learning_rate) if (self._made < step).any() else None

    def settle(self, step: int) -> None:
        """Have all rows as they are after ``step`` updates."""
        self.read(np.flatnonzero(self._made < step), step)
        self._write(step)

    def _write(self, step: int) -> None:
        for array, read in zip(self._arrays, self._read, strict=True):
            array[self._rows] = read
        self._made[self._rows] = step

    def _sums(self, steps: Any) -> Any:
        """Return for each of ``steps`` the sum over j from 1 of rate (step + j) times FADESʲ."""
        while np.max(steps, initial=0) >= self._begin + len(self._to_come):
            begin = self._begin + len(self._to_come)
            rates = _rate(self._learning_rate, begin + np.arange(1, SUMMED + FADED))
            sums = np.correlate(rates, FADES ** np.arange(1, FADED + 1), "valid")
            self._to_come = np.append(self._to_come, sums)
        return self._to_come[steps - self._begin]


def _rate(learning_rate: float, step: Any) -> Any:
    """Return what corrects both moments of update ``step`` for their start at 0, in one factor."""
    return learning_rate * np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)


def clipped(gradient: np.ndarray, norm: float) -> np.ndarray:
    """Return the gradient, shortened to ``norm`` if it is longer."""
    length = float(np.linalg.norm(gradient))
    return gradient * (norm / length) if length > norm else gradient
