"""One model on one melody, fed the true notes and fed its own.

In training each step reads the true note, whatever the step before expected: teacher forcing. A
model that writes reads what it has drawn itself: free running. Here both begin alike and draw
with the same noise, so that all that tells them apart is what they read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqlib.i18n import InputError
from seqlib.jazz.sampling import Sample, gumbel_noise, sample
from seqlib.jazz.weights import JazzWeights, shifted_one_hot


@dataclass(frozen=True)
class Pair:
    """A melody read with teacher forcing, and continued in free running.

    Attributes
    ----------
    forced : Sample
        Its tokens are the melody's, (Tx,).
    free : Sample
        The same first ``n_prompt`` tokens, then those that were drawn.
    drawn : int array (Tx,)
        What the noise draws from the softmax of ``forced`` at each step; no step reads it.
    """

    forced: Sample
    free: Sample
    drawn: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        """The probability of the melody's token at each step, (Tx, 2): forced, free."""
        true = self.forced.indices
        both = (np.asarray(one.trace.y) for one in (self.forced, self.free))
        return np.stack([y[np.arange(len(true)), true] for y in both], axis=1)

    @property
    def parted(self) -> int | None:
        """The first step at which ``free`` draws another token than the melody has.

        What both read differs from the next step on. None if it never happens.
        """
        others = np.flatnonzero(self.free.indices != self.forced.indices)
        return int(others[0]) if len(others) else None


def pair(weights: JazzWeights, melody: np.ndarray, given: int, *, seed: int = 0) -> Pair:
    """Read ``melody``, int (Tx,), and go on after its first ``given`` tokens, with one noise.

    Raises ``ValueError``, one sentence, if none is given or none is left, or as ``sample`` does.
    """
    melody = np.asarray(melody)
    if not 1 <= given < len(melody):
        raise InputError(
            "{given} notes are given of {n}; give at least one, and leave one to write.",
            given=given,
            n=len(melody),
        )
    Ty = len(melody) - given
    free = sample(weights, Ty, seed=seed, prompt=melody[:given])
    trace = weights.trace(shifted_one_hot(melody, weights.n_values))
    assert trace.y is not None  # of a model with a densor
    drawn = melody.copy()
    log_y = np.log(np.maximum(trace.y[given:].astype(float), 1e-300))
    drawn[given:] = (log_y + gumbel_noise(Ty, weights.n_values, seed)).argmax(axis=1)
    return Pair(Sample(melody, given, trace), free, drawn)
