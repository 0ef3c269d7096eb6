"""Count a class's answers to one question: of all readers whose link names the same class."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable

import streamlit as st

from seqlib.i18n import _, n_
from ui.parts import escape
from ui.parts.presenter import presenting
from ui.state import value

QUESTIONS, ANSWERS = 500, 40  # kept at once; different ones of a question
REFRESH = 3  # seconds
SHOWN = 6

# By class and question: how often each answer was given, and whether it is right. Nobody's name.
_counted: OrderedDict[Hashable, Counter[tuple[str, bool]]] = OrderedDict()
_lock = threading.Lock()


def add(question: Hashable, answer: str, right: bool) -> None:
    """Count a reader's first answer to a question, if the reader is in a class."""
    if not (name := value("tally").strip()):
        return
    with _lock:
        counted = _counted.setdefault((name, question), Counter())
        _counted.move_to_end((name, question))
        if (answer, right) in counted or len(counted) < ANSWERS:
            counted[answer, right] += 1
        while len(_counted) > QUESTIONS:
            _counted.popitem(last=False)


def show(question: Hashable, solved: bool, *, tried: bool) -> None:
    """Draw the class's answers: for the presenter, and for who has tried.

    Which answer is right is marked where it is ``solved``.
    """
    name = value("tally").strip()
    if name and (tried or presenting()):
        st.fragment(_answers, run_every=REFRESH)((name, question), solved)


def _answers(key: Hashable, solved: bool) -> None:
    with _lock:
        counted = Counter(_counted.get(key, ()))
    st.markdown(n_("The class: {n} answer", "The class: {n} answers", counted.total()))
    for (answer, right), times in counted.most_common(SHOWN):
        mark = (":material/check: " if right else "") if solved else ""
        st.progress(times / counted.total(), text=f"{mark}{escape.plain(answer)} · {times}")
    if solved and counted:
        share = sum(times for (_answer, right), times in counted.items() if right)
        st.markdown(_("Right: **{share} of {all}**", share=share, all=counted.total()))
