"""Texts in the reader's language.

English stands in the code and is the key; other languages stand in
``assets/locales/<language>/<area>.po``, one file a part of the program, read by Babel. Nothing
here knows how a reader chooses: ``ask`` takes a function that says it.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from seqlib.assets import ASSETS

LOCALES = ASSETS / "locales"
# What the URL says, and the language's own name for itself.
LANGUAGES = {"en": "English", "zh": "简体中文"}
SOURCE = "en"
# What a document says of itself; "zh" alone leaves the glyphs' variant open.
TAGS = {"en": "en", "zh": "zh-CN"}

_forced: ContextVar[str | None] = ContextVar("language", default=None)
_asked: Callable[[], str] = lambda: SOURCE  # noqa: E731


def ask(reader: Callable[[], str]) -> None:
    """Have ``reader()`` say which language the calling thread's reader has chosen."""
    global _asked
    _asked = reader


def language() -> str:
    """A key of ``LANGUAGES``; English where it is unknown."""
    chosen = _forced.get() or _asked()
    return chosen if chosen in LANGUAGES else SOURCE


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Texts made inside are in this language, whoever is asked: for threads, tests, scripts."""
    before = _forced.set(chosen)
    try:
        yield
    finally:
        _forced.reset(before)


def _(message: str, /, **values: Any) -> str:
    """``message`` in the reader's language, then ``format(**values)``."""
    text = catalogue(language()).gettext(message) if message else ""
    return text.format(**values) if values else text


def n_(one: str, many: str, n: int, /, **values: Any) -> str:
    """``one`` or ``many`` as ``n`` asks for in the reader's language; ``{n}`` is at hand."""
    return catalogue(language()).ngettext(one, many, n).format(**{"n": n, **values})


def N_(message: str) -> str:
    """Marks a text that is made before its reader is known; give it to ``_`` when it is shown."""
    return message


@dataclass(frozen=True)
class Later:
    """A text made where no reader is known, such as a worker thread; ``str`` translates it.

    ``Later("Stopped at epoch {n}", {"n": 3})`` may be kept, handed on, put into another
    text, or be the argument of an exception.
    """

    message: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.message, **self.values)


def words(area: str) -> dict[str, str]:
    """{English: translation} of one area in the reader's language, for the browser's side."""
    return _area(language(), area)


def browser_words(area: str) -> dict[str, Any]:
    """What a browser module needs so that its ``t("…")`` speaks the reader's language."""
    return {"lang": TAGS[language()], "words": words(area)}


@cache
def _area(chosen: str, area: str) -> dict[str, str]:
    path = LOCALES / chosen / f"{area}.po"
    if chosen == SOURCE or not path.exists():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


@cache
def catalogue(chosen: str) -> gettext.NullTranslations:
    """All texts of a language."""
    found: gettext.NullTranslations = gettext.NullTranslations()
    if chosen == SOURCE:
        return found
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in sorted((LOCALES / chosen).glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=chosen))
        compiled.seek(0)
        area = gettext.GNUTranslations(compiled)
        area.add_fallback(found)
        found = area
    return found


def capital(text: str) -> str:
    """With a capital first letter, the others as they are (``str.capitalize`` lowers them)."""
    return text[:1].upper() + text[1:]
