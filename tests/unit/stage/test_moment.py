"""What a column of a jazz stage reads, and what it writes, one step apart."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.jazz import pretrained, shifted_one_hot
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.feeding import pair
from seqlib.jazz.sampling import sample
from seqlib.music import TICKS_PER_BEAT, arrange
from seqlib.stage import payload
from seqlib.stage.jazz import LANES, feeding_stage, reading_stage, solo_stage, way_back_stage


@pytest.fixture(scope="module")
def weights():
    return pretrained.load("good")


@pytest.fixture(scope="module")
def solo(weights):
    return sample(weights, 48, temperature=0.8, seed=7)


def test_the_row_x_names_what_the_tensor_x_holds(weights, solo):
    labels = default_corpus().vocabulary.labels
    drawn = solo_stage(solo, weights, lanes=tuple(LANES))
    row = next(lane for lane in payload(drawn)["lanes"] if lane["kind"] == "tokens")
    assert (row["symbol"], row["n_values"], row["fed"]) == ("x", 78, True)
    assert not solo.trace.x[0].any()
    assert (row["labels"][0], drawn.reads[0]) == ("–", "nothing")
    assert row["labels"][1:] == [labels[place] for place in solo.trace.x[1:].argmax(axis=1)]
    assert drawn.reads[1:] == tuple(row["labels"][1:])
    assert drawn.names == tuple(labels[place] for place in solo.indices)
    assert drawn.reads[1:] == drawn.names[:-1]


def test_step_12_of_the_cells_solo_reads_e4_and_writes_d4(weights, solo):
    drawn = solo_stage(solo, weights)
    assert (drawn.reads[11], drawn.names[11]) == ("E4 · 2/3", "D4 · 1/3")
    softmax = drawn.lanes[-1]
    assert softmax.labels[softmax.chosen[11]] == "D4 · 1/3"


def test_a_state_is_found_elsewhere_by_the_note_that_led_to_it(weights):
    corpus = default_corpus()
    found = reading_stage(corpus, 0, ("good", weights), None, ("notes", "h")).elsewhere
    labels = corpus.vocabulary.labels
    first = corpus.sequences[1]
    assert found.labels[0][0] == "nothing"
    assert found.labels[0][1:4] == tuple(labels[place] for place in first[:3])
    assert [len(one) for one in found.labels] == [len(one) for one in found.values]


def test_notes_chords_and_sounds_stand_on_the_clock_in_seconds(weights):
    corpus = default_corpus()
    melody, chords = corpus.melodies[0], corpus.chords[0]
    drawn = reading_stage(corpus, 0, ("good", weights), None, ("notes",))
    seconds = 60 / melody.tempo / TICKS_PER_BEAT
    (roll,) = drawn.lanes
    edges = np.array(melody.edges) * seconds
    np.testing.assert_allclose(drawn.clock.edges, edges)
    sounding = [t for t, token in enumerate(melody.tokens) if token.pitch is not None]
    assert [note.step for note in roll.notes] == sounding
    np.testing.assert_allclose([note.start for note in roll.notes], edges[sounding])
    np.testing.assert_allclose([note.end for note in roll.notes], edges[1:][sounding])
    assert [note.pitch for note in roll.notes] == [melody.tokens[t].pitch for t in sounding]
    band = arrange(melody, chords)
    spans = [(one.start * seconds, (one.start + one.ticks) * seconds) for one in band.chords]
    np.testing.assert_allclose([chord[:2] for chord in roll.chords], spans)
    assert [chord[2] for chord in roll.chords] == list(map(str, band.chords))
    heard = [(note.start, note.end, note.velocity) for note in drawn.sound]
    expected = [(s.start * seconds, (s.start + s.ticks) * seconds, s.velocity) for s in band.sounds]
    np.testing.assert_allclose(heard, expected)


def test_it_is_asked_and_said_whether_a_note_is_drawn_or_there_already(weights, solo):
    corpus = default_corpus()

    def told(stage) -> tuple[str, str]:
        return stage.asks.question, stage.lanes[0].chosen_name

    both = pair(weights, corpus.sequences[2][:20], 6, seed=5)
    fed = feeding_stage(corpus, 2, weights, both, ("y",), 5)
    drawn, there = ("Which note does it draw now?", "drawn"), ("Which note comes next?", "true")
    assert told(solo_stage(solo, weights, lanes=("y",), asks=True)) == drawn
    assert told(reading_stage(corpus, 0, ("good", weights), None, ("y",))) == there
    assert (told(fed), told(fed.compare)) == (there, drawn)


def test_what_is_written_is_read_next_and_what_is_read_comes_from_above(weights, solo):
    def given(stage) -> int:
        return next(lane for lane in payload(stage)["lanes"] if lane["kind"] == "diagram")["given"]

    corpus, lanes = default_corpus(), ("diagram",)
    assert given(solo_stage(solo, weights, lanes=lanes)) == 0
    after_five = solo_stage(
        sample(weights, 9, prompt=corpus.sequences[0][:5]), weights, lanes=lanes
    )
    assert given(after_five) == 5
    reading = reading_stage(corpus, 0, ("good", weights), None, lanes)
    assert given(reading) == len(reading.names)
    # The sandbox's changed cell, reading the notes of the other, has not drawn them.
    sandbox = solo_stage(sample(weights, 9), weights, lanes=("y",), written=False)
    assert (payload(sandbox)["given"], sandbox.lanes[0].chosen_name) == (9, "given")
    # Nor is what is given said to be written.
    assert [payload(one)["given"] for one in (after_five, reading)] == [5, len(reading.names)]


def test_the_pair_has_one_start_and_two_ways_of_being_fed(weights):
    corpus = default_corpus()
    both = pair(weights, corpus.sequences[2][:40], 6, seed=5)
    stage = feeding_stage(corpus, 2, weights, both, ("notes", "diagram"), 5)
    forced, free = payload(stage), payload(stage)["compare"]
    assert (forced["name"], free["name"]) == ("teacher forcing", "free running")
    assert [one["lanes"][2]["given"] for one in (forced, free)] == [40, 6]
    assert forced["names"][: both.parted] == free["names"][: both.parted]
    assert forced["names"][both.parted] != free["names"][both.parted]
    assert forced["start"] == both.parted
    assert forced["sound"] != free["sound"]
    for one in (stage, stage.compare):
        np.testing.assert_array_equal(one.lanes[1].values, both.probabilities)


def test_the_way_back_begins_at_its_output_and_goes_one_step_earlier_each_time(weights):
    corpus, at = default_corpus(), 7
    notes = corpus.sequences[1][:20]
    stage = way_back_stage(weights, notes, corpus.vocabulary, at)
    back = weights.back(shifted_one_hot(notes, corpus.n_values), notes, at)
    read, norms, *pictures = stage.lanes
    assert read.labels[-1] == "nothing"
    assert read.labels[0] == corpus.vocabulary.labels[notes[at - 1]]
    assert stage.names[0].startswith("x⟨8⟩")
    for picture, values in zip(pictures, (back.da, back.dc, back.dz), strict=True):
        np.testing.assert_array_equal(picture.values, values[at::-1])
    np.testing.assert_allclose(norms.values[3, 0], np.linalg.norm(back.da[at - 3]), rtol=1e-5)
    assert [(one.low, one.high) for one in pictures] == [
        (-np.abs(one.values).max(), np.abs(one.values).max()) for one in pictures
    ]
    assert norms.high == norms.values.max()
    assert "output 8" in stage.label
    payload(stage)


def test_pitch_runs_upwards_and_octaves_are_named(weights, solo):
    softmax = solo_stage(solo, weights).lanes[-1]
    assert softmax.upward
    tokens = default_corpus().vocabulary.tokens
    for row, name in softmax.ticks:
        pitch = tokens[row].pitch
        assert name == ("rest" if pitch is None else f"C{pitch // 12 - 1}")
        assert row == 0 or tokens[row - 1].pitch != pitch
    assert [name for _row, name in softmax.ticks] == ["rest", "C4", "C5"]
    assert np.all(np.diff([token.pitch for token in tokens if token.pitch is not None]) >= 0)
