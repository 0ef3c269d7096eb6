"""Lesson prose, kept in Markdown beside the code: ``assets/lessons/<language>/<page>.md``.

A page's file is a heading and an opening sentence, then a ``## name`` for each section.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

LESSONS = Path(__file__).parents[1] / "assets" / "lessons"


@cache
def lesson(page: str, language: str = "en") -> dict[str, str]:
    """The sections of a page's text by name; ``title`` and ``intro`` come from its top."""
    text = (LESSONS / language / f"{page}.md").read_text(encoding="utf-8")
    top, *rest = text.split("\n## ")
    title, _, intro = top.removeprefix("# ").partition("\n")
    sections = {"title": title.strip(), "intro": intro.strip()}
    for part in rest:
        name, _, body = part.partition("\n")
        sections[name.strip()] = body.strip()
    return sections
