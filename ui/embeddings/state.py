"""Which vectors this visit looks at, and what has been worked out of them."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from typing import Any

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.vectors import Available, WordVectors, available, load
from ui.frame import frame
from ui.parts import escape

BOUND = {"bind": "query-params", "persist_state": "session"}
SHIPPED, FILE, PAIR = N_("shipped"), N_("my file"), N_("projector pair")
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


def on_disk() -> dict[str, Available]:
    """Files of vectors on this machine by name, such as GloVe once it has been fetched."""
    return {one.name: one for one in available()}


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(found: Available, changed: float) -> WordVectors:
    bar = st.progress(0.0, text=_("Reading {name}, once …", name=escape.plain(found.name)))
    try:
        return load(found.path, member=found.member, name=found.name, progress=bar.progress)
    finally:
        bar.empty()


def vectors() -> WordVectors:
    """What is chosen; the shipped vectors while there is no file of one's own.

    Raises ``VectorsError``, one sentence, if a file on this machine cannot be read.
    """
    choice = st.session_state.get("vectors", SHIPPED)
    if choice in (FILE, PAIR):
        return own(choice) or load()
    found = on_disk().get(choice)
    return load() if found is None else _opened(found, found.path.stat().st_mtime)


def own(choice: str) -> WordVectors | None:
    """What this visit has uploaded as a file or as a pair."""
    return st.session_state.get(f"own_vectors:{choice}")


def keep(choice: str, read: WordVectors) -> None:
    st.session_state[f"own_vectors:{choice}"] = read
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


def font() -> int:
    """Size of type in a chart, in pixels: charts do not grow with the page."""
    return 21 if frame.presenting() else 14
