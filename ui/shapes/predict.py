"""Ask for a shape before it is shown: the question, the form, and the score of this visit."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes import quiz
from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.blueprint import Blueprint
from seqlib.shapes.quiz import Question, Verdict
from ui.lessons.pages import lesson
from ui.state import value, widget


def _state() -> dict:
    return st.session_state.setdefault(
        "quiz", {"number": 0, "right": 0, "asked": 0, "tried": set(), "shown": {}}
    )


def current(construction: str, sketch: Blueprint) -> Question:
    """Return the current question; each model has its own questions, in random order."""
    number = _state()["number"]
    asked = quiz.questions(sketch)
    return quiz.questions(sketch, seed=number // len(asked))[number % len(asked)]


def _name(question: Question) -> tuple:
    return (_state()["number"], question.row, question.axes, question.shape)


def answered(question: Question) -> bool:
    """Tell whether a question's shape may be shown: it is answered correctly, or revealed."""
    shown = _state()["shown"].get(_name(question))
    return shown is not None and (shown.correct or shown.hint == REVEALED)


REVEALED = "revealed"


def form(question: Question, sizes: Mapping[str, int], *, hide: bool) -> None:
    """Draw the question, the text box, and the verdict on the answer."""
    state, name = _state(), _name(question)

    def check() -> None:
        text = value("answer")
        try:
            verdict = quiz.judge(quiz.parse(text), question, sizes)
        except ValueError as problem:
            state["shown"][name] = Verdict(False, str(problem), str(problem))
            return
        _score(verdict.correct)
        state["shown"][name] = verdict

    def reveal() -> None:
        _score(False)
        axes, shape = as_text(question.axes), as_text(question.shape)
        state["shown"][name] = Verdict(
            False, _("It is `{axes}`, here `{shape}`.", axes=axes, shape=shape), REVEALED
        )

    def _score(right: bool) -> None:
        # Only the first answer to a question counts for the score.
        if name not in state["tried"]:
            state["tried"].add(name)
            state["asked"] += 1
            state["right"] += right

    def go_on() -> None:
        state["number"] += 1
        st.session_state["answer"] = ""

    with st.container(border=True):
        st.markdown(f"**{question.text}**")
        with (
            st.form("quiz_form", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            st.text_input(
                _("shape"),
                placeholder=_("(None, 64) or (m, n_a)"),
                help=lesson("shapes")["predict"],
                **widget("answer"),
            )
            st.form_submit_button(
                _("Check"), on_click=check, type="primary", help=_("Enter does too.")
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Reveal"),
                key="reveal",
                on_click=reveal,
                disabled=hide or answered(question),
                help=_("Show the answer; it counts as missed."),
            )
            st.button(
                _("Next question"),
                key="next_question",
                on_click=go_on,
                help=_("Another tensor."),
            )
            st.markdown(
                _(
                    "Right at the first try: **{right} of {asked}**",
                    right=state["right"],
                    asked=state["asked"],
                )
            )
        shown = state["shown"].get(name)
        if shown is not None:
            text = shown.hint if hide and shown.hint != REVEALED else shown.sentence
            if hide and shown.hint == REVEALED:
                text = _("The answers are hidden.")
            (st.success if shown.correct else st.warning)(text)
