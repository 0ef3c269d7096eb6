"""Project word vectors onto maps of two or three dimensions: PCA at once, t-SNE in the background.

t-SNE is scikit-learn's, imported when the first map is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from seqlib.i18n import InputError
from seqlib.vectors.wordvectors import unit

MOST_WORDS = 2_000  # of t-SNE
MOST_POINTS = 20_000
MOST_PAIRS = 10_000_000  # of words compared to say how well a map keeps neighbours
LEAST_WORDS = 5
ITERATIONS = 750

# One map at a time for the whole process; readers take turns.
_worker = ThreadPoolExecutor(1, thread_name_prefix="seqlib-map")


@dataclass(frozen=True, eq=False)
class Projection:
    """The directions in which some vectors differ most.

    Attributes
    ----------
    mean : array (dim,)
    directions : array (dim, n)
        Orthonormal, the one with the largest variance first; signs are fixed.
    explained : array (n,)
        Part of the variance along each direction, 0 to 1.
    """

    mean: np.ndarray
    directions: np.ndarray
    explained: np.ndarray

    def project(self, rows: np.ndarray) -> np.ndarray:
        """Compute the coordinates, float32 (len(rows), n), of vectors (len(rows), dim)."""
        rows = np.asarray(rows, np.float32)
        return ((rows - self.mean) @ self.directions).astype(np.float32)


def pca(rows: np.ndarray, n: int = 2) -> Projection:
    """Find the first n principal components of vectors (len(rows), dim).

    There are fewer than n if there are fewer rows or dimensions. Raises ``ValueError`` for
    fewer than two rows.
    """
    rows = np.asarray(rows, np.float64)
    if len(rows) < 2:
        raise ValueError("A projection needs at least two words.")
    mean = rows.mean(axis=0)
    rows = rows - mean
    if len(rows) < rows.shape[1]:
        # The covariance (dim, dim) would take far more memory and time than the rows.
        _left, singular, right = np.linalg.svd(rows, full_matrices=False)
        variances, directions = singular**2, right.T
    else:
        variances, directions = np.linalg.eigh(rows.T @ rows)
        variances, directions = np.maximum(variances[::-1], 0), directions[:, ::-1]
    directions = directions[:, :n]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    explained = variances[:n] / (variances.sum() or 1)
    return Projection(mean.astype(np.float32), directions.astype(np.float32), explained)


def tsne(rows: np.ndarray, n: int = 2, *, perplexity: float = 30.0, seed: int = 0) -> np.ndarray:
    """Compute t-SNE coordinates, float32 (len(rows), n), of vectors (len(rows), dim).

    ``n`` is 2 or 3. ``perplexity`` is about how many neighbours each word tries to keep. The
    map starts from PCA, so the same seed gives the same map. Raises ``ValueError`` if there are
    too few or too many words.
    """
    rows = np.asarray(rows, np.float32)
    if not LEAST_WORDS <= len(rows) <= MOST_WORDS:
        raise InputError(
            "t-SNE is made of {least} to {most:,} words here, not {n:,}.",
            least=LEAST_WORDS,
            most=MOST_WORDS,
            n=len(rows),
        )
    if n not in (2, 3):
        raise InputError("A map has 2 or 3 dimensions, not {n}.", n=n)
    # scikit-learn requires a perplexity below the number of words.
    perplexity = min(perplexity, (len(rows) - 1) / 3)
    from sklearn.manifold import TSNE

    # On a busy machine BLAS threads wait for each other longer than the work takes.
    with threadpool_limits(1):
        model = TSNE(
            n, perplexity=perplexity, init="pca", random_state=seed, max_iter=ITERATIONS, n_jobs=1
        )
        return model.fit_transform(rows).astype(np.float32)


def tsne_later(
    rows: np.ndarray, n: int = 2, *, perplexity: float = 30.0, seed: int = 0
) -> Future[np.ndarray]:
    """Run ``tsne`` on the worker thread; the future has its result or its error."""
    return _worker.submit(tsne, rows, n, perplexity=perplexity, seed=seed)


def along_pairs(rows: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Compute the cosine of vectors with the step from each pair's first word to its second.

    ``rows`` (n, dim) are vectors, ``pairs`` (axes, 2, dim) those of the pairs; gives float32
    (n, axes), 0 where a vector or a step is zero.
    """
    return unit(rows) @ unit(pairs[:, 1] - pairs[:, 0]).T


