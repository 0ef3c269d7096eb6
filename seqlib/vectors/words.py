"""A long list of words that opens at once: the text itself, and a sorted array of codes.

A list of 400,000 Python strings or a dictionary of them takes a tenth of a second to make;
most visitors look up a handful of words.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np


def codes_of(words: list[bytes]) -> np.ndarray:
    """A 32-bit code of each word, the same in every process, uint32 ``(len(words),)``."""
    return np.fromiter(map(zlib.crc32, words), np.uint32, len(words))


class Words(Sequence[str]):
    """The words of a vocabulary in the order of its rows; place 0 is the word of row 1.

    Parameters
    ----------
    text : array of uint8
        The words in UTF-8, each followed by a line end.
    codes, places : arrays, optional
        The words' codes in ascending order, and the place of each; made when needed.
    """

    def __init__(
        self,
        text: np.ndarray,
        codes: np.ndarray | None = None,
        places: np.ndarray | None = None,
    ) -> None:
        self._text = text
        self._ends = np.flatnonzero(text == 10)
        self._given = (codes, places) if codes is not None and places is not None else None

    @classmethod
    def of(cls, words: Sequence[str]) -> Words:
        """From strings; none may contain a line end."""
        text = "".join(f"{word}\n" for word in words).encode("utf-8")
        made = cls(np.frombuffer(text, np.uint8))
        if len(made) != len(words):
            raise ValueError("A word contains a line break; remove it.")
        return made

    @cached_property
    def _index(self) -> tuple[np.ndarray, np.ndarray]:
        if self._given is not None:
            return self._given
        codes = codes_of(self._text.tobytes().split(b"\n")[:-1])
        places = np.argsort(codes, kind="stable")
        return codes[places], places

    def _bytes(self, place: int) -> bytes:
        start = self._ends[place - 1] + 1 if place else 0
        return self._text[start : self._ends[place]].tobytes()

    def find(self, word: str) -> int:
        """The place of a word, or -1."""
        try:
            sought = word.encode("utf-8")
        except UnicodeEncodeError:
            return -1
        codes, places = self._index
        # As uint32, or NumPy would convert the whole array to compare it.
        code = np.uint32(zlib.crc32(sought))
        at = int(np.searchsorted(codes, code))
        while at < len(codes) and codes[at] == code:
            if self._bytes(place := int(places[at])) == sought:
                return place
            at += 1
        return -1

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place):
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1 and start < stop:
                first = self._ends[start - 1] + 1 if start else 0
                text = self._text[first : self._ends[stop - 1]].tobytes()
                return tuple(text.decode("utf-8").split("\n"))
            return tuple(self[at] for at in range(start, stop, step))
        place = range(len(self))[place]
        return self._bytes(place).decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) >= 0

    def index(self, word: str, *bounds: int) -> int:
        if bounds:
            return self[:].index(word, *bounds)
        if (place := self.find(word)) < 0:
            raise ValueError(f"{word!r} is not in the vocabulary.")
        return place

    def __repr__(self) -> str:
        return f"Words({len(self):,})"


class WordToIndex(Mapping[str, int]):
    """The row of each word, from 1; row 0 is padding. As the seed's ``word_to_index``."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __getitem__(self, word: str) -> int:
        if not isinstance(word, str) or (place := self._words.find(word)) < 0:
            raise KeyError(word)
        return place + 1

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def items(self):
        """Pairs of word and row, in the order of the rows."""
        return dict(zip(self._words, range(1, len(self) + 1), strict=True)).items()


class WordToVec(Mapping[str, np.ndarray]):
    """The vector ``(dim,)`` of each word. As the seed's ``word_to_vec_map``, without its copy."""

    def __init__(self, words: Words, matrix: np.ndarray) -> None:
        self._words, self._matrix = words, matrix

    def __getitem__(self, word: str) -> np.ndarray:
        if not isinstance(word, str) or (place := self._words.find(word)) < 0:
            raise KeyError(word)
        return self._matrix[place + 1]

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)
