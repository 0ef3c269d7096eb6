"""Write a pianist's left hand: four-note voicings without the root, in short off-beat figures.

Each voicing is the inversion that moves least from the voicing before.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence

from .harmony import BAR
from .melody import TICKS_PER_BEAT, Chord, Sound

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
_BEAT, _OFF = TICKS_PER_BEAT, 8  # a swing eighth is two thirds of the beat, then one
# Figures of one bar, as (onset, length) in ticks.
FIGURES: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 18), (_BEAT + _OFF, 6)),
    ((0, 10), (_BEAT + _OFF, 16)),
    ((_OFF, 6), (2 * _BEAT + _OFF, 8)),
    ((_BEAT, 6), (3 * _BEAT, 6)),
    ((_BEAT + _OFF, 16),),
    ((_OFF, 14), (3 * _BEAT + _OFF, 8)),
    ((0, 22), (3 * _BEAT + _OFF, 8)),
)


def comp(chords: Sequence[Chord], seed: int = 0) -> tuple[Sound, ...]:
    """Write the chord player's part for chords that follow one another from tick 0."""
    if not chords:
        return ()
    rng = random.Random(f"{seed} comping")
    end = chords[-1].start + chords[-1].ticks
    hits: dict[int, int] = {}  # onset: length
    figure = FIGURES[0]
    for bar in range(0, end, BAR):
        figure = rng.choice([other for other in FIGURES if other != figure])
        hits.update((bar + onset, length) for onset, length in figure if bar + onset < end)
    chord_of = {onset: _chord_at(chords, onset) for onset in hits}
    for index, chord in enumerate(chords):  # every chord is heard at least once
        if index not in chord_of.values():
            hits[chord.start], chord_of[chord.start] = min(chord.ticks, 18), index
    sounds: list[Sound] = []
    voicing: tuple[int, ...] = ()
    onsets = sorted(hits)
    for onset, following in zip(onsets, [*onsets[1:], end], strict=True):
        voicing = _nearest(chords[chord_of[onset]], voicing, moving=rng.random() < _MOVES)
        length = max(1, min(hits[onset], following - onset))
        loud = rng.randint(46, 56) + (4 if onset % TICKS_PER_BEAT else 0)
        sounds += [Sound(onset, length, pitch, loud, "chords") for pitch in voicing]
    return tuple(sounds)


def _chord_at(chords: Sequence[Chord], onset: int) -> int:
    """Find the index of a hit's chord: the next chord for a hit on the swing eighth before it."""
    tick = onset if onset % TICKS_PER_BEAT == 0 else onset + TICKS_PER_BEAT - _OFF
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
