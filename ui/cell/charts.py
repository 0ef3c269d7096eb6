"""The cell page's own charts: arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from seqlib.i18n import _
from seqlib.jazz.sandbox import Effect
from seqlib.lstm import GATES, LSTMWeights
from seqlib.plotting import SERIES
from seqlib.training.copy_task import KINDS, Point
from seqlib.vectors.figures import DIVERGING

DASHES = ("solid", "dash", "dot", "dashdot")


def _layout(figure: go.Figure, x: str, y: str, height: int = 300) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 70, "r": 16, "t": 34, "b": 52},
        font_size=15,
        hoverlabel={"font_size": 15},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "font_size": 15},
    )
    figure.update_xaxes(title={"text": x, "font_size": 16}, tickfont_size=14)
    figure.update_yaxes(title={"text": y, "font_size": 16}, tickfont_size=14)
    return figure


def divergence(found: Effect, start: int) -> go.Figure:
    """Bars over time: how far the softmax moved; steps whose first choice changed stand out."""
    t = np.arange(1, len(found.divergence) + 1)
    figure = go.Figure()
    for changed, name, colour in (
        (False, _("same first choice"), 0),
        (True, _("another"), 1),
    ):
        figure.add_bar(
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
    figure.add_vline(x=start + 0.5, line_dash="dot", line_color="gray")
    figure.update_xaxes(range=[0.4, len(t) + 0.6])
    return _layout(figure, _("time step t"), _("softmax moved by (nats)"), 260)


def reach(curves: Mapping[str, np.ndarray]) -> go.Figure:
    """Size of the gradient k steps back, each divided by that at k = 0, on a log scale."""
    figure = go.Figure()
    for (name, values), colour, dash in zip(curves.items(), SERIES, DASHES, strict=False):
        relative = values / values[0]
        figure.add_scatter(
            x=np.arange(len(relative)),
            y=np.maximum(relative, 1e-12),
            name=name,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="k = %{x}<br>%{y:.2e}<extra>" + name + "</extra>",
        )
    figure.update_yaxes(type="log", exponentformat="power")
    return _layout(figure, _("k steps back"), _("gradient, relative to k = 0"), 360)


def learning(
    curves: Mapping[str, Sequence[Point]], steps: int, measure: str, chance: float
) -> go.Figure:
    """One line a layer over the training steps; ``measure`` is "accuracy" or "loss"."""
    figure = go.Figure()
    for kind, colour, dash in zip(KINDS, SERIES, DASHES, strict=False):
        points = list(curves[kind])
        figure.add_scatter(
            x=[point.step for point in points],
            y=[getattr(point, measure) for point in points],
            name=kind,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate=_("step") + " %{x}<br>%{y:.2f}<extra>" + kind + "</extra>",
        )
    figure.add_hline(y=chance, line_dash="dot", line_color="gray", annotation_text=_("chance"))
    figure.update_xaxes(range=[0, steps])
    figure.update_yaxes(range=[0, 1.04] if measure == "accuracy" else [0, 1.2 * chance])
    title = _("loss (nats)") if measure == "loss" else _("accuracy")
    return _layout(figure, _("training step"), title, 320)


def kernels(weights: LSTMWeights, height: int = 560) -> go.Figure:
    """The three arrays as heatmaps, a column a gate, all in one range of colours."""
    n = weights.n_a
    parts = (
        ("kernel", weights.kernel),
        ("recurrent_kernel", weights.recurrent_kernel),
        ("bias", weights.bias[None]),
    )
    sizes = [weights.n_x, n, max(4, n // 10)]
    figure = make_subplots(
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
            figure.add_heatmap(
                z=array[:, (column - 1) * n : column * n],
                coloraxis="coloraxis",
                hovertemplate=_("{name}, gate {gate}", name=name, gate=gate)
                + _("<br>row %{y}, unit %{x}<br>%{z:.3f}<extra></extra>"),
                row=row,
                col=column,
            )
        figure.update_yaxes(
            autorange="reversed", showticklabels=False, row=row, col=1, title_font_size=15
        )
    for row, title in enumerate(
        (_("x · {n} rows", n=weights.n_x), _("a · {n} rows", n=n), "bias"), 1
    ):
        figure.update_yaxes(title_text=title, row=row, col=1)
    figure.update_xaxes(showticklabels=False, ticks="", showgrid=False, zeroline=False)
    figure.update_yaxes(ticks="", showgrid=False, zeroline=False)
    figure.update_annotations(font={"size": 20, "family": "Georgia, serif"})
    figure.add_annotation(
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
    figure.update_layout(
        height=height,
        font_size=15,
        margin={"l": 60, "r": 10, "t": 34, "b": 40},
        coloraxis={
            "colorscale": DIVERGING,
            "cmin": -limit,
            "cmax": limit,
            "colorbar": {"thickness": 14, "title": {"text": _("weight"), "side": "right"}},
        },
    )
    return figure
