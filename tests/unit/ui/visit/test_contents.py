"""What a page lets in, a saved visit lets out; what cannot be saved is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from seqlib import limits
from seqlib.emojify import open_model
from seqlib.i18n import speaking
from seqlib.jazz.corpus import default_corpus
from seqlib.music import Token, Vocabulary
from seqlib.text import DataSet, LabelledSentences, shipped
from seqlib.vectors import WordVectors
from tests.unit.ui.visit.test_files import (
    a_few,
    a_jazz_run,
    a_song,
    a_table,
    a_visit,
    about,
    an_emoji_run,
    own_vectors,
    put,
    song_of,
)
from ui.state import MOST_LETTERS, MOST_OPTIONS, TABLE, TOOLBAR, Choice, Number, Picks, Row, Text
from ui.visit import writing
from ui.visit.format import MAX_RUNS
from ui.visit.memory import Visit
from ui.visit.reading import open_visit
from ui.visit.records import EmojiRecord
from ui.visit.session import as_link
from ui.visit.writing import save_visit

FIRST_VERSION = Path(__file__).parent / "data" / "first_version.seqscope"
KEPT = [row for row in TABLE.values() if row.kept and row.page != TOOLBAR]


def ends(row: Row) -> list[Any]:
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
    for value in ends(row):
        link = as_link({row.key: value}) if row.link else {}
        loose = {} if row.link else {row.key: value}
        found = open_visit(save_visit(Visit(links={row.page: link}, loose=loose)))
        assert found.links == {row.page: link}
        assert found.loose == loose
        assert found.note == ""


def test_all_controls_at_their_limits_make_one_file():
    links: dict[str, Any] = {}
    for row in KEPT:
        if row.link:
            links.setdefault(row.page, {}).update(as_link({row.key: ends(row)[-1]}))
    loose = {row.key: ends(row)[-1] for row in KEPT if not row.link}
    found = open_visit(save_visit(Visit(links=links, loose=loose)))
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
    asked = {**{key: list(words) for key, words in link.items()}, "n_a": ["12"]}
    data = put("settings", value={"jazz": asked})(save_visit(Visit()))
    assert open_visit(data).links == {"jazz": {"n_a": ("12",)}}


def test_a_file_of_the_first_version_opens_whole():
    found = open_visit(FIRST_VERSION.read_bytes())
    with ZipFile(FIRST_VERSION) as archive:
        settings = json.loads(archive.read("visit.json"))["settings"]
    assert settings["jazz"]["lanes"] == ["notes", "f"]
    del settings["shapes"]["paste_input"]  # a control that is gone: the code says what it reads
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
    with ZipFile(FIRST_VERSION) as archive:
        model = open_model(archive.read("emoji-6-last.seqscope"), own_vectors())
    words = ["Zauberflöte", *a_few().test.sentences]
    found_model = work["emoji_runs"][1].run.snapshot().model
    assert np.array_equal(found_model.predict(words), model.predict(words))
    assert len(work["emoji_mine"].train) == 30
    assert work["emoji_mine"].train.sentences[0] == "She loves me and I love her"
    assert work["emoji_draft"][0] == "my sentences"
    assert work["embedding_runs"].trainable.settings.trainable
    assert work["copy_run"].epoch == 2
    assert work["quiz"]["right"] == 3
    assert found.note == ""


def many_sentences(n: int, characters: int) -> DataSet:
    text = tuple(f"{place:07} {'a b' * (characters // 3)}" for place in range(n))
    labels = np.arange(n) % 5
    return DataSet(LabelledSentences(text, labels), shipped().test)


def test_sentences_and_a_table_at_their_limits_come_back():
    data = many_sentences(19_000, 960)  # 18 MB, as large as a CSV may be
    table = a_table(*((("x" * limits.SENTENCE, "love", "train"),) * 3000))
    saved = save_visit(a_visit(emoji_mine=data, emoji_draft=("my sentences", table)))
    found = open_visit(saved)
    assert found.note == ""
    assert found.work["emoji_mine"].train.sentences == data.train.sentences
    assert found.work["emoji_draft"][1].equals(table)


def test_what_makes_the_whole_too_large_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr(limits, "VISIT_JSON", 60_000)
    own, few, (title, song) = own_vectors(), a_few(), a_song()
    records = [
        EmojiRecord(1, an_emoji_run(many_sentences(300, 200), own), "many", own),
        EmojiRecord(2, an_emoji_run(few, own), "few", own),
    ]
    data = save_visit(
        a_visit(emoji_runs=records, song=song_of(title, song), song_file=(title, song))
    )
    found = open_visit(data)
    assert [one.number for one in found.work["emoji_runs"]] == [2]
    assert about(data)["left_out"] == ["run 1"]
    assert found.work["song"].title == title


def test_what_cannot_be_read_again_is_left_out_and_named():
    words = ["w" * 1001, "b"]  # a word longer than a file may hold
    odd = WordVectors.of(words, np.ones((2, 3), "f4"), "odd.txt")
    draft = ("ours", a_table(("a", "b", "c")))
    data = save_visit(a_visit(emoji_draft=draft, **{"own_vectors:my file": odd}))
    assert open_visit(data).work.keys() == {"emoji_draft"}
    assert about(data)["left_out"] == ["odd.txt"]


def test_half_a_character_keeps_nothing_else_out_of_the_file():
    visit = Visit(loose={"jump": "\ud800", "answer": "(m, n_a)"}, links={"cell": {"t": ("7",)}})
    found = open_visit(save_visit(visit))
    assert found.loose == {"answer": "(m, n_a)"}
    assert found.links == visit.links


def tokens(pitch: int = 0) -> Vocabulary:
    known = default_corpus().vocabulary
    return Vocabulary((*known.tokens[:-1], Token(pitch, 99_999)))


def test_more_runs_than_a_file_holds_are_named():
    run = a_jazz_run()
    data = save_visit(a_visit(jazz_runs={tokens(at): run for at in range(MAX_RUNS + 2)}))
    assert list(open_visit(data).work["jazz_runs"]) == [tokens(at) for at in range(2, MAX_RUNS + 2)]
    assert about(data)["left_out"] == ["a jazz run"]


def test_weights_kept_on_the_way_are_left_out_first_and_named(monkeypatch):
    runs = {tokens(at): a_jazz_run() for at in range(2)}
    whole = save_visit(a_visit(jazz_runs=runs))
    assert about(whole)["left_out"] == []
    monkeypatch.setattr(writing, "MOST_PARTS", 36_000)  # two runs, and what one has kept
    data = save_visit(a_visit(jazz_runs=runs))
    assert about(data)["left_out"] == [writing.SPARE]
    found = open_visit(data)
    assert [len(run.checkpoints) for run in found.work["jazz_runs"].values()] == [1, 3]
    assert "not in it: weights that a jazz run kept on the way." in found.note
    assert len(data) < len(whole)


def test_a_reader_is_told_what_is_not_in_the_file():
    data = put("left_out", value=["run 3", "a jazz run", "glove.6B"])(save_visit(Visit()))
    assert open_visit(data).note.endswith("not in it: run 3, a jazz run, glove.6B.")
    with speaking("zh"):
        assert open_visit(data).note.endswith("第 3 次训练、一次爵士训练、glove.6B。")


def test_sentences_beyond_the_rows_of_a_csv_are_left_out():
    data = save_visit(a_visit(emoji_mine=many_sentences(limits.ROWS + 1, 3)))
    assert open_visit(data).work == {}
    assert about(data)["left_out"] == ["your sentences"]
