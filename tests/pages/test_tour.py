"""Tours, links and notes about links, through Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.frame.frame import PAGES
from ui.lessons.tours import tour

ROOT = Path(__file__).parents[2]
FILES = [entry.file for entry in PAGES]


def open_page(file: str, **asked: str | list[str]) -> AppTest:
    """The page as a fresh session meets it, with these parameters in its URL."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    if file != "home.py":
        app.switch_page(f"pages/{file}")
    for name, value in asked.items():
        app.query_params[name] = value
    return app.run()


def notes(app: AppTest) -> list[str]:
    return [note.value for note in app.info if "link" in note.value]


def at(app: AppTest) -> str:
    """The step in the URL."""
    return "".join(app.query_params.get("tour", ""))


def label(app: AppTest) -> str:
    return app.button(key="tour_button").label


@pytest.mark.parametrize("file", FILES)
def test_every_page_offers_its_tour_and_its_link(file):
    app = open_page(file)
    assert not app.exception
    assert label(app) == "Tour"
    assert not notes(app)


def test_a_tour_is_started_left_and_resumed_where_it_was():
    app = open_page("home.py")
    app.button(key="tour_button").click().run()
    assert at(app) == "1"
    assert label(app) == "Leave the tour"

    app = open_page("home.py", tour="3")
    app.button(key="tour_button").click().run()
    assert at(app) == ""
    assert label(app) == f"Tour, step 3 of {len(tour('home').steps)}"

    app.button(key="tour_button").click().run()
    assert at(app) == "3"


def test_a_link_opens_the_tour_at_its_step():
    app = open_page("home.py", tour="2")
    assert label(app) == "Leave the tour"
    assert not notes(app)


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        ("home.py", {"tour": "99"}),
        ("home.py", {"home.step": "0"}),
        ("home.py", {"home.speed": "fast"}),
        ("home.py", {"nowhere.step": "3"}),
        ("jazz.py", {"Tx": "9999"}),
        ("jazz.py", {"Tx": "many"}),
        ("jazz.py", {"corpus": "whales"}),
        ("jazz.py", {"lanes": ["h", "whales"]}),
        ("jazz.py", {"without": "the_roof"}),
        ("jazz.py", {"without": "}*{color:red"}),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said_in_one_sentence(file, asked):
    app = open_page(file, **asked)
    assert not app.exception
    (note,) = notes(app)
    (name,) = asked
    assert name.split(".")[0] in note.replace("\\", "")
    assert notes(app.run()) == [note]  # stays until the page is left


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        ("home.py", {"home.step": "12", "home.speed": "0.5", "lang": "en"}),
        ("jazz.py", {"Tx": "12", "lanes": ["h", "y"], "temperature": "0.4", "band": "false"}),
        ("jazz.py", {"Tx": "30", "corpus": "all choruses"}),  # defaults, written out
        ("jazz.py", {"without": "training,uploads,Tx"}),
        ("emojify.py", {"say": "not feeling happy"}),
    ],
)
def test_a_link_that_asks_for_what_there_is_leaves_no_note(file, asked):
    app = open_page(file, **asked)
    assert not app.exception
    assert not notes(app)


def test_what_a_link_leaves_out_is_hidden_by_name_and_can_be_shown():
    app = open_page("jazz.py", without="training,uploads")
    bodies = [part.proto.body for part in app.get("html")]
    (rule,) = [body for body in bodies if ".st-key-section_training" in body]
    assert "stFileUploader" in rule
    assert "display: none !important" in rule
    app.button(key="show_everything").click().run()
    assert "without" not in app.query_params
    assert "show_everything" not in [button.key for button in app.button]
