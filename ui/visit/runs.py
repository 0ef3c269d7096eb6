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


class KeptTrainingRun(TrainingRun):
    """A jazz run that trains no more: its settings, losses and last weights.

    Parameters
    ----------
    settings : RunSettings
    metrics : Metrics of at most ``settings.epochs`` epochs, Ty = ``settings.Tx``
    weights : JazzWeights
    probe : array (Tx, n_values) or None
    state : State
        One of those that are over.
    error : str
        Why it failed, if it did.

    Raises
    ------
    ValueError
        If the parts do not fit each other.
    """

    def __init__(
        self,
        settings: RunSettings,
        metrics: Metrics,
        weights: JazzWeights,
        probe: np.ndarray | None,
        state: State,
        error: str = "",
    ) -> None:
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
        self._restore(Record(settings, state, _measured(metrics), weights, None, error))
        self.probe = probe


class KeptEmojifyRun(EmojifyRun):
    """An emoji run that trains no more: its settings, curves, last and best weights.

    Parameters are those of ``EmojifyRun`` and what it had measured; ``best_epoch`` counts
    from 1, 0 before any. Raises ``ValueError`` if the parts do not fit each other.
    """

    def __init__(
        self,
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
    ) -> None:
        shapes, best_shapes = ([one.shape for one in each.arrays] for each in (weights, best))
        if shapes != best_shapes:
            raise ValueError(_("The best weights have other shapes than the last."))
        if (weights.n_a, weights.n_classes) != (settings.units, train.n_classes):
            raise ValueError(_("A model in it is not that of its run."))
        kept = (best_epoch, best)
        self._restore(Record(settings, state, _measured(metrics), weights, kept, error))
        self.train, self.test, self.lexicon = train, test, lexicon


class KeptCopyRun(CopyRun):
    """A copy-memory run that trains no more: its settings, curves and sizes.

    ``seconds`` are those of each point of the curves. Raises ``ValueError`` if the parts do
    not fit each other.
    """

    def __init__(
        self,
        settings: CopySettings,
        _parameters: Mapping[str, int],  # in the file; the settings say them
        curves: Mapping[str, Sequence[Point]],
        seconds: np.ndarray,
        state: State,
        error: str = "",
    ) -> None:
        if any(len(curves[kind]) != len(seconds) for kind in KINDS):
            raise ValueError(_("The curves are not of one length."))
        metrics = {
            name: np.array([[getattr(one, name) for one in curves[kind]] for kind in KINDS]).T
            for name in ("loss", "accuracy")
        }
        metrics = {name: array.reshape(len(seconds), len(KINDS)) for name, array in metrics.items()}
        self._restore(Record(settings, state, {**metrics, "seconds": seconds}, None, None, error))


def _measured(metrics: Metrics | EmojifyMetrics) -> dict[str, np.ndarray]:
    return {name: array for name, array in vars(metrics).items() if array is not None}


def as_it_is(run: Any) -> Any:
    """A run that is over, as it stands; one that moves as a stopped copy of what it has learned."""
    return run.kept() if isinstance(run, Run) and not run.state.over else run
