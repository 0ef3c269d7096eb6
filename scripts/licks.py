"""Ways from one chord tone to the next: runs, turns, arpeggios, enclosures, approaches."""

from __future__ import annotations

from collections.abc import Iterator

from seqlib.music import Chord
from seqlib.music.harmony import members, scale


def ways(pitch: int, target: int, n: int, chord: Chord) -> Iterator[tuple[float, list[int]]]:
    """Ways from ``pitch`` to ``target`` in ``n`` notes, the first being ``pitch``, with weights."""
    if n < 1:
        return
    if n == 1:
        if abs(target - pitch) <= 5:
            yield 1.0, [pitch]
        return
    notes = set(scale(chord))
    tones = set(members(chord))
    up = target > pitch
    direction = 1 if up else -1
    scale_between = [p for p in range(pitch + direction, target, direction) if p % 12 in notes]
    above = next(p for p in range(target + 1, target + 4) if p % 12 in notes)
    below = next(p for p in range(target - 1, target - 4, -1) if p % 12 in notes)

    # A scale run, whole or with one chromatic note before the target.
    if len(scale_between) == n - 1:
        yield 40.0, [pitch, *scale_between]
    if len(scale_between) == n - 2:
        last = scale_between[-1] if scale_between else pitch
        if abs(target - last) == 2:
            yield 15.0, [pitch, *scale_between, target - direction]
    # A turn the other way, then the run.
    other = next(
        p for p in range(pitch - direction, pitch - 4 * direction, -direction) if p % 12 in notes
    )
    run = [pitch, *scale_between]
    if len(run) == n - 2:
        yield 8.0, [pitch, other, *run]
    # An arpeggio, up or down, then a step into the target.
    for step, weight in ((1, 15.0), (-1, 4.0)):
        ladder = [p for p in range(pitch + step, pitch + 15 * step, step) if p % 12 in tones]
        whole = [pitch, *ladder[: n - 1]]
        if 1 <= abs(whole[-1] - target) <= 3:
            yield weight, whole
        if n > 2:
            most = [pitch, *ladder[: n - 2]]
            for last in dict.fromkeys((above, target - 1)):
                if abs(last - most[-1]) <= 5:
                    yield weight * 0.4, [*most, last]
    # An enclosure: the note above the target and the one just below it.
    if n >= 3:
        for pair in ([above, target - 1], [target - 1, above]):
            for lead in leads(pitch, pair[0], n - 2, tones):
                yield 4.0 / (1 + (abs(lead[-1] - pair[0]) > 4)), [*lead, *pair]
    # Two chromatic steps from below or above.
    if n >= 3:
        for pair in ([target - 2, target - 1], [target + 2, target + 1]):
            for lead in leads(pitch, pair[0], n - 2, tones):
                yield 0.5, [*lead, *pair]
    if n == 2:
        for last, weight in ((target - 1, 1.5), (above, 2.0), (below, 1.5)):
            if 1 <= abs(last - pitch) <= 7:
                yield weight, [pitch, last]
    if n == 4 and pitch % 12 == chord.root:  # one, two, three, five
        third = pitch + (members(chord)[1] - chord.root) % 12
        if 1 <= abs(pitch + 7 - target) <= 4:
            yield 12.0, [pitch, pitch + 2, third, pitch + 7]


def leads(pitch: int, to: int, n: int, tones: set[int]) -> Iterator[list[int]]:
    """``n`` notes from ``pitch`` on, chord tones, from which ``to`` is within a fifth."""
    for step in (1, -1):
        ladder = [p for p in range(pitch + step, pitch + 15 * step, step) if p % 12 in tones]
        lead = [pitch, *ladder[: n - 1]]
        if 1 <= abs(lead[-1] - to) <= 5:
            yield lead
        if n == 1:
            return
