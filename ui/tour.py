"""Guided tours: one thing lit, one thing said, one thing to do.

The URL holds the step (``tour=3``), so a teacher can send it. The browser follows what the
reader does; the server hears of each step only to keep it.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from seqlib.glossary import linked
from seqlib.i18n import _, language
from seqlib.tour import Step, Tour, spans, tour, toured
from ui import share

ASSETS = Path(__file__).parents[1] / "assets" / "tour"
PARAM = "tour"

_component = st.components.v2.component(
    "seqscope_tour",
    js=(ASSETS / "tour.js").read_text("utf-8"),
    css=(ASSETS / "tour.css").read_text("utf-8"),
)


def name(page: str) -> str:
    """The name of a page's files: home has no path of its own."""
    return page or "home"


def step(steps: int) -> int:
    """Where the URL stands, counted from 1; 0 if no tour is on or the step is unknown."""
    asked = st.query_params.get(PARAM, "")
    if asked.isdecimal() and 1 <= int(asked) <= steps:
        return int(asked)
    if asked:
        share.refuse(PARAM)
    return 0


def button(page: str, *, presenter: bool = False) -> None:
    """Start, resume or leave the page's tour, in the toolbar."""
    if toured(name(page)):
        _draw(name(page), presenter)


def questions(page: str) -> None:
    """The questions of the page's tour, each before its answer: for asking a class."""
    if not toured(name(page)):
        return
    asked = [each for each in tour(name(page), language()).steps if each.question]
    if not asked:
        return
    with st.container(key="questions"):
        st.subheader(_("Questions to ask"), anchor="questions")
        for each in asked:
            with st.expander(each.question):
                st.markdown(linked(each.answer, language()))


@st.fragment
def _draw(page: str, presenter: bool) -> None:
    told = tour(page, language())
    left = f"tour:{page}"  # the step a reader stood on when they left
    asked = f"tour:{page}:asked"

    def go(to: int) -> None:
        """Keep the step; 0 leaves the tour."""
        if to:
            st.session_state[left] = to
            st.query_params[PARAM] = str(to)
        else:
            st.query_params.pop(PARAM, None)

    def press() -> None:
        st.session_state[asked] = True
        go(0 if on else st.session_state.get(left, 1))

    def moved() -> None:
        to = st.session_state["tour"].at
        if isinstance(to, int) and 0 <= to <= len(told.steps):
            if not to and st.session_state.get(left) == len(told.steps):
                st.session_state.pop(left)  # followed to its end: begin anew next time
            go(to)

    on = step(len(told.steps))
    if on:
        st.session_state[left] = on
    resumed = st.session_state.get(left, 1)
    st.button(
        _("Leave the tour")
        if on
        else _("Tour")
        if resumed == 1
        else _("Tour, step {step} of {steps}", step=resumed, steps=len(told.steps)),
        key="tour_button",
        icon=":material/explore:",
        on_click=press,
        help=_("Shows you round this page, one thing at a time. Leave it whenever you like."),
    )
    _component(key="tour", data=_data(told, on, presenter, asked), on_at_change=moved, height=1)


def _data(told: Tour, on: int, presenter: bool, asked: str) -> dict:
    return {
        "step": on,
        "asked": bool(st.session_state.get(asked)),
        "title": told.title,
        "steps": [_step(each) for each in told.steps],
        "presenter": presenter,
        "words": {
            "next": _("Next"),
            "back": _("Back"),
            "skip": _("Skip"),
            "finish": _("Finish"),
            "leave": _("Leave the tour"),
            "waiting": _("Your turn"),
            "done": _("Done"),
            "answer": _("Show the answer"),
            "keys": _("PageDown, PageUp"),
        },
    }


def _step(told: Step) -> dict:
    return {
        "title": told.title,
        "text": spans(told.text),
        "light": told.light,
        "action": told.action,
        "target": told.target,
        "question": spans(told.question),
        "answer": spans(told.answer),
    }
