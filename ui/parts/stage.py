"""The stage as a component of a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime

from seqlib import i18n
from seqlib.stage import Stage, StageError, payload
from seqlib.stage.offline import STYLES
from ui.component import component, packed
from ui.parts.presenter import presenting
from ui.parts.remembered import remembered
from ui.parts.stage_view import stage_view

_component = component("stage", "stage/main.js", *STYLES)


def show(
    stage: Stage,
    *,
    key: str,
    playing: bool = False,
    compact: bool = False,
    on_step: Callable[[int], None] | None = None,
) -> None:
    """Mount ``stage``, in large type in presenter mode; again with the same key it is updated.

    The playhead, speed, zoom and mutes stay through reruns and new data. What cannot be
    drawn is said in one sentence in the stage's place.

    Parameters
    ----------
    key : str
        Unique on the page.
    playing : bool
        Begin to move at once, without sound (browsers allow none before a gesture).
    compact : bool
        Lower lanes and fewer controls, for a small space.
    on_step : callable
        Called with the step, from 0, at which the playhead comes to rest, before the next run.
    """
    flags = {
        "playing": playing,
        "compact": compact,
        "presenter": presenting(),
        "key": key,
        "follows": on_step is not None,
        "view": stage_view(key, stage),
        **i18n.browser_words("stage"),
    }
    # Buttons are built once, so another language gets a stage of its own.
    spoken = i18n.language()
    own = key if spoken == i18n.SOURCE else f"{key}-{spoken}"
    data = _packed(stage, key, flags)
    if on_step is None:
        _component(key=own, data=data)
        return

    def rested() -> None:
        step = st.session_state[own].step
        if isinstance(step, int) and 0 <= step < len(stage.clock.edges) - 1:
            on_step(step)

    _component(key=own, data=data, on_step_change=rested)


def _packed(stage: Stage, key: str, flags: dict[str, Any]) -> dict[str, Any] | bytes:
    """Pack a stage for the browser, once for as long as it is drawn with the same flags."""
    try:
        elsewhere = stage.elsewhere and stage.elsewhere.packed
        if elsewhere and runtime.exists():
            elsewhere = _on_request(elsewhere, key)
        of = (str(elsewhere and elsewhere.get("url")), json.dumps(flags))
        return remembered(
            stage, of, lambda: packed({**payload(stage), "elsewhere": elsewhere, **flags}), most=2
        )
    except StageError as error:
        return {"error": str(error), **flags}


def _on_request(elsewhere: dict[str, Any], key: str) -> dict[str, Any]:
    """Leave the other sequences where the browser can fetch them once a reader searches them.

    Streamlit holds the file once for all who may ask, and as long as one of them is there.
    """
    body = json.dumps(elsewhere).encode()
    url = runtime.get_instance().media_file_mgr.add(body, "application/json", f"stage-{key}")
    return {"url": url, "symbol": elsewhere["symbol"], "axis": elsewhere["axis"]}
