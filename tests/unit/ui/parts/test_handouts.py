"""The papers are printed from today's texts, fit their pages, and can be read by a program."""

from __future__ import annotations

import re
from functools import cache

import pytest
from pypdf import PdfReader

from scripts import make_handouts as handouts
from seqlib.i18n import LANGUAGES
from ui.lessons import papers

ALL = [(paper, language) for paper in handouts.PAPERS for language in LANGUAGES]
PAGES = {"plan": 2, "handout": 1}


@cache
def reader(paper: str, language: str) -> PdfReader:
    return PdfReader(handouts.file(paper, language))


def text(paper: str, language: str) -> str:
    """All of the PDF's text, without spaces: where lines break is the printer's affair."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader(paper, language).pages))


@pytest.mark.parametrize(("paper", "language"), ALL)
def test_the_pdf_was_printed_from_the_texts_as_they_are(paper, language):
    made_from = reader(paper, language).metadata[handouts.HASH]
    assert made_from == handouts.fingerprint(handouts.page(paper, language)), (
        "The texts have changed: run make handouts."
    )


@pytest.mark.parametrize(("paper", "language"), ALL)
def test_the_pdf_has_its_pages_and_is_small(paper, language):
    assert len(reader(paper, language).pages) == PAGES[paper]
    assert handouts.file(paper, language).stat().st_size < 500_000


@pytest.mark.parametrize(("paper", "language"), ALL)
def test_all_headings_can_be_found_in_the_pdf(paper, language):
    found = text(paper, language)
    headings = re.findall(r"^##? (.+)$", papers.source(paper, language), re.MULTILINE)
    assert len(headings) > 4
    for heading in headings:
        # Printers put one dash for another, and this dot is two characters in Unicode.
        for part in re.split(r"[–·]", heading):
            assert re.sub(r"\s", "", part.replace("`", "")) in found
    assert not re.search("[\u2e80-\u2fdf]", found), "radicals in place of characters"


@pytest.mark.parametrize(("paper", "language"), ALL)
def test_nothing_is_left_to_be_filled_in(paper, language):
    html = handouts.page(paper, language)
    assert "{{" not in html
    assert "None" not in re.sub(r"\(None,", "", html)


@pytest.mark.parametrize("paper", handouts.PAPERS)
def test_both_languages_have_the_same_links_and_parts(paper):
    english, chinese = (papers.source(paper, language) for language in LANGUAGES)
    assert papers.links(paper, "en") == papers.links(paper, "zh")
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("```") == chinese.count("```")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_fills_sixty_minutes_without_a_gap(language):
    times = re.findall(r"^## (\d+)–(\d+) ·", papers.source("plan", language), re.MULTILINE)
    minutes = [(int(start), int(end)) for start, end in times]
    assert minutes[0][0] == 0
    assert minutes[-1][1] == 60
    assert [end for _, end in minutes[:-1]] == [start for start, _ in minutes[1:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_part_of_the_plan_asks_before_it_shows(language):
    ask, show = {"en": ("**Ask", "**Then"), "zh": ("**提问", "**然后")}[language]
    parts = papers.source("plan", language).split("\n## ")[1:]
    for part in parts:
        assert ask in part
        if show in part:
            assert part.index(ask) < part.index(show)


def test_figures_are_those_of_the_model():
    """The shapes in the handout's table multiply to what Keras would count."""
    from seqlib.jazz import JazzWeights

    given = papers.given()
    weights = JazzWeights.initial(int(given["run_n_a"]), int(given["n_values"]))
    assert weights.n_values == int(given["n_values"])
    assert float(given["first_loss"]) == pytest.approx(
        float(given["one_loss"]) * int(given["Tx"]), abs=0.5
    )
    assert "for t in range(Tx):" in given["loop"]


def test_radicals_become_characters_singly_and_in_ranges():
    cmap = "1 beginbfchar\n<01> <2F00>\n<02> <0041>\nendbfchar\n<03> <04> <2F06>"
    fixed = handouts._true_characters(cmap)
    assert "<01> <4E00>" in fixed
    assert "<02> <0041>" in fixed
    assert "<03> <04> [<4E8C> <4EA0>]" in fixed
