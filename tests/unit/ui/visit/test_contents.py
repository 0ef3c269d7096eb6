"""What a page lets in, a saved visit lets out; what cannot be saved is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from seqlib.text import DataSet, LabelledSentences, shipped
from seqlib.text.files import MAX_CHARACTERS, MAX_ROWS
from seqlib.vectors import WordVectors, load
from tests.unit.ui.visit.test_files import (
    a_few,
    a_jazz_run,
    a_song,
    an_emoji_run,
    own_vectors,
    song_of,
)
from ui.state import MOST_LETTERS, MOST_OPTIONS, TABLE, TOOLBAR, Choice, Number, Picks, Row, Text
from ui.visit import contents, files, format
from ui.visit.files import Contents, open_visit, save_visit
from ui.visit.format import MAX_RUNS
from ui.visit.records import EmojiRecord
from ui.visit.session import as_link

FIRST_VERSION = Path(__file__).parent / "data" / "first_version.seqscope"
KEPT = [row for row in TABLE.values() if row.kept and row.page != TOOLBAR]


def limits(row: Row) -> list[Any]:
    """Return the values at the edges of what a control takes."""
    if isinstance(row, Number):
        return [row.low, row.high if row.high is not None else type(row.default)(10**9)]
    if isinstance(row, Text):
        return ["", "😀" * row.most, '"\\' * (row.most // 2)]
    if isinstance(row, Picks):
        named = [f"{place:0{MOST_LETTERS}}" for place in range(MOST_OPTIONS)]
        return [[], list(row.options) or named]
    if isinstance(row, Choice):
        return list(row.options) or ["我" * MOST_LETTERS]
    return [True, False]


@pytest.mark.parametrize("row", KEPT, ids=lambda row: row.key)
def test_a_control_at_its_limit_is_saved_and_opened(row):
    for value in limits(row):
        link = as_link({row.key: value}) if row.link else {}
        loose = {} if row.link else {row.key: value}
        found = contents.opened(contents.saved({}, {row.page: link}, loose), tuple)
        assert found.links == {row.page: link}
        assert found.loose == loose
        assert found.note == ""


def test_all_controls_at_their_limits_make_one_file():
    links: dict[str, Any] = {}
    for row in KEPT:
        if row.link:
            links.setdefault(row.page, {}).update(as_link({row.key: limits(row)[-1]}))
    loose = {row.key: limits(row)[-1] for row in KEPT if not row.link}
    found = contents.opened(contents.saved({}, links, loose), tuple)
    assert found.links == links
    assert found.loose == loose


@pytest.mark.parametrize(
    "link",
    [
        {"Tx": ("101",)},
        {"Tx": ("12", "13")},
        {"Tx": ("1e400",)},
        {"Tx": ("twelve",)},
        {"corpus": ("their MIDI",)},
        {"learning_rate": ("0.5",)},
        {"band": ("yes",)},
        {"say": ("of another page",)},
        {"present": ("true",)},
        {"no such control": ("1",)},
        {"midi_track": ("1",)},
    ],
    ids=str,
)
def test_what_no_control_could_have_written_is_not_taken_from_a_file(link):
    data = save_visit(Contents(settings={"jazz": {**link, "n_a": ("12",)}}))
    assert contents.opened(data, tuple).links == {"jazz": {"n_a": ("12",)}}


def test_a_file_of_the_first_version_opens_whole():
    found = contents.opened(FIRST_VERSION.read_bytes(), tuple)
    with ZipFile(FIRST_VERSION) as archive:
        settings = json.loads(archive.read("visit.json"))["settings"]
    assert settings["jazz"]["lanes"] == ["notes", "f"]
    assert {
        page: {key: list(one) for key, one in link.items()} for page, link in found.links.items()
    } == settings
    assert found.loose == {
        "emoji_edit": False,
        "emoji_many": "one\ntwo",
        "jump": "glad",
        "midi_track": 1,
    }
    work = found.work
    assert work["song"].title == "my tune"
    (jazz,) = work["jazz_runs"].values()
    assert np.array_equal(jazz.metrics.loss, a_jazz_run().metrics.loss)
    assert [one.number for one in work["emoji_runs"]] == [4, 6]
    run = an_emoji_run(a_few(), own_vectors(), seed=6)
    words = ["Zauberflöte", *run.test.sentences]
    one, other = (each.snapshot().model.predict(words) for each in (work["emoji_runs"][1].run, run))
    assert np.array_equal(one, other)
    assert work["emoji_mine"].train.sentences == a_few().train.sentences
    assert work["emoji_draft"][0] == "my sentences"
    assert work["embedding_runs"].trainable.settings.trainable
    assert work["copy_run"].epoch == 2
    assert work["quiz"]["right"] == 3
    assert found.note == ""


def many_sentences(n: int, characters: int) -> DataSet:
    text = tuple(f"{place:07} {'a b' * (characters // 3)}" for place in range(n))
    labels = np.arange(n) % 5
    return DataSet(LabelledSentences(text, labels), shipped().test)


def named(data: bytes) -> tuple[str, ...]:
    return open_visit(data, lambda: [load()]).left_out


def test_sentences_and_a_table_at_their_limits_come_back():
    data = many_sentences(19_000, 960)  # 18 MB, as large as a CSV may be
    rows = tuple(("x" * MAX_CHARACTERS, "love", "train") for _ in range(3000))
    found = open_visit(save_visit(Contents(sentences=data, draft=("my sentences", rows))))
    assert found.left_out == ()
    assert found.sentences.train.sentences == data.train.sentences
    assert found.draft == ("my sentences", rows)


def test_what_makes_the_whole_too_large_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr(files, "MAX_JSON", 60_000)
    own, few = own_vectors(), a_few()
    records = (
        EmojiRecord(1, an_emoji_run(few, own), "few", own),
        EmojiRecord(2, an_emoji_run(many_sentences(300, 200), own), "many", own),
    )
    data = save_visit(Contents(emoji_runs=records, midi=a_song(), song=song_of(*a_song())))
    found = open_visit(data)
    assert [one.number for one in found.emoji_runs] == [1]
    assert found.left_out == ("run 2",)
    assert found.song.title == "my tune"


def test_what_cannot_be_read_again_is_left_out_and_named():
    words = ["w" * 1001, "b"]  # a word longer than a file may hold
    odd = WordVectors.of(words, np.ones((2, 3), "f4"), "odd.txt")
    found = open_visit(
        save_visit(Contents(vectors={"file": odd}, draft=("ours", (("a", "b", "c"),))))
    )
    assert found.vectors == {}
    assert found.left_out == ("odd.txt",)
    assert found.draft == ("ours", (("a", "b", "c"),))


def test_half_a_character_is_left_out_with_what_holds_it():
    found = open_visit(save_visit(Contents(texts={"jump": "\ud800"}, draft=("ours", ()))))
    assert found.texts == {}
    assert found.left_out == ("settings",)
    assert found.draft == ("ours", ())


def test_more_runs_than_a_file_holds_are_named():
    run = a_jazz_run()
    vocabulary = next(iter(contents.opened(FIRST_VERSION.read_bytes(), tuple).work["jazz_runs"]))
    many = Contents(
        jazz_runs=((vocabulary, run),) * (MAX_RUNS + 1),
        left_out=tuple(f"old {place}" for place in range(format.MAX_LEFT_OUT - 1)),
    )
    found = open_visit(save_visit(many))
    assert len(found.jazz_runs) == MAX_RUNS
    assert found.left_out[-1] == "a jazz run"
    found = open_visit(save_visit(replace(many, left_out=("x" * 300,) * 60)))
    assert found.left_out == ("x" * 200, "a jazz run")


def test_a_reader_is_told_what_is_not_in_the_file():
    data = save_visit(Contents(left_out=("run 3", "a jazz run", "glove.6B")))
    note = contents.opened(data, tuple).note
    assert note.endswith("not in it: run 3, a jazz run, glove.6B.")


def test_sentences_beyond_the_rows_of_a_csv_are_refused():
    large = many_sentences(MAX_ROWS + 1, 3)
    found = open_visit(save_visit(Contents(sentences=large)))
    assert found.sentences is None
    assert found.left_out == ("your sentences",)
