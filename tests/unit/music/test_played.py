"""Notes that are played or typed, as tokens."""

from __future__ import annotations

import pytest

from seqlib.i18n import speaking
from seqlib.jazz.corpus import default_corpus
from seqlib.music import Melody, Token, Vocabulary
from seqlib.music.played import (
    MOST_NOTES,
    MOST_RESTS,
    Played,
    events_of,
    fitted,
    grid_of,
    played_tokens,
    read_notes,
    written,
)

SWING, STRAIGHT = (0, 8, 4), (0, 6, 3, 9)


def told(*notes: tuple[int, float, float], grid=STRAIGHT, end: float = 0.0) -> str:
    return written(played_tokens([Played(*note) for note in notes], grid, end))


def test_the_grid_of_a_corpus_has_the_places_at_which_its_notes_begin_most_used_first():
    assert grid_of(default_corpus().melodies) == SWING
    waltz = Melody((Token(60, 6), Token(62, 6), Token(64, 18), Token(65, 6)))
    assert grid_of([waltz]) == (0, 6)
    assert grid_of([]) == (0,)


def test_lengths_are_as_held_and_gaps_are_rests():
    notes = (60, 0.02, 0.97), (62, 1.03, 1.52), (64, 1.49, 2.2), (65, 3.5, 4.0)
    assert told(*notes) == "C4 1, D4 1/2, E4 3/4, rest 1 1/4, F4 1/2"


def test_straight_eighths_swing_on_a_grid_that_swings():
    eighths = [(60 + n, n / 2, n / 2 + 0.4) for n in range(4)]
    assert told(*eighths, grid=SWING) == "C4 2/3, C♯4 1/3, D4 2/3, E♭4 1/3"
    assert told(*eighths) == "C4 1/2, C♯4 1/2, D4 1/2, E♭4 1/2"


def test_letting_go_of_a_key_is_no_rest_and_a_short_note_before_a_long_gap_is_short():
    assert told((60, 0, 0.7), (62, 1, 2)) == "C4 1, D4 1"
    assert told((60, 0, 0.25), (62, 1, 2)) == "C4 1/4, rest 3/4, D4 1"


def test_of_a_chord_the_highest_note_is_kept_whatever_the_order():
    assert told((67, 0, 1), (60, 0.01, 1), (64, 0, 1)) == told((60, 0.01, 1), (67, 0, 1))
    assert told((60, 0, 1), (67, 0.01, 1)) == "G4 1"


def test_a_tune_may_begin_and_end_with_a_rest_and_a_tap_has_the_grid_s_shortest_length():
    assert told((60, 1, 1.01), end=3) == "rest 1, C4 1/4, rest 1 3/4"
    assert told(end=2.0) == "rest 2"
    assert told() == ""


def test_a_run_too_fast_for_the_grid_keeps_its_notes_in_order():
    run = [(60 + n, 0.1 * n, 0.1 * n + 0.1) for n in range(5)]
    tokens = played_tokens([Played(*note) for note in run], SWING)
    assert [token.pitch for token in tokens] == [60, 61, 62, 63, 64]


@pytest.mark.parametrize("melody", default_corpus().melodies[::9])
def test_what_the_corpus_has_stays_as_it_is_when_it_is_played_again(melody):
    tokens = melody.tokens[:MOST_NOTES]
    events, end = events_of(tokens)
    assert played_tokens(events, grid_of([melody]), end) == tokens


@pytest.mark.parametrize(
    "notes",
    [
        [Played(60, 0, 1)] * (MOST_NOTES + 1),
        [Played(128, 0, 1)],
        [Played(60, 2, 1)],
        [Played(60, -1, 1)],
        [Played(60, float("nan"), 1)],
        [Played(60, 0, float("inf"))],
    ],
)
def test_what_no_hand_plays_is_refused_in_a_sentence(notes):
    with pytest.raises(ValueError, match=r"\.$"):
        played_tokens(notes, SWING)


def test_what_the_vocabulary_lacks_gets_its_nearest_and_rests_keep_the_time():
    vocabulary = Vocabulary.of(
        [
            [
                Token(None, 4),
                Token(None, 12),
                Token(60, 4),
                Token(60, 12),
                Token(64, 8),
                Token(67, 12),
            ]
        ]
    )
    tokens = read_notes("C4 1, E4 1, D4 1/2, C6 2, G3 1/12, rest 2/3, rest 1/12")
    indices, changed = fitted(tokens, vocabulary)
    assert written(vocabulary.decode(indices)) == (
        "C4 1, E4 2/3, rest 1/3, C4 1/3, C4 1, rest 1, G4 1, rest 1/3, rest 1/3, rest 1/3"
    )
    assert tokens[0] not in changed
    assert Token(None, 8) not in changed  # two rests of 1/3 are as long
    assert changed[Token(None, 1)] == (Token(None, 4),)
    assert written(changed[tokens[1]]) == "E4 2/3, rest 1/3"
    wide = Vocabulary.of([[Token(48, 12), Token(60, 12), Token(79, 12)]])
    assert written(wide.decode(fitted(read_notes("D4 1"), wide)[0])) == "C4 1"


def test_a_vocabulary_without_rests_leaves_them_out():
    vocabulary = Vocabulary.of([[Token(60, 12), Token(62, 12)]])
    indices, changed = fitted(read_notes("C4 1, rest 1, D4 2"), vocabulary)
    assert written(vocabulary.decode(indices)) == "C4 1, D4 1"
    assert changed[Token(None, 12)] == ()


def test_however_short_a_vocabulary_s_rests_are_a_start_stays_short():
    vocabulary = Vocabulary.of([[Token(None, 1), Token(60, 1), Token(62, 1)]])
    tokens = read_notes(", ".join(["C4 16, rest 16"] * MOST_NOTES))
    indices, changed = fitted(tokens, vocabulary)
    assert len(indices) == MOST_NOTES * (1 + 2 * MOST_RESTS)
    assert changed.keys() == {Token(60, 192), Token(None, 192)}


def test_every_token_of_the_corpus_fits_itself():
    vocabulary = default_corpus().vocabulary
    indices, changed = fitted(vocabulary.tokens, vocabulary)
    assert indices.tolist() == list(range(vocabulary.n_values))
    assert not changed


def test_notes_are_read_as_they_are_written_in_either_language():
    tokens = read_notes("c4 1/2，Eb4 1 1/3、- 1; F#3")
    assert tokens == (Token(60, 6), Token(63, 16), Token(None, 12), Token(54, 12))
    assert read_notes(written(tokens)) == tokens
    with speaking("zh"):
        chinese = written(tokens)
    assert "休止 1" in chinese
    assert read_notes(chinese) == tokens
    assert read_notes(" C4 · 0.5 ,") == (Token(60, 6),)
    assert read_notes("") == ()


BAD = (
    "x",
    "H4 1",
    "C4 1/0",
    "C4 0",
    "C4 17",
    "C4 1 2 3",
    "C4 1e9",
    "C12",
    "<b>",
    "C4 -1",
    "9" * 400,
)


@pytest.mark.parametrize("text", [*BAD, "C4," * 17, "rest," * 40])
def test_what_is_no_note_gets_one_sentence(text):
    with pytest.raises(ValueError, match=r"^[^.]+(\.\d[^.]*)*\.$"):
        read_notes(text)
