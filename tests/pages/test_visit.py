"""A visit as pages and tabs see it, without a browser."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from unittest.mock import Mock
from zipfile import ZipFile

import numpy as np
import pretty_midi
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from seqlib.emojify import EmojifyRun, EmojifySettings, EmojifyWeights, Lexicon
from seqlib.jazz import JazzWeights
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.text import shipped
from seqlib.training.run import Record, State
from seqlib.vectors import load
from tests.pages.apps import texts
from tests.pages.apps import visit as visit_to
from ui.frame import sections
from ui.frame import visit_menu as menu
from ui.navigation import PAGES
from ui.visit import memory, reading
from ui.visit import session as visit
from ui.visit.format import EMOJI_NUMBERS
from ui.visit.records import EmojiRecord
from ui.visit.writing import save_visit


def again(app: AppTest, page: str = "home", reload: bool = True, **query: str) -> AppTest:
    """A session of a tab that keeps the first one's token, and shows it."""
    other = visit_to(page, **query)
    token = app.session_state["visit:"].token
    other.session_state[visit._KEEPER] = {"claim": {"token": token, "reload": reload}}
    return other.run()


@pytest.fixture
def claims(monkeypatch):
    """What the browser would say in a callback, said at the beginning of the next run."""
    begin = visit.begin

    def begin_with_claim() -> None:
        if visit._KEEPER in st.session_state and st.session_state[visit._KEEPER].get("claim"):
            visit.current()
            visit._answer(st.session_state[visit._KEEPER]["claim"])
            del st.session_state[visit._KEEPER]
        begin()

    monkeypatch.setattr(visit, "begin", begin_with_claim)


def a_jazz_run() -> TrainingRun:
    corpus = default_corpus()
    loss, accuracy = np.full((4, 8), 1.5, "f4"), np.full((4, 8), 0.25, "f4")
    measured = {"loss": loss, "accuracy": accuracy, "seconds": np.arange(4.0)}
    settings = RunSettings(epochs=4, m=6, Tx=8, n_a=5)
    weights = JazzWeights.initial(5, corpus.n_values, 2)
    return TrainingRun.from_record(
        Record(settings, State.DONE, measured, weights, checkpoints={0: weights}),
        probe=np.eye(corpus.n_values, dtype=np.float32)[:8],
    )


def an_emoji_run() -> EmojifyRun:
    data, lexicon = shipped(), Lexicon.of(load())
    confusion = np.zeros((2, 5, 5), np.int32)
    confusion[:, 0, 0] = len(data.test)
    weights = EmojifyWeights.initial(lexicon.embedding, 5, 8, mask=True, seed=1)
    measured = dict.fromkeys(EMOJI_NUMBERS, np.full(2, 0.5, "f4"))
    measured |= {"confusion": confusion, "seconds": np.arange(2.0)}
    settings = EmojifySettings(epochs=3, units=8, maxlen=10)
    record = Record(settings, State.STOPPED, measured, weights, (1, weights))
    return EmojifyRun.from_record(record, train=data.train, test=data.test, lexicon=lexicon)


def a_song() -> bytes:
    song = pretty_midi.PrettyMIDI(initial_tempo=120)
    for name, low in (("Whistle", 60), ("Tuba", 36)):
        lead = pretty_midi.Instrument(73, name=name)
        for note, pitch in enumerate(np.random.default_rng(low).integers(low, low + 12, 60)):
            lead.notes.append(pretty_midi.Note(90, int(pitch), note * 0.25, note * 0.25 + 0.25))
        song.instruments.append(lead)
    held = BytesIO()
    song.write(held)
    return held.getvalue()


