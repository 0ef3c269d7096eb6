"""Sentences, their words, and every kind of file they come in."""

from __future__ import annotations

import contextlib
import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib import limits
from seqlib.text import (
    DEFAULT_CLASSES,
    LabelledSentences,
    encode,
    from_rows,
    negates,
    read_csv,
    read_sentences,
    sentences_to_indices,
    shipped,
    template,
    tokenise,
    write_csv,
)
from seqlib.text.emoji import EMOJI
from seqlib.text.files import read_column
from seqlib.text.labelled import EmojiClass, classes_of
from seqlib.text.records import enumerate_lines, json_records
from seqlib.vectors import load

# Work within bounds.

GOOD = "I love you,love\nso sad,sad\n" * 9


def test_a_file_is_read_within_bounds_of_rows_and_cells(monkeypatch):
    monkeypatch.setattr(limits, "CELLS", 1000)
    monkeypatch.setattr(limits, "LOOKED_AT", 100)
    for rest, n in (("x,\n" * 300, 300), ('"x",\n' * 300, 300), (",\n" * 3000, 1)):
        labelled, report = read_csv((GOOD + rest).encode())
        assert len(labelled) == 18
        assert report.n_skipped == n
    _labelled, report = read_csv(
        json.dumps([{"a": "x y", "b": "yn"[n % 2]} for n in range(300)]).encode()
    )
    assert (report.rows, report.n_skipped) == (100, 1)


def test_blank_lines_cost_no_steps(monkeypatch):
    monkeypatch.setattr(limits, "CELLS", 1000)
    labelled, report = read_csv((GOOD + "\n  \n" * 9000 + "at last,love\n!,sad").encode())
    assert len(labelled) == 19
    assert [one.line for one in report.skipped] == [18 + 18_000 + 2]
    assert [n for n, _line in enumerate_lines("\n \na\n\n b \n")] == [3, 5]


def test_a_wide_first_object_of_json_names_no_more_columns_than_a_table_has():
    wide = {f"name {n}": "words here" for n in range(3 * limits.COLUMNS)}
    records = json_records(json.dumps([wide, {"a": 1}]))
    assert {len(one.cells) for one in records()} == {limits.COLUMNS}


def test_a_number_of_thousands_of_digits_is_not_written_out():
    records = json_records(f'[["a b", {"9" * 4000}]]')
    assert [one.cells[1] for one in records()] == ["Infinity"]


def test_the_same_word_is_held_once():
    labelled = LabelledSentences(("so happy", "我很开心", "happy 我"), np.zeros(3, int))
    words = [word for tokens in labelled.tokens for word in tokens]
    assert len(set(map(id, words))) == len(set(words))


def test_classes_are_found_by_looking_each_label_up_once(monkeypatch):
    compared = []
    same = EmojiClass.__eq__
    monkeypatch.setattr(
        EmojiClass, "__eq__", lambda one, other: compared.append(1) or same(one, other)
    )
    _classes, places = classes_of(f"label {n}" for n in range(500))
    assert len(places) == 500
    assert len(compared) < 20 * 500


def test_lines_of_labels_are_held_within_bounds(monkeypatch):
    monkeypatch.setattr(limits, "LOOKED_AT", 100)
    values, _report = read_column(b"1\n2\n" * 300, True)
    assert len(values) == 100


def test_a_page_works_with_a_sample_of_very_many_sentences(monkeypatch):
    labelled = LabelledSentences(("a", "b", "c", "d"), np.array([0, 1, 0, 1]))
    assert labelled.sample is labelled
    monkeypatch.setattr(limits, "JUDGED", 3)
    again = LabelledSentences(labelled.sentences, labelled.labels)
    assert len(again.sample) == 3
    assert again.sample is again.sample
    at = [again.sentences.index(sentence) for sentence in again.sample.sentences]
    np.testing.assert_array_equal(again.sample.labels, again.labels[at])


