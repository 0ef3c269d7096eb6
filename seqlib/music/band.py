"""A rhythm section for any melody: walking bass, comped chords, light swing drums.

The solo's own notes stay as they are. The band is there so that a bare line sounds like
music; it adds nothing to what the model wrote and can be left out again.
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
_COMMENTS: tuple[tuple[tuple[int, int, int], ...], ...] = (  # what the left hand may add
    (),
    (),
    ((3 * _BEAT + _OFF, SIDE_STICK, 34),),
    ((_BEAT + _OFF, SIDE_STICK, 34),),
    ((2 * _BEAT + _OFF, KICK, 40),),
    ((_OFF, SIDE_STICK, 30), (3 * _BEAT, SIDE_STICK, 36)),
)


def arrange(melody: Melody, chords: Sequence[Chord] | None = None, *, seed: int = 0) -> Arrangement:
    """The melody with a band around it.

    Parameters
    ----------
    melody : Melody
    chords : sequence of Chord, optional
        The form, from tick 0 without gaps; it goes round until the melody ends. Chosen
        to fit the melody if not given.
    seed : int
        The same seed gives the same band.

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
    """The melody's notes; off-beats and high notes are a little louder, as players do."""
    notes = [
        (start, token)
        for start, token in zip(melody.edges, melody.tokens, strict=False)
        if token.pitch is not None
    ]
    middle = sum(token.pitch for _, token in notes) / len(notes) if notes else 0
    return tuple(
        Sound(
            start,
            token.ticks,
            token.pitch,
            round(min(112, max(76, 92 + 0.8 * (token.pitch - middle))))
            + (6 if start % TICKS_PER_BEAT else 0),
            "solo",
        )
        for start, token in notes
    )


def drums(ticks: int, seed: int = 0) -> tuple[Sound, ...]:
    """Swing time on ride and hi-hat with a few comments, for so many ticks."""
    rng = random.Random(f"{seed} drums")
    return tuple(
        Sound(bar + onset, 3, key, min(127, velocity + rng.randint(-3, 3)), "drums")
        for bar in range(0, ticks, BAR)
        for onset, key, velocity in sorted((*_TIME, *rng.choice(_COMMENTS)))
        if bar + onset < ticks
    )
