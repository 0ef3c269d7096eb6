"""Weighted co-occurrence counts -> PPMI -> truncated SVD, in NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHUNK = 1 << 18


@dataclass(frozen=True)
class Sparse:
    """A matrix in compressed rows: the entries of row r are ``starts[r]:starts[r + 1]``."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    width: int

    @classmethod
    def of(cls, rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape) -> Sparse:
        """From entries in any order; those at the same place are added up."""
        keys = rows.astype(np.int64) * shape[1] + columns
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        firsts = np.flatnonzero(np.diff(keys, prepend=-1))
        summed = np.add.reduceat(values[order].astype(np.float64), firsts)
        keys = keys[firsts]
        starts = np.searchsorted(keys, np.arange(shape[0] + 1) * shape[1])
        return cls(starts, (keys % shape[1]).astype(np.int32), summed.astype(np.float32), shape[1])

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    @property
    def rows(self) -> np.ndarray:
        """Row of each entry."""
        return np.repeat(np.arange(self.height), np.diff(self.starts))

    def transposed(self) -> Sparse:
        return Sparse.of(self.columns, self.rows, self.values, (self.width, self.height))

    def __matmul__(self, dense: np.ndarray) -> np.ndarray:
        """Product with ``dense`` (width, k), float32 ``(height, k)``."""
        out = np.zeros((self.height, dense.shape[1]), np.float32)
        row = 0
        while row < self.height:
            # As many rows as hold about CHUNK entries, so that memory stays bounded.
            stop = int(np.searchsorted(self.starts, self.starts[row] + CHUNK, "right")) - 1
            stop = min(max(stop, row + 1), self.height)
            low, high = self.starts[row], self.starts[stop]
            if high > low:
                products = dense[self.columns[low:high]]
                products *= self.values[low:high, None]
                filled = row + np.flatnonzero(np.diff(self.starts[row : stop + 1]))
                out[filled] = np.add.reduceat(products, self.starts[filled] - low, axis=0)
            row = stop
        return out


def ppmi(counts: Sparse, smoothing: float = 0.75) -> Sparse:
    """Positive pointwise mutual information; ``smoothing`` flattens the contexts' frequencies."""
    rows = counts.rows
    row_sums = np.bincount(rows, counts.values, counts.height)
    column_sums = np.bincount(counts.columns, counts.values, counts.width) ** smoothing
    column_sums /= column_sums.sum()
    information = np.log(counts.values / (row_sums[rows] * column_sums[counts.columns]))
    keep = information > 0
    return Sparse.of(
        rows[keep], counts.columns[keep], information[keep], (counts.height, counts.width)
    )


def truncated_svd(
    matrix: Sparse, rank: int, seed: int, *, extra: int = 14, rounds: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """The leading left singular vectors ``(height, rank)`` and values ``(rank,)``.

    Subspace iteration from a random start (Halko, Martinsson and Tropp, 2011): ``extra``
    more vectors and a few ``rounds`` make the leading ones accurate. Signs are fixed.
    """
    turned = matrix.transposed()
    width = min(rank + extra, *(matrix.width, matrix.height))
    start = np.random.default_rng(seed).standard_normal((matrix.width, width), np.float32)
    basis, _ = np.linalg.qr(matrix @ start)
    for _ in range(rounds):
        other, _ = np.linalg.qr(turned @ basis)
        basis, _ = np.linalg.qr(matrix @ other)
    small = (turned @ basis).T  # (width, matrix.width)
    left, values, _ = np.linalg.svd(small @ small.T)
    vectors = basis @ left[:, :rank]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])])
    return vectors, np.sqrt(values[:rank])
