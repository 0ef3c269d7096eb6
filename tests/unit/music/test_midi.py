import io
import random
import re
from pathlib import Path

import midi_bytes as mb
import pretty_midi
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seqlib.i18n import speaking
from seqlib.music import (
    MAX_BEATS,
    MAX_BYTES,
    MAX_NOTES,
    TICKS_PER_BEAT,
    Melody,
    MidiError,
    Token,
    midi,
    read_midi,
    write_midi,
)
from seqlib.music.events import MAX_FILE_NOTES, MAX_TRACKS
from seqlib.music.midi import MAX_TOKENS

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)

notes_and_rests = st.builds(Token, st.none() | st.integers(0, 127), st.integers(1, 200))


def joined(tokens):
    """Neighbouring rests as one, and none at the ends: what a MIDI file can tell."""
    found = []
    for token in tokens:
        if token.pitch is None and (not found or found[-1].pitch is None):
            if found:
                found[-1] = Token(None, found[-1].ticks + token.ticks)
        else:
            found.append(token)
    while found and found[-1].pitch is None:
        found.pop()
    return tuple(found)


def pitches(song):
    return [token.pitch for token in song.melody.tokens if token.pitch is not None]


def refused(data, match):
    """Reading fails with one sentence that says so, and is not slow or silent about it."""
    with pytest.raises(MidiError, match=match) as caught:
        read_midi(data)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not re.search(r"[.!?] ", sentence)
    return sentence


# ---------------------------------------------------------------- round trip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(notes_and_rests, min_size=2, max_size=60),
    st.floats(20, 400, allow_nan=False),
)
def test_what_is_written_is_read_back_token_for_token(tokens, tempo):
    expected = joined(tokens)
    assume(sum(token.pitch is not None for token in expected) >= 2)
    song = read_midi(write_midi(Melody(tuple(tokens), tempo)))
    assert song.melody.tokens == expected
    assert song.tempo == pytest.approx(tempo, rel=1e-3)
    assert not song.warnings


def test_writing_again_what_was_read_gives_the_same_bytes():
    melody = Melody(tuple(Token(pitch, 8 if pitch % 2 else 4) for pitch in SCALE), 132.0)
    once = write_midi(melody)
    assert write_midi(read_midi(once).melody) == once


def test_every_length_the_grid_can_hold_survives():
    tokens = tuple(Token(60 + ticks % 12, ticks) for ticks in range(1, 97))
    assert read_midi(write_midi(Melody(tokens))).melody.tokens == tokens


def test_paths_bytes_and_open_files_are_all_read(tmp_path):
    data = write_midi(Melody(tuple(Token(pitch, 12) for pitch in SCALE)))
    path = tmp_path / "my tune.mid"
    path.write_bytes(data)
    from_bytes = read_midi(data)
    assert read_midi(path).melody.tokens == from_bytes.melody.tokens
    assert read_midi(str(path)).title == "my tune"
    upload = io.BytesIO(data)
    upload.read()
    assert read_midi(upload).melody.tokens == from_bytes.melody.tokens


# ---------------------------------------------------------------- kinds of file


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_types_0_1_and_2_are_read(kind):
    tracks = [mb.track(mb.notes(SCALE))]
    if kind == 1:
        tracks.insert(0, mb.track(mb.tempo(0, 500_000)))
    if kind == 2:
        tracks.append(mb.track(mb.notes(SCALE[:3])))
    song = read_midi(mb.file(*tracks, kind=kind))
    assert pitches(song) == list(SCALE)
    assert len(song.tracks) == (2 if kind == 2 else 1)


def test_type_0_with_many_channels_is_split_into_tracks():
    both = b"".join(
        mb.on(0, high, channel=0) + mb.on(0, 36, channel=1) + mb.off(96, high) + mb.off(0, 36, 1)
        for high in SCALE
    )
    song = read_midi(mb.file(mb.track(both), kind=0))
    assert len(song.tracks) == 2
    assert pitches(song) == list(SCALE)


