"""What each unit of a trained cell follows: its correlation with what a musician would name.

The state a⟨t⟩ after reading a note is held against signals that are known by then, over many
melodies. One half of them (of a single melody, its first half) chooses the signal for each unit;
the other half, which had no part in that, gives the correlation that is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from seqlib.i18n import N_
from seqlib.jazz import shifted_one_hot
from seqlib.jazz.corpus import Corpus
from seqlib.jazz.weights import JazzWeights
from seqlib.lstm import forward
from seqlib.lstm.following import Group, by_halves, grouped
from seqlib.music import TICKS_PER_BEAT

STEPS = 128  # of each melody
MELODIES = 32
BAR = 4 * TICKS_PER_BEAT


class Signal(NamedTuple):
    """A number for each step that is known once x⟨t⟩ is read; NaN where there is none."""

    name: str
    what: str
    of: Callable[[_Read], np.ndarray]


class _Read(NamedTuple):
    """What was read of one melody: token t − 1 at step t, in arrays (Tx,)."""

    pitch: np.ndarray  # NaN: a rest, or nothing read yet
    ticks: np.ndarray  # NaN: nothing read yet
    start: np.ndarray  # of the note that comes next, in ticks
    rest: np.ndarray


def _rising(read: _Read) -> np.ndarray:
    return np.concatenate([[np.nan], np.diff(read.pitch)])


def _notes_since_a_rest(read: _Read) -> np.ndarray:
    if not read.rest.any():
        return np.full(len(read.rest), np.nan)  # else it would count the steps
    found, since = np.empty(len(read.rest)), 0
    for step, rest in enumerate(read.rest):
        since = 0 if rest else since + 1
        found[step] = min(since, 16)
    return found


SIGNALS = (
    Signal(
        N_("beat"),
        N_("whether the next note starts on a beat"),
        lambda read: (read.start % TICKS_PER_BEAT == 0).astype(float),
    ),
    Signal(N_("pitch"), N_("the pitch of the note read"), lambda read: read.pitch),
    Signal(
        N_("short"),
        N_("whether the note read is shorter than half a beat"),
        lambda read: np.where(np.isnan(read.ticks), np.nan, 2 * read.ticks < TICKS_PER_BEAT),
    ),
    Signal(
        N_("bar"),
        N_("how far the bar of four beats has come"),
        lambda read: read.start % BAR / BAR,
    ),
    Signal(N_("rest"), N_("whether a rest was read"), lambda read: read.rest),
    Signal(N_("rising"), N_("how far the melody has just risen or fallen"), _rising),
    Signal(N_("phrase"), N_("how many notes came since the last rest"), _notes_since_a_rest),
)


def groups(weights: JazzWeights, corpus: Corpus) -> tuple[Group, ...]:
    """Group the units of a model by what they follow in the melodies of ``corpus``.

    The largest group first, the units that follow nothing last. Computed once for the weights, and
    again for another corpus.
    """
    known = weights.__dict__.get("_followed")
    if known is None or known[0] is not corpus:
        known = corpus, grouped(SIGNALS, *correlations(weights, corpus))
        weights.__dict__["_followed"] = known  # as ``cached_property`` does: it goes with them
    return known[1]


def correlations(weights: JazzWeights, corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """Return r of every signal with every unit, (signals, n_a), on each half of the melodies.

    Not a number where a signal or a unit does not change.
    """
    places = range(min(MELODIES, len(corpus.melodies)))
    read = [_read(corpus, place) for place in places]
    states = states_of(weights, [corpus.sequences[place][:STEPS] for place in places])
    rows = [np.stack([signal.of(each) for signal in SIGNALS]) for each in read]
    if len(read) == 1:
        middle = len(states[0]) // 2
        states = [states[0][:middle], states[0][middle:]]
        rows = [rows[0][:, :middle], rows[0][:, middle:]]
    return by_halves(rows, states)


def _read(corpus: Corpus, place: int) -> _Read:
    tokens = corpus.melodies[place].tokens[:STEPS]
    before = tokens[:-1]
    return _Read(
        np.array([np.nan, *(np.nan if one.pitch is None else one.pitch for one in before)]),
        np.array([np.nan, *(one.ticks for one in before)]),
        np.array(corpus.melodies[place].edges[: len(tokens)], float),
        np.array([0.0, *(float(one.pitch is None) for one in before)]),
    )


def states_of(weights: JazzWeights, sequences: list[np.ndarray]) -> list[np.ndarray]:
    """Return the states (Tx, n_a) of each sequence, all computed together."""
    x = np.zeros((len(sequences), max(map(len, sequences)), weights.n_values), np.float32)
    for row, sequence in zip(x, sequences, strict=True):
        row[: len(sequence)] = shifted_one_hot(sequence, weights.n_values)
    h = forward(weights.cell, x).h
    return [states[: len(sequence)] for states, sequence in zip(h, sequences, strict=True)]
