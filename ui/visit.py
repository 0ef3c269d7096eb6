"""A visit: what one reader has made, kept over page switches and reloads, and as a file."""

from __future__ import annotations

import secrets

import streamlit as st

OWNER = "visit_owner"


def begin() -> None:
    """Called at the start of every script run, before anything is drawn."""
    owner()


def owner() -> str:
    """By what name the scheduler knows this visit: a random word, the same after a reload.

    It opens nothing, so it may stand in logs.
    """
    return st.session_state.setdefault(OWNER, secrets.token_hex(8))


def menu() -> None:
    """Save, open and start afresh, in the toolbar."""
