"""Compare what a sentence costs as one-hot vectors and as rows of an embedding."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _
from seqlib.shapes import one_hot_cost
from seqlib.shapes.constructions import CONSTRUCTIONS
from ui.parts import charts, vectors
from ui.shapes import one_hot as one_hot_picture
from ui.shapes.controls import span
from ui.state import widget

DIALS = {dial.name: dial for dial in CONSTRUCTIONS["Emojify_V2"].dials}


def compare() -> None:
    """Draw the sizes, both pictures in one scale, and the counts."""
    at = {}
    names = {"maxlen": _("Tx · words"), "vocabulary": _("vocabulary")}
    for column, name in zip(
        st.columns(4), ("maxlen", "vocabulary", "e_length", "n_a"), strict=True
    ):
        dial = DIALS[name]
        at[name] = column.slider(names.get(name, name), help=span(dial), **widget(f"{name}_cost"))
    words, vocabulary = at["maxlen"], at["vocabulary"]
    one_hot = one_hot_cost.one_hot(words, vocabulary, at["n_a"])
    embedded = one_hot_cost.embedded(words, vocabulary, at["e_length"], at["n_a"])
    sentence = st.text_input(
        _("sentence"), help=_("Its words are found in the vectors in use."), **widget("cost_say")
    )
    one_hot_picture.show(sentence, vectors.usable(), words, vocabulary, at["e_length"])
    rows = {_("one-hot"): one_hot, _("embedding"): embedded}
    charts.table(
        {
            _("input"): list(rows),
            _("read by the LSTM"): [f"{c.shape[0]} × {c.shape[1]:,}" for c in rows.values()],
            _("memory"): [_bytes(c.bytes) for c in rows.values()],
            _("multiplications with the kernel"): [f"{c.multiplications:,}" for c in rows.values()],
            _("weights of the kernel"): [f"{c.kernel:,}" for c in rows.values()],
            _("embedding matrix"): [
                f"{c.table:,}" if c.table else _("none") for c in rows.values()
            ],
        },
        key="cost_table",
    )
    st.markdown(
        _(
            "With the embedding the LSTM reads **{read:,}** numbers in place of **{total:,}**. "
            "Its matrix is large, but looking up a row multiplies nothing.",
            read=embedded.numbers,
            total=one_hot.numbers,
        )
    )


def _bytes(count: int) -> str:
    return f"{count / 1000:,.0f} kB" if count >= 1000 else _("{count} bytes", count=count)