# Words and rows.


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("I'm HAPPY!!", "i am happy"),
        ("don’t, won't; can't: cannot", "do not will not can not can not"),
        ("It's Anna's ball, isn't it?", "it is anna ball is not it"),
        ("im sad and dont care", "i am sad and do not care"),
        ("rock'n'roll at 7.30", "rocknroll at 7 30"),
        ("a well-known 'quote'", "a well known quote"),
        ("love ❤️ you👍🏽", "love ❤️ you 👍🏽"),
        ("我爱你", "我 爱 你"),
        ("Ünïcödé café", "ünïcödé café"),
        ("...?!", ""),
        ("", ""),
    ],
)
def test_tokenise(sentence, words):
    assert tokenise(sentence) == tuple(words.split())


@given(st.text(max_size=60))
def test_any_text_gives_words_without_spaces_and_reading_them_again_changes_nothing(sentence):
    words = tokenise(sentence)
    assert all(word and not any(character.isspace() for character in word) for word in words)
    assert all(word == word.lower() for word in words)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [("I'm not sad", True), ("She cannot", True), ("It wasn’t", True), ("A notable knot", False)],
)
def test_has_negation(sentence, expected):
    assert any(map(negates, tokenise(sentence))) is expected


def test_encode_pads_with_row_0_names_unknown_words_and_what_was_cut():
    encoded = encode("the cat sat glorply here", {"the": 1, "cat": 2, "sat": 3, "here": 4}, 4)
    assert encoded.words == ("the", "cat", "sat", "glorply")
    assert encoded.indices.tolist() == [1, 2, 3, 0]
    assert encoded.indices.dtype == np.int32
    assert encoded.unknown == ("glorply",)
    assert encoded.cut == ("here",)
    shared = encode("glorply cat", {"cat": 2}, 4, unknown_index=9)
    assert shared.indices.tolist() == [9, 2, 0, 0]


def test_an_emoji_is_read_by_its_words_row_whatever_its_skin_and_a_row_of_its_own_comes_first():
    rows = {"love": 1, "great": 2, "laughing": 3}
    encoded = encode("❤️ 👍🏽 😂 🦄 ❤", rows, 6)
    assert encoded.indices.tolist() == [1, 2, 3, 0, 1, 0]
    assert encoded.unknown == ("🦄",)
    assert encode("😂", {**rows, "😂": 9}, 1).indices.tolist() == [9]


def test_every_word_of_the_emoji_table_has_a_vector():
    assert load().indices(sorted(set(EMOJI.values()))).all()
    assert len(EMOJI) > 200


def test_sentences_to_indices_of_none_keeps_its_shape():
    assert sentences_to_indices([], {}, 7).shape == (0, 7)
    assert sentences_to_indices(["a b", "b"], {"a": 1, "b": 2}, 3).tolist() == [
        [1, 2, 0],
        [2, 0, 0],
    ]


# Files.

ROWS = (
    ("I love you", "love"),
    ("Throw the ball, quick", "ball"),
    ("What fun", "happy"),
    ("He cries", "sad"),
    ("Soup please", "food"),
    ("No, not you", "sad"),
)
SENTENCES = tuple(sentence for sentence, _ in ROWS)
LABELS = [0, 1, 2, 3, 4, 3]


def as_csv(rows, delimiter=",", end="\n", **options) -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator=end, **options).writerows(rows)
    return made.getvalue().encode()


def numbered(rows):
    return [(sentence, LABELS[place]) for place, (sentence, _) in enumerate(rows)]


def with_emoji(rows):
    return [(sentence, DEFAULT_CLASSES[LABELS[at]].emoji) for at, (sentence, _) in enumerate(rows)]


FORMS = (
    "plain header label-first-header label-first numbers header-over-numbers numbers-first "
    "emoji bare-emoji upper semicolons tabs bars cr crlf quoted bom utf16 extra-columns "
    "row-numbers blank-rows padded tabs-inside newlines-inside"
)


