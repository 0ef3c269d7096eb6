"""Every page through Streamlit's AppTest: it draws, again and again, and keeps its frame."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seqlib.training import keras_room
from tests.pages.apps import markup, texts, visit
from ui.frame.frame import HIDDEN, PAGES
from ui.lessons.pages import lesson
from ui.state import TABLE, Choice, Number, Picks, Row, Switch

ROOT = Path(__file__).parents[2]
FILES = [entry.file for entry in PAGES]


@cache
def page_of(file: str) -> AppTest:
    """The page as it opens; nothing is done to it."""
    return visit(file.removesuffix(".py"))


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


@pytest.mark.parametrize("file", FILES)
def test_a_page_draws_inside_the_frame_on_its_first_and_second_run(file):
    app = visit(file.removesuffix(".py"))
    assert not app.exception
    first = titles(app)
    assert first == [lesson(file.removesuffix(".py"))["title"]]
    assert "present" in [toggle.key for toggle in app.toggle]

    app.run()
    assert not app.exception
    assert titles(app) == first
    assert "present" in [toggle.key for toggle in app.toggle]


def elsewhere(row: Row) -> str:
    """What a link says that has a control where it does not begin; empty if that is not known."""
    if isinstance(row, Switch):
        return str(not row.default).lower()
    if isinstance(row, Choice):
        others = [one for one in row.options if one != row.default]
        return "" if isinstance(row, Picks) or not others else f"{others[0]}"
    if isinstance(row, Number) and row.default is not None:
        return f"{row.low if row.default != row.low else row.low + (row.step or 1)}"
    return ""


@pytest.mark.parametrize("file", FILES)
def test_a_page_says_at_once_what_its_link_asks_for(file, monkeypatch):
    """What is said before its control is drawn would be said of the control's default."""
    monkeypatch.setattr(keras_room, "awake", lambda: False)  # it answers a moment later
    page = file.removesuffix(".py")
    asked = {key: elsewhere(row) for key, row in TABLE.items() if row.page == page}
    asked["emoji_model"] = "untrained"
    asked["map"] = "own axes"  # t-SNE is worked out aside, and is there a moment later
    app = visit(page, **{key: said for key, said in asked.items() if said})
    said = texts(app), markup(app)
    app.run()
    assert (texts(app), markup(app)) == said


@pytest.mark.parametrize("file", FILES)
def test_every_control_explains_itself_and_every_chart_has_a_text(file):
    app = page_of(file)
    controls = [
        *app.slider,
        *app.select_slider,
        *app.selectbox,
        *app.number_input,
        *app.toggle,
        *app.button,
        *app.button_group,
    ]
    for control in controls:
        assert control.proto.help, f"{control.key} has no help"
    for chart in app.get("plotly_chart"):
        assert chart.proto.alt.strip(), "a chart has no alt text"


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """Heavy packages that one process has imported once each page has been drawn, in this order.

    The emoji page reads a sentence, too. Then one is imported on purpose, to see that it is seen.
    """
    code = f"""
import json, sys
from tests.pages.apps import markup, texts, visit
found = {{}}
def note(name):
    found[name] = [name for name in ("tensorflow", "keras", "sklearn") if name in sys.modules]
for file in {FILES}:
    app = visit(file.removesuffix(".py"))
    if file == "emojify.py":
        app.text_input(key="say").set_value("We want to eat").run()
    assert not app.exception
    note(file)
import sklearn
note("on purpose")
print(json.dumps(found))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("file", FILES)
def test_the_first_picture_of_a_page_needs_no_framework(file, loaded):
    assert loaded[file] == []


def test_a_framework_that_is_imported_would_be_seen(loaded):
    assert loaded["on purpose"] == ["sklearn"]


@pytest.mark.parametrize("file", FILES)
def test_a_page_is_a_table_of_contents(file):
    """Thin pages: short, and no loops; computing and drawing are elsewhere."""
    text = (ROOT / "pages" / file).read_text()
    assert len(text.splitlines()) <= 200
    assert not any(isinstance(node, ast.While) for node in ast.walk(ast.parse(text)))


def test_pages_in_the_folder_are_the_pages_in_the_navigation():
    assert sorted(path.name for path in (ROOT / "pages").glob("*.py")) == sorted(
        [*FILES, *(entry.file for entry in HIDDEN)]
    )
