"""Matrices and metrics as Plotly figures. Pure functions: arrays in, a figure out.

What moves with the clock is drawn by the stage; these are the pictures that stand still.
Colours of text and grid are left to the page's theme.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.i18n import _
from seqlib.plotting import FROM_ZERO, SERIES

_MARGIN = {"l": 64, "r": 16, "t": 12, "b": 52}


def _figure(height: int, x: dict, y: dict, *traces: dict, **layout: object) -> go.Figure:
    """Axes and traces given whole: Plotly takes as long again for every change to a figure."""
    axis = {"title": {"font": {"size": 16}, "standoff": 8}, "tickfont": {"size": 14}}
    font = {"size": 15}
    return go.Figure(
        traces,
        {
            "height": height,
            "margin": _MARGIN,
            "font": font,
            "hoverlabel": {"font": font},
            "xaxis": {**axis, **x, "title": {**axis["title"], "text": x["title"]}},
            "yaxis": {**axis, **y, "title": {**axis["title"], "text": y["title"]}},
            **layout,
        },
    )


def one_hot(x: np.ndarray, labels: Sequence[str], height: int = 380) -> go.Figure:
    """One window of ``X``: (Tx, n_values) drawn with time across and tokens upwards.

    ``labels`` names the n_values tokens; they appear on hover and as ticks where they fit.
    """
    Tx, n_values = x.shape
    every = max(1, round(n_values / (height / 26)))
    ticks = list(range(0, n_values, every))
    return _figure(
        height,
        {"title": _("time step t  (Tx)")},
        {
            "title": _("token  (n_values)"),
            "tickvals": ticks,
            "ticktext": [labels[i] for i in ticks],
        },
        {
            "type": "heatmap",
            "z": x.T,
            "customdata": np.broadcast_to(np.asarray(labels, object)[:, None], (n_values, Tx)),
            "colorscale": [[0, FROM_ZERO[0]], [1, FROM_ZERO[-1]]],
            "zmin": 0,
            "zmax": 1,
            "xgap": 1,
            "ygap": 0,
            "showscale": False,
            "hovertemplate": _(
                "step %{x}<br>token %{y}: %{customdata}<br>X = %{z:.0f}<extra></extra>"
            ),
        },
    )


def loss_curve(runs: Sequence[tuple[str, np.ndarray]], epochs: int, height: int = 300) -> go.Figure:
    """Loss summed over the Ty outputs, by epoch, from zero; one line for each (name, loss).

    ``epochs`` fixes the width of the axis, so that a line grows into it as it trains.
    """
    return _figure(
        height,
        {"title": _("epoch"), "range": [1, max(2, epochs)]},
        {"title": _("loss, summed over Ty (nats)"), "rangemode": "tozero"},
        *(
            {
                "type": "scatter",
                "x": np.arange(1, len(loss) + 1),
                "y": loss,
                "name": name,
                "mode": "lines" if len(loss) > 1 else "markers",
                "line": {"color": colour, "width": 3},
                "hovertemplate": _("epoch %{x}<br>loss %{y:.2f}") + f"<extra>{name}</extra>",
            }
            for (name, loss), colour in zip(runs, SERIES * len(runs), strict=False)
        ),
        showlegend=len(runs) > 1,
        legend={"orientation": "h", "y": 1.12},
    )


def per_step(
    values: np.ndarray, epochs: int, what: str, height: int = 300, zmax: float | None = 1.0
) -> go.Figure:
    """A metric of every output at every epoch: (epochs so far, Ty), time steps upwards."""
    return _figure(
        height,
        {"title": _("epoch"), "range": [0.5, max(2, epochs) + 0.5]},
        {"title": _("output t  (Ty)")},
        {
            "type": "heatmap",
            "z": values.T,
            "x": np.arange(1, len(values) + 1),
            "y": np.arange(values.shape[1]),
            "colorscale": FROM_ZERO,
            "zmin": 0,
            "zmax": zmax,
            "colorbar": {"title": {"text": what, "side": "right"}, "thickness": 14},
            "hovertemplate": _("epoch %{x}<br>output %{y}<br>")
            + f"{what} %{{z:.2f}}<extra></extra>",
        },
    )
