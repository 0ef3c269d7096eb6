"""Draw the cell page's charts as Plotly figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from seqlib.figures import DASHES, DIVERGING, SERIES, figure
from seqlib.i18n import _
from seqlib.jazz.sandbox import Effect
from seqlib.lstm import GATES, LSTMWeights


def divergence(found: Effect, start: int) -> go.Figure:
    """Draw how far the softmax moved at each step; steps whose first choice changed stand out."""
    t = np.arange(1, len(found.divergence) + 1)
    drawn = figure(260, _("time step t"), _("softmax moved by (nats)"))
    for changed, name, colour in (
        (False, _("same first choice"), 0),
        (True, _("another"), 1),
    ):
        drawn.add_bar(
            x=t[found.changed == changed],
            y=found.divergence[found.changed == changed],
            name=name,
            marker_color=SERIES[colour],
            hovertemplate=_("step")
            + " %{x}<br>%{y:.3f} "
            + _("nats")
            + "<extra>"
            + name
            + "</extra>",
        )
    drawn.add_vline(x=start + 0.5, line_dash="dot", line_color="gray")
    drawn.update_xaxes(range=[0.4, len(t) + 0.6])
    return drawn


def reach(curves: Mapping[str, np.ndarray]) -> go.Figure:
    """Draw the gradient k steps back relative to that at k = 0, on a log scale."""
    drawn = figure(360, _("k steps back"), _("gradient, relative to k = 0"))
    for (name, values), colour, dash in zip(curves.items(), SERIES, DASHES, strict=False):
        relative = values / values[0]
        drawn.add_scatter(
            x=np.arange(len(relative)),
            y=np.maximum(relative, 1e-12),
            name=name,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="k = %{x}<br>%{y:.2e}<extra>" + name + "</extra>",
        )
    drawn.update_yaxes(type="log", exponentformat="power")
    return drawn


def kernels(weights: LSTMWeights) -> go.Figure:
    """Draw the three weight arrays as heatmaps, a column a gate, in one colour range."""
    n = weights.n_a
    parts = (
        ("kernel", weights.kernel),
        ("recurrent_kernel", weights.recurrent_kernel),
        ("bias", weights.bias[None]),
    )
    sizes = [weights.n_x, n, max(4, n // 10)]
    drawn = make_subplots(
        rows=3,
        cols=4,
        row_heights=sizes,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.012,
        vertical_spacing=0.03,
        column_titles=list(GATES),
    )
    limit = float(np.percentile(np.abs(np.concatenate([p.ravel() for _, p in parts])), 99.5))
    for row, (name, array) in enumerate(parts, 1):
        for column, gate in enumerate(GATES, 1):
            drawn.add_heatmap(
                z=array[:, (column - 1) * n : column * n],
                coloraxis="coloraxis",
                hovertemplate=_("{name}, gate {gate}", name=name, gate=gate)
                + _("<br>row %{y}, unit %{x}<br>%{z:.3f}<extra></extra>"),
                row=row,
                col=column,
            )
        drawn.update_yaxes(
            autorange="reversed", showticklabels=False, row=row, col=1, title_font_size=15
        )
    for row, title in enumerate(
        (_("x · {n} rows", n=weights.n_x), _("a · {n} rows", n=n), "bias"), 1
    ):
        drawn.update_yaxes(title_text=title, row=row, col=1)
    drawn.update_xaxes(showticklabels=False, ticks="", showgrid=False, zeroline=False)
    drawn.update_yaxes(ticks="", showgrid=False, zeroline=False)
    drawn.update_annotations(font={"size": 20, "family": "Georgia, serif"})
    drawn.add_annotation(
        text=_("{n} units each", n=n),
        x=0.5,
        y=0,
        xref="paper",
        yref="paper",
        yanchor="top",
        yshift=-8,
        showarrow=False,
        font_size=15,
    )
    drawn.update_layout(
        height=560,
        font_size=15,
        margin={"l": 60, "r": 10, "t": 34, "b": 40},
        coloraxis={
            "colorscale": DIVERGING,
            "cmin": -limit,
            "cmax": limit,
            "colorbar": {"thickness": 14, "title": {"text": _("weight"), "side": "right"}},
        },
    )
    return drawn
