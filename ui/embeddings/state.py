"""Keep the vectors that a reader uploads, and read the words that they type."""

from __future__ import annotations

import re

import streamlit as st

from seqlib.i18n import _
from seqlib.text import tokenise
from seqlib.text.chinese import chinese_words, is_han
from seqlib.vectors import WordVectors
from ui.parts import escape, vectors

_SIGNS = str.maketrans("＋－−–", "+---")


def keep(choice: str, read: WordVectors) -> None:
    """Keep uploaded vectors for this visit, and show the whole of their matrix."""
    vectors.keep(choice, read)
    forget_view()


def forget_view() -> None:
    """Show the whole matrix, because other vectors have other rows."""
    for key in ("first", "rows", "jump"):
        st.session_state.pop(key, None)


def words_of(text: str) -> list[str]:
    """Split typed text into words at commas, spaces and lines, each word once.

    Several Chinese words in one are split too.
    """
    found: dict[str, None] = {}
    for word in re.split(r"[\s,;，；、]+", text.strip()):
        several = is_han(word) and word not in chinese_words().places
        found |= dict.fromkeys(tokenise(word) if several else [word])
    found.pop("", None)
    return list(found)


def terms_of(text: str) -> tuple[list[str], list[str]]:
    """Split a sum such as “king - man + woman” into words that are added and words taken away.

    Without a sign all are added. A minus may be the hyphen of a word: it needs room beside it, or
    a plus in the sum.
    """
    text = text.translate(_SIGNS)
    if re.search(r"\w *\+ *\w", text):
        parts = re.split("([-+])", text)
    elif re.search(r"\w( - *| *- )\w", text):
        parts = re.split("( -|- )", text)
    else:
        parts = [text]
    terms: tuple[list[str], list[str]] = [], []
    for sign, part in zip(["+", *parts[1::2]], parts[::2], strict=True):
        terms["-" in sign].extend(words_of(part))
    return terms


def split_known(words: list[str], among: WordVectors) -> tuple[list[str], list[str]]:
    """Divide words into those with a vector, spelled as in the vocabulary, and the others."""
    rows = among.indices(words).tolist()
    known = dict.fromkeys(among.word(row) for row in rows if row)
    return list(known), [word for word, row in zip(words, rows, strict=True) if not row]


def say_not_on_map(words: list[str]) -> None:
    """Draw a caption that lists words that a map made beforehand does not have."""
    if words:
        listed = _(", ").join(f"“{escape.plain(word)}”" for word in words)
        st.caption(":material/info: " + _("Not on this map: {words}.", words=listed))


def say_unknown(unknown: list[str], among: WordVectors) -> None:
    """Draw a caption that lists words without a vector."""
    if unknown:
        listed = _(", ").join(f"“{escape.plain(word)}”" for word in unknown[:8])
        more = len(unknown) - 8
        sentence = (
            _(
                "No vector in {name}: {words} and {n} more.",
                name=escape.plain(_(among.name)),
                words=listed,
                n=more,
            )
            if more > 0
            else _("No vector in {name}: {words}.", name=escape.plain(_(among.name)), words=listed)
        )
        st.caption(f":material/info: {sentence}")
