"""A file of the size of GloVe's, made here, and the loop with which such files are usually read."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

WORDS, DIM, SEED = 400_000, 50, 6
FOLDER = Path(tempfile.gettempdir()) / "seqscope-benchmarks"
SOME_WORDS = [f"word{number:x}" for number in range(1, WORDS, 7919)]


def glove_file() -> Path:
    """400,000 words with 50 values of five digits; made once and left in the temporary folder."""
    path = FOLDER / f"glove-{WORDS}x{DIM}-{SEED}.txt"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        rng = np.random.default_rng(SEED)
        line = " ".join(["%.5g"] * DIM)
        partial = path.with_suffix(f".{os.getpid()}")
        with partial.open("w") as file:
            for first in range(0, WORDS, 10_000):
                for row, values in enumerate(rng.normal(0, 0.4, (10_000, DIM)).tolist()):
                    file.write(f"word{first + row:x} {line % tuple(values)}\n")
        partial.replace(path)
    return path


def usual_loop(path: Path) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """``word_to_vec_map`` and ``word_to_index``, a line at a time."""
    word_to_vec_map, word_to_index = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            word, *values = line.split()
            word_to_vec_map[word] = np.array(values, dtype=np.float64)
            word_to_index[word] = len(word_to_index) + 1
    return word_to_vec_map, word_to_index


@contextmanager
def empty_cache() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="seqscope-") as folder:
        yield Path(folder)


def in_a_new_process(code: str) -> float:
    """The number that the code prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def peak_megabytes(code: str) -> float:
    """The most memory a new process held at once that ran ``code``, all of it counted."""
    return in_a_new_process(f"{code}\nfrom benchmarks._vectors import peak\nprint(peak())")


def peak() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held at the fork
        line = next(line for line in status.read_text().splitlines() if "VmHWM" in line)
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