def work() -> AppTest:
    """A visit that has brought, trained and set something."""
    app = visit_to("jazz", corpus="my MIDI")
    app.file_uploader(key="midi_file").set_value(("tune.mid", a_song(), "audio/midi"))
    app.run()
    app.selectbox(key="midi_track").set_value(1)
    app.slider(key="Tx").set_value(17).run()
    app.session_state["jazz_runs"][default_corpus().vocabulary] = a_jazz_run()
    app.session_state["emoji_runs"] = [EmojiRecord(3, an_emoji_run(), "our sentences", load())]
    app.session_state["emoji_run_number"] = 3
    app.switch_page("pages/emojify.py").run()
    app.text_input(key="say").set_value("we love pizza")
    app.selectbox(key="emoji_model").set_value("run 3 last")
    app.text_area(key="emoji_many").set_value("a line\nanother").run()
    return app.switch_page("pages/jazz.py").run()


def held_alike(app: AppTest, other: AppTest) -> None:
    assert other.session_state["song"] == app.session_state["song"]
    assert other.session_state["song_corpus"].melodies == app.session_state["song_corpus"].melodies
    assert other.session_state["song"].track == 1
    assert "Tuba" in {one.name for one in other.session_state["song"].tracks}
    one, two = (
        each.session_state["jazz_runs"][default_corpus().vocabulary] for each in (app, other)
    )
    assert np.array_equal(one.metrics.loss, two.metrics.loss)
    for before, after in zip(
        one.snapshot().weights.arrays, two.snapshot().weights.arrays, strict=True
    ):
        assert np.array_equal(before, after)
    one, two = (each.session_state["emoji_runs"][0].run for each in (app, other))
    assert np.array_equal(
        one.snapshot().model.predict(shipped().test.sentences),
        two.snapshot().model.predict(shipped().test.sentences),
    )


@pytest.mark.parametrize("page", ["home", *(entry.url_path for entry in PAGES if entry.url_path)])
def test_every_page_has_the_menu_and_says_what_the_visit_holds(page):
    app = visit_to(page)
    assert "nothing is trained or brought yet" in texts(app)
    assert app.file_uploader(key="visit_open")


def test_a_reload_gives_back_work_and_the_settings_of_every_page(claims):
    app = work()
    other = again(app, "jazz", Tx="17", corpus="my MIDI")
    held_alike(app, other)
    assert other.session_state["jazz_runs"] is app.session_state["jazz_runs"]
    assert "1 MIDI file" in texts(other)
    assert "2 training runs" in texts(other)
    assert other.selectbox(key="midi_track").value == 1
    assert "**60** tokens" in texts(other)
    other.switch_page("pages/emojify.py").run()
    assert not other.exception
    assert other.text_input(key="say").value == "we love pizza"
    assert other.selectbox(key="emoji_model").value == "run 3 last"
    assert other.text_area(key="emoji_many").value == "a line\nanother"
    assert other.session_state["visit:"].owner == app.session_state["visit:"].owner


def said_as_it_connects(said: object) -> str:
    """What a browser offers in its handshake, Streamlit's own before ours."""
    text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"streamlit, 2|token, a-session, visit.{text}"


def test_a_reload_draws_once_and_its_link_still_says_more(monkeypatch):
    app = work()
    mine = app.session_state["visit:"]
    offered = said_as_it_connects({"token": mine.token, "reload": True})
    headers = {"Sec-WebSocket-Protocol": offered}
    monkeypatch.setattr(type(st.context), "headers", property(lambda self: headers))
    other = visit_to("jazz", Tx="21", corpus="my MIDI")  # one run, and all is there
    assert other.session_state["visit:"] is mine
    held_alike(app, other)
    assert "**60** tokens" in texts(other)
    assert other.selectbox(key="midi_track").value == 1
    assert other.slider(key="Tx").value == 21
    assert other.session_state["visit:said"][0]["token"] == mine.token
    other.switch_page("pages/emojify.py").run()
    assert other.selectbox(key="emoji_model").value == "run 3 last"


