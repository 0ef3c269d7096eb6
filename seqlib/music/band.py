"""Add a rhythm section to a melody: walking bass, comped chords, light swing drums.

The band makes a single line sound like music. The solo's notes are not changed, and the band
can be left out again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .bass import walk
from .comping import comp
from .harmony import BAR, QUALITIES, cover, harmonise
from .melody import TICKS_PER_BEAT, Arrangement, Chord, Melody, Sound

__all__ = ["BAR", "QUALITIES", "arrange"]

_BEAT, _OFF = TICKS_PER_BEAT, 8
RIDE, PEDAL_HAT, KICK, SIDE_STICK = 51, 44, 36, 37  # General MIDI percussion keys
# One bar of swing as (onset, key, velocity).
_TIME: tuple[tuple[int, int, int], ...] = (
    (0, RIDE, 50),
    (_BEAT, RIDE, 58),
    (_BEAT + _OFF, RIDE, 40),
    (2 * _BEAT, RIDE, 50),
    (3 * _BEAT, RIDE, 58),
    (3 * _BEAT + _OFF, RIDE, 40),
    (_BEAT, PEDAL_HAT, 48),
    (3 * _BEAT, PEDAL_HAT, 48),
    (0, KICK, 30),
    (2 * _BEAT, KICK, 28),
)
_FILLS: tuple[tuple[tuple[int, int, int], ...], ...] = (  # one of these is added to each bar
    (),
    (),
    ((3 * _BEAT + _OFF, SIDE_STICK, 34),),
    ((_BEAT + _OFF, SIDE_STICK, 34),),
    ((2 * _BEAT + _OFF, KICK, 40),),
    ((_OFF, SIDE_STICK, 30), (3 * _BEAT, SIDE_STICK, 36)),
)


def arrange(melody: Melody, chords: Sequence[Chord] | None = None, *, seed: int = 0) -> Arrangement:
    """Arrange a melody for a band.

    Parameters
    ----------
    melody : Melody
    chords : sequence of Chord, optional
        The form, from tick 0 without gaps, repeated until the melody ends. If not given,
        chords are chosen to fit the melody.
    seed : int
        Equal seeds give equal bands.

    Returns
    -------
    Arrangement
        Its ``solo`` sounds are the melody's notes. The band plays to the end of the bar in
        which the melody ends; a bar has four beats.

    Raises
    ------
    ValueError
        If the chords do not follow one another or one is of a quality not in ``QUALITIES``.
    """
    end = -(-melody.edges[-1] // BAR) * BAR
    chords = harmonise(melody) if not chords else cover(chords, end)
    sounds = [*solo(melody), *comp(chords, seed), *walk(chords, seed), *drums(end, seed)]
    sounds.sort(key=lambda sound: sound.start)
    return Arrangement(melody, chords, tuple(sounds))


def solo(melody: Melody) -> tuple[Sound, ...]:
    """Play the melody's notes; off-beats and high notes are a little louder, as players do."""
    notes = [
        (start, token.ticks, token.pitch)
        for start, token in zip(melody.edges, melody.tokens, strict=False)
        if token.pitch is not None
    ]
    middle = sum(pitch for _, _, pitch in notes) / len(notes) if notes else 0
    return tuple(
        Sound(
            start,
            ticks,
            pitch,
            round(min(112, max(76, 92 + 0.8 * (pitch - middle))))
            + (6 if start % TICKS_PER_BEAT else 0),
            "solo",
        )
        for start, ticks, pitch in notes
    )


def drums(ticks: int, seed: int = 0) -> tuple[Sound, ...]:
    """Play swing on ride and hi-hat with a few fills, for ``ticks`` ticks."""
    rng = random.Random(f"{seed} drums")
    return tuple(
        Sound(bar + onset, 3, key, min(127, velocity + rng.randint(-3, 3)), "drums")
        for bar in range(0, ticks, BAR)
        for onset, key, velocity in sorted((*_TIME, *rng.choice(_FILLS)))
        if bar + onset < ticks
    )
