"""The ten nearest of GloVe's 400,000 words, exactly, in the full space."""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks._result import Result, median_seconds
from seqlib.vectors import load

SOME_WORDS = ("king", "happy", "cucumber", "tokyo", "baseball", "network", "music", "not")


def measure() -> Result:
    vectors = load()
    matrix = np.ascontiguousarray(vectors.matrix[1:])

    def usual(word: str) -> list[str]:
        v = matrix[vectors.word_to_index[word] - 1]
        cosine = matrix @ v / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(v))
        return [vectors.words[row] for row in np.argsort(-cosine)[1:11]]

    def ours(word: str) -> list[str]:
        return [neighbour.word for neighbour in vectors.neighbours(word, 10)]

    for word in SOME_WORDS:
        assert ours(word) == usual(word)
    mine, theirs = itertools.cycle(SOME_WORDS), itertools.cycle(SOME_WORDS)
    return Result(
        ours=median_seconds(lambda: ours(next(mine)), 50) * 1000,
        peer=median_seconds(lambda: usual(next(theirs)), 20) * 1000,
        peer_name="cosine with every row in NumPy, then argsort",
        unit="ms",
        goal=30,
        goal_on="ours",
    )
