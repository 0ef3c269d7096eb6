"""Guided tours: one thing lit, one thing said, one thing to do.

The URL holds the step (``tour=3``), so a teacher can send it. The browser follows what the
reader does; the server hears of each step only to keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqlib import i18n
from seqlib.i18n import _
from ui.component import component
from ui.frame import language, sections, share
from ui.lessons.terms import linked
from ui.lessons.tours import Step, Tour, spans, tour, toured
from ui.parts.stage_view import count

SPANS = ("text", "question", "answer")  # of a step, with bold, italic and code
ON = "tour:on"

_component = component("tour", "tour/tour.js", "shared/over.css", "tour/tour.css")


def name(page: str) -> str:
    """The name of a page's files: home has no path of its own."""
    return page or "home"


@dataclass
class Standing:
    """Where a visit stands: the step counted from 1, 0 for no tour.

    ``turn`` counts how often the server has said so by itself; the browser, which is ahead
    otherwise, obeys a new turn only.
    """

    page: str
    step: int
    turn: int


def standing(page: str, steps: int) -> Standing:
    """The visit's standing; on a page's first run and on the way back, what the URL says."""
    kept = st.session_state.get(ON)
    if kept is None or kept.page != page or language.went_back():
        kept = Standing(page, asked_step(share.TOUR, steps), kept.turn + 1 if kept else 1)
        st.session_state[ON] = kept
    return kept


def asked_step(name: str, steps: int) -> int:
    """The step in the URL by that name; 0 if there is none or it does not exist."""
    asked = st.query_params.get(name, "")
    step = count(asked, steps) or 0
    if asked and not step:
        share.refuse(name)
    return step


def _write(step: int, *, anew: bool = False) -> None:
    """Have the URL say the step. A run that a faster one overtook may have put back an older.

    ``anew``: even if the server believes that it does; what the browser was told last may still
    be on its way there.
    """
    said = st.query_params.get(share.TOUR, "")
    if step and (anew or said != str(step)):
        st.query_params[share.TOUR] = str(step)
    elif not step and said.isdecimal():
        del st.query_params[share.TOUR]


def button(page: str, *, presenter: bool = False) -> None:
    """Start, resume or leave the page's tour, in the toolbar."""
    if toured(name(page)):
        _draw(name(page), presenter)


def questions(page: str) -> None:
    """The questions of the page's tour, each before its answer: for asking a class."""
    if not toured(name(page)):
        return
    asked = [each for each in tour(name(page), i18n.language()).steps if each.question]
    if not asked:
        return
    sections.section(asking, asked, title=_("Questions to ask"), anchor="questions")


def asking(asked: list[Step]) -> None:
    """Draw each question, its answer folded."""
    for each in asked:
        with st.expander(each.question):
            st.markdown(linked(each.answer, i18n.language()))


@st.fragment
def _draw(page: str, presenter: bool) -> None:
    told = tour(page, i18n.language())
    left = f"tour:{page}"  # the step a reader stood on when they left
    asked = f"tour:{page}:asked"

    at = standing(page, len(told.steps))
    if at.step:
        sections.see_whole()  # what is lit may be anywhere

    def press() -> None:
        st.session_state[asked] = True
        at.step = 0 if at.step else st.session_state.get(left, 1)
        at.turn += 1

    def moved() -> None:
        to = st.session_state["tour"].at
        if isinstance(to, int) and 0 <= to <= len(told.steps):
            if not to and st.session_state.get(left) == len(told.steps):
                st.session_state.pop(left)  # followed to its end: begin anew next time
            at.step = to
            _write(to, anew=True)

    _write(at.step)
    on = at.step
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
    _component(key="tour", data=_data(told, at, presenter, asked), on_at_change=moved, height=1)


def _data(told: Tour, at: Standing, presenter: bool, asked: str) -> dict:
    return {
        "step": at.step,
        "turn": at.turn,
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
            "missing": _("This part comes up once the step before it is done."),
            "answer": _("Show the answer"),
            "keys": _("PageDown, PageUp"),
        },
    }


def _step(told: Step) -> dict:
    return {name: spans(said) if name in SPANS else said for name, said in vars(told).items()}