@pytest.mark.parametrize(
    ("page", "section", "drawn"),
    [
        ("jazz", "train", {"training", "sampling"}),
        ("jazz", "questions", {"asking"}),
        ("jazz", "", {"music", "tokens"}),
        ("jazz", ["train"], {"music", "tokens"}),
        ("embeddings", "map", {"which", "on_a_map"}),  # the vectors are needed everywhere
    ],
)
def test_a_page_begins_with_the_section_of_its_address(monkeypatch, page, section, drawn):
    headers = {"Sec-WebSocket-Protocol": said_as_it_connects({"section": section})}
    monkeypatch.setattr(type(st.context), "headers", property(lambda self: headers))
    monkeypatch.setattr(sections, "WHOLE", False)
    app = visit_to(page)
    assert not app.exception
    assert app.session_state["sections:near"] == drawn
    app.run()
    assert drawn <= app.session_state["sections:near"]


@pytest.mark.parametrize(
    "offered",
    [
        "",
        "streamlit",
        "streamlit, 2|token, visit",
        "streamlit, visit.",
        "visit.é",
        "streamlit, visit.a",
        "streamlit, visit._w",
        "visit." + base64.urlsafe_b64encode(b"[" * 740).decode(),
        said_as_it_connects({"token": "x" * visit.MOST_SHOWN}),
        said_as_it_connects({"token": "x"}) + ", another",
    ],
)
def test_whatever_a_handshake_offers_is_no_visit(offered):
    assert visit.shown(offered) is None


def test_a_model_that_the_link_names_is_chosen_once_it_is_there(claims):
    app = work()
    app.button_group(key="corpus").set_value("all choruses").run()
    app.selectbox(key="model").set_value("my training").run()
    other = again(app, "jazz", model="my training")
    assert other.selectbox(key="model").value == "my training"


def test_the_readers_link_says_more_than_what_was_set_before(claims):
    app = work()
    other = again(app, "cell")
    other.query_params["say"] = "from a link"
    other.switch_page("pages/emojify.py").run()
    assert other.text_input(key="say").value == "from a link"


def test_a_token_of_nobody_gives_nothing_and_says_what_was_lost(claims):
    app = visit_to("jazz")
    said = {"token": "x" * 43, "boot": "another", "holds": {"runs": 2, "midi": 1, "junk": "<b>"}}
    app.session_state[visit._KEEPER] = {"claim": said}
    app.run()
    (toast,) = [one.value for one in app.toast]
    assert "The server was started again" in toast
    assert "2 training runs, 1 MIDI file" in toast
    assert "junk" not in toast
    assert not app.run().toast, "it is said once"


@pytest.fixture(scope="module")
def untouched() -> AppTest:
    """A visit of which nothing is to change."""
    return visit_to("jazz")


@pytest.mark.parametrize(
    "said",
    [
        None,
        3,
        "token",
        {},
        {"token": 7},
        {"token": None},
        {"token": "x", "holds": [1]},
        {"token": "x", "holds": {"runs": "many", "midi": -4, "vectors": 1e9, "models": True}},
    ],
)
def test_whatever_a_browser_says_nothing_breaks_and_nothing_is_said(claims, untouched, said):
    app = untouched
    before = app.session_state["visit:"]
    app.session_state[visit._KEEPER] = {"claim": said}
    app.run()
    assert not app.exception
    assert not app.toast
    assert app.session_state["visit:"] is before


def test_two_sessions_never_see_each_others_work():
    app = work()
    other = visit_to("jazz")
    for key in visit.WORK:
        assert key not in other.session_state or not other.session_state[key]
    assert other.session_state["visit:"].token != app.session_state["visit:"].token
    assert other.session_state["visit:"].owner != app.session_state["visit:"].owner
    for page in ("jazz", "emojify", "embeddings", "cell"):
        seen = texts(other.switch_page(f"pages/{page}.py").run())
        for theirs in ("Whistle", "“tune”", "we love pizza", "my training", "run 3"):
            assert theirs not in seen


