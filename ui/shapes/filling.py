"""Show how the loop of ``pretrained_embedding_layer`` fills the matrix, one row a turn."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from seqlib.figures import SERIES
from seqlib.i18n import _, n_
from ui.lessons.pages import lesson
from ui.parts import vectors
from ui.state import options, widget

ROWS = len(options("turn"))
CELLS = 50  # of a row, drawn


def show() -> None:
    """Draw the turn's slider and the matrix after it."""
    found = vectors.usable()
    st.markdown(lesson("shapes")["filling"])
    turn = st.select_slider(
        _("turns of the loop"), help=_("0: the matrix as np.zeros makes it."), **widget("turn")
    )
    shown = min(ROWS, len(found) + 1)
    words = ["", *(found.word(row) for row in range(1, shown))]
    rows = np.array(found.matrix[:shown], np.float32)  # (shown, e_length)
    rows[min(turn, shown - 1) + 1 :] = 0
    if 0 < turn < shown:
        st.code(f"emb_matrix[{turn}, :] = word_to_vec_map[{words[turn]!r}]", language="python")
    else:
        st.code("emb_matrix = np.zeros(shape=(vocab_len, emb_dim))", language="python")
    label = n_("emb_matrix after {n} turn", "emb_matrix after {n} turns", turn)
    st.html(_drawn(rows[:, :CELLS], words, turn, label))
    st.caption(
        _(
            "… and so on to row {last:,}. Row 0 is never written: it is padding.",
            last=len(found),
        )
    )


def _drawn(rows: np.ndarray, words: list[str], turn: int, label: str) -> str:
    """Draw rows as HTML: number, word, a cell for each number, whose colour is its sign."""
    largest = float(np.abs(rows).max()) or 1.0
    lines = []
    for number, (row, word) in enumerate(zip(rows, words, strict=True)):
        cells = "".join(
            f'<span style="flex:1;height:14px;background:{SERIES[int(one < 0)]};'
            f'opacity:{min(1.0, abs(one) / largest * 1.5):.2f}"></span>'
            for one in row.tolist()
        )
        edge = SERIES[0] if number == turn and turn else "transparent"
        lines.append(
            f'<div style="display:flex;align-items:center;gap:8px;border-left:4px solid {edge};'
            f'padding:1px 6px"><code style="width:2.2em;text-align:right">{number}</code>'
            f'<code style="width:6em">{escape(word)}</code>'
            f'<span style="display:flex;flex:1;border:1px solid #8884">{cells}</span></div>'
        )
    return f'<div role="img" aria-label="{escape(label)}">{"".join(lines)}</div>'