def test_film_frames_are_read_at_half_a_second_a_beat():
    division = -(25 << 8) + 40  # 25 frames of 40 ticks: 1,000 ticks a second
    song = read_midi(mb.file(mb.track(mb.notes(SCALE, ticks=500)), division=division))
    assert {token.ticks for token in song.melody.tokens} == {TICKS_PER_BEAT}
    assert any("film frames" in warning for warning in song.warnings)


@pytest.mark.parametrize("division", [1, 24, 96, 120, 192, 384, 480, 960, 15360, 32767])
def test_any_division_gives_the_same_beats(division):
    song = read_midi(mb.file(mb.track(mb.notes(SCALE, ticks=division)), division=division))
    assert song.melody.tokens == tuple(Token(pitch, TICKS_PER_BEAT) for pitch in SCALE)


def test_karaoke_text_in_any_encoding_is_passed_over():
    words = [mb.meta(0, 0x05, "/là ".encode(coding)) for coding in ("utf-8", "latin-1", "utf-16")]
    events = [
        mb.meta(0, 0x01, b"@KMIDI KARAOKE FILE"),
        *(word + mb.notes([pitch]) for word, pitch in zip(words * 3, SCALE, strict=False)),
    ]
    assert pitches(read_midi(mb.file(mb.track(*events)))) == list(SCALE)


def test_running_status_is_followed_past_a_meta_event():
    body = (
        b"\x00\x90\x3c\x50" + b"\x60\x3c\x00" + mb.meta(0, 0x06, b"A") + b"\x00\x3e\x50\x60\x3e\x00"
    )
    assert pitches(read_midi(mb.file(mb.track(body)))) == [60, 62]


def test_streams_of_controllers_are_passed_over():
    rpn = b"".join(
        b"\x00\xb0" + bytes([number, value])
        for _ in range(500)
        for number, value in ((101, 0), (100, 0), (6, 12), (38, 0))
    )
    bend = b"\x01\xe0\x00\x40" * 50
    song = read_midi(mb.file(mb.track(rpn, mb.notes(SCALE), bend, mb.notes(SCALE))))
    assert pitches(song) == list(SCALE * 2)


def test_400_tempo_events_leave_the_beat_grid_alone():
    tempos = [mb.tempo(2, 400_000 + 500 * n) for n in range(400)]
    song = read_midi(mb.file(mb.track(*tempos), mb.track(mb.notes(SCALE))))
    assert {token.ticks for token in song.melody.tokens} == {TICKS_PER_BEAT}
    assert 6e7 / 600_000 <= song.tempo <= 6e7 / 400_000


def test_no_tempo_event_means_120():
    song = read_midi(mb.file(mb.track(mb.notes(SCALE))))
    assert song.tempo == 120
    assert any("no usable tempo" in warning for warning in song.warnings)


def test_a_tempo_of_0_is_ignored_with_a_warning():
    song = read_midi(mb.file(mb.track(mb.tempo(0, 0), mb.tempo(0, 400_000), mb.notes(SCALE))))
    assert song.tempo == 150
    assert any("tempo of 0" in warning for warning in song.warnings)


def test_40_tracks_are_all_described():
    tracks = [mb.track(mb.name(f"part {n}"), mb.notes(SCALE, channel=n % 9)) for n in range(40)]
    song = read_midi(mb.file(*tracks))
    assert [track.name for track in song.tracks] == [f"part {n}" for n in range(40)]


def chords(n):
    return b"".join(
        b"".join(mb.on(0, pitch) for pitch in (48, 52, 55))
        + mb.off(96, 48)
        + mb.off(0, 52)
        + mb.off(0, 55)
        for _ in range(n)
    )


@pytest.mark.parametrize("place", [0, 7, 24])
def test_the_solo_is_found_among_25_tracks_and_any_other_may_be_chosen(place):
    line = [SCALE[(3 * n) % 8] for n in range(64)]
    tracks = [mb.track(mb.name(f"Pad {n}"), chords(32)) for n in range(24)]
    tracks.insert(place, mb.track(mb.notes(line, ticks=48)))
    data = mb.file(*tracks)
    song = read_midi(data)
    assert song.best == song.track == place
    assert pitches(song) == line
    other = (place + 1) % 25
    assert read_midi(data, track=other).track == other
    assert read_midi(data, track=other).melody == song.with_track(other).melody
    with pytest.raises(MidiError, match="no track 25"):
        read_midi(data, track=25)


