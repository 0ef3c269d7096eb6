"""How good V1 and V2 are, with the spread over seeds, and what better vectors would add."""

from __future__ import annotations

import streamlit as st

from seqlib.emojify import Judgement, judge, pretrained
from ui.emojify import state


def table() -> None:
    """The shipped figures, and the model that reads now beside them."""
    about = pretrained.card()
    rows, figures = about["rows"], about["figures"]
    names, accuracy, spread, negated, negated_spread, seeds, sentences = ([] for _ in range(7))
    for name, found in figures.items():
        names.append(name)
        accuracy.append(found["accuracy"])
        spread.append(found.get("spread"))
        negated.append(found["negated"])
        negated_spread.append(found.get("negated spread"))
        seeds.append(len(found["each"]) if "each" in found else None)
        sentences.append(rows["few" if "few" in name else "train"])
    for name, found in now():
        names.append(name)
        accuracy.append(found.accuracy)
        spread.append(None)
        negated.append(found.negated_accuracy)
        negated_spread.append(None)
        seeds.append(None)
        sentences.append(None)
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        {
            "model": names,
            "trained on": sentences,
            "accuracy": accuracy,
            "± ": spread,
            "with a negation": negated,
            "±": negated_spread,
            "seeds": seeds,
        },
        column_config=dict.fromkeys(("accuracy", "± ", "with a negation", "±"), percent),
        hide_index=True,
        placeholder="–",
        key="emoji_card",
        alt="Accuracy of V1 and V2, with all and with few training sentences.",
    )
    st.caption(
        f"{rows['test']} test sentences, {rows['test with a negation']} of them with a negation. "
        f"{about['how']}"
    )
    st.markdown(f"**Bad at.** {about['bad at']}")
    st.markdown(f"**With real GloVe.** {about['with real GloVe']}")


def now() -> list[tuple[str, Judgement]]:
    """The model that reads and its V1, judged on the test sentences at hand."""
    reader, test = state.chosen(), state.data().test
    if reader.model.classes != test.classes:
        return []
    found = [
        (
            f"now: {reader.name}",
            state.remembered(
                "judged", (reader.model.weights, test), lambda: judge(reader.model, test)
            ),
        )
    ]
    if reader.v1 is not None:
        v1 = state.remembered("judged V1", (reader.v1, test), lambda: judge(reader.v1, test))
        found.append((f"now: V1 beside {reader.name}", v1))
    return found
