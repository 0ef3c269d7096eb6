"""The curves of a training run on the jazz page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import streamlit as st

from seqlib.figures import Line
from seqlib.i18n import _, n_, sentences
from seqlib.jazz import figures
from seqlib.jazz.task import ARRAYS
from seqlib.jazz.training import TrainingRun, held_every
from seqlib.stage.jazz import state_stage
from seqlib.training.scheduler import MOVING
from ui.frame import language
from ui.jazz import report, state
from ui.lessons.pages import lesson
from ui.parts import charts, engines
from ui.parts import stage as stage_component
from ui.state import value


def pictures(run: TrainingRun) -> None:
    """Draw how a run has learned so far, and the states of one window as they are now."""
    peers, cells = engines.peers(state.engine_runs(), run), state.cell_runs(run)
    with st.columns(2)[1]:
        language.choice(
            st.segmented_control,
            _("beside the loss"),
            "curves",
            help=_("Which curves stand beside the loss."),
            label_visibility="collapsed",
        )
    left, right = st.columns(2)
    with left:
        _loss(run, peers, cells)
    with right:
        _beside(run, value("curves"))
    if (tested := run.metrics.tested).epochs.size:
        said = [
            _(
                "Held out: {n} melodies never trained on, read after the second epoch and the "
                "last.",
                n=len(state.corpus().held_out_sequences),
            ),
            n_(
                "At this pace after every epoch.",
                "At this pace every {n} epochs.",
                held_every(run.pace),
            ),
        ]
        if tested.turn is not None:
            turn = int(tested.epochs[tested.turn])
            said.append(_("Their loss is lowest after epoch {n}.", n=turn))
        st.caption(sentences(*said))
    if cells:
        st.markdown("\n".join(_of_cells(cells)))
    if peers:
        st.markdown(engines.compared("engine", peers, lambda one: one.metrics.loss_sum))
    snapshot = run.snapshot()
    # Once it rests, the kept weights show the same window, with its units in groups.
    if run.state in MOVING and (trace := snapshot.trace) is not None:
        st.markdown(lesson("jazz")["activations"])
        stage_component.show(
            state_stage(
                trace,
                "h",
                _("Hidden state of one window after {n} epochs", n=snapshot.epoch),
                moving=True,
            ),
            key="jazz_live",
            compact=True,
        )


def _of_cells(cells: Mapping[str, TrainingRun]) -> Iterator[str]:
    """Yield a line for each cell: its weights and its losses after the epochs that all have."""
    n = min(one.epoch for one in cells.values())
    for kind, one in cells.items():
        said = _(
            "- {kind}: **{weights:,}** weights; after {n} epochs **{loss:.2f}** nats a note",
            kind=kind,
            weights=one.snapshot().weights.n_parameters,
            n=n,
            loss=one.metrics.loss[n - 1].mean(),
        )
        if len(tested := one.metrics.tested.loss):
            said += _(", held out at best **{loss:.2f}**", loss=tested.min())
        yield said


def _loss(
    run: TrainingRun, peers: Mapping[str, TrainingRun], cells: Mapping[str, TrainingRun]
) -> None:
    """Draw the losses in nats a note, between those of guessing and of counting."""
    metrics, tested = run.metrics, run.metrics.tested
    ours = [(engines.name_of("engine", name), one) for name, one in peers.items()]
    ours = list(cells.items()) or ours
    lines: list[Line] = [
        (name, one.metrics.loss.mean(axis=1)) for name, one in ours or [(_("in training"), run)]
    ]
    levels = {_("ln(n_values): guessing"): float(np.log(state.corpus().n_values))}
    if len(tested.epochs):
        name = _("{kind}, held out", kind=run.settings.cell) if cells else _("held out")
        lines.append((name, tested.loss, tested.epochs))
        levels[_("trigram, held out")] = report.trigram_loss()
    marks = {_("rate {rate:g}", rate=rate): epoch for epoch, rate in metrics.rate_changes}
    if tested.turn is not None:
        marks[_("turns")] = int(tested.epochs[tested.turn])
    charts.by_epoch(
        lines,
        run.settings.epochs,
        _("loss (nats a note)"),
        levels=levels,
        marks=marks,
        moving=run.state in MOVING,
        key="jazz_loss",
        alt=_(
            "Loss in nats a note by epoch, from {first:.2f} to {last:.2f}.",
            first=metrics.loss[0].mean(),
            last=metrics.loss[-1].mean(),
        ),
    )


def _beside(run: TrainingRun, curves: str) -> None:
    """Draw what stands beside the losses."""
    metrics, epochs, tested = run.metrics, run.settings.epochs, run.metrics.tested
    moving = run.state in MOVING
    if curves == "each output":
        charts.show(
            figures.per_step(metrics.accuracy, epochs, _("accuracy")),
            key="jazz_accuracy",
            alt=_("Accuracy of each of the Ty outputs at every epoch."),
        )
    elif curves == "accuracy":
        lines: list[Line] = [(_("in training"), metrics.accuracy.mean(axis=1))]
        if len(tested.epochs):
            lines.append((_("held out"), tested.accuracy, tested.epochs))
        charts.by_epoch(
            lines,
            epochs,
            _("accuracy"),
            share=True,
            moving=moving,
            key="jazz_accuracies",
            alt=_("Accuracy by epoch, now {share:.0%}.", share=metrics.accuracy[-1].mean()),
        )
    elif metrics.gradient is not None:
        lines = [(name, norms) for name, norms in zip(ARRAYS, metrics.gradient.T, strict=True)]
        charts.by_epoch(
            lines,
            epochs,
            _("norm of the gradient"),
            log=True,
            moving=moving,
            key="jazz_gradients",
            alt=_("Norms of the gradients of the five weight arrays by epoch."),
        )
