"""Find the rows of an embedding that training has changed, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqlib.emojify.weights import Embedding
from seqlib.i18n import N_
from seqlib.text import DataSet
from seqlib.vectors import WordVectors


@dataclass(frozen=True, eq=False)
class Moved:
    """The rows in which a trained embedding differs from its first matrix.

    Attributes
    ----------
    rows : int array (k,)
        Largest change first.
    change : float32 array (k, e_length)
        After minus before.
    compared : int
        How many rows were compared, those made for Chinese words not counted.
    """

    rows: np.ndarray
    change: np.ndarray
    compared: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def norms(self) -> np.ndarray:
        """Length of each row's change, (k,)."""
        return np.linalg.norm(self.change, axis=1)

    def among(self, rows: np.ndarray) -> int:
        """Count how many of some rows have changed."""
        return int(np.isin(rows, self.rows).sum())


def moved(embedding: Embedding) -> Moved:
    """Compare the rows of an embedding with those of the matrix it started from.

    Rows that the embedding does not hold itself are read from that matrix, so they cannot
    differ. Rows after the matrix's own, such as the row of unknown words, are not compared.
    """
    rows = embedding.rows[embedding.rows < len(embedding.matrix)]
    change = embedding[rows] - np.asarray(embedding.matrix[rows], np.float32)
    rows, change = rows[change.any(axis=1)], change[change.any(axis=1)]
    order = np.argsort(-np.linalg.norm(change, axis=1), kind="stable")
    total = len(embedding.matrix) - embedding.n_made
    return Moved(rows[order], change[order], total)


def groups(data: DataSet, vectors: WordVectors) -> Mapping[str, np.ndarray]:
    """Divide all rows of the matrix into four groups, by whether training reads their words."""
    train = np.setdiff1d(vectors.indices(data.train.words), [0])
    test = np.setdiff1d(vectors.indices(data.test.words), [0, *train])
    seen = np.concatenate([[0], train, test])
    return {
        N_("words in the training sentences"): train,
        N_("words in the test sentences only"): test,
        N_("row 0, padding"): np.array([0]),
        N_("all other words"): np.setdiff1d(np.arange(len(vectors.matrix)), seen),
    }
