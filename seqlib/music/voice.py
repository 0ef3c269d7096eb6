"""Reduce a track's notes to one voice, with the lengths in which it was written.

Times come in units of 1/480 beat and leave in ticks of the grid. Exporters and players end a
note before the next one begins, so a gap may be articulation or a written rest. It is a rest
where the note, lengthened by as much as the voice's other notes are shortened, ends at a place
that the voice's own rhythm uses, or half of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqlib.i18n import N_, Later

from .melody import TICKS_PER_BEAT, Token
from .metre import Metre

RESOLUTION = 480  # units a beat
UNITS = RESOLUTION // TICKS_PER_BEAT  # a tick
_SIXTEENTH = RESOLUTION // 4
NO_LENGTH = RESOLUTION // 48  # shorter notes are triggers rather than notes
LONGEST_REST, LONGEST_NOTE = 4, 8  # bars
LONGEST_PEDAL = 16 * RESOLUTION  # for which a note may last by the pedal alone
_NEAR = 3  # units by which exporters round
_EXACT = 0.75  # share of onsets on a subdivision below which playing is free
_SUBDIVISIONS = (5, 7, 12, 16)  # of a beat, with those that these contain
_STRAIGHT, _TRIPLET = (0, 3, 6, 9), (0, 4, 8)


@dataclass(frozen=True)
class Voice:
    """One voice: its tokens, its metres from tick 0 on, and what was done to get it."""

    tokens: tuple[Token, ...]
    metres: tuple[Metre, ...]
    remarks: tuple[Later, ...]


def voice_of(notes: np.ndarray, metres: Sequence[Metre], tick: float) -> Voice:
    """Reduce notes to a single voice on the grid.

    Parameters
    ----------
    notes : int (n, 4)
        Start, end, pitch, and the end with the sustain pedal; in units, sorted by start.
    metres : sequence of Metre
        Those of the file, from the file's tick 0.
    tick : float
        Units in a tick of the file, by which its times are rounded; 0 takes all times literally.
    """
    remarks: list[Later] = []
    literal = not tick
    if not literal:
        notes = _without_triggers(notes, remarks)
    places, free = (_nearest(notes[:, 0]), False) if literal else _on_grid(notes, tick, remarks)
    line = _skyline(notes, places)
    at = line[:, 0] - line[0, 0]  # ticks
    if literal:
        lengths = line[:, 2]
    else:
        sounding = _pedalled(line, remarks)
        beat = int(line[0, 0]) % TICKS_PER_BEAT  # where in its beat the line begins
        lengths = _written(at + beat, sounding, free, max(_NEAR, tick), remarks)
    tokens = _tokens(at, lengths, line[:, 3])
    found = _from_start(metres, int(line[0, 0]))
    if not literal:
        tokens, found = _shorter(tokens, found, remarks)
    end = sum(token.ticks for token in tokens)
    heard = tuple(metre for metre in found if metre.start < end)
    return Voice(tokens, heard, tuple(remarks))


def top_line(notes: np.ndarray) -> np.ndarray:
    """Return the pitches of the top line of notes (n, 4), int (n_line,)."""
    return _skyline(notes, _nearest(notes[:, 0]))[:, 3]


def _nearest(units: np.ndarray) -> np.ndarray:
    return (units + UNITS // 2) // UNITS


def _without_triggers(notes: np.ndarray, remarks: list[Later]) -> np.ndarray:
    """Drop notes of no length where a real one begins; let others last to the next note."""
    start, end = notes[:, 0], notes[:, 1]
    empty = end - start < NO_LENGTH
    if not empty.any():
        return notes
    real = np.append(start[~empty], np.iinfo(int).max // 2)
    following = real[np.searchsorted(real, start)]
    before = np.append(-RESOLUTION, real[:-1])[np.searchsorted(real[:-1], start, side="right")]
    close = RESOLUTION // 8
    dropped = empty & ((following - start <= close) | (start - before <= NO_LENGTH))
    if dropped.any():
        remarks.append(Later("Notes of no length left out: {n}.", {"n": int(dropped.sum())}))
    kept = notes[~dropped]
    empty = empty[~dropped]
    if empty.any():
        start = kept[:, 0]
        onsets = np.append(np.unique(start), start[-1] + RESOLUTION)
        following = onsets[np.searchsorted(onsets, start, side="right")]
        last = np.minimum(following, start + 4 * RESOLUTION)
        kept[empty, 1] = last[empty]
        kept[:, 3] = np.maximum(kept[:, 3], kept[:, 1])
        remarks.append(
            Later(
                "Notes of no length that now last to the next one: {n}.",
                {"n": int(empty.sum())},
            )
        )
    return kept


def _on_grid(notes: np.ndarray, tick: float, remarks: list[Later]) -> tuple[np.ndarray, bool]:
    """Place onsets on the grid: ticks (n,), and whether they were played without one.

    Free playing goes to sixteenths or triplets, whichever are nearer in each beat.
    """
    start = notes[:, 0]
    if len(start) < 8 or _share_on(start, tick) >= _EXACT:
        return _nearest(start), False
    late = (start[0] + _SIXTEENTH // 2) % _SIXTEENTH - _SIXTEENTH // 2
    if _share_on(start - late, tick) >= _EXACT:  # all are as late as the first one
        return _nearest(start - late), False
    places = _nearest(start)
    beat = start // RESOLUTION
    coarse, cost = [], []
    for size in (3, 4):  # ticks: a sixteenth, a triplet eighth
        snapped = np.rint(start / (size * UNITS)).astype(int) * size
        coarse.append(snapped)
        # A step of 3 is nearer by chance; in proportion to the step neither is.
        cost.append(np.bincount(beat, ((snapped * UNITS - start) / size) ** 2))
    mostly = cost[1].sum() < cost[0].sum()  # a voice seldom changes between the two
    triplet = cost[1] < (2.0 if mostly else 0.15) * cost[0]
    snapped = np.where(triplet[beat], coarse[1], coarse[0])
    # A fast run keeps its notes, where a chord's fall together.
    for index in range(1, len(snapped)):
        half = (start[index - 1] + notes[index - 1, 1]) / 2
        if snapped[index] <= snapped[index - 1] and start[index] >= half:
            snapped[index] = max(places[index], snapped[index - 1] + 1)
    moved = np.abs(snapped * UNITS - start)
    if n := int((moved > UNITS / 2).sum()):
        remarks.append(
            Later(
                "Played freely: {n} of {all} notes were moved to sixteenths or triplets, "
                "by {share:.2f} of a beat on average.",
                {"n": n, "all": len(start), "share": float(moved.mean() / RESOLUTION)},
            )
        )
    return snapped, True


def _share_on(start: np.ndarray, tick: float) -> float:
    """Compute the share of onsets that lie on an equal subdivision of their beat."""
    within = start % RESOLUTION
    on = np.zeros(len(start), bool)
    for parts in _SUBDIVISIONS:
        step = RESOLUTION / parts
        on |= np.abs(within - np.rint(within / step) * step) <= max(2.0, tick / 2)
    return float(on.mean())


def _skyline(notes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Take the top line of notes as int (n, 6).

    Columns: start in ticks, end in ticks, length in ticks; pitch; length in units, and with
    the pedal.

    A note under a higher note is left out if the higher note covers more than half of it. A
    shorter overlap is how players join notes, and a falling line must keep its notes.
    """
    ends = np.maximum(_nearest(notes[:, 1]), places + 1)
    order = np.lexsort((-notes[:, 2], places))
    rows = np.column_stack((places, ends, notes))[order].tolist()
    line: list[list[int]] = []
    for start, end, begins, stops, pitch, held in rows:
        if line:
            before, until, _length, top, *_units = line[-1]
            if start == before:
                continue  # a lower note of the same chord
            if pitch < top and 2 * (min(until, end) - start) > end - start:
                continue
            line[-1][1] = min(until, start)
        line.append([start, end, 0, pitch, stops - begins, held - begins])
    found = np.array(line)
    found[:, 2] = found[:, 1] - found[:, 0]
    return found


