"""Compare the probabilities that a model says with how often it is right, and bring them nearer."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from seqlib.emojify.reading import EmojiModel
from seqlib.lstm import softmax
from seqlib.text import LabelledSentences


class Reliability(NamedTuple):
    """How often a model is right where it says a probability; only bins that are not empty.

    Attributes
    ----------
    counts : int array (k,)
        Sentences in each bin, by the probability of the choice.
    confidence, accuracy : array (k,)
        The mean probability of the choice, and the share that is right.
    """

    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap, each bin weighed by its sentences."""
        gaps = np.abs(self.confidence - self.accuracy)
        return float(np.average(gaps, weights=self.counts)) if len(gaps) else float("nan")


def reliability(p: np.ndarray, labels: np.ndarray) -> Reliability:
    """Compare probabilities (m, n_classes) with what is true, in ten bins of equal width."""
    bins = 10
    best, right = p.max(axis=1), p.argmax(axis=1) == labels
    place = np.minimum((best * bins).astype(int), bins - 1)
    counts, *sums = (np.bincount(place, weights, bins) for weights in (None, best, right))
    filled = counts > 0
    return Reliability(counts[filled], *(each[filled] / counts[filled] for each in sums))


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the T for which the softmax of ``logits / T`` (m, n_classes) has the least loss.

    The loss is convex in 1 / T, so its slope is bisected; T stays between 1/20 and 20.
    """
    true = logits[np.arange(len(logits)), labels].mean()
    low, high = 1 / 20, 20.0
    for _step in range(60):
        middle = (low + high) / 2
        slope = (softmax(middle * logits) * logits).sum(axis=1).mean() - true
        low, high = (low, middle) if slope > 0 else (middle, high)
    return 1 / low


def calibrated(model: EmojiModel, held_back: LabelledSentences) -> tuple[EmojiModel, float]:
    """Divide a model's logits by the temperature of sentences that it has not learned from.

    Returns the model and the temperature. The division is done in the last layer's weights, so
    that the model stays an ``Emojify_V2`` and its choices stay the same.
    """
    weights = model.weights
    indices = model.lexicon.indices(held_back.tokens, model.maxlen)
    T = temperature(weights.logits(weights.states(indices)), held_back.labels)
    scaled = replace(
        weights, dense_kernel=weights.dense_kernel / T, dense_bias=weights.dense_bias / T
    )
    return replace(model, weights=scaled), T
