"""Opening 400,000 vectors that have been read before, and looking one word up."""

from __future__ import annotations

import pickle

import numpy as np

from benchmarks._result import Result, median_seconds
from benchmarks._vectors import SOME_WORDS, empty_cache, glove_file, usual_loop
from seqlib.vectors import load


def measure() -> Result:
    path = glove_file()
    word = SOME_WORDS[-1]
    with empty_cache() as cache:
        load(path, cache=cache)
        pickled = cache / "vectors.pickle"
        pickled.write_bytes(pickle.dumps(usual_loop(path), pickle.HIGHEST_PROTOCOL))

        def ours() -> np.ndarray:
            return load(path, cache=cache).vector(word)

        def unpickled() -> np.ndarray:
            with pickled.open("rb") as file:
                return pickle.load(file)[0][word]

        assert np.array_equal(ours(), unpickled().astype(np.float32))
        return Result(
            ours=median_seconds(ours, 20) * 1000,
            peer=median_seconds(unpickled, 3) * 1000,
            peer_name="the loop's dictionaries, pickled",
            unit="ms",
            goal=100,
            goal_on="ours",
        )
