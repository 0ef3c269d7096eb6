"""The memory of its own that a process takes for GloVe's 400,000 words: opened, searched, drawn."""

from __future__ import annotations

from benchmarks._result import Result
from benchmarks._vectors import in_a_new_process

OURS = """
import pathlib
import numpy as np
from seqlib.vectors import load, overview
def private():
    text = pathlib.Path("/proc/self/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0]) * 1024 / 1e6
before = private()
vectors = load()
kept = vectors.neighbours("king", 10), overview(vectors)
print(private() - before)
"""
THEIRS = """
import pathlib
import numpy as np
from pyarrow import parquet
from seqlib.vectors.glove import INDEX, ROWS, package_folder
def private():
    text = pathlib.Path("/proc/self/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0]) * 1024 / 1e6
before = private()
words = parquet.read_table(package_folder() / INDEX).column(0).to_pylist()
word_to_index = {word: row for row, word in enumerate(words, 1)}
rows = np.load(package_folder() / ROWS)
matrix = np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows])
del rows
print(private() - before)
"""


def measure() -> Result:
    return Result(
        ours=in_a_new_process(OURS),
        peer=in_a_new_process(THEIRS),
        peer_name="the seed's dictionary and matrix with row 0",
        unit="MB",
        goal=60,
        goal_on="ours",
    )
