"""The band plays in the file's metre."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import midi_bytes as mb
import pytest

from seqlib.music import Melody, Metre, Token, arrange, read_midi, write_midi
from seqlib.music.metre import groups, pulses

CASES = Path(__file__).parent / "cases"
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
KICK, RIDE = 36, 51


def starts(arrangement, voice, pitch=None):
    return [
        sound.start
        for sound in arrangement.sounds
        if sound.voice == voice and pitch in (None, sound.pitch)
    ]


def in_metre(beats, unit, n=12):
    """A file of scales in eighths."""
    return mb.file(
        mb.track(mb.tempo(0, 500_000), mb.metre(0, beats, unit), mb.notes(SCALE * n, 48))
    )


METRES = {  # lengths of pulses, and which are strong
    (3, 4): ((12, 12, 12), {0}),
    (4, 4): ((12,) * 4, {0, 2}),
    (2, 4): ((12, 12), {0}),
    (5, 4): ((12,) * 5, {0, 3}),
    (6, 4): ((12,) * 6, {0, 3}),
    (2, 2): ((12,) * 4, {0, 2}),
    (3, 2): ((12,) * 6, {0, 2, 4}),
    (3, 8): ((18,), {0}),
    (6, 8): ((18, 18), {0}),
    (9, 8): ((18,) * 3, {0}),
    (12, 8): ((18,) * 4, {0, 2}),
    (5, 8): ((18, 12), {0}),
    (7, 8): ((18, 12, 12), {0}),
    (4, 8): ((12, 12), {0}),
    (6, 16): ((9, 9), {0}),
    (8, 32): ((6, 6), {0}),
}


@pytest.mark.parametrize(("metre", "expected"), METRES.items(), ids=str)
def test_a_metre_has_the_pulses_that_players_count(metre, expected):
    found = Metre(0, *metre)
    assert (found.pulses, found.strong) == expected
    assert sum(found.pulses) == found.bar


def test_groups_are_threes_or_twos_after_one_three():
    assert [groups(n) for n in (1, 2, 3, 5, 7, 9)] == [
        (1,), (2,), (3,), (3, 2), (3, 2, 2), (3, 3, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("metre", [metre for metre in METRES if metre != (4, 4)], ids=str)
def test_bass_drums_and_chords_follow_the_metre(metre):
    song = read_midi(in_metre(*metre))
    (found,) = song.melody.metres
    assert song.warnings == (f"The band plays in {found}.",)
    for seed in range(3):
        band = arrange(song.melody, seed=seed)
        end = -(-song.melody.edges[-1] // found.bar) * found.bar
        beat = [bar + sum(found.pulses[:n]) for bar in range(0, end, found.bar)
                for n in range(len(found.pulses))]  # fmt: skip
        assert starts(band, "bass") == beat
        assert set(range(0, end, found.bar)) <= set(starts(band, "drums", KICK))
        assert set(beat) <= set(starts(band, "drums", RIDE))
        strong = {sum(found.pulses[:n]) for n in found.strong}
        assert all(chord.start % found.bar in strong for chord in band.chords)
        assert band.chords[-1].start + band.chords[-1].ticks == end
        assert {sound.voice for sound in band.sounds} == {"solo", "bass", "drums", "chords"}
        assert all(sound.start + sound.ticks <= end for sound in band.sounds)


def test_the_waltz_has_bars_of_three_and_the_jig_two_pulses_a_bar():
    waltz = read_midi(CASES / "M07_waltz.mid")
    assert waltz.warnings == ("The band plays in 3/4.",)
    band = arrange(waltz.melody)
    assert starts(band, "bass") == list(range(0, 24 * 12, 12))
    assert all(chord.start % 36 == 0 for chord in band.chords)
    jig = read_midi(CASES / "M07_jig_6_8.mid")
    assert jig.warnings == ("The band plays in 6/8.",)
    assert starts(arrange(jig.melody), "bass") == list(range(0, 36 * 6, 18))


@pytest.mark.parametrize("metre", [(7, 32), (20, 4), (4, 64), (255, 2), (33, 4), (1, 128)])
def test_a_band_that_cannot_play_a_metre_is_silent_and_says_so(metre):
    song = read_midi(in_metre(*metre))
    assert any(w.startswith("The band is silent: it cannot play in ") for w in song.warnings)
    band = arrange(song.melody)
    assert band.sounds == band.solo
    assert band.chords == ()
    assert read_midi(write_midi(song.melody, band)).melody.metres == song.melody.metres


def test_the_band_follows_a_metre_that_changes_and_an_unfinished_bar_is_cut():
    notes = [
        mb.metre(0, 4, 4), mb.notes(SCALE[:2]), mb.metre(0, 4, 4), mb.notes(SCALE[2:6]),
        mb.metre(0, 3, 4), mb.notes(SCALE[:6]),
        mb.metre(0, 6, 8), mb.notes(SCALE[:4] * 3, 48),
    ]  # fmt: skip
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), *notes)))
    assert song.warnings == ("The metre changes (4/4, 3/4, 6/8); the band follows.",)
    beat = pulses(song.melody.metres, 204)
    assert all(one.end == two.start > one.start for one, two in pairwise(beat))
    bars = [pulse.start for pulse in beat if pulse.place == 0]
    assert bars == [0, 48, 72, 108, 144, 180]
    assert set(bars) <= set(starts(arrange(song.melody), "drums", KICK))
    assert song.melody.metres == read_midi(write_midi(song.melody)).melody.metres


UPBEATS = {
    "a rest before it": mb.metre(0, 3, 4) + mb.on(192, 60) + mb.off(96, 60),
    "a short bar": mb.metre(0, 1, 4) + mb.notes([60]) + mb.metre(0, 3, 4),
}


@pytest.mark.parametrize("upbeat", UPBEATS.values(), ids=UPBEATS)
def test_an_upbeat_stands_before_the_first_bar_line(upbeat):
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), upbeat, mb.notes(SCALE[:6]))))
    assert song.melody.metres == (Metre(-24, 3, 4),)
    assert song.warnings == ("The band plays in 3/4.",)
    band = arrange(song.melody)
    assert {12, 48} <= set(starts(band, "drums", KICK))
    assert 0 not in starts(band, "drums", KICK)
    assert min(sound.start for sound in band.sounds) == 0
    assert band.chords[0].start == 0
    again = read_midi(write_midi(song.melody, band))
    assert (again.melody.tokens, again.melody.metres) == (song.melody.tokens, song.melody.metres)
    odd = replace(song.melody, metres=(Metre(-14, 3, 4),))  # 22 ticks, which no metre is long
    assert read_midi(write_midi(odd)).melody.metres == (Metre(0, 3, 4),)


def test_no_metre_and_4_4_are_alike_and_nothing_is_said():
    plain = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), mb.notes(SCALE))))
    named = read_midi(in_metre(4, 4, n=1))
    assert plain.melody.metres == named.melody.metres == Melody(()).metres
    assert plain.warnings == named.warnings == ()


def test_a_metre_after_the_last_note_is_not_spoken_of():
    late = mb.metre(960, 3, 4)
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), mb.notes(SCALE), late)))
    assert song.melody.metres == Melody(()).metres
    assert song.warnings == ()


@pytest.mark.parametrize("odd", [b"\0\2\x18\x08", b"\4\x40\x18\x08", b"\3", b""])
def test_time_signatures_that_are_none_are_passed_over_and_that_is_said(odd):
    events = mb.tempo(0, 500_000), mb.meta(0, 0x58, odd), mb.notes(SCALE)
    song = read_midi(mb.file(mb.track(*events)))
    assert song.melody.metres == Melody(()).metres
    assert song.warnings == ("The file gives a metre without beats somewhere; it is ignored.",)


def test_chords_of_every_metre_change_on_strong_pulses_only():
    melody = Melody(tuple(Token(60 + 5 * n % 12, 12) for n in range(60)), metres=(Metre(0, 5, 4),))
    chords = arrange(melody).chords
    assert all(one.start + one.ticks == two.start for one, two in pairwise(chords))
    assert {chord.start % 60 for chord in chords} <= {0, 36}
