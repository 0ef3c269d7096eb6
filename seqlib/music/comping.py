"""Write a pianist's left hand: four-note voicings without the root, in short off-beat figures.

Each voicing is the inversion that moves least from the voicing before.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from .melody import TICKS_PER_BEAT, Chord, Sound
from .metre import Pulse, bars

LOWEST, HIGHEST = 52, 71  # E3 to B4: above the bass, mostly under the solo

# Semitones above the root, closest position. The bass plays the root, a colour note replaces it.
VOICINGS: dict[str, tuple[int, ...]] = {
    "maj7": (4, 7, 11, 14),
    "6": (4, 7, 9, 14),
    "7": (4, 9, 10, 14),
    "m7": (3, 7, 10, 14),
    "m6": (3, 7, 9, 14),
    "m7b5": (3, 6, 10, 12),
    "dim7": (0, 3, 6, 9),
}
_MOVES = 0.35  # how often a hit takes a new inversion of the same chord
# Figures of one bar, as (pulse, between it and the next?, length in twelfths of a pulse).
FIGURES: tuple[tuple[tuple[int, bool, int], ...], ...] = (
    ((0, False, 18), (1, True, 6)),
    ((0, False, 10), (1, True, 16)),
    ((0, True, 6), (2, True, 8)),
    ((1, False, 6), (3, False, 6)),
    ((1, True, 16),),
    ((0, True, 14), (3, True, 8)),
    ((0, False, 22), (3, True, 8)),
)


def comp(chords: Sequence[Chord], beat: Sequence[Pulse], seed: int = 0) -> tuple[Sound, ...]:
    """Write the chord player's part, for chords that follow one another from tick 0."""
    if not chords or not beat:
        return ()
    rng = random.Random(f"{seed} comping")
    end = beat[-1].end
    hits: dict[int, int] = {}  # onset: length
    chord_of: dict[int, int] = {}
    figure = FIGURES[0]
    for bar in bars(beat):
        figure = rng.choice([other for other in FIGURES if other != figure])
        for place, off, length in figure:
            for pulse in bar[place : place + 1]:
                onset = pulse.off if off else pulse.start
                hits[onset] = length * pulse.ticks // TICKS_PER_BEAT
                # A hit just before a pulse has that pulse's chord.
                chord_of[onset] = _chord_at(chords, pulse.end if off else onset)
    heard = Counter(chord_of.values())
    for index, chord in enumerate(chords):  # every chord is heard at least once
        if not heard[index]:
            heard[chord_of.get(chord.start, index)] -= 1
            hits[chord.start], chord_of[chord.start] = min(chord.ticks, 18), index
    on_pulse = {pulse.start for pulse in beat}
    sounds: list[Sound] = []
    voicing: tuple[int, ...] = ()
    onsets = sorted(hits)
    for onset, following in zip(onsets, [*onsets[1:], end], strict=True):
        voicing = _nearest(chords[chord_of[onset]], voicing, moving=rng.random() < _MOVES)
        length = max(1, min(hits[onset], following - onset))
        loud = rng.randint(46, 56) + (0 if onset in on_pulse else 4)
        sounds += [Sound(onset, length, pitch, loud, "chords") for pitch in voicing]
    return tuple(sounds)


def _chord_at(chords: Sequence[Chord], tick: int) -> int:
    """Find the index of the chord at a tick; of the last chord after its end."""
    return max(0, bisect_right(chords, tick, key=lambda chord: chord.start) - 1)


def _nearest(chord: Chord, before: Sequence[int], moving: bool) -> tuple[int, ...]:
    """Choose the inversion within the register that moves least; the first one is central.

    ``moving`` excludes ``before`` itself, even over the same chord.
    """
    middle = (LOWEST + HIGHEST) / 2
    classes = [(chord.root + step) % 12 for step in VOICINGS[chord.quality]]

    def close_position(bottom: int) -> tuple[int, ...]:
        return tuple(sorted(bottom + (pitch - bottom) % 12 for pitch in classes))

    found = [
        voicing
        for bottom in range(LOWEST, HIGHEST)
        if bottom % 12 in classes
        and (voicing := close_position(bottom))[-1] <= HIGHEST
        and not (moving and voicing == before)
    ]
    return min(
        found,
        key=lambda voicing: (
            sum(abs(a - b) for a, b in zip(voicing, before, strict=False))
            + 0.5 * abs(sum(voicing) / 4 - middle)
        ),
    )
