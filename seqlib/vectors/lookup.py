"""Look words up in an embedding, and compute the same numbers as a product with one-hot vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from seqlib.i18n import InputError
from seqlib.text import sentences_to_indices, tokenise
from seqlib.vectors import WordVectors

ONE_HOT_ROWS = 1 << 12


@dataclass(frozen=True, eq=False)
class Lookup:
    """The words, row numbers and vectors of some sentences.

    Attributes
    ----------
    words : tuple of m tuples of str
    indices : int32 array (m, maxlen)
        Rows of the table; 0 after a sentence's last word and for words without a vector.
    embeddings : float32 array (m, maxlen, e_length)
        ``table[indices]``.
    """

    words: tuple[tuple[str, ...], ...]
    indices: np.ndarray
    embeddings: np.ndarray

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words without a vector, each once, in the order of the sentences."""
        found = (
            word
            for words, rows in zip(self.words, self.indices, strict=True)
            for word, row in zip(words, rows, strict=False)
            if not row
        )
        return tuple(dict.fromkeys(found))


def look_up(sentences: Sequence[str], vectors: WordVectors, maxlen: int | None = None) -> Lookup:
    """Look up the vectors of the words of some sentences.

    ``maxlen`` is the number of words read; by default the length of the longest sentence. Raises
    ``ValueError`` if the sentences have no word.
    """
    words = tuple(tokens for sentence in sentences if (tokens := tokenise(sentence)))
    if not words:
        raise InputError("There is no word to look up; type a sentence.")
    maxlen = max(map(len, words)) if maxlen is None else maxlen
    words = tuple(tokens[:maxlen] for tokens in words)
    indices = sentences_to_indices(words, vectors.word_to_index, maxlen)
    return Lookup(words, indices, np.asarray(vectors.table[indices], np.float32))


def one_hot_product(indices: np.ndarray, vectors: WordVectors) -> np.ndarray:
    """Multiply the one-hot vectors of ``indices`` (n,) by the matrix, giving (n, e_length).

    The one-hot vectors (n, vocab_len) are made some columns at a time, to save memory.
    """
    indices = np.asarray(indices)
    total = np.zeros((len(indices), vectors.dim), np.float32)
    # On a busy machine BLAS threads wait for each other longer than the work takes.
    with threadpool_limits(1):
        for start, rows in vectors.chunks(ONE_HOT_ROWS):
            columns = np.arange(start, start + len(rows))
            one_hot = (indices[:, None] == columns).astype(np.float32)  # (n, len(rows))
            # All other products are exactly zero, so the sum has no rounding error.
            total += one_hot @ rows
    return total


def multiplications(indices: np.ndarray, vectors: WordVectors) -> int:
    """Count the multiplications of ``one_hot_product``; a lookup needs none."""
    return int(np.size(indices)) * vectors.matrix.size