def test_drums_beside_a_melody_are_never_taken():
    drums = mb.track(mb.name("Solo drums"), mb.notes([36, 38] * 100, ticks=24, channel=9))
    song = read_midi(mb.file(drums, mb.track(mb.notes(SCALE))))
    assert pitches(song) == list(SCALE)
    with pytest.raises(MidiError, match="drums"):
        song.with_track(0)


def phrase(bars=16, low=60, seed=0, there=1.0):
    """A line of steps, small leaps and rests, in ``there`` of the phrases: (start, end, pitch)."""
    rng = random.Random(seed)
    now, place, events = 0, 4, []
    while now < bars * 384:
        length = rng.choice((96, 48, 48, 144, 192))
        if rng.random() > 0.15 and now // 1536 % 4 < 4 * there:
            events.append((now, now + length - 4, low + (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)[place]))
        place = max(0, min(9, place + rng.choice((-1, 1, 1, -1, -2, 2, 0, 3, -3))))
        now += length
    return events


def every(pattern, bars=16, harmony=(0, 5, 7, 0)):
    """A figure (start, end, pitch) in each bar, moved with the harmony."""
    return [
        (384 * bar + start, 384 * bar + end, pitch + harmony[bar % len(harmony)])
        for bar in range(bars)
        for start, end, pitch in pattern
    ]


EIGHTHS = [(48 * n, 48 * n + 44) for n in range(8)]
CHORDS = [(0, 380, pitch) for pitch in (52, 56, 59)]
BRASS = [(at, at + 24, pitch) for at in (96, 240) for pitch in (67, 71, 74)]
ARPEGGIO = [(*at, 60 + step) for at, step in zip(EIGHTHS, (0, 4, 7, 12, 7, 4, 7, 4), strict=True)]
RIFF = [(*at, 72 + step) for at, step in zip(EIGHTHS, (0, 2, 3, 2, 0, 2, 3, 5), strict=True)]
WALK = [(96 * n, 96 * n + 90, 36 + step) for n, step in enumerate((0, 4, 5, 4))]
LONG = [(0, 384, 79)]
HELD = [(96 * n, 96 * n + 90, 76) for n in range(4)]
PAD = [(start, end, pitch + 20) for start, end, pitch in CHORDS]
ACCOMPANIED = {  # (program, name, notes): the melody comes first
    "under brass hits": [(0, "", phrase()), (56, "Lead Trumpet", every(BRASS))],
    "under a few bars of a trumpet": [(0, "", phrase()), (56, "Solo", phrase(6, seed=5))],
    "under long high notes": [
        (0, "", phrase(low=57)),
        (56, "Trumpet", every(LONG, harmony=(0, 2, 4, 2))),
    ],
    "beside an arpeggio": [(0, "", phrase()), (52, "Vocals", every(ARPEGGIO))],
    "beside a riff": [(0, "", phrase()), (81, "Lead synth", every(RIFF, harmony=(0,)))],
    "beside one note": [(0, "", phrase()), (73, "Melody", every(HELD, harmony=(0,)))],
    "low, under pads": [(42, "", phrase(low=48)), (52, "Voices", every(PAD))],
    "half of the time": [
        (0, "", phrase(there=0.5)),
        (27, "Lead guitar", every(ARPEGGIO)),
        (33, "", every(WALK)),
    ],
    "on top of its own chords": [
        (0, "", phrase(low=67) + every(CHORDS)),
        (33, "Solo bass", every(WALK)),
    ],
    "by name where all else is equal": [
        (0, "Melody", phrase(seed=2)),
        (0, "Backing", phrase(seed=2)),
    ],
}


@pytest.mark.parametrize("parts", ACCOMPANIED.values(), ids=ACCOMPANIED)
def test_the_melody_is_found_by_what_it_plays_and_names_break_ties(parts):
    drums = mb.track(mb.name("Melody"), mb.notes([36, 38] * 128, 24, channel=9))
    tracks = [
        mb.track(mb.name(name), mb.program(program, channel), mb.played(notes, channel))
        for channel, (program, name, notes) in enumerate(parts)
    ]
    assert read_midi(mb.file(*tracks, drums)).best == 0
    assert read_midi(mb.file(drums, *reversed(tracks))).best == len(parts)


