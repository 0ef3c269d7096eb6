"""The lesson beside the page: begun on Home, kept on every page, ended by whoever gives it."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def step(app: AppTest) -> str:
    return "".join(app.query_params.get("plan", ""))


def test_a_lesson_is_begun_on_home_and_goes_on_where_the_link_says():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert step(app) == ""
    app.button(key="give_lesson").click().run()
    assert not app.exception
    assert step(app) == "1"
    assert app.session_state["present"] is True
    app.switch_page("pages/shapes.py").run()
    assert step(app) == "1"  # the reader has gone elsewhere, the lesson has not
    assert not app.exception

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["plan"] = "8"
    assert step(app.run()) == "8"
    assert not [note for note in app.info if "link" in note.value]


def test_a_step_that_the_lesson_does_not_have_is_named():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["plan"] = "999"
    app.run()
    assert not app.exception
    assert "plan = 999" in app.info[0].value
    assert step(app) == ""
