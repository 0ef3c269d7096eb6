"""Maps of word vectors: PCA at once, t-SNE in the background, and what a map keeps.

t-SNE is scikit-learn's, imported when the first map is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from seqlib.i18n import Later
from seqlib.vectors import Projection, WordVectors, pca

MOST_WORDS = 2_000
LEAST_WORDS = 5
ITERATIONS = 750

# One map at a time for the whole process; readers take turns.
_worker = ThreadPoolExecutor(1, thread_name_prefix="seqlib-map")


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32; zeros stay zeros. Near on the sphere is near by cosine."""
    rows = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def directions(words: Sequence[str], rows: np.ndarray, n: int = 2) -> tuple[np.ndarray, Projection]:
    """PCA of some vectors: coordinates (len(words), n), and the projection itself."""
    found = pca(WordVectors.of(words, rows), n)
    return found.project(rows), found


def tsne(rows: np.ndarray, n: int = 2, *, perplexity: float = 30.0, seed: int = 0) -> np.ndarray:
    """t-SNE coordinates, float32 (len(rows), n), of vectors (len(rows), dim); n is 2 or 3.

    ``perplexity`` is about how many neighbours each word tries to keep. Starts from PCA, so
    the same seed gives the same map.

    Raises
    ------
    ValueError
        If there are too few words for it, or too many.
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
    # scikit-learn asks for fewer neighbours than there are words.
    perplexity = min(perplexity, (len(rows) - 1) / 3)
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # On a shared machine its threads wait for each other longer than the work takes.
    with threadpool_limits(1):
        made = TSNE(
            n, perplexity=perplexity, init="pca", random_state=seed, max_iter=ITERATIONS, n_jobs=1
        )
        return made.fit_transform(rows).astype(np.float32)


def tsne_later(
    rows: np.ndarray, n: int = 2, *, perplexity: float = 30.0, seed: int = 0
) -> Future[np.ndarray]:
    """``tsne`` in the background; the future has its result or its error."""
    return _worker.submit(tsne, rows, n, perplexity=perplexity, seed=seed)


def neighbours_kept(rows: np.ndarray, points: np.ndarray, k: int = 10) -> float:
    """Share of each word's k nearest by cosine that are also its k nearest on a map, 0 to 1."""
    k = min(k, len(rows) - 1)
    if k < 1:
        return float("nan")
    near = unit(rows)
    points = np.asarray(points, np.float64)
    kept = 0
    squares = (points**2).sum(axis=1)
    for at in range(len(rows)):
        in_space = -(near @ near[at])
        on_map = squares - 2 * points @ points[at]
        in_space[at] = on_map[at] = np.inf
        kept += len(
            np.intersect1d(np.argpartition(in_space, k - 1)[:k], np.argpartition(on_map, k - 1)[:k])
        )
    return kept / (k * len(rows))
