"""From the click to the end of the default emoji training, against fit on the same Keras model.

Each side in a fresh process that has not trained before, the other one with TensorFlow imported;
same sentences, vectors, batch size, epochs and measurements after each epoch.
"""

from __future__ import annotations

import multiprocessing
import statistics

from benchmarks._result import Result, seconds
from seqlib import vectors
from seqlib.emojify import EmojifyRun, EmojifySettings, Lexicon
from seqlib.text import sentences_to_indices, shipped
from seqlib.training import tensorflow
from seqlib.training.run import State

SETTINGS = EmojifySettings()
TRIES = 3


def ours() -> tuple[float, float]:
    """Seconds to the end, last test accuracy."""
    run = EmojifyRun(*shipped(), Lexicon.of(vectors.load()), SETTINGS)
    took = seconds(lambda: run.start().wait())
    if run.state is not State.DONE:
        raise RuntimeError(run.error)
    return took, float(run.metrics.test_accuracy[-1])


def fit() -> tuple[float, float]:
    """Seconds of compile and fit, last test accuracy; building the model is not counted."""
    tensorflow.load()
    import keras

    from seqlib.emojify.models import Emojify_V2

    train, test = shipped()
    known, maxlen = vectors.load(), train.maxlen
    # As ours: the rows of the words that occur, not all 400,001.
    words = sorted({word for word in (*train.words, *test.words) if word in known.word_to_index})
    rows = {word: row for row, word in enumerate(words, 1)}
    model = Emojify_V2(
        (maxlen,),
        known,
        rows,
        n_classes=train.n_classes,
        units=SETTINGS.units,
        dropout=SETTINGS.dropout,
        input_dropout=SETTINGS.input_dropout,
        mask=SETTINGS.mask,
        trainable=SETTINGS.trainable,
    )
    x, x_test = (sentences_to_indices(part.sentences, rows, maxlen) for part in (train, test))
    history = {}

    def work() -> None:
        adam = keras.optimizers.Adam(SETTINGS.learning_rate)
        model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
        done = model.fit(
            x,
            train.labels,
            batch_size=SETTINGS.batch_size,
            epochs=SETTINGS.epochs,
            validation_data=(x_test, test.labels),
            verbose=0,
        )
        history.update(done.history)

    return seconds(work), history["val_accuracy"][-1]


def in_a_fresh_process(side) -> tuple:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(side)


def measure() -> Result:
    clicks = [in_a_fresh_process(ours)]
    peer, fitted = in_a_fresh_process(fit)
    clicks += [in_a_fresh_process(ours) for _ in range(TRIES - 1)]
    took, accuracy = (statistics.median(column) for column in zip(*clicks, strict=True))
    # Both sides learned the same thing about equally well; dropout and order differ by chance.
    if abs(accuracy - fitted) > 0.1:
        raise AssertionError(f"test accuracy {accuracy:.2f} here, {fitted:.2f} with fit")
    return Result(
        ours=took,
        peer=peer,
        peer_name=f"model.fit on Emojify_V2, {SETTINGS.epochs} epochs",
        unit="s",
        goal=6,
    )
