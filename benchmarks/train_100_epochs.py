"""From the click to 100 epochs done, against the literal djmodel under fit.

Each click happens in a fresh process that has not trained before; on the other side TensorFlow is
imported already.
"""

from __future__ import annotations

import multiprocessing
import statistics

import numpy as np

from benchmarks._result import Result, seconds
from benchmarks._windows import LEARNING_RATE, N_A, N_VALUES, TX, M, random_windows
from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import djmodel, music_layers
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.training import tensorflow
from seqlib.training.run import State

EPOCHS = 100


def ours() -> tuple[float, list[float]]:
    """Seconds from click to done, and the loss summed over the outputs at each epoch.

    A worker process is started on the way.
    """
    settings = RunSettings(epochs=EPOCHS, n_a=N_A, learning_rate=LEARNING_RATE)
    run = TrainingRun(*random_windows(), settings, weights=JazzWeights.initial(N_A, N_VALUES))
    took = seconds(lambda: run.start().wait())
    if run.state is not State.DONE:
        raise RuntimeError(run.error)
    return took, run.metrics.loss_sum.tolist()


def literal() -> tuple[float, list[float]]:
    """The same for djmodel: building it is not counted, compiling and fitting are."""
    tensorflow.load()
    import keras

    X, Y = random_windows()
    layers = music_layers(N_A, N_VALUES, JazzWeights.initial(N_A, N_VALUES))
    model = djmodel(TX, N_A, N_VALUES, layers)
    zeros = np.zeros((M, N_A), np.float32)
    history = {}

    def fit() -> None:
        model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE), loss=["categorical_crossentropy"] * TX
        )
        done = model.fit([X, zeros, zeros], list(Y), batch_size=M, epochs=EPOCHS, verbose=0)
        history.update(done.history)

    return seconds(fit), history["loss"]


def in_a_fresh_process(side) -> tuple[float, list[float]]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(side)


def measure() -> Result:
    clicks = [in_a_fresh_process(ours) for _ in range(2)]
    peer, losses = in_a_fresh_process(literal)
    clicks += [in_a_fresh_process(ours) for _ in range(3)]
    # Both sides trained the same model on the same windows.
    for _, our_losses in clicks:
        np.testing.assert_allclose(our_losses[0], losses[0], rtol=1e-4)
        # At this learning rate a last digit may send single epochs far up; the best stay alike.
        np.testing.assert_allclose(min(our_losses), min(losses), rtol=0.1)
    return Result(
        ours=statistics.median(took for took, _ in clicks),
        peer=peer,
        peer_name="the literal djmodel under model.fit",
        unit="s",
        goal=30,
    )
