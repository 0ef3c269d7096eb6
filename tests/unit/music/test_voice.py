"""What is written is read, however its notes are shortened, held, delayed or played."""

import difflib
import random
from pathlib import Path

import midi_bytes as mb
import pytest

from seqlib.music import Token, read_midi

CASES = Path(__file__).parent / "cases"
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
# Lengths of notes and of rests in grid ticks, and the places in a beat where they may end.
RHYTHMS = {
    "quarters": ((12, 12, 24), (12, 24), range(12)),
    "eighths": ((12, 6, 6, 24, 18), (12, 6, 24), range(12)),
    "sixteenths": ((3, 3, 6, 12, 9), (6, 12, 3), range(12)),
    "swing": ((8, 4, 8, 4, 12, 24), (8, 4, 12), (0, 8)),
    "triplets": ((12, 4, 4, 4, 12), (12, 4), (0, 4, 8)),
    "dotted": ((36, 18, 6, 12, 24), (12, 6), range(12)),
}


def written(rhythm, seed, n=40):
    """A melody with written rests: (pitch or None, ticks)."""
    lengths, rests, ends = RHYTHMS[rhythm]
    rng = random.Random(seed)
    tokens, now, notes = [], 0, 0
    while notes < n:
        rest = bool(tokens) and tokens[-1].pitch is not None and rng.random() < 0.12
        fitting = [x for x in (rests if rest else lengths) if (now + x) % 12 in ends]
        length = rng.choice(fitting or [12 - now % 12])
        tokens.append(Token(None if rest else rng.randint(60, 80), length))
        notes += not rest
        now += length
    return tuple(tokens)


def closed(song):
    (found,) = [w for w in song.warnings if w.startswith("Short gaps between notes closed")]
    return int(found.split(": ")[1].rstrip("."))


SOUNDS = {
    **{f"{gate:.1%}": lambda x, gate=gate: int(gate * x) for gate in (0.5, 0.6, 2 / 3, 0.7, 0.75)},
    **{f"{gate:.1%}": lambda x, gate=gate: int(gate * x) for gate in (0.8, 0.9, 11 / 12, 0.95)},
    "98%": lambda x: 0.98 * x,
    "whole": lambda x: x,
    "a tick less": lambda x: x - 1,
    "95% and a tick less": lambda x: int(0.95 * x) - 1,
}


@pytest.mark.parametrize("sounds", SOUNDS.values(), ids=SOUNDS)
def test_lengths_and_rests_are_those_written_whatever_the_gate_time(sounds):
    for place, rhythm in enumerate(RHYTHMS):
        # A sixteenth of 24 ticks is shortened by rounding too.
        division = 960 if rhythm == "sixteenths" else (480, 96, 220)[place % 3]
        tokens = written(rhythm, seed=place)
        song = read_midi(mb.line(tokens, sounds, division))
        assert song.melody.tokens == tokens, (rhythm, division)


def test_nothing_is_said_of_a_file_that_is_read_as_it_stands():
    for rhythm in RHYTHMS:
        assert read_midi(mb.line(written(rhythm, 1), lambda x: x)).warnings == ()


CASE_FILES = {
    "M25_musescore_gate95": 7,
    "M25_gate80": 7,
    "M25_logic_minus1": 7,
}


@pytest.mark.parametrize(("name", "gaps"), CASE_FILES.items())
def test_gaps_of_articulation_close_and_are_counted(name, gaps):
    song = read_midi(CASES / f"{name}.mid")
    assert song.melody.tokens == tuple(Token(pitch, 12) for pitch in SCALE)
    assert closed(song) == gaps


def test_an_eighth_and_its_rest_are_kept_beside_staccato_quarters():
    eighth, quarter = (6, 228), (12, 240)  # written ticks; what sounds of 480 a beat
    events, now = [], 0
    for place, pitch in enumerate(SCALE * 3):
        short = place % 4 == 3
        plain = place % 4 in (0, 1)
        sounding = eighth[1] if short else 456 if plain else quarter[1] - 1
        events.append((now, now + sounding, pitch))
        now += 480
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), mb.played(events)), division=480))
    lengths = {place % 4: [] for place in range(4)}
    notes = [token for token in song.melody.tokens if token.pitch is not None]
    for place, token in enumerate(notes):
        lengths[place % 4].append(token.ticks)
    assert {place: set(found) for place, found in lengths.items()} == {
        0: {12},
        1: {12},
        2: {12},  # staccato
        3: {6},  # an eighth of 95 %, then its rest
    }


