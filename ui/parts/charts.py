"""Charts on a page, large enough for the back row when the page is presented, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from seqlib import figures
from seqlib.i18n import _
from ui.component import component
from ui.parts.presenter import presenting

PRESENTER_FONT = 20  # px; Plotly counts in px, so the page's own scale does not reach it
TALLER = 1.25  # times the height, where the type is large
# Plotly's bar with the camera only, which saves a picture.
SAVE = {
    "displayModeBar": True,
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"scale": 2},
}
POINTS = 480  # of a line: a curve is some 500 pixels wide

_curves = component("curves", "curves/curves.js", "curves/curves.css")


def show(figure: go.Figure, *, key: str, alt: str, **options: Any) -> Any:
    """``st.plotly_chart`` with a stable key and a text for those who cannot see it."""
    if presenting():
        figure = _enlarged(figure)
    return st.plotly_chart(figure, key=key, alt=alt, **options)


def table(columns: Mapping[str, Any], **options: Any) -> Any:
    """``st.dataframe`` of columns of one length, without row numbers.

    Of a dictionary Streamlit makes a data frame first, which takes ten times as long.
    """
    return st.dataframe(pa.table(dict(columns)), hide_index=True, **options)


def by_epoch(
    lines: Sequence[figures.Line],
    epochs: int,
    what: str,
    *,
    key: str,
    alt: str,
    moving: bool = False,
    **options: Any,
) -> None:
    """Draw ``seqlib.figures.by_epoch``, with its ``options``; on our own canvas while ``moving``.

    Plotly takes some 50 ms of the browser for each redraw of a chart, which a page that trains
    would feel at every one. Both stand in a container of ``key``, by which a tour finds them.
    """
    place = st.container(key=key)
    if not moving:
        with place:
            show(figures.by_epoch(lines, epochs, what, **options), key=f"{key}_over", alt=alt)
        return
    large = presenting()
    data = {
        "lines": [_thinned(*line) for line in lines],
        "epochs": epochs,
        "what": what,
        "across": _("epoch"),
        "share": False,
        "log": False,
        "levels": {},
        "marks": {},
        **options,
        "colours": figures.SERIES,
        "dashes": figures.DASHES,
        "alt": alt,
        "height": round(figures.CURVES * (TALLER if large else 1)),
        "font": PRESENTER_FONT if large else figures.FONT,
    }
    with place:
        _curves(key=f"{key}_moving", data=data)


def _thinned(name: str, values: np.ndarray, at: np.ndarray | None = None) -> dict[str, Any]:
    """Leave out what is no number, and epochs of a line that is longer than can be drawn.

    The last epoch is never left out.
    """
    at = np.arange(1, len(values) + 1) if at is None else at
    shown = np.flatnonzero(np.isfinite(values))
    every = max(1, -(-len(shown) // POINTS))
    shown = shown[(len(shown) - 1) % every :: every]
    return {
        "name": name,
        "values": [float(f"{value:.4g}") for value in values[shown]],
        "at": at[shown].tolist(),
    }


def _enlarged(figure: go.Figure) -> go.Figure:
    figure = go.Figure(figure)  # what was given may be cached for everybody
    font = {"size": PRESENTER_FONT}
    figure.update_layout(font=font, hoverlabel={"font": font}, legend={"font": font})
    figure.update_layout(
        height=round(TALLER * figure.layout.height) if figure.layout.height else None
    )
    figure.update_annotations(font=font)
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(tickfont=font, title={"font": font}, automargin=True)
    figure.update_coloraxes(colorbar={"tickfont": font, "title": {"font": font}})
    for trace in figure.data:
        if "colorbar" in trace:
            trace.update(colorbar={"tickfont": font, "title": {"font": font}})
    return figure
