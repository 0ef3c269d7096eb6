"""The terms and symbols of the lessons, explained once a language.

``assets/lessons/<language>/glossary.md`` has a ``## name, other name`` for each term, then a
line with what it is called in words, then a sentence. The first name is the same in every
language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from seqlib.i18n import SOURCE
from ui.lessons.markdown import read, sections

LINK = "#term-"  # what a link to a term begins with

# **term** or `term`, outside links.
_MARKED = re.compile(r"(?<!\[)(?P<mark>\*\*|`)(?P<name>[^*`\n]{1,40})(?P=mark)")


@dataclass(frozen=True)
class Term:
    """One entry: its key, its other names, what it is called in words, and a sentence."""

    key: str
    others: tuple[str, ...]
    words: str
    text: str


@cache
def glossary(language: str = SOURCE) -> tuple[Term, ...]:
    """All terms in a language; in English where it has no glossary."""
    found = sections(read("glossary.md", language))
    return tuple(
        _term(names, body) for names, body in found.items() if names not in ("title", "intro")
    )


def _term(names: str, body: str) -> Term:
    key, *others = (name.strip() for name in names.split(","))
    words, _, text = body.partition("\n")
    return Term(key, tuple(others), words.strip(), text.strip())


@cache
def names(language: str = SOURCE) -> dict[str, str]:
    """The key of each name that a text in this language may use."""
    return {name: term.key for term in glossary(language) for name in (term.key, *term.others)}


def address(key: str) -> str:
    """Where a link to a term leads: the reader's browser shows the entry there."""
    return LINK + quote(key, safe="")


def linked(text: str, language: str = SOURCE) -> str:
    """Markdown in which the first mention of each **term** or `term` leads to its entry."""
    known = names(language)
    met: set[str] = set()

    def link(match: re.Match[str]) -> str:
        key = known.get(match["name"])
        if key is None or key in met:
            return match[0]
        met.add(key)
        return f"[{match[0]}]({address(key)})"

    return _MARKED.sub(link, text)
