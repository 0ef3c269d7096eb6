"""The shapes page's own charts: values in, a figure or markup out."""

from __future__ import annotations

from html import escape

import numpy as np
import plotly.graph_objects as go

from seqlib.i18n import _
from seqlib.plotting import SERIES
from seqlib.shapes.one_hot_cost import InputCost
from seqlib.shapes.weight_sharing import Sharing

WIDE = 1000  # units of the drawing; one unit is one number


def change_by_step(found: Sharing) -> go.Figure:
    """Bars over t: how far one training step moved the weights that t uses."""
    figure = go.Figure()
    for side, colour in zip((found.shared, found.mistake), SERIES, strict=False):
        figure.add_bar(
            x=np.arange(len(side.change)),
            y=side.change,
            name=_(side.name),
            marker_color=colour,
            hovertemplate="t = %{x}<br>"
            + _("moved by")
            + " %{y:.3g}<extra>"
            + _(side.name)
            + "</extra>",
        )
    figure.update_layout(
        height=300,
        margin={"l": 64, "r": 16, "t": 12, "b": 52},
        font_size=15,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        barmode="group",
    )
    figure.update_xaxes(title={"text": _("time step t"), "font_size": 16}, tickfont_size=14)
    figure.update_yaxes(
        title={"text": _("change of the weights"), "font_size": 16}, tickfont_size=14
    )
    return figure


def to_scale(cost: InputCost, label: str, colour: str) -> str:
    """A sentence's numbers as rectangles: every number the same small square, in strips of 1,000.

    HTML for ``st.html``; 1,000 numbers are as wide as the page.
    """
    Tx, length = cost.shape
    widths = [min(WIDE, length - at) for at in range(0, length, WIDE)]
    strips = "".join(
        f'<div style="width:{width / WIDE:.3%};aspect-ratio:{width} / {Tx};background:{colour}">'
        "</div>"
        for width in widths
    )
    return f'<div role="img" aria-label="{escape(label)}">{strips}</div>'
