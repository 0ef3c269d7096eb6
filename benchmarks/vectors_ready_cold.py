"""A new process: importing the vectors, opening GloVe's 400,000 words, the first neighbours."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks._result import Result
from benchmarks._vectors import in_a_new_process
from seqlib.vectors import load

ROUNDS = 5
OURS = """
import time
began = time.perf_counter()
from seqlib.vectors import load
assert [near.word for near in load().neighbours("king", 2)] == ["prince", "queen"]
print(time.perf_counter() - began)
"""
THEIRS = """
import time
began = time.perf_counter()
import numpy as np
from pyarrow import parquet
from seqlib.vectors.glove import INDEX, ROWS, package_folder
words = parquet.read_table(package_folder() / INDEX).column(0).to_pylist()
index = {word: row for row, word in enumerate(words)}
matrix = np.load(package_folder() / ROWS)
cosine = matrix @ matrix[index["king"]] / np.linalg.norm(matrix, axis=1)
assert [words[row] for row in np.argsort(-cosine)[1:3]] == ["prince", "queen"]
print(time.perf_counter() - began)
"""


def measure() -> Result:
    assert np.asarray(load().matrix[:2]).shape == (2, 50)  # the file is in the system's cache
    times = [(in_a_new_process(OURS), in_a_new_process(THEIRS)) for _ in range(ROUNDS)]
    return Result(
        ours=statistics.median(first for first, _ in times),
        peer=statistics.median(second for _, second in times),
        peer_name="its two files read with pyarrow and NumPy, words in a dictionary",
        unit="s",
        goal=0.5,
        goal_on="ours",
    )
