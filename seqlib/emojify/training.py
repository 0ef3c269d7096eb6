"""A run that trains ``Emojify_V2``, with the same life as a jazz run and the same worker."""

from __future__ import annotations

import operator
import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import EmojifyWeights
from seqlib.i18n import N_, Later, _
from seqlib.lstm import softmax
from seqlib.text import MAX_MAXLEN, LabelledSentences
from seqlib.training.run import NOT_A_NUMBER, Range, Run, State, check_bound, check_whole

BOUNDS: dict[str, Range] = {
    "epochs": Range(1, 500, 50, N_("passes over the sentences")),
    "units": Range(1, 256, 128, N_("units of each LSTM")),
    "batch_size": Range(1, 512, 32, N_("sentences in a step")),
    "maxlen": Range(0, MAX_MAXLEN, 0, N_("words read; 0 for the longest sentence")),
    "learning_rate": Range(0.0001, 0.1, 0.003, N_("Adam's step size")),
    "dropout": Range(0, 0.9, 0.5, N_("share dropped after each LSTM")),
    "pace": Range(0, 100, 0, N_("epochs a second at most, to watch; 0 is as fast as it goes")),
}
_COUNTS = ("epochs", "units", "batch_size", "maxlen")


@dataclass(frozen=True)
class EmojifySettings:
    """How to train. Bounds and defaults are in ``BOUNDS``; errors name them.

    ``mask`` skips row 0; ``trainable`` trains the embedding too; ``seed`` draws the first
    weights, the order of the sentences and the dropout.
    """

    epochs: int = int(BOUNDS["epochs"].default)
    units: int = int(BOUNDS["units"].default)
    batch_size: int = int(BOUNDS["batch_size"].default)
    maxlen: int = int(BOUNDS["maxlen"].default)
    learning_rate: float = BOUNDS["learning_rate"].default
    dropout: float = BOUNDS["dropout"].default
    mask: bool = True
    trainable: bool = False
    unknown: Unknown = Unknown.ZERO
    seed: int = 0
    pace: float = BOUNDS["pace"].default

    def __post_init__(self) -> None:
        for name, bound in BOUNDS.items():
            check = check_whole if name in _COUNTS else check_bound
            check(name, getattr(self, name), bound)
        if not 0 <= operator.index(self.seed) < 2**31:
            raise ValueError(
                _("seed is {seed}; choose 0 to {most}.", seed=self.seed, most=2**31 - 1)
            )


