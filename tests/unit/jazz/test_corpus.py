import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scripts import make_corpus
from scripts.idiom import HELD, REGISTER, RESTS, may_last
from seqlib.i18n import speaking
from seqlib.jazz.corpus import (
    CORPUS_FOLDER,
    INDEX_NAME,
    Corpus,
    corpus_of,
    default_corpus,
    piece_name,
    small_corpus,
)
from seqlib.jazz.sampling import novelty
from seqlib.music import BAR, TICKS_PER_BEAT, Melody, Token, arrange, read_midi, windows, write_midi
from seqlib.music.harmony import members

CASES = Path(__file__).parents[1] / "music" / "cases"
INDEX = json.loads((CORPUS_FOLDER / INDEX_NAME).read_text(encoding="utf-8"))


def melodies_of(corpus):
    return (*corpus.melodies, *corpus.held_out)


def test_the_default_corpus_is_large_enough_and_of_the_exercises_vocabulary():
    corpus = default_corpus()
    choruses = sum(piece.choruses for piece in make_corpus.PIECES if not piece.held_out)
    assert choruses >= 16
    assert corpus.n_notes >= 1500
    assert corpus.n_values == 78
    assert len(corpus.held_out) >= 2


def test_the_index_holds_what_the_midi_files_hold():
    corpus = default_corpus()
    pieces = sorted(INDEX["pieces"], key=lambda piece: piece["held_out"])
    assert len(pieces) == len(melodies_of(corpus)) == len(list(CORPUS_FOLDER.glob("*.mid")))
    for piece, melody in zip(pieces, melodies_of(corpus), strict=True):
        song = read_midi(CORPUS_FOLDER / piece["file"])
        assert song.tracks[song.best].name == "Solo"
        assert song.melody.tokens == melody.tokens
        assert song.tempo == pytest.approx(melody.tempo, abs=0.01)
        assert {track.name for track in song.tracks} == {"Solo", "Chords", "Bass", "Drums"}
        assert not song.warnings


