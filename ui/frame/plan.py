"""The lesson beside the page: one step after the other, the question first, then its answer.

The URL holds the step (``plan=3``) through all pages. A step that opens a page loads it as its
link says; the browser hears a clicker, the server of each step only to keep it.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from seqlib.i18n import _, language
from ui.component import component
from ui.frame import share
from ui.frame.tour import Standing, asked_step
from ui.lessons.papers import OPENED, Plan, Step, in_language, linked_spans, plan
from ui.parts import handouts
from ui.state import page_url

ON = "plan:on"

_component = component("plan", "plan/plan.js", "shared/over.css", "plan/plan.css")


def button() -> None:
    """Offer to give the lesson, on Home."""
    st.button(
        _("Give the lesson"),
        key="give_lesson",
        icon=":material/co_present:",
        on_click=_begin,
        help=_("The lesson plan beside the page, step by step, for a projector and a clicker."),
    )


def _begin() -> None:
    st.session_state[ON] = Standing("", 1, _standing().turn + 1)
    st.session_state["present"] = True


def _standing() -> Standing:
    """The visit's step, from 1, on all pages; at first what the URL says, 0 for no lesson."""
    if ON not in st.session_state:
        steps = len(plan(language()).steps)
        st.session_state[ON] = Standing("", asked_step(share.PLAN, steps), 1)
    return st.session_state[ON]


@st.fragment
def mount() -> None:
    """Draw the lesson beside the page while it is being given."""
    at = _standing()
    if at.step and st.query_params.get(share.PLAN) != str(at.step):
        st.query_params[share.PLAN] = str(at.step)
    elif not at.step:
        st.query_params.pop(share.PLAN, None)
        return

    told = plan(language())

    def moved() -> None:
        to = st.session_state["plan"].at
        if isinstance(to, int) and 0 <= to <= len(told.steps):
            at.step = to

    _component(key="plan", data=_data(told, at), on_at_change=moved, height=1)


def _data(told: Plan, at: Standing) -> dict[str, Any]:
    return {
        "step": at.step,
        "turn": at.turn,
        "parts": [vars(part) for part in told.parts],
        "steps": [_step(number, each) for number, each in enumerate(told.steps, 1)],
        "words": {
            "lesson": _("Lesson"),
            "next": _("Next"),
            "answer": _("Show the answer"),
            "back": _("Back"),
            "fold": _("Fold away"),
            "unfold": _("Show the lesson"),
            "leave": _("Leave the lesson"),
            "minutes": _("minutes {begins} to {ends}"),
            "clock": _("Set the clock to minute {begins}, where this part begins"),
            "code": _("QR code for the class"),
        },
    }


def _step(number: int, told: Step) -> dict[str, Any]:
    """Give what the browser needs of a step: its text, and the page or code that it shows."""

    def path(path: str, **more: int) -> str:
        return in_language(path, language(), **more)

    text = [
        (style, words, *(path(one, plan=number) for one in to))
        for style, words, *to in linked_spans(told.text)
    ]
    given: dict[str, Any] = {"part": told.part, "kind": told.kind, "text": text}
    if told.links and told.kind in OPENED:
        given["opens"] = path(told.links[0][1], plan=number)
    if told.links and told.kind == "students":
        here = handouts.address(page_url(), st.get_option("server.baseUrlPath"))
        given["code"] = share.code(here + path(told.links[0][1]))
    return given
