"""Build the seed's jazz models in Keras 3. TensorFlow is imported when a model is built."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqlib import board
from seqlib.i18n import N_
from seqlib.jazz import JazzWeights
from seqlib.training import tensorflow

if TYPE_CHECKING:
    import keras


class MusicLayers(NamedTuple):
    """The three layers that every timestep of ``djmodel`` shares."""

    reshapor: keras.layers.Reshape
    LSTM_cell: keras.layers.LSTM
    densor: keras.layers.Dense


def music_layers(n_a: int, n_values: int, weights: JazzWeights | None = None) -> MusicLayers:
    """Build ``reshapor``, ``LSTM_cell`` and ``densor``, with ``weights`` if given."""
    names = board.run(board.read("djmodel"), n_a=n_a, n_values=n_values)
    shared = MusicLayers(*(names[name] for name in MusicLayers._fields))
    shared.LSTM_cell.build((None, 1, n_values))
    shared.densor.build((None, n_a))
    if weights is not None:
        set_weights(shared, weights)
    return shared


def set_weights(layers: MusicLayers, weights: JazzWeights) -> None:
    """Copy weights into the shared layers, and so into every model built on them."""
    arrays = list(weights.arrays)
    layers.LSTM_cell.set_weights(arrays[:3])
    layers.densor.set_weights(arrays[3:])


def get_weights(layers: MusicLayers) -> JazzWeights:
    """Copy the shared layers' weights into plain arrays."""
    return JazzWeights.from_arrays(layers.LSTM_cell.get_weights() + layers.densor.get_weights())


def djmodel(Tx: int, n_a: int, n_values: int, layers: MusicLayers | None = None) -> keras.Model:
    """Build the seed's training model as on the board: one cell and one densor, called Tx times.

    Parameters
    ----------
    Tx : int
        Length of a sequence.
    n_a : int
        Units of the cell.
    n_values : int
        Size of the vocabulary.
    layers : MusicLayers, optional
        Shared layers to build on; by default new ones.

    Returns
    -------
    keras.Model
        Inputs ``[X, a0, c0]`` of shapes (None, Tx, n_values), (None, n_a), (None, n_a);
        a list of Tx outputs (None, n_values).
    """
    if Tx < 1:
        raise ValueError(f"Tx is {Tx}; a sequence has at least 1 timestep.")
    names = board.run(board.read("djmodel"), n_a=n_a, n_values=n_values)
    if layers is not None:
        if (layers.LSTM_cell.units, layers.densor.units) != (n_a, n_values):
            raise ValueError(
                f"The layers are for n_a = {layers.LSTM_cell.units}, n_values = "
                f"{layers.densor.units}; the model is to have {n_a} and {n_values}."
            )
        names.update(layers._asdict())
    return names["djmodel"](Tx, n_a, n_values)


def fused_twin(Tx: int, layers: MusicLayers) -> keras.Model:
    """Build ``djmodel`` as one recurrent layer over all timesteps, on the same cell and densor.

    Its inputs are ``djmodel``'s, its output is one tensor (None, Tx, n_values). Training it
    trains ``djmodel``, because both have the same variables.
    """
    tensorflow.load()
    import keras

    _, LSTM_cell, densor = layers
    X = keras.Input((Tx, densor.units), name="X")
    a0 = keras.Input((LSTM_cell.units,), name="a0")
    c0 = keras.Input((LSTM_cell.units,), name="c0")
    over_time = keras.layers.RNN(LSTM_cell.cell, return_sequences=True, name="LSTM_over_time")
    a = over_time(X, initial_state=[a0, c0])  # (None, Tx, n_a)
    return keras.Model([X, a0, c0], densor(a), name="djmodel_fused")