def test_a_track_of_equal_notes_is_taken_only_if_there_is_no_other():
    equal = mb.track(mb.name("Melody"), mb.notes([72] * 64))
    assert read_midi(mb.file(equal, mb.track(chords(1), mb.notes([36, 43])))).best == 1
    assert len(set(read_midi(mb.file(equal)).melody.tokens)) == 1


def test_a_tempo_that_changes_is_said_and_beats_stay_beats():
    slower = mb.track(mb.tempo(0, 500_000), mb.notes(SCALE), mb.tempo(0, 750_000), mb.notes(SCALE))
    song = read_midi(mb.file(slower))
    assert song.melody.tokens == tuple(Token(pitch, 12) for pitch in SCALE * 2)
    assert song.warnings == (
        f"The tempo changes between 80 and 120; here it stays at {song.tempo:.0f}.",
    )


def test_warnings_follow_the_readers_language_and_the_chosen_track():
    staccato = mb.track(mb.played([(96 * n, 96 * n + 77, p) for n, p in enumerate(SCALE)]))
    song = read_midi(mb.file(mb.track(mb.tempo(0, 500_000), mb.notes(SCALE)), staccato), track=0)
    assert song.warnings == ()
    other = song.with_track(1)
    assert other.warnings == ("Short gaps between notes closed: 7.",)
    with speaking("zh"):
        assert other.warnings == ("已合上音符之间的短空隙：7 处。",)
    assert other.with_track(0).warnings == ()


def test_chords_reduce_to_their_highest_notes():
    song = read_midi(mb.file(mb.track(chords(4))))
    assert song.melody.tokens == (Token(55, 12),) * 4
    assert song.tracks[0].polyphony == pytest.approx(2 / 3)


def test_a_riff_wrapped_file_and_one_with_bytes_in_front_are_read():
    data = mb.file(mb.track(mb.notes(SCALE)))
    size = (len(data) + 12).to_bytes(4, "little")
    riff = b"RIFF" + size + b"RMIDdata" + len(data).to_bytes(4, "little") + data
    assert pitches(read_midi(riff)) == list(SCALE)
    song = read_midi(b"\x00" * 128 + data)
    assert pitches(song) == list(SCALE)
    assert any("128 bytes" in warning for warning in song.warnings)


@pytest.mark.parametrize(
    "event",
    [
        mb.meta(0, 0x59, b"\x0f\x07"),  # a key of fifteen sharps
        mb.meta(0, 0x59, b""),
        mb.meta(0, 0x58, b"\x00\x00\x00\x00"),  # a time signature of 0/1
        mb.meta(0, 0x60, b"unknown"),
        mb.meta(0, 0x7F, b"\x00" * 300),
        mb.meta(0, 0x51, b"\x01"),  # a tempo of one byte
        b"\x00\xf0\x03\x01\x02\xf7",
        b"\x00\xf8",
        b"\x00\xf2\x01\x02",
    ],
)
def test_an_odd_event_costs_nothing_of_the_music(event):
    song = read_midi(mb.file(mb.track(mb.notes(SCALE[:4]), event, mb.notes(SCALE[4:]))))
    assert pitches(song) == list(SCALE)


def test_time_before_an_unknown_event_is_kept():
    song = read_midi(mb.file(mb.track(mb.notes([60]), mb.meta(96, 0x60, b""), mb.notes([62]))))
    assert song.melody.tokens == (Token(60, 12), Token(None, 12), Token(62, 12))


def test_notes_without_an_end_last_to_the_next():
    song = read_midi(mb.file(mb.track(mb.on(0, 60), mb.on(96, 62), mb.on(96, 64))))
    assert [token.pitch for token in song.melody.tokens] == [60, 62, 64]
    assert [token.ticks for token in song.melody.tokens[:2]] == [12, 12]


