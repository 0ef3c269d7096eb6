"""Make rows for Chinese words: each is the mean of the rows of the English words it means.

So Chinese words stand in the space of English vectors, whatever their length, and a network that
was trained on English reads them. The table of meanings is ``seqlib.text.chinese``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from seqlib.text.chinese import TABLE, chinese_words
from seqlib.vectors.rows import Rows

FEW = 1000  # rows that are made alone; for more, all are made and kept


class Matrix(Protocol):
    """Rows that are found by their numbers."""

    def __getitem__(self, rows: np.ndarray, /) -> np.ndarray: ...


class MadeRows:
    """The rows of the Chinese table's words, (n, dim), a part for ``Rows``; made when first read.

    Parameters
    ----------
    matrix : array or Rows (rows, dim)
        The English words' rows.
    row_of : callable
        Returns the row of an English word in ``matrix``, or 0.

    A word whose English words have no row, and a particle such as 的, has a row of zeros.
    """

    def __init__(self, matrix: np.ndarray | Rows, row_of: Callable[[str], int]) -> None:
        self._matrix, self._english = matrix, cache(row_of)
        self.shape = (TABLE.read_bytes().count(b"\n"), matrix.shape[1])
        self.dtype = np.dtype(np.float32)
        self.size = self.shape[0] * self.shape[1]
        self.nbytes = self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: int | slice | np.ndarray) -> np.ndarray:
        asked = np.arange(len(self))[rows]
        if asked.size > FEW or "values" in self.__dict__:
            return self.values[rows]
        places, which = np.unique(asked, return_inverse=True)
        return self.of(places, self._matrix)[which.reshape(asked.shape)]

    @cached_property
    def values(self) -> np.ndarray:
        """All rows, float32 (n, dim)."""
        made = self.of(np.arange(len(self)), self._matrix)
        made.flags.writeable = False
        return made

    def of(self, places: np.ndarray, matrix: Matrix) -> np.ndarray:
        """Make the rows (n, dim) of the words at ``places`` (n,) from those of ``matrix``."""
        meanings = [chinese_words().meanings[place] for place in places.tolist()]
        parts = " ".join(filter(None, meanings)).split(" ") if any(meanings) else []
        rows = np.array([self._english(word) for word in parts[::2]], int)
        shares = np.array(parts[1::2], np.float32)[rows > 0, None]
        lengths = [meaning.count(" ") // 2 + 1 if meaning else 0 for meaning in meanings]
        owners = np.repeat(np.arange(len(meanings)), lengths)[rows > 0]
        made = np.zeros((len(meanings), self.shape[1]), np.float32)
        if len(owners):
            firsts = np.flatnonzero(np.diff(owners, prepend=-1))
            english = np.asarray(matrix[rows[rows > 0]], np.float32)
            sums = np.add.reduceat(english * shares, firsts)
            made[owners[firsts]] = sums / np.add.reduceat(shares, firsts)
        return made

    def find(self, word: str) -> int | None:
        """Return where a Chinese word's row stands here; −1 if it is zeros, None if it has none."""
        place = chinese_words().places.get(word)
        if place is None:
            return None
        meaning = chinese_words().meaning(place)
        return place if any(self._english(english) for english, _share in meaning) else -1
