"""Which vectors this visit looks at: the shipped ones, a file of this machine, or its own."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.vectors import Available, WordVectors, available, load
from ui.parts import escape
from ui.state import value

SHIPPED, FILE, PAIR = N_("shipped"), N_("my file"), N_("projector pair")


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


def chosen() -> WordVectors:
    """Return what is chosen; the shipped vectors while there is no file of one's own.

    Raises ``VectorsError``, one sentence, if a file on this machine cannot be read.
    """
    choice = value("vectors")
    if choice in (FILE, PAIR):
        return own(choice) or load()
    found = on_disk().get(choice)
    return load() if found is None else _opened(found, found.path.stat().st_mtime)


def own(choice: str) -> WordVectors | None:
    """What this visit has uploaded as a file or as a pair."""
    return st.session_state.get(f"own_vectors:{choice}")


def usable() -> WordVectors:
    """Return what is chosen, or the shipped vectors where it cannot be read."""
    try:
        return chosen()
    except ValueError:  # said on the embeddings page
        return load()


def keep(choice: str, read: WordVectors) -> None:
    """Hold uploaded vectors for this visit."""
    st.session_state[f"own_vectors:{choice}"] = read
