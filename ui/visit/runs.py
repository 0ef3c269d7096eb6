"""Training runs that are over, made from their numbers instead of by training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqlib.emojify import EmojifyMetrics, EmojifyRun, EmojifySettings, EmojifyWeights, Lexicon
from seqlib.i18n import _
from seqlib.jazz import JazzWeights
from seqlib.jazz.training import Metrics, RunSettings, TrainingRun
from seqlib.text import LabelledSentences
from seqlib.training.copy_task import KINDS, CopyRun, CopySettings, Point
from seqlib.training.run import Record, Run, State


def kept_training(
    settings: RunSettings,
    metrics: Metrics,
    weights: JazzWeights,
    probe: np.ndarray | None,
    state: State,
    error: str = "",
    *,
    engine: str = "numpy",
    trained_for: float = 0.0,
) -> TrainingRun:
    """Make a jazz run that is over from its settings, curves and last weights.

    Raises ``ValueError`` if the parts do not fit each other, as the others here do.
    """
    n, Tx = len(metrics), settings.Tx
    if metrics.loss.shape != (n, Tx) or metrics.accuracy.shape != (n, Tx):
        raise ValueError(
            _(
                "There are losses of shape {shape} for {n} epochs of Tx = {Tx}.",
                shape=metrics.loss.shape,
                n=n,
                Tx=Tx,
            )
        )
    if weights.n_a != settings.n_a:
        raise ValueError(
            _(
                "The weights are for n_a = {n_a}; this run has {n_a_here}.",
                n_a=weights.n_a,
                n_a_here=settings.n_a,
            )
        )
    record = Record(settings, state, _measured(metrics), weights, None, error, trained_for)
    return TrainingRun.from_record(record, probe=probe, engine=engine)


def kept_emojify(
    train: LabelledSentences,
    test: LabelledSentences,
    lexicon: Lexicon,
    settings: EmojifySettings,
    metrics: EmojifyMetrics,
    weights: EmojifyWeights,
    best: EmojifyWeights,
    best_epoch: int,
    state: State,
    error: str = "",
    *,
    engine: str = "numpy",
    trained_for: float = 0.0,
) -> EmojifyRun:
    """Make an emoji run that is over; ``best_epoch`` counts from 1, 0 before any."""
    shapes, best_shapes = ([one.shape for one in each.arrays] for each in (weights, best))
    if shapes != best_shapes:
        raise ValueError(_("The best weights have other shapes than the last."))
    if (weights.n_a, weights.n_classes) != (settings.units, train.n_classes):
        raise ValueError(_("A model in it is not that of its run."))
    tested = best_epoch, best
    record = Record(settings, state, _measured(metrics), weights, tested, error, trained_for)
    return EmojifyRun.from_record(record, train=train, test=test, lexicon=lexicon, engine=engine)


def kept_copy(
    settings: CopySettings,
    curves: Mapping[str, Sequence[Point]],
    seconds: np.ndarray,
    state: State,
    error: str = "",
) -> CopyRun:
    """Make a copy-memory run that is over; ``seconds`` are those of each point of the curves."""
    n = len(seconds)
    if any(len(curves[kind]) != n for kind in KINDS):
        raise ValueError(_("The curves are not of one length."))
    metrics = {"seconds": seconds}
    for name in ("loss", "accuracy"):
        rows = [[getattr(one, name) for one in curves[kind]] for kind in KINDS]
        metrics[name] = np.array(rows).T.reshape(n, len(KINDS))
    return CopyRun.from_record(Record(settings, state, metrics, None, None, error))


def _measured(metrics: Metrics | EmojifyMetrics) -> dict[str, np.ndarray]:
    return {name: array for name, array in vars(metrics).items() if array is not None}


def as_it_is(run: Any) -> Any:
    """A run that is over, as it stands; one that moves as a stopped copy of what it has learned."""
    return run.kept() if isinstance(run, Run) and not run.state.over else run
