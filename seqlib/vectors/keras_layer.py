"""Build the seed's ``pretrained_embedding_layer`` in Keras 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from seqlib import board
from seqlib.vectors import WordVectors

if TYPE_CHECKING:
    import keras


def pretrained_embedding_layer(
    word_to_vec_map: Mapping[str, np.ndarray] | WordVectors,
    word_to_index: Mapping[str, int],
    *,
    trainable: bool = False,
) -> keras.layers.Embedding:
    """Build a Keras Embedding that holds pretrained vectors, by the board's code on checked rows.

    Parameters
    ----------
    word_to_vec_map : mapping of str to array (e_length,), or WordVectors
        Any length of vector, the same for all words.
    word_to_index : mapping of str to int
        Row of each word, from 1; row 0 stays zero, for padding.
    trainable : bool
        False, as in the seed: training leaves the vectors alone.

    Returns
    -------
    keras.layers.Embedding
        Of shape (vocab_len, e_length), vocab_len being the highest index + 1; maps
        (m, maxlen) to (m, maxlen, e_length). A word without a vector has a row of zeros and
        is named in the layer's ``words_without_vector``, a tuple of str.

    Raises
    ------
    ValueError
        If there is no vector at all, if vectors differ in length, or if an index is not a
        whole number from 1 or is used twice.
    """
    emb_matrix, missing = embedding_matrix(word_to_vec_map, word_to_index)
    built = board.run(board.read("pretrained_embedding_layer"))["pretrained_embedding_layer"]
    embedding_layer = built(_Rows(emb_matrix), {row: row for row in range(1, len(emb_matrix))})
    embedding_layer.name = "pretrained_embedding"
    embedding_layer.trainable = trainable
    embedding_layer.words_without_vector = missing
    return embedding_layer


class _Rows:
    """The rows of a checked matrix by their number; any word stands for the first."""

    def __init__(self, matrix: np.ndarray) -> None:
        self.matrix = matrix

    def __getitem__(self, row: int | str) -> np.ndarray:
        return self.matrix[row if isinstance(row, int) else 0]


def embedding_matrix(
    word_to_vec_map: Mapping[str, np.ndarray] | WordVectors, word_to_index: Mapping[str, int]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Make the layer's weights, float32 (vocab_len, e_length), and list words without a vector.

    Raises as ``pretrained_embedding_layer`` does.
    """
    if isinstance(word_to_vec_map, WordVectors):
        vectors = word_to_vec_map
        if word_to_index is vectors.word_to_index:
            return np.asarray(vectors.matrix, np.float32), ()
        word_to_vec_map = vectors.word_to_vec_map
    indices = np.fromiter(_integers(word_to_index), np.int64, len(word_to_index))
    if len(indices) == 0:
        raise ValueError("word_to_index is empty; give at least one word.")
    if indices.min() < 1:
        raise ValueError("An index is below 1; row 0 is padding, so words start at 1.")
    if len(np.unique(indices)) != len(indices):
        raise ValueError("Two words have the same index; give each word its own row.")
    if indices.max() > 2 * len(indices) + 1000:
        raise ValueError(
            f"The highest index is {indices.max():,} for {len(indices):,} words; number them "
            "from 1 without large gaps."
        )
    emb_matrix: np.ndarray | None = None
    missing = []
    for word, index in zip(word_to_index, indices.tolist(), strict=True):
        try:
            vector = word_to_vec_map[word]
        except KeyError:
            missing.append(word)
            continue
        if emb_matrix is None:
            shape = np.shape(vector)
            if len(shape) != 1:
                raise ValueError(f"The vector of “{word}” has the shape {shape}, not (e_length,).")
            emb_matrix = np.zeros((int(indices.max()) + 1, *shape), np.float32)
        try:
            # Assigning a vector of length 1 would fill the whole row.
            if len(vector) != emb_matrix.shape[1]:
                raise ValueError
            emb_matrix[index] = vector
        except (TypeError, ValueError):
            raise ValueError(
                f"The vector of “{word}” has the shape {np.shape(vector)}, others have "
                f"({emb_matrix.shape[1]},); all must have the same length."
            ) from None
    if emb_matrix is None:
        raise ValueError("No word of word_to_index has a vector in word_to_vec_map.")
    return emb_matrix, tuple(missing)


def _integers(word_to_index: Mapping[str, int]) -> Iterator[int]:
    for word, index in word_to_index.items():
        if index != int(index):
            raise ValueError(f"The index of “{word}” is {index}, not a whole number.")
        yield int(index)
