"""The emojify page, driven without a browser: what its controls do, and what bad input gets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from seqlib import vectors
from seqlib.emojify import mistakes, open_model, pretrained, save_model
from seqlib.i18n import speaking
from seqlib.text import DEFAULT_CLASSES, sentences_to_indices, shipped, template
from seqlib.text.labelled import class_of
from ui.emojify import data as data_part
from ui.emojify import sentence, state
from ui.emojify.files import Leaving
from ui.frame.frame import ROOT
from ui.state import options


def visit(**query: str) -> AppTest:
    """A new visit to the page, with these query parameters in its link."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/emojify.py").run()


@pytest.fixture
def page() -> AppTest:
    return visit()


@pytest.fixture(scope="module")
def model():
    return pretrained.load(vectors.load())[0]


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.text, app.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def markup(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def errors(app: AppTest) -> list[str]:
    assert not app.exception
    return [error.value for error in app.error]


def train(app: AppTest, epochs: int = 2) -> AppTest:
    app.slider(key="emoji_epochs").set_value(epochs)
    app.select_slider(key="emoji_units").set_value(16)
    app.button(key="emoji_run:train").click().run()
    until = time.monotonic() + 120
    while "**Done**" not in texts(app) and time.monotonic() < until:
        time.sleep(0.3)
        app.run()
    assert "**Done**" in texts(app)
    return app


def use_csv(app: AppTest, content: bytes, name: str = "mine.csv") -> AppTest:
    app.button_group(key="emoji_data").set_value(state.MINE).run()
    app.file_uploader(key="emoji_csv").set_value((name, content, "text/csv"))
    return app.run()


# Reading.


def test_the_answer_is_that_of_the_model(page, model):
    page.text_input(key="say").set_value("I am happy").run()
    reading = model.read("I am happy")
    shown = markup(page)
    assert reading.emoji in shown
    assert f"<b>{reading.classes[reading.label].name}</b>" in shown
    assert f"{reading.probabilities.max():.1%}" in shown


def test_words_stand_with_the_rows_that_are_read(page, model):
    encoded = model.encode(sentence.FIRST)
    shown = markup(page)
    for word, row in zip(encoded.words, encoded.indices, strict=False):
        assert f">{word}</td>" in shown
        assert f"<td>{row:,}</td>" in shown


def test_every_stage_has_the_shape_of_its_array(page, model):
    trace = model.read(sentence.FIRST).trace
    # Without the links to the glossary.
    shown = re.sub(r"\]\(#term-[^)]*\)|\[(?=\*\*|:\w+\[)", "", texts(page))
    assert f"**embeddings** (:blue[Tx = {trace.embeddings.shape[0]}" in shown
    assert f"n\\_a = {trace.lstm_1.h.shape[1]}" in shown
    assert f"classes = {len(trace.output)}" in shown


def test_an_unknown_word_is_named_with_its_treatment_and_a_long_sentence_with_its_cut(page):
    page.text_input(key="say").set_value("We love zzqqzz " + "very " * 9 + "much").run()
    assert not page.exception
    shown = texts(page)
    assert "zzqqzz" in shown
    assert "zero row" in shown
    assert "maxlen = 10" in shown
    assert "very very much" in shown


@pytest.mark.parametrize("text", ["", "   ", "?!…", "🙂", "a" * 300, "$x$ :material/home: **b**"])
def test_any_text_is_read_without_an_error(page, text):
    page.text_input(key="say").set_value(text).run()
    assert errors(page) == []


def test_markup_in_a_sentence_is_shown_as_text(page):
    page.text_input(key="say").set_value("I am <b>happy</b> <img src=x onerror=alert(1)>").run()
    assert "<img" not in markup(page)
    assert "<img" not in "".join(element.value for element in page.markdown)


@pytest.mark.parametrize("against", options("emoji_against"))
def test_every_comparison_draws(page, against):
    page.selectbox(key="emoji_against").set_value(against).run()
    assert errors(page) == []
    (stage,) = [one for one in page.get("bidi_component") if "emoji_stage" in one.proto.id] or [
        None
    ]
    assert stage is not None


@pytest.mark.parametrize("padding", [state.SKIP, state.READ])
def test_keras_agrees_with_the_page_on_all_test_sentences(page, padding, answered):
    page.selectbox(key="emoji_padding").set_value(padding).run()
    page.button(key="emoji_check").click().run()
    answered(page)
    assert errors(page) == []
    said = next(text.value for text in page.markdown if "largest difference" in text.value)
    assert "150 test sentences" in said
    assert 0 <= float(said.split("**")[1]) < 1e-5


def test_a_link_opens_the_same_reading():
    app = visit(say="We play ball", emoji_padding=state.READ, shuffle="7", emoji_units="nonsense")
    assert app.text_input(key="say").value == "We play ball"
    assert app.selectbox(key="emoji_padding").value == state.READ
    assert app.number_input(key="shuffle").value == 7
    assert app.select_slider(key="emoji_units").value == 128
    assert errors(app) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_made_on_the_chinese_page_means_the_same(lang):
    app = visit(
        lang=lang,
        emoji_padding="跳过",
        emoji_against="打乱顺序的同样的词",
        emoji_data="其中 132 句",
        emoji_lanes="哪个词起了作用",
        emoji_pace="1 epoch a second",
    )
    assert not app.exception
    at = app.session_state
    assert at["emoji_padding"] == state.SKIP
    assert at["emoji_against"] == sentence.SHUFFLED
    assert at["emoji_data"] == state.FEW
    assert at["emoji_lanes"] == ["influence"]
    assert at["emoji_pace"] == "1 epoch a second"


def test_default_classes_are_named_in_the_readers_language_and_found_by_either_name():
    happy, own = class_of("happy"), class_of("weather")
    with speaking("zh"):
        assert happy.title == "开心"
        assert own.title == "weather"
        assert all(class_of(one.title) == one for one in DEFAULT_CLASSES)
    assert happy.title == "happy"


def test_shuffling_moves_v2_and_leaves_v1(page):
    shown = next(text.value for text in page.markdown if "Largest change" in text.value)
    moved = dict(part.split() for part in shown.split("**")[1::2])
    assert float(moved["V1"].rstrip("%")) < 0.1
    assert float(moved["V2"].rstrip("%")) > 1


def test_padding_is_shown_to_move_the_last_state_only_without_a_mask(page, model):
    shown = texts(page)
    assert "Padding skipped" in shown
    assert "the last state is 1.00 alike" in shown
    assert shown.count("1.00 alike") == 1


def test_dropout_is_drawn_for_a_training_pass_and_absent_at_inference(page):
    assert "Inference: no mask" in texts(page)
    charts = len(page.get("plotly_chart"))
    page.toggle(key="emoji_pass").set_value(True).run()
    assert errors(page) == []
    assert len(page.get("plotly_chart")) == charts + 1
    assert "Rate 0.5" in texts(page)


def test_reading_does_not_import_tensorflow():
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('streamlit_app.py', default_timeout=60).run()\n"
        "app.switch_page('pages/emojify.py').run()\n"
        "app.text_input(key='say').set_value('We want to eat').run()\n"
        "assert not app.exception\n"
        "print('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip().splitlines()[-1] == "False", done.stderr[-500:]


# Training.


def test_training_ends_with_a_model_that_reads_and_runs_are_compared(page):
    train(page)
    assert page.selectbox(key="emoji_model").value == "run 1 last"
    (kept,) = page.session_state["emoji_runs"]
    assert f"test **{kept.run.metrics.test_accuracy[-1]:.1%}**" in texts(page)

    page.select_slider(key="emoji_dropout").set_value(0.0)
    train(page)
    assert [one.name for one in page.session_state["emoji_runs"]] == ["run 1", "run 2"]
    assert page.session_state["emoji_runs"][1].run.settings.dropout == 0
    page.button(key="emoji_keep_best").click().run()
    assert page.selectbox(key="emoji_model").value.endswith("best")

    page.button(key="emoji_reset").click().run()
    assert errors(page) == []
    assert page.selectbox(key="emoji_model").value == state.SHIPPED
    assert page.session_state["emoji_runs"] == []


def test_a_run_can_be_held_and_gone_on_with_and_stopped(page):
    page.slider(key="emoji_epochs").set_value(200)
    page.selectbox(key="emoji_pace").set_value("1 epoch a second")
    page.select_slider(key="emoji_units").set_value(16)
    page.button(key="emoji_run:train").click().run()
    page.button(key="emoji_run:pause").click().run()
    assert "**Held**" in texts(page)
    page.button(key="emoji_run:pause").click().run()
    (kept,) = page.session_state["emoji_runs"]
    assert not kept.run.state.over
    page.button(key="emoji_run:stop").click().run()
    assert "**Stopped**" in texts(page)
    assert errors(page) == []


# Errors and card.


def test_the_errors_are_the_models_mistakes_surest_first(page, model):
    found = mistakes(model, shipped().test)
    frame = next(one.value for one in page.dataframe if "tipped, by gradient" in one.value)
    assert frame["sentence"].tolist() == [one.sentence for one in found]
    assert frame["confidence"].is_monotonic_decreasing
    assert frame["tipped, by gradient"].tolist() == [one.tipped_by_gradient for one in found]


def test_the_card_has_v1_beside_v2_with_spread_and_negations(page):
    frame = next(one.value for one in page.dataframe if "with a negation" in one.value)
    about = pretrained.card()
    row = frame[frame["model"] == "V2, all"].iloc[0]
    assert row["accuracy"] == pytest.approx(100 * about["figures"]["V2, all"]["accuracy"])
    assert row["±"] == pytest.approx(100 * about["figures"]["V2, all"]["negated spread"])
    assert {"V1, all", "V1, few", "V2, few", "now: shipped"} <= set(frame["model"])
    assert about["with real GloVe"] in texts(page)


# Data.


def test_a_csv_of_ones_own_becomes_the_sentences(page):
    rows = "\n".join(f"sentence {n},{'🐶' if n % 2 else '🐱'}" for n in range(40))
    use_csv(page, f"sentence,label\n{rows}\n".encode())
    assert errors(page) == []
    frame = next(one.value for one in page.dataframe if "an example" in one.value)
    assert sorted(frame["class"]) == ["🐱 🐱", "🐶 🐶"]
    assert frame["train"].sum() + frame["test"].sum() == 40
    assert "40 rows read" in texts(page)
    train(page, epochs=1)
    assert errors(page) == []
    assert "classes = 2" in texts(page)


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


@pytest.mark.parametrize(("content", "says"), BAD_CSVS.values(), ids=BAD_CSVS)
def test_a_bad_csv_gets_one_sentence_and_loses_nothing(page, content, says):
    use_csv(page, template() + template().split(b"\r\n", 1)[1])
    before = page.session_state["emoji_mine"]
    page.file_uploader(key="emoji_csv").set_value(("bad.csv", content, "text/csv"))
    page.run()
    (error,) = errors(page)
    assert says in error
    assert error.endswith(".")
    assert "\n" not in error
    assert page.session_state["emoji_mine"] is before


def test_fifty_thousand_rows_are_read_and_few_are_kept_back(page):
    rows = "\n".join(f"we saw {n} birds today,{('happy', 'sad')[n % 2]}" for n in range(50_000))
    use_csv(page, rows.encode())
    assert errors(page) == []
    mine = page.session_state["emoji_mine"]
    assert len(mine.train) + len(mine.test) == 50_000
    assert len(mine.test) <= data_part.MOST_TEST + 2
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


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("glad", "happy", "train"), ("no label", "", "train"), ("b", "sad", "test")], "Row 2"),
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


