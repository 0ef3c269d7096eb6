"""Every page through Streamlit's AppTest: it draws, again and again, and keeps its frame."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.frame.frame import HIDDEN, PAGES
from ui.lessons.pages import lesson

ROOT = Path(__file__).parents[2]
FILES = [entry.file for entry in PAGES]


def open_page(file: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    if file != "home.py":
        app.switch_page(f"pages/{file}").run()
    return app


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


@pytest.mark.parametrize("file", FILES)
def test_a_page_draws_inside_the_frame_on_its_first_and_second_run(file):
    app = open_page(file)
    assert not app.exception
    first = titles(app)
    assert first == [lesson(file.removesuffix(".py"))["title"]]
    assert "present" in [toggle.key for toggle in app.toggle]

    app.run()
    assert not app.exception
    assert titles(app) == first
    assert "present" in [toggle.key for toggle in app.toggle]


@pytest.mark.parametrize("file", FILES)
def test_every_control_explains_itself_and_every_chart_has_a_text(file):
    app = open_page(file)
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
