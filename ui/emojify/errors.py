"""List test sentences that the model gets wrong, and each word's contribution."""

from __future__ import annotations

import streamlit as st

from seqlib.emojify import Mistake, figures, mistakes
from seqlib.i18n import _
from ui.emojify import state
from ui.emojify.stage import named
from ui.parts import charts
from ui.parts.presenter import font

SHOWN = 100


def table() -> None:
    """Draw the mistakes, the most confident first; a selected row goes to the sentence box."""
    reader, test = state.chosen(), state.test()
    model = reader.model
    if model.classes != test.classes:
        st.info(
            _(
                "The model “{name}” has other classes than the sentences at hand; train on them, "
                "or choose our sentences.",
                name=reader.title,
            ),
            icon=":material/category:",
        )
        return
    p = state.judged(model, test).probabilities
    found: tuple[Mistake, ...] = state.worked_out(
        "mistakes", (model.weights, test), lambda: mistakes(model, test, SHOWN, p)
    )
    st.session_state["emoji_mistakes"] = found
    if not found:
        st.success(
            _("All {n:,} test sentences are right.", n=len(test)), icon=":material/done_all:"
        )
        return
    st.markdown(
        _("**{wrong}** of {n:,} test sentences are wrong.", wrong=len(found), n=len(test))
        if len(found) < SHOWN
        else _(
            "The surest **{most}** mistakes among {n:,} test sentences.", most=SHOWN, n=len(test)
        )
    )
    event = charts.table(
        {
            _("confidence"): [100 * one.confidence for one in found],
            _("sentence"): [one.sentence for one in found],
            _("it is"): [named(model.classes[one.true]) for one in found],
            _("the model says"): [named(model.classes[one.chosen]) for one in found],
            _("tipped, by gradient"): [one.tipped_by_gradient for one in found],
            _("tipped, by leaving out"): [one.tipped_by_leaving_out for one in found],
        },
        column_config={
            _("confidence"): st.column_config.NumberColumn(format="%.2f%%", width="small"),
            _("sentence"): st.column_config.TextColumn(width="large"),
        },
        key="emoji_errors",
        on_select=_load,
        selection_mode="single-row",
        alt=_("{n} mistakes, surest first.", n=len(found)),
    )
    _why(found, event.selection.rows)


def _load() -> None:
    """Put the selected sentence into the sentence box, so that the stage shows it."""
    rows = st.session_state["emoji_errors"].selection.rows
    found = st.session_state.get("emoji_mistakes", ())
    if rows and rows[0] < len(found):
        st.session_state["say"] = found[rows[0]].sentence


def _why(found: tuple[Mistake, ...], rows: list[int]) -> None:
    """Draw each word's contribution to the selected mistake."""
    if not rows or rows[0] >= len(found):
        st.caption(_("Tick a row to read its sentence on the stage and to see each word's share."))
        return
    one = found[rows[0]]
    classes = state.test().classes
    st.text(
        _(
            "“{sentence}”: how much each word puts {chosen} ahead of {true}.",
            sentence=one.sentence,
            chosen=named(classes[one.chosen]),
            true=named(classes[one.true]),
        )
    )
    st.plotly_chart(
        figures.word_scores(one.words, one.by_gradient, one.by_leaving_out, font()),
        key="emoji_why",
        alt=_(
            "Share of each word; most by gradient: {gradient}, most by leaving out: {left_out}.",
            gradient=one.tipped_by_gradient,
            left_out=one.tipped_by_leaving_out,
        ),
    )
    st.markdown(_("The sentence is in the box: [see it on the stage](#stage)."))
