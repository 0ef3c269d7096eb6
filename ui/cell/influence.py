"""Show why LSTMs are used: how far a gradient reaches, and the copy-memory task."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from seqlib.i18n import _, n_
from seqlib.jazz import JazzWeights, sandbox
from seqlib.jazz.sandbox import Edit
from seqlib.lstm import Trace
from seqlib.lstm.gradients import gradient_reach
from seqlib.lstm.others import SimpleRNNWeights
from seqlib.stage import Clock, Heatmap, Lane, Stage, Tokens
from seqlib.stage.lanes import Line
from seqlib.training.copy_task import (
    COPIED,
    EVERY,
    KINDS,
    SYMBOLS,
    CopyRun,
    CopySettings,
    Reading,
    read,
)
from seqlib.training.scheduler import MOVING
from ui.cell import charts
from ui.cell.state import Scene
from ui.frame import frame
from ui.lessons.pages import lesson
from ui.parts import stage as stage_component
from ui.parts import training_panel
from ui.parts.charts import by_epoch
from ui.parts.charts import show as show_chart
from ui.parts.remembered import remembered
from ui.state import value, widget
from ui.visit import session

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def reach(scene: Scene) -> None:
    """Draw the gradients of this cell, with its forget gate held open too, and of a plain RNN."""
    scale = st.select_slider(
        _("plain RNN: recurrent kernel ×"),
        help=_("1 is orthogonal, as Keras begins; it neither shrinks nor stretches."),
        **widget("rnn_scale"),
    )
    trace, weights = scene.sample.trace, scene.weights
    as_is, held = remembered(weights, ("reach", scene.seed), lambda: _reach(weights, trace))
    rng = np.random.default_rng(0)
    rnn = SimpleRNNWeights.initial(weights.n_values, weights.n_a, rng, scale)
    curves = {
        _("this LSTM ({name})", name=_(scene.name)): as_is,
        _("the same, forget gate held open"): held,
        _("plain RNN, recurrent kernel × {scale:g}", scale=scale): gradient_reach(
            rnn, rnn.run(trace.x)
        ),
    }
    show_chart(
        charts.reach(curves),
        key="reach",
        alt=_("; ").join(
            _(
                "{name}: {share} of its size after {n} steps",
                name=name,
                share=_written(values[-1] / values[0]),
                n=len(values) - 1,
            )
            for name, values in curves.items()
        ),
    )
    st.markdown(
        _(
            "Gradient remaining at the first step, {n} steps back: {shares}.",
            n=trace.Tx - 1,
            shares=_("; ").join(
                _("{name}: {what}", name=name, what=f"**{_written(v[-1] / v[0])}**")
                for name, v in curves.items()
            ),
        )
    )


def _reach(weights: JazzWeights, trace: Trace) -> tuple[np.ndarray, np.ndarray]:
    """Compute how far gradients reach in this cell, and with its forget gate held open."""
    held = sandbox.read(weights, trace.x, [Edit("f", "hold", 1.0)])
    return gradient_reach(weights, trace), gradient_reach(weights, held)


def _written(share: float) -> str:
    """Write two digits, and a power of ten for very small and large numbers: ``1.1 × 10⁻⁵``."""
    if not share or not math.isfinite(share) or 1e-3 <= share < 1e4:
        return f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    digits, power = f"{share:.1e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(RAISED)}"


@frame.alone()
def copy_settings() -> None:
    """Draw the sliders of the copy task."""
    one, two, three, four = st.columns([2, 2, 2, 3], vertical_alignment="bottom")
    one.slider(_("delay"), help=_("Steps to wait: 1 to 60."), **widget("copy_delay"))
    two.slider("n_a", help=_("Units of each layer: 4 to 64."), **widget("copy_n_a"))
    three.select_slider(
        _("recurrent kernel at the start ×"),
        help=_("1 is Keras' default, for all three layers."),
        **widget("copy_scale"),
    )
    four.toggle(
        _("memory gates start open"),
        help=_("Biases drawn so that a gate holds for 1 to Tx steps; Keras' default if off."),
        **widget("copy_gates"),
    )


def _chosen() -> CopySettings:
    delay, n_a, scale, gates = map(value, ("copy_delay", "copy_n_a", "copy_scale", "copy_gates"))
    return CopySettings(delay=delay, n_a=n_a, scale=scale, open_gates=gates)


def copy_task() -> None:
    """Draw the copy task: settings, start and stop, and live curves."""
    copy_settings()

    def start() -> None:
        new = CopyRun(_chosen())
        session.start(new)
        st.session_state["copy_run"] = new

    run: CopyRun | None = st.session_state.get("copy_run")
    training_panel.buttons(
        run,
        start,
        key="copy",
        label=_("Train all three"),
        help=_("{n} training steps in the background.", n=CopySettings.steps),
        pause=False,
    )
    if run is not None:
        training_panel.live(run, _pictures, _measured, _done)
        if run.state not in MOVING and run.at_epoch()[1] is not None:
            copy_states(run)
    st.caption(lesson("cell")["copy-start"])


@frame.alone()
def copy_states(run: CopyRun) -> None:
    """Draw what the three layers make of one sequence, on one clock, and when each forgets."""
    seed = st.number_input(
        _("sequence"), help=_("Another number draws other symbols."), **widget("copy_sequence")
    )
    symbols = np.random.default_rng(int(seed)).integers(0, SYMBOLS, COPIED)
    models, settings = run.at_epoch()[1], run.settings
    readings = {kind: read(models[kind], settings, symbols) for kind in KINDS}
    st.markdown("\n".join(_remembered(kind, one, run) for kind, one in readings.items()))
    names = (*symbols, *"–" * settings.delay, *"?" * COPIED)
    blank = ("",) * (settings.Tx - COPIED)
    apart = np.stack([one.apart for one in readings.values()], axis=1)
    lanes: list[Lane] = [
        Tokens(_("x: what it reads"), tuple(map(str, names))),
        Line(
            _("how far apart memories of different symbols are; 1: as when read, or more"),
            np.minimum(apart, 1),
            KINDS,
            "",
            _("layers"),
        ),
    ]
    for kind, one in readings.items():
        said = (*blank, *map(str, one.said))
        most = max(1.0, float(np.abs(one.memory).max()))
        symbol = "c" if kind == "LSTM" else "a"
        title = _("{kind}: its memory", kind=kind)
        lanes += [
            Heatmap(title, one.memory, symbol, f"n_a[{kind}]", -most, most),
            Tokens(_("{kind}: what it says", kind=kind), said),
        ]
    stage = Stage(
        Clock.even(settings.Tx, 0.4),
        tuple(lanes),
        label=_("An LSTM, a GRU and a SimpleRNN over one sequence of the copy task"),
        start=COPIED - 1,
    )
    stage_component.show(stage, key="copy_states")


def _remembered(kind: str, one: Reading, run: CopyRun) -> str:
    weights = run.parameters[kind]
    if one.forgets is None:
        return _(
            "- {kind}, {weights:,} weights: after the {n} steps of waiting the memories of "
            "different symbols are **{times:.1f} times** as far apart as when they were read.",
            kind=kind,
            weights=weights,
            n=run.settings.delay,
            times=one.apart[-COPIED - 1],
        )
    return n_(
        "- {kind}, {weights:,} weights: it has **forgotten after {n} step**; memories of "
        "different symbols are within a tenth of what they were apart.",
        "- {kind}, {weights:,} weights: it has **forgotten after {n} steps**; memories of "
        "different symbols are within a tenth of what they were apart.",
        one.forgets,
        kind=kind,
        weights=weights,
    )


def _pictures(run: CopyRun) -> None:
    rows = run.rows()
    steps = EVERY * np.arange(1, 1 + len(rows["loss"]))
    left, right = st.columns(2)
    for column, measure, chance in (
        (left, "accuracy", 1 / SYMBOLS),
        (right, "loss", float(np.log(SYMBOLS))),
    ):
        with column:
            last = _(", ").join(
                f"{kind} {value:.2f}" for kind, value in zip(KINDS, rows[measure][-1], strict=True)
            )
            by_epoch(
                [
                    (kind, values, steps)
                    for kind, values in zip(KINDS, rows[measure].T, strict=True)
                ],
                run.settings.steps,
                _("loss (nats)") if measure == "loss" else _("accuracy"),
                across=_("training step"),
                share=measure == "accuracy",
                levels={_("chance"): chance},
                moving=run.state in MOVING,
                key=f"copy_{measure}",
                alt=_(
                    "{measure} by training step: {last}.",
                    measure=_("Accuracy") if measure == "accuracy" else _("Loss"),
                    last=last,
                ),
            )


def _done(run: CopyRun) -> list[str]:
    about = run.settings
    return [
        _("delay {delay}, {n} units", delay=about.delay, n=about.n_a),
        _("recurrent kernel × {scale:g}", scale=about.scale),
        _("step {step} of {steps}", step=run.step, steps=about.steps),
    ]


def _measured(run: CopyRun) -> list[str]:
    return [
        _(
            "{kind} **{accuracy:.0%}** ({n:,} weights)",
            kind=kind,
            accuracy=accuracy,
            n=run.parameters[kind],
        )
        for kind, accuracy in zip(KINDS, run.rows()["accuracy"][-1], strict=True)
    ]
