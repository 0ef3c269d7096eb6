"""The embeddings page, driven without a browser: its controls, and what bad input gets."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from concurrent.futures import Future

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqlib.figures import signed
from seqlib.i18n import speaking
from seqlib.stage import Tokens
from seqlib.text import shipped
from seqlib.vectors import WordVectors, load, overview, projection
from seqlib.vectors.lookup import look_up
from tests.pages.apps import errors, only, texts, the_error, visit, wait_for
from ui.embeddings import matrix, source
from ui.embeddings.export import tsv_pair
from ui.embeddings.lookup import lookup_stage
from ui.parts import held
from ui.parts import vectors as chosen
from ui.parts.escape import plain
from ui.visit import session

TOTAL = len(load().matrix)


@pytest.fixture
def page() -> AppTest:
    return visit("embeddings")


@pytest.fixture(scope="module")
def same_page() -> AppTest:
    """One for tests that do not ask what was done to it before."""
    return visit("embeddings")


def glove(n: int = 30, dim: int = 4, spoilt: int = 0) -> bytes:
    rng = np.random.default_rng(4)
    lines = [f"w{row} " + " ".join(f"{x:.3f}" for x in rng.normal(size=dim)) for row in range(n)]
    return "\n".join([*lines, *["broken 1.0"] * spoilt, ""]).encode()


def bring(app: AppTest, content: bytes, name: str = "mine.txt") -> AppTest:
    app.selectbox(key="vectors").set_value(chosen.FILE).run()
    app.file_uploader(key="vectors_file").set_value((name, content, "text/plain"))
    return app.run()


def two_files() -> bytes:
    """An archive of two files of vectors."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("all.txt"), glove(30))
        archive.writestr(zipfile.ZipInfo("some.txt"), glove(8))
    return made.getvalue()


def test_of_an_archive_of_several_files_another_can_be_chosen(page):
    bring(page, two_files(), "mine.zip")
    choice = page.selectbox(key="vectors_member")
    assert (choice.value, choice.options) == ("all.txt", ["all.txt", "some.txt"])
    assert "30 words" in texts(page)
    choice.set_value("some.txt").run()
    assert "8 words" in texts(page)
    assert "float32 · 0.1 kB" in texts(page)
    assert "Of each word's 7 nearest in all 4 dimensions" in texts(page)
    assert "Type a word that has a vector, such as “w0”." in [info.value for info in page.info]
    assert page.selectbox(key="vectors_member").value == "some.txt"
    bring(page, glove(12))
    assert "12 words" in texts(page)
    assert "vectors_member" not in [one.key for one in page.selectbox]


def shown(app: AppTest) -> str:
    return next(caption.value for caption in app.caption if "cells" in caption.value)


def test_the_page_states_the_matrix_it_shows(page):
    assert errors(page) == []
    assert "400,000 words" in texts(page)
    assert "PDDL 1.0" in texts(page)
    assert f"vocab\\_len = {TOTAL:,}" in texts(page)
    assert f"of {TOTAL:,}: {matrix.BINS * 50:,} cells" in shown(page)


def test_each_row_of_the_first_picture_has_its_name_where_it_is_presented():
    first = visit("embeddings", present="true").get("plotly_chart")[0]
    assert len(json.loads(first.proto.spec)["layout"]["yaxis"]["ticktext"]) == matrix.FIRST_ROWS


def test_the_lookup_shows_its_shapes_and_what_multiplying_it_out_costs(page):
    page.text_area(key="sentences").set_value("I love pizza\nno").run()
    assert "m = 2" in texts(page)
    assert "maxlen = 3" in texts(page)
    assert "all **300** numbers equal" in texts(page)
    assert f"**{6 * TOTAL * 50:,}** multiplications" in texts(page)


def test_a_word_without_a_vector_is_named(page):
    page.text_area(key="sentences").set_value("I love qqxzy").run()
    assert "“qqxzy”" in texts(page)
    assert errors(page) == []


