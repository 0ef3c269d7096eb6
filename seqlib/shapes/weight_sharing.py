"""Compare a layer that is defined once and called Tx times with a new layer at every step.

Both models start from the same weights, so their outputs are equal. One step of gradient
descent then shows which of them shares its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import N_
from seqlib.jazz.keras_models import djmodel, music_layers
from seqlib.shapes.constructions import MISTAKE
from seqlib.training import tensorflow


@dataclass(frozen=True)
class Side:
    """The weights of one of the two models.

    Attributes
    ----------
    n_parameters, n_objects : int
        Number of weights, and of the arrays that hold them.
    cells : int
        Number of LSTM layers.
    change : array (Tx,)
        Change of the recurrent kernel used at t after one training step (Frobenius norm).
    """

    name: str
    n_parameters: int
    n_objects: int
    cells: int
    change: np.ndarray


@dataclass(frozen=True)
class Sharing:
    """Both models, and the largest difference of their outputs before and after the step."""

    shared: Side
    mistake: Side
    before: float
    after: float


def compare(Tx: int, n_a: int, n_values: int) -> Sharing:
    """Build both models, copy the shared weights into the mistake's layers, train one step each.

    The data are 8 random one-hot sequences of Tx tokens, of which each next token is predicted;
    the learning rate of gradient descent is 1. Takes seconds.
    """
    tensorflow.load()
    import keras

    layers = music_layers(n_a, n_values)
    shared = djmodel(Tx, n_a, n_values, layers)
    mistake = MISTAKE.build({"Tx": Tx, "n_a": n_a, "n_values": n_values})
    cells = [layer for layer in mistake.layers if isinstance(layer, keras.layers.LSTM)]
    for layer in mistake.layers:
        if layer.weights:
            same = layers.LSTM_cell if layer in cells else layers.densor
            layer.set_weights(same.get_weights())
    m = 8
    tokens = np.random.default_rng(0).integers(0, n_values, (m, Tx + 1))
    X = np.eye(n_values, dtype=np.float32)[tokens[:, :-1]]  # (m, Tx, n_values)
    zeros = np.zeros((m, n_a), np.float32)
    inputs, Y = [X, zeros, zeros], tokens[:, 1:].T  # (Ty, m)

    start = layers.LSTM_cell.get_weights()[1]
    before = _difference(shared, mistake, inputs)
    for model in (shared, mistake):
        _one_step(keras, model, inputs, Y)
    after = _difference(shared, mistake, inputs)

    def change(layer: Any) -> float:
        return float(np.linalg.norm(layer.get_weights()[1] - start))

    return Sharing(
        _side(N_("defined once"), shared, 1, np.full(Tx, change(layers.LSTM_cell))),
        _side(N_("defined in the loop"), mistake, Tx, np.array([change(cell) for cell in cells])),
        before,
        after,
    )


def _side(name: str, model: Any, cells: int, change: np.ndarray) -> Side:
    return Side(name, int(model.count_params()), len({id(w) for w in model.weights}), cells, change)


def _outputs(model: Any, inputs: list[np.ndarray]) -> Any:
    found = model(inputs)
    return found if isinstance(found, list | tuple) else [found]


def _difference(one: Any, other: Any, inputs: list[np.ndarray]) -> float:
    pairs = zip(_outputs(one, inputs), _outputs(other, inputs), strict=True)
    return max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in pairs)


def _one_step(keras: Any, model: Any, inputs: list, Y: np.ndarray) -> None:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        losses = [
            keras.ops.mean(keras.losses.sparse_categorical_crossentropy(true, out))
            for true, out in zip(Y, _outputs(model, inputs), strict=True)
        ]
        loss = sum(losses)
    gradients = tape.gradient(loss, [w.value for w in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        if gradient is not None:  # nothing reads the last step's state
            weight.assign_sub(gradient)
