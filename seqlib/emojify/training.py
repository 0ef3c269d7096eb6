"""How to train ``Emojify_V2``, and what a training run of it measures and gives."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np

from seqlib.emojify.keras_task import keras_task
from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.task import EmojifyTask
from seqlib.emojify.weights import EmojifyWeights
from seqlib.i18n import N_, InputError
from seqlib.text import MAX_MAXLEN, LabelledSentences
from seqlib.training import scheduler
from seqlib.training.run import Range, Run, check_bound, check_whole

BOUNDS: dict[str, Range] = {
    "epochs": Range(1, 500, 20, N_("passes over the sentences")),
    "units": Range(1, 256, 128, N_("units of each LSTM")),
    "batch_size": Range(1, 512, 32, N_("sentences in a step")),
    "maxlen": Range(0, MAX_MAXLEN, 0, N_("words read; 0 for the longest sentence")),
    "learning_rate": Range(0.0001, 0.1, 0.002, N_("Adam's step size")),
    "dropout": Range(0, 0.9, 0.5, N_("share dropped after each LSTM")),
    "input_dropout": Range(0, 0.9, 0.5, N_("share of each word's vector that is dropped")),
    "word_dropout": Range(0, 0.9, 0.1, N_("share of a sentence's words that is dropped")),
    "pace": Range(0, 100, 0, N_("epochs a second at most, to watch; 0 is as fast as it goes")),
}
# Who trains: the equations in NumPy, or Keras' ``fit`` on ``Emojify_V2``.
Engine = Literal["numpy", "keras"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
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
    input_dropout: float = BOUNDS["input_dropout"].default
    word_dropout: float = BOUNDS["word_dropout"].default
    mask: bool = True
    trainable: bool = True
    unknown: Unknown = Unknown.ZERO
    seed: int = 0
    pace: float = BOUNDS["pace"].default

    def __post_init__(self) -> None:
        for name, bound in BOUNDS.items():
            check = check_whole if name in _COUNTS else check_bound
            check(name, getattr(self, name), bound)
        if not 0 <= operator.index(self.seed) < 2**31:
            raise InputError("seed is {seed}; choose 0 to {most}.", seed=self.seed, most=2**31 - 1)


# As in the seed's exercise, which trains on 132 sentences.
EXERCISE = EmojifySettings(
    epochs=50,
    units=128,
    batch_size=32,
    maxlen=10,
    learning_rate=0.001,
    dropout=0.5,
    input_dropout=0.0,
    word_dropout=0.0,
    mask=False,
    trainable=False,
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
        Since ``start`` was called, waiting included.
    spent : array (epochs, 3) or None
        Where Keras trains: seconds of loading TensorFlow, of building and the first, tracing call
        of ``fit``, and of ``fit`` after that.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray
    confusion: np.ndarray
    seconds: np.ndarray
    spent: np.ndarray | None = None

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

    Raises ``ValueError`` if there is nothing to train on, or the parts do not fit each other.

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
    engine : str
        One of ``ENGINES``.
    """

    settings: EmojifySettings
    engine: Engine = "numpy"

    def __init__(
        self,
        train: LabelledSentences,
        test: LabelledSentences,
        lexicon: Lexicon,
        settings: EmojifySettings | None = None,
        *,
        weights: EmojifyWeights | None = None,
        engine: Engine = "numpy",
    ) -> None:
        settings = settings or EmojifySettings()
        if not len(train) or not len(test):
            raise InputError("Give at least one sentence to train on and one to test with.")
        if train.classes != test.classes:
            raise InputError("The training and test sentences have different classes.")
        if lexicon.unknown is not settings.unknown:
            raise InputError(
                "The lexicon treats unknown words by {lexicon}, the settings by {settings}; "
                "choose one.",
                lexicon=lexicon.unknown,
                settings=settings.unknown,
            )
        if weights is None:
            weights = EmojifyWeights.initial(
                lexicon.embedding,
                train.n_classes,
                settings.units,
                mask=settings.mask,
                seed=settings.seed,
            )
        if (weights.n_a, weights.n_classes) != (settings.units, train.n_classes):
            raise InputError(
                "The weights are for {n_a} units and {n_classes} classes; this run has "
                "{n_a_here} and {n_classes_here}.",
                n_a=weights.n_a,
                n_classes=weights.n_classes,
                n_a_here=settings.units,
                n_classes_here=train.n_classes,
            )
        weights = replace(weights, mask=settings.mask)
        settings = replace(settings, maxlen=settings.maxlen or train.maxlen)
        rows, test_rows = (lexicon.indices(part.tokens, settings.maxlen) for part in (train, test))
        task = EmojifyTask.of(
            rows,
            train.labels,
            test_rows,
            test.labels,
            weights,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            dropout=settings.dropout,
            input_dropout=settings.input_dropout,
            word_dropout=settings.word_dropout,
            trainable=settings.trainable,
            seed=settings.seed,
        )
        number = np.zeros(0, np.float32)
        confusion = np.zeros((0, train.n_classes, train.n_classes), np.int32)
        numbers = dict.fromkeys(("loss", "accuracy", "test_loss", "test_accuracy"), number)
        measured = {**numbers, "confusion": confusion}
        if engine == "keras":
            measured["spent"] = np.zeros((0, 3), np.float32)
        trained = keras_task(task) if engine == "keras" else task
        super().__init__(trained, weights, settings, measured)
        self.train, self.test, self.lexicon, self.engine = train, test, lexicon, engine

    usual_scheduler = staticmethod(scheduler.default)
    _tested = True
    _more = ("train", "test", "lexicon", "engine")

    def snapshot(self) -> EmojifySnapshot:
        """The model with the current weights."""
        return self._snapshot(*self.at_epoch())

    def best(self) -> EmojifySnapshot:
        """The model where the test accuracy was best; of equals, where the test loss was lowest."""
        return self._snapshot(*self.best_epoch())

    def _snapshot(self, epoch: int, weights: EmojifyWeights) -> EmojifySnapshot:
        model = EmojiModel(self.lexicon, weights, self.train.classes, self.settings.maxlen)
        return EmojifySnapshot(epoch, model)

    @property
    def metrics(self) -> EmojifyMetrics:
        """What was measured in all finished epochs. The arrays only ever grow."""
        return EmojifyMetrics(**self.rows())
