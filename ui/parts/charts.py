"""Plotly charts on a page: large enough for the back row when the page is presented."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from ui.parts.presenter import presenting

PRESENTER_FONT = 20  # px; Plotly counts in px, so the page's own scale does not reach it


def show(figure: go.Figure, *, key: str, alt: str, **options: Any) -> Any:
    """``st.plotly_chart`` with a stable key and a text for those who cannot see it."""
    if presenting():
        figure = _enlarged(figure)
    return st.plotly_chart(figure, key=key, alt=alt, **options)


def _enlarged(figure: go.Figure) -> go.Figure:
    figure = go.Figure(figure)  # what was given may be cached for everybody
    font = {"size": PRESENTER_FONT}
    figure.update_layout(font=font, hoverlabel={"font": font}, legend={"font": font})
    figure.update_layout(
        height=round(1.25 * figure.layout.height) if figure.layout.height else None
    )
    figure.update_annotations(font=font)
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(tickfont=font, title={"font": font}, automargin=True)
    figure.update_coloraxes(colorbar={"tickfont": font, "title": {"font": font}})
    for trace in figure.data:
        if "colorbar" in trace:
            trace.update(colorbar={"tickfont": font, "title": {"font": font}})
    return figure
