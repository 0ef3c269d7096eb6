"""The emojify page, driven without a browser: what its controls do, and what bad input gets."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from seqlib import vectors
from seqlib.emojify import EmojiModel, Lexicon, mistakes, pretrained, reliability
from seqlib.i18n import speaking
from seqlib.text import DEFAULT_CLASSES, DataSet, LabelledSentences, shipped
from seqlib.text.labelled import class_of
from tests.pages.apps import errors, markup, only, texts, train_emoji, visit
from ui.emojify import sentence, state
from ui.state import options


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


def verdict(app: AppTest) -> str:
    """The markup of the answers above the words."""
    return next(each for each in markup(app).split("\n") if 'class="verdict"' in each)


# Reading.


def test_the_answer_is_that_of_the_model(page, model):
    page.text_input(key="say").set_value("I am happy").run()
    reading = model.read("I am happy")
    shown = markup(page)
    assert reading.emoji in shown
    assert f"<b>{reading.classes[reading.label].name}</b>" in shown
    assert f"{reading.probabilities.max():.1%}" in shown
    so_far = re.findall(r'title="[^"]+">(.+?) (\d+)%</div>', shown)  # after each word
    best = reading.trace.probabilities[:3].max(axis=1)
    assert [int(p) for _, p in so_far] == [round(100 * p) for p in best.tolist()]
    assert so_far[-1][0] == reading.emoji


def test_chinese_words_stand_beside_the_english_words_next_to_their_rows(page, model):
    page.text_input(key="say").set_value("我愛吃蘋果吧").run()
    assert errors(page) == []
    shown = markup(page)
    assert "lies next to" in shown
    assert f"<td>{model.encode('我愛吃蘋果吧').indices[1]:,}</td>" in shown
    assert re.search(r"<td>love \w+</td>", shown)
    assert "sees rows, not languages" in texts(page)
    assert "Unknown" not in texts(page)
    page.text_input(key="say").set_value("I love you").run()
    assert "lies next to" not in markup(page)
    page.text_input(key="say").set_value("吧").run()
    assert "no word of this is known" in verdict(page)


def test_where_no_word_is_known_no_section_tells_of_an_answer(page):
    page.toggle(key="emoji_pass").set_value(True)
    page.text_input(key="say").set_value("qwxzk blarfg").run()
    shown = texts(page)
    for claim in ("Largest change of a probability", "alike", "this pass says"):
        assert claim not in shown
    said = [info.value for info in page.info]
    assert said.count("No word of this is known, so there is no answer.") == 3


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
    page.text_input(key="say").set_value("We love zzqqzz " + "very " * 20 + "much").run()
    assert not page.exception
    shown = texts(page)
    assert "zzqqzz" in shown
    assert "zero row" in shown
    assert "maxlen = 21" in shown
    assert "very very much" in shown


@pytest.mark.parametrize("text", ["", "   ", "?!…", "🙂", "a" * 300, "$x$ :material/home: **b**"])
def test_any_text_is_read_without_an_error(same_page, text):
    same_page.text_input(key="say").set_value(text).run()
    assert errors(same_page) == []


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
def test_keras_agrees_with_the_page_on_all_test_sentences(page, padding, keras_installed, answered):
    only(page, "typed", "layers")
    page.selectbox(key="emoji_padding").set_value(padding).run()
    page.button(key="emoji_check").click().run()
    answered(page)
    assert errors(page) == []
    said = next(text.value for text in page.markdown if "largest difference" in text.value)
    assert f"{len(shipped().test)} test sentences" in said
    assert 0 <= float(said.split("**")[1]) < 1e-5


def test_a_link_opens_the_same_reading():
    app = visit(
        "emojify", say="We play ball", emoji_padding=state.READ, shuffle="7", emoji_units="nonsense"
    )
    assert app.text_input(key="say").value == "We play ball"
    assert app.selectbox(key="emoji_padding").value == state.READ
    assert app.number_input(key="shuffle").value == 7
    assert app.select_slider(key="emoji_units").value == 128
    assert errors(app) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_made_on_the_chinese_page_means_the_same(lang):
    app = visit(
        "emojify",
        lang=lang,
        emoji_padding="跳过",
        emoji_against="打乱顺序的同样的词",
        emoji_data="精选 132 句",
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


def test_a_share_that_no_one_model_can_have_is_said_to_be_a_mean(page):
    about = pretrained.card()["everyday"]
    assert about["accuracy"] * about["sentences"] % 1  # of five seeds
    assert f"V2 gets {about['accuracy']:.1%} right on average." in texts(page)


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
    assert "also drops 60% of each word's vector and 10% of the words" in texts(page)
    page.selectbox(key="emoji_model").set_value("untrained").run()
    assert "also drops" not in texts(page)


# Training.


def test_training_ends_with_a_model_that_reads_and_runs_are_compared(page):
    only(page, "typed", "training")
    train_emoji(page)
    assert page.selectbox(key="emoji_model").value == "run 1 last"
    (kept,) = page.session_state["emoji_runs"]
    assert f"test **{kept.run.metrics.test_accuracy[-1]:.1%}**" in texts(page)

    page.select_slider(key="emoji_dropout").set_value(0.0)
    train_emoji(page)
    assert [one.name for one in page.session_state["emoji_runs"]] == ["run 1", "run 2"]
    assert page.session_state["emoji_runs"][1].run.settings.dropout == 0
    page.button(key="emoji_keep_best").click().run()
    assert page.selectbox(key="emoji_model").value.endswith("best")

    page.button(key="emoji_reset").click().run()
    assert errors(page) == []
    assert page.selectbox(key="emoji_model").value == state.SHIPPED
    assert page.session_state["emoji_runs"] == []


def test_a_run_can_be_held_and_gone_on_with_and_stopped(page):
    only(page, "typed", "training")
    page.slider(key="emoji_epochs").set_value(200)
    page.selectbox(key="emoji_pace").set_value("1 epoch a second")
    page.select_slider(key="emoji_units").set_value(16)
    page.button(key="emoji_run:train").click().run()
    page.button(key="emoji_run:pause").click().run()
    assert "**Paused**" in texts(page)
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


def test_the_errors_and_the_card_score_the_test_sentences_once(same_page, monkeypatch):
    scored = []
    predict = EmojiModel.predict

    def counted(self, sentences):
        scored.append(len(sentences))
        return predict(self, sentences)

    monkeypatch.setattr(EmojiModel, "predict", counted)
    same_page.selectbox(key="emoji_model").set_value("untrained").run()
    assert "now: untrained" in texts(same_page)
    assert scored.count(len(shipped().test)) == 1


def test_the_card_has_v1_beside_v2_with_spread_and_negations(page):
    frame = next(one.value for one in page.dataframe if "with a negation" in one.value)
    about = pretrained.card()
    row = frame[frame["model"] == "V2, all"].iloc[0]
    assert row["accuracy"] == pytest.approx(100 * about["figures"]["V2, all"]["accuracy"])
    assert row["±"] == pytest.approx(100 * about["figures"]["V2, all"]["negated spread"])
    assert {"V1, all", "V1, few", "V2, few", "now: shipped"} <= set(frame["model"])
    assert about["published"] in texts(page)
    assert f"{about['everyday']['accuracy']:.1%}" in texts(page)


def test_the_calibration_shown_is_that_of_the_model(page, model):
    test = shipped().test
    error = reliability(model.predict(test.sentences), test.labels).error
    assert f"now: shipped {error:.1%}" in texts(page)


def test_nothing_is_claimed_where_no_word_is_known_and_near_ones_are_both_named(page, model):
    for typed in ("", "!!!", "asdfgh"):
        page.text_input(key="say").set_value(typed).run()
        assert "no word of this is known" in markup(page)
        assert "%" not in verdict(page)
    near = min(
        shipped().test.sentences,
        key=lambda one: np.diff(np.sort(model.read(one).probabilities)[-2:])[0],
    )
    page.text_input(key="say").set_value(near).run()
    shown = verdict(page).split("V2")[0]
    assert "not sure" in shown
    best = np.argsort(-model.read(near).probabilities)[:2]
    assert all(model.classes[place].emoji in shown for place in best)


def test_an_emoji_is_read_by_its_words_row(page):
    page.text_input(key="say").set_value("I 🍕 you 😂").run()
    assert "🍕 pizza, 😂 laughing" in texts(page)


def test_the_exercises_settings_are_a_click_away(page):
    page.button(key="emoji_exercise").click().run()
    assert errors(page) == []
    at = page.session_state
    assert at["emoji_data"] == state.FEW
    assert (at["emoji_maxlen"], at["emoji_mask"], at["emoji_trainable"]) == (10, False, False)
    assert (at["emoji_learning_rate"], at["emoji_batch_size"], at["emoji_epochs"]) == (
        0.001,
        32,
        50,
    )


def test_what_follows_from_ours_alone_is_worked_out_once_for_all_visits(monkeypatch):
    visit("emojify")

    def again(*_args):
        raise AssertionError("worked out again for another visit")

    monkeypatch.setattr("ui.emojify.errors.mistakes", again)
    monkeypatch.setattr("ui.emojify.model_card.judge", again)
    monkeypatch.setattr(Lexicon, "coverage", again)
    assert "test sentences are wrong" in texts(visit("emojify"))


def test_what_own_test_sentences_do_not_have_is_no_number_and_whose_they_are_is_said(page):
    assert "of your own test sentences" not in texts(page)
    mine = LabelledSentences(("i love you", "we ate pizza"), np.array([0, 4]))
    page.session_state["emoji_mine"] = DataSet(shipped().train, mine)
    page.button_group(key="emoji_data").set_value(state.MINE).run()
    assert "of your own test sentences: 2, 0 of them with a negation" in texts(page)
    sent = next(one.proto for one in page.dataframe if "with a negation" in one.value)
    negated = pa.ipc.open_stream(sent.arrow_data.data).read_all()["with a negation"]
    assert negated.to_pylist()[-2:] == [None, None]


def test_a_list_of_things_in_chinese_has_the_commas_of_a_chinese_list():
    with speaking("zh"):
        assert "LSTM 1 91,648、LSTM 2 131,584、softmax 645" in texts(visit("emojify", lang="zh"))
