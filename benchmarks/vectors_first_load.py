"""Reading a GloVe file of 400,000 words for the first time, against the usual loop."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks._result import Result, seconds
from benchmarks._vectors import SOME_WORDS, WORDS, empty_cache, glove_file, usual_loop
from seqlib.vectors import load

ROUNDS = 3


def measure() -> Result:
    path = glove_file()
    word_to_vec_map, word_to_index = usual_loop(path)
    with empty_cache() as cache:
        vectors = load(path, cache=cache)
        assert len(vectors) == len(word_to_index) == WORDS
        for word in SOME_WORDS:
            assert vectors.word_to_index[word] == word_to_index[word]
            assert np.array_equal(vectors.vector(word), word_to_vec_map[word].astype(np.float32))
    del word_to_vec_map, word_to_index

    def ours() -> float:
        with empty_cache() as cache:
            return seconds(lambda: load(path, cache=cache).word_to_index[SOME_WORDS[-1]])

    # In turn, so that whatever else the machine does falls on both.
    times = [(ours(), seconds(lambda: usual_loop(path))) for _ in range(ROUNDS)]
    return Result(
        ours=statistics.median(first for first, _ in times),
        peer=statistics.median(second for _, second in times),
        peer_name="the usual line-by-line dictionary loop",
        unit="s",
        goal=5,
    )
