"""Presenter mode: what is larger while a page is shown to a room."""

from __future__ import annotations

import streamlit as st


def presenting() -> bool:
    """Whether the page is shown to a room."""
    if "present" in st.session_state:
        return bool(st.session_state["present"])
    return st.query_params.get("present", "").casefold() == "true"  # before its toggle is drawn


def font() -> int:
    """Size of type in a chart, in pixels: charts do not grow with the page."""
    return 21 if presenting() else 14


def wide(pixels: int) -> int:
    """Width of a control in pixels: its type grows with the page, pixels do not."""
    return pixels * 3 // 2 if presenting() else pixels