@pytest.mark.parametrize("text", ["", " … ", "\n\n"])
def test_no_sentence_gets_one_sentence(same_page, text):
    box = same_page.text_area(key="sentences")
    box.set_value(text).run()
    assert errors(same_page) == [plain("There is no word to look up; type a sentence.")]
    same_page.text_area(key="sentences").set_value("I love pizza").run()
    assert errors(same_page) == []


def test_a_jump_shows_the_word_among_single_rows(page):
    page.text_input(key="jump").set_value("baseball").run()
    row = load().index("baseball")
    first = page.number_input(key="first").value
    assert first <= row < first + page.number_input(key="rows").value <= first + matrix.CLOSE
    assert "each line is one row" in shown(page)


def test_a_jump_to_an_unknown_word_stays_where_it_is(page):
    before = shown(page)
    page.text_input(key="jump").set_value("qqxzy").run()
    (error,) = errors(page)
    assert "qqxzy" in error
    assert shown(page) == before


def test_zooming_in_and_out_again_shows_as_many_rows(page):
    page.button(key="matrix:zoom_in").click().run()
    assert page.number_input(key="rows").value == TOTAL // 4
    page.button(key="matrix:fit_screen").click().run()
    assert page.number_input(key="rows").value == TOTAL
    assert page.number_input(key="first").value == 0


@pytest.mark.parametrize("order", ["frequency", "alphabet", "similarity", "cluster", "length"])
def test_every_order_draws_a_bounded_number_of_cells(same_page, order):
    same_page.selectbox(key="order").set_value(order).run()
    assert errors(same_page) == []
    assert f"{matrix.BINS * 50:,} cells" in shown(same_page)


def test_an_unknown_word_to_sort_by_keeps_the_picture(page):
    page.selectbox(key="order").set_value("similarity").run()
    page.text_input(key="order_word").set_value("qqxzy").run()
    (error,) = errors(page)
    assert "qqxzy" in error
    assert "cells" in shown(page)


def test_a_link_gives_the_same_view_and_nonsense_is_brought_within_bounds():
    app = visit("embeddings", first="100", rows="25", order="none such", near="<script>")
    assert errors(app) == []
    assert "Rows 100 to 124" in shown(app)
    assert app.selectbox(key="order").value == "index"
    assert (
        errors(visit("embeddings", first="99999999", rows="-4", nearest="9999", map="none such"))
        == []
    )


@pytest.mark.parametrize(
    ("order", "statistic", "lang"), [("相似度", "极值", "en"), ("similarity", "extreme", "zh")]
)
def test_a_link_means_the_same_in_either_language(order, statistic, lang):
    app = visit("embeddings", lang=lang, order=order, statistic=statistic)
    assert not app.exception
    assert app.session_state["order"] == "similarity"
    assert app.session_state["statistic"] == "extreme"


def test_the_analogy_says_its_answer_and_what_was_left_out(page):
    answer = load().analogy("father", "mother", "son", among=20_000).neighbours[0].word
    assert f"≈ {answer}**" in texts(page)
    for key, word in (("a", "男人"), ("b", "国王"), ("c", "女人")):
        page.text_input(key=key).set_value(word)
    page.run()
    said = "The three words and the English words they mean are left out, as is usual. Left in, "
    assert f"{said}the nearest is “king”" in texts(page)
    page.text_input(key="a").set_value("qqxzy").run()
    assert errors(page) == []
    assert "All three words need a vector." in [info.value for info in page.info]


@pytest.mark.parametrize("key", ["near", "minus", "plus", "map_focus", "map_own"])
def test_an_empty_field_is_no_error(same_page, key):
    before = same_page.text_input(key=key).value
    same_page.text_input(key=key).set_value("").run()
    assert errors(same_page) == []
    same_page.text_input(key=key).set_value(before).run()


