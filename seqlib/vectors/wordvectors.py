"""Hold word vectors, a matrix with a word for each row, and compare words by cosine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from seqlib.i18n import N_, InputError, _
from seqlib.text.chinese import chinese_words, is_han
from seqlib.vectors.made import MadeRows
from seqlib.vectors.report import Report
from seqlib.vectors.rows import Rows
from seqlib.vectors.words import Words, WordToIndex, WordToVec

CHUNK_ROWS = 1 << 16
COMMONEST, MEAN_OF = 20_000, 10_000  # first words, in most files the commonest
MANY = 5000  # fewer words would mean too few Chinese ones
ENGLISH = ("the", "not", "love", "eat")  # words by which vectors of English are known


class Neighbour(NamedTuple):
    """A word near another: its row, and the cosine between the two vectors."""

    word: str
    row: int
    similarity: float


class Analogy(NamedTuple):
    """The vector ``b - a + c``, (dim,), and the words nearest to it."""

    target: np.ndarray
    neighbours: tuple[Neighbour, ...]


def row_norms(rows: np.ndarray) -> np.ndarray:
    """Compute the length of each row, float32 (len(rows),)."""
    rows = np.asarray(rows, np.float32)
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def unit(rows: np.ndarray) -> np.ndarray:
    """Scale vectors (…, dim) to length 1, float32; vectors of zeros stay zeros."""
    rows = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _made_row(made: MadeRows | None, before: int, word: str) -> int | None:
    """Return the row after ``before`` others of a Chinese word, 0 for a particle, else None."""
    if made is None or not is_han(word):
        return None
    place = made.find(word)
    return place if place is None else before + place if place >= 0 else 0


@dataclass(frozen=True, eq=False)
class WordVectors:
    """A vocabulary and its vectors, numbered as in the seed.

    Raises ``ValueError`` if the matrix does not have one row more than there are words.

    Attributes
    ----------
    words : sequence of str
        In the order of the rows; ``words[k]`` has row k + 1.
    matrix : array of float16 or float32, or ``Rows``, (len(words) + 1, dim)
        Row 0 is padding. Usually memory-mapped and read-only.
    report : Report, optional
        The problems found when the file was read.
    given_norms : array, optional
        Length of each row, if it is stored with the vectors.
    source : str
        Where the vectors come from and their licence, in Markdown; translated when it is shown.
    known_as : str
        The fingerprint, if it is known.
    placed : array (n, 2), optional
        The first n words on a t-SNE map, if one is shipped.
    """

    name: str
    words: Words
    matrix: np.ndarray | Rows
    report: Report | None = None
    given_norms: np.ndarray | None = None
    source: str = ""
    known_as: str = ""
    placed: np.ndarray | None = None
    _beside: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or len(self.matrix) != len(self.words) + 1:
            raise ValueError(
                f"{len(self.words):,} words need a matrix of {len(self.words) + 1:,} rows "
                f"(row 0 is padding), not one of shape {self.matrix.shape}."
            )

    @classmethod
    def of(
        cls, words: Sequence[str], vectors: np.ndarray, name: str = "own vectors"
    ) -> WordVectors:
        """Make word vectors of words and one row each, (len(words), dim), without a padding row.

        Raises ``ValueError`` if a word is repeated or the shapes do not fit.
        """
        if len(set(words)) != len(words):
            raise ValueError("A word is there twice; give each word once.")
        vectors = np.asarray(vectors, np.float32)
        if vectors.ndim != 2 or len(vectors) != len(words):
            raise ValueError(
                f"{len(words):,} words need as many rows, not an array of shape {vectors.shape}."
            )
        matrix = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), vectors])
        return cls(name, Words.of(words), matrix)

    def __len__(self) -> int:
        """Return the number of words; the padding row is not counted."""
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def __repr__(self) -> str:
        return f"WordVectors({self.name!r}, {len(self):,} words, {self.dim} dimensions)"

    @property
    def dim(self) -> int:
        """Length of a vector, ``e_length``."""
        return self.matrix.shape[1]

    @cached_property
    def word_to_index(self) -> Mapping[str, int]:
        """Row of each word, from 1; rows made for Chinese words are found too."""
        # Not a method: vectors that refer to themselves stay until Python looks for cycles.
        return WordToIndex(self.words, partial(_made_row, self.made, len(self.matrix)))

    @cached_property
    def word_to_vec_map(self) -> Mapping[str, np.ndarray]:
        """Vector of each word."""
        return WordToVec(self.words, self.matrix)

    @cached_property
    def made(self) -> MadeRows | None:
        """The rows made for Chinese words; None if these are no vectors of many English words."""
        english = len(self) >= MANY and all(word in self.words for word in ENGLISH)
        if not english or "我" in self.words:
            return None
        words = self.words
        return MadeRows(self.matrix, lambda word: words.find(word) + 1)

    @cached_property
    def table(self) -> np.ndarray | Rows:
        """The matrix and, after its last row, the rows made for Chinese words."""
        if self.made is None:
            return self.matrix
        return Rows(
            *(self.matrix.parts if isinstance(self.matrix, Rows) else [self.matrix]), self.made
        )

    @cached_property
    def chinese(self) -> WordVectors | None:
        """The Chinese words with the rows made for them, as vectors of their own."""
        if self.made is None:
            return None
        padding = np.zeros((1, self.dim), np.float32)
        words = Words.of(chinese_words().words)
        return WordVectors(N_("Chinese words"), words, Rows(padding, self.made))

    def word(self, index: int) -> str:
        """Return the word of a row; "" for the padding row."""
        if index >= len(self.matrix):
            return chinese_words().words[index - len(self.matrix)]
        return self.words[index - 1] if index else ""

    def index(self, word: str) -> int:
        """Return the row of a word as written, or else of the word in lower case.

        Raises ``KeyError``, with a sentence for the reader, if neither has a vector.
        """
        if row := self._row(word):
            return row
        raise KeyError(
            _("“{word}” has no vector in {name}; try another word.", word=word, name=_(self.name))
        )

    def _row(self, word: str) -> int:
        """Return the row of a word as ``index`` does, but 0 if it has no vector."""
        for spelling in (word, word.lower()):
            if (position := self.words.find(spelling)) >= 0:
                return position + 1
        return _made_row(self.made, len(self.matrix), word) or 0

    def vector(self, word: str) -> np.ndarray:
        """Copy the vector of a word, float32 (dim,); raises ``KeyError`` as ``index`` does."""
        return np.array(self.table[self.index(word)], np.float32)

    def indices(self, words: Sequence[str]) -> np.ndarray:
        """Return the rows of several words, int32 (len(words),); 0 for words without a vector."""
        return np.array([self._row(word) for word in words], np.int32)

    # Similarities are exact, over all dimensions.

    @cached_property
    def norms(self) -> np.ndarray:
        """Length of each row, float32 (len(self) + 1,)."""
        if self.given_norms is not None:
            return self.given_norms
        return np.concatenate([row_norms(rows) for _start, rows in self.chunks()])

    @cached_property
    def mean(self) -> np.ndarray:
        """Mean of the first ``MEAN_OF`` vectors, float32 (dim,); zeros if there is none."""
        rows = np.asarray(self.matrix[1 : MEAN_OF + 1], np.float32)
        return rows.mean(axis=0) if len(rows) else np.zeros(self.dim, np.float32)

    @cached_property
    def fingerprint(self) -> str:
        """Number of words, dimensions, and a checksum of all words and all numbers."""
        if self.known_as:
            return self.known_as
        code = zlib.crc32("\n".join(self.words).encode())
        for _start, rows in self.chunks():
            code = zlib.crc32(np.ascontiguousarray(rows).data, code)
        return f"{len(self)}x{self.dim}-{code:08x}"

    def chunks(self, most: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the matrix as float32, at most ``most`` rows at a time, and each first row's index.

        By default ``CHUNK_ROWS``.
        """
        step = most or CHUNK_ROWS
        first = 0
        for part in self.matrix.parts if isinstance(self.matrix, Rows) else (self.matrix,):
            for start in range(0, len(part), step):
                yield first + start, np.asarray(part[start : start + step], np.float32)
            first += len(part)

    def phrase(self, words: Sequence[str]) -> np.ndarray:
        """Compute the mean vector (dim,) of the words that have one; ``ValueError`` if none has."""
        if not len(words):
            raise InputError("There is no word; give at least one.")
        indices = self.indices(words)
        if not indices.any():
            shown = [f"“{word}”" for word in words]
            raise InputError("None of these words has a vector: {words}.", words=shown)
        rows = np.asarray(self.table[indices[indices > 0]], np.float32)
        return rows.mean(axis=0)

    def similarities(
        self, query: str | Sequence[str] | np.ndarray, among: int | None = None
    ) -> np.ndarray:
        """Compute the cosine of every row with a word, a phrase or a vector.

        Returns float32 (len(self) + 1,), or (among + 1,) for so many first words; NaN for row 0
        and for rows of zeros.
        """
        target = self._direction(query)
        scores = np.empty(min(len(self), len(self) if among is None else among) + 1, np.float32)
        for start, rows in self.chunks():
            if start >= len(scores):
                break
            rows = rows[: len(scores) - start]
            # Not matmul: it would start threads for a few milliseconds of work, and on a busy
            # server waiting for the threads takes ten times as long.
            np.einsum("ij,j->i", rows, target, out=scores[start : start + len(rows)])
        with np.errstate(invalid="ignore", divide="ignore"):
            scores /= self.norms[: len(scores)]
        scores[0] = np.nan
        if not target.any():
            scores[:] = np.nan
        return scores

    def neighbours(
        self,
        query: str | Sequence[str] | np.ndarray,
        k: int = 10,
        without: Sequence[str] = (),
        among: int | None = None,
    ) -> tuple[Neighbour, ...]:
        """Find the k nearest words, nearest first; the words of the query are left out.

        Parameters
        ----------
        query : str, sequence of str, or array (dim,)
            A word, a phrase (the mean of its words), or a vector.
        without : sequence of str
            Further words to leave out.
        among : int, optional
            Search only so many first words, which are the commonest in most files.
        """
        scores = self.similarities(query, among)
        own = [query] if isinstance(query, str) else [] if isinstance(query, np.ndarray) else query
        left_out = self.indices([*own, *without])
        scores[left_out[left_out < len(scores)]] = np.nan
        return self.nearest(scores, k)

    def beside(self, word: str) -> tuple[str, ...]:
        """Find the English words nearest to the row made for a Chinese word; none for another."""
        if self.word_to_index.get(word, 0) < len(self.matrix):
            return ()
        if word not in self._beside:
            near = self.neighbours(word, 5, among=COMMONEST)
            alone = (one.word for one in near if one.word.isalpha())  # not 'd of "i'd"
            self._beside[word] = tuple(alone)[:2]
        return self._beside[word]

    def nearest(self, scores: np.ndarray, k: int) -> tuple[Neighbour, ...]:
        """Find the k rows with the highest scores, highest first; rows scored NaN are left out."""
        scores = np.where(np.isnan(scores), -np.inf, scores)
        k = max(0, min(k, len(scores)))
        best = np.argpartition(-scores, k - 1)[:k]
        # Equal scores are sorted by row, so that the answer is always the same.
        best = best[np.lexsort((best, -scores[best]))]
        return tuple(
            Neighbour(self.word(int(row)), int(row), float(scores[row]))
            for row in best
            if scores[row] > -np.inf
        )

    def similarity_matrix(self, words: Sequence[str]) -> np.ndarray:
        """Compute the cosine of every pair of words, float32 (n, n); NaN for vectors of zeros."""
        rows = self._vectors(words)
        with np.errstate(invalid="ignore", divide="ignore"):
            rows = rows / row_norms(rows)[:, None]
            return np.clip(rows @ rows.T, -1, 1)

    def analogy(
        self,
        a: str,
        b: str,
        c: str,
        k: int = 5,
        *,
        keep_inputs: bool = False,
        among: int | None = None,
    ) -> Analogy:
        """Find what is to ``c`` as ``b`` is to ``a``: words near ``b - a + c`` of unit vectors.

        ``k``, ``keep_inputs`` and ``among`` are as in ``arithmetic``.
        """
        return self.arithmetic((b, c), (a,), k, keep_inputs=keep_inputs, among=among)

    def arithmetic(
        self,
        plus: Sequence[str],
        minus: Sequence[str],
        k: int = 5,
        *,
        keep_inputs: bool = False,
        among: int | None = None,
    ) -> Analogy:
        """Find words near the sum of unit vectors, those of ``minus`` taken away.

        The words themselves, one of which is often the nearest, are left out unless
        ``keep_inputs``; of a Chinese word the English words it means too. ``k`` and ``among``
        are as in ``neighbours``.
        """
        target = np.zeros(self.dim, np.float32)
        for sign, words in ((1, plus), (-1, minus)):
            for word in words:
                target += sign * self._direction(word)
        meant = [
            english
            for word in filter(is_han, (*plus, *minus))
            for english, _share in chinese_words().meaning(word)
        ]
        near = self.neighbours(target, k, () if keep_inputs else (*plus, *minus, *meant), among)
        return Analogy(target, near)

    def along(self, words: Sequence[str], minus: Sequence[str], plus: Sequence[str]) -> np.ndarray:
        """Compute the cosine of words with the direction from ``minus`` to ``plus``, (len(words),).

        The direction goes from the mean vector of ``minus`` to that of ``plus``; NaN for a word
        or a direction of zeros.
        """
        direction = self.phrase(plus) - self.phrase(minus)
        rows = self._vectors(words)
        with np.errstate(invalid="ignore", divide="ignore"):
            return rows @ direction / (row_norms(rows) * np.linalg.norm(direction))

    def _vectors(self, words: Sequence[str]) -> np.ndarray:
        """Copy the vectors of words, float32 (len(words), dim)."""
        return np.array([self.vector(word) for word in words], np.float32).reshape(-1, self.dim)

    def _direction(self, query: str | Sequence[str] | np.ndarray) -> np.ndarray:
        """Return the unit vector of a query, float32 (dim,); zeros stay zeros."""
        if isinstance(query, str):
            vector = self.vector(query)
        elif isinstance(query, np.ndarray):
            vector = np.asarray(query, np.float32)
        else:
            vector = self.phrase(query)
        if vector.shape != (self.dim,):
            raise ValueError(f"A vector of {self.dim} numbers is needed, not {vector.shape}.")
        return unit(vector)
