"""Draw the shapes page's charts, as Plotly figures or HTML."""

from __future__ import annotations

from html import escape

import numpy as np
import plotly.graph_objects as go

from seqlib.figures import SERIES, figure
from seqlib.i18n import _
from seqlib.shapes.one_hot_cost import InputCost
from seqlib.shapes.weight_sharing import Sharing

WIDE = 1000  # units of the drawing; one unit is one number


def change_by_step(found: Sharing) -> go.Figure:
    """Draw how far one training step moved the weights that each time step uses."""
    drawn = figure(300, _("time step t"), _("change of the weights"), barmode="group")
    for side, colour in zip((found.shared, found.mistake), SERIES, strict=False):
        drawn.add_bar(
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
    return drawn


def to_scale(cost: InputCost, label: str, colour: str) -> str:
    """Draw a sentence's numbers as HTML rectangles in which every number has the same area.

    Strips of 1,000 numbers are as wide as the page.
    """
    Tx, length = cost.shape
    widths = [min(WIDE, length - at) for at in range(0, length, WIDE)]
    strips = "".join(
        f'<div style="width:{width / WIDE:.3%};aspect-ratio:{width} / {Tx};background:{colour}">'
        "</div>"
        for width in widths
    )
    return f'<div role="img" aria-label="{escape(label)}">{strips}</div>'
