"""Why LSTM: how far a gradient reaches, and the copy-memory task."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib import sandbox
from seqlib.copy_task import KINDS, SYMBOLS, CopyRun, CopySettings
from seqlib.gradients import RNNWeights, gradient_reach
from seqlib.i18n import _
from seqlib.sandbox import Edit
from ui.cell import charts
from ui.cell.state import BOUND, Scene
from ui.charts import show as show_chart
from ui.lesson import lesson

SCALES = (0.5, 0.8, 1.0, 1.2, 1.5)
REFRESH = 1.0


def reach(scene: Scene) -> None:
    """This cell, this cell with its forget gate held open, and a plain RNN of the same size."""
    scale = st.select_slider(
        _("plain RNN: recurrent kernel ×"),
        SCALES,
        0.8,
        key="rnn_scale",
        help=_("1 is orthogonal, as Keras begins; it neither shrinks nor stretches."),
        **BOUND,
    )
    trace, weights = scene.sample.trace, scene.weights
    held = sandbox.read(weights, trace.x, [Edit("f", "hold", 1.0)])
    rnn = RNNWeights.initial(weights.n_a, weights.n_values, scale)
    curves = {
        _("this LSTM ({name})", name=_(scene.name)): gradient_reach(weights, trace),
        _("the same, forget gate held open"): gradient_reach(weights, held),
        _("plain RNN, kernel × {scale:g}", scale=scale): gradient_reach(rnn, rnn.states(trace.x)),
    }
    show_chart(
        charts.reach(curves),
        key="reach",
        alt="; ".join(
            _(
                "{name}: {share:.1e} of its size after {n} steps",
                name=name,
                share=values[-1] / values[0],
                n=len(values) - 1,
            )
            for name, values in curves.items()
        ),
    )
    st.markdown(
        _(
            "Left of the gradient at the first note, {n} steps back: {shares}.",
            n=trace.Tx - 1,
            shares="; ".join(f"{name} **{v[-1] / v[0]:.1e}**" for name, v in curves.items()),
        )
    )


def _settings() -> CopySettings:
    """Sliders of the task."""
    one, two, three, four = st.columns(4, vertical_alignment="bottom")
    delay = one.slider(
        "delay", 1, 60, 20, key="copy_delay", help="Steps to wait: 1 to 60.", **BOUND
    )
    n_a = two.slider("n_a", 4, 64, 32, key="copy_n_a", help="Units of each layer.", **BOUND)
    scale = three.select_slider(
        "recurrent kernel at the start ×",
        SCALES,
        0.5,
        key="copy_scale",
        help="1 is Keras' default, for all three layers.",
        **BOUND,
    )
    with four:
        gates = st.toggle(
            "memory gates start open",
            value=True,
            key="copy_gates",
            help="Biases drawn so that a gate holds for 1 to Tx steps; Keras' default if off.",
            **BOUND,
        )
    return CopySettings(delay=delay, n_a=n_a, scale=scale, open_gates=gates)


def copy_task() -> None:
    """Settings, start and stop, and live curves."""
    settings = _settings()
    run: CopyRun | None = st.session_state.get("copy_run")

    def begin() -> None:
        if run is not None:
            run.stop()
        st.session_state["copy_run"] = CopyRun(settings).start()

    active = run is not None and not run.over
    with st.container(horizontal=True):
        st.button(
            "Train all three",
            key="copy_start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=begin,
            disabled=active,
            help=f"{settings.steps} training steps in the background.",
        )
        st.button(
            "Stop",
            key="copy_stop",
            icon=":material/stop:",
            on_click=run.stop if active else None,
            disabled=not active,
            help="End here and keep the curves.",
        )
    if run is not None:
        st.fragment(_live, run_every=REFRESH if active else None)(run, active)
    st.caption(lesson("cell")["copy-start"])


def _live(run: CopyRun, was_active: bool) -> None:
    run.watch()
    if run.over and was_active:
        st.rerun()  # the buttons change, and the picture stands still
    if run.error:
        st.error(run.error, icon=":material/error:")
        return
    curves = {kind: list(run.curves[kind]) for kind in KINDS}
    st.markdown(_status(run, curves))
    left, right = st.columns(2)
    for column, measure, chance in (
        (left, "accuracy", 1 / SYMBOLS),
        (right, "loss", float(np.log(SYMBOLS))),
    ):
        with column:
            last = ", ".join(
                f"{kind} {getattr(points[-1], measure):.2f}"
                for kind, points in curves.items()
                if points
            )
            show_chart(
                charts.learning(curves, run.settings.steps, measure, chance),
                key=f"copy_{measure}",
                alt=f"{measure.capitalize()} by training step: {last or 'nothing yet'}.",
            )


def _status(run: CopyRun, curves: dict) -> str:
    about = run.settings
    if not run.step:
        state = "Getting ready" if not run.over else "Stopped"
        return f"**{state}** · delay {about.delay}, {about.n_a} units"
    state = "Training" if not run.over else "Done" if run.step >= about.steps else "Stopped"
    parts = [
        f"{kind} **{points[-1].accuracy:.0%}** ({run.parameters[kind]:,} weights)"
        for kind, points in curves.items()
        if points
    ]
    return (
        f"**{state}** · delay {about.delay}, {about.n_a} units, kernel × {about.scale:g} · "
        f"step {run.step} of {about.steps} · " + " · ".join(parts)
    )
