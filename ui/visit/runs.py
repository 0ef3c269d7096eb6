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
from seqlib.training.run import Run, State


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
        m, Tx, n = settings.m, settings.Tx, len(metrics)
        _fits(state, n, settings.epochs)
        if metrics.loss.shape != (n, Tx) or metrics.accuracy.shape != (n, Tx):
            raise ValueError(
                _(
                    "There are losses of shape {shape} for {n} epochs of Tx = {Tx}.",
                    shape=metrics.loss.shape,
                    n=n,
                    Tx=Tx,
                )
            )
        # What it learned from is not needed any more; only its shape is.
        X = np.broadcast_to(np.float32(0), (m, Tx, weights.n_values))
        super().__init__(X, X.swapaxes(0, 1), settings, weights=weights, probe=probe)
        self._loss[:n], self._accuracy[:n] = metrics.loss, metrics.accuracy
        self._seconds[:n], self._n = metrics.seconds, n
        self._state, self._error = state, error

    @property
    def probe(self) -> np.ndarray | None:
        """The window whose trace ``snapshot`` gives, (Tx, n_values)."""
        return self._probe


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
        n = len(metrics)
        _fits(state, n, settings.epochs)
        if not 0 <= best_epoch <= n:
            raise ValueError(_("There is no epoch {best} among {n}.", best=best_epoch, n=n))
        super().__init__(train, test, lexicon, settings, weights=weights)
        if [array.shape for array in best.arrays] != [array.shape for array in weights.arrays]:
            raise ValueError(_("The best weights have other shapes than the last."))
        self._best_weights, self._best_epoch = best, best_epoch
        self._numbers[:, :n] = (
            metrics.loss,
            metrics.accuracy,
            metrics.test_loss,
            metrics.test_accuracy,
        )
        self._confusion[:n], self._seconds[:n], self._n = metrics.confusion, metrics.seconds, n
        self._state, self._error = state, error


class KeptCopyRun(CopyRun):
    """A copy-memory run that trains no more: its settings, curves and sizes.

    ``seconds`` are those of each point of the curves. Raises ``ValueError`` if the parts do
    not fit each other.
    """

    def __init__(
        self,
        settings: CopySettings,
        parameters: Mapping[str, int],
        curves: Mapping[str, Sequence[Point]],
        seconds: np.ndarray,
        state: State,
        error: str = "",
    ) -> None:
        n = len(seconds)
        _fits(state, n, settings.epochs)
        if any(len(curves[kind]) != n for kind in KINDS):
            raise ValueError(_("The curves are not of one length."))
        super().__init__(settings)
        self.parameters.update(parameters)
        self.curves.update((kind, list(curves[kind])) for kind in KINDS)
        self._seconds[:n], self._n = seconds, n
        self._state, self._error = state, error

    @property
    def seconds(self) -> np.ndarray:
        """When each point was there, (epochs,)."""
        return self._seconds[: self._n]


def _fits(state: State, n: int, epochs: int) -> None:
    if not state.over:
        raise ValueError(
            _("The run is said to be {state}; only one that is over can be kept.", state=state)
        )
    if n > epochs:
        raise ValueError(_("There are {n} epochs in a run of {epochs}.", n=n, epochs=epochs))


def as_it_is(run: Any) -> Any:
    """A run that is over, as it stands; one that moves as a stopped copy of what it has learned."""
    if not isinstance(run, Run) or run.state.over:
        return run
    for kind, kept in (
        (TrainingRun, kept_training),
        (EmojifyRun, kept_emojify),
        (CopyRun, kept_copy),
    ):
        if isinstance(run, kind):
            return kept(run)
    return run


def kept_training(run: TrainingRun) -> KeptTrainingRun:
    """The run as it is now."""
    state, error = _end(run)
    with run._lock:
        weights, metrics = run._weights, run.metrics
    return KeptTrainingRun(run.settings, metrics, weights, run._probe, state, error)


def kept_emojify(run: EmojifyRun) -> KeptEmojifyRun:
    """The run as it is now."""
    state, error = _end(run)
    with run._lock:
        weights, metrics = run._weights, run.metrics
        best, best_epoch = run._best_weights, run._best_epoch
    return KeptEmojifyRun(
        run.train,
        run.test,
        run.lexicon,
        run.settings,
        metrics,
        weights,
        best,
        best_epoch,
        state,
        error,
    )


def kept_copy(run: CopyRun) -> KeptCopyRun:
    """The run as it is now."""
    state, error = _end(run)
    with run._lock:
        curves = {kind: tuple(run.curves[kind]) for kind in KINDS}
        seconds = run._seconds[: run._n].copy()
    return KeptCopyRun(run.settings, run.parameters, curves, seconds, state, error)


def _end(run: Run) -> tuple[State, str]:
    return (run.state if run.state.over else State.STOPPED), run.error
