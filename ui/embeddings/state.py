"""What has been worked out of the vectors, and the words that a reader types."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from typing import Any

import streamlit as st

from seqlib.i18n import _
from seqlib.vectors import WordVectors
from ui.parts import escape, vectors

BOUND = {"bind": "query-params", "persist_state": "session"}
KEPT = 24  # results a set of vectors; an order of 400,000 rows has 3 MB

# All visits share what has been worked out of the shipped vectors. It goes with its owner.
_results: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()


def remembered(owner: Any, key: Any, make: Callable[[], Any]) -> Any:
    """``make()``, once for this owner (vectors, a run) and key; the oldest results are dropped."""
    results = _results.setdefault(owner, {})
    if key not in results:
        made = make()
        while len(results) >= KEPT:
            results.pop(next(iter(results)), None)
        results[key] = made
    return results[key]


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