@dataclass(frozen=True)
class EmojifyMetrics:
    """What was measured in each finished epoch. All arrays have the epochs first.

    Attributes
    ----------
    loss, accuracy : array (epochs,)
        On the training sentences as they were learned from, dropout on, like ``fit`` reports.
    test_loss, test_accuracy : array (epochs,)
        After the epoch, nothing dropped. Loss in nats, accuracy 0 to 1.
    confusion : int array (epochs, n_classes, n_classes)
        On the test sentences. Row: the true class; column: the choice.
    seconds : array (epochs,)
        Since ``start`` was called, loading and tracing included.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray
    confusion: np.ndarray
    seconds: np.ndarray

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def best(self) -> int:
        """The first epoch, from 1, with the best test accuracy; 0 before any."""
        return int(self.test_accuracy.argmax()) + 1 if len(self) else 0


class EmojifySnapshot(NamedTuple):
    """The model as it is after ``epoch`` epochs."""

    epoch: int
    model: EmojiModel


class EmojifyRun(Run):
    """One ``Emojify_V2`` learning labelled sentences.

    Parameters
    ----------
    train, test : LabelledSentences
        With the same classes. ``test`` is only measured on.
    lexicon : Lexicon
        Its ``unknown`` must be that of the settings.
    settings : EmojifySettings
        Its ``maxlen`` is filled in from the data if it is 0.
    weights : EmojifyWeights, optional
        Where to start from; fresh ones from ``settings.seed`` if not given.

    States, ``start``, ``pause``, ``resume``, ``stop`` and ``wait`` are those of
    every ``Run``, and so is the worker that shares the machine.

    Raises
    ------
    ValueError
        If there is nothing to train on, or the parts do not fit each other.
    """

    settings: EmojifySettings

    def __init__(
        self,
        train: LabelledSentences,
        test: LabelledSentences,
        lexicon: Lexicon,
        settings: EmojifySettings | None = None,
        *,
        weights: EmojifyWeights | None = None,
    ) -> None:
        settings = settings or EmojifySettings()
        if not len(train) or not len(test):
            raise ValueError(_("Give at least one sentence to train on and one to test with."))
        if train.classes != test.classes:
            raise ValueError(_("The training and test sentences have different classes."))
        if lexicon.unknown is not settings.unknown:
            raise ValueError(
                _(
                    "The lexicon treats unknown words by {lexicon}, the settings by {settings}; "
                    "choose one.",
                    lexicon=lexicon.unknown,
                    settings=settings.unknown,
                )
            )
        super().__init__(replace(settings, maxlen=settings.maxlen or train.maxlen))
        if weights is None:
            weights = EmojifyWeights.initial(
                lexicon.embedding,
                train.n_classes,
                settings.units,
                mask=settings.mask,
                seed=settings.seed,
            )
        if (weights.n_a, weights.n_classes) != (settings.units, train.n_classes):
            raise ValueError(
                _(
                    "The weights are for {n_a} units and {n_classes} classes; this run has "
                    "{n_a_here} and {n_classes_here}.",
                    n_a=weights.n_a,
                    n_classes=weights.n_classes,
                    n_a_here=settings.units,
                    n_classes_here=train.n_classes,
                )
            )
        weights = replace(weights, mask=settings.mask)
        self.train, self.test, self.lexicon = train, test, lexicon
        self._weights = self._best_weights = weights
        self._best_epoch, self._best_accuracy = 0, (-1.0, 0.0)
        n, classes = settings.epochs, train.n_classes
        self._numbers = np.zeros((4, n), np.float32)  # loss, accuracy, test loss, test accuracy
        self._confusion = np.zeros((n, classes, classes), np.int32)
        self._batch_seconds = 0.0  # of a warm step; 0 until known
        self._sums = np.zeros(2)  # loss and hits in the epoch so far

    @property
    def metrics(self) -> EmojifyMetrics:
        """All finished epochs. The arrays only ever grow."""
        with self._lock:
            n = self._n
            return EmojifyMetrics(
                *self._numbers[:, :n].copy(), self._confusion[:n].copy(), self._seconds[:n].copy()
            )

    def snapshot(self) -> EmojifySnapshot:
        """The model with the current weights."""
        with self._lock:
            return EmojifySnapshot(self._n, self._model(self._weights))

    def best(self) -> EmojifySnapshot:
        """The model where the test accuracy was best; of equals, where the test loss was lowest."""
        with self._lock:
            return EmojifySnapshot(self._best_epoch, self._model(self._best_weights))

    def _model(self, weights: EmojifyWeights) -> EmojiModel:
        lexicon = replace(self.lexicon, embedding=weights.embedding)
        return EmojiModel(lexicon, weights, self.train.classes, self.settings.maxlen)

    # What the worker calls.

    def _begin(self):
        from seqlib.emojify.fused import Batches

        settings, maxlen = self.settings, self.settings.maxlen
        train, test = (
            self.lexicon.indices(part.tokens, maxlen) for part in (self.train, self.test)
        )
        self._rows = np.union1d(np.union1d(train, test), [0])
        return self._open(
            Batches,
            self._weights.arrays,
            self._weights.embedding[self._rows],
            np.searchsorted(self._rows, train).astype(np.int32),
            self.train.labels,
            np.searchsorted(self._rows, test).astype(np.int32),
            n_classes=self.train.n_classes,
            batch=settings.batch_size,
            mask=settings.mask,
            trainable=settings.trainable,
            learning_rate=settings.learning_rate,
            dropout=settings.dropout,
            seed=settings.seed,
        )

    def _train(self, seconds: float) -> None:
        session = self._session  # stop() may drop ours at any moment
        if session is None:
            session = self._session = self._begin()
        ends = time.perf_counter() + seconds
        while self._state is State.RUNNING and self._n < self.settings.epochs:
            if not session.batches_left:
                session.begin_epoch()
                self._sums = np.zeros(2)
            wanted = seconds / self._batch_seconds if self._batch_seconds else 1
            n = min(session.batches_left, max(1, int(wanted)))
            began = time.perf_counter()
            self._sums += session.train(n)
            now = time.perf_counter()
            if self._note:  # the first call traced; its time says nothing
                self._note = ""
            else:
                self._batch_seconds = (now - began) / n
            if not session.batches_left:
                self._finish_epoch(session)
                if self.settings.pace:
                    self.not_before = max(self.not_before, began) + 1 / self.settings.pace
                    return
            if now > ends:
                return

    def _finish_epoch(self, session) -> None:
        logits = session.evaluate()
        arrays, table = session.weights()
        loss, hits = self._sums
        if not np.isfinite(loss) or not all(np.isfinite(array).all() for array in arrays):
            self._fail(Later(NOT_A_NUMBER, {"rate": self.settings.learning_rate}))
            return
        weights = self._weights.with_arrays(arrays)
        if table is not None:
            embedding = self._weights.embedding.changed(self._rows, table)
            weights = replace(weights, embedding=embedding)
        labels = self.test.labels
        p = softmax(logits)
        test_loss = -np.log(np.maximum(p[np.arange(len(p)), labels], 1e-12)).mean()
        chosen = p.argmax(axis=1)
        test_accuracy = (chosen == labels).mean()
        with self._lock:
            if self._state.over:
                return
            n, m = self._n, len(self.train)
            self._numbers[:, n] = loss / m, hits / m, test_loss, test_accuracy
            np.add.at(self._confusion[n], (labels, chosen), 1)
            self._seconds[n] = time.perf_counter() - self._started
            self._n, self._weights = n + 1, weights
            if (test_accuracy, -test_loss) > self._best_accuracy:
                self._best_accuracy = (test_accuracy, -test_loss)
                self._best_epoch, self._best_weights = n + 1, weights


def train_now(run: EmojifyRun) -> EmojifyRun:
    """Start a run and wait until it is over; for scripts. Raises ``RuntimeError`` if it fails."""
    if run.start().wait() is State.FAILED:
        raise RuntimeError(run.error)
    return run
