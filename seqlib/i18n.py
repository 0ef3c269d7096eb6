"""Translate texts into the reader's language.

English texts are written in the code and are the keys. Translations are in
``assets/locales/<language>/<area>.po``, one file an area of the program, read with Babel. The
app gives ``ask`` a function that returns the reader's choice.
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
# Value in the URL -> the language's name in that language.
LANGUAGES = {"en": "English", "zh": "简体中文"}
SOURCE = "en"
# The ``lang`` attribute of documents; "zh" alone does not fix the variant of glyphs.
TAGS = {"en": "en", "zh": "zh-CN"}

_forced: ContextVar[str | None] = ContextVar("language", default=None)
_reader: Callable[[], str] = lambda: SOURCE  # noqa: E731


def ask(reader: Callable[[], str]) -> None:
    """Set the function that returns the language chosen by the calling thread's reader."""
    global _reader
    _reader = reader


def language() -> str:
    """Return the reader's language, a key of ``LANGUAGES``; English if the choice is unknown."""
    chosen = _forced.get() or _reader()
    return chosen if chosen in LANGUAGES else SOURCE


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Translate into ``chosen`` inside this context, whatever the reader has chosen."""
    before = _forced.set(chosen)
    try:
        yield
    finally:
        _forced.reset(before)


def _(message: str, /, **values: Any) -> str:
    """Translate ``message`` into the reader's language and fill in ``values``.

    A value that is a list of texts is written as the language lists them.
    """
    text = catalogue(language()).gettext(message) if message else ""
    return text.format(**_listed(values)) if values else text


def sentences(*said: str) -> str:
    """Put sentences one after the other; after the full stop of a Chinese one is no space."""
    return ("" if language() == "zh" else " ").join(filter(None, said))


def n_(one: str, many: str, n: int, /, **values: Any) -> str:
    """Translate ``one`` or ``many``, whichever the language uses for ``n``; fill in ``{n}``."""
    return catalogue(language()).ngettext(one, many, n).format(**_listed({"n": n, **values}))


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _(", ").join(map(str, value)) if isinstance(value, list) else value
        for name, value in values.items()
    }


def N_(message: str) -> str:
    """Mark a constant for translation and return it unchanged; give it to ``_`` when shown."""
    return message


@dataclass(frozen=True)
class Later:
    """A text that is translated by ``str()``, for code that does not know its reader.

    A worker thread may keep ``Later("Stopped at epoch {n}", {"n": 3})``, put it into another
    text, or raise it as the argument of an exception.
    """

    message: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.message, **self.values)


class InputError(ValueError):
    """Raised for what cannot be used; ``str()`` of it is one sentence in the reader's language.

    ``InputError("Choose at most {n}.", n=3)`` is translated when it is shown: its one argument is
    ``Later``. Of an exception among the values only the sentence is held, not where it came from.
    """

    def __init__(self, message: str | Later, /, **values: Any) -> None:
        said = {name: _sentence(value) for name, value in values.items()}
        super().__init__(Later(message, said) if isinstance(message, str) else message)


def _sentence(value: Any) -> Any:
    if not isinstance(value, BaseException):
        return value
    later = value.args[:1]
    return later[0] if later and isinstance(later[0], Later) else str(value)


def browser_words(area: str) -> dict[str, Any]:
    """Return the language tag and the texts with which a browser module's ``t("…")`` translates."""
    return {"lang": TAGS[language()], "words": _area(language(), area)}


@cache
def _area(chosen: str, area: str) -> dict[str, str]:
    path = LOCALES / chosen / f"{area}.po"
    if chosen == SOURCE or not path.exists():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return {
            message.id: message.string
            for message in read_po(file)
            if isinstance(message.id, str) and message.id and isinstance(message.string, str)
        }


@cache
def catalogue(chosen: str) -> gettext.NullTranslations:
    """Return the translations of all areas into one language."""
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
    """Write the first letter as a capital; ``str.capitalize`` would lower the others."""
    return text[:1].upper() + text[1:]