def test_composing_again_gives_the_same_bytes(tmp_path):
    make_corpus.write(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {
        path.name: path.read_bytes()
        for path in CORPUS_FOLDER.iterdir()
        if path.suffix in (".mid", ".json")
    }
    assert made == shipped


def test_another_seed_composes_other_solos():
    other, _ = make_corpus.compose(seed=1)
    assert not {melody.tokens for melody in other.melodies} & {
        melody.tokens for melody in default_corpus().melodies
    }


def test_held_out_solos_use_known_tokens_and_are_not_copies_of_training_ones():
    corpus = default_corpus()
    trained = {token for melody in corpus.melodies for token in melody.tokens}
    for melody, sequence in zip(corpus.held_out, corpus.held_out_sequences, strict=True):
        assert set(melody.tokens) <= trained
        found = novelty(sequence, corpus.sequences)
        assert found.longest_run <= 32  # a formula of up to three bars may come back
        assert found.share_of_4grams < 0.9


def test_every_form_is_in_bars_and_fits_its_melody():
    corpus = default_corpus()
    for melody, chords in zip(
        melodies_of(corpus), (*corpus.chords, *corpus.held_out_chords), strict=True
    ):
        form = chords[-1].start + chords[-1].ticks
        assert form % BAR == 0
        assert arrange(melody, chords).chords[: len(chords)] == chords


def test_encoded_melodies_decode_to_themselves_and_cannot_be_written_to():
    corpus = default_corpus()
    for melody, sequence in zip(corpus.melodies, corpus.sequences, strict=True):
        assert corpus.vocabulary.decode(sequence) == melody.tokens
        with pytest.raises(ValueError, match="read-only"):
            sequence[0] = 0


def test_the_default_corpus_is_read_once():
    assert default_corpus() is default_corpus()
    assert default_corpus().sequences is default_corpus().sequences


def test_the_small_corpus_is_the_exercises_size_and_keeps_the_vocabulary():
    small, whole = small_corpus(), default_corpus()
    assert 150 <= small.n_notes <= 500
    assert small.vocabulary == whole.vocabulary
    assert small.held_out == whole.held_out
    X, Y = windows(small.sequences, 60, 30, small.n_values, seed=0)
    assert X.shape == (60, 30, small.n_values)
    assert Y.shape == (30, 60, small.n_values)


def test_an_uploaded_melody_is_a_corpus_that_windows_are_cut_from():
    line = Melody(tuple(Token(60 + step % 9, 8 if step % 2 else 4) for step in range(80)))
    corpus = corpus_of(read_midi(write_midi(line)))
    assert corpus.melodies[0].tokens == line.tokens
    assert corpus.chords == (None,)
    assert corpus.name
    X, _ = windows(corpus.sequences, 60, 30, corpus.n_values, seed=0)
    assert X.shape == (60, 30, corpus.n_values)


def test_a_melody_of_equal_notes_is_refused_in_a_sentence_about_the_melody():
    song = read_midi(CASES / "M17_same_note.mid")
    with pytest.raises(ValueError, match=r"M17_same_note.*repeats one note of one length.*choose"):
        corpus_of(song)
    with speaking("zh"), pytest.raises(ValueError, match="没有什么可预测的：请选择其他音轨或文件"):
        corpus_of(song)


def test_a_held_out_melody_with_an_unknown_token_is_refused():
    line = Melody((Token(60, 4), Token(62, 4)))
    with pytest.raises(ValueError, match=r"E4 · 1/3.*cannot be encoded"):
        Corpus.of([line], "x", held_out=[Melody((Token(64, 4),))])
    assert Corpus.of([line], "x", held_out=[line]).held_out == (line,)


@pytest.mark.parametrize("melodies", [[], [Melody(())]])
def test_a_corpus_without_notes_is_refused(melodies):
    with pytest.raises(ValueError, match="at least one melody"):
        Corpus.of(melodies, "x")


def test_forms_must_match_melodies_one_to_one():
    line = Melody((Token(60, 4),))
    with pytest.raises(ValueError, match="each melody"):
        Corpus.of([line, line], "x", chords=[None])


def test_a_subset_keeps_order_and_forms():
    corpus = default_corpus()
    part = corpus.subset((3, 1), "two of them")
    assert part.melodies == (corpus.melodies[3], corpus.melodies[1])
    assert part.chords == (corpus.chords[3], corpus.chords[1])
    assert part.name == "two of them"
    assert np.array_equal(part.sequences[0], corpus.sequences[3])


def test_the_solos_move_like_swing_lines():
    steps, on_strong, inside, notes, rests = [], 0, 0, 0, 0
    corpus = default_corpus()
    for melody, chords in zip(corpus.melodies, corpus.chords, strict=True):
        form = chords[-1].start + chords[-1].ticks
        sounding = [token.pitch for token in melody.tokens if token.pitch is not None]
        steps += [abs(b - a) for a, b in pairwise(sounding)]
        notes += len(sounding)
        rests += len(melody.tokens) - len(sounding)
        for start, token in zip(melody.edges, melody.tokens, strict=False):
            if token.pitch is not None and start % (2 * TICKS_PER_BEAT) == 0:
                at = start % form
                chord = next(c for c in chords if c.start <= at < c.start + c.ticks)
                on_strong += 1
                inside += token.pitch % 12 in members(chord)
    assert inside > 0.8 * on_strong
    assert sum(step <= 2 for step in steps) > 0.5 * len(steps)
    assert sum(step == 0 for step in steps) < 0.05 * len(steps)
    assert sum(step > 7 for step in steps) < 0.03 * len(steps)
    assert 0.04 * notes < rests < 0.2 * notes


def test_the_alphabet_is_the_one_the_composer_states():
    stated = {Token(p, t) for p in REGISTER for t in (4, 8, *HELD) if may_last(p, t)}
    stated |= {Token(None, ticks) for ticks in RESTS}
    assert set(default_corpus().vocabulary.tokens) == stated


def test_a_piece_is_named_in_the_readers_language_its_key_as_chords_are():
    names = [melody.name for melody in default_corpus().melodies]
    with speaking("zh"):
        assert not any(re.search("[a-z]", piece_name(name)) for name in names)
        assert piece_name("17 blues in B-flat") == "17 B♭ 布鲁斯"
    assert piece_name("17 blues in B-flat") == "17 blues in B♭"
    assert piece_name("my tune in B-flat") == "my tune in B-flat"
