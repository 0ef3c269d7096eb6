"""Where a link says that a stage stands: ``solo.step=12``."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

SPEEDS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2)
TRACES = ("a", "b", "both", "difference")

_UNITS = re.compile(r"few|groups|index|peak|signal:.{1,60}")
_PIN = re.compile(r"([^\s,]{1,20})-(\d{1,6})")


class _Run(threading.local):
    """The stages that one script run has drawn, and parameters of no use to them."""

    def __init__(self) -> None:
        self.fresh()

    def fresh(self) -> None:
        self.stages: set[str] = set()
        self.refused: set[str] = set()


run = _Run()


def count(text: str, most: int) -> int | None:
    """Read a link's whole number from 1 to ``most``; ``None`` for anything else."""
    short = text.isdecimal() and len(text) <= 9  # Python refuses to read thousands of digits
    return int(text) if short and 1 <= int(text) <= most else None


def stage_view(key: str, Tx: int) -> dict[str, Any]:
    """Where the link says that a stage of ``Tx`` steps stands, in the browser's terms.

    Steps count from 0 here and from 1 in the link. What cannot be is left out, and noted.
    """
    run.stages.add(key)
    view: dict[str, Any] = {}
    for part, read in VIEW.items():
        name = f"{key}.{part}"
        if (asked := st.query_params.get(name)) is None:
            continue
        value = read(asked, Tx)
        if value is None:
            run.refused.add(name)
        else:
            view[part] = value
    return view


def _step(text: str, Tx: int) -> int | None:
    step = count(text, Tx)
    return step - 1 if step is not None else None


def _speed(text: str, Tx: int) -> float | None:
    return next((speed for speed in SPEEDS if text == f"{speed:g}"), None)


def _zoom(text: str, Tx: int) -> float | None:
    try:
        zoom = float(text)
    except ValueError:
        return None
    return zoom if 0.05 <= zoom <= 8 else None


def _pins(text: str, Tx: int) -> list[tuple[str, int]] | None:
    found = [_PIN.fullmatch(each) for each in text.split(",")]
    return [(pin[1], int(pin[2])) for pin in found] if all(found) and len(found) <= 4 else None


VIEW: dict[str, Callable[[str, int], Any]] = {
    "step": _step,
    "speed": _speed,
    "units": lambda text, Tx: text if _UNITS.fullmatch(text) else None,
    "zoom": _zoom,
    "trace": lambda text, Tx: text if text in TRACES else None,
    "pins": _pins,
}


def view_name(name: str) -> str | None:
    """The stage that a parameter such as ``solo.step`` is about."""
    key, _dot, part = name.rpartition(".")
    return key if key and part in VIEW else None
