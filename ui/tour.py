"""Guided tours: one thing lit, one thing said, one thing to do."""

from __future__ import annotations


def button(page: str) -> None:
    """Start, resume or leave the page's tour, in the toolbar."""
