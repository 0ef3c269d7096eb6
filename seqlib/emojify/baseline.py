"""Fit Emojify V1, a softmax of the mean of a sentence's word vectors, to compare V2 with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqlib.emojify.reading import Lexicon
from seqlib.lstm import softmax
from seqlib.text import LabelledSentences, tokenise
from seqlib.training.adam import adam

STEPS = 600
LEARNING_RATE = 0.05
DECAY = 1e-3  # weight decay; without it the loss may have no minimum


@dataclass(frozen=True, eq=False)
class Emojify_V1:
    """Averaged word vectors and a softmax; the order of the words does not matter.

    Attributes
    ----------
    kernel : array (e_length, n_classes)
    bias : array (n_classes,)
    """

    lexicon: Lexicon
    kernel: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, labelled: LabelledSentences, lexicon: Lexicon) -> Emojify_V1:
        """Minimise the cross-entropy on all sentences with Adam; equal data give equal weights."""
        x = averages(labelled.sentences, lexicon)  # (m, e_length)
        scale = max(float(x.std()), 1e-6)
        x = np.concatenate([x / scale, np.ones((len(x), 1), np.float32)], axis=1)
        y = np.eye(labelled.n_classes, dtype=np.float32)[labelled.labels]
        w = np.zeros((x.shape[1], labelled.n_classes), np.float32)
        first, second = np.zeros((2, w.size), np.float32)
        for step in range(1, STEPS + 1):
            gradient = x.T @ (softmax(x @ w) - y) / len(x) + DECAY * w
            adam(w.ravel(), first, second, gradient.ravel(), step, LEARNING_RATE)
        return cls(lexicon, w[:-1] / scale, w[-1])

    def predict(self, sentences: Iterable[str | Iterable[str]]) -> np.ndarray:
        """Compute the probabilities of the classes for all sentences, (m, n_classes)."""
        return softmax(averages(sentences, self.lexicon) @ self.kernel + self.bias)


def averages(sentences: Iterable[str | Iterable[str]], lexicon: Lexicon) -> np.ndarray:
    """Compute the mean vector of each sentence's words, float32 (m, e_length).

    Unknown words are left out if the lexicon gives them the zero row.
    """
    zeros = np.zeros(lexicon.embedding.e_length, np.float32)
    found = []
    for sentence in sentences:
        words = tokenise(sentence) if isinstance(sentence, str) else tuple(sentence)
        rows = lexicon.encode(words, len(words)).indices
        rows = rows[rows != 0]
        found.append(lexicon.embedding[rows].mean(axis=0) if len(rows) else zeros)
    return np.array(found, np.float32).reshape(len(found), len(zeros))
