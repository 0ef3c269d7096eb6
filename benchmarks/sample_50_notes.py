"""Sampling 50 notes, against the usual loop of model.predict over a one-step Keras model."""

from __future__ import annotations

import numpy as np

from benchmarks._result import Result, median_seconds
from benchmarks._windows import N_A, N_VALUES
from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import music_layers
from seqlib.jazz.sampling import gumbel_noise, sample
from seqlib.training import tensorflow

NOTES, SEED = 50, 3


def measure() -> Result:
    tensorflow.load()
    import keras

    weights = JazzWeights.initial(N_A, N_VALUES)
    _, LSTM_cell, densor = music_layers(N_A, N_VALUES, weights)
    x0, a0, c0 = keras.Input((1, N_VALUES)), keras.Input((N_A,)), keras.Input((N_A,))
    a, _, c = LSTM_cell(x0, initial_state=[a0, c0])
    one_step = keras.Model([x0, a0, c0], [densor(a), a, c])
    one_hot = np.eye(N_VALUES, dtype=np.float32)

    def predict_loop() -> list[int]:
        noise = gumbel_noise(NOTES, N_VALUES, SEED)
        x = np.zeros((1, 1, N_VALUES), np.float32)
        a = c = np.zeros((1, N_A), np.float32)
        written = []
        for t in range(NOTES):
            y, a, c = one_step.predict([x, a, c], verbose=0)
            written.append(int((np.log(y[0]) + noise[t]).argmax()))
            x = one_hot[written[-1]][None, None]
        return written

    def ours() -> list[int]:
        return sample(weights, NOTES, seed=SEED).indices.tolist()

    # Also warms both sides: the first predict traces its function.
    if ours() != predict_loop():
        raise AssertionError("the two sides wrote different notes")
    return Result(
        ours=median_seconds(ours, 200) * 1000,
        peer=median_seconds(predict_loop, 3) * 1000,
        peer_name="model.predict, one step at a time",
        unit="ms",
        goal=1000,
    )
