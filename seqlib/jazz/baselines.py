"""What counting can do: the trigram model that an LSTM has to beat.

Interpolated Kneser-Ney smoothing (Kneser & Ney, 1995, as given by Chen & Goodman, 1999):
each count is discounted, and what that frees goes to the next shorter context, whose
counts are of the different contexts a token follows rather than of how often it is heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from seqlib.jazz import Scores

DISCOUNTS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9)
_START = -1  # stands before the first token


class TrigramBaseline:
    """Next-token probabilities from the last two tokens, backed off to one and to none.

    Parameters
    ----------
    sequences : sequence of int arrays ``(Tx,)``
        Encoded melodies to count in.
    n_values : int
        Size of the vocabulary.
    discount : float, optional
        Above 0 and below 1. Chosen if not given: the one of ``DISCOUNTS`` that gives the lowest
        log loss when each melody in turn is predicted from the others.
    order : int
        3 is a trigram; others are there to see what a longer context would do.
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
        self._sequences = [np.asarray(sequence) for sequence in sequences]
        # For each length of context: what followed it, (n_values,).
        self._counts = [defaultdict(lambda: np.zeros(n_values)) for _ in range(order)]
        for sequence in self._sequences:
            self._count(sequence)
        self.discount = discount or self._best_discount()

    def probabilities(self, history: Sequence[int]) -> np.ndarray:
        """Probability of each token after ``history``, ``(n_values,)``; they sum to 1."""
        padded = [_START] * (self.order - 1) + [int(token) for token in history]
        p = np.full(self.n_values, 1 / self.n_values)
        for length in range(self.order):
            counts = self._counts[length].get(tuple(padded[len(padded) - length :]))
            if counts is not None and (total := counts.sum()):
                freed = np.minimum(counts, self.discount).sum() / total
                p = np.maximum(counts - self.discount, 0) / total + freed * p
        return p

    def score(self, sequences: Sequence[np.ndarray]) -> Scores:
        """Next-note scores over whole melodies, in the terms of ``seqlib.jazz.score``."""
        hits, loss, n = 0, 0.0, 0
        for sequence in sequences:
            for place, token in enumerate(sequence):
                p = self.probabilities(sequence[max(0, place - self.order + 1) : place])
                hits += int(p.argmax() == token)
                loss -= float(np.log(p[token]))
                n += 1
        return Scores(hits / n, loss / n, n)

    def _count(self, sequence: np.ndarray) -> None:
        tokens = [_START] * (self.order - 1) + sequence.tolist()
        for place in range(self.order - 1, len(tokens)):
            for length in range(self.order - 1, -1, -1):
                counts = self._counts[length][tuple(tokens[place - length : place])]
                new = counts[tokens[place]] == 0
                counts[tokens[place]] += 1
                if not new:  # a shorter context counts each longer one it is part of once
                    break

    def _best_discount(self) -> float:
        if len(self._sequences) < 2:
            return 0.7
        losses = dict.fromkeys(DISCOUNTS, 0.0)
        for place, kept_back in enumerate(self._sequences):
            others = self._sequences[:place] + self._sequences[place + 1 :]
            model = TrigramBaseline(others, self.n_values, DISCOUNTS[0], self.order)
            for model.discount in DISCOUNTS:
                losses[model.discount] += model.score([kept_back]).log_loss * len(kept_back)
        return min(losses, key=losses.get)
