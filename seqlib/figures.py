"""Matrices and metrics as Plotly figures. Pure functions: arrays in, a figure out.

What moves with the clock is drawn by the stage; these are the pictures that stand still.
Colours of text and grid are left to the page's theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from seqlib.i18n import _

# Blue through neutral to orange: told apart by every common form of colour blindness.
ZERO_CENTRED = ["#1f5fc4", "#7ba6e8", "#eef0f3", "#f0a35c", "#b8560b"]
# One hue for what starts at zero. Zero is nearly transparent, so that it recedes into a light
# page and a dark one alike.
FROM_ZERO = ["rgba(90, 139, 220, 0.10)", "rgba(90, 139, 220, 0.45)", "#3f74d6"]
SERIES = ["#2f6bdb", "#d9730d", "#0f8a62", "#8a4fd0"]

LONGEST = 28  # characters of a name on an axis

_MARGIN = {"l": 64, "r": 16, "t": 12, "b": 52}


def plain(text: str, length: int = LONGEST) -> str:
    """Text that Plotly shows as it stands, at most ``length`` characters of it.

    Plotly reads some markup, links among it. Whatever comes from a reader goes through here.
    """
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return escape(shown, quote=False)


def _figure(height: int, x: str, y: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(height=height, margin=_MARGIN, font_size=15, hoverlabel={"font_size": 15})
    figure.update_xaxes(title={"text": x, "font_size": 16}, title_standoff=8, tickfont_size=14)
    figure.update_yaxes(title={"text": y, "font_size": 16}, title_standoff=8, tickfont_size=14)
    return figure


def one_hot(x: np.ndarray, labels: Sequence[str], height: int = 380) -> go.Figure:
    """One window of ``X``: (Tx, n_values) drawn with time across and tokens upwards.

    ``labels`` names the n_values tokens; they appear on hover and as ticks where they fit.
    """
    Tx, n_values = x.shape
    figure = _figure(height, _("time step t  (Tx)"), _("token  (n_values)"))
    figure.add_heatmap(
        z=x.T,
        customdata=np.broadcast_to(np.asarray(labels, object)[:, None], (n_values, Tx)),
        colorscale=[[0, FROM_ZERO[0]], [1, FROM_ZERO[-1]]],
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=0,
        showscale=False,
        hovertemplate=_("step %{x}<br>token %{y}: %{customdata}<br>X = %{z:.0f}<extra></extra>"),
    )
    every = max(1, round(n_values / (height / 26)))
    ticks = list(range(0, n_values, every))
    figure.update_yaxes(tickvals=ticks, ticktext=[labels[i] for i in ticks])
    return figure


def loss_curve(runs: Sequence[tuple[str, np.ndarray]], epochs: int, height: int = 300) -> go.Figure:
    """Loss summed over the Ty outputs, by epoch, from zero; one line for each (name, loss).

    ``epochs`` fixes the width of the axis, so that a line grows into it as it trains.
    """
    figure = _figure(height, _("epoch"), _("loss, summed over Ty (nats)"))
    for (name, loss), colour in zip(runs, SERIES * len(runs), strict=False):
        figure.add_scatter(
            x=np.arange(1, len(loss) + 1),
            y=loss,
            name=name,
            mode="lines" if len(loss) > 1 else "markers",
            line={"color": colour, "width": 3},
            hovertemplate=_("epoch %{x}<br>loss %{y:.2f}") + f"<extra>{name}</extra>",
        )
    figure.update_xaxes(range=[1, max(2, epochs)])
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=len(runs) > 1, legend={"orientation": "h", "y": 1.12})
    return figure


def per_step(
    values: np.ndarray, epochs: int, what: str, height: int = 300, zmax: float | None = 1.0
) -> go.Figure:
    """A metric of every output at every epoch: (epochs so far, Ty), time steps upwards."""
    figure = _figure(height, _("epoch"), _("output t  (Ty)"))
    figure.add_heatmap(
        z=values.T,
        x=np.arange(1, len(values) + 1),
        y=np.arange(values.shape[1]),
        colorscale=FROM_ZERO,
        zmin=0,
        zmax=zmax,
        colorbar={"title": {"text": what, "side": "right"}, "thickness": 14},
        hovertemplate=_("epoch %{x}<br>output %{y}<br>") + f"{what} %{{z:.2f}}<extra></extra>",
    )
    figure.update_xaxes(range=[0.5, max(2, epochs) + 0.5])
    return figure
