from itertools import pairwise

import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.music import (
    BAR,
    TICKS_PER_BEAT,
    Chord,
    Melody,
    Token,
    arrange,
    bass,
    comping,
    read_midi,
    write_midi,
)
from seqlib.music.harmony import members

tokens = st.builds(
    Token, st.none() | st.integers(40, 90), st.sampled_from([3, 4, 8, 12, 20, 24, 48])
)
melodies = st.lists(tokens, min_size=1, max_size=60).map(lambda found: Melody(tuple(found)))
TWELVE_BARS = tuple(
    Chord(bar * BAR, BAR, root, quality)
    for bar, (root, quality) in enumerate(
        [
            (5, "7"),
            (10, "7"),
            (5, "7"),
            (5, "7"),
            (10, "7"),
            (10, "7"),
            (5, "7"),
            (2, "7"),
            (7, "m7"),
            (0, "7"),
            (5, "7"),
            (0, "7"),
        ]
    )
)
LINE = Melody(tuple(Token(65 + step % 11, ticks) for step in range(100) for ticks in (8, 4)))


def voice(arrangement, name):
    return [sound for sound in arrangement.sounds if sound.voice == name]


def chord_at(chords, tick):
    return next(chord for chord in chords if chord.start <= tick < chord.start + chord.ticks)


@settings(max_examples=50, deadline=None)
@given(melodies, st.integers(0, 1000))
def test_the_solo_is_the_melody_untouched(melody, seed):
    solo = voice(arrange(melody, seed=seed), "solo")
    expected = [
        (start, token.ticks, token.pitch)
        for start, token in zip(melody.edges, melody.tokens, strict=False)
        if token.pitch is not None
    ]
    assert [(sound.start, sound.ticks, sound.pitch) for sound in solo] == expected


@settings(max_examples=30, deadline=None)
@given(melodies, st.integers(0, 1000))
def test_the_same_seed_gives_the_same_band_within_midi_ranges(melody, seed):
    arrangement = arrange(melody, seed=seed)
    assert arrangement == arrange(melody, seed=seed)
    end = -(-melody.edges[-1] // BAR) * BAR
    assert sum(chord.ticks for chord in arrangement.chords) == end
    for sound in arrangement.sounds:
        assert sound.start >= 0
        assert sound.ticks >= 1
        assert sound.start + sound.ticks <= max(end, melody.edges[-1])
        assert 0 <= sound.pitch <= 127
        assert 1 <= sound.velocity <= 127


def test_another_seed_gives_another_band():
    assert arrange(LINE, TWELVE_BARS, seed=1).sounds != arrange(LINE, TWELVE_BARS, seed=2).sounds


def test_the_form_goes_round_until_the_melody_ends():
    short = TWELVE_BARS[:2]
    chords = arrange(LINE, short).chords
    assert [(chord.start, chord.root) for chord in chords[:5]] == [
        (bar * BAR, short[bar % 2].root) for bar in range(5)
    ]
    assert chords[-1].start + chords[-1].ticks == -(-LINE.edges[-1] // BAR) * BAR


def test_the_bass_walks_from_root_to_root_in_its_register():
    for seed in range(20):
        arrangement = arrange(LINE, TWELVE_BARS, seed=seed)
        line = voice(arrangement, "bass")
        assert [sound.start for sound in line] == list(
            range(0, arrangement.chords[-1].start + BAR, TICKS_PER_BEAT)
        )
        assert all(bass.LOWEST <= sound.pitch <= bass.HIGHEST for sound in line)
        for chord in arrangement.chords:
            first = next(sound for sound in line if sound.start == chord.start)
            assert first.pitch % 12 == chord.root
        strong = [sound for sound in line if sound.start % (2 * TICKS_PER_BEAT) == 0]
        fitting = [
            sound.pitch % 12 in members(chord_at(arrangement.chords, sound.start))
            for sound in strong
        ]
        assert sum(fitting) > 0.9 * len(fitting)
        steps = [abs(b.pitch - a.pitch) for a, b in pairwise(line)]
        assert sum(1 <= step <= 5 for step in steps) > 0.85 * len(steps)
        assert max(steps) <= 12


@pytest.mark.parametrize("chords", [TWELVE_BARS, None])
def test_every_chord_is_comped_and_its_voices_move_little(chords):
    arrangement = arrange(LINE, chords)
    hits: dict[int, list[int]] = {}
    for sound in voice(arrangement, "chords"):
        assert comping.LOWEST <= sound.pitch <= comping.HIGHEST
        hits.setdefault(sound.start, []).append(sound.pitch)
    for chord in arrangement.chords:
        # A chord may be anticipated by a swing eighth.
        near = [onset for onset in hits if -4 <= onset - chord.start < chord.ticks]
        classes = {(chord.root + step) % 12 for step in comping.VOICINGS[chord.quality]}
        assert classes in [{pitch % 12 for pitch in hits[onset]} for onset in near]
    voicings = [sorted(hits[onset]) for onset in sorted(hits)]
    assert all(len(voicing) == 4 for voicing in voicings)
    moved = [
        sum(abs(b - a) for a, b in zip(one, two, strict=True)) / 4
        for one, two in pairwise(voicings)
    ]
    assert sum(moved) / len(moved) < 3


def test_chords_with_a_gap_or_an_unknown_quality_are_refused():
    with pytest.raises(ValueError, match="follow one another"):
        arrange(LINE, [Chord(0, 48, 0, "7"), Chord(50, 48, 5, "7")])
    with pytest.raises(ValueError, match="quality"):
        arrange(LINE, [Chord(0, 48, 0, "13sus4")])


def test_a_melody_without_notes_gets_a_band_as_long_as_its_bars():
    assert arrange(Melody(())).sounds == ()
    assert {sound.voice for sound in arrange(Melody((Token(None, 5),))).sounds} == {
        "chords",
        "bass",
        "drums",
    }


def test_the_band_has_its_own_tracks_and_the_solo_is_still_found():
    data = write_midi(LINE, arrange(LINE, TWELVE_BARS))
    song = read_midi(data)
    assert song.tracks[song.best].name == "Solo"
    assert song.melody.tokens == LINE.tokens
    assert {track.name for track in song.tracks} == {"Solo", "Chords", "Bass", "Drums"}


def test_pretty_midi_hears_every_sound_of_the_arrangement(tmp_path):
    arrangement = arrange(LINE, TWELVE_BARS)
    path = tmp_path / "band.mid"
    path.write_bytes(write_midi(LINE, arrangement))
    instruments = pretty_midi.PrettyMIDI(str(path)).instruments
    assert sum(len(instrument.notes) for instrument in instruments) == len(arrangement.sounds)
    loud = [note.velocity for note in instruments[0].notes]
    assert loud == [sound.velocity for sound in voice(arrangement, "solo")]