def music_inference_model(
    LSTM_cell: keras.layers.LSTM, densor: keras.layers.Dense, Ty: int, *, sampled: bool = False
) -> keras.Model:
    """Build the generating model, in which each output's choice is the next timestep's input.

    Parameters
    ----------
    LSTM_cell, densor : the trained shared layers
    Ty : int
        Number of notes to write.
    sampled : bool
        False chooses the most probable note. True draws, with two more inputs: ``noise``
        (None, Ty, n_values), as ``seqlib.jazz.sampling.gumbel_noise`` draws it, and
        ``temperature`` (None, 1).

    Returns
    -------
    keras.Model
        Inputs ``[x0, a0, c0]`` of shapes (None, 1, n_values), (None, n_a), (None, n_a), and
        the two above if ``sampled``; a list of Ty outputs (None, n_values), the softmax of
        each step.
    """
    if Ty < 1:
        raise ValueError(f"Ty is {Ty}; ask for at least 1 note.")
    n_values, n_a = densor.units, LSTM_cell.units
    if not sampled:
        texts = map(board.read, ("djmodel", "music_inference_model"))
        names = board.run(*texts, n_a=n_a, n_values=n_values)
        names.update(LSTM_cell=LSTM_cell, densor=densor)
        return names["music_inference_model"](Ty, n_a, n_values)
    tensorflow.load()
    import keras
    from keras import ops

    x0 = keras.Input((1, n_values), name="x0")
    a0 = keras.Input((n_a,), name="a0")
    c0 = keras.Input((n_a,), name="c0")
    noise = keras.Input((Ty, n_values), name="noise")
    temperature = keras.Input((1,), name="temperature")
    x, a, c = x0, a0, c0
    outputs = []
    for t in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)  # (None, n_values)
        outputs.append(out)
        chosen = ops.argmax(ops.log(out) / temperature + noise[:, t, :], axis=-1)  # (None,)
        x = ops.expand_dims(ops.one_hot(chosen, n_values), axis=1)  # (None, 1, n_values)
    inputs = [x0, a0, c0, noise, temperature]
    return keras.Model(inputs, outputs, name="music_inference_model")


def saved(weights: JazzWeights, Tx: int, ending: str) -> bytes:
    """Save ``djmodel`` over ``Tx`` steps, with these weights, as the bytes of a file of Keras.

    ``ending`` is ``".keras"`` for the whole model, or ``".weights.h5"``.
    """
    layers = music_layers(weights.n_a, weights.n_values, weights)
    model = djmodel(Tx, weights.n_a, weights.n_values, layers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"djmodel{ending}"
        (model.save_weights if ending == ".weights.h5" else model.save)(path)
        return path.read_bytes()


class Equality(NamedTuple):
    """A comparison of two arrays of one shape, and their largest absolute difference."""

    what: str
    shape: tuple[int, ...]
    max_difference: float


def prove_equal(weights: JazzWeights, X: np.ndarray, Ty: int, seed: int) -> tuple[Equality, ...]:
    """Compare ``djmodel``, its twin and the NumPy model on the windows ``X`` (m, Tx, n_values).

    Then ``Ty`` notes are sampled by Keras and by NumPy with the same noise. Building the Keras
    models takes seconds.
    """
    from seqlib.jazz.sampling import gumbel_noise, sample

    layers = music_layers(weights.n_a, weights.n_values, weights)
    m, Tx, n_values = X.shape
    zeros = np.zeros((m, weights.n_a), np.float32)
    literal = np.stack(
        [np.asarray(out) for out in djmodel(Tx, weights.n_a, n_values, layers)([X, zeros, zeros])]
    )  # (Ty, m, n_values)
    twin = np.asarray(fused_twin(Tx, layers)([X, zeros, zeros]))  # (m, Tx, n_values)
    plain = weights.predict(X)  # (m, Tx, n_values)

    written = sample(weights, Ty, seed=seed)
    noise = gumbel_noise(Ty, n_values, seed)[None]
    zero = np.zeros((1, weights.n_a), np.float32)
    keras_written = music_inference_model(layers.LSTM_cell, layers.densor, Ty, sampled=True)(
        [np.zeros((1, 1, n_values), np.float32), zero, zero, noise, np.ones((1, 1), np.float32)]
    )
    keras_y = np.concatenate([np.asarray(out) for out in keras_written])  # (Ty, n_values)
    assert written.trace.y is not None  # a sample's trace always has y
    return tuple(
        Equality(what, ours.shape, float(np.abs(ours - theirs).max()))
        for what, ours, theirs in (
            (N_("djmodel and its fused twin"), literal, twin.swapaxes(0, 1)),
            (N_("djmodel and the NumPy cell"), literal, plain.swapaxes(0, 1)),
            (N_("music_inference_model and the NumPy sampler"), keras_y, written.trace.y),
        )
    )