# Many, save, reopen.


def test_many_sentences_get_the_models_probabilities(page, model):
    page.text_area(key="emoji_many").set_value("I am happy\n\nWe want to eat, now\n").run()
    frame = next(one.value for one in page.dataframe if "P(❤️ love)" in one.value)
    p = model.predict(["I am happy", "We want to eat, now"])
    assert frame["sentence"].tolist() == ["I am happy", "We want to eat, now"]
    np.testing.assert_allclose(frame["P(😄 happy)"], p[:, 2], atol=1e-6)


def test_a_saved_model_opens_again_and_gives_the_same_numbers(page, model):
    made = model.with_weights(model.weights.with_arrays([a * 0.5 for a in model.weights.arrays]))
    page.file_uploader(key="emoji_open").set_value(
        ("mine.seqscope", save_model(made, shipped().train.words, vectors=vectors.load()), "")
    )
    page.run()
    assert errors(page) == []
    assert page.selectbox(key="emoji_model").value == state.FILE
    reading = made.read(sentence.FIRST)
    assert f"{reading.probabilities.max():.1%}" in markup(page)


BAD_MODELS = {
    "a Keras file": (None, "never opened"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "never opened"),
    "junk": (b"junk", "not a SeqScope model file"),
    "nothing": (b"", "not a SeqScope model file"),
}


def keras_like() -> bytes:
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"")
    return made.getvalue()


@pytest.mark.parametrize(("content", "says"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_file_that_is_no_model_is_refused_and_loses_nothing(page, content, says):
    page.file_uploader(key="emoji_open").set_value(
        ("m.keras", keras_like() if content is None else content, "")
    )
    page.run()
    (error,) = errors(page)
    assert says in error
    assert page.selectbox(key="emoji_model").value == state.SHIPPED


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
