"""The vectors that a reader brings, and the words that they type."""

from __future__ import annotations

import re

import streamlit as st

from seqlib.i18n import _
from seqlib.vectors import WordVectors
from ui.parts import escape, vectors


def keep(choice: str, read: WordVectors) -> None:
    """Use uploaded vectors from now on."""
    vectors.keep(choice, read)
    forget_view()


def forget_view() -> None:
    """Other vectors have other rows: look at the whole of them."""
    for key in ("first", "rows", "jump"):
        st.session_state.pop(key, None)


def words_of(text: str) -> list[str]:
    """Words that a reader typed, separated by commas, spaces or lines; each once."""
    return list(dict.fromkeys(re.split(r"[\s,;，；、]+", text.strip()))) if text.strip() else []


def split_known(words: list[str], among: WordVectors) -> tuple[list[str], list[str]]:
    """Those that have a vector, spelled as in the vocabulary, and those that have none."""
    rows = among.indices(words).tolist()
    known = dict.fromkeys(among.word(row) for row in rows if row)
    return list(known), [word for word, row in zip(words, rows, strict=True) if not row]


def say_unknown(unknown: list[str], among: WordVectors) -> None:
    """Words without a vector, by name."""
    if unknown:
        listed = ", ".join(f"“{escape.plain(word)}”" for word in unknown[:8])
        more = len(unknown) - 8
        said = (
            _(
                "No vector in {name}: {words} and {n} more.",
                name=escape.plain(_(among.name)),
                words=listed,
                n=more,
            )
            if more > 0
            else _("No vector in {name}: {words}.", name=escape.plain(_(among.name)), words=listed)
        )
        st.caption(f":material/info: {said}")