@pytest.mark.parametrize(
    "data",
    [
        as_csv(ROWS),
        as_csv([("sentence", "label"), *ROWS]),
        as_csv([("Label", "Text"), *((label, sentence) for sentence, label in ROWS)]),
        as_csv([(label, sentence) for sentence, label in ROWS]),
        as_csv(numbered(ROWS)),
        as_csv([("what was said", "its kind"), *numbered(ROWS)]),
        as_csv([(label, sentence) for sentence, label in numbered(ROWS)]),
        as_csv(with_emoji(ROWS)),
        as_csv([(sentence, emoji.replace("\ufe0f", "")) for sentence, emoji in with_emoji(ROWS)]),
        as_csv([(sentence, label.upper() + " ") for sentence, label in ROWS]),
        as_csv(ROWS, delimiter=";"),
        as_csv(ROWS, delimiter="\t"),
        as_csv(ROWS, delimiter="|"),
        as_csv(ROWS, end="\r"),
        as_csv(ROWS, end="\r\n"),
        as_csv(ROWS, quoting=csv.QUOTE_ALL),
        b"\xef\xbb\xbf" + as_csv([("sentence", "label"), *ROWS]),
        as_csv(with_emoji(ROWS)).decode().encode("utf-16"),
        as_csv([(*row, "", "left over, by hand") for row in ROWS]),
        as_csv([(at, *row) for at, row in enumerate(ROWS)]),
        as_csv([("", "")] + [row for pair in ROWS for row in (pair, ())]),
        as_csv([(f" {sentence}\t", label) for sentence, label in ROWS], quoting=csv.QUOTE_ALL),
        as_csv([(sentence.replace(" ", "\t", 1), label) for sentence, label in ROWS]),
        as_csv([(sentence.replace(" ", "\n", 1), label) for sentence, label in ROWS]),
    ],
    ids=FORMS.split(),
)
def test_a_csv_in_any_usual_form_gives_the_same_sentences(data):
    labelled, report = read_csv(data)
    assert labelled.sentences == SENTENCES
    assert labelled.labels.tolist() == LABELS
    assert labelled.classes == DEFAULT_CLASSES
    assert report.rows == len(ROWS)
    assert report.n_skipped == 0


def test_a_file_is_read_by_path_and_from_an_open_file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(ROWS))
    assert read_csv(path)[0].sentences == read_csv(str(path))[0].sentences == SENTENCES
    with path.open("rb") as file:
        assert read_csv(file)[0].sentences == SENTENCES


def test_windows_accents_are_read_and_said():
    data = "Le café est bon,food\nIl pleure déjà,sad\n".encode("cp1252")
    labelled, report = read_csv(data)
    assert labelled.sentences[0] == "Le café est bon"
    assert report.encoding == "Windows-1252"


def test_other_numbers_and_names_become_classes_of_their_own():
    labelled, _ = read_csv(as_csv([("good one", 1), ("bad one", -1), ("so so", 0)]))
    assert [one.name for one in labelled.classes] == ["-1", "0", "1"]
    assert labelled.labels.tolist() == [2, 0, 1]
    labelled, _ = read_csv(as_csv([("oh no", "storm"), ("a b", "🐱"), ("yes it is", "happy")]))
    assert labelled.classes[0] == DEFAULT_CLASSES[2]
    assert labelled.classes[1].name == "storm"
    assert labelled.classes[2].emoji == "🐱"
    assert len({one.emoji for one in labelled.classes}) == 3


def test_unusable_rows_are_skipped_and_named():
    rows = [*ROWS, ("", "sad"), ("no label here", ""), ("?!", "sad"), ("so sad", "sad" * 30)]
    labelled, report = read_csv(as_csv(rows))
    assert len(labelled) == len(ROWS)
    assert [skipped.line for skipped in report.skipped] == [7, 8, 9, 10]
    assert [str(skipped.why).split()[-1] for skipped in report.skipped] == [
        "sentence", "label", "sentence", "characters",
    ]  # fmt: skip


def test_repeated_and_contradictory_rows_are_kept_and_said():
    _, report = read_csv(as_csv([*ROWS, ROWS[0], ("i LOVE you!", "sad")]))
    twice, contradictory = map(str, report.notes[:2])
    assert (twice[:1], "more than once" in twice) == ("2", True)
    assert (contradictory[:1], "more than one label" in contradictory) == ("1", True)


