"""Buttons and live pictures for a run. Used by every page that trains."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from seqlib.training import Run, State, TrainingRun

REFRESH = 0.6  # seconds; a Plotly chart that changes more often loses its zoom under the hand


def buttons(run: Run | None, start: Callable[[], Run], *, key: str) -> None:
    """Train, pause or go on, and stop. ``start`` may raise ``ValueError``, one sentence."""

    def begin() -> None:
        try:
            start().start()
            st.session_state.pop(f"{key}:error", None)
        except ValueError as problem:
            st.session_state[f"{key}:error"] = str(problem)

    active = run is not None and not run.state.over
    paused = active and run.state is State.PAUSED
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train" if run is None else "Train again",
            key=f"{key}:train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=begin,
            disabled=active,
            help="Start from fresh weights with the settings above.",
        )
        st.button(
            "Go on" if paused else "Pause",
            key=f"{key}:pause",
            icon=":material/play_pause:",
            on_click=(run.resume if paused else run.pause) if active else None,
            disabled=not active,
            help="Hold training where it is, or go on from there.",
        )
        st.button(
            "Stop",
            key=f"{key}:stop",
            icon=":material/stop:",
            on_click=run.stop if active else None,
            disabled=not active,
            help="End training and keep what was learned.",
        )
    if error := st.session_state.get(f"{key}:error"):
        st.error(error, icon=":material/error:")


def summed_over_steps(run: TrainingRun) -> list[str]:
    """What the status line says of a run with Ty outputs."""
    metrics = run.metrics
    return [
        f"loss summed over Ty **{metrics.loss_sum[-1]:.2f}** (first {metrics.loss_sum[0]:.1f})",
        f"accuracy {metrics.accuracy[-1].mean():.0%}",
    ]


def live(
    run: Run,
    draw: Callable[[Run], None],
    measured: Callable[[Run], list[str]] = summed_over_steps,
) -> None:
    """Status and ``draw(run)``, drawn again and again while the run moves.

    ``measured`` says in Markdown what the last epoch gave; asked once there is one.
    """
    moving = run.state in (State.CREATED, State.QUEUED, State.RUNNING)

    def picture() -> None:
        st.markdown(_status(run, measured))
        if run.error:
            st.error(run.error, icon=":material/error:")
        if run.epoch:
            draw(run)
        if moving and run.state not in (State.QUEUED, State.RUNNING):
            st.rerun()  # over or held: the buttons change, and the picture stands still

    st.fragment(picture, run_every=REFRESH if moving else None)()


def _status(run: Run, measured: Callable[[Run], list[str]]) -> str:
    epochs = run.settings.epochs
    words = {
        State.CREATED: "Ready",
        State.QUEUED: f"Waiting, place {run.place}" if run.place else "Waiting",
        State.RUNNING: "Training",
        State.PAUSED: "Held",
        State.STOPPED: "Stopped",
        State.DONE: "Done",
        State.FAILED: "Failed",
    }
    parts = [f"**{words[run.state]}**", f"epoch {run.epoch:,} of {epochs:,}"]
    if run.note:
        parts.append(run.note)
    metrics = run.metrics
    if len(metrics):
        parts += [*measured(run), f"{metrics.seconds[-1]:.1f} s"]
    return " · ".join(parts)
