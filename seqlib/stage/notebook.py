"""A stage as a notebook shows it: the offline page in a frame, sound included."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from seqlib.i18n import _
from seqlib.lstm import Trace
from seqlib.stage.jazz import state_stage
from seqlib.stage.offline import offline_html
from seqlib.stage.stage import Stage, StageError

HEAD, LANE, MOST = 272, 204, 960  # pixels: title and controls, one lane, the whole frame


def stage_html(stage: Stage) -> str:
    """HTML that plays ``stage`` wherever HTML is shown; its script can reach nothing around it.

    What cannot be drawn is told in one sentence.
    """
    try:
        page = offline_html(stage)
    except StageError as problem:
        return f"<p>{escape(str(problem))}</p>"
    height = min(HEAD + LANE * len(stage.lanes), MOST)
    return (
        f'<iframe srcdoc="{escape(page)}" title="{escape(_(stage.label))}" '
        'sandbox="allow-scripts allow-downloads" allow="autoplay" '
        f'style="width: 100%; height: {height}px; border: 0; resize: vertical"></iframe>'
    )


def trace_html(trace: Trace) -> str:
    """HTML of the states of a trace as a stage; of a batch, of its first sequence."""
    label = _("The states of the cell over time")
    if trace.h.ndim == 3:
        label = _("The states of the cell over time, in the first of {m} sequences", m=len(trace.h))
        trace = replace(trace, x=trace.x[0], h=trace.h[0], c=trace.c[0])
    return stage_html(state_stage(trace, "hc", label))
