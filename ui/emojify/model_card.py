"""Show the accuracies of V1 and V2 over five seeds, and of published runs with GloVe."""

from __future__ import annotations

from math import isnan
from typing import Any

import streamlit as st

from seqlib.emojify import Judgement, figures, judge, pretrained, reliability
from seqlib.i18n import _, sentences
from seqlib.text.default import shipped_test
from ui.emojify import state
from ui.parts import charts
from ui.parts.presenter import font


def table() -> None:
    """Draw the shipped accuracies, and beside them those of the chosen model."""
    about = pretrained.card()
    rows = about["rows"]
    listed: list[tuple[Any, ...]] = [
        (
            _(name),
            rows["few" if "few" in name else "train"],
            *map(found.get, ("accuracy", "spread", "negated", "negated spread")),
            len(found["each"]) if "each" in found else None,
        )
        for name, found in about["figures"].items()
    ]
    listed += [
        (name, None, found.accuracy, None, _known(found.negated_accuracy), None, None)
        for name, found in now()
    ]
    names, learned, accuracy, spread, negated, negated_spread, seeds = zip(*listed, strict=True)
    shares = {
        _("accuracy"): accuracy,
        "± ": spread,
        _("with a negation"): negated,
        "±": negated_spread,
    }
    charts.table(
        {
            _("model"): names,
            _("trained on"): learned,
            **{
                name: [None if value is None else 100 * value for value in column]
                for name, column in shares.items()
            },
            _("seeds"): seeds,
        },
        column_config=dict.fromkeys(shares, st.column_config.NumberColumn(format="%.1f%%")),
        placeholder="–",
        key="emoji_card",
        alt=_("Accuracy of V1 and V2, with all and with few training sentences."),
    )
    how, bad_at, published = (about[key] for key in ("how", "bad at", "published"))
    if (mine := state.test()) is not shipped_test():
        st.caption(
            ":material/info: "
            + _(
                "The lines that begin with “now” are of your own test sentences: {n}, {negated} "
                "of them with a negation. All others are of ours.",
                n=len(mine),
                negated=int(mine.negated.sum()),
            )
        )
    st.caption(
        sentences(
            _(
                "{n} test sentences, {negated} of them with a negation.",
                n=rows["test"],
                negated=rows["test with a negation"],
            ),
            _(how),
            _(
                "Of {n} everyday sentences, written before any model was trained and used for no "
                "choice, V2 gets {share:.1%} right on average.",
                n=about["everyday"]["sentences"],
                share=about["everyday"]["accuracy"],
            ),
        )
    )
    st.markdown(_("**Bad at.** {what}", what=_(bad_at)))
    st.markdown(_("**Elsewhere.** {what}", what=_(published)))


def _known(share: float) -> float | None:
    """A share, or None of no sentences."""
    return None if isnan(share) else share


def calibration() -> None:
    """Draw how often the chosen model and its V1 are right where they say a probability."""
    test = state.test()
    found = [(name, reliability(each.probabilities, test.labels)) for name, each in now()]
    if not found:
        return
    st.plotly_chart(
        figures.calibration(found, font()),
        key="emoji_calibration",
        alt=_(
            "Share that is right against the probability said; the mean gap is {error:.1%}.",
            error=found[0][1].error,
        ),
    )
    st.caption(
        _(
            "Test sentences in ten bins by the probability of the choice; larger marks hold more. "
            "On the dotted line a model that says 80% is right in 80% of the cases. Mean gap: "
            "{gaps}.",
            gaps=[f"{name} {each.error:.1%}" for name, each in found],
        )
    )


def now() -> list[tuple[str, Judgement]]:
    """Judge the chosen model and its V1 on the chosen test sentences."""
    reader, test = state.chosen(), state.test()
    if reader.model.classes != test.classes:
        return []
    found = [(_("now: {name}", name=reader.title), state.judged(reader.model, test))]
    if (v1 := reader.v1) is not None:
        judged = state.worked_out("judged V1", (v1, test), lambda: judge(v1, test))
        found.append((_("now: V1 beside {name}", name=reader.title), judged))
    return found
