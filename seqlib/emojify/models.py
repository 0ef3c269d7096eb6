"""Build the seed's ``Emojify_V2`` in Keras. TensorFlow is imported when a model is built."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqlib import board
from seqlib.emojify.weights import Embedding, EmojifyWeights
from seqlib.training import tensorflow
from seqlib.vectors.keras_layer import pretrained_embedding_layer

if TYPE_CHECKING:
    import keras


def Emojify_V2(
    input_shape: tuple[int, ...],
    word_to_vec_map: Mapping[str, np.ndarray],
    word_to_index: Mapping[str, int],
    *,
    n_classes: int = 5,
    units: int = 128,
    dropout: float = 0.5,
    input_dropout: float = 0.0,
    mask: bool = False,
    trainable: bool = False,
) -> keras.Model:
    """Build the seed's model as on the board: embedding, two LSTM layers with dropout, softmax.

    Parameters
    ----------
    input_shape : tuple
        ``(maxlen,)``, the number of words.
    word_to_vec_map : mapping of str to array (e_length,)
    word_to_index : mapping of str to int, from 1
    n_classes : int
        The seed has 5.
    units : int
        Units of each LSTM; the seed has 128.
    dropout : float
        Share of units dropped after each LSTM in training; the seed has 0.5.
    input_dropout : float
        Share of each word's vector dropped in training; the seed drops nothing there.
    mask : bool
        Skip row 0 (Keras' ``mask_zero``); the seed reads row 0 as a word of zeros.
    trainable : bool
        Train the embedding too; the seed does not.

    Returns
    -------
    keras.Model
        int32 (None, maxlen) -> softmax (None, n_classes).
    """
    tensorflow.load()
    from keras.layers import Dropout

    def embedding_layer(*words: Any) -> Any:
        layer = pretrained_embedding_layer(*words, trainable=trainable)
        # As mask_zero=True does, which is no argument of the seed's function.
        layer.mask_zero = layer.supports_masking = mask
        drop = Dropout(input_dropout)
        return (lambda indices: drop(layer(indices))) if input_dropout else layer

    names = board.run(
        board.read("Emojify_V2"),
        n_a=units,
        n_classes=n_classes,
        pretrained_embedding_layer=embedding_layer,
    )
    model = names["Emojify_V2"](tuple(input_shape), word_to_vec_map, word_to_index)
    known = NAMES if input_dropout else tuple(name for name in NAMES if name != "dropout_0")
    for layer, name in zip(model.layers[1:], known, strict=True):
        layer.name = name
        if name in ("dropout_1", "dropout_2"):
            layer.rate = dropout
    return model


EMBEDDING = "pretrained_embedding"
LAYERS = ("lstm_1", "lstm_2", "dense")
NAMES = (
    *(EMBEDDING, "dropout_0", "lstm_1", "dropout_1", "lstm_2", "dropout_2", "dense", "softmax"),
)


def set_weights(model: keras.Model, weights: EmojifyWeights) -> None:
    """Copy weights into all layers except the embedding."""
    arrays = list(weights.arrays)
    for name, part in zip(LAYERS, (arrays[:3], arrays[3:6], arrays[6:]), strict=True):
        model.get_layer(name).set_weights(part)


def keras_model(
    weights: EmojifyWeights, words: Sequence[str], maxlen: int, dropout: float
) -> keras.Model:
    """Build ``Emojify_V2`` with these weights; ``words`` name the embedding's rows from 1."""
    rows = weights.embedding[np.arange(len(words) + 1)]  # (len(words) + 1, e_length)
    model = Emojify_V2(
        (maxlen,),
        dict(zip(words, rows[1:], strict=True)),
        {word: index for index, word in enumerate(words, 1)},
        n_classes=weights.n_classes,
        units=weights.n_a,
        dropout=dropout,
        mask=weights.mask,
    )
    set_weights(model, weights)
    # Row 0 is not zeros if an unmasked padding row was trained.
    model.get_layer(EMBEDDING).set_weights([rows])
    return model


# What Keras' room is asked for.


def with_rows_only(weights: EmojifyWeights, rows: Sequence[int]) -> EmojifyWeights:
    """Return weights whose embedding has the padding row, then ``rows``, and no other.

    Others need not travel to another process.
    """
    few = weights.embedding[np.array([0, *rows])]
    return replace(weights, embedding=Embedding.of(few))


def keras_bytes(
    weights: EmojifyWeights, words: Sequence[str], maxlen: int, dropout: float
) -> bytes:
    """Save ``keras_model`` as the bytes of a ``.keras`` file, which this program never opens."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "emojify.keras"
        keras_model(weights, words, maxlen, dropout).save(path)
        return path.read_bytes()


class Comparison(NamedTuple):
    """Keras' model beside the arrays.

    Attributes
    ----------
    largest : float
        The largest difference of a probability.
    layers : tuple of (name, output shape, number of weights)
    """

    largest: float
    layers: tuple[tuple[str, tuple[int | None, ...], int], ...]


def compare(weights: EmojifyWeights, indices: np.ndarray) -> Comparison:
    """Compare the outputs for sentences (m, maxlen), as rows of the embedding, with Keras'."""
    names = [str(row) for row in range(1, weights.embedding.n_rows)]
    theirs = keras_model(weights, names, indices.shape[1], dropout=0.0)
    difference = np.asarray(theirs(indices)) - weights.probabilities(indices)
    layers = tuple(
        (layer.name, tuple(layer.output.shape), layer.count_params()) for layer in theirs.layers
    )
    return Comparison(float(np.abs(difference).max()), layers)