def test_equal_eighths_with_rests_stay_as_they_are_written():
    tokens = tuple(token for p in SCALE for token in (Token(p, 6), Token(None, 6)))[:-1]
    song = read_midi(mb.line(tokens, lambda x: x))
    assert song.melody.tokens == tokens
    assert song.warnings == ()


@pytest.mark.parametrize("long", [12, 24, 48])
def test_a_rest_among_notes_that_are_not_shortened_is_written(long):
    tokens = tuple(Token(pitch, long) for pitch in SCALE)
    for short in (3, 6, 9, long - 3, long - 6):
        rest = (*tokens, Token(60, short), Token(None, long - short), *tokens)
        song = read_midi(mb.line(rest, lambda x: x))
        assert song.melody.tokens == rest
        assert song.warnings == ()


@pytest.mark.parametrize("gate", [0.55, 0.6, 0.7, 0.8, 0.9])
def test_long_notes_alone_are_lengthened_to_the_next_one(gate):
    tokens = tuple(Token(pitch, 24) for pitch in SCALE)
    assert read_midi(mb.line(tokens, lambda x: gate * x)).melody.tokens == tokens


def played_freely(tokens, rng, division=960, spread=12):
    """A file as a hand plays it: onsets some hundredths of a beat off, lengths as it likes."""
    events, now = [], 0
    for pitch, ticks in tokens:
        if pitch is not None:
            start = max(0, round(division * (now / 12 + rng.gauss(0, spread) / 480)))
            length = ticks * division / 12 * rng.uniform(0.6, 1.02)
            events.append((start, start + round(length), pitch))
        now += ticks
    return mb.file(mb.track(mb.tempo(0, 500_000), mb.played(events)), division=division)


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_live_playing_is_brought_to_a_coarser_grid_and_that_is_said(rhythm):
    alike = []
    for seed in range(4):
        rng = random.Random(seed)
        tokens = written(rhythm, seed)
        song = read_midi(played_freely(tokens, rng))
        alike.append(
            difflib.SequenceMatcher(None, tokens, song.melody.tokens, autojunk=False).ratio()
        )
        assert len(set(song.melody.tokens)) <= 1.3 * len(set(tokens))
    assert sum(alike) / len(alike) > 0.75
    assert any(w.startswith("Played freely: ") and "of 40 notes" in w for w in song.warnings)


def test_a_fast_run_within_free_playing_keeps_its_notes():
    rng = random.Random(2)
    tokens = (*written("eighths", 2, 30), *(Token(60 + n, 2) for n in range(12)))
    song = read_midi(played_freely(tokens, rng, spread=8))
    assert song.melody.n_notes >= 40


def test_a_file_that_begins_late_by_a_constant_is_not_free_playing():
    tokens = written("eighths", 5)
    events, now = [], 25
    for pitch, ticks in tokens:
        if pitch is not None:
            events.append((now, now + ticks * 40, pitch))
        now += ticks * 40
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), mb.played(events)), division=480))
    assert song.melody.tokens == tokens
    assert song.warnings == ()


# ---------------------------------------------------------------- notes of no length

QUARTERS = tuple(Token(pitch, 12) for pitch in SCALE)
EMPTY = {
    "of the same pitch": lambda p: mb.on(0, p) + mb.off(0, p) + mb.on(0, p) + mb.off(96, p),
    "of a higher pitch": lambda p: (
        mb.on(0, p + 12) + mb.off(0, p + 12) + mb.on(0, p) + mb.off(96, p)
    ),
    "a moment before": lambda p: mb.on(0, 20) + mb.off(1, 20) + mb.on(1, p) + mb.off(94, p),
}


@pytest.mark.parametrize("event", EMPTY.values(), ids=EMPTY)
def test_notes_of_no_length_before_real_ones_are_left_out(event):
    notes = b"".join(event(pitch) for pitch in SCALE)
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), notes)))
    assert song.melody.tokens == QUARTERS
    assert "Notes of no length left out: 8." in song.warnings


def test_a_note_of_no_length_alone_lasts_to_the_next_one():
    events = [(96 * n, 96 * n + (0 if n in (2, 5) else 96), p) for n, p in enumerate(SCALE)]
    notes, now = b"", 0
    for start, end, pitch in events:
        notes += mb.on(start - now, pitch) + mb.off(end - start, pitch)
        now = end
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), notes)))
    assert song.melody.tokens == QUARTERS
    assert song.warnings == ("Notes of no length that now last to the next one: 2.",)


