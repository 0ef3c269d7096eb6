"""Writes swing solos over a form, by rule and by chance, for the default corpus.

A solo is a chain of phrases with a breath between them. A phrase is one of three kinds:

- a *line*: swing eighths and triplets that reach a chord tone on every strong beat, by
  scale runs, arpeggios, enclosures and chromatic approaches;
- a *riff*: a short figure from the key's blues scale, stated, repeated, bent to the chord;
- a *sequence*: one shape, moved from chord to chord.

Everything is drawn from one ``random.Random``, so a seed fixes a solo note for note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from seqlib.music import BAR, TICKS_PER_BEAT, Chord, Token
from seqlib.music.harmony import members, scale

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
RESTS = (4, 8, 12, 16, 20, 24, 36)


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


# ---------------------------------------------------------------- riffs and shapes

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
    ((8, 4, 8, 4), 10),
    ((4, 4, 4, 8, 4), 2.5),
    ((8, 4, 4, 4, 4), 1.2),
    ((12, 8, 4), 0.8),
)


# ---------------------------------------------------------------- the soloist


@dataclass
class Soloist:
    """Writes one solo over ``chords`` (one chorus, from tick 0), in the key of ``tonic``."""

    chords: Sequence[Chord]
    tonic: int
    rng: Random
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._starts = [chord.start for chord in self.chords]
        self._ticks = self.chords[-1].start + self.chords[-1].ticks

    def chord(self, tick: int) -> Chord:
        return self.chords[bisect_right(self._starts, tick % self._ticks) - 1]

    @property
    def now(self) -> int:
        """Where the last note ends."""
        return self.notes[-1].end if self.notes else 0

    def phrase(self, kind: str, bar: int, bars: int, riff, shape) -> None:
        """Write one stretch of the chorus."""
        start = bar * BAR
        if kind == "riff":
            self._say(lambda: self.riff(start, self._bent(riff)))
        elif kind == "sequence":
            self._say(lambda: self.sequence(start, bars, shape))
        if kind == "line" or self.now <= start:
            self._say_line(start, start + bars * BAR)

    def _bent(self, riff):
        """The riff as it is, or without its last note, or with a longer way in."""
        return riff if self.rng.random() < 0.7 else riff[:-1]

    def _say(self, write) -> None:
        notes = [fitted(note) for note in write()]
        while notes and not (self._breath(notes[0].start) or not self.notes):
            notes = notes[1:]  # come in later rather than run into the last phrase
        if not self.notes and notes and notes[0].start:
            return
        self.notes += notes

    def _breath(self, start: int) -> bool:
        return start - self.now in RESTS

    def _say_line(self, start: int, end: int) -> None:
        rng = self.rng
        options = [
            (begin, entry)
            for begin in (start, start - HALF, start + HALF)
            for entry in ENTRIES
            if self._breath(begin + entry) and begin + entry - self.now >= 8
        ]
        if not self.notes:
            options = [(start, 0)]
        likely = [option for option in options if option[0] == start] or options
        begin, entry = rng.choice(likely)
        last = end - rng.choice((HALF, HALF, BAR))
        if last <= begin:
            last = begin + HALF
        self.notes += [fitted(note) for note in self.line(begin, last, entry)]

    # Lines

    def line(self, start: int, end: int, entry: int = 0) -> list[Note]:
        """A line that reaches its last note at ``end`` or a swing eighth before.

        ``start`` and ``end`` are strong beats; the first note comes ``entry`` ticks after
        ``start``, or before it if negative.
        """
        for _ in range(200):
            if notes := self._try_line(start, end, entry):
                return notes
        raise RuntimeError(f"no line found from {start} to {end}")

    def _try_line(self, start: int, end: int, entry: int) -> list[Note] | None:
        rng = self.rng
        rising = rng.random() < 0.6
        pitch = self._first_pitch(start)
        notes: list[Note] = []
        if entry < 0:  # a pickup: one or two notes into the first strong beat
            steps = {-4: (4,), -12: (8, 4), -16: (4, 8, 4)}[entry]
            lead = self._approach(pitch, len(steps), self.chord(start))
            now = start + entry
            for ticks, one in zip(steps, lead, strict=True):
                notes.append(Note(now, ticks, one))
                now += ticks
        now = start
        while now < end:
            step = min(HALF, end - now)
            target, rising = self._target(pitch, now + step, rising)
            anticipated = now + step == end and rng.random() < 0.4 and may_last(target, 16)
            rhythm = rng.choices(*zip(*RHYTHMS, strict=True))[0]
            if now == start and entry > 0:  # a late entry: the line starts inside the half bar
                rhythm = {8: (4, 8, 4), 12: (8, 4)}[entry]
                now += entry
            if rhythm[0] == 12 and not may_last(pitch, 12):
                rhythm = (8, 4, 8, 4)
            if anticipated:
                rhythm = rhythm[:-1] if rhythm[-1] == SHORT else rhythm
            filled = self._fill(pitch, target, len(rhythm), self.chord(now))
            if filled is None:
                return None
            for ticks, one in zip(rhythm, filled, strict=True):
                notes.append(Note(now, ticks, one))
                now += ticks
            pitch = target
            if anticipated:
                notes.append(Note(now, 16, pitch))
                return notes
        return [*notes, *self._ending(pitch, end)]

    def _ending(self, pitch: int, now: int) -> list[Note]:
        """The last note or two of a line, on a strong beat."""
        chord = self.chord(now)
        lower = [p for p in self._tones(chord) if 3 <= pitch - p <= 7]
        endings = [[Note(now, 12, pitch)]] if may_last(pitch, 12) else []
        if may_last(pitch, 24):
            endings += [[Note(now, 24, pitch)]] * 2
        if lower:
            endings.append([Note(now, LONG, pitch), Note(now + LONG, SHORT, max(lower))])
        return self.rng.choice(endings or [[Note(now, LONG, pitch)]])

    def _tones(self, chord: Chord) -> list[int]:
        return [p for p in REGISTER if p % 12 in members(chord)]

    def _first_pitch(self, tick: int) -> int:
        near = self.notes[-1].pitch if self.notes else self.rng.choice((65, 67, 69, 70))
        tones = self._tones(self.chord(tick))
        return self.rng.choices(tones, [1 / (2 + abs(p - near)) ** 1.5 for p in tones])[0]

    def _target(self, pitch: int, tick: int, rising: bool) -> tuple[int, bool]:
        """A chord tone for the next strong beat, thirds and sevenths first, and which way on."""
        rng, chord = self.rng, self.chord(tick)
        if pitch > 74:
            rising = False
        elif pitch < 63:
            rising = True
        elif rng.random() < 0.3:
            rising = not rising
        classes = members(chord)
        weights = []
        tones = self._tones(chord)
        for tone in tones:
            weight = (1.0, 2.0, 1.2, 1.8)[classes.index(tone % 12)]
            interval = tone - pitch
            weight *= {True: 1.0, False: 0.25}[(interval > 0) == rising]
            weight *= 0.15 if not interval else 1.0 if abs(interval) <= 7 else 0.1
            weights.append(weight if abs(interval) <= 9 else 0.0)
        target = rng.choices(tones, weights)[0]
        return target, rising

    def _fill(self, pitch: int, target: int, n: int, chord: Chord) -> list[int] | None:
        """``n`` pitches that begin on ``pitch`` and lead to ``target``, in one of many ways."""
        found = [
            (weight, way)
            for weight, way in ways(pitch, target, n, chord)
            if all(p in REGISTER for p in way)
            and all(a != b for a, b in zip(way, [*way[1:], target], strict=True))
        ]
        if not found:
            return None
        weights, options = zip(*found, strict=True)
        return self.rng.choices(options, weights)[0]

    def _approach(self, target: int, n: int, chord: Chord) -> list[int]:
        """``n`` notes that lead up or down to ``target``."""
        notes = scale(chord)
        above = next(p for p in range(target + 1, target + 4) if p % 12 in notes)
        below = next(p for p in range(target - 1, target - 4, -1) if p % 12 in notes)
        options = {
            1: ([target - 1], [above], [below]),
            2: ([above, target - 1], [target - 2, target - 1], [above + 1, above]),
            3: ([above, target, target - 1], [target - 5, target - 2, target - 1]),
        }[n]
        inside = [way for way in options if all(p in REGISTER for p in way)]
        return self.rng.choice(inside or [options[0]])

    # Riffs and sequences

    def riff(self, start: int, riff: Sequence[tuple[int, int, int]]) -> list[Note]:
        """A riff in the key, the major third and seventh bent to the chord it is over."""

        home = next(p for p in range(60, 72) if p % 12 == self.tonic)
        if max(step for _, _, step in riff) + home > HIGHEST - 2:
            home -= 12
        notes = []
        for onset, ticks, step in riff:
            chord = self.chord(start + onset)
            if step == 4 and (self.tonic + 3) % 12 in scale(chord):
                step = 3
            pitch = home + step
            while pitch < LOWEST:
                pitch += 12
            notes.append(Note(start + onset, ticks, pitch))
        return notes

    def sequence(self, start: int, bars: int, shape: Sequence[tuple[int, int, int]]) -> list[Note]:
        """A shape on the chord of each bar in turn, each time in the octave nearest the last."""
        notes: list[Note] = []
        for bar in range(start, start + bars * BAR, BAR):
            chord = self.chord(bar)
            steps = scale(chord)
            near = notes[-1].pitch - 2 if notes else 67

            def pitch_of(step: int, base: int, steps: tuple[int, ...] = steps) -> int:
                octave, place = divmod(step, len(steps))
                return base + 12 * octave + (steps[place] - steps[0]) % 12

            highest, lowest = (f(step for _, _, step in shape) for f in (max, min))
            bases = [
                p
                for p in range(LOWEST - 6, HIGHEST)
                if p % 12 == chord.root
                and pitch_of(lowest, p) >= LOWEST
                and pitch_of(highest, p) <= HIGHEST
            ]
            base = min(bases, key=lambda p: abs(pitch_of(shape[0][2], p) - near))
            notes += [Note(bar + on, ticks, pitch_of(step, base)) for on, ticks, step in shape]
        return notes


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
        yield 6.0, [pitch, *scale_between]
    if len(scale_between) == n - 2:
        last = scale_between[-1] if scale_between else pitch
        if abs(target - last) == 2:
            yield 3.0, [pitch, *scale_between, target - direction]
    # A turn the other way, then the run.
    other = next(
        p for p in range(pitch - direction, pitch - 4 * direction, -direction) if p % 12 in notes
    )
    run = [pitch, *scale_between]
    if len(run) == n - 2:
        yield 2.5, [pitch, other, *run]
    # An arpeggio, up or down, then a step into the target.
    for step, weight in ((1, 4.0), (-1, 1.2)):
        ladder = [p for p in range(pitch + step, pitch + 15 * step, step) if p % 12 in tones]
        whole = [pitch, *ladder[: n - 1]]
        if 1 <= abs(whole[-1] - target) <= 3:
            yield weight, whole
        if n > 2:
            most = [pitch, *ladder[: n - 2]]
            for last in {above, target - 1}:
                if abs(last - most[-1]) <= 7:
                    yield weight * 0.6, [*most, last]
    # An enclosure: the note above the target and the one just below it.
    if n >= 3:
        for pair in ([above, target - 1], [target - 1, above]):
            for lead in leads(pitch, pair[0], n - 2, tones):
                yield 1.5, [*lead, *pair]
    # Two chromatic steps from below or above.
    if n >= 3:
        for pair in ([target - 2, target - 1], [target + 2, target + 1]):
            for lead in leads(pitch, pair[0], n - 2, tones):
                yield 0.4, [*lead, *pair]
    if n == 2:
        for last, weight in ((target - 1, 1.5), (above, 2.0), (below, 1.5)):
            if 1 <= abs(last - pitch) <= 7:
                yield weight, [pitch, last]
    if n == 4 and pitch % 12 == chord.root:  # one, two, three, five
        third = pitch + (members(chord)[1] - chord.root) % 12
        if 1 <= abs(pitch + 7 - target) <= 4:
            yield 2.0, [pitch, pitch + 2, third, pitch + 7]


def leads(pitch: int, to: int, n: int, tones: set[int]) -> Iterator[list[int]]:
    """``n`` notes from ``pitch`` on, chord tones, from which ``to`` is within a fifth."""
    for step in (1, -1):
        ladder = [p for p in range(pitch + step, pitch + 15 * step, step) if p % 12 in tones]
        lead = [pitch, *ladder[: n - 1]]
        if 1 <= abs(lead[-1] - to) <= 7:
            yield lead
        if n == 1:
            return
    if n >= 2:  # or wait around the first note
        neighbour = [pitch, pitch + 2 if (pitch + 2) % 12 in tones else pitch - 1, pitch]
        if n == 3 and 1 <= abs(pitch - to) <= 7:
            yield neighbour


# ---------------------------------------------------------------- the shape of a chorus

# What each stretch of a chorus holds: (kind, bars). "riff" and "sequence" come back as they were.
PLANS: dict[int, tuple[tuple[tuple[str, int], ...], ...]] = {
    12: (
        (("riff", 2), ("line", 2), ("riff", 2), ("line", 2), ("line", 4)),
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
ENTRIES = (0, 8, 12, -4, -12, -16)


def solo(
    chords: Sequence[Chord], tonic: int, bars: int, choruses: int, rng: Random
) -> tuple[Token, ...]:
    """A solo of so many choruses over a form of so many bars."""
    player = Soloist(chords, tonic, rng)
    sections = PLANS[12 if bars == 12 else 16]
    for chorus in range(choruses):
        bar = chorus * bars
        while bar < (chorus + 1) * bars:
            plan = rng.choice(sections)
            idea = rng.choice(RIFFS), rng.choice(SHAPES)
            for kind, length in plan:
                player.phrase(kind, bar, length, *idea)
                bar += length
    return tokens_of(player.notes, choruses * bars * BAR)


def tokens_of(notes: Sequence[Note], end: int) -> tuple[Token, ...]:
    """Notes to tokens, rests between them; the first note must be at tick 0."""
    tokens: list[Token] = []
    now = 0
    for note in notes:
        if note.start < now:
            raise ValueError(f"{note} starts before tick {now}, where the last one ends")
        if note.start > now:
            tokens.append(Token(None, note.start - now))
        tokens.append(Token(note.pitch, note.ticks))
        now = note.end
    return tuple(tokens)