def test_the_bias_probe_says_what_the_default_vectors_were_counted_over(page):
    assert "how these texts used the words" in texts(page)
    assert "how these texts used the words" not in texts(bring(page, glove()))


def test_a_file_of_ones_own_is_followed_by_the_whole_page(page):
    app = bring(page, glove(spoilt=2))
    assert errors(app) == []
    assert "vocab\\_len = 31" in texts(app)
    assert "of 31: 124 cells" in shown(app)
    assert any("2 of 32 lines skipped" in expander.label for expander in app.expander)


BAD_FILES = {
    "a web page": (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
    "nothing": (b"", "empty"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    "prose": (b"dear sir or madam\nhow are you\n", "GloVe or word2vec"),
    "half a zip": (b"PK\x03\x04" + bytes(40), "damaged"),
}


@pytest.fixture(scope="module")
def with_a_file() -> AppTest:
    """A visit with a good file, which it keeps whatever comes after."""
    app = bring(visit("embeddings"), glove())
    assert errors(app) == []
    return app


@pytest.mark.parametrize(("content", "says"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_loses_nothing(with_a_file, content, says):
    app = with_a_file
    before = state_of(app)
    app.file_uploader(key="vectors_file").set_value(("bad.txt", content, "text/plain"))
    the_error(app.run(), says)
    assert state_of(app) is before
    assert "vocab\\_len = 31" in texts(app)


def state_of(app: AppTest):
    return app.session_state[f"own_vectors:{chosen.FILE}"]


def test_a_file_in_the_vectors_folder_is_offered_and_read_once(tmp_path, monkeypatch):
    (tmp_path / "fetched.txt").write_bytes(glove(12))
    (tmp_path / "web.txt").write_bytes(b"<html>no</html>")
    monkeypatch.setenv("SEQSCOPE_VECTORS", str(tmp_path))
    app = visit("embeddings", vectors="fetched.txt")
    assert errors(app) == []
    assert "vocab\\_len = 13" in texts(app)
    app.selectbox(key="vectors").set_value("web.txt").run()
    (error,) = errors(app)
    assert "is a web page" in error
    assert f"vocab\\_len = {TOTAL:,}" in texts(app)


def test_a_projector_pair_that_was_exported_here_opens_here(page):
    words, rows = ["one", "two", "three"], np.eye(3, dtype=np.float32)
    with zipfile.ZipFile(io.BytesIO(tsv_pair(words, rows))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page.selectbox(key="vectors").set_value(chosen.PAIR).run()
    files = (("vectors_numbers", "vectors.tsv"), ("vectors_words", "metadata.tsv"))
    for (key, name), missing in zip(
        files, ("Until a file is read", "One of the two files"), strict=True
    ):
        (said,) = (info.value for info in page.info if "stay in place" in info.value)
        assert said.startswith(missing)
        page.file_uploader(key=key).set_value((name, parts[name], "text/plain")).run()
    assert errors(page) == []
    read = page.session_state[f"own_vectors:{chosen.PAIR}"]
    assert read.words[:] == tuple(words)
    assert np.array_equal(read.matrix[1:], rows)


def test_a_tab_in_a_word_starts_no_column():
    with zipfile.ZipFile(io.BytesIO(tsv_pair(["a\tb", "c"], np.eye(2)))) as archive:
        assert archive.read("metadata.tsv") == b"a b\nc\n"


def test_the_csv_of_a_view_has_numbers_and_no_formulas():
    words = ["=1+1", "ok"]
    view = overview(WordVectors.of(words, np.array([[-0.5, 0.1], [1, 2]])), 1)
    lines = matrix.as_csv(view).decode("utf-8-sig").split()
    assert lines == ["place,row,word,0,1", "1,1,'=1+1,-0.5,0.1", "2,2,ok,1.0,2.0"]


def test_a_bad_file_is_read_once_and_refused_in_either_language(monkeypatch, page):
    read = []
    monkeypatch.setattr(source, "load", lambda file, **options: read.append(file) or load(file))
    bring(page, b"no vectors", "bad.txt")
    the_error(page, "No line of the file is a word followed by numbers")
    _file, said = page.session_state["vectors_file:seen"]
    with speaking("zh"):
        assert "bad.txt：文件中没有一行是" in str(said)
    assert len(read) == 1


def test_two_files_that_do_not_belong_together_are_refused(page):
    page.selectbox(key="vectors").set_value(chosen.PAIR).run()
    page.file_uploader(key="vectors_numbers").set_value(("v.tsv", b"1\t2\n3\t4\n", "text/plain"))
    page.file_uploader(key="vectors_words").set_value(("m.tsv", b"one\n", "text/plain"))
    page.run()
    (error,) = errors(page)
    assert "do not belong together" in error.replace("\n", " ")
    for key, name, data in (("numbers", "v.tsv", b"1\t2\n"), ("words", "m.tsv", b"one\ntwo\n")):
        page.file_uploader(key=f"vectors_{key}").set_value((name, data, "text/plain")).run()
        assert len(errors(page)) == (key == "words"), "a half that fits takes the sentence away"


def test_two_visits_do_not_see_each_others_vectors(page):
    bring(page, glove())
    assert f"own_vectors:{chosen.FILE}" not in visit("embeddings").session_state


def train(app: AppTest) -> AppTest:
    app.slider(key="embedding_epochs").set_value(2).run()
    app.button(key="embedding:train").click().run()
    return wait_for(app, "**Done**", 2)


def test_frozen_moves_no_row_and_trainable_those_it_has_read(page):
    app = train(only(page, "which", "training"))
    assert errors(app) == []
    frozen, trainable = (metric.value for metric in app.metric)
    read = int(np.count_nonzero(load().indices(shipped().train.words)))
    assert frozen == f"0 of {TOTAL:,}"
    assert trainable == f"{read:,} of {TOTAL:,}"
    assert "**no row moved**" in texts(app)
    bring(app, glove())
    assert not app.metric, "runs on other vectors are no longer shown"


def test_vectors_without_any_training_word_are_refused_in_a_sentence(page):
    app = bring(page, glove())
    app.button(key="embedding:train").click().run()
    (error,) = errors(app)
    assert "No word of the training sentences" in error


def test_tsne_is_made_in_the_background_and_shown(page):
    page.slider(key="map_words").set_value(50).run()
    page.button_group(key="map").set_value("t-SNE").run()
    until = time.monotonic() + 60
    while "**Working**" in texts(page) and time.monotonic() < until:
        time.sleep(0.3)
        page.run()
    assert errors(page) == []
    assert "this map keeps" in texts(page)


def test_a_tsne_map_is_of_the_vectors_at_hand_where_others_have_the_same_words(page, monkeypatch):
    placed = []

    def tsne_later(rows, n, *, perplexity):
        placed.append(rows)
        done = Future()
        done.set_result(rows[:, :n])
        return done

    monkeypatch.setattr(projection, "tsne_later", tsne_later)
    bring(page, glove(60)).button_group(key="map").set_value("t-SNE").run()
    bring(page, glove(60).replace(b"-", b""), "other.txt")
    assert errors(page) == []
    assert (placed[-1] >= 0).all()


@pytest.mark.parametrize("map_", ["PCA", "t-SNE", "own axes"])
def test_twenty_thousand_words_stand_on_every_map(map_):
    app = visit("embeddings", map=map_, map_words="20000")
    assert errors(app) == []
    assert "20,000 words. Of each word's" in texts(app)
    assert "Compared for 500 of them." in texts(app)
    assert ("Made beforehand" in texts(app)) == (map_ == "t-SNE")


def test_a_rare_word_is_not_on_the_map_made_beforehand_and_on_the_others_is():
    app = visit("embeddings", map="t-SNE", map_words="2500", map_own="sushi pizza")
    assert "Not on this map: “sushi”." in texts(app)
    app.button_group(key="map").set_value("PCA").run()
    assert "Not on this map" not in texts(app)
    assert "words. Of each word's" in texts(app)


def test_an_axis_needs_two_words(page):
    page.button_group(key="map").set_value("own axes").run()
    page.text_input(key="axis_x").set_value("man qqxzy").run()
    assert errors(page) == []
    assert "Each axis needs two words that have a vector." in [info.value for info in page.info]
    assert "“qqxzy”" in texts(page)


def test_many_words_of_ones_own_file_have_no_map_made_beforehand(page):
    app = bring(page, glove(2100))
    app.slider(key="map_words").set_value(2100).run()
    app.button_group(key="map").set_value("t-SNE").run()
    assert "t-SNE takes at most 2,000 words here; PCA and own axes take all." in [
        info.value for info in app.info
    ]


def test_the_exercises_lines_stand_with_what_they_give(page):
    code = next(block.value for block in page.code if "vocab_len" in block.value)
    said = [line.split("  # ")[-1] for line in code.splitlines() if "  # " in line]
    row = load().index("cucumber")
    assert said[:4] == ["400,001", "50", "(400,001, 50)", f"'cucumber': {row:,}"]
    code = next(block.value for block in bring(page, glove()).code if "vocab_len" in block.value)
    assert "['w0'].shape[0]" in code
    assert "# (31, 4)" in code


# Chinese words, whose rows are made of those of English words.


def test_chinese_words_are_looked_up_beside_the_english_words_they_mean(same_page):
    same_page.text_area(key="sentences").set_value("我爱吃苹果\nI love 你").run()
    assert errors(same_page) == []
    assert "No vector" not in texts(same_page)
    assert "Left out: 5 Chinese words" in texts(same_page)
    assert "equal those of the lookup" in texts(same_page)


def test_neighbours_and_analogies_answer_in_both_languages(same_page):
    same_page.text_input(key="near").set_value("足球").run()
    assert "nearest Chinese words" in texts(same_page)
    for key, word in zip("abc", ("男人", "国王", "女人"), strict=True):
        same_page.text_input(key=key).set_value(word)
    same_page.run()
    assert "≈ queen" in texts(same_page)
    assert "女王" in texts(same_page)
    same_page.text_input(key="near").set_value("happy")
    for key, word in zip("abc", ("man", "king", "woman"), strict=True):
        same_page.text_input(key=key).set_value(word)
    same_page.run()
    assert "nearest Chinese words" not in texts(same_page)


def test_a_sum_of_words_is_near_what_the_analogy_of_them_is(same_page):
    same_page.text_input(key="near").set_value("King - man + WOMAN − qwxzzk").run()
    assert "No vector in" in texts(same_page)
    same_page.text_input(key="near").set_value("King - man + WOMAN").run()
    assert "No vector in" not in texts(same_page)
    charts = [json.loads(one.proto.spec) for one in same_page.get("plotly_chart")]
    (chart,) = [each for each in charts if "king + woman − man" in str(each["layout"])]
    words, bars = chart["layout"]["yaxis"]["ticktext"], chart["data"][0]["x"]
    cosines = np.frombuffer(base64.b64decode(bars["bdata"]), bars["dtype"])
    best = load().analogy("man", "king", "woman", k=10, among=20_000).neighbours[0]
    assert words[0] == best.word == "queen"
    assert abs(cosines[0] - best.similarity) < 1e-6


def test_jumping_to_a_chinese_word_says_that_it_has_no_row_in_the_matrix(same_page):
    same_page.text_input(key="jump").set_value("愛").run()
    assert "love" in the_error(same_page, "has no row in E")
    same_page.text_input(key="jump").set_value("").run()


def test_a_map_takes_chinese_words(same_page):
    same_page.text_input(key="map_focus").set_value("足球")
    same_page.text_input(key="map_own").set_value("篮球 开心难过").run()
    assert errors(same_page) == []
    assert "No vector" not in texts(same_page)


def test_padding_is_no_chinese_word_to_look_up():
    found = look_up(["we eat apples today"], load(), maxlen=6)
    with speaking("zh"):
        lanes = lookup_stage(found, 0, load()).lanes
    named = [lane.title for lane in lanes if isinstance(lane, Tokens)]
    assert named == ["词", "word_to_index：各自的行号"]


def test_the_places_of_chinese_words_are_among_those_that_are_counted():
    vectors = load()
    for words, total in (("love you", vectors.matrix), ("love 开心", vectors.table)):
        found = look_up([words], vectors, maxlen=4)
        title = lookup_stage(found, 0, vectors).lanes[-2].title
        assert f"of their {len(total):,} places" in title
        assert found.indices.max() < len(total)


def test_a_cosine_that_rounds_to_zero_has_no_sign():
    assert signed(-0.004) == "0.00"
    assert signed(-0.04) == "−0.04"


def test_a_file_that_two_visits_bring_is_held_once_and_its_bytes_no_longer_than_needed(page):
    ours, theirs = bring(page, glove(40)), bring(visit("embeddings"), glove(40))
    assert state_of(ours) is state_of(theirs)
    for app in (ours, theirs):
        assert "40 words" in texts(app)
        assert app.session_state["vectors_file"].getvalue() == b""
    assert state_of(bring(visit("embeddings"), glove(41))) is not state_of(ours)
    archive = two_files()
    bring(page, archive, "mine.zip")
    assert page.session_state["vectors_file"].getvalue() == archive, "another may be chosen"


def test_a_file_for_which_there_is_no_room_is_refused_in_either_language(monkeypatch, with_a_file):
    app = with_a_file
    before = state_of(app)
    monkeypatch.setenv("SEQSCOPE_HELD_MB", "0.001")
    monkeypatch.setattr(held, "LARGE", 100)
    app.file_uploader(key="vectors_file").set_value(("large.txt", glove(61), "text/plain"))
    the_error(app.run(), "fill the room there is on this server")
    assert state_of(app) is before
    _file, said = app.session_state["vectors_file:seen"]
    with speaking("zh"):
        assert "请过几分钟再试" in str(said), "its bytes are gone when the language is changed"
    monkeypatch.undo()
    app.run()
    app.file_uploader(key="vectors_file").set_value(("large.txt", glove(61), "text/plain"))
    assert errors(app.run()) == []
    assert "61 words" in texts(app)


def test_of_a_pair_no_half_is_read_for_which_there_is_no_room(monkeypatch, page):
    page.selectbox(key="vectors").set_value(chosen.PAIR).run()
    monkeypatch.setattr(session.visits, "room", lambda nbytes: False)
    monkeypatch.setattr(held, "LARGE", 20)
    numbers, words = b"1\t2\t3.00001\n3\t4\t5.00001\n", b"one\ntwo\n"
    for key, name, data in (("numbers", "v.tsv", numbers), ("words", "m.tsv", words)):
        page.file_uploader(key=f"vectors_{key}").set_value((name, data, "text/plain")).run()
    assert len(errors(page)) == 2
    assert all("fill the room there is on this server" in one for one in errors(page))
    assert f"own_vectors:{chosen.PAIR}" not in page.session_state


def test_a_refused_file_has_no_choice_among_those_in_the_archive_before_it(page):
    bring(page, two_files(), "mine.zip")
    bring(page, b"no vectors", "bad.zip")
    the_error(page, "")
    assert "vectors_member" not in [one.key for one in page.selectbox]
    bring(page, two_files(), "mine.zip")
    assert page.selectbox(key="vectors_member").value == "all.txt"
