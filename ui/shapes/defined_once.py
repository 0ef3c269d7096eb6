"""Compare layers defined once and called Tx times with the common mistake."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from seqlib import board
from seqlib.figures import SERIES, figure
from seqlib.i18n import _, capital, language, n_
from seqlib.jazz import JazzWeights
from seqlib.shapes.constructions import CONSTRUCTIONS, MISTAKE
from seqlib.shapes.recording import Blueprint
from seqlib.shapes.weight_sharing import Sharing, compare
from seqlib.stage import Clock, Stage
from seqlib.stage.lanes import jazz_diagram
from seqlib.training import keras_room
from ui.lessons.pages import lesson
from ui.parts import charts, keras
from ui.parts import stage as stage_component
from ui.state import value

MOST_STEPS = 12  # on the folded stage
# A size of djmodel to the key of its slider.
SIZES = {dial.name: f"{dial.name}_djmodel" for dial in CONSTRUCTIONS["djmodel"].dials}


def djmodel_sizes() -> dict[str, int]:
    """Return the sizes of the djmodel sliders; the seed's sizes while they are not drawn."""
    return {name: value(key) for name, key in SIZES.items()}


def _cells(sketch: Blueprint) -> tuple[int, int]:
    """Count a model's LSTM layers, and their weights together."""
    cells = [layer for layer in sketch.layers if layer.kind == "LSTM"]
    return len(cells), sum(cell.n_parameters for cell in cells)


def counts() -> None:
    """Draw both models' numbers of layers and weights, and the lines of code that differ."""
    at = djmodel_sizes()
    once, mistake = (made.sketch(at) for made in (CONSTRUCTIONS["djmodel"], MISTAKE))
    rows = {_("defined once"): once, _("defined in the loop"): mistake}
    charts.table(
        {
            "LSTM": list(rows),
            _("LSTM layers"): [_cells(sketch)[0] for sketch in rows.values()],
            _("weights of the LSTM layers"): [f"{_cells(sketch)[1]:,}" for sketch in rows.values()],
            _("weights in all"): [f"{sketch.n_parameters:,}" for sketch in rows.values()],
        },
        key="once_counts",
    )
    times = mistake.n_parameters / once.n_parameters
    st.markdown(
        _("Tx = 1: with a single step there is nothing to share, and both are the same.")
        if at["Tx"] == 1
        else _(
            "Tx = {Tx}: the mistake has **{times:.0f} times** the weights, and the same shapes "
            "everywhere, so no error will tell.",
            Tx=at["Tx"],
            times=times,
        )
    )
    left, right = st.columns(2)
    for column, name, line in (
        (left, _("defined once"), _line("djmodel") + "  # " + _("before the loop")),
        (right, _("defined in the loop"), _line("djmodel_mistake")),
    ):
        with column:
            st.markdown(f"**{capital(name)}**")
            st.code(line, language="python", wrap_lines=True)


def _line(text: str) -> str:
    """Return the line of a text that makes the LSTM."""
    lines = board.translated(board.read(text)).split("\n")
    return next(line.strip() for line in lines if " = LSTM(" in line)


def on_stage() -> None:
    """Draw the folded network, which shows the layers that exist."""
    at = djmodel_sizes()
    st.markdown(lesson("shapes")["once-stage"])
    stage_component.show(
        _folded(at["Tx"], at["n_a"], at["n_values"], language()),
        key="once_stage",
        compact=True,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _folded(Tx: int, n_a: int, n_values: int, language: str) -> Stage:
    """Make the stage of a network of these sizes; all its numbers are zero.

    ``language`` is that of its labels.
    """
    arrays = JazzWeights.initial(1, 1).arrays
    sizes = ((n_values, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,), (n_a, n_values), (n_values,))
    weights = JazzWeights.from_arrays(
        [np.zeros(size, array.dtype) for size, array in zip(sizes, arrays, strict=True)]
    )
    Tx = min(Tx, MOST_STEPS)
    trace = weights.trace(np.zeros((Tx, n_values), np.float32))
    diagram = replace(jazz_diagram(weights, trace, _("the network, folded")), folded=True)
    return Stage(Clock.even(Tx), (diagram,), label=_("The shared cell, folded and unfolded"))


def effect() -> None:
    """Draw the button that builds both models in Keras and trains one step each."""
    st.markdown(lesson("shapes")["once-train"])
    at = djmodel_sizes()
    sizes = (min(at["Tx"], 30), at["n_a"], at["n_values"])
    about = ("sharing", sizes)
    keras.offer(
        "sharing",
        about,
        lambda: keras_room.ask(compare, *sizes, key=about),
        _effect,
        _("Build both and train one step"),
        key="sharing",
        icon=":material/model_training:",
        help=_("In Keras, with Tx as above but at most 30. Takes some seconds."),
    )


def _effect(found: Sharing) -> None:
    left, right = st.columns([2, 1])
    with left:
        charts.show(
            change_by_step(found),
            key="sharing_chart",
            alt=_(
                "How far one training step moved the recurrent kernel used at each t: the same "
                "for all steps where it is shared, {most:.2g} to {least:.2g} where not.",
                most=found.mistake.change.max(),
                least=found.mistake.change.min(),
            ),
        )
    with right:
        for side in (found.shared, found.mistake):
            name = capital(_(side.name))
            st.markdown(
                n_(
                    "**{name}**: {objects:,} weight objects, {weights:,} weights, {n} cell.",
                    "**{name}**: {objects:,} weight objects, {weights:,} weights, {n} cells.",
                    side.cells,
                    name=name,
                    objects=side.n_objects,
                    weights=side.n_parameters,
                )
            )
        st.markdown(
            _(
                "Largest difference between their outputs: **{before:.1e}** before the step, "
                "**{after:.1e}** after it.",
                before=found.before,
                after=found.after,
            )
        )


def change_by_step(found: Sharing) -> go.Figure:
    """Draw how far one training step moved the recurrent kernel that each time step uses."""
    drawn = figure(300, _("time step t"), _("change of the recurrent kernel"), barmode="group")
    for side, colour in zip((found.shared, found.mistake), SERIES, strict=False):
        drawn.add_bar(
            x=np.arange(len(side.change)),
            y=side.change,
            name=_(side.name),
            marker_color=colour,
            hovertemplate="t = %{x}<br>"
            + _("moved by")
            + " %{y:.3g}<extra>"
            + _(side.name)
            + "</extra>",
        )
    return drawn
