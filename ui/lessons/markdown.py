"""Lesson prose: reading it, and splitting it at its headings, one ``## name`` a section."""

from __future__ import annotations

from seqlib.assets import ASSETS
from seqlib.i18n import SOURCE

LESSONS = ASSETS / "lessons"


def read(name: str, language: str) -> str:
    """Return ``assets/lessons/<language>/<name>``; in English if there is none in the language."""
    path = LESSONS / language / name
    if not path.exists():
        path = LESSONS / SOURCE / name
    return path.read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Return a text's sections by name; ``title`` and ``intro`` are its heading and opening."""
    top, *rest = text.split("\n## ")
    title, _, intro = top.removeprefix("# ").partition("\n")
    found = {"title": title.strip(), "intro": intro.strip()}
    for part in rest:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.strip()
    return found
