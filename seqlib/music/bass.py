"""Write a walking bass: one note a pulse, with the root where a chord begins.

The line is the path of lowest cost through the beats, found by dynamic programming. Each
pitch has a cost by its role in the chord, each interval a cost by how bass players move, and
a slow wave makes the line rise and fall.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .harmony import members, scale
from .melody import Chord, Sound
from .metre import Pulse

LOWEST, HIGHEST = 28, 50  # E1, a double bass' lowest string, to D3
MIDDLE = 38

# Cost of an interval in semitones, 0 to an octave: steps are easy, thirds to fifths fair.
_MOTION = np.array([2.6, 0.35, 0.0, 0.35, 0.5, 0.5, 2.2, 0.7, 1.8, 1.8, 2.2, 2.6, 1.2])
_TOO_FAR = 6.0
_BACK_AGAIN = 1.6  # for the pitch of two beats ago: F G F G is not walking
_NEVER = 1e3
_STRONG = (0.0, 0.5, 0.3, 0.9)  # root, third, fifth, seventh on strong pulses
_WEAK = (0.7, 0.1, 0.1, 0.3)
_SCALE_WEAK, _SCALE_STRONG = 0.25, 1.6
_CHROMATIC = 1.2  # only a good idea on the way to a neighbour
_APPROACH = np.array([2.5, -0.9, -0.4, 0.4, 0.6, -0.2, 1.5, -0.1])  # last beat to next root


def walk(chords: Sequence[Chord], beat: Sequence[Pulse], seed: int = 0) -> tuple[Sound, ...]:
    """Write the bass line on the pulses, for chords that follow one another from tick 0."""
    if not chords or not beat:
        return ()
    rng = np.random.default_rng([seed, 1])
    pitches = np.arange(LOWEST, HIGHEST + 1)
    costs: list[np.ndarray] = []
    firsts: list[bool] = []
    at, before = 0, -1
    for pulse in beat:
        while pulse.start >= chords[at].start + chords[at].ticks:
            at += 1
        # A chord that begins within a pulse is played from the next pulse on.
        firsts.append(at != before)
        costs.append(_beat_costs(chords[at], pulse.strong, firsts[-1])[pitches % 12])
        before = at
    cost = np.array(costs)  # (beats, pitches)
    wave = MIDDLE + 5 * np.sin(2 * np.pi * (np.arange(len(cost)) / 13 + rng.random()))
    cost += 0.012 * (pitches - wave[:, None]) ** 2 + rng.uniform(0, 0.5, cost.shape)
    line = _cheapest(cost, firsts, np.abs(pitches - pitches[:, None]))
    sounds = []
    for pulse, pitch in zip(beat, pitches[line].tolist(), strict=True):
        sounds.append(Sound(pulse.start, pulse.ticks, pitch, 66 if pulse.strong else 70, "bass"))
    return tuple(sounds)


def _beat_costs(chord: Chord, strong: bool, first: bool) -> np.ndarray:
    """Compute the cost of each pitch class on one pulse, (12,)."""
    cost = np.full(12, 3.0 if strong else _CHROMATIC)
    cost[list(scale(chord))] = _SCALE_STRONG if strong else _SCALE_WEAK
    cost[list(members(chord))] = _STRONG if strong else _WEAK
    if first:
        cost[:] = _NEVER
        cost[chord.root] = 0.0
    return cost


def _cheapest(cost: np.ndarray, firsts: Sequence[bool], distance: np.ndarray) -> np.ndarray:
    """Find the index of the pitch on each beat, (beats,), that gives the line of lowest cost.

    A state is the last two pitches, so that returning to the pitch before last has a cost.
    """
    n = len(distance)
    far = distance >= len(_MOTION)
    moving = np.where(far, _TOO_FAR, _MOTION[np.minimum(distance, len(_MOTION) - 1)])
    near = np.minimum(distance, len(_APPROACH) - 1)
    arriving = np.where(distance < len(_APPROACH), _APPROACH[near], moving + 1)
    back_again = np.where(np.eye(n, dtype=bool), _BACK_AGAIN, 0.0)  # (before, after)
    total = np.tile(cost[0], (n, 1))  # (before, pitch)
    back = np.zeros((len(cost), n, n), np.int8)
    for beat in range(1, len(cost)):
        reached = total[:, :, None] + back_again[:, None, :]  # (before, pitch, after)
        back[beat] = reached.argmin(axis=0)
        step = arriving if firsts[beat] else moving
        total = reached.min(axis=0) + step + cost[beat]  # (pitch, after)
    pitch, after = np.unravel_index(total.argmin(), total.shape)
    line = [int(after)]
    for beat in range(len(cost) - 1, 0, -1):
        line.append(int(pitch))
        pitch, after = back[beat, pitch, after], pitch
    return np.array(line[::-1])
