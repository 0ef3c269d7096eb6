"""Links that hold the whole view."""

from __future__ import annotations


def button(page: str) -> None:
    """The link to this view and its QR code, in the toolbar."""
