"""Score a model's next-note predictions over whole melodies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from seqlib.i18n import InputError
from seqlib.jazz.weights import JazzWeights
from seqlib.lstm._fast import OneHot
from seqlib.lstm.others import cell_of
from seqlib.lstm.peers import over_batch
from seqlib.training.loss import cross_entropy

BATCH = 16  # melodies scored together


@dataclass(frozen=True)
class Scores:
    """How well a model predicts the next notes of some sequences.

    ``accuracy`` is the share of notes that were the model's first choice, ``log_loss`` the
    mean negative log probability of the true note in nats, and ``n`` the number of notes.
    """

    accuracy: float
    log_loss: float
    n: int


def score(weights: JazzWeights, sequences: Iterable[np.ndarray]) -> Scores:
    """Score the next-note predictions over encoded melodies, int (Tx,), each from its start.

    Raises ``ValueError`` if the melodies have no note.
    """
    return scored(weights, side_by_side(sequences, weights.n_a, weights.n_values))


def scored(weights: JazzWeights, batches: Iterable[SideBySide]) -> Scores:
    """Score over melodies that ``side_by_side`` has laid out; see ``score``."""
    hits, loss, n = map(sum, zip(*(batch.sums(weights) for batch in batches), strict=True))
    return Scores(hits / n, loss / n, n)


def side_by_side(sequences: Iterable[np.ndarray], n_a: int, n_values: int) -> list[SideBySide]:
    """Lay encoded melodies out for a model of these sizes. Raises ``ValueError`` for no note."""
    rest = sorted(filter(len, sequences), key=len, reverse=True)
    if not rest:
        raise InputError("There are no notes to score; give at least one melody.")
    batches = [rest[start : start + BATCH] for start in range(0, len(rest), BATCH)]
    return [SideBySide(batch, n_a, n_values) for batch in batches]


class SideBySide:
    """Melodies that one call reads, one step of each at a time, the longest first.

    Parameters
    ----------
    sequences : sequence of int arrays (Tx,)
        None longer than the one before it, none empty.
    n_a, n_values : int
    """

    def __init__(self, sequences: Sequence[np.ndarray], n_a: int, n_values: int) -> None:
        rows = [sum(len(one) > t for one in sequences) for t in range(len(sequences[0]))]
        # Time first: the notes of step 0, below them those of step 1, and so on.
        notes = [np.array([one[t] for one in sequences[:k]]) for t, k in enumerate(rows)]
        before = [
            np.full(rows[0], n_values),
            *(a[:k] for a, k in zip(notes, rows[1:], strict=False)),
        ]
        self._x = OneHot(np.concatenate(before), n_values)
        self._y = np.concatenate(notes)
        self._n_a, self._rows = n_a, rows

    def sums(self, weights: JazzWeights) -> tuple[int, float, int]:
        """Return the hits, the sum of the losses in nats, and the number of notes."""
        *arrays, kernel, bias = (np.asarray(array, np.float32) for array in weights.arrays)
        cell = cell_of(arrays)
        a = over_batch(cell, self._rows).forward(cell, self._x)  # megabytes, not to be kept
        loss, right, _dlogits = cross_entropy(a @ kernel + bias, self._y)
        return int(right.sum()), float(loss.sum(dtype=float)), len(loss)
