"""Look up words in a long vocabulary that opens at once: its text and a sorted array of codes.

A list or dictionary of 400,000 Python strings takes a tenth of a second to make, and most
readers look up a few words only.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, overload

import numpy as np

from seqlib.vectors.rows import Rows


def codes_of(words: list[bytes]) -> np.ndarray:
    """Compute a 32-bit code of each word, the same in every process, uint32 (len(words),)."""
    return np.fromiter(map(zlib.crc32, words), np.uint32, len(words))


class Words(Sequence[str]):
    """The words of a vocabulary in the order of its rows; position 0 is the word of row 1.

    Parameters
    ----------
    text : array of uint8
        The words in UTF-8, each followed by a line end.
    codes, positions : arrays, optional
        The words' codes in ascending order, and the position of each; made when needed.
    """

    def __init__(
        self,
        text: np.ndarray,
        codes: np.ndarray | None = None,
        positions: np.ndarray | None = None,
    ) -> None:
        self._text = np.asarray(text)  # indexing a memory map itself takes several times as long
        self._ends = np.flatnonzero(text == 10)
        self._stored = None if codes is None or positions is None else (codes, positions)

    @classmethod
    def of(cls, words: Sequence[str]) -> Words:
        """Make a vocabulary of strings; raises ``ValueError`` if one contains a line end."""
        text = "".join(f"{word}\n" for word in words).encode("utf-8")
        made = cls(np.frombuffer(text, np.uint8))
        if len(made) != len(words):
            raise ValueError("A word contains a line break; remove it.")
        return made

    @cached_property
    def _index(self) -> tuple[np.ndarray, np.ndarray]:
        if self._stored is not None:
            return self._stored
        codes = codes_of(self._text.tobytes().split(b"\n")[:-1])
        positions = np.argsort(codes, kind="stable")
        return codes[positions], positions

    def _bytes(self, position: int) -> bytes:
        start = self._ends[position - 1] + 1 if position else 0
        return self._text[start : self._ends[position]].tobytes()

    def find(self, word: str) -> int:
        """Return the position of a word, or -1."""
        try:
            sought = word.encode("utf-8")
        except UnicodeEncodeError:
            return -1
        codes, positions = self._index
        # A uint32, or NumPy would convert the whole array for the comparison.
        code = np.uint32(zlib.crc32(sought))
        at = int(np.searchsorted(codes, code))
        while at < len(codes) and codes[at] == code:
            if self._bytes(position := int(positions[at])) == sought:
                return position
            at += 1
        return -1

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...
    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        if isinstance(position, slice):
            start, stop, step = position.indices(len(self))
            if step == 1 and start < stop:
                first = self._ends[start - 1] + 1 if start else 0
                text = self._text[first : self._ends[stop - 1]].tobytes()
                return tuple(text.decode("utf-8").split("\n"))
            return tuple(self[at] for at in range(start, stop, step))
        return self._bytes(range(len(self))[position]).decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) >= 0

    def __repr__(self) -> str:
        return f"Words({len(self):,})"


Value = TypeVar("Value")


class _ByWord(Mapping[str, Value]):
    """A mapping whose keys are the words of a vocabulary."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def _row(self, word: str) -> int:
        if not isinstance(word, str) or (position := self._words.find(word)) < 0:
            raise KeyError(word)
        return position + 1


class WordToIndex(_ByWord[int]):
    """The row of each word, from 1; row 0 is padding. As the seed's ``word_to_index``.

    ``made`` returns the row of a word that is not in the vocabulary, or None. Such words are
    found, but neither counted nor listed.
    """

    def __init__(self, words: Words, made: Callable[[str], int | None]) -> None:
        super().__init__(words)
        self._made = made

    def __getitem__(self, word: str) -> int:
        try:
            return self._row(word)
        except KeyError:
            row = self._made(word) if isinstance(word, str) else None
            if row is None:
                raise
            return row

    def items(self) -> ItemsView[str, int]:
        """Return the pairs of word and row, in the order of the rows."""
        return dict(zip(self._words, range(1, len(self) + 1), strict=True)).items()


class WordToVec(_ByWord[np.ndarray]):
    """The vector (dim,) of each word, a view. As the seed's ``word_to_vec_map``."""

    def __init__(self, words: Words, matrix: np.ndarray | Rows) -> None:
        super().__init__(words)
        self._matrix = matrix

    def __getitem__(self, word: str) -> np.ndarray:
        return self._matrix[self._row(word)]
