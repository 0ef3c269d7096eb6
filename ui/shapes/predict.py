"""Ask for a shape before it is shown: the question, the form, and the score of this visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from seqlib.i18n import _, sentences
from seqlib.shapes import quiz
from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.quiz import Question, Verdict
from seqlib.shapes.recording import Blueprint
from ui.lessons.pages import lesson
from ui.parts.presenter import wide
from ui.shapes import tally
from ui.state import value, widget


def _state() -> dict:
    return st.session_state.setdefault(
        "quiz", {"number": 0, "right": 0, "asked": 0, "tried": {}, "shown": {}}
    )


def current(construction: str, sketch: Blueprint) -> Question:
    """Return the current question; each model has its own questions, in random order."""
    number = value("question") - 1
    asked = quiz.questions(sketch)
    return quiz.questions(sketch, seed=number // len(asked))[number % len(asked)]


def _name(question: Question) -> tuple:
    about = (question.row, question.axes, question.shape)
    return (value("construction"), value("question"), *about)


def answered(question: Question) -> bool:
    """Tell whether a question's shape may be shown: it is answered correctly, or revealed."""
    shown = _state()["shown"].get(_name(question))
    return shown is not None and (shown.correct or shown.more == REVEALED)


REVEALED = "revealed"


def form(
    question: Question, sizes: Mapping[str, int], meanings: Mapping[str, str], *, hide: bool
) -> None:
    """Draw the question, the text box, the verdict on the answer, and the class's answers."""
    state, name = _state(), _name(question)

    def check() -> None:
        try:
            given = quiz.parse(value("answer"))
            verdict = quiz.judge(given, question, sizes, meanings)
        except ValueError as problem:
            state["shown"][name] = Verdict(False, str(problem))
            return
        if name not in state["tried"]:
            tally.add(name, as_text(given), verdict.correct)
        _score(verdict.correct)
        # A second hint after a second wrong answer; the answer itself only where it is asked for.
        more = verdict.more if state["tried"][name] > 1 else ""
        state["shown"][name] = replace(verdict, more=more)

    def reveal() -> None:
        _score(False)
        text = _("It is {both}.", both=quiz.solution(question))
        state["shown"][name] = Verdict(False, text, REVEALED)

    def _score(right: bool) -> None:
        # Only the first answer to a question counts for the score.
        if name not in state["tried"]:
            state["asked"] += 1
            state["right"] += right
        state["tried"][name] = state["tried"].get(name, 0) + 1

    def go_on() -> None:
        st.session_state["question"] = value("question") + 1
        st.session_state["answer"] = ""

    with st.container(border=True):
        st.markdown(f"**{question.text}**")
        with (
            st.form("quiz_form", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            st.text_input(
                _("shape"),
                placeholder=_("(None, …) or (m, …)"),
                help=lesson("shapes")["predict"],
                **widget("answer"),
            )
            st.form_submit_button(
                _("Check"), on_click=check, type="primary", help=_("Enter does too.")
            )
        shown = state["shown"].get(name)
        if shown is not None:
            text = shown.sentence
            if shown.more == REVEALED:
                text = _("The answers are hidden.") if hide else text
            elif shown.more:
                text = sentences(text, shown.more)
            (st.success if shown.correct else st.warning)(text)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Reveal"),
                key="reveal",
                on_click=reveal,
                disabled=hide or answered(question),
                help=_("Show the answer; it counts as missed."),
            )
            st.button(
                _("Next question"), key="next_question", on_click=go_on, help=_("Another tensor.")
            )
            st.number_input(
                _("question"),
                help=_("Its number stands in the link, so a class gets the same question."),
                width=wide(120),
                **widget("question"),
            )
            st.text_input(
                _("class name"), help=lesson("shapes")["tally"], width=wide(120), **widget("tally")
            )
            st.markdown(
                _(
                    "Right at the first try: **{right} of {asked}**",
                    right=state["right"],
                    asked=state["asked"],
                )
            )
        tally.show(name, answered(question) and not hide, tried=name in state["tried"])
