"""Every link of the lesson plan and the handout opens its page with what it asks for."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from scripts import make_handouts as handouts
from ui.frame.frame import PAGES

ROOT = Path(__file__).parents[2]
LINKS = sorted({link for paper in handouts.PAPERS for link in handouts.links(paper, "en")})
FILES = {f"/{entry.url_path}": entry.file for entry in PAGES}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_what_it_says(link):
    parts = urlsplit(link)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    for name, value in asked.items():
        app.query_params[name] = value
    file = FILES[parts.path]
    if file != "home.py":
        app.switch_page(f"pages/{file}")
    app.run()
    assert not app.exception
    assert not app.warning
    # The page itself says so where a link asks for something that is not there.
    assert not [note.value for note in app.info if note.icon == ":material/link_off:"]
    for name, value in asked.items():
        if name == "tour" or "." in name:  # no control's: a step of the tour, or of a stage
            continue
        assert name in app.session_state, f"no control is bound to {name}"
        shown = app.session_state[name]
        if isinstance(shown, bool):
            assert value == str(shown).lower()
        elif isinstance(shown, int | float):
            assert float(value) == shown
        else:
            assert value == shown
    if parts.fragment:
        headings = [*app.header, *app.subheader]
        assert parts.fragment in [heading.proto.anchor for heading in headings]


@pytest.mark.parametrize("language", handouts.LANGUAGES)
def test_home_offers_both_papers_in_the_readers_language(language):
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    offered = [one for one in app.get("download_button") if "paper_" in one.proto.id]
    assert len(offered) == len(handouts.PAPERS)
    for button in offered:
        assert button.proto.help
        assert button.proto.label.isascii() == (language == "en")


def test_a_link_to_something_that_is_not_there_would_be_noticed():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["cell_step_jazz.step"] = "999"
    app.switch_page("pages/cell.py")
    app.run()
    assert [note for note in app.info if note.icon == ":material/link_off:"]
