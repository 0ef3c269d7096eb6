"""What the program chooses for a reader: a widget's value that an interrupted run must not lose.

A browser sends the values it shows with every message. One that leaves before the new value has
arrived takes the run's place and brings the old value along, so a choice is made again at the
beginning of every run until one has drawn the page to its end. And once more in the same thread:
a thread goes on only for a message that came before its run was over.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

_HELD = "chosen_for_reader"


class _Run(threading.local):
    """Keep what the last whole run of a thread has chosen."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}


_run = _Run()


def choose(key: str, value: Any) -> None:
    """Set a widget; from the next run on where this run has drawn it already."""
    st.session_state.setdefault(_HELD, {})[key] = value
    with suppress(StreamlitAPIException):
        st.session_state[key] = value


def begin() -> bool:
    """Called before a page, or a part of it alone, is drawn.

    Returns whether a choice waits for the page to be drawn.
    """
    last, _run.held = _run.held, {}
    waiting = st.session_state.get(_HELD, {})
    for key, value in {**last, **waiting}.items():
        st.session_state[key] = value
    return bool(waiting)


def end() -> None:
    """Called when a page is drawn to its end."""
    _run.held = st.session_state.pop(_HELD, {})
