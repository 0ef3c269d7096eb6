"""From the click to 100 epochs done, against the literal djmodel under fit."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks._result import Result, seconds
from benchmarks._windows import LEARNING_RATE, N_A, N_VALUES, TX, M, random_windows
from seqlib import backend
from seqlib.fused import shared_step
from seqlib.jazz import JazzWeights
from seqlib.models import djmodel, music_layers
from seqlib.training import RunSettings, State, TrainingRun

EPOCHS = 100


def measure() -> Result:
    backend.load()
    import keras

    X, Y = random_windows()
    weights = JazzWeights.initial(N_A, N_VALUES)

    def train() -> TrainingRun:
        shared_step.cache_clear()  # every round pays for its first trace
        settings = RunSettings(epochs=EPOCHS, n_a=N_A, learning_rate=LEARNING_RATE)
        run = TrainingRun(X, Y, settings, weights=weights).start()
        if run.wait() is not State.DONE:
            raise RuntimeError(run.error)
        return run

    # Building djmodel is not counted, compiling and fitting are.
    model = djmodel(TX, N_A, N_VALUES, music_layers(N_A, N_VALUES, weights))
    zeros = np.zeros((M, N_A), np.float32)
    losses = []

    def fit() -> None:
        model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE), loss=["categorical_crossentropy"] * TX
        )
        history = model.fit([X, zeros, zeros], list(Y), batch_size=M, epochs=EPOCHS, verbose=0)
        losses.extend(history.history["loss"])

    runs = []
    ours = [seconds(lambda: runs.append(train())) for _ in range(2)]
    peer = seconds(fit)
    ours += [seconds(lambda: runs.append(train())) for _ in range(3)]

    # Both trained the same model: the loss summed over the outputs, at the first and last epoch.
    for run in runs:
        np.testing.assert_allclose(run.metrics.loss_sum[0], losses[0], rtol=1e-4)
        np.testing.assert_allclose(run.metrics.loss_sum[-1], losses[-1], rtol=0.1)
    return Result(
        ours=statistics.median(ours),
        peer=peer,
        peer_name="the literal djmodel under model.fit",
        unit="s",
        goal=20,
    )