def test_fifty_thousand_rows_are_read_and_more_are_left_out():
    rows = [(f"sentence number {n}", ("love", "sad")[n % 2]) for n in range(50_003)]
    labelled, report = read_csv(as_csv(rows))
    assert len(labelled) == limits.ROWS == 50_000
    assert report.n_skipped == 3
    assert "50,000" in str(report.skipped[0].why)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\r\n ", "empty"),
        (b",,\n,,\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"sentence,label\n", "no rows"),
        (b"just\none\ncolumn\n", "single column"),
        (as_csv([(s, "love") for s in SENTENCES]), "same label"),
        (as_csv([(f"one more number {n}", f"kind{n % 30}") for n in range(60)]), "2 to 20"),
        (b"<!DOCTYPE html><html><body>a, b</body></html>", "web page"),
        (b"\n <HTML>\n<table><tr>", "web page"),
        (b"PK\x03\x04 rest of an xlsx", "Excel"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        (bytes(range(129, 256)) * 3, "UTF-8"),
        (b'"never closed,love\n' + b"more and more\n" * 20_000, "same label, love"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(data, says):
    with pytest.raises(ValueError, match=says) as refused:
        read_csv(data)
    message = str(refused.value)
    assert "\n" not in message
    assert message.endswith(".")


def test_a_file_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "TEXT_BYTES", 40)
    with pytest.raises(ValueError, match="fewer rows"):
        read_csv(as_csv(ROWS))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from("abc")), max_size=12))
def test_what_is_written_is_read_back(rows):
    try:
        labelled, _ = from_rows(rows)
    except ValueError:
        return
    again, _ = read_csv(write_csv(labelled))
    assert again.sentences == labelled.sentences
    assert [again.classes[at].name for at in again.labels] == [
        labelled.classes[at].name for at in labelled.labels
    ]


def test_no_cell_of_a_written_table_is_a_formula():
    rows = [("=1+1 apples", "a"), ("'+so it is", "b"), ("-5 degrees here", "a"), ("@you", "+b")]
    rows.append(("＝1+1 pears", "a"))
    labelled, _ = from_rows([*rows, ("and some more", "b")])
    cells = [
        cell
        for line in csv.reader(io.StringIO(write_csv(labelled).decode("utf-8-sig")))
        for cell in line
    ]
    assert len(cells) == 14
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r＝")]
    again, _ = read_csv(write_csv(labelled))
    assert again.sentences == labelled.sentences
    assert again.classes == labelled.classes


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    for read in (read_csv, read_sentences):
        with contextlib.suppress(ValueError):
            read(data)


def test_the_template_can_be_read():
    labelled, report = read_csv(template())
    assert labelled.classes == DEFAULT_CLASSES
    assert report.header


def test_sentences_alone_are_read_from_lines_and_from_columns():
    assert read_sentences(b"I am glad\nNo, I am not\n")[0] == ("I am glad", "No, I am not")
    assert read_sentences(b'"I am glad"\n"No, I am not"')[0] == ("I am glad", "No, I am not")
    assert read_sentences(as_csv(numbered(ROWS)))[0] == SENTENCES
    assert read_sentences(as_csv([("id", "text"), (1, "hello there")]))[0] == ("hello there",)
    beside = as_csv([("text", "when"), ("hello there", "at noon"), ("so long", "a day after")])
    assert read_sentences(beside)[0] == ("hello there", "so long")
    with pytest.raises(ValueError, match="empty"):
        read_sentences(b"")


# Choosing rows.


def test_a_covering_part_has_every_class_alike_and_the_words_that_matter():
    train = shipped().train
    part = train.covering(130)
    assert part.counts.tolist() == [26] * 5
    assert set(part.sentences) <= set(train.sentences)

    def share_covered(some):
        return sum(word in some.words for tokens in train.tokens for word in tokens)

    assert share_covered(part) > max(
        share_covered(train.subset(np.random.default_rng(seed).permutation(len(train))[:130]))
        for seed in range(5)
    )
    assert len(train.covering(10_000)) == len(train)


def test_a_split_keeps_back_some_of_every_class_and_loses_nothing():
    labelled = shipped().train
    train, test = labelled.split(0.25, seed=1)
    assert test.counts.tolist() == (labelled.counts // 4).tolist()
    assert sorted(train.sentences + test.sentences) == sorted(labelled.sentences)


def test_labels_must_fit_sentences_and_classes():
    with pytest.raises(ValueError, match="one label"):
        LabelledSentences(("a",), np.array([0, 1]))
    with pytest.raises(ValueError, match="0 to 4"):
        LabelledSentences(("a",), np.array([5]))
