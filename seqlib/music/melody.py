"""Define the records for music: tokens, melodies, chords, arrangements.

Time is counted in *ticks* of a beat grid. Twelve ticks a beat hold sixteenths
(3 ticks), triplet eighths (4) and swing eighths (8 + 4) without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from seqlib.i18n import _

from .metre import COMMON_TIME, TICKS_PER_BEAT, Metre

PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def pitch_name(pitch: int) -> str:
    """Write the scientific name of a MIDI pitch: ``60`` is ``C4``."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


class Token(NamedTuple):
    """One symbol of the model's vocabulary: a note or a rest of a given length.

    ``pitch`` is a MIDI number (0 to 127), or ``None`` for a rest; ``ticks`` is the
    length on the beat grid, at least 1.
    """

    pitch: int | None
    ticks: int

    def __str__(self) -> str:
        name = _("rest") if self.pitch is None else pitch_name(self.pitch)
        return f"{name} · {beats_text(self.ticks)}"


def beats_text(ticks: int) -> str:
    """Write a length in ticks as beats: ``8`` ticks is ``2/3``, ``18`` is ``1 1/2``."""
    whole, rest = divmod(ticks, TICKS_PER_BEAT)
    parts = (whole, Fraction(rest, TICKS_PER_BEAT))
    return " ".join(str(part) for part in parts if part) or "0"


@dataclass(frozen=True)
class Melody:
    """One voice, note after note, without overlap.

    Attributes
    ----------
    tokens : tuple of Token, length Tx
    tempo : float
        Beats (quarter notes) a minute.
    name : str
        Name for captions, such as the file's.
    metres : tuple of Metre
        The first one begins at tick 0, or before it where the melody has an upbeat.
    """

    tokens: tuple[Token, ...]
    tempo: float = 120.0
    name: str = ""
    metres: tuple[Metre, ...] = (COMMON_TIME,)

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def edges(self) -> tuple[int, ...]:
        """Grid ticks at which tokens start, then the end of the last: length Tx + 1."""
        return tuple(accumulate((token.ticks for token in self.tokens), initial=0))

    @property
    def notes(self) -> tuple[tuple[int, int, int], ...]:
        """Start in ticks, length in ticks, and pitch of every token that is no rest."""
        return tuple(
            (start, ticks, pitch)
            for start, (pitch, ticks) in zip(self.edges, self.tokens, strict=False)
            if pitch is not None
        )

    @property
    def n_notes(self) -> int:
        """Number of tokens that are notes; the others are rests."""
        return sum(token.pitch is not None for token in self.tokens)

    @property
    def seconds_per_tick(self) -> float:
        """Length of a tick in seconds at this tempo."""
        return 60.0 / self.tempo / TICKS_PER_BEAT


class Sound(NamedTuple):
    """One note to play. ``voice`` is ``solo``, ``chords``, ``bass`` or ``drums``."""

    start: int  # ticks
    ticks: int
    pitch: int
    velocity: int  # 1 to 127
    voice: str


class Chord(NamedTuple):
    """A chord that lasts ``ticks`` from ``start``."""

    start: int  # ticks
    ticks: int
    root: int  # pitch class, 0 is C
    quality: str  # a key of harmony.QUALITIES, e.g. "7", "m7", "maj7", "m7b5"

    def __str__(self) -> str:
        return f"{PITCH_NAMES[self.root]}{self.quality}"


@dataclass(frozen=True)
class Arrangement:
    """A melody with the parts of a band.

    ``sounds`` has every voice; the solo voice is the unchanged melody.
    """

    melody: Melody
    chords: tuple[Chord, ...]
    sounds: tuple[Sound, ...]

    @property
    def solo(self) -> tuple[Sound, ...]:
        """The sounds of the melody alone."""
        return tuple(sound for sound in self.sounds if sound.voice == "solo")