def test_a_duplicated_tab_works_on_a_copy(claims, monkeypatch):
    app = work()
    first = app.session_state["visit:"]
    first.holder = "the other tab"
    monkeypatch.setattr(visit.visits, "alive", lambda session: session == "the other tab")
    monkeypatch.setattr(visit, "_alive", lambda session: session == "the other tab")
    monkeypatch.setattr(visit, "RELOAD_SECONDS", 0.0)
    run = first.work["jazz_runs"][default_corpus().vocabulary]
    run._state = State.RUNNING
    copy = again(app, "jazz", reload=False)
    assert any("copy" in one.value for one in copy.toast)
    mine = copy.session_state["visit:"]
    assert mine.token != first.token
    assert mine.work["jazz_runs"][default_corpus().vocabulary].state is State.STOPPED
    assert run.state is State.RUNNING
    assert visit.visits.find(first.token) is first


def test_saved_and_opened_a_visit_has_the_same_numbers(claims):
    app = work()
    app.button_group(key="corpus").set_value("all choruses").run()
    app.selectbox(key="model").set_value("my training").run()
    held = app.session_state["visit:"]
    saved = save_visit(visit.held(held))

    other = visit_to("jazz")
    other.file_uploader(key="visit_open").set_value(("a.seqscope", saved, "application/zip"))
    other.run()
    assert not other.exception
    assert not other.error
    opened = visit.visits.find(other.session_state["visit:said"][0]["token"])
    assert opened is not other.session_state["visit:"]
    went = other.session_state["visit:said"][0]["go"]
    assert "Tx=17" in went

    there = visit_to("jazz", Tx="17", model="my training")
    assert there.selectbox(key="model").value == "good"
    there.session_state[visit._KEEPER] = {"claim": {"token": opened.token, "reload": False}}
    there.run()
    assert not there.exception
    held_alike(app, there)
    assert there.selectbox(key="model").value == "my training"
    back = there.select_slider(key="kept_epoch")
    assert back.options == ["0", "4"]
    back.set_value(0).run()
    assert "After **0** epochs · training **1.50** nats a note" in texts(there)
    there.switch_page("pages/emojify.py").run()
    assert there.text_input(key="say").value == "we love pizza"
    assert there.selectbox(key="emoji_model").value == "run 3 last"
    assert there.text_area(key="emoji_many").value == "a line\nanother"


def opened(saved: bytes, **query: str) -> tuple[AppTest, visit.Visit]:
    """A tab that is to load the visit of a file, and that visit."""
    app = visit_to("home", **query)
    app.file_uploader(key="visit_open").set_value(("a.seqscope", saved, "application/zip"))
    app.run()
    assert not app.exception
    assert not app.error
    found = visit.visits.find(app.session_state["visit:said"][0]["token"])
    assert found is not None
    assert found is not app.session_state["visit:"]
    return app, found


def test_a_visit_that_a_class_opens_is_read_once_and_each_goes_on_alone(worked, monkeypatch):
    saved = save_visit(visit.held(worked.session_state["visit:"]))
    read = Mock(wraps=reading.open_visit)
    monkeypatch.setattr(reading, "open_visit", read)
    (_one_tab, one), (_other_tab, other) = opened(saved), opened(saved)
    assert read.call_count == 1
    assert one.token != other.token
    assert one.owner != other.owner
    vocabulary, before = default_corpus().vocabulary, memory.held_bytes(one.work)
    assert memory.held_bytes([one.work, other.work]) < 1.1 * before
    shared = other.work["jazz_runs"][vocabulary]
    assert one.work["jazz_runs"][vocabulary] is shared
    for array in shared.snapshot().weights.arrays:
        assert not array.flags.writeable
    one.work["emoji_runs"].clear()
    one.work["jazz_runs"].clear()
    one.links.clear()
    one.loose["say"] = "mine"
    assert other.work["jazz_runs"] == {vocabulary: shared}
    assert other.links
    assert other.loose.get("say") != "mine"
    _late_tab, late = opened(saved)
    assert late.work["jazz_runs"] == {vocabulary: shared}
    opened(saved, lang="zh")
    assert read.call_count == 2, "what it has to say is in the language of its reader"


