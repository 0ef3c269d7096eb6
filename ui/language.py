"""Which language this visit reads."""

from __future__ import annotations


def begin() -> None:
    """Called at the start of every script run, before anything is drawn."""


def switch() -> None:
    """The reader's choice, in the toolbar."""
