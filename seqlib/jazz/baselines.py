"""Predict notes by counting: the trigram model to which an LSTM is compared.

Interpolated Kneser-Ney smoothing (Kneser & Ney, 1995, as given by Chen & Goodman, 1999): a
discount is taken off each count and given to the next shorter context, whose counts are the
numbers of different contexts that a token follows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from seqlib.i18n import InputError
from seqlib.jazz import Scores

DISCOUNTS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9)
_START = -1  # the context before the first token


class TrigramBaseline:
    """Next-token probabilities from the last two tokens, interpolated with shorter contexts.

    Parameters
    ----------
    sequences : sequence of int arrays ``(Tx,)``
        Encoded melodies to count.
    n_values : int
        Size of the vocabulary.
    discount : float, optional
        Above 0 and below 1. By default the one of ``DISCOUNTS`` with the lowest log loss when
        each melody is predicted from the others.
    order : int
        Length of a context + 1; 3 for a trigram.
    """

    def __init__(
        self,
        sequences: Sequence[np.ndarray],
        n_values: int,
        discount: float | None = None,
        order: int = 3,
    ) -> None:
        if discount is not None and not 0 < discount < 1:
            raise ValueError(f"The discount is {discount:g}; choose one between 0 and 1.")
        self.n_values, self.order = n_values, order
        self._sequences = [np.asarray(sequence) for sequence in sequences if len(sequence)]
        # For each length of context: context -> {next token: count}.
        self._counts: list[defaultdict[tuple[int, ...], Counter[int]]] = [
            defaultdict(Counter) for _length in range(order)
        ]
        for sequence in self._sequences:
            self._count(sequence)
        self.discount = discount or self._best_discount()

    def probabilities(self, history: Sequence[int] | np.ndarray) -> np.ndarray:
        """Compute the probability of each token after ``history``, (n_values,)."""
        padded = [_START] * (self.order - 1) + [int(token) for token in history]
        p = np.full(self.n_values, 1 / self.n_values)
        for length in range(self.order):
            counts = self._counts[length].get(tuple(padded[len(padded) - length :]))
            if counts:
                total = counts.total()
                p = p * (self.discount * len(counts) / total)
                p[list(counts)] += (np.array(list(counts.values())) - self.discount) / total
        return p

    def score(self, sequences: Sequence[np.ndarray]) -> Scores:
        """Score the next-note predictions over whole melodies, as ``seqlib.jazz.score`` does.

        Raises ``ValueError`` if the melodies have no note.
        """
        hits, loss, n = 0, 0.0, 0
        for sequence in sequences:
            for t, token in enumerate(sequence):
                p = self.probabilities(sequence[max(0, t - self.order + 1) : t])
                hits += int(p.argmax() == token)
                loss -= float(np.log(p[token]))
                n += 1
        if not n:
            raise InputError("There are no notes to score; give at least one melody.")
        return Scores(hits / n, loss / n, n)

    def _count(self, sequence: np.ndarray) -> None:
        tokens = [_START] * (self.order - 1) + sequence.tolist()
        for t in range(self.order - 1, len(tokens)):
            for length in range(self.order - 1, -1, -1):
                counts = self._counts[length][tuple(tokens[t - length : t])]
                counts[tokens[t]] += 1
                if counts[tokens[t]] > 1:  # a shorter context counts each longer context once
                    break

    def _best_discount(self) -> float:
        if len(self._sequences) < 2:
            return 0.7
        losses = dict.fromkeys(DISCOUNTS, 0.0)
        for i, held_out in enumerate(self._sequences):
            others = self._sequences[:i] + self._sequences[i + 1 :]
            model = TrigramBaseline(others, self.n_values, DISCOUNTS[0], self.order)
            for model.discount in DISCOUNTS:
                losses[model.discount] += model.score([held_out]).log_loss * len(held_out)
        return min(losses, key=lambda discount: losses[discount])