def _tokens(at: np.ndarray, lengths: np.ndarray, pitches: np.ndarray) -> tuple[Token, ...]:
    """Make tokens of notes; what they leave open are rests."""
    tokens: list[Token] = []
    now = 0
    for start, length, pitch in zip(at.tolist(), lengths.tolist(), pitches.tolist(), strict=True):
        if start > now:
            tokens.append(Token(None, start - now))
        tokens.append(Token(pitch, length))
        now = start + length
    return tuple(tokens)


def _pedalled(line: np.ndarray, remarks: list[Later]) -> np.ndarray:
    """Return how long each note of the line sounds, in units, under the pedal and after it."""
    room = np.append(np.diff(line[:, 0]) * UNITS, 4 * RESOLUTION)
    plain = np.minimum(line[:, 4], room)
    held = np.minimum(np.minimum(line[:, 5], room), LONGEST_PEDAL)
    longer = int((held - plain > UNITS).sum())
    if longer:
        remarks.append(Later("Notes that the sustain pedal holds: {n}.", {"n": longer}))
    # The last note may be longer than the room that a pedal is given.
    return np.where(held > plain, held, np.append(plain[:-1], line[-1:, 4]))


def _written(
    at: np.ndarray, sounding: np.ndarray, free: bool, tick: float, remarks: list[Later]
) -> np.ndarray:
    """Find in which lengths a line was written: int (n,), in ticks.

    ``at`` (n,) are its onsets in ticks, ``sounding`` (n,) how long its notes sound, in units.
    """
    room = np.append(np.diff(at), np.iinfo(np.int32).max)  # ticks to the next note
    gap = room * UNITS - sounding
    apart = gap > 0
    apart[-1] = False
    ends = _ends(at, exact=bool(2 * np.count_nonzero(apart) < len(at)))
    lengths = np.minimum(np.maximum(_nearest(sounding), 1), room)
    asked = apart.copy()
    asked[-1] = True
    law = None if free else _law(at[asked], sounding[asked], room[asked], ends, tick)
    if not free and (share := _one_gate(room[:-1], sounding[:-1], tick)):
        law = share, 0.0
    places, fits = _places(at, sounding, room, ends, tick, law or (1.0, 0.0))
    if free:
        fits[:] = False
    elif law is None:  # one end in ten is at such a place by chance
        fits &= (room - places) * UNITS >= RESOLUTION // 2
    near = (gap <= RESOLUTION) & (sounding >= 0.4 * room * UNITS)
    close = apart & np.where(fits, places == room, near)
    lengths = np.where(fits, places, lengths)
    for index in np.flatnonzero(asked & ~fits & ~close):
        lengths[index] = _rounded_up(int(at[index]), int(lengths[index]), ends)
    lengths = np.where(close, room, np.minimum(lengths, room))
    if n := int(close.sum()):
        remarks.append(Later("Short gaps between notes closed: {n}.", {"n": n}))
    return lengths


