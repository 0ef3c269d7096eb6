"""Every link of the lesson plan and the handout opens its page, wherever the app runs."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import streamlit as st
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from scripts import make_handouts as handouts
from ui.frame.frame import PAGES
from ui.lessons import papers
from ui.parts import handouts as offered

ROOT = Path(__file__).parents[2]
LINKS = sorted({link for paper in handouts.PAPERS for link in papers.links(paper, "en")})
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
    buttons = [one for one in app.get("download_button") if "paper_" in one.proto.id]
    assert len(buttons) == len(handouts.PAPERS)
    for button in buttons:
        assert button.proto.help
        assert button.proto.label.isascii() == (language == "en")


def test_a_link_to_something_that_is_not_there_would_be_noticed():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["cell_step_jazz.step"] = "999"
    app.switch_page("pages/cell.py")
    app.run()
    assert [note for note in app.info if note.icon == ":material/link_off:"]


ADDRESSES = [
    "http://localhost:8501",
    "http://192.168.1.20:8501",
    "https://h",
    "https://seqscope.example.org/a/long/base",
    "http://[fe80::1]:8080",
    "https://xn--fiq228c.example/%E6%95%B0",
]


@cache
def contents(pdf: bytes) -> tuple[list[str], list[str], dict]:
    """Where all links of a PDF lead, its pages' texts, and what it says of itself.

    Fails unless every object stands where the table says.
    """
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    assert reader.xref[0]
    for number, offset in reader.xref[0].items():
        assert pdf[offset:].startswith(f"{number} 0 obj".encode())
    annotations = [each.get_object() for page in reader.pages for each in page["/Annots"]]
    links = [one["/A"]["/URI"] for one in annotations if "/A" in one]
    return links, [page.extract_text() for page in reader.pages], dict(reader.metadata)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("file", sorted(offered.HANDOUTS.glob("*.pdf")), ids=lambda file: file.stem)
def test_every_link_of_a_paper_leads_to_the_readers_address(file, address):
    shipped, served = file.read_bytes(), offered.paper(file, address)
    (before, words, facts), (after, *same) = contents(shipped), contents(served)
    assert before
    assert words
    assert after == [address + link.removeprefix(offered.HOST) for link in before]
    assert same == [words, facts]
    assert (b"localhost" in served) == ("localhost" in address)
    if address == offered.HOST:
        assert served == shipped


@pytest.mark.parametrize(
    ("url", "base", "address"),
    [
        ("https://host/", "", "https://host"),
        ("https://host/base/jazz", "", "https://host/base"),
        ("https://host/base/jazz/?m=60#train", "base", "https://host/base"),
        ("https://host/jazz", "/jazz/", "https://host/jazz"),
        ("https://host/jazz/jazz", "jazz", "https://host/jazz"),
        ("https://host/ourjazz/", "", "https://host/ourjazz"),
        ("https://our.jazz/", "", "https://our.jazz"),
        ("http://[::1]:8501/cell", "", "http://[::1]:8501"),
        ("https://reader:password@host/jazz", "", "https://host"),
        ("https://数.example/数/", "", "https://%E6%95%B0.example/%E6%95%B0"),
        ("https://a)b(c\\d>e/x)y(/", "", "https://a%29b%28c%5Cd%3Ee/x%29y%28"),
        ("", "", offered.HOST),
        ("about:blank", "", offered.HOST),
        ("javascript:alert(1)//host", "", offered.HOST),
        ("http://[half/", "", offered.HOST),
        ("http://host:99999999/", "", offered.HOST),
        ("https://host/" + "long/" * 1000, "", offered.HOST),
    ],
)
def test_the_apps_address_is_read_from_any_url(url, base, address):
    assert offered.address(url, base) == address
    assert contents(offered.paper(offered.HANDOUTS / "plan-en.pdf", address))[0]


def test_home_hands_out_papers_with_the_address_of_the_browser(monkeypatch):
    given = {}
    monkeypatch.setattr(offered, "page_url", lambda: "https://school.example/seqscope/")
    monkeypatch.setattr(
        st, "download_button", lambda label, data, *_, key, **__: given.update({key: data})
    )
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception
    for name in offered.PAPERS:
        links = contents(given[f"paper_{name}"]())[0]
        assert all(link.startswith("https://school.example/seqscope/") for link in links)