def test_empty_tracks_beside_a_melody_are_passed_over():
    song = read_midi(mb.file(mb.track(), mb.track(mb.notes(SCALE)), mb.track(mb.name("empty"))))
    assert len(song.tracks) == 1


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "empty"),
        (b"\0" * 500, "empty"),
        (b"<!DOCTYPE html><html><head></head></html>", "web page"),
        (b"\n\n <html lang=en>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--0.mid\n", "git annex get"),
        (b"PK\x03\x04" + b"x" * 40, "zip archive"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "notes rather than sound"),
        (b"ID3\x03" + b"\0\1" * 40, "notes rather than sound"),
        (b"\xff\xfb\x90\x44" + b"\0\1" * 40, "notes rather than sound"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0\1" * 40, "7z archive"),
        (b"%PDF-1.7", "PDF"),
        (b"just some words", "text file"),
        (random.Random(0).randbytes(400), "not MIDI"),
        (b"MTh", "cut short"),
        (b"MThd\0\0\0\6", "header is not complete"),
        (mb.header(1, 0, 96), "no notes"),
        (mb.file(mb.track(), mb.track()), "no notes"),
        (mb.file(mb.track(mb.notes(SCALE, channel=9))), "drums only"),
        (mb.file(mb.track(mb.notes([60]))), "only one note"),
        (mb.file(mb.track(mb.notes(SCALE)), division=0), "time base of 0"),
        (b"MThd" + (5).to_bytes(4) + b"\0\0\0\1\0\x60" + mb.track(mb.notes(SCALE)), "header"),
    ],
)
def test_what_is_not_music_is_refused_in_one_sentence(data, match):
    refused(data, match)


def test_a_missing_file_is_named():
    sentence = refused(Path("/nowhere/tune.mid"), "There is no file")
    assert "/nowhere/tune.mid" in sentence


def test_a_folder_is_not_a_file(tmp_path):
    refused(tmp_path, "cannot be opened")


def test_a_file_over_the_size_limit_is_refused_with_the_limit():
    data = mb.file(mb.track(mb.notes(SCALE), mb.meta(0, 0x7F, b"\0" * 5_000_000)))
    assert f"{MAX_BYTES / 1e6:g} MB" in refused(data, "larger than")


def test_10000_notes_are_refused_with_the_limit():
    data = mb.file(mb.track(mb.notes([60 + n % 12 for n in range(10_000)], ticks=16)))
    assert f"{MAX_NOTES:,}" in refused(data, "10,000 notes")


def test_as_many_notes_as_the_limit_allows_are_read():
    data = mb.file(mb.track(mb.notes([60 + n % 12 for n in range(MAX_NOTES)], ticks=24)))
    assert read_midi(data).melody.n_notes == MAX_NOTES


