"""Build the empty Plotly figure, and the colours and escaped names, that all figures share.

The stage draws what moves with the clock; Plotly draws what stands still. Colours of text and
grid are left to the page's theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from seqlib.i18n import _

FONT = 15  # px
CURVES = 300  # px, of a chart by epoch
LONGEST = 28  # characters of a name on an axis

# Blue through neutral to orange: told apart by every common form of colour blindness. Black
# numbers on it are read with ease; Plotly's own dark grey would not be, halfway to an end.
ZERO_CENTRED = ["#3b78d8", "#7ba6e8", "#eef0f3", "#f0a35c", "#cc6414"]
# As ZERO_CENTRED, but nearly transparent at zero, on a light page and a dark one.
DIVERGING = [
    "#2460c8",
    "rgba(74, 132, 224, 0.65)",
    "rgba(128, 140, 160, 0.08)",
    "rgba(232, 140, 60, 0.65)",
    "#c05f10",
]
# One hue for values from zero up, nearly transparent at zero.
FROM_ZERO = ["rgba(90, 139, 220, 0.10)", "rgba(90, 139, 220, 0.45)", "#3f74d6"]
SERIES = ["#2f6bdb", "#d9730d", "#0f8a62", "#8a4fd0"]
DASHES = ("solid", "dash", "dot")  # beside four colours: twelve lines that differ

Line = tuple[str, np.ndarray] | tuple[str, np.ndarray, np.ndarray]


def plain(text: str, length: int = LONGEST) -> str:
    """Escape text for Plotly, which reads some markup, and cut it to ``length`` characters.

    Every text that comes from a reader or a reader's file goes through here.
    """
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return escape(shown, quote=False)


def signed(value: float) -> str:
    """Write a number with two decimals and a real minus sign; never a negative zero."""
    return f"{value:z.2f}".replace("-", "−")


def figure(
    height: int,
    x: str = "",
    y: str = "",
    *,
    font: int = FONT,
    traces: Iterable[dict[str, Any]] = (),
    xaxis: dict[str, Any] | None = None,
    yaxis: dict[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """Make a figure of ``height`` px with axis titles ``x`` and ``y`` in the shared style.

    ``traces``, ``xaxis``, ``yaxis`` and ``layout`` are Plotly's own dictionaries. Giving them
    here is faster than adding them to the figure afterwards.
    """
    size = {"size": font}

    def axis(title: str, given: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "title": {"text": title, "font": {"size": font + 1}, "standoff": 12},
            "tickfont": size,
            "automargin": True,
            **(given or {}),
        }

    return go.Figure(
        list(traces),
        {
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "font": size,
            "hoverlabel": {"font": size},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "font": size},
            "xaxis": axis(x, xaxis),
            "yaxis": axis(y, yaxis),
            **layout,
        },
    )


def from_top(names: Sequence[str]) -> dict[str, Any]:
    """Make an axis of names, downwards, for marks at 0, 1, 2, …."""
    n = len(names)
    return {
        "tickvals": list(range(n)),
        "ticktext": list(names),
        "range": [n - 0.5, -0.5],
        "showgrid": False,
    }


def by_epoch(
    lines: Sequence[Line],
    epochs: int,
    what: str,
    *,
    share: bool = False,
    log: bool = False,
    levels: Mapping[str, float] | None = None,
    marks: Mapping[str, int] | None = None,
    across: str = "",
) -> go.Figure:
    """Draw a metric of a few runs or data sets, a line each.

    Parameters
    ----------
    lines : sequence of (name, values (k,)) or (name, values (k,), their epochs (k,))
    epochs : int
        Fixes the width of the axis, so that it stays still while lines grow.
    what : str
        Title of the other axis.
    share : bool
        Whether values from 0 to 1 are written as percentages.
    log : bool
        Whether the axis of the values is logarithmic.
    levels, marks : dict
        Values to compare with, and epochs to point out, by their names.
    across : str
        What is counted, if not epochs.
    """
    across = across or _("epoch")
    form = ".1%" if share else ".3f"
    axis = {"range": [0, 1.02], "tickformat": ".0%"} if share else {"rangemode": "tozero"}
    levels, marks = levels or {}, marks or {}
    grey = {"color": "gray", "width": 1.5}
    level = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": {**grey, "dash": "dash"}}
    mark = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {**grey, "dash": "dot"}}
    said = f"{across} %{{x}}<br>%{{y:{form}}}"
    text = {"showarrow": False, "font": {"size": FONT - 1}, "yanchor": "bottom"}
    beside = {**text, "xref": "paper", "x": 1, "xanchor": "right"}
    below = {**text, "yref": "paper", "y": 0, "xanchor": "left"}
    return figure(
        CURVES,
        across,
        what,
        traces=[_curve(place, said, *line) for place, line in enumerate(lines)],
        xaxis={"range": [1, max(2, epochs)]},
        yaxis={"type": "log", "dtick": 1} if log else axis,
        shapes=[
            *({**level, "y0": value, "y1": value} for value in levels.values()),
            *({**mark, "x0": epoch, "x1": epoch} for epoch in marks.values()),
        ],
        annotations=[
            # The highest is named above its line, others below: two may lie close.
            *(
                {**beside, "y": value, "text": plain(name)}
                | ({} if value == max(levels.values()) else {"yanchor": "top"})
                for name, value in levels.items()
            ),
            *({**below, "x": epoch, "text": plain(name)} for name, epoch in marks.items()),
        ],
        showlegend=True,
    )


def _curve(
    place: int, said: str, name: str, values: np.ndarray, at: np.ndarray | None = None
) -> dict[str, Any]:
    """Draw a line, or a point where there is one value only; ``said`` is Plotly's on hover."""
    return {
        "type": "scatter",
        "x": np.arange(1, len(values) + 1) if at is None else at,
        "y": values,
        "name": plain(name),
        "mode": "lines" if len(values) > 1 else "markers",
        "line": {
            "color": SERIES[place % len(SERIES)],
            "dash": DASHES[place % len(DASHES)],
            "width": 3,
        },
        "hovertemplate": f"{said}<extra>{plain(name)}</extra>",
    }