@dataclass(frozen=True)
class Region:
    """A part of a map: the words that name it, and its middle.

    Attributes
    ----------
    words : tuple of str
        The most typical of its words, the most typical first.
    middle : tuple of float
        Coordinates on the map.
    size : int
        How many words lie in it.
    """

    words: tuple[str, ...]
    middle: tuple[float, ...]
    size: int


def regions(
    rows: np.ndarray, points: np.ndarray, words: Sequence[str], count: int = 40, named_by: int = 3
) -> tuple[tuple[Region, ...], np.ndarray]:
    """Divide a map into regions by k-means, and name each by its most typical words.

    Parameters
    ----------
    rows : array (n, dim)
        Unit vectors; the words nearest to the mean of a region's vectors name it.
    points : array (n, 2 or 3)
    words : sequence of n str
    count : int
        At most this many regions.

    Returns
    -------
    tuple of Region, int array (n,)
        And the region of each word.
    """
    points = np.asarray(points, np.float32)
    rng = np.random.default_rng(0)
    centres = points[rng.choice(len(points), min(count, len(points)), replace=False)]
    for _ in range(12):
        nearest = _nearest(points, centres)
        sizes = np.bincount(nearest, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, points)
        centres = np.where(sizes[:, None], sums / np.maximum(sizes, 1)[:, None], centres)
    nearest = _nearest(points, centres)
    found = []
    for number in range(len(centres)):
        inside = np.flatnonzero(nearest == number)
        likeness = rows[inside] @ rows[inside].mean(axis=0) if len(inside) else np.zeros(0)
        best = inside[np.argsort(-likeness, kind="stable")[:named_by]]
        middle = np.median(points[inside], axis=0) if len(inside) else centres[number]
        named = tuple(words[at] for at in best.tolist())
        found.append(Region(named, tuple(middle.tolist()), len(inside)))
    return tuple(found), nearest


def _nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the index of each point's nearest centre, (n,)."""
    return ((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1)


def neighbours_kept(rows: np.ndarray, points: np.ndarray, k: int = 10) -> float:
    """Compute the share of each word's k nearest by cosine that are its k nearest on a map.

    ``rows`` (n, dim) are the vectors, ``points`` (n, 2 or 3) the map; NaN for a single word.
    Of many words only ``words_asked`` are compared, evenly spaced, so that it takes no longer.
    """
    k = min(k, len(rows) - 1)
    if k < 1:
        return float("nan")
    rows = unit(rows)
    points = np.asarray(points, np.float32) - np.mean(points, axis=0, dtype=np.float32)
    squares = (points**2).sum(axis=1)
    asked = np.linspace(0, len(rows) - 1, words_asked(len(rows))).astype(int)
    kept = 0
    with threadpool_limits(1):
        for some in np.array_split(asked, -(-len(asked) // 100)):
            in_space = _lowest(-(rows[some] @ rows.T), some, k)
            on_map = _lowest(squares - 2 * points[some] @ points.T, some, k)
            kept += int((in_space[:, :, None] == on_map[:, None, :]).sum())
    return kept / (k * len(asked))


def words_asked(n: int) -> int:
    """Return of how many of n words ``neighbours_kept`` compares the neighbours."""
    return min(n, MOST_PAIRS // n)


def _lowest(scores: np.ndarray, own: np.ndarray, k: int) -> np.ndarray:
    """Return the indices of the k lowest of each row, (n, k), leaving out the row's own."""
    scores[np.arange(len(own)), own] = np.inf
    return np.argpartition(scores, k - 1, axis=1)[:, :k]