def many_kinds(n):
    """A track of n different notes."""
    return mb.track(
        mb.tempo(0, 500_000),
        *(mb.notes([20 + kind % 100], ticks=8 * (1 + kind // 100)) for kind in range(n)),
    )


def test_more_different_notes_than_a_model_learns_are_refused_with_the_limit():
    assert len(set(read_midi(mb.file(many_kinds(MAX_TOKENS))).melody.tokens)) == MAX_TOKENS
    sentence = refused(mb.file(many_kinds(MAX_TOKENS + 1)), "1,501 different notes and rests")
    assert f"{MAX_TOKENS:,}" in sentence
    assert "quantise" in sentence
    song = read_midi(mb.file(many_kinds(MAX_TOKENS + 1), mb.track(mb.notes(SCALE))))
    assert song.best == 1
    assert "1,501 different" in song.warnings[0]


def test_too_many_notes_in_all_tracks_together_are_refused():
    track = mb.track(mb.notes([60] * 4_000, ticks=1))
    data = mb.file(*[track] * (MAX_FILE_NOTES // 4_000 + 1))
    assert f"{MAX_FILE_NOTES:,}" in refused(data, "notes and the limit")


def test_too_many_tracks_are_refused():
    refused(mb.file(*[mb.track(mb.notes(SCALE))] * (MAX_TRACKS + 1)), f"more than {MAX_TRACKS}")


def test_absurd_time_stamps_are_refused():
    late = mb.track(mb.notes(SCALE), mb.on(0x0FFFFFFF, 60), mb.off(1, 60))
    assert f"{MAX_BEATS:,}" in refused(mb.file(late), "time stamps are damaged or it is too long")


# ---------------------------------------------------------------- damaged bytes


def read_or_sentence(data):
    """The song, or what the reader is told; any other exception fails the test."""
    try:
        return read_midi(data), ""
    except MidiError as error:
        return None, str(error)


def example():
    melody = Melody(tuple(Token(pitch, 8 if n % 2 else 4) for n, pitch in enumerate(SCALE * 3)))
    return write_midi(melody)


def test_a_file_cut_anywhere_is_refused_or_whole():
    data = example()
    whole = read_midi(data).melody.tokens
    read = 0
    for end in range(len(data)):
        song, sentence = read_or_sentence(data[:end])
        if song:
            read += 1
            assert song.melody.tokens == whole
        else:
            assert sentence.endswith(".")
    assert read <= 4  # only where no more than the end-of-track event is missing


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_are_read_or_refused_but_nothing_else(seed):
    rng = random.Random(seed)
    sources = [example(), mb.file(mb.track(chords(4)), mb.track(mb.notes(SCALE)), division=480)]
    outcomes = {"read": 0, "refused": 0}
    for _ in range(150):
        data = bytearray(rng.choice(sources))
        for _ in range(rng.choice((1, 1, 2, 8, 40))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        song, sentence = read_or_sentence(bytes(data))
        outcomes["read" if song else "refused"] += 1
        if song:
            assert song.melody.n_notes >= 2
            assert all(token.ticks >= 1 for token in song.melody.tokens)
        else:
            assert sentence.endswith(".")
    assert min(outcomes.values()) > 5


# ---------------------------------------------------------------- against pretty_midi


def test_an_ordinary_file_has_the_notes_pretty_midi_finds(tmp_path):
    rng = random.Random(7)
    song = pretty_midi.PrettyMIDI(initial_tempo=140, resolution=480)
    for program in (0, 33, 66):
        instrument = pretty_midi.Instrument(program, name=f"program {program}")
        for n in range(80):
            start = n * 0.25
            pitch = rng.randint(40, 80)
            instrument.notes.append(pretty_midi.Note(80, pitch, start, start + 0.2))
        song.instruments.append(instrument)
    path = tmp_path / "ordinary.mid"
    song.write(str(path))
    theirs = pretty_midi.PrettyMIDI(str(path)).instruments
    ours = read_midi(path).tracks
    assert [track.n_notes for track in ours] == [len(instrument.notes) for instrument in theirs]
    assert [track.program for track in ours] == [instrument.program for instrument in theirs]
    for track, instrument in zip(ours, theirs, strict=True):
        mean = sum(note.pitch for note in instrument.notes) / len(instrument.notes)
        assert track.mean_pitch == pytest.approx(mean)


def test_what_we_write_pretty_midi_plays_at_the_right_time(tmp_path):
    melody = Melody((Token(60, 8), Token(62, 4), Token(None, 12), Token(64, 24)), tempo=120.0)
    path = tmp_path / "ours.mid"
    path.write_bytes(write_midi(melody))
    (solo,) = pretty_midi.PrettyMIDI(str(path)).instruments
    played = [(note.pitch, note.start, note.end) for note in solo.notes]
    for (pitch, start, end), expected in zip(
        played, [(60, 0, 1 / 3), (62, 1 / 3, 0.5), (64, 1.0, 2.0)], strict=True
    ):
        assert pitch == expected[0]
        assert (start, end) == pytest.approx(expected[1:], abs=1e-3)


def test_the_melody_is_looked_for_in_the_likeliest_tracks_only(monkeypatch):
    tried = []
    melody = midi._Source.melody
    monkeypatch.setattr(
        midi._Source, "melody", lambda self, index: tried.append(index) or melody(self, index)
    )
    single = mb.track(*(mb.notes([60], channel=n) for n in range(9)))
    refused(mb.file(*[single] * 30), "only one note")
    assert len(tried) == midi.MOST_TRIED < 30 * 9
