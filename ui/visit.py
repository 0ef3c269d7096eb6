"""A visit: what one reader has made, kept over page switches and reloads, and as a file."""

from __future__ import annotations


def begin() -> None:
    """Called at the start of every script run, before anything is drawn."""


def menu() -> None:
    """Save, open and start afresh, in the toolbar."""
