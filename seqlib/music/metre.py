"""Count bars: metres, and the pulses that a band plays in each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

TICKS_PER_BEAT = 12
WHOLE = 4 * TICKS_PER_BEAT  # ticks of a whole note
MOST_PULSES = 16  # of a bar that the band plays


class Metre(NamedTuple):
    """A time signature, such as 3/4, from a bar line on until the next metre.

    ``start`` is the tick of that bar line; below 0 if the melody begins with an upbeat.
    """

    start: int
    beats: int
    unit: int

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"

    @property
    def bar(self) -> int:
        """Length of a bar in ticks, rounded where the grid does not hold it."""
        return max(1, round(WHOLE * self.beats / self.unit))

    @property
    def pulses(self) -> tuple[int, ...]:
        """Lengths of a bar's pulses in ticks; empty if the band cannot play this metre.

        Quarters are pulses; eighths and shorter units are grouped by three, or by two with a
        first group of three where their number is odd: 6/8 has two pulses of 18 ticks.
        """
        beats, unit = self.beats, self.unit
        if unit > 16 and not beats % 2:
            beats, unit = beats // 2, unit // 2
        if unit > 16:  # its units are between the grid's ticks
            return ()
        if unit > 4:
            found = tuple(WHOLE // unit * size for size in groups(beats))
        else:
            found = (TICKS_PER_BEAT,) * (beats * 4 // unit)
        return found if len(found) <= MOST_PULSES else ()

    @property
    def strong(self) -> frozenset[int]:
        """Places of the pulses that begin a group: half a bar of 4/4, a bar of 3/4."""
        n = len(self.pulses)
        sizes = groups(n) if self.unit > 2 else (2,) * (n // 2)
        return frozenset(accumulate(sizes[:-1], initial=0))


COMMON_TIME = Metre(0, 4, 4)


class Pulse(NamedTuple):
    """One pulse of the band: ``place`` counts from 0 in its bar; a group begins if ``strong``."""

    start: int  # ticks
    ticks: int
    place: int
    strong: bool

    @property
    def off(self) -> int:
        """Tick of the note between two pulses: the swing eighth, or the third of three eighths."""
        return self.start + 2 * self.ticks // 3

    @property
    def end(self) -> int:
        return self.start + self.ticks


def groups(n: int) -> tuple[int, ...]:
    """Split n into threes, or into twos after a first three where n is odd: 5 is 3 + 2."""
    if n % 3 == 0:
        return (3,) * (n // 3)
    if n == 1:
        return (1,)
    return ((3,) if n % 2 else ()) + (2,) * ((n - 3 * (n % 2)) // 2)


def pulses(metres: Sequence[Metre], ticks: int) -> tuple[Pulse, ...]:
    """List the pulses from tick 0 to the end of the bar in which tick ``ticks`` lies.

    A bar that a new metre interrupts is cut there; a pulse that began before tick 0 is left out.
    Empty if a metre has no pulses.
    """
    found: list[Pulse] = []
    for metre, following in zip(metres, (*metres[1:], None), strict=True):
        lengths = metre.pulses
        if not lengths:
            return ()
        strong = metre.strong
        until = ticks if following is None else min(ticks, following.start)
        bar = metre.start
        while bar < until:
            for place, length in enumerate(lengths):
                end = bar + length
                if following is not None:
                    end = min(end, following.start)
                if 0 <= bar < end:
                    found.append(Pulse(bar, end - bar, place, place in strong))
                bar += length
    return tuple(found)


def bars(beat: Sequence[Pulse]) -> list[list[Pulse]]:
    """Group pulses by bar."""
    found: list[list[Pulse]] = []
    for pulse in beat:
        if pulse.place == 0 or not found:
            found.append([])
        found[-1].append(pulse)
    return found
