"""What a sentence costs as one-hot vectors, and as rows of an embedding."""

from __future__ import annotations

from dataclasses import dataclass

BYTES = 4  # float32


@dataclass(frozen=True)
class InputCost:
    """One way of giving a sentence to an LSTM.

    Attributes
    ----------
    shape : tuple of int
        The sentence as the LSTM reads it, (Tx, length of a vector).
    numbers, bytes : int
        Of that sentence.
    multiplications : int
        To multiply it with the LSTM's kernel, all Tx steps, zeros included.
    kernel : int
        Weights of that kernel, (length of a vector, 4 n_a).
    table : int
        Weights of the embedding matrix; 0 for one-hot.
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
    """Every word a vector of ``vocabulary`` numbers, one of them 1."""
    return InputCost((Tx, vocabulary), Tx * vocabulary * 4 * n_a, vocabulary * 4 * n_a)


def embedded(Tx: int, vocabulary: int, e_length: int, n_a: int) -> InputCost:
    """Every word a row of the embedding; looking a row up multiplies nothing."""
    return InputCost(
        (Tx, e_length), Tx * e_length * 4 * n_a, e_length * 4 * n_a, (vocabulary + 1) * e_length
    )
