"""Prepare a large matrix for drawing: orders of its rows, and views of a bounded size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from seqlib.i18n import N_
from seqlib.vectors.rows import Rows
from seqlib.vectors.wordvectors import CHUNK_ROWS, WordVectors, unit

MOST_CELLS = 100_000
CLUSTERS = 48
SAMPLE = 8_000


class View(NamedTuple):
    """A range of the matrix's rows in some order, summarised in at most ``bins`` rows.

    Attributes
    ----------
    values : array (rows, dim), float32
        Exact values, or a statistic of the rows in a bin.
    edges : int array (rows + 1,)
        Bin r has the positions ``edges[r]`` to ``edges[r + 1] - 1`` of the order.
    indices : int array (rows,)
        First row of the matrix in each bin.
    labels : tuple of str
        The word of each row if bins are single rows, else each bin's first and last word.
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


# name -> how several rows are summarised: their mean; the typical size of a value, whatever its
# sign; the value furthest from zero.
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
STATISTICS: dict[str, Statistic] = {
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
    """Summarise the positions ``start`` to ``stop - 1`` of an order in at most ``bins`` rows.

    Parameters
    ----------
    start, stop : int
        Positions in the order, clipped to its length. Position 0 is the padding row.
    bins : int
        At most this many rows; fewer if they would have more than 100,000 cells.
    order : int array (len(vectors) + 1,), optional
        Row of the matrix at each position, as ``row_order`` returns; by default 0, 1, 2, ….
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
    how = edges, order, STATISTICS[statistic]
    matrix = vectors.matrix
    values = _by_columns(matrix, *how) if isinstance(matrix, Rows) else _by_rows(matrix, *how)
    lasts = edges[1:] - 1 if order is None else order[edges[1:] - 1]
    labels = tuple(
        f"{vectors.word(first)} … {vectors.word(last)}" if first != last else vectors.word(first)
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
    )
    return View(values.astype(np.float32), edges, firsts, labels, False)


def _by_columns(
    matrix: Rows, edges: np.ndarray, order: np.ndarray | None, summarise: Statistic
) -> np.ndarray:
    """Summarise each bin, (bins, dim), one dimension of all rows after another.

    So GloVe's file is stored.
    """
    part = slice(int(edges[0]), int(edges[-1]))
    places = part if order is None else order[part]
    columns = (matrix.column(dimension)[places] for dimension in range(matrix.shape[1]))
    starts, sizes = edges[:-1] - edges[0], np.diff(edges)
    return np.concatenate(
        [summarise(np.asarray(column, np.float32)[:, None], starts, sizes) for column in columns],
        axis=1,
    )


def _by_rows(
    matrix: np.ndarray, edges: np.ndarray, order: np.ndarray | None, summarise: Statistic
) -> np.ndarray:
    """Summarise each bin of a matrix that is stored row by row, (bins, dim)."""
    matrix = np.asarray(matrix)
    found = []
    bins, low = len(edges) - 1, 0
    while low < bins:
        # Some bins at a time: a copy of the whole matrix would not fit the processor's cache.
        high = int(np.searchsorted(edges, edges[low] + CHUNK_ROWS // 8, "right")) - 1
        high = min(max(high, low + 1), bins)
        part = slice(int(edges[low]), int(edges[high]))
        # take is more than twice as fast as indexing with an array here.
        rows = matrix[part] if order is None else np.take(matrix, order[part], axis=0)
        starts, sizes = edges[low:high] - edges[low], np.diff(edges[low : high + 1])
        found.append(summarise(np.asarray(rows, np.float32), starts, sizes))
        low = high
    return np.concatenate(found)


def _distance(vectors: WordVectors, word: str | None) -> np.ndarray:
    if word is None:
        raise ValueError("Say to which word the rows are to be similar.")
    return -vectors.similarities(word)  # NaN for a row of zeros, which sorts last


# name -> what the rows are sorted by, ascending. GloVe and word2vec write the commonest words
# first, and so do the shipped vectors.
ORDERS: dict[str, Callable[[WordVectors, str | None], np.ndarray]] = {
    N_("index"): lambda vectors, _word: np.arange(len(vectors.matrix)),
    N_("frequency"): lambda vectors, _word: np.arange(len(vectors.matrix)),
    N_("alphabet"): lambda vectors, _word: np.array(["", *vectors.words], object),
    N_("similarity"): _distance,
    N_("cluster"): lambda vectors, _word: clusters(vectors),
    N_("length"): lambda vectors, _word: -vectors.norms,
}


def row_order(vectors: WordVectors, by: str, word: str | None = None) -> np.ndarray:
    """Sort the rows of the matrix, int64 (len(vectors) + 1,); the padding row comes first.

    ``by`` is a key of ``ORDERS``. "frequency" is the order of the file, as the usual tools write
    the commonest words first; "length" sorts from the longest vector to the shortest;
    "similarity" compares with ``word`` and raises ``ValueError`` if there is none.
    """
    return np.concatenate([[0], np.argsort(ORDERS[by](vectors, word)[1:], kind="stable") + 1])


def clusters(vectors: WordVectors, count: int = CLUSTERS) -> np.ndarray:
    """Cluster the rows by direction: a number for each row, int (len(vectors) + 1,).

    Spherical k-means on a sample of the rows finds the centres; every row gets its nearest.
    Centres are numbered along a path to the nearest centre not yet on it, so clusters with
    neighbouring numbers are similar.
    """
    rng = np.random.default_rng(0)
    total = len(vectors.matrix)
    if total <= 2:
        return np.zeros(total, np.int64)
    chosen = np.sort(rng.choice(np.arange(1, total), min(SAMPLE, total - 1), replace=False))
    sample = unit(np.array(vectors.matrix[chosen], np.float32))
    count = min(count, len(sample))
    centres = sample[rng.choice(len(sample), count, replace=False)]
    for _ in range(12):
        nearest = (sample @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        filled = np.abs(sums).sum(axis=1) > 0
        centres[filled] = unit(sums[filled])
    path = [0]
    likeness = centres @ centres.T
    while len(path) < count:
        scores = likeness[path[-1]].copy()
        scores[path] = -np.inf
        path.append(int(scores.argmax()))
    centres = centres[path]
    return np.concatenate([(rows @ centres.T).argmax(axis=1) for _, rows in vectors.chunks()])
