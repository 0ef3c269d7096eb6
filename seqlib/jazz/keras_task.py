"""The jazz model trained by Keras: ``fit`` on the literal ``djmodel``, or on its one-layer twin."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from seqlib.jazz.task import JazzTask
from seqlib.training.keras_task import Fit, Fitted, KerasTask
from seqlib.training.task import State


def keras_task(task: JazzTask, literal: bool) -> KerasTask:
    """Have Keras train what ``task`` trains, full batch: on ``djmodel``, or on its twin.

    ``djmodel`` has an LSTM; of other cells there is the one-layer twin only.

    ``loss`` is what ``fit`` reports, the sum over the Ty outputs; their shares of it, and
    ``accuracy``, are those of the same weights in NumPy, since ``fit`` names them only for some
    models.
    """
    kind = task.start.cell.kind
    literal = literal and kind == "LSTM"
    sizes = task.x.shape[1], task.start.n_a, task.start.n_values
    return KerasTask(task, DjmodelFit if literal else TwinFit, (literal, kind, *sizes))


class TwinFit(Fit):
    """``fused_twin``, compiled with the seed's loss: cross-entropies summed over the outputs."""

    def __init__(self, task: JazzTask) -> None:
        import keras

        from seqlib.jazz import keras_models

        self._Tx, self._n_a, self._n_values = task.x.shape[1], task.start.n_a, task.start.n_values
        self._kind = task.start.cell.kind
        layers = keras_models.music_layers(self._n_a, self._n_values)
        super().__init__(self.compiled(keras, keras_models, layers))

    def compiled(self, keras: Any, keras_models: Any, layers: Any) -> Any:
        """Build and compile the model on these layers."""
        Tx = self._Tx
        if self._kind == "LSTM":
            model = keras_models.fused_twin(Tx, layers)
        else:
            model = keras_models.one_layer(self._kind, Tx, self._n_a, self._n_values)
        model.compile(
            keras.optimizers.Adam(),
            # Keras averages over timesteps where the Ty outputs of djmodel are summed.
            loss=lambda true, y: Tx * keras.losses.categorical_crossentropy(true, y),
        )
        return model

    def targets(self, Y: np.ndarray) -> Any:
        """What ``fit`` takes for the outputs, from Y (m, Ty, n_values)."""
        return Y

    def run(self, task: KerasTask, state: State, epochs: int, ends: float) -> Fitted:
        """Train at most ``epochs``, at least one, until ``time.perf_counter()`` is ``ends``."""
        import keras

        inner: JazzTask = task.inner
        eye = np.eye(self._n_values + 1, self._n_values, dtype=np.float32)  # the last row is blank
        X, Y = eye[inner.x], eye[inner.y]  # (m, Tx, n_values)
        zeros = np.zeros((len(X), self._n_a), np.float32)
        self.put(inner, state)
        measure = _Measure(self, inner, state, ends)
        callback = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda _epoch, _logs: measure.begin(),
            on_epoch_end=lambda _epoch, logs: measure.end(logs),
        )
        began = time.perf_counter()
        self.model.fit(
            [X, zeros, zeros] if self._kind == "LSTM" else X,
            self.targets(Y),
            batch_size=len(X),
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[callback],
        )
        return Fitted(
            measure.rows,
            measure.state,
            measure.finite,
            time.perf_counter() - began - measure.seconds,
            measure.kept,
        )


class DjmodelFit(TwinFit):
    """The literal ``djmodel``: Ty outputs, each with its own cross-entropy."""

    def compiled(self, keras: Any, keras_models: Any, layers: Any) -> Any:
        """Build and compile the model on these layers."""
        # Each call has one step. With TensorFlow's loop around each, tracing takes three times as
        # long (18 s against 6 for the exercise's sizes) and an epoch a quarter more.
        layers.LSTM_cell.unroll = True
        model = keras_models.djmodel(self._Tx, self._n_a, self._n_values, layers)
        model.compile(keras.optimizers.Adam(), loss=["categorical_crossentropy"] * self._Tx)
        return model

    def targets(self, Y: np.ndarray) -> Any:
        """What ``fit`` takes for the outputs, from Y (m, Ty, n_values)."""
        return list(Y.swapaxes(0, 1))


class _Measure:
    """What is noted at the beginning and the end of each epoch of a ``fit``."""

    def __init__(self, fit: Fit, task: JazzTask, state: State, ends: float) -> None:
        self.rows: list[dict[str, Any]] = []
        self.state = state
        self.seconds = 0.0  # that NumPy took meanwhile
        self.finite = True
        self.kept: dict[int, np.ndarray] = {}
        self._whole = task
        # At a rate of 0 nothing moves: the pass only measures.
        self._fit, self._task, self._ends = fit, replace(task, learning_rate=0.0, held_out=()), ends

    def begin(self) -> None:
        began = time.perf_counter()
        _state, progress = self._task.advance(self.state, float("inf"), 1)
        self._measured = {name: rows[0] for name, rows in progress.measured.items()}  # or empty
        self.seconds += time.perf_counter() - began

    def end(self, logs: dict[str, float]) -> None:
        began = time.perf_counter()
        total = float(logs["loss"])
        after = replace(self._fit.take(self.state), epoch=self.state.epoch + 1)
        self.finite = bool(np.isfinite(total) and np.isfinite(after.weights).all())
        if self.finite and self._measured:
            loss = self._measured["loss"]  # (Ty,)
            share = (loss * (total / loss.sum())).astype(np.float32)
            tested, best = self._whole.tested(after)
            rate = np.float32(self._whole.learning_rate)
            self.rows.append({**self._measured, "loss": share, "rate": rate, **tested})
            self.state = replace(after, best=best)
            if self._whole.keeps(after.epoch):
                self.kept[after.epoch] = after.weights
        self._fit.model.stop_training = not self.finite or began >= self._ends
        self.seconds += time.perf_counter() - began
