"""``Emojify_V2`` trained by Keras: ``fit`` on the exercise's own model."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from seqlib.emojify.task import EmojifyTask
from seqlib.training.keras_task import Fit, Fitted, KerasTask
from seqlib.training.task import State


def keras_task(task: EmojifyTask) -> KerasTask:
    """Have Keras train what ``task`` trains, its sentences in the same order.

    ``loss`` and ``accuracy`` are what ``fit`` reports; the test after each epoch is that of the
    same weights in NumPy. Keras draws other units to drop, and its Adam takes each occurrence of
    a word by itself where the embedding is trained, so the numbers are NumPy's only without both.
    """
    sizes = task.train.shape[1], task.start[-1].size, task.start[4].shape[0], task.table.shape
    dropout = task.dropout, task.input_dropout
    return KerasTask(task, EmojifyFit, (*sizes, *dropout, task.mask, task.trainable))


class EmojifyFit(Fit):
    """``Emojify_V2`` with the words that occur as its vocabulary."""

    def __init__(self, task: EmojifyTask) -> None:
        import keras

        from seqlib.emojify import models

        words = [str(row) for row in range(1, len(task.table))]
        model = models.Emojify_V2(
            (task.train.shape[1],),
            dict(zip(words, task.table[1:], strict=True)),
            {word: int(word) for word in words},
            n_classes=task.start[-1].size,
            units=task.start[4].shape[0],
            dropout=task.dropout,
            input_dropout=task.input_dropout,
            mask=task.mask,
            trainable=task.trainable,
        )
        adam = keras.optimizers.Adam()
        model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
        self._embedding = model.get_layer(models.EMBEDDING)
        n = len(task.shapes)
        # The task has the embedding last, Keras first.
        super().__init__(model, [n - 1, *range(n - 1)] if task.trainable else None)

    def run(self, task: KerasTask, state: State, epochs: int, ends: float) -> Fitted:
        """Train at most ``epochs``, at least one, until ``time.perf_counter()`` is ``ends``."""
        inner: EmojifyTask = task.inner
        if not inner.trainable:
            self._embedding.set_weights([inner.table])
        self.put(inner, state)
        in_numpy = inner.open()
        rows: list[dict[str, Any]] = []
        seconds, m, finite = 0.0, len(inner.train), True
        while finite and len(rows) < epochs:
            order = np.concatenate([part.rows for part in inner.parts(state.epoch)])
            rng = np.random.default_rng((inner.seed, state.epoch, 1))
            sentences = inner.thinned(inner.train[order], rng)
            began = time.perf_counter()
            history = self.model.fit(
                sentences,
                inner.labels[order],
                batch_size=inner.batch_size,
                shuffle=False,
                verbose=0,
            ).history
            seconds += time.perf_counter() - began
            loss, accuracy = history["loss"][0], history["accuracy"][0]
            after = self.take(state)
            finite = bool(np.isfinite(loss) and np.isfinite(after.weights).all())
            if not finite:
                break
            sums = np.asarray(loss * m, np.float32), np.asarray(accuracy * m, np.float32)
            found, best = inner.measure(replace(after, sums=sums), in_numpy)
            rows.append(found)
            state = replace(after, epoch=state.epoch + 1, sums=(), best=best)
            if time.perf_counter() >= ends:
                break
        return Fitted(rows, state, finite, seconds)
