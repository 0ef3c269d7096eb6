"""The emojify page, driven without a browser: sentences and models brought and taken."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from seqlib import vectors
from seqlib.emojify import Unknown, open_model, pretrained, save_model
from seqlib.text import sentences_to_indices, shipped, template
from seqlib.text.several import MOST_TEST
from tests.pages.apps import errors, markup, texts, the_error, train_emoji, visit
from ui.emojify import data as data_part
from ui.emojify import sentence, state
from ui.emojify.files import Leaving
from ui.parts import held


@pytest.fixture
def page() -> AppTest:
    return visit("emojify")


@pytest.fixture(scope="module")
def same_page() -> AppTest:
    """One for tests that do not ask what was done to it before."""
    return visit("emojify")


@pytest.fixture(scope="module")
def model():
    return pretrained.load(vectors.load())[0]


def use_csv(app: AppTest, content: bytes, name: str = "mine.csv") -> AppTest:
    app.button_group(key="emoji_data").set_value(state.MINE).run()
    app.file_uploader(key="emoji_csv").set_value((name, content, "text/csv"))
    return app.run()


# Sentences.


def test_a_csv_of_ones_own_becomes_the_sentences(page):
    rows = "\n".join(f"sentence {n},{'🐶' if n % 2 else '🐱'}" for n in range(40))
    use_csv(page, f"sentence,label\n{rows}\n".encode())
    assert errors(page) == []
    frame = next(one.value for one in page.dataframe if "an example" in one.value)
    assert sorted(frame["class"]) == ["🐱 🐱", "🐶 🐶"]
    assert frame["train"].sum() + frame["test"].sum() == 40
    assert "40 rows read" in texts(page)
    train_emoji(page, epochs=1)
    assert errors(page) == []
    assert "classes = 2" in texts(page)


def test_a_test_file_beside_the_training_file_is_taken_with_it(page):
    page.button_group(key="emoji_data").set_value(state.MINE).run()
    both = [
        ("train.csv", template() + template().split(b"\r\n", 1)[1], "text/csv"),
        ("test.csv", b"sentence,label\nso glad,happy\nso low,sad\n", "text/csv"),
    ]
    page.file_uploader(key="emoji_csv").set_value(both)
    page.run()
    assert errors(page) == []
    mine = page.session_state["emoji_mine"]
    assert mine.test.sentences == ("so glad", "so low")
    assert len(mine.train) == 10
    assert "2 test sentences in a file of their own." in texts(page)


def test_a_small_file_after_a_refused_one_takes_its_place(page):
    page.button_group(key="emoji_data").set_value(state.MINE).run()
    twice = template() + template().split(b"\r\n", 1)[1]
    large = ("1", "large.csv", b"", held.REFUSED)
    small = ("2", "small.csv", twice, "text/csv")
    page.file_uploader(key="emoji_csv")._files = [large]
    the_error(page.run(), "fill the room there is on this server")
    page.file_uploader(key="emoji_csv")._files = [large, small]  # a browser sends both
    assert errors(page.run()) == []
    mine = page.session_state["emoji_mine"]
    tested = ("3", "test.csv", b"", held.REFUSED)
    page.file_uploader(key="emoji_csv")._files = [large, small, tested]
    the_error(page.run(), "fill the room there is on this server")
    assert page.session_state["emoji_mine"] is mine


def test_above_train_stands_how_many_words_have_a_vector(page):
    assert "% of the words in the training sentences have a vector." in texts(page)
    assert not page.warning
    rows = "\n".join(f"qwrtz{n} zxcvb{n},{('happy', 'sad')[n % 2]}" for n in range(20))
    use_csv(page, f"sentence,label\n{rows}\n".encode())
    assert "0% of the words" in "".join(one.value for one in page.warning)


def test_the_template_can_be_filled_in_and_read(page):
    lines = template().decode("utf-8-sig").splitlines()
    use_csv(page, "\n".join([*lines, *lines[1:]]).encode())
    assert errors(page) == []


BAD_CSVS = {
    "nothing": (b"", "empty"),
    "one class": (b"sentence,label\na b c,happy\nd e f,happy\n", "same label"),
    "a web page": (b"<!DOCTYPE html><html>no</html>", "web page"),
    "binary": (bytes(range(256)) * 20, "text file"),
    "a workbook": (b"PK\x03\x04" + bytes(40), "Excel"),
    "one column": (b"a sentence\nanother\n", "single column"),
    "too many classes": (
        "\n".join(f"a sentence {n},class {n}" for n in range(30)).encode(),
        "different values",
    ),
    "one row a class": (b"a b c,happy\nd e f,sad\n", "single sentence"),
}


@pytest.fixture(scope="module")
def with_sentences() -> AppTest:
    """A visit with good sentences, which it keeps whatever comes after."""
    app = use_csv(visit("emojify"), template() + template().split(b"\r\n", 1)[1])
    assert errors(app) == []
    return app


@pytest.mark.parametrize(("content", "says"), BAD_CSVS.values(), ids=BAD_CSVS)
def test_a_bad_csv_gets_one_sentence_and_loses_nothing(with_sentences, content, says):
    app = with_sentences
    before = app.session_state["emoji_mine"]
    app.file_uploader(key="emoji_csv").set_value(("bad.csv", content, "text/csv"))
    the_error(app.run(), says)
    assert app.session_state["emoji_mine"] is before


def test_fifty_thousand_rows_are_read_and_few_are_kept_back(page):
    rows = "\n".join(f"we saw {n} birds today,{('happy', 'sad')[n % 2]}" for n in range(50_000))
    use_csv(page, rows.encode())
    assert errors(page) == []
    mine = page.session_state["emoji_mine"]
    assert len(mine.train) + len(mine.test) == 50_000
    assert len(mine.test) <= MOST_TEST + 2
    page.toggle(key="emoji_edit").set_value(True).run()
    assert "edit the CSV instead" in "".join(info.value for info in page.info)


def table(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["sentence", "label", "part"])


def test_an_edited_table_becomes_sentences_with_new_classes_and_empty_rows_left_out():
    made = data_part.from_table(
        table(
            ("I am glad", "happy", "train"),
            ("I am low", "sad", "train"),
            ("It rains", "☔", "train"),
            (None, None, None),
            ("I am well", "happy", "test"),
        )
    )
    assert len(made.train) == 3
    assert made.test.sentences == ("I am well",)
    assert made.train.classes == made.test.classes
    assert [one.emoji for one in made.train.classes] == ["😄", "😞", "☔"]


@pytest.mark.parametrize("nothing", ["\x07", " \u2028", "\x00\x7f"])
def test_a_row_of_which_nothing_can_be_read_moves_no_other_to_the_wrong_part(nothing):
    made = data_part.from_table(
        table(
            (nothing, "", "test"),
            ("I am glad", "happy", "train"),
            ("I am low", "sad", "train"),
            ("I am well", "happy", "test"),
        )
    )
    assert made.train.sentences == ("I am glad", "I am low")
    assert made.test.sentences == ("I am well",)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("glad", "happy", "train"), ("no label", "", "train"), ("b", "sad", "test")], "Row 2"),
        ([(None, "", None), ("a", "happy", "train"), ("b", "sad", "test"), ("c", "", "")], "Row 4"),
        ([("a", "happy", "train"), ("b", "sad", "train")], "each part"),
        ([("a", "happy", "train"), ("b", "happy", "test")], "same label"),
        ([], "No row"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_sentence(rows, says):
    with pytest.raises(ValueError, match=says):
        data_part.from_table(table(*rows))


def test_the_shipped_sentences_survive_the_editor_unchanged():
    made = data_part.from_table(data_part._frame(shipped()))
    assert made.train.sentences == shipped().train.sentences
    np.testing.assert_array_equal(made.test.labels, shipped().test.labels)
    assert made.train.classes == shipped().train.classes


# Many at once, models.


def test_many_sentences_get_the_models_probabilities(page, model):
    page.text_area(key="emoji_many").set_value("I am happy\n\nWe want to eat, now\n").run()
    frame = next(one.value for one in page.dataframe if "P(❤️ love)" in one.value)
    p = model.predict(["I am happy", "We want to eat, now"])
    assert frame["sentence"].tolist() == ["I am happy", "We want to eat, now"]
    np.testing.assert_allclose(frame["P(😄 happy)"], p[:, 2], atol=1e-6)


def test_of_very_many_sentences_the_first_are_answered(page, monkeypatch):
    monkeypatch.setattr("seqlib.limits.ANSWERED", 2)
    page.text_area(key="emoji_many").set_value("I am happy\nfood\nno\n").run()
    frame = next(one.value for one in page.dataframe if "P(❤️ love)" in one.value)
    assert frame["sentence"].tolist() == ["I am happy", "food"]
    assert "Only the first 2 sentences are answered." in [one.value for one in page.caption]


def test_a_saved_model_opens_again_and_gives_the_same_numbers(page, model):
    halved = model.weights.with_arrays([a * 0.5 for a in model.weights.arrays])
    made = replace(model, weights=halved)
    page.file_uploader(key="emoji_open").set_value(
        ("mine.seqscope", save_model(made, shipped().train.words, vectors=vectors.load()), "")
    )
    page.run()
    assert errors(page) == []
    assert page.selectbox(key="emoji_model").value == state.FILE
    reading = made.read(sentence.FIRST)
    assert f"{reading.probabilities.max():.1%}" in markup(page)


BAD_MODELS = {
    "a Keras file without weights": ("m.keras", None, "damaged"),
    "HDF5": ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "damaged"),
    "junk": ("m.npz", b"junk", "holds no weights"),
    "nothing": ("m.keras", b"", "holds no weights"),
    "a Keras file by another name": ("m.seqscope", None, "never opened"),
    "junk by our name": ("m.seqscope", b"junk", "not a SeqScope model file"),
}


def keras_like() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"")
    return made.getvalue()


@pytest.mark.parametrize(("name", "content", "says"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_file_that_is_no_model_is_refused_and_loses_nothing(same_page, name, content, says):
    page = same_page
    page.file_uploader(key="emoji_open").set_value(
        (name, keras_like() if content is None else content, "")
    )
    the_error(page.run(), says)
    assert page.selectbox(key="emoji_model").value == state.SHIPPED


def test_a_learners_own_emojify_reads_with_its_weights(page, model):
    """As Keras 2 saved it, without the embedding; the words are read through the vectors in use."""
    h5py = pytest.importorskip("h5py")
    made = io.BytesIO()
    names = ("lstm", "lstm_1", "dense")
    arrays = [array * np.float32(0.5) for array in model.weights.arrays]
    with h5py.File(made, "w") as file:
        for name, part in zip(names, (arrays[:3], arrays[3:6], arrays[6:]), strict=True):
            inner = f"{name}/{name}" + ("/lstm_cell" if len(part) == 3 else "")
            kinds = ("kernel", "recurrent_kernel", "bias") if len(part) == 3 else ("kernel", "bias")
            for kind, array in zip(kinds, part, strict=True):
                file[f"model_weights/{inner}/{kind}:0"] = array
    page.file_uploader(key="emoji_open").set_value(("mine.h5", made.getvalue(), ""))
    page.run()
    assert errors(page) == []
    assert page.selectbox(key="emoji_model").value == state.FILE
    found = page.session_state["emoji_file_model"]
    assert found.lexicon.unknown is Unknown.ZERO
    for ours, theirs in zip(found.weights.arrays, arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    again = open_model(page.session_state["emoji_file_bytes"], vectors.load())
    np.testing.assert_allclose(again.predict(["I am happy"]), found.predict(["I am happy"]))
    theirs = visit("emojify")
    theirs.file_uploader(key="emoji_open").set_value(("same.h5", made.getvalue(), ""))
    theirs.run()
    for key in ("emoji_file_model", "emoji_file_bytes"):
        assert theirs.session_state[key] is page.session_state[key], "a class holds it once"


def test_what_is_downloaded_is_the_model_that_reads(model):
    made = Leaving(model, shipped(), vectors.load(), pretrained.card()["settings"])
    again = open_model(made.seqscope(), vectors.load())
    test = shipped().test.sentences
    np.testing.assert_array_equal(again.predict(test), model.predict(test))


def test_the_keras_file_reads_its_vocabulary_as_the_model_does(model, keras, tmp_path):
    made = Leaving(model, shipped(), vectors.load(), pretrained.card()["settings"])
    path = tmp_path / "mine.keras"
    path.write_bytes(made.keras())
    theirs = keras.models.load_model(path)
    indices = sentences_to_indices(
        shipped().test.sentences, json.loads(made.words_json()), model.maxlen
    )
    np.testing.assert_allclose(
        np.asarray(theirs(indices)), model.predict(shipped().test.sentences), atol=1e-5
    )


def test_many_sentences_reads_the_files_that_training_reads_and_names_what_it_leaves_out(page):
    rows = b'{"text": "I love you", "label": 1}\nno JSON\n{"text": "so sad", "label": 0}\n' * 3
    page.file_uploader(key="emoji_many_file").set_value(("a.jsonl", rows, "application/json"))
    page.run()
    assert errors(page) == []
    assert page.session_state["emoji_many_sentences"] == ("I love you", "so sad") * 3
    assert "6 rows read (UTF-8, JSON), with a header." in texts(page)
    (left_out,) = [one for one in page.expander if one.label == "3 rows left out"]
    assert left_out.dataframe[0].value.iloc[:, 0].tolist() == [2, 5, 8]
