"""Where a link says that a stage stands: ``solo.step=12``."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from seqlib.stage import Heatmap, Stage

SPEEDS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2)
TRACES = ("a", "b", "both", "difference")
HEARD = ("a", "b", "both")
MOST_PINS = 4

_PIN = re.compile(r"([^\s,]{1,20})-(\d{1,6})")


class _Run(threading.local):
    """The stages that one script run has drawn, and parameters of no use to them."""

    def fresh(self) -> None:
        self.stages: set[str] = set()
        self.refused: set[str] = set()

    __init__ = fresh


run = _Run()


def count(text: str, most: int) -> int | None:
    """Read a link's whole number from 1 to ``most``; ``None`` for anything else."""
    short = text.isdecimal() and len(text) <= 9  # Python refuses to read thousands of digits
    return int(text) if short and 1 <= int(text) <= most else None


def stage_view(key: str, stage: Stage) -> dict[str, Any]:
    """Read from the link where a stage stands, in the browser's terms.

    Steps count from 0 here and from 1 in the link. What cannot be is left out, and noted.
    """
    run.stages.add(key)
    view: dict[str, Any] = {}
    for part, read in VIEW.items():
        name = f"{key}.{part}"
        if (asked := st.query_params.get(name)) is None:
            continue
        value = read(asked, stage)
        if value is None:
            run.refused.add(name)
        else:
            view[part] = value
    return view


def _step(text: str, stage: Stage) -> int | None:
    # Of two that are shown together, what the second has after the end of the first counts on.
    both = (stage, stage.compare) if stage.compare else (stage,)
    step = count(text, sum(len(one.clock.edges) - 1 for one in both))
    return step - 1 if step is not None else None


def _speed(text: str, _stage: Stage) -> float | None:
    return next((speed for speed in SPEEDS if text == f"{speed:g}"), None)


def _zoom(text: str, _stage: Stage) -> float | None:
    try:
        zoom = float(text)
    except ValueError:
        return None
    return zoom if 0.05 <= zoom <= 8 else None


def _units(text: str, stage: Stage) -> str | None:
    """Read an order of the units."""
    groups = ["few", "groups"] if stage.groups else []
    orders = {*groups, "index", "lively", "peak", "signal:pitch"}
    return text if text in orders else None


def _trace(text: str, stage: Stage) -> str | None:
    return text if text in (TRACES if stage.compare else TRACES[:1]) else None


def _ask(text: str, stage: Stage) -> int | None:
    """Read the step that is asked about."""
    step, asks = _step(text, stage), stage.asks
    return step if asks and step is not None and asks.first <= step <= asks.last else None


def _hear(text: str, stage: Stage) -> str | None:
    return text if stage.compare and text in HEARD else None


def _pins(text: str, stage: Stage) -> list[tuple[str, int]] | None:
    """Read pinned units, each of an axis that a lane has."""
    counts: dict[str, int] = {}
    for lane in (*stage.lanes, *(stage.compare.lanes if stage.compare else ())):
        if isinstance(lane, Heatmap):
            counts[lane.axis] = max(counts.get(lane.axis, 0), np.shape(lane.values)[-1])
    found = [_PIN.fullmatch(each) for each in text.split(",")]
    pins = [(pin[1], int(pin[2])) for pin in found if pin and int(pin[2]) < counts.get(pin[1], 0)]
    return pins if len(pins) == len(found) <= MOST_PINS else None


VIEW: dict[str, Callable[[str, Stage], Any]] = {
    "step": _step,
    "speed": _speed,
    "units": _units,
    "zoom": _zoom,
    "trace": _trace,
    "hear": _hear,
    "pins": _pins,
    "ask": _ask,
}


def view_name(name: str) -> str | None:
    """The stage that a parameter such as ``solo.step`` is about."""
    key, _dot, part = name.rpartition(".")
    return key if key and part in VIEW else None
