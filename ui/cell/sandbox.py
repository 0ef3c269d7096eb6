"""Edit a cell's gates and states, and show and play the effect on the prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from seqlib.i18n import N_, _, capital, sentences
from seqlib.jazz import JazzWeights, sandbox, score
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.follow import groups
from seqlib.jazz.sampling import Sample
from seqlib.jazz.sandbox import RECIPES, Edit, Effect, silenced, without
from seqlib.lstm import Trace
from seqlib.stage import Stage
from seqlib.stage.jazz import solo_stage
from ui.cell import charts
from ui.cell.state import TEMPERATURE, Scene
from ui.frame import frame, language
from ui.parts import stage as stage_component
from ui.parts.charts import show as show_chart
from ui.parts.presenter import presenting
from ui.parts.remembered import remembered
from ui.state import options, widget

READ, WRITE = options("hand_mode")
ALL = N_("all units")
ZEROS = N_("zeros")
GATE_NAMES = {
    "f": N_("f · forget"),
    "i": N_("i · input"),
    "g": N_("g · candidate"),
    "o": N_("o · output"),
    # Of the other cells.
    "z": N_("z · update"),
    "r": N_("r · reset"),
    "a": N_("a · state"),
}


@dataclass(frozen=True)
class Hand:
    """The edits of a cell, and the step at which they begin."""

    edits: tuple[Edit, ...]
    start: int


def controls(scene: Scene) -> tuple[Hand, str]:
    """Draw the choice of edits, their first step, and the way to continue."""
    one, two, three = st.columns([2, 2, 2])
    name = language.choice(
        one.selectbox,
        _("what to change in the cell"),
        "hand",
        help=_("; ").join(
            _("{name}: {what}", name=_(name), what=_(recipe.what))
            for name, recipe in RECIPES.items()
        )
        + _("."),
    )
    start = two.slider(
        _("from step"),
        help=_("Before it nothing is changed."),
        **widget("hand_from", high=scene.Tx),
    )
    mode = language.choice(
        three.segmented_control,
        _("input"),
        "hand_mode",
        help=_(
            "Teacher forcing: both cells read the same notes, whatever they expect. Free "
            "running: each reads what it has drawn, with the same noise."
        ),
    )
    st.caption(_("{sentence}.", sentence=capital(_(RECIPES[name].what))))
    return Hand(_edits(scene, name, start - 1), start - 1), mode


def _edits(scene: Scene, name: str, start: int) -> tuple[Edit, ...]:
    """Draw what a recipe needs to know, and return its edits."""
    answers: dict[str, Any] = {}
    needs = RECIPES[name].needs
    for column, need in zip(st.columns(3) if needs else (), needs, strict=False):
        with column:
            answers[need] = _ask(scene, need)
    return edits_of(name, answers, start, lambda: scene.sample.trace)


def edits_of(
    name: str, answers: Mapping[str, Any], start: int, trace: Callable[[], Trace]
) -> tuple[Edit, ...]:
    """Return the edits of a recipe from a step on, by the answers to all that it needs to know.

    ``trace`` gives the solo's, of which a state may be taken.
    """
    if not answers:
        return RECIPES[name].at(start)
    if "source" in answers:
        return _replaced(answers["source"], start, trace)
    if "group" in answers:
        return silenced(answers["group"], start)
    unit = answers.get("unit", answers.get("one unit"))
    unit = None if unit in (ALL, None) else int(unit)
    if "gate" in answers:
        how, amount = ("hold", "value") if "value" in answers else ("scale", "factor")
        return (Edit(answers["gate"], how, float(answers[amount]), unit, start),)
    return silenced(unit, start)


def _ask(scene: Scene, need: str) -> Any:
    units = list(map(str, range(scene.weights.n_a)))
    if need == "gate":
        return language.choice(
            st.segmented_control,
            _("gate"),
            "hand_gate",
            format_func=lambda gate: _(GATE_NAMES[gate]),
            help=_("Which gate is held or scaled."),
        )
    if need == "value":
        return st.slider(
            _("value"),
            help=_(
                "What it is set to, -1 to 1. By itself a gate lies between 0 and 1, the candidate "
                "between -1 and 1."
            ),
            **widget("hand_value"),
        )
    if need == "factor":
        return st.slider(_("factor"), help=_("What it is times, 0 to 2."), **widget("hand_factor"))
    if need == "group":
        return _group(scene)
    if need == "source":
        return language.choice(
            st.selectbox,
            _("new state"),
            "hand_source",
            options=[ZEROS, *map(str, range(1, scene.Tx + 1))],
            format_func=lambda at: _(ZEROS) if at == ZEROS else _("that of step {at}", at=at),
            help=_("What a and c become."),
        )
    return language.choice(
        st.selectbox,
        _("unit"),
        "hand_unit" if need == "unit" else "hand_one",
        options=livelier_first(scene.sample.trace) if need == "one unit" else [ALL, *units],
        format_func=lambda unit: _(ALL) if unit == ALL else unit,
        help=_("The unit whose memory changes most comes first.")
        if need == "one unit"
        else _("One unit, or all of them."),
    )


def livelier_first(trace: Trace) -> list[str]:
    """List the units from the one whose memory changes most over the solo."""
    return list(map(str, np.argsort(-trace.c.std(axis=0), kind="stable")))


def named_groups(weights: JazzWeights) -> dict[str, tuple[int, ...]]:
    """List the units that follow one thing, by its name."""
    found = groups(weights, default_corpus())
    return {one.signal.name: one.units for one in found if one.signal is not None}


def _group(scene: Scene) -> tuple[int, ...]:
    """Draw the choice of a group of units, and what they are worth; return its units."""
    corpus, named = default_corpus(), named_groups(scene.weights)
    if not named:
        st.info(_("No unit of this model follows anything by itself."))
        return ()
    name = language.choice(
        st.selectbox,
        _("group"),
        "hand_group",
        options=list(named),
        format_func=lambda name: _("{name}, {n} units", name=_(name), n=len(named[name])),
        help=_("The units that follow one thing."),
    )
    units = named[name]
    whole, less = remembered(
        scene.weights,
        ("without", name),
        lambda: tuple(
            score(weights, corpus.held_out_sequences)
            for weights in (scene.weights, without(scene.weights, units))
        ),
    )
    st.caption(
        _(
            "Without them the held-out melodies cost {less:.2f} nats a note instead of "
            "{whole:.2f}; {share_less:.0%} of the first choices are right instead of {share:.0%}.",
            less=less.log_loss,
            whole=whole.log_loss,
            share_less=less.accuracy,
            share=whole.accuracy,
        )
    )
    return units


def _replaced(source: str, start: int, trace: Callable[[], Trace]) -> tuple[Edit, ...]:
    given = None if source == ZEROS else trace().step(int(source) - 1)
    a, c = (0.0, 0.0) if given is None else (given.h, given.c)
    return (
        Edit("a", "hold", a, start=start, once=True),
        Edit("c", "hold", c, start=start, once=True),
    )


def show(scene: Scene) -> None:
    """Draw the controls, the stage of both traces on one clock, and the effect."""
    with frame.controls("hand"):
        hand, mode = controls(scene)
    plain = scene.sample
    edited = (
        Sample(plain.indices, 0, sandbox.read(scene.weights, plain.trace.x, hand.edits))
        if mode == READ
        else sandbox.write(
            scene.weights, plain, hand.edits, temperature=TEMPERATURE, seed=scene.seed
        )
    )
    found = sandbox.effect(plain.trace, edited.trace)
    st.markdown(_sentence(plain, edited, found, hand, mode))
    stage_component.show(
        _stage(
            scene,
            edited,
            _("changed"),
            start=hand.start,
            compare=_stage(scene, plain, _("unchanged")),
            written=mode == WRITE,  # else the changed cell reads the notes of the other
        ),
        key="sandbox",
    )
    show_chart(
        charts.divergence(found, hand.start),
        key="sandbox_effect",
        alt=_(
            "How far the softmax moved at each step, in nats; at most {most:.2f}.",
            most=found.divergence.max(),
        ),
    )


def _stage(
    scene: Scene,
    made: Sample,
    name: str,
    *,
    start: int = 0,
    compare: Stage | None = None,
    written: bool = True,
) -> Stage:
    drawn = solo_stage(
        made,
        scene.weights,
        # A presented stage has little more than the window: first what the change does.
        lanes=("notes", "f", "c", "y", "x") if presenting() else ("notes", "x", "f", "c", "y"),
        label=_("The solo, and the cell with a gate changed"),
        seed=scene.seed,
        name=name,
        compare=compare,
        written=written,
    )
    return replace(drawn, start=start)


def _top(trace: Trace, t: int, labels: Sequence[str]) -> str:
    assert trace.y is not None  # a sample's trace always has y
    best = int(trace.y[t].argmax())
    return f"**{labels[best]}** ({trace.y[t, best]:.0%})"


def _sentence(plain: Sample, edited: Sample, found: Effect, hand: Hand, mode: str) -> str:
    labels, t = default_corpus().vocabulary.labels, hand.start
    first = _(
        "Step {step}: the first choice is {edited}, unchanged {plain}.",
        step=t + 1,
        edited=_top(edited.trace, t, labels),
        plain=_top(plain.trace, t, labels),
    )
    if mode == WRITE:
        others = np.flatnonzero(edited.indices != plain.indices)
        changed = _(
            "**{other} of {n}** notes changed; play both.", other=len(others), n=len(plain.indices)
        )
        parted = _("They part at step {step}.", step=others[0] + 1) if len(others) else ""
        return sentences(first, parted, changed)
    changed = _(
        "The first choice changes at **{changed} of {n}** steps.",
        changed=int(found.changed.sum()),
        n=len(found.changed),
    )
    return sentences(first, changed)
