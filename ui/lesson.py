"""Lesson prose, kept in Markdown beside the code: ``assets/lessons/<language>/<page>.md``.

A page's file is a heading and an opening sentence, then a ``## name`` for each section.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from seqlib import i18n
from seqlib.glossary import linked

LESSONS = Path(__file__).parents[1] / "assets" / "lessons"


def lesson(page: str, language: str | None = None) -> dict[str, str]:
    """The sections of a page's text by name; ``title`` and ``intro`` come from its top.

    In the reader's language, unless another is named.
    """
    return _read(page, language or i18n.language())


@cache
def _read(page: str, language: str) -> dict[str, str]:
    file = LESSONS / language / f"{page}.md"
    if not file.exists():
        file = LESSONS / i18n.SOURCE / f"{page}.md"
    text = file.read_text(encoding="utf-8")
    top, *rest = text.split("\n## ")
    title, _, intro = top.removeprefix("# ").partition("\n")
    sections = {"title": title.strip(), "intro": intro.strip()}
    for part in rest:
        name, _, body = part.partition("\n")
        sections[name.strip()] = body.strip()
    return {
        name: body if name == "title" else linked(body, language) for name, body in sections.items()
    }
