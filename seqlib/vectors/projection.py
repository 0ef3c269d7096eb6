"""Project word vectors onto maps of two or three dimensions: PCA at once, t-SNE in the background.

t-SNE is scikit-learn's, imported when the first map is asked for.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from seqlib.i18n import Later
from seqlib.vectors.wordvectors import unit

MOST_WORDS = 2_000
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
    map starts from PCA, so the same seed gives the same map.

    Raises
    ------
    ValueError
        If there are too few or too many words.
    """
    rows = np.asarray(rows, np.float32)
    if not LEAST_WORDS <= len(rows) <= MOST_WORDS:
        raise ValueError(
            Later(
                "t-SNE is made of {least} to {most:,} words here, not {n:,}.",
                {"least": LEAST_WORDS, "most": MOST_WORDS, "n": len(rows)},
            )
        )
    if n not in (2, 3):
        raise ValueError(Later("A map has 2 or 3 dimensions, not {n}.", {"n": n}))
    # scikit-learn requires a perplexity below the number of words.
    perplexity = min(perplexity, (len(rows) - 1) / 3)
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

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


def neighbours_kept(rows: np.ndarray, points: np.ndarray, k: int = 10) -> float:
    """Compute the share of each word's k nearest by cosine that are its k nearest on a map.

    ``rows`` (n, dim) are the vectors, ``points`` (n, 2 or 3) the map; NaN for a single word.
    """
    k = min(k, len(rows) - 1)
    if k < 1:
        return float("nan")
    rows = unit(rows)
    points = np.asarray(points, np.float64)
    kept = 0
    squares = (points**2).sum(axis=1)
    for at in range(len(rows)):
        in_space = -(rows @ rows[at])
        on_map = squares - 2 * points @ points[at]
        in_space[at] = on_map[at] = np.inf
        kept += len(
            np.intersect1d(np.argpartition(in_space, k - 1)[:k], np.argpartition(on_map, k - 1)[:k])
        )
    return kept / (k * len(rows))
