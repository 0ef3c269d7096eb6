"""What is drawn of a large matrix: orders of its rows, a bounded view, a projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqlib.i18n import N_
from seqlib.vectors.wordvectors import CHUNK_ROWS, WordVectors

MOST_CELLS = 100_000
CLUSTERS = 48
SAMPLE = 8_000


class View(NamedTuple):
    """A stretch of the matrix in some order, at most ``bins`` rows high.

    Attributes
    ----------
    values : array (rows, dim), float32
        Exact values, or a statistic of the rows that share a bin.
    edges : int array (rows + 1,)
        Bin r covers the places ``edges[r]`` to ``edges[r + 1] - 1`` of the order.
    indices : int array (rows,)
        Row of the matrix that a bin begins with.
    labels : tuple of str
        The word of each row where bins are single rows; else the first and last word.
    exact : bool
        Whether each bin is a single row.
    """

    values: np.ndarray
    edges: np.ndarray
    indices: np.ndarray
    labels: tuple[str, ...]
    exact: bool


def _mean(rows: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return np.add.reduceat(rows, starts, axis=0) / sizes[:, None]


def _root_mean_square(rows: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return np.sqrt(np.add.reduceat(rows * rows, starts, axis=0) / sizes[:, None])


def _extreme(rows: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    high = np.maximum.reduceat(rows, starts, axis=0)
    low = np.minimum.reduceat(rows, starts, axis=0)
    return np.where(-low > high, low, high)


# name -> what a bin of several rows shows: their mean; the typical size of a value, whatever
# its sign; the value furthest from zero.
STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    N_("mean"): _mean,
    N_("root mean square"): _root_mean_square,
    N_("extreme"): _extreme,
}


def overview(
    vectors: WordVectors,
    start: int = 0,
    stop: int | None = None,
    bins: int = 400,
    *,
    order: np.ndarray | None = None,
    statistic: str = "mean",
) -> View:
    """The places ``start`` to ``stop - 1`` of the matrix in at most ``bins`` rows.

    Parameters
    ----------
    start, stop : int
        Places in the order; what lies outside the matrix is cut off. Place 0 of the order
        by index is the padding row.
    bins : int
        At most this many rows; fewer if they would come to more than 100,000 cells.
    order : int array (len(vectors) + 1,), optional
        Row of the matrix at each place, as ``row_order`` makes it; by index if not given.
    statistic : str
        A key of ``STATISTICS``, for bins of several rows.
    """
    total = len(vectors.matrix)
    stop = total if stop is None else stop
    start = min(max(0, start), total - 1)
    stop = min(max(start + 1, stop), total)
    bins = max(1, min(bins, MOST_CELLS // vectors.dim, stop - start))
    edges = start + np.arange(bins + 1) * (stop - start) // bins
    firsts = edges[:-1] if order is None else order[edges[:-1]]
    if bins == stop - start:
        rows = np.array(vectors.matrix[firsts], np.float32)
        labels = tuple(vectors.word(index) for index in firsts.tolist())
        return View(rows, edges, firsts, labels, True)
    summarise = STATISTICS[statistic]
    values = np.empty((bins, vectors.dim), np.float32)
    matrix = np.asarray(vectors.matrix)
    low = 0
    while low < bins:
        # Some bins at a time: a copy of the whole matrix would not stay in the cache.
        high = int(np.searchsorted(edges, edges[low] + CHUNK_ROWS // 8, "right")) - 1
        high = min(max(high, low + 1), bins)
        places = slice(int(edges[low]), int(edges[high]))
        # take is more than twice as fast as an index array here.
        rows = matrix[places] if order is None else np.take(matrix, order[places], axis=0)
        sizes = np.diff(edges[low : high + 1])
        values[low:high] = summarise(
            np.asarray(rows, np.float32), edges[low:high] - edges[low], sizes
        )
        low = high
    lasts = edges[1:] - 1 if order is None else order[edges[1:] - 1]
    labels = tuple(
        f"{vectors.word(first)} … {vectors.word(last)}" if first != last else vectors.word(first)
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
    )
    return View(values, edges, firsts, labels, False)


def _by_index(vectors: WordVectors, word: str | None) -> np.ndarray:
    return np.arange(1, len(vectors.matrix))


def _by_alphabet(vectors: WordVectors, word: str | None) -> np.ndarray:
    words = vectors.words[:]
    return np.array(sorted(range(len(words)), key=words.__getitem__), np.int64) + 1


def _by_length(vectors: WordVectors, word: str | None) -> np.ndarray:
    return np.argsort(-vectors.norms[1:], kind="stable") + 1


def _by_similarity(vectors: WordVectors, word: str | None) -> np.ndarray:
    if word is None:
        raise ValueError("Say to which word the rows are to be similar.")
    # NaN, a row of zeros, sorts last.
    return np.argsort(-vectors.similarities(word)[1:], kind="stable") + 1


def _by_cluster(vectors: WordVectors, word: str | None) -> np.ndarray:
    cluster = clusters(vectors)[1:]
    return np.argsort(cluster, kind="stable") + 1


# GloVe and word2vec write the commonest words first, and so do the shipped vectors.
ORDERS: dict[str, Callable[[WordVectors, str | None], np.ndarray]] = {
    N_("index"): _by_index,
    N_("frequency"): _by_index,
    N_("alphabet"): _by_alphabet,
    N_("similarity"): _by_similarity,
    N_("cluster"): _by_cluster,
    N_("length"): _by_length,
}


def row_order(vectors: WordVectors, by: str, word: str | None = None) -> np.ndarray:
    """Row of the matrix at each place, int64 ``(len(vectors) + 1,)``; the padding row first.

    Parameters
    ----------
    by : str
        A key of ``ORDERS``. "frequency" is the order of the file, which the usual tools
        write by falling frequency; "length" goes from the longest vector to the shortest.
    word : str, optional
        For "similarity": the word that comes first.
    """
    return np.concatenate([[0], ORDERS[by](vectors, word)])


def clusters(vectors: WordVectors, count: int = CLUSTERS, seed: int = 0) -> np.ndarray:
    """Cluster of each row by direction, int ``(len(vectors) + 1,)``; similar clusters adjoin.

    Spherical k-means on a sample of the rows, then every row goes to its nearest centre. The
    centres are numbered along a path that goes on to the nearest one not yet visited.
    """
    rng = np.random.default_rng(seed)
    total = len(vectors.matrix)
    if total <= 2:
        return np.zeros(total, np.int64)
    chosen = np.sort(rng.choice(np.arange(1, total), min(SAMPLE, total - 1), replace=False))
    sample = _unit(np.array(vectors.matrix[chosen], np.float32))
    count = min(count, len(sample))
    centres = sample[rng.choice(len(sample), count, replace=False)]
    for _ in range(12):
        nearest = (sample @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        filled = np.abs(sums).sum(axis=1) > 0
        centres[filled] = _unit(sums[filled])
    path = [0]
    likeness = centres @ centres.T
    while len(path) < count:
        scores = likeness[path[-1]].copy()
        scores[path] = -np.inf
        path.append(int(scores.argmax()))
    centres = centres[path]
    return np.concatenate([(rows @ centres.T).argmax(axis=1) for _, rows in vectors.chunks()])


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths, lengths, 1)


@dataclass(frozen=True, eq=False)
class Projection:
    """The directions in which vectors differ most.

    Attributes
    ----------
    mean : array (dim,)
    directions : array (dim, n)
        Orthonormal, the one with the largest variance first; signs are fixed.
    explained : array (n,)
        Part of the variance along each, 0 to 1.
    """

    mean: np.ndarray
    directions: np.ndarray
    explained: np.ndarray

    def project(self, rows: np.ndarray) -> np.ndarray:
        """Coordinates, float32 ``(len(rows), n)``, of vectors ``(len(rows), dim)``."""
        rows = np.asarray(rows, np.float32)
        return ((rows - self.mean) @ self.directions).astype(np.float32)


def pca(vectors: WordVectors, n: int = 3, words: Sequence[str] | None = None) -> Projection:
    """Principal components of all vectors, or of those of some words.

    From the eigenvectors of the covariance (dim, dim), added up in pieces, so the matrix is
    never copied whole.
    """
    if words is not None:
        parts = [np.array([vectors.vector(word) for word in words], np.float32)]
    else:
        parts = (rows[1:] if start == 0 else rows for start, rows in vectors.chunks())
    count, total, products = 0, np.zeros(vectors.dim), np.zeros((vectors.dim, vectors.dim))
    for rows in parts:
        count += len(rows)
        total += rows.sum(axis=0, dtype=np.float64)
        # A few thousand rows at a time: float32 sums of more would lose digits.
        for start in range(0, len(rows), 4096):
            piece = rows[start : start + 4096].astype(np.float64)
            products += piece.T @ piece
    if count < 2:
        raise ValueError("A projection needs at least two words.")
    mean = total / count
    values, directions = np.linalg.eigh(products / count - np.outer(mean, mean))
    values = np.maximum(values[::-1], 0)
    directions = directions[:, ::-1][:, : min(n, vectors.dim)]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    whole = values.sum()
    explained = values[: directions.shape[1]] / whole if whole else np.zeros(directions.shape[1])
    return Projection(mean.astype(np.float32), directions.astype(np.float32), explained)
