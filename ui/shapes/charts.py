"""Draw the shapes page's charts."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from seqlib.figures import SERIES, figure
from seqlib.i18n import _
from seqlib.shapes.weight_sharing import Sharing


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
