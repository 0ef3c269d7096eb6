"""Split lesson prose: a heading and an opening, then a ``## name`` for each section."""

from __future__ import annotations


def sections(text: str) -> dict[str, str]:
    """Return a text's sections by name; ``title`` and ``intro`` are its heading and opening."""
    top, *rest = text.split("\n## ")
    title, _, intro = top.removeprefix("# ").partition("\n")
    found = {"title": title.strip(), "intro": intro.strip()}
    for part in rest:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.strip()
    return found
