"""The language of a visit: who chooses it, where it is known, and what a link keeps."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from seqlib import i18n
from seqlib.i18n import LANGUAGES, Later, speaking
from ui import state
from ui.frame import language


def choices():
    """A page with every kind of selection whose options are words."""
    import streamlit as st

    from seqlib.i18n import language as spoken
    from ui.frame import language

    words = {
        "all": {"en": "All choruses", "zh": "全部乐段"},
        "one": {"en": "One tune", "zh": "一首曲子"},
        "mine": {"en": "Mine", "zh": "我的"},
    }

    def text(option):
        return words[option][spoken()]

    language.begin()
    language.switch()
    widgets = {
        "corpus": st.segmented_control,
        "box": st.selectbox,
        "slider": st.select_slider,
        "lanes": st.pills,
    }
    st.session_state["shown"] = [
        language.choice(widget, key, key, format_func=text) for key, widget in widgets.items()
    ]


OPTIONS = ("all", "one", "mine")


@pytest.fixture(autouse=True)
def rows(monkeypatch):
    """Rows of the table for the page above: one of each kind of choice."""
    for row in (
        state.Pick("corpus", "", "all", options=OPTIONS),
        state.Select("box", "", "all", options=OPTIONS),
        state.Steps("slider", "", "all", options=OPTIONS),
        state.Picks("lanes", "", ("all",), options=OPTIONS),
    ):
        monkeypatch.setitem(state.TABLE, row.key, row)


LINK = {"corpus": "one", "box": "mine", "slider": "one", "lanes": ["mine", "one"]}
WORDS = {
    "en": {"one": "One tune", "mine": "Mine"},
    "zh": {"one": "一首曲子", "mine": "我的"},
}


def opened(spoken: str, written: str) -> AppTest:
    """The page in one language, by a link whose options are written in another."""
    app = AppTest.from_function(choices)
    app.query_params["lang"] = spoken
    for key, value in LINK.items():
        words = WORDS[written]
        app.query_params[key] = [words[v] for v in value] if key == "lanes" else words[value]
    return app.run()


@pytest.mark.parametrize("written", LANGUAGES)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_link_gives_the_same_choices_in_either_language(spoken, written):
    app = opened(spoken, written)
    assert not app.exception
    assert app.session_state["shown"] == list(LINK.values())


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_link_may_name_the_options_themselves_as_that_of_a_saved_visit_does(spoken):
    app = AppTest.from_function(choices)
    app.query_params.update({"lang": spoken, **LINK})
    app.run()
    assert not app.exception
    assert app.session_state["shown"] == list(LINK.values())


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_choices_stay_when_the_language_is_switched(spoken):
    app = opened(spoken, spoken)
    (other,) = set(LANGUAGES) - {spoken}
    with speaking(spoken):  # AppTest asks for labels outside of a run
        app.button_group(key="lang").set_value(other).run()
    assert app.session_state["shown"] == list(LINK.values())
    with speaking(other):
        app.run()
    assert app.session_state["shown"] == list(LINK.values())


def test_what_a_link_asks_for_in_vain_falls_back_and_the_rest_stays():
    app = AppTest.from_function(choices)
    app.query_params["lang"] = "zh"
    app.query_params["corpus"] = "Two tunes"
    app.query_params["lanes"] = ["Two tunes", "Mine"]
    app.run()
    assert not app.exception
    assert app.session_state["shown"] == ["all", "all", "all", ["mine"]]


def asks():
    import streamlit as st

    from seqlib.i18n import language as spoken
    from ui.frame import language

    language.begin()
    language.switch()

    @st.fragment
    def part():
        st.button("in a fragment", key="part", on_click=called)
        st.session_state["in_fragment"] = spoken()

    def called():
        st.session_state["in_callback"] = spoken()

    part()
    st.session_state["in_run"] = spoken()


def test_the_browser_chooses_until_the_link_or_the_reader_does(monkeypatch):
    monkeypatch.setattr(language, "browser", lambda: "zh")
    app = AppTest.from_function(asks).run()
    assert app.session_state["in_run"] == "zh"
    assert "lang" not in app.query_params
    app.button_group(key="lang").set_value("en").run()
    assert app.session_state["in_run"] == "en"
    assert app.query_params["lang"] == "en"

    app = AppTest.from_function(asks)
    app.query_params["lang"] = "en"
    assert app.run().session_state["in_run"] == "en"


def test_an_unknown_language_in_a_link_falls_back(monkeypatch):
    for browser in LANGUAGES:
        monkeypatch.setattr(language, "browser", lambda browser=browser: browser)
        app = AppTest.from_function(asks)
        app.query_params["lang"] = "tlh"
        app.run()
        assert not app.exception
        assert app.session_state["in_run"] == browser
        assert "lang" not in app.query_params


def test_fragments_and_callbacks_know_the_language():
    app = AppTest.from_function(asks)
    app.query_params["lang"] = "zh"
    app.run()
    app.button(key="part").click().run()
    assert app.session_state["in_fragment"] == "zh"
    assert app.session_state["in_callback"] == "zh"


def test_a_thread_without_a_reader_speaks_english():
    assert i18n.language() == "en"


def test_what_a_worker_said_is_read_in_the_readers_language(monkeypatch):
    said = Later("step {n} of {total}", {"n": 3, "total": 9})
    assert str(said) == "step 3 of 9"
    with speaking("zh"):
        assert str(said) == "第 3 步，共 9 步"
        assert str(ValueError(said)) == "第 3 步，共 9 步"
        assert f"{said}!" == "第 3 步，共 9 步!"
