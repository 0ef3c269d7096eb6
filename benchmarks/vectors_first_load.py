"""Reading a GloVe file of 400,000 words for the first time, against the usual loop."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks._result import Result
from benchmarks._vectors import (
    SOME_WORDS,
    WORDS,
    empty_cache,
    glove_file,
    in_a_new_process,
    usual_loop,
)
from seqlib.vectors import load

ROUNDS = 5
OURS = """
from benchmarks._result import seconds
from benchmarks._vectors import SOME_WORDS, empty_cache, glove_file
from seqlib.vectors import load
with empty_cache() as cache:
    print(seconds(lambda: load(glove_file(), cache=cache).word_to_index[SOME_WORDS[-1]]))
"""
THEIRS = """
from benchmarks._result import seconds
from benchmarks._vectors import glove_file, usual_loop
kept = []
print(seconds(lambda: kept.append(usual_loop(glove_file()))))
"""


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

    # Each in a process of its own, whose memory is not yet used, and in turn, so that whatever
    # else the machine does falls on both.
    times = [(in_a_new_process(OURS), in_a_new_process(THEIRS)) for _ in range(ROUNDS)]
    return Result(
        ours=statistics.median(first for first, _ in times),
        peer=statistics.median(second for _, second in times),
        peer_name="the usual line-by-line dictionary loop",
        unit="s",
        goal=5,
    )
