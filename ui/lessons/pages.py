"""Lesson prose, kept in Markdown beside the code: ``assets/lessons/<language>/<page>.md``.

A page's file is a heading and an opening sentence, then a ``## name`` for each section.
"""

from __future__ import annotations

from functools import cache

from seqlib import i18n
from ui.lessons.markdown import read, sections
from ui.lessons.terms import linked


def lesson(page: str, language: str | None = None) -> dict[str, str]:
    """The sections of a page's text by name; ``title`` and ``intro`` come from its top.

    In the reader's language, unless another is named.
    """
    return _read(page, language or i18n.language())


@cache
def _read(page: str, language: str) -> dict[str, str]:
    found = sections(read(f"{page}.md", language))
    return {
        name: body if name == "title" else linked(body, language) for name, body in found.items()
    }