def _ends(at: np.ndarray, exact: bool) -> np.ndarray:
    """List the places within a beat at which the line's notes may end, in ticks, and its length.

    Those at which its notes begin, and the halves between: a voice in quarters may have
    eighths that rests follow. A voice in longer notes is counted in those. Where most notes
    last to the next one (``exact``), none is shortened, so each sixteenth counts.
    """
    unit = int(np.gcd.reduce(np.diff(at)))
    if unit and unit % (2 * TICKS_PER_BEAT) == 0 and at[0] == 0 and not exact:
        return np.array([0, unit // 2, unit])
    counts = np.bincount(at % TICKS_PER_BEAT, minlength=TICKS_PER_BEAT)
    used = set(np.flatnonzero(counts > 0.03 * len(at)).tolist())
    found = used | {0, TICKS_PER_BEAT}
    triplets = used & {4, 8}
    if triplets:
        found |= {*_TRIPLET}
    if used & {3, 6, 9} or (exact and not triplets):
        found |= {*_STRAIGHT}
    elif not triplets:
        found |= {6}
    return np.array(sorted(found))


def _one_gate(room: np.ndarray, sounding: np.ndarray, tick: float) -> float:
    """Find the one share of their lengths for which all notes sound, as in staccato; 0 if none.

    With one length only, a share of half is rather a note and its rest.
    """
    if len(room) < 4:
        return 0.0
    shares = sounding / (room * UNITS)
    order = np.argsort(shares)
    passed = np.cumsum(room[order])  # longer notes are rounded less
    share = float(shares[order][np.searchsorted(passed, passed[-1] / 2)])
    same = np.abs(sounding - share * room * UNITS) <= tick + 0.005 * room * UNITS
    kinds = len(np.unique(room[same]))
    believable = 0.7 <= share < 1 or (kinds > 1 and share < 1)
    return share if believable and same.mean() >= 0.65 else 0.0


def _places(
    at: np.ndarray,
    sounding: np.ndarray,
    room: np.ndarray,
    ends: np.ndarray,
    tick: float,
    law: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Find the written length nearest to each note under a law, in ticks, and whether it fits.

    A law (share, units) says that a written length w sounds for share · w − units.
    """
    share, cut = law
    wanted = (sounding + cut) / (share * UNITS)  # ticks
    beat = (at + wanted) // ends[-1] * ends[-1]
    options = beat[:, None] + ends - at[:, None]  # (n, places)
    options[(options < 1) | (options > room[:, None])] = np.inf
    best = np.abs(options - wanted[:, None]).argmin(axis=1)
    places = options[np.arange(len(at)), best]
    fits = np.abs(places - wanted) * share * UNITS <= tick + 0.005 * wanted * UNITS
    return np.where(fits, places, 1).astype(int), fits


def _law(
    at: np.ndarray, sounding: np.ndarray, room: np.ndarray, ends: np.ndarray, tick: float
) -> tuple[float, float] | None:
    """Find the law by which the notes were shortened, the mildest of the good ones.

    None if less than six notes in ten follow one.
    """

    def explained(law: tuple[float, float]) -> float:
        return float(_places(at, sounding, room, ends, tick, law)[1].mean())

    if explained((1.0, 0.0)) >= 0.8:
        return 1.0, 0.0
    cuts = [(1.0, float(cut)) for cut in range(5, 65, 5)]
    shares = [(round(share, 2), 0.0) for share in np.arange(0.99, 0.395, -0.01)]
    laws = [(1.0, 0.0), *shares, *cuts]
    scores = np.array([explained(law) for law in laws])
    if scores.max() < 0.6:
        return None
    return laws[int(np.argmax(scores >= scores.max() - 0.05))]


def _rounded_up(at: int, length: int, ends: np.ndarray) -> int:
    """Lengthen a note to the next place of ``ends``."""
    beats, end = divmod(at + length, int(ends[-1]))
    place = next(place for place in ends.tolist() if place >= end)
    return beats * int(ends[-1]) + place - at


def _from_start(metres: Sequence[Metre], start: int) -> tuple[Metre, ...]:
    """Count metres from tick ``start`` of the file: the first one from its last bar line."""
    found: list[Metre] = []
    for metre in metres:
        moved = metre._replace(start=metre.start - start)
        if moved.start <= 0:
            found = [moved._replace(start=-(-moved.start % moved.bar))]
        else:
            found.append(moved)
    return tuple(found)


def _shorter(
    tokens: tuple[Token, ...], metres: tuple[Metre, ...], remarks: list[Later]
) -> tuple[tuple[Token, ...], tuple[Metre, ...]]:
    """Take whole bars out of rests longer than ``LONGEST_REST`` bars, and of longer notes."""
    kept: list[Token] = []
    starts = [metre.start for metre in metres]
    now, ends, cuts = 0, [], [0]  # cuts: ticks left out before the first end, the second …
    out: dict[bool, list[int]] = {True: [], False: []}  # of rests, of notes
    for token in tokens:
        end, rest = now + token.ticks, token.pitch is None
        last = metres[bisect_left(starts, end) - 1]
        lasts = end - max(now, last.start)  # in one metre
        cut = max(0, -(-lasts // last.bar) - (LONGEST_REST if rest else LONGEST_NOTE)) * last.bar
        if cut:
            token = token._replace(ticks=token.ticks - cut)
            ends.append(end)
            cuts.append(cuts[-1] + cut)
            out[rest].append(cut)
        kept.append(token)
        now = end
    for rest, bars, said in (
        (
            True,
            LONGEST_REST,
            N_("Rests shortened to {bars} bars: {n}; {beats} beats of silence left out."),
        ),
        (
            False,
            LONGEST_NOTE,
            N_("Notes shortened to {bars} bars, as if unended: {n}; {beats} beats left out."),
        ),
    ):
        if out[rest]:
            given = {"bars": bars, "n": len(out[rest])}
            remarks.append(Later(said, {**given, "beats": round(sum(out[rest]) / TICKS_PER_BEAT)}))
    moved = tuple(
        metre._replace(start=metre.start - cuts[bisect_right(ends, metre.start)])
        for metre in metres
    )
    return tuple(kept), moved
