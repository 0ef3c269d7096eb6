"""Which rows of an embedding training has moved, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqlib.emojify.weights import Embedding
from seqlib.i18n import N_
from seqlib.text import DataSet
from seqlib.vectors import WordVectors

CHUNK_ROWS = 1 << 16


@dataclass(frozen=True, eq=False)
class Moved:
    """The rows in which an embedding differs from the matrix it started as.

    Attributes
    ----------
    rows : int array (k,)
        Furthest moved first.
    change : float32 array (k, e_length)
        After minus before.
    compared : int
        How many rows were compared.
    """

    rows: np.ndarray
    change: np.ndarray
    compared: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def norms(self) -> np.ndarray:
        """How far each row moved, (k,)."""
        return np.linalg.norm(self.change, axis=1)

    def among(self, rows: np.ndarray) -> int:
        """How many of some rows have moved."""
        return int(np.isin(rows, self.rows).sum())


def moved(embedding: Embedding) -> Moved:
    """Every row of the embedding compared with the matrix, number by number.

    Rows that come after the matrix, such as that of unknown words, are left out.
    """
    total = len(embedding.matrix)
    rows, changes = [], []
    for start in range(0, total, CHUNK_ROWS):
        here = np.arange(start, min(start + CHUNK_ROWS, total))
        before = np.asarray(embedding.matrix[here], np.float32)
        change = embedding[here] - before
        differ = change.any(axis=1)
        rows.append(here[differ])
        changes.append(change[differ])
    found, change = np.concatenate(rows), np.concatenate(changes)
    order = np.argsort(-np.linalg.norm(change, axis=1), kind="stable")
    return Moved(found[order], change[order], total)


def groups(data: DataSet, vectors: WordVectors) -> Mapping[str, np.ndarray]:
    """All rows of the matrix, by what training sees of them; each row in one group."""
    train = np.setdiff1d(vectors.indices(data.train.words), [0])
    test = np.setdiff1d(vectors.indices(data.test.words), [0, *train])
    seen = np.concatenate([[0], train, test])
    return {
        N_("words in the training sentences"): train,
        N_("words in the test sentences only"): test,
        N_("row 0, padding"): np.array([0]),
        N_("all other words"): np.setdiff1d(np.arange(len(vectors.matrix)), seen),
    }
