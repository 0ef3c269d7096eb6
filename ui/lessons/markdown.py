"""Lesson prose: a heading and an opening, then a ``## name`` for each section."""

from __future__ import annotations


def sections(text: str) -> dict[str, str]:
    """The sections of a text by name; ``title`` and ``intro`` come from its top."""
    top, *rest = text.split("\n## ")
    title, _, intro = top.removeprefix("# ").partition("\n")
    found = {"title": title.strip(), "intro": intro.strip()}
    for part in rest:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.strip()
    return found
