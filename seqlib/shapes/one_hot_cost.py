"""Count the numbers and multiplications of a sentence as one-hot vectors and as embedding rows."""

from __future__ import annotations

from dataclasses import dataclass

BYTES = 4  # float32


@dataclass(frozen=True)
class InputCost:
    """The cost of one way to give a sentence to an LSTM.

    Attributes
    ----------
    shape : tuple of int
        Shape of the LSTM's input, (Tx, length of a vector).
    numbers, bytes : int
        Size of the LSTM's input.
    multiplications : int
        Multiplications by the LSTM's kernel in all Tx steps, zeros included.
    kernel : int
        Number of weights of that kernel, (length of a vector, 4 n_a).
    table : int
        Number of weights of the embedding matrix; 0 for one-hot.
    """

    shape: tuple[int, int]
    multiplications: int
    kernel: int
    table: int = 0

    @property
    def numbers(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def bytes(self) -> int:
        return self.numbers * BYTES


def one_hot(Tx: int, vocabulary: int, n_a: int) -> InputCost:
    """Count for one-hot vectors: each word is a vector of ``vocabulary`` numbers, one of them 1."""
    return InputCost((Tx, vocabulary), Tx * vocabulary * 4 * n_a, vocabulary * 4 * n_a)


def embedded(Tx: int, vocabulary: int, e_length: int, n_a: int) -> InputCost:
    """Count for an embedding: each word is a row, and looking a row up multiplies nothing."""
    return InputCost(
        (Tx, e_length), Tx * e_length * 4 * n_a, e_length * 4 * n_a, (vocabulary + 1) * e_length
    )
