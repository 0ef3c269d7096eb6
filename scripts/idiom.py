"""The material of the default corpus, as data: alphabet, riffs, shapes, rhythms, plans."""

from __future__ import annotations

from typing import NamedTuple

from seqlib.music import TICKS_PER_BEAT

BEAT, LONG, SHORT = TICKS_PER_BEAT, 8, 4  # a swing eighth is long on the beat, short off it
HALF = 2 * BEAT

# The alphabet is kept small on purpose: each token must be met often enough to be learned.
LOWEST, HIGHEST = 58, 79  # B♭3 to G5, the middle of a tenor saxophone
REGISTER = range(LOWEST, HIGHEST + 1)
HELD: dict[int, frozenset[int]] = {  # which pitches may last longer than an eighth
    12: frozenset({60, 62, 63, 65, 67, 69, 70, 72, 74, 75, 77}),
    16: frozenset({60, 62, 65, 67, 69, 70, 72, 74}),
    24: frozenset({60, 62, 65, 67, 69, 70, 72}),
}
RESTS = (4, 8, 12, 16, 20, 24, 36, 48)


class Note(NamedTuple):
    start: int
    ticks: int
    pitch: int

    @property
    def end(self) -> int:
        return self.start + self.ticks


def may_last(pitch: int, ticks: int) -> bool:
    """Whether the alphabet has this pitch at this length."""
    return pitch in REGISTER and pitch in HELD.get(ticks, REGISTER)


def fitted(note: Note) -> Note:
    """The note, shortened to an eighth if the alphabet does not have it as long as that."""
    if may_last(note.pitch, note.ticks):
        return note
    return note._replace(ticks=SHORT if note.start % BEAT else LONG)


# Figures over a key's tonic, as (onset, ticks, semitones from the tonic).
RIFFS: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((8, 4, -3), (12, 8, 0), (20, 4, 3), (24, 8, 4), (32, 16, 0)),
    ((0, 8, 7), (8, 4, 9), (12, 12, 7), (24, 8, 4), (32, 4, 2), (36, 12, 0)),
    ((0, 8, 3), (8, 4, 4), (12, 8, 7), (20, 4, 9), (24, 8, 7), (32, 16, 4), (60, 8, 0)),
    ((0, 4, 0), (4, 4, 3), (8, 4, 5), (12, 8, 6), (20, 4, 5), (24, 8, 3), (32, 16, 0)),
    ((8, 4, 7), (12, 8, 10), (20, 4, 7), (24, 12, 5), (36, 8, 3), (44, 16, 0)),
    ((0, 12, 12), (20, 4, 10), (24, 8, 7), (32, 4, 5), (36, 8, 3), (44, 4, 0), (48, 12, 0)),
    ((0, 8, 0), (8, 4, 2), (12, 4, 3), (16, 4, 4), (20, 4, 7), (24, 8, 9), (32, 4, 7), (36, 12, 4)),
    ((0, 8, 4), (8, 16, 7), (32, 4, 4), (36, 8, 2), (44, 16, 0)),
    ((12, 8, 9), (20, 4, 7), (24, 8, 4), (32, 4, 3), (36, 8, 2), (44, 16, 0)),
    ((0, 8, 7), (8, 4, 6), (12, 8, 5), (20, 4, 3), (24, 12, 0), (44, 4, -3), (48, 12, 0)),
)
# Shapes over one chord, one bar long, as (onset, ticks, step of the scale; 0 is the root).
SHAPES: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((0, 8, 0), (8, 4, 1), (12, 8, 2), (20, 4, 4), (24, 8, 6), (32, 4, 4), (36, 12, 2)),
    ((0, 8, 2), (8, 4, 4), (12, 8, 6), (20, 4, 8), (24, 8, 7), (32, 4, 5), (36, 8, 4)),
    ((0, 4, 2), (4, 4, 4), (8, 4, 6), (12, 8, 8), (20, 4, 7), (24, 8, 6), (32, 4, 5), (36, 12, 4)),
    ((8, 4, 4), (12, 8, 2), (20, 4, 3), (24, 12, 4), (36, 8, 1), (44, 4, 2)),
    ((0, 12, 4), (12, 8, 2), (20, 4, 1), (24, 8, 0), (32, 16, 2)),
    ((0, 8, 6), (8, 4, 5), (12, 8, 4), (20, 4, 2), (24, 8, 3), (32, 4, 1), (36, 8, 0)),
)

# Two beats of a line: the lengths of its notes, and how often.
RHYTHMS: tuple[tuple[tuple[int, ...], float], ...] = (
    ((8, 4, 8, 4), 60),
    ((4, 4, 4, 8, 4), 2.5),
    ((8, 4, 4, 4, 4), 0.8),
    ((12, 8, 4), 0.5),
)


# What each stretch of a chorus holds: (kind, bars). "riff" and "sequence" come back as they were.
PLANS: dict[int, tuple[tuple[tuple[str, int], ...], ...]] = {
    12: (
        (("riff", 2), ("line", 2), ("riff", 2), ("line", 2), ("line", 4)),
        (("riff", 2), ("riff", 2), ("riff", 2), ("riff", 2), ("line", 4)),
        (("riff", 2), ("riff", 2), ("riff", 2), ("line", 2), ("line", 4)),
        (("line", 4), ("line", 4), ("line", 4)),
        (("line", 3), ("line", 3), ("riff", 2), ("line", 4)),
        (("riff", 2), ("line", 2), ("riff", 2), ("line", 2), ("riff", 2), ("line", 2)),
    ),
    16: (
        (("sequence", 2), ("line", 2), ("sequence", 2), ("line", 2), ("line", 4), ("line", 4)),
        (("line", 4), ("line", 4), ("sequence", 2), ("line", 2), ("line", 4)),
        (("riff", 2), ("line", 2), ("riff", 2), ("line", 2), ("line", 4), ("line", 4)),
        (("line", 2), ("line", 2), ("line", 4), ("sequence", 2), ("line", 2), ("line", 4)),
    ),
}
