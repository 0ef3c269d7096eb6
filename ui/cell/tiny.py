"""Draw a cell of one unit, every weight of which the reader sets."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib.i18n import N_, _, sentences
from seqlib.lstm import Trace, tiny
from seqlib.lstm.tiny import Weights
from seqlib.stage import Clock, Lane, Stage, Tokens
from seqlib.stage.lanes import Equation, Line
from ui.cell.sandbox import GATE_NAMES
from ui.frame import language
from ui.parts import stage as stage_component
from ui.parts.presenter import presenting
from ui.state import TABLE, value, widget

LABELS = {"x": "x⟨t⟩", "a": "a⟨t−1⟩", "b": N_("bias")}
FED = 60  # ones in a row, to see whether a memory has a bound


def show() -> None:
    """Draw the choice of cell, task and input, a slider for each weight, and the stage."""
    one, two, three = st.columns([1, 1.3, 1.5], vertical_alignment="bottom")
    kind = language.choice(
        one.segmented_control,
        _("cell"),
        "tiny_cell",
        format_func=str,
        help=_("An LSTM has three gates, a GRU two, a plain RNN none."),
        on_change=_preset,
    )
    name = language.choice(
        two.segmented_control,
        _("what it should keep"),
        "tiny_task",
        help=_("Sets all weights: {tasks}", tasks=sentences(*map(_task, tiny.TASKS))),
        on_change=_preset,
    )
    text = three.text_input(
        _("zeros and ones that it reads"),
        help=_("At most {most}.", most=tiny.STEPS),
        **widget("tiny_input"),
    )
    try:
        x = tiny.bits(text)
    except ValueError as problem:
        st.warning(str(problem), icon=":material/info:")
        x = tiny.bits(TABLE["tiny_input"].default)
    left, right = st.columns([1, 2])
    with left:
        weights = _sliders(kind)
        st.markdown(_bound(weights, kind))
    with right:
        _kept(weights, x, name)
        stage_component.show(_stage(weights, x, name), key=f"tiny_{kind}", compact=True)


def _task(name: str) -> str:
    return _("{name}: {what}", name=_(name), what=_(tiny.TASKS[name].what))


def _preset() -> None:
    """Set all weights of the chosen cell to what comes nearest to the chosen task."""
    kind = value("tiny_cell")
    for gate, numbers in tiny.PRESETS[kind][value("tiny_task")].items():
        for reads, number in zip(tiny.READS, numbers, strict=True):
            st.session_state[f"tiny_{kind}_{gate}_{reads}"] = number


def _sliders(kind: str) -> Weights:
    """Draw a row of three sliders for each gate, on a phone too, where columns would stand below
    each other.
    """
    found, width = {}, 150 if presenting() else 100
    for gate in tiny.GATES[kind]:
        with st.container(horizontal=True, gap="small"):
            found[gate] = tuple(
                st.slider(
                    f"{gate} · {_(LABELS[reads])}",
                    help=_(
                        "{gate}: its weight of {what}, -20 to 20.",
                        gate=_(GATE_NAMES[gate]),
                        what=LABELS[reads] if reads != "b" else "1",
                    ),
                    width=width,
                    format="%.1f",
                    **widget(f"tiny_{kind}_{gate}_{reads}"),
                )
                for reads in tiny.READS
            )
    return found


def _kept(weights: Weights, x: np.ndarray, name: str) -> None:
    """Say at how many steps the memory holds what is wanted, and where it first does not."""
    right = tiny.right(weights, x, tiny.TASKS[name])
    said = _("{task} Right after **{k} of {n}** steps", task=_task(name), k=right.sum(), n=len(x))
    if not right.all():
        said += _(", wrong first at step **{n}**", n=int(right.argmin()) + 1)
    st.markdown(said + _("."))


def _bound(weights: Weights, kind: str) -> str:
    """Feed it ones in a row, and say what that shows of what such a cell cannot do."""
    kept = tiny.memory(tiny.run(weights, np.ones(2 * FED)))
    said = _(
        "After {n} ones in a row {memory} is **{first:z.2f}**, after {twice} **{second:z.2f}**.",
        n=FED,
        twice=2 * FED,
        memory="c" if kind == "LSTM" else "a",
        first=kept[FED - 1],
        second=kept[-1],
    )
    why = {
        "LSTM": _(
            "Only the gates bound c, so it can count; a = o · tanh(c) stays within −1 and 1."
        ),
        "GRU": _("a is a mean of what was written, all within −1 and 1: it cannot count on."),
        "SimpleRNN": _no_more(weights["a"][1] if kind == "SimpleRNN" else 0),
    }
    return sentences(said, why[kind])


def _no_more(kept: float) -> str:
    """Say what a plain RNN of one unit cannot do, by its weight of a⟨t−1⟩."""
    if kept > 0:
        return _(
            "a is a tanh, so it cannot count on; and whatever is read, a higher a gives a higher "
            "one next: one unit cannot toggle."
        )
    if kept < 0:
        return _(
            "a is a tanh, so it cannot count on; and whatever is read, a higher a gives a lower "
            "one next: one unit cannot hold."
        )
    return _("a⟨t−1⟩ has the weight 0, so a is a tanh of x⟨t⟩ alone: nothing is kept.")


def _stage(weights: Weights, x: np.ndarray, name: str) -> Stage:
    trace, task = tiny.run(weights, x), tiny.TASKS[name]
    kept = tiny.memory(trace)
    states = {"a": trace.h[:, 0]}
    if isinstance(trace, Trace):
        states = {"c": kept, **states}
    gates = {gate: one[:, 0] for gate, one in trace.states.items() if gate not in "ch"}
    ones = tuple(map(str, x))
    wanted, read = (tuple(map(str, one.tolist())) for one in (task.wanted(x), task.read(kept)))
    lanes: list[Lane] = [
        Tokens(_("x: what it reads"), ones),
        Tokens(_("wanted: {what}", what=_(task.what)), wanted),
        Tokens(_("what it has kept"), read),
        _line(_("what it keeps"), states, _("states")),
        *([_line(_("gates"), gates, _("gates"))] if gates else []),
    ]
    lanes.append(Equation(_("one unit's update, with its numbers"), tiny.cell(weights), trace))
    return Stage(
        Clock.even(len(x), 0.5),
        tuple(lanes),
        label=_("A cell of one unit that reads zeros and ones"),
        names=ones,
        start=len(x) - 1,
    )


def _line(title: str, values: dict[str, np.ndarray], axis: str) -> Line:
    """Draw one number a step each, from −1 to 1 or as far as they go."""
    stacked = np.stack(list(values.values()), axis=1)
    low, high = min(-1.0, float(stacked.min())), max(1.0, float(stacked.max()))
    return Line(title, stacked, tuple(values), "", axis, low, high, percent=False)
