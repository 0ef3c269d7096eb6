"""Sections of a page: drawn when the reader comes near, and listed in a bar that stays in sight.

A page begins with its first sections, or the one that its address names; what follows is a title
over an empty place until it is needed. A page of which a link or a tour asks what is known only
once it is drawn is drawn whole.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from seqlib.i18n import _
from ui.component import component
from ui.parts.presenter import presenting
from ui.visit import session

FIRST = 2  # sections that a page begins with
WHOLE = os.environ.get("SEQSCOPE_SECTIONS") == "whole"  # for pictures of pages, and measures
PLACE = 560  # px of a section that is not drawn yet

_NEAR, _COMING = "sections:near", "sections:coming"
_near = component("near", "sections/near.js")
_bar = component("sections", "sections/bar.js", "sections/bar.css")


class _Run(threading.local):
    """What one script run has met: one run is one thread."""

    def fresh(self) -> None:
        self.names: list[str] = []
        self.left_out: tuple[str, ...] = ()
        self.titles: list[dict[str, str]] = []
        self.bar: Any = None
        self.asked = ""
        self.opening = False

    __init__ = fresh


run = _Run()


def begin(whole: bool | None) -> None:
    """Forget the sections of the run before, when a page is about to be drawn.

    ``whole`` says of a page that was not there before whether it is drawn whole; None of one
    that was.
    """
    run.fresh()
    if whole is not None:
        st.session_state[_NEAR] = None if whole or WHOLE else set()
        run.asked = session.section()


def see_whole() -> None:
    """Have the page drawn whole, at once where this is a part of it alone."""
    if st.session_state.get(_NEAR) is None:
        return
    st.session_state[_NEAR] = None
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun()


def all_drawn() -> bool:
    """Return whether all sections are drawn that this run has met."""
    near = st.session_state.get(_NEAR)
    return near is None or near.issuperset(run.names)


def place() -> None:
    """Keep the bar's place: below the heading, and then at the top of the window."""
    run.bar = st.container(key="sections")


def end() -> None:
    """List the sections in the bar, when a page is drawn to its end."""
    if run.bar is None or len(run.titles) < 2:
        return
    with run.bar:
        _bar(
            key="sections_bar",
            data={
                "page": session.page(),
                "sections": run.titles,
                "presenter": presenting(),
                "words": {
                    "sections": _("Sections of this page"),
                    "back": _("The section before"),
                    "next": _("The next section"),
                },
            },
        )


def section(
    draw: Callable[..., Any], *args: Any, title: str = "", anchor: str = "", needed: bool = False
) -> Any:
    """Draw a section of a page, which a link may leave out by the name of its function.

    It stands in a container of its own, so what comes and goes in it moves no other.

    ``title`` and ``anchor`` are those of its heading; a section without one is not in the bar,
    nor is one that the link leaves out.
    One that is ``needed`` gives something to the others.
    """
    name = draw.__name__
    run.names.append(name)
    with st.container(key=f"section_{name}"):
        if title:
            st.header(title, anchor=anchor)
            if name not in run.left_out:
                run.titles.append({"title": title, "anchor": anchor})
        near = st.session_state.get(_NEAR)
        if near is not None and (needed or (len(near) < FIRST and run.asked in ("", anchor))):
            near.add(name)
            run.asked = "" if run.asked == anchor else run.asked  # from here on, the ones after it
        if near is None or name in near:
            return draw(*args)
        _later(draw, *args)
        return None


@st.fragment
def _later(draw: Callable[..., Any], *args: Any) -> None:
    """Keep a section's place, and draw it there alone when the reader comes near."""
    name = draw.__name__
    near = st.session_state.get(_NEAR)
    if near is None or name in near:
        coming = st.session_state.get(_COMING, set())
        if name not in coming:
            st.rerun()  # a control in it has changed, and it is a part of the whole page
        coming.discard(name)
        run.opening = True
        try:
            draw(*args)
        finally:
            run.opening = False
        return

    def come() -> None:
        near.add(name)
        st.session_state.setdefault(_COMING, set()).add(name)

    st.skeleton(PLACE)
    _near(key=f"place_{name}", data={}, on_near_change=come, height=1)