# ---------------------------------------------------------------- the pedal


def test_the_pedal_holds_notes_to_the_next_one():
    song = read_midi(CASES / "M12_pedal.mid")
    assert song.melody.tokens == QUARTERS
    assert "Notes that the sustain pedal holds: 8." in song.warnings


def with_pedal(*, up):
    """Short notes a beat apart, the pedal down with each and up after so many of 96 ticks."""
    return b"".join(
        mb.on(0, pitch)
        + mb.pedal(0, True)
        + mb.off(10, pitch)
        + mb.pedal(up - 10, False)
        + mb.off(96 - up, 0)
        for pitch in SCALE
    )


def test_a_note_ends_where_the_pedal_goes_up_and_the_rest_is_kept():
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), with_pedal(up=48))))
    assert song.melody.tokens[:4] == (Token(60, 6), Token(None, 6), Token(62, 6), Token(None, 6))


def test_a_pedal_changed_just_before_each_note_leaves_no_rests():
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), with_pedal(up=88))))
    assert song.melody.tokens == QUARTERS


def test_a_pedal_on_the_other_hands_track_holds_both_hands():
    right = mb.track(
        mb.tempo(0, 500_000), b"".join(mb.on(0, p) + mb.off(10, p) + mb.off(86, 0) for p in SCALE)
    )
    left = mb.track(mb.pedal(0, True), mb.notes([36, 43] * 2, 192), mb.pedal(0, False))
    other = mb.track(
        mb.program(73),
        b"".join(mb.on(0, p + 12) + mb.off(24, p + 12) + mb.off(72, 0) for p in SCALE),
    )
    song = read_midi(mb.file(right, left, other), track=0)
    assert song.melody.tokens == QUARTERS
    flute = song.with_track(2)  # another instrument on the same channel
    assert not any("pedal" in warning for warning in flute.warnings)


def test_a_falling_line_over_chords_keeps_its_notes_under_the_pedal():
    notes = mb.pedal(0, True) + b"".join(
        mb.on(0, p) + mb.on(0, p - 16) + mb.off(40, p) + mb.off(0, p - 16) + mb.pedal(56, True)
        for p in reversed(SCALE)
    )
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), notes)))
    assert song.melody.tokens == QUARTERS[::-1]


def test_a_pedal_never_lifted_does_not_fill_a_long_rest():
    notes = mb.pedal(0, True) + mb.notes(SCALE) + mb.on(96 * 75, 60) + mb.off(96, 60)
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), notes)))
    assert max(token.ticks for token in song.melody.tokens) <= 16 * 12


# ---------------------------------------------------------------- long rests


def silent_for(beats, *first):
    return mb.track(
        mb.tempo(0, 500_000), *first, mb.notes(SCALE), mb.on(96 * beats, 60), mb.off(96, 60)
    )


def test_75_beats_of_silence_are_shortened_by_whole_bars():
    song = read_midi(mb.file(silent_for(75)))
    assert song.melody.tokens == (*QUARTERS, Token(None, 15 * 12), Token(60, 12))
    assert song.warnings == ("Rests shortened to 4 bars: 1; 60 beats of silence left out.",)


def test_a_note_without_an_end_is_shortened_to_eight_bars():
    stuck = mb.notes(SCALE[:4]) + mb.on(96 * 4, 60) + mb.off(96 * 3000, 60) + mb.notes(SCALE[:4])
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), stuck)))
    assert max(token.ticks for token in song.melody.tokens) <= 8 * 48
    (said,) = song.warnings
    assert said == "Notes shortened to 8 bars, as if unended: 1; 2968 beats left out."


def test_rests_of_four_bars_are_music():
    song = read_midi(mb.file(silent_for(16)))
    assert song.melody.tokens[8] == Token(None, 16 * 12)
    assert song.warnings == ()


def test_a_shortened_rest_leaves_later_metres_where_they_belong():
    notes = mb.metre(0, 3, 4) + mb.notes(SCALE[:3]) + mb.on(96 * 72, 60) + mb.off(96, 60)
    notes += mb.metre(96 * 2, 4, 4) + mb.notes(SCALE)
    melody = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), notes))).melody
    first, second = melody.metres
    assert (str(first), first.start, str(second)) == ("3/4", 0, "4/4")
    # The second metre begins with the scale.
    place = len(melody.tokens) - len(SCALE)
    assert melody.edges[place] == second.start
