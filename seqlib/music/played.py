"""Notes that somebody plays or types, as tokens on a corpus' grid and of its vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from seqlib.i18n import LANGUAGES, InputError, _, n_, speaking

from .melody import TICKS_PER_BEAT, Melody, Token, beats_text, pitch_name
from .metre import COMMON_TIME
from .tokens import Vocabulary
from .voice import RESOLUTION, voice_of

MOST_NOTES = 16
MOST_BEATS = 16  # of one note or rest
MOST_RESTS = 4  # that stand for one; a vocabulary may have short ones only
_USED = 0.03  # share of a corpus' onsets from which on a place in the beat belongs to its grid
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NOTE = re.compile(r"([A-Ga-g])([#♯b♭]?)(-?\d)$")
_BEATS = re.compile(r"\d{1,4}/\d{1,4}|\d{1,4}(?:\.\d{0,4})?")


class Played(NamedTuple):
    """One key held down, from ``start`` to ``end`` in beats."""

    pitch: int
    start: float
    end: float


def grid_of(melodies: Iterable[Melody]) -> tuple[int, ...]:
    """Return the places in the beat, in ticks, at which notes begin; the most used first."""
    edges = [np.array(melody.edges[:-1]) for melody in melodies]
    counts = np.bincount(np.concatenate([[0], *edges]) % TICKS_PER_BEAT, minlength=TICKS_PER_BEAT)
    used = [int(at) for at in np.argsort(-counts, kind="stable") if counts[at]]
    return tuple(at for at in used if not at or counts[at] >= _USED * counts.sum())


def played_tokens(
    notes: Sequence[Played], grid: Sequence[int], end: float = 0.0
) -> tuple[Token, ...]:
    """Bring played notes onto the grid as one voice: lengths as held, gaps as rests.

    Of notes that begin together the highest is kept; one that runs into the next is cut there. A
    gap shorter than its note and than half a beat is how keys are let go: it is closed.

    Parameters
    ----------
    notes : sequence of Played
        In any order; beat 0 is where the tokens begin.
    grid : places in the beat, in ticks, as ``grid_of`` returns
    end : float
        Beat at which a rest after the last note ends, if there is one.

    Raises ``ValueError``, one sentence, if there are too many notes, or one is not of this world.
    """
    _check(notes, end)
    found: list[Token] = []
    now = 0

    def add(pitch: int | None, until: int) -> int:
        if until > now:
            found.append(Token(pitch, until - now))
        return max(now, until)

    line = _line(notes)
    following = [start for _pitch, start, _stop in line[1:]]
    for (pitch, start, stop), after in zip_longest(line, following):
        if after is not None and after - stop <= min(stop - start, TICKS_PER_BEAT // 2):
            stop = after
        now = add(None, _nearest(start, grid, now))
        now = add(pitch, _nearest(stop, grid, now + 1))
    now = add(None, _nearest(round(end * TICKS_PER_BEAT), grid, now))
    return tuple(found)


def events_of(tokens: Sequence[Token]) -> tuple[list[Played], float]:
    """Return the notes that ``played_tokens`` makes these tokens of, and the beat of their end."""
    melody = Melody(tuple(tokens))
    events = [
        Played(pitch, start / TICKS_PER_BEAT, (start + ticks) / TICKS_PER_BEAT)
        for start, ticks, pitch in melody.notes
    ]
    return events, melody.edges[-1] / TICKS_PER_BEAT


def fitted(
    tokens: Sequence[Token], vocabulary: Vocabulary
) -> tuple[np.ndarray, dict[Token, tuple[Token, ...]]]:
    """Bring tokens to the nearest ones of a vocabulary.

    A pitch beyond the vocabulary's range moves by octaves into it, then to the nearest pitch that
    it has. A note has the longest length not above its own, and up to ``MOST_RESTS`` rests keep the
    time that is left.

    Returns
    -------
    indices : int array (n,)
    changed : dict
        What stands in for each token that now sounds otherwise; nothing where there are no rests.
    """
    lengths: dict[int | None, list[int]] = {}
    for pitch, ticks in vocabulary.tokens:
        lengths.setdefault(pitch, []).append(ticks)
    pitches = sorted(pitch for pitch in lengths if pitch is not None)

    def rests(ticks: int) -> Iterator[Token]:
        left = MOST_RESTS
        for length in sorted(lengths.get(None, ()), reverse=True):
            while length <= ticks and left:
                yield Token(None, length)
                ticks, left = ticks - length, left - 1

    def stand_in(token: Token) -> tuple[Token, ...]:
        if token in vocabulary.index:
            return (token,)
        if token.pitch is None or not pitches:
            shortest = min(lengths.get(None, ()), default=0)
            return tuple(rests(max(token.ticks, shortest)))
        pitch = _within(token.pitch, pitches[0], pitches[-1])
        pitch = min(pitches, key=lambda one: abs(one - pitch))
        fits = [ticks for ticks in lengths[pitch] if ticks <= token.ticks]
        ticks = max(fits, default=min(lengths[pitch]))
        return (Token(pitch, ticks), *rests(token.ticks - ticks))

    found = {token: stand_in(token) for token in tokens}
    indices = [vocabulary.index[one] for token in tokens for one in found[token]]
    changed = {token: other for token, other in found.items() if _sounds(other) != _sounds([token])}
    return np.array(indices, dtype=np.int64), changed


def _sounds(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with neighbouring rests in one."""
    found: list[Token] = []
    for token in tokens:
        if found and found[-1].pitch is None is token.pitch:
            found[-1] = Token(None, found[-1].ticks + token.ticks)
        else:
            found.append(token)
    return found


