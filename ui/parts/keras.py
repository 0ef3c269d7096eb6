"""What Keras' room is asked for, shown when it is there without holding up the page."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

import streamlit as st

from seqlib.i18n import _
from seqlib.training import keras_room
from ui.parts import escape

# A room that is awake answers most questions before a page would look again.
PATIENCE = 0.3
REFRESH = 0.5  # seconds


def ask(name: str, of: Hashable, request: Callable[[], Future], weights: object = None) -> None:
    """Send a request, ``request()``, for this visit; ``of`` says what the answer is about.

    One that the visit asked before under this name and that has not begun is withdrawn.
    """
    before = st.session_state.get(_key(name))
    if before is not None and before[0] != of:
        before[1].cancel()
    st.session_state[_key(name)] = of, request(), weights


def asked(name: str, of: Hashable) -> Future | None:
    """What this visit has asked for under that name, if it was about ``of``; survives reruns."""
    known = st.session_state.get(_key(name))
    return known[1] if known is not None and known[0] == of and not known[1].cancelled() else None


def offered() -> bool:
    """Return whether Keras is installed; where it is not, write what it would need."""
    if missing := keras_room.missing():
        st.caption(missing)
    return not missing


def offer(
    name: str,
    of: Hashable,
    request: Callable[[], Future],
    draw: Callable[[Any], object],
    label: str,
    weights: object = None,
    **button: Any,
) -> None:
    """Draw a button that asks Keras, and what comes of it.

    ``request`` may raise ``ValueError``, one sentence. Once the model has other ``weights`` than
    those that were asked about, that is said below the answer.
    """
    if not offered():
        return
    if st.button(label, **button):
        try:
            ask(name, of, request, weights)
        except ValueError as problem:
            st.error(escape.plain(str(problem)), icon=":material/error:")
            return

    def compared(found: Any) -> None:
        draw(found)
        if st.session_state[_key(name)][2] is not weights:
            st.caption(
                _(
                    "The model has learned on since it was compared. Press again to compare it as "
                    "it is now."
                )
            )

    if (future := asked(name, of)) is not None:
        show(future, compared)


def follow(
    name: str, of: Hashable, request: Callable[[], Future], draw: Callable[[Any], object]
) -> bool:
    """Draw Keras' answer if its process runs or was asked; returns whether there is one to come."""
    if keras_room.awake() and asked(name, of) is None:
        ask(name, of, request)
    if (future := asked(name, of)) is not None:
        show(future, draw)
    return future is not None


def show(future: Future, draw: Callable[[Any], object]) -> None:
    """Draw the answer, or the sentence why there is none; say that Keras works until then."""
    try:
        found = keras_room.answer(future, PATIENCE)
    except TimeoutError:
        st.fragment(_wait, run_every=REFRESH)(future)
    except ValueError as problem:
        st.info(escape.plain(str(problem)), icon=":material/info:")
    else:
        draw(found)


def _wait(future: Future) -> None:
    if future.done():
        st.rerun()
    st.markdown(
        _(":material/hourglass_top: Keras is building …")
        if keras_room.awake()
        else _(":material/hourglass_top: Loading TensorFlow in a process of its own …")
    )


def _key(name: str) -> str:
    return f"keras:{name}"
