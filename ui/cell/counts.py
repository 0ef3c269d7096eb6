"""Count a cell's parameters from its arrays, and draw the arrays."""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _, language, sentences
from seqlib.lstm import GATES
from ui.cell import charts
from ui.cell.state import Scene
from ui.parts import escape
from ui.parts.charts import show as show_chart
from ui.parts.charts import table
from ui.parts.remembered import remembered


def show(scene: Scene) -> None:
    """Draw the sum of the parameters term by term, then the weights."""
    cell = scene.weights.cell
    arrays = dict(zip(("kernel", "recurrent_kernel", "bias"), cell.arrays, strict=True))
    total = sum(array.size for array in arrays.values())
    n_x, n_a, gates = cell.n_x, cell.n_a, len(GATES)
    st.markdown(
        f"{gates} · ({escape.axis('n_values', n_x)} + {escape.axis('n_a', n_a)} + 1) · "
        f"{escape.axis('n_a', n_a)} = {gates} · {n_x + n_a + 1} · {n_a} = "
        + sentences(
            f"**{gates * (n_x + n_a + 1) * n_a:,}**" + _("."),
            _("The arrays hold **{total:,}** numbers.", total=total),
        )
    )
    table(
        {
            _("array"): list(arrays),
            _("shape"): [str(array.shape) for array in arrays.values()],
            _("each of i, f, g, o"): [f"{array.size // gates:,}" for array in arrays.values()],
            _("all four"): [f"{array.size:,}" for array in arrays.values()],
        },
        column_config=dict.fromkeys(
            (_("each of i, f, g, o"), _("all four")), st.column_config.TextColumn(alignment="right")
        ),
        key="cell_counts",
    )
    show_chart(
        remembered(scene.weights, ("kernels", language()), lambda: charts.kernels(cell)),
        key="cell_kernels",
        alt=_(
            "The weights of i, f, g and o side by side: {n_x} rows for x, {n_a} rows for a, "
            "and the bias, {n_a} units each; largest size {most:.2f}.",
            n_x=n_x,
            n_a=n_a,
            most=max(abs(array).max() for array in arrays.values()),
        ),
    )
