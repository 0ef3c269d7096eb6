"""Add a rhythm section to a melody: walking bass, comped chords, light swing drums.

The band makes a single line sound like music. The solo's notes are not changed, and the band
can be left out again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .bass import walk
from .comping import comp
from .harmony import cover, harmonise
from .melody import TICKS_PER_BEAT, Arrangement, Chord, Melody, Sound
from .metre import Pulse, bars, pulses

RIDE, PEDAL_HAT, KICK, SIDE_STICK = 51, 44, 36, 37  # General MIDI percussion keys
# One of these is added to each bar: (pulse, between it and the next?, key, velocity).
_FILLS: tuple[tuple[tuple[int, bool, int, int], ...], ...] = (
    (),
    (),
    ((3, True, SIDE_STICK, 34),),
    ((1, True, SIDE_STICK, 34),),
    ((2, True, KICK, 40),),
    ((0, True, SIDE_STICK, 30), (3, False, SIDE_STICK, 36)),
)


def arrange(melody: Melody, chords: Sequence[Chord] | None = None, *, seed: int = 0) -> Arrangement:
    """Arrange a melody for a band.

    Parameters
    ----------
    chords : sequence of Chord, optional
        The form, from tick 0 without gaps, repeated until the melody ends. If not given,
        chords are chosen to fit the melody.
    seed : int
        Equal seeds give equal bands.

    The ``solo`` sounds are the melody's notes. The band plays in the melody's metres, to the end
    of the bar in which the melody ends; it is silent in a metre without pulses. Raises
    ``ValueError`` if the chords do not follow one another or one is of a quality not in
    ``QUALITIES``.
    """
    beat = pulses(melody.metres, melody.edges[-1])
    end = beat[-1].end if beat else 0
    chords = harmonise(melody) if not chords else cover(chords, end)
    sounds = [
        *solo(melody),
        *comp(chords, beat, seed),
        *walk(chords, beat, seed),
        *drums(beat, seed),
    ]
    sounds.sort(key=lambda sound: sound.start)
    return Arrangement(melody, chords, tuple(sounds))


def solo(melody: Melody) -> tuple[Sound, ...]:
    """Play the melody's notes; off-beats and high notes are a little louder, as players do."""
    notes = melody.notes
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


def drums(beat: Sequence[Pulse], seed: int = 0) -> tuple[Sound, ...]:
    """Play swing on ride and hi-hat with a few fills."""
    rng = random.Random(f"{seed} drums")
    sounds: list[Sound] = []
    end = beat[-1].end if beat else 0
    for bar in bars(beat):
        hits = [hit for pulse in bar for hit in _time(pulse)]
        for place, off, key, velocity in rng.choice(_FILLS):
            hits += [(p.off if off else p.start, key, velocity) for p in bar[place : place + 1]]
        sounds += [
            Sound(onset, min(3, end - onset), key, velocity + rng.randint(-3, 3), "drums")
            for onset, key, velocity in sorted(hits)
        ]
    return tuple(sounds)


def _time(pulse: Pulse) -> tuple[tuple[int, int, int], ...]:
    """Keep time on one pulse, as (onset, key, velocity)."""
    if pulse.strong:
        kick = 30 if pulse.place == 0 else 28
        return (pulse.start, RIDE, 50), (pulse.start, KICK, kick)
    return (pulse.start, RIDE, 58), (pulse.off, RIDE, 40), (pulse.start, PEDAL_HAT, 48)
