"""Build the empty Plotly figure, and the colours and escaped names, that all figures share.

The stage draws what moves with the clock; Plotly draws what stands still. Colours of text and
grid are left to the page's theme.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

import plotly.graph_objects as go

FONT = 15  # px
LONGEST = 28  # characters of a name on an axis

# Blue through neutral to orange: told apart by every common form of colour blindness.
ZERO_CENTRED = ["#1f5fc4", "#7ba6e8", "#eef0f3", "#f0a35c", "#b8560b"]
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


def plain(text: str, length: int = LONGEST) -> str:
    """Escape text for Plotly, which reads some markup, and cut it to ``length`` characters.

    Every text that comes from a reader or a reader's file goes through here.
    """
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return escape(shown, quote=False)


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
