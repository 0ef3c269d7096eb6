"""Writes swing solos over a form, by rule and by chance, for the default corpus.

A solo is a chain of phrases with a breath between them. A phrase is one of three kinds:

- a *line*: swing eighths and triplets that reach a chord tone on every strong beat, by
  scale runs, arpeggios, enclosures and chromatic approaches;
- a *riff*: a short figure from the key's blues scale, stated, repeated, bent to the chord;
- a *sequence*: one shape, moved from chord to chord.

All chance comes from ``random.Random``, so a seed fixes a solo note for note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random

from scripts.idiom import (
    HALF,
    HIGHEST,
    LONG,
    LOWEST,
    PLANS,
    REGISTER,
    RESTS,
    RHYTHMS,
    RIFFS,
    SHAPES,
    SHORT,
    Note,
    fitted,
    may_last,
)
from scripts.licks import ways
from seqlib.music import BAR, Chord, Token
from seqlib.music.harmony import members, scale

# Lines aim at thirds and sevenths (or sixths), the notes that tell one chord from another.
GUIDES = (1, 3)
# Where a line may come in, in ticks from its first strong beat.
ENTRIES = (0, 8, 12, -4, -12, -16)


# How far habits go beyond chance, by the kind of situation.
STRENGTH = {"way": 4.0, "rhythm": 2.0, "target": 4.0}


def by_habit(rng: Random, situation: tuple, options: Sequence[tuple[float, object, object]]):
    """One option of ``(weight, how it is known, what it is)``; returns what it is.

    Chance alone makes notes; habits make a style. In each situation every option has a fixed
    inclination, so that a few of them are played most of the time, in any key.
    """
    strength = STRENGTH[situation[0]]
    weights = [
        weight * exp(strength * Random(f"0 {situation} {known}").gauss(0, 1))
        for weight, known, _ in options
    ]
    return rng.choices([what for _, _, what in options], weights)[0]


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

    @property
    def bars(self) -> int:
        """Bars of the form."""
        return self._ticks // BAR

    def chorus(self, number: int) -> None:
        """Write one chorus, each stretch of 12 or 16 bars by one of the plans."""
        bar = number * self.bars
        while bar < (number + 1) * self.bars:
            idea = self.rng.choice(RIFFS), self.rng.choice(SHAPES)
            bar = self._stretch(bar, self.rng.choice(PLANS[min(self.bars, 16)]), *idea)

    def _stretch(self, bar: int, plan, riff, shape) -> int:
        """Carry out a plan from a bar on; returns the bar after it."""
        for kind, length in plan:
            self.phrase(kind, bar, length, riff, shape)
            bar += length
        return bar

    def tune(self, choruses: int) -> None:
        """A blues tune: four bars, the same again, an answer.

        It is played twice and once more at the end; the choruses between riff on its
        opening and give the same answer.
        """
        riff = self.rng.choice([riff for riff in RIFFS if riff[0][0] == 0])
        answer = 8 * BAR
        self._stretch(0, (("riff", 2), ("line", 2)), riff, ())
        self.repeat(0, 4 * BAR, 4 * BAR)
        self._stretch(8, (("line", 4),), riff, ())
        for chorus in range(1, choruses):
            start = chorus * self._ticks
            if chorus in (1, choruses - 1):
                self.repeat(0, self._ticks, start)
            else:
                self._stretch(chorus * self.bars, (("riff", 2),) * 4, riff, ())
                self.repeat(answer - HALF, self._ticks, start + answer - HALF)

    def repeat(self, start: int, end: int, at: int) -> None:
        """Play what is between two ticks again, the major third bent where the chord asks it."""
        third, bent = (self.tonic + 4) % 12, (self.tonic + 3) % 12
        again = []
        for note in self.notes:
            if start <= note.start < end:
                note = note._replace(start=note.start - start + at)
                if note.pitch % 12 == third and bent in scale(self.chord(note.start)):
                    note = fitted(note._replace(pitch=note.pitch - 1))
                again.append(note)
        while again and self.now > at:  # leave out what would run into it
            self.notes.pop()
        self.notes += again

    def phrase(self, kind: str, bar: int, bars: int, riff, shape) -> None:
        """Write one stretch of the chorus."""
        start = bar * BAR
        if kind == "riff":
            self._say(lambda: self.riff(start, self._varied(riff)))
        elif kind == "sequence":
            self._say(lambda: self.sequence(start, bars, shape))
        if kind == "line" or self.now <= start:
            self._say_line(start, start + bars * BAR)

    def _varied(self, riff):
        """The riff as it is, or now and then without its last note."""
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
        last = end - rng.choice((HALF, BAR, BAR))
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
            if lead is None:
                return None
            now = start + entry
            for ticks, one in zip(steps, lead, strict=True):
                notes.append(Note(now, ticks, one))
                now += ticks
        now, rhythm = start, ()
        while now < end:
            step = min(HALF, end - now)
            target, rising = self._target(pitch, now + step, rising)
            anticipated = now + step == end and rng.random() < 0.4 and may_last(target, 16)
            rhythm = self._rhythm(pitch, now, rhythm)
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
        near = [p for p in self._tones(chord) if 3 <= abs(pitch - p) <= 7]
        other = max((p for p in near if p < pitch), default=min(near))
        endings = [[Note(now, LONG, pitch), Note(now + LONG, SHORT, other)]]
        if may_last(pitch, 12):
            endings.append([Note(now, 12, pitch)])
        if may_last(pitch, 24):
            endings += [[Note(now, 24, pitch)]] * 2
        return self.rng.choice(endings)

    def _rhythm(self, pitch: int, now: int, before: tuple[int, ...]) -> tuple[int, ...]:
        chord = self.chord(now)
        situation = ("rhythm", chord.quality, (pitch - chord.root) % 12, now % BAR)
        options = [
            (weight, rhythm, rhythm)
            for rhythm, weight in RHYTHMS
            if not (before == rhythm != RHYTHMS[0][0])  # a triplet is an ornament, once at a time
        ]
        return by_habit(self.rng, situation, options)

    def _tones(self, chord: Chord) -> list[int]:
        return [p for p in REGISTER if p % 12 in members(chord)]

    def _first_pitch(self, tick: int) -> int:
        near = self.notes[-1].pitch if self.notes else self.rng.choice((65, 67, 69, 70))
        chord = self.chord(tick)
        guides = [members(chord)[place] for place in GUIDES]
        tones = [p for p in REGISTER if p % 12 in guides]
        return self.rng.choices(tones, [1 / (2 + abs(p - near)) ** 1.5 for p in tones])[0]

    def _target(self, pitch: int, tick: int, rising: bool) -> tuple[int, bool]:
        """A chord tone for the next strong beat, thirds and sevenths first, and which way on."""
        rng, chord = self.rng, self.chord(tick)
        if pitch > 74:
            rising = False
        elif pitch < 63:
            rising = True
        elif rng.random() < 0.15:
            rising = not rising
        before = self.chord(tick - HALF)
        classes = members(chord)
        options = []
        for tone in self._tones(chord):
            interval = tone - pitch
            if abs(interval) <= 9 and classes.index(tone % 12) in GUIDES:
                weight = 1.0 if (interval > 0) == rising else 0.2
                weight *= 0.1 if not interval else 1.0 if abs(interval) <= 7 else 0.2
                options.append((weight, interval, tone))
        situation = (
            "target",
            before.quality,
            chord.quality,
            (chord.root - before.root) % 12,
            (pitch - before.root) % 12,
            rising,
        )
        return by_habit(rng, situation, options), rising

    def _fill(self, pitch: int, target: int, n: int, chord: Chord) -> list[int] | None:
        """``n`` pitches that begin on ``pitch`` and lead to ``target``, in one of many ways."""
        options = [
            (weight, [p - pitch for p in way], way)
            for weight, way in ways(pitch, target, n, chord)
            if all(p in REGISTER for p in way)
            and all(a != b for a, b in zip(way, [*way[1:], target], strict=True))
        ]
        if not options:
            return None
        situation = ("way", chord.quality, (pitch - chord.root) % 12, target - pitch, n)
        return by_habit(self.rng, situation, options)

    def _approach(self, target: int, n: int, chord: Chord) -> list[int] | None:
        """``n`` notes that lead up or down to ``target``, if the register has them."""
        notes = scale(chord)
        above = next(p for p in range(target + 1, target + 4) if p % 12 in notes)
        below = next(p for p in range(target - 1, target - 4, -1) if p % 12 in notes)
        options = {
            1: ([target - 1], [above], [below]),
            2: ([above, target - 1], [target - 2, target - 1], [above + 1, above]),
            3: ([above, target, target - 1], [target - 5, target - 2, target - 1]),
        }[n]
        inside = [way for way in options if all(p in REGISTER for p in way)]
        return self.rng.choice(inside) if inside else None

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
            if notes and notes[-1].pitch == pitch and step == 3:
                pitch += 2  # the bent third is there already
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


def solo(
    chords: Sequence[Chord], tonic: int, choruses: int, rng: Random, *, head: bool = False
) -> tuple[Token, ...]:
    """A solo of so many choruses over a form.

    With ``head`` the form is a blues, and a tune opens and closes the solo.
    """
    player = Soloist(chords, tonic, rng)
    if head:
        player.tune(choruses)
    else:
        for chorus in range(choruses):
            player.chorus(chorus)
    return tokens_of(player.notes)


def tokens_of(notes: Sequence[Note]) -> tuple[Token, ...]:
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
