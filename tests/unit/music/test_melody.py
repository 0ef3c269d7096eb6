import pytest

from seqlib.music import PITCH_NAMES, Chord, Melody, Token, beats_text, pitch_name


@pytest.mark.parametrize(
    ("ticks", "text"),
    [(12, "1"), (8, "2/3"), (4, "1/3"), (3, "1/4"), (6, "1/2"), (18, "1 1/2"), (1, "1/12")],
)
def test_lengths_are_written_in_beats(ticks, text):
    assert beats_text(ticks) == text


def test_pitches_are_named_with_middle_c_as_c4():
    assert pitch_name(60) == "C4"
    assert pitch_name(69) == "A4"
    assert pitch_name(0) == "C-1"
    assert len(PITCH_NAMES) == 12


def test_edges_are_where_tokens_start_and_the_last_ends():
    melody = Melody((Token(60, 8), Token(None, 4), Token(62, 12)), tempo=60.0)
    assert melody.edges == (0, 8, 12, 24)
    assert len(melody) == 3
    assert melody.n_notes == 2
    assert melody.seconds_per_tick == pytest.approx(1 / 12)
    assert Melody(()).edges == (0,)


def test_tokens_and_chords_read_as_a_musician_writes_them():
    assert str(Token(58, 8)) == "B♭3 · 2/3"
    assert str(Token(None, 24)) == "rest · 2"
    assert str(Chord(0, 48, 10, "m7b5")) == "B♭m7b5"
