"""Word vectors as Plotly figures. Pure functions: arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.figures import FROM_ZERO, ZERO_CENTRED
from seqlib.vectors import View

FONT = 14
LABEL_LENGTH = 16
ACCENT = "#c2258f"  # in neither colour map, and clear on light and dark


def _figure(height: int, font: int, x: str = "", y: str = "") -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font_size=font,
        hoverlabel={"font_size": font},
    )
    axis = {"tickfont_size": font, "automargin": True, "title_standoff": 8}
    figure.update_xaxes(title={"text": x, "font_size": font + 1}, **axis)
    figure.update_yaxes(title={"text": y, "font_size": font + 1}, **axis)
    return figure


def short(word: str, length: int = LABEL_LENGTH) -> str:
    """A word for a tick label."""
    return word if len(word) <= length else word[: length - 1] + "…"


def limit_of(values: np.ndarray) -> float:
    """Where the colours end: nearly all values lie within, and outliers do not pale the rest."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.quantile(finite, 0.995)) or 1.0 if finite.size else 1.0


def matrix(
    view: View,
    *,
    marks: Sequence[tuple[int, str]] = (),
    signed: bool = True,
    what: str = "value",
    height: int = 560,
    font: int = FONT,
) -> go.Figure:
    """A stretch of the matrix: dimensions across, rows downwards in their order.

    Parameters
    ----------
    view : View
        ``vectors.overview``'s; its labels appear on hover, and as ticks where they fit.
    marks : sequence of (place, word)
        Places in the order to point out; those outside the view are left out.
    signed : bool
        Whether values have both signs; else the colours start at zero.
    what : str
        What a cell is, for the legend: "value", "mean of the rows".
    """
    rows, dim = view.values.shape
    places = (view.edges[:-1] + view.edges[1:] - 1) / 2
    figure = _figure(height, font, "dimension  (e_length)", "")
    limit = limit_of(view.values)
    figure.add_heatmap(
        z=view.values,
        x=np.arange(dim),
        y=places,
        customdata=np.broadcast_to(np.array(_hover(view), object)[:, None], (rows, dim)),
        colorscale=ZERO_CENTRED if signed else FROM_ZERO,
        zmin=-limit if signed else 0,
        zmax=limit,
        colorbar={"title": {"text": what, "side": "right"}, "thickness": 14},
        hovertemplate="%{customdata}<br>dimension %{x}<br>"
        + what
        + (" %{z:.6g}" if view.exact else " %{z:.4f}")
        + "<extra></extra>",
    )
    # One point a row: a heatmap alone does not answer when rows are dragged over.
    figure.add_scatter(
        x=np.full(rows, (dim - 1) / 2),
        y=places,
        mode="markers",
        marker={"size": 1, "opacity": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    ticks = np.unique(np.linspace(0, rows - 1, min(rows, height // (font + 9))).astype(int))
    low, high = view.edges[0] - 0.5, view.edges[-1] - 0.5
    marked = {place: word for place, word in marks if low < place < high}
    names = {float(places[tick]): _first(view, tick) for tick in ticks.tolist()}
    if view.exact:
        # What is pointed out has its name even where ticks are sparse.
        names |= {float(place): f"<b>{short(word)}</b>" for place, word in marked.items()}
    figure.update_yaxes(
        tickvals=list(names), ticktext=list(names.values()), range=[high, low], showgrid=False
    )
    figure.update_xaxes(range=[-0.5, dim - 0.5], showgrid=False)
    _point_out(figure, marked, view, font)
    figure.update_layout(dragmode="select", selectdirection="v", selections=[])
    return figure


def _hover(view: View) -> list[str]:
    found = []
    for place, stop, index, label in zip(
        view.edges[:-1].tolist(),
        view.edges[1:].tolist(),
        view.indices.tolist(),
        view.labels,
        strict=True,
    ):
        if stop - place == 1:
            found.append(f"row {index:,} · {label or 'padding'}")
        else:
            found.append(f"places {place:,} to {stop - 1:,}<br>{label}")
    return found


def _first(view: View, tick: int) -> str:
    word = view.labels[tick].split(" … ")[0] if not view.exact else view.labels[tick]
    return short(word) or "padding"


def _point_out(figure: go.Figure, marked: dict[int, str], view: View, font: int) -> None:
    """Single rows get a frame; where rows share lines, a line and a label with a leader."""
    right = view.values.shape[1] - 0.5
    span = int(view.edges[-1] - view.edges[0])
    gap = span * (font + 10) / (figure.layout.height - 80)
    free = float(view.edges[0])
    for place, word in sorted(marked.items()):
        half = 0.5 if view.exact else 0.0
        figure.add_shape(
            type="rect",
            x0=-0.5,
            x1=right,
            y0=place - half,
            y1=place + half,
            line={"color": ACCENT, "width": 2 if view.exact else 1},
        )
        if view.exact:
            continue
        free = max(place, free + gap)
        figure.add_annotation(
            x=right,
            y=place,
            axref="x",
            ayref="y",
            ax=right * 0.94,
            ay=min(free, float(view.edges[-1]) - gap / 2),
            xanchor="right",
            text=f"<b>{short(word)}</b>",
            arrowhead=0,
            arrowwidth=2,
            arrowcolor=ACCENT,
            font={"color": "#ffffff", "size": font},
            bgcolor=ACCENT,
            borderpad=2,
        )