def written(tokens: Sequence[Token]) -> str:
    """Write tokens as ``read_notes`` reads them: ``C4 1/2, rest 1``, lengths in beats."""
    names = (_("rest") if pitch is None else pitch_name(pitch) for pitch, _ticks in tokens)
    lengths = (beats_text(ticks) for _pitch, ticks in tokens)
    return ", ".join(f"{name} {beats}" for name, beats in zip(names, lengths, strict=True))


def read_notes(text: str) -> tuple[Token, ...]:
    """Read notes as somebody types them: a pitch or "rest", a length in beats, then a comma.

    Sharps and flats are written ``#`` or ``♯``, ``b`` or ``♭``; a note without a length has one
    beat. Raises ``ValueError``, one sentence, for anything else.
    """
    parts = [part for part in re.split(r"[,;，、；\n]", text) if part.strip()]
    _check_count(len(parts), 2 * MOST_NOTES)
    tokens = tuple(map(_token, parts))
    _check_count(Melody(tokens).n_notes)
    return tokens


def _token(part: str) -> Token:
    name, _space, length = part.replace("·", " ").strip().partition(" ")
    numbers = _BEATS.findall(length)
    wrong = bool(_BEATS.sub("", length).strip()) or len(numbers) > 2 or _by_zero(numbers)
    ticks = TICKS_PER_BEAT
    if numbers and not wrong:
        ticks = round(TICKS_PER_BEAT * sum(map(Fraction, numbers)))
    pitch = None if name.casefold() in _rests() else _pitch(name)
    if wrong or pitch == -1:
        raise InputError(
            "“{part}” is no note: write a pitch and its length in beats, as in C4 1/2, E♭4 1 "
            "or rest 1.",
            part=part.strip()[:40],
        )
    if not 1 <= ticks <= MOST_BEATS * TICKS_PER_BEAT:
        raise InputError(
            "“{part}” lasts too long or too short: give 1/12 to {most} beats.",
            part=part.strip()[:40],
            most=MOST_BEATS,
        )
    return Token(pitch, ticks)


def _by_zero(numbers: Sequence[str]) -> bool:
    return any("/" in one and not int(one.split("/")[1]) for one in numbers)


def _rests() -> set[str]:
    words = {"-"}
    for language in LANGUAGES:
        with speaking(language):
            words.add(_("rest").casefold())
    return words


def _pitch(name: str) -> int:
    """Return the MIDI number of a name, -1 if it is none."""
    found = _NOTE.match(name)
    if found is None:
        return -1
    letter, sign, octave = found.groups()
    raised = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[sign]
    pitch = 12 * (int(octave) + 1) + _LETTERS[letter.upper()] + raised
    return pitch if 0 <= pitch <= 127 else -1


def _check_count(n: int, most: int = MOST_NOTES) -> None:
    if n > most:
        raise ValueError(
            n_(
                "A start has at most {most} notes; this is {n}.",
                "A start has at most {most} notes; these are {n}.",
                n,
                most=MOST_NOTES,
            )
        )


def _check(notes: Sequence[Played], end: float) -> None:
    _check_count(len(notes))
    last = 2 * MOST_NOTES * MOST_BEATS
    for pitch, start, stop in (*notes, (0, 0.0, end)):
        if not (pitch in range(128) and 0 <= start <= stop <= last):
            raise InputError("Notes like these cannot be played; clear them and play again.")


def _line(notes: Sequence[Played]) -> list[tuple[int, int, int]]:
    """Reduce notes to one voice: pitch, start and end of each in ticks."""
    if not notes:
        return []
    rows = np.array([(start, stop, pitch, stop) for pitch, start, stop in notes])
    units = np.rint(rows * (RESOLUTION, RESOLUTION, 1, RESOLUTION)).astype(int)
    units = units[np.lexsort((-units[:, 2], units[:, 0]))]
    first = round(int(units[0, 0]) * TICKS_PER_BEAT / RESOLUTION)
    voice = Melody(voice_of(units, (COMMON_TIME,), 0).tokens)
    return [(pitch, first + start, first + start + ticks) for start, ticks, pitch in voice.notes]


def _nearest(tick: int, grid: Sequence[int], least: int) -> int:
    """Return the place of the grid nearest to a tick, not before ``least``."""
    first = max(tick, least) // TICKS_PER_BEAT - 1
    beats = range(first * TICKS_PER_BEAT, (first + 3) * TICKS_PER_BEAT + 1, TICKS_PER_BEAT)
    places = [beat + at for at in grid for beat in beats if beat + at >= least]
    return min(places, key=lambda place: abs(place - max(tick, least)))


def _within(pitch: int, low: int, high: int) -> int:
    """Move a pitch by octaves towards a range, into it where the range has its name."""
    while pitch > high and pitch - 12 >= low:
        pitch -= 12
    while pitch < low and pitch + 12 <= high:
        pitch += 12
    return pitch
