"""Compute how much each word contributes to an answer: input gradient and leave-one-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqlib.emojify.weights import EmojifyTrace, EmojifyWeights, steps_read
from seqlib.i18n import InputError
from seqlib.lstm import backward, softmax


@dataclass(frozen=True)
class Score:
    """The score to explain, in nats.

    The log probability of ``label``, less the log probability of ``against`` if it is given.
    """

    label: int
    against: int | None = None

    def of(self, logits: np.ndarray) -> np.ndarray:
        """Compute the score, (…), from logits (…, n_classes)."""
        p = logits - logits.max(axis=-1, keepdims=True)
        if self.against is not None:
            return p[..., self.label] - p[..., self.against]
        return p[..., self.label] - np.log(np.exp(p).sum(axis=-1))

    def gradient(self, logits: np.ndarray) -> np.ndarray:
        """Compute the gradient of the score with respect to the logits, (n_classes,)."""
        d = np.zeros_like(logits)
        d[self.label] = 1
        if self.against is None:
            return d - softmax(logits)
        d[self.against] -= 1
        return d


class InputGradient(NamedTuple):
    """The gradient of a score with respect to the embedding read at each step.

    Attributes
    ----------
    gradient : array (Tx, e_length)
        Zero at steps that a mask skips.
    signed : array (Tx,)
        Gradient times embedding, summed: to first order what the word adds to the score
        compared with a word of zeros.
    norm : array (Tx,)
        Length of the gradient: how much a small change of the embedding can change the score.
    """

    gradient: np.ndarray
    signed: np.ndarray
    norm: np.ndarray


def input_gradient(
    weights: EmojifyWeights, trace: EmojifyTrace, score: Score, t: int | None = None
) -> InputGradient:
    """Backpropagate a score through the softmax and both layers to every word.

    ``t`` is the step after which the score is computed; by default the last step. Raises
    ``ValueError`` for a step outside the sentence.
    """
    Tx = len(trace.indices)
    t = Tx - 1 if t is None else t
    if not 0 <= t < Tx:
        raise InputError(
            "There is no step {t}; this sentence has steps 0 to {last}.", t=t, last=Tx - 1
        )
    gradient = np.zeros_like(trace.embeddings)
    read = trace.read & (np.arange(Tx) <= t)
    if read.any():
        drop = trace.dropout
        state = trace.lstm_2.h[t] if drop is None else trace.lstm_2.h[t] * drop.second
        d_state = weights.dense_kernel @ score.gradient(weights.logits(state))  # (n_a,)
        da = np.zeros((int(read.sum()), weights.n_a), d_state.dtype)
        da[-1] = d_state if drop is None else d_state * drop.second
        between = backward(weights.lstm_2, steps_read(trace.lstm_2, read), da).x
        if drop is not None:
            between = between * drop.first[read]
        gradient[read] = backward(weights.lstm_1, steps_read(trace.lstm_1, read), between).x
    return InputGradient(
        gradient,
        (gradient * trace.embeddings).sum(axis=-1),
        np.sqrt((gradient**2).sum(axis=-1)),
    )


def leave_one_out(
    weights: EmojifyWeights, indices: np.ndarray, n_words: int, score: Score, follows: int = 0
) -> np.ndarray:
    """Compute how much the score falls when each word is removed from a sentence, (n_words,).

    ``indices`` (Tx,) are the sentence's rows, of which the first ``n_words`` are words; the row
    ``follows`` moves up into the last place: padding, or a word that was cut. A positive number
    means that the word raises the score. Raises ``ValueError`` if ``n_words`` is not 0 to Tx.
    """
    indices = np.asarray(indices)
    if not 0 <= n_words <= len(indices):
        raise InputError("There are {n} places, so not {m} words.", n=len(indices), m=n_words)
    variants = np.array(
        [indices, *(np.append(np.delete(indices, t), follows) for t in range(n_words))]
    )
    scores = score.of(weights.logits(weights.states(variants)))
    return scores[0] - scores[1:]