def test_a_file_holds_the_visit_as_it_is_when_it_is_asked_for(monkeypatch):
    made = {}
    monkeypatch.setattr(
        menu.uploads, "download", lambda _label, make, *_, key="", **__: made.update({key: make})
    )
    app = visit_to("emojify").run()
    # As where a part of the page is drawn alone, and the menu is not.
    app.session_state["visit:"].settings["emojify"]["say"] = "we love pizza"
    with ZipFile(BytesIO(made["visit_save"]())) as file:
        saved = json.loads(file.read("visit.json"))["settings"]["emojify"]
    assert saved["say"] == ["we love pizza"]


@pytest.fixture(scope="module")
def worked() -> AppTest:
    """A visit that keeps its work whatever comes after."""
    return work()


@pytest.mark.parametrize("data", [b"", b"PK", b"dear sir or madam", bytes(1000)])
def test_a_bad_file_gets_one_sentence_and_loses_nothing(worked, data):
    app = worked
    before = app.session_state["visit:"]
    app.file_uploader(key="visit_open").set_value(("bad.seqscope", data, "application/zip"))
    app.run()
    assert not app.exception
    (error,) = [one.value for one in app.error]
    assert error.startswith("This is not a saved visit")
    assert app.session_state["visit:"] is before
    assert app.session_state["song"].track == 1


def test_what_a_saved_file_does_not_hold_is_named():
    app = visit_to("jazz")
    assert "Not in that file" not in texts(app)
    app.session_state["jazz_file"] = JazzWeights.initial(8, default_corpus().n_values, seed=1)
    assert "Not in that file, so keep the ones you opened: a jazz network of a file." in texts(
        app.run()
    )
    assert set(menu.NOT_SAVED) <= set(visit.WORK)
    empty = visit.Visit(work=dict.fromkeys(menu.NOT_SAVED, app.session_state["jazz_file"]))
    assert reading.open_visit(save_visit(empty)).work == {}


def test_starting_afresh_asks_first_and_stops_what_trains():
    app = work()
    before = app.session_state["visit:"]
    run = app.session_state["jazz_runs"][default_corpus().vocabulary]
    run._state = State.RUNNING
    app.button(key="visit_afresh").click().run()
    assert app.session_state["visit:"] is before
    assert run.state is State.RUNNING
    app.button(key="visit_afresh_no").click().run()
    app.button(key="visit_afresh").click().run()
    app.button(key="visit_afresh_sure").click().run()
    assert run.state is State.STOPPED
    said = app.session_state["visit:said"][0]
    assert said["go"] == "?"
    assert said["holds"] == {}
    assert visit.visits.find(said["token"]).before == before.token
    assert visit.visits.find(before.token) is before


def test_what_is_edited_in_the_table_outlives_another_page():
    app = visit_to("emojify")
    app.toggle(key="emoji_edit").set_value(True).run()
    assert not app.exception
    import pandas as pd

    draft = pd.DataFrame(
        [
            ("brand new sentence", "love", "train"),
            ("and a test one", "sad", "test"),
            ("and another test", "love", "test"),
            ("sad again", "sad", "train"),
        ],
        columns=["sentence", "label", "part"],
    )
    app.session_state["emoji_draft"] = ("our sentences", draft)
    app.switch_page("pages/cell.py").run()
    app.switch_page("pages/emojify.py").run()
    app.button(key="emoji_use_table").click().run()
    assert not app.exception
    assert app.session_state["emoji_mine"].train.sentences == ("brand new sentence", "sad again")
    assert "emoji_draft" not in app.session_state


def test_the_owner_is_the_same_over_pages_and_another_ones_for_others():
    app = visit_to("jazz")
    owner = app.session_state["visit:"].owner
    app.switch_page("pages/cell.py").run()
    assert app.session_state["visit:"].owner == owner
    assert visit_to().session_state["visit:"].owner != owner
    assert owner not in app.session_state["visit:"].token
