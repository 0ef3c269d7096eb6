"""List the models that the shapes page shows, with the sizes of each.

Each is a real builder: ``sketch`` runs its source on stand-in layers in milliseconds, and
``build`` runs it in Keras to confirm the sketch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqlib.emojify.models import Emojify_V2
from seqlib.i18n import N_
from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import Equality, djmodel, music_layers, prove_equal
from seqlib.shapes.arithmetic import TensorShape, annotate
from seqlib.shapes.blueprint import Blueprint, Size, blueprint
from seqlib.training import tensorflow
from seqlib.vectors.keras_layer import pretrained_embedding_layer

if TYPE_CHECKING:
    import keras


def embedding_model(
    maxlen: int, word_to_vec_map: Mapping[str, np.ndarray], word_to_index: Mapping[str, int]
) -> keras.Model:
    """Build a model of one ``pretrained_embedding_layer``, (None, maxlen) to (…, e_length)."""
    tensorflow.load()
    import keras

    sentence_indices = keras.Input((maxlen,), dtype="int32", name="sentence_indices")
    embedding_layer = pretrained_embedding_layer(word_to_vec_map, word_to_index)
    embeddings = embedding_layer(sentence_indices)  # (None, maxlen, e_length)
    return keras.Model(sentence_indices, embeddings, name="embedding_model")


def djmodel_mistake(Tx: int, n_a: int, n_values: int) -> keras.Model:
    """Build ``djmodel`` with the common mistake: a new LSTM and a new Dense at every timestep.

    It has the inputs and outputs of ``djmodel``, and Tx times its weights.
    """
    tensorflow.load()
    import keras
    from keras import layers

    X = keras.Input((Tx, n_values), name="X")
    a0 = keras.Input((n_a,), name="a0")
    c0 = keras.Input((n_a,), name="c0")
    a, c = a0, c0
    outputs = []
    for t in range(Tx):
        x = layers.Reshape((1, n_values))(X[:, t, :])
        LSTM_cell = layers.LSTM(n_a, return_state=True, name=f"LSTM_cell_{t}")
        densor = layers.Dense(n_values, activation="softmax", name=f"densor_{t}")
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
    return keras.Model([X, a0, c0], outputs, name="djmodel_mistake")


def one_layer(
    m: int,
    Tx: int,
    n_values: int,
    n_a: int,
    *,
    kind: str = "LSTM",
    return_sequences: bool = False,
    return_state: bool = False,
    stateful: bool = False,
    bidirectional: bool = False,
) -> keras.Model:
    """Build a model of one recurrent layer on X, with Keras' options.

    ``kind`` is "LSTM", "GRU" or "SimpleRNN". A stateful layer fixes the batch to m.
    """
    tensorflow.load()
    import keras

    X = keras.Input(batch_shape=(m if stateful else None, Tx, n_values), name="X")
    layer = getattr(keras.layers, kind)(
        n_a,
        return_sequences=return_sequences,
        return_state=return_state,
        stateful=stateful,
        name="layer",
    )
    if bidirectional:
        layer = keras.layers.Bidirectional(layer, name="both_ways")
    return keras.Model(X, layer(X), name="one_layer")


@dataclass(frozen=True)
class Dial:
    """A size that the reader sets: axis name, bounds, the seed's value, and its meaning."""

    name: str
    low: int
    high: int
    default: int
    what: str


@dataclass(frozen=True)
class Construction:
    """One of the seed's models.

    Attributes
    ----------
    name : str
    dials : tuple of Dial
    shown : tuple of functions
        Functions whose source is shown beside the picture, the builder first.
    sketch : function of the sizes by name -> Blueprint
        Needs no TensorFlow.
    build : function of the sizes by name -> keras.Model
    """

    name: str
    dials: tuple[Dial, ...]
    shown: tuple[Callable, ...]
    sketch: Callable[[Mapping[str, int]], Blueprint]
    build: Callable[[Mapping[str, int]], Any]

    @property
    def seed_sizes(self) -> dict[str, int]:
        return {dial.name: dial.default for dial in self.dials}


class _ShapeOnly:
    """A stand-in for an array, which has only a shape."""

    def __init__(self, *shape: int) -> None:
        self.shape = shape


def _named(sizes: Mapping[str, int]) -> dict[str, Size]:
    return {name: Size(size, name) for name, size in sizes.items()}


def _zero_vectors(vocabulary: int, e_length: int) -> tuple[dict, dict]:
    zeros = np.zeros(e_length, np.float32)
    words = [f"word{n}" for n in range(1, vocabulary + 1)]
    return dict.fromkeys(words, zeros), {word: n for n, word in enumerate(words, 1)}


def _sketch_djmodel(sizes: Mapping[str, int]) -> Blueprint:
    named = _named(sizes)
    return blueprint(djmodel, named["Tx"], named["n_a"], named["n_values"], uses=(music_layers,))


def _matrix_shape(sizes: Mapping[str, Size]) -> dict[str, Callable]:
    # Row 0 is padding, so the matrix has one row more than there are words.
    matrix = _ShapeOnly(Size(sizes["vocabulary"] + 1, "vocab_len"), sizes["e_length"])
    return {"embedding_matrix": lambda *_: (matrix, ())}


def _sketch_emojify(sizes: Mapping[str, int]) -> Blueprint:
    named = _named(sizes)
    return blueprint(
        Emojify_V2,
        (named["maxlen"],),
        None,
        None,
        n_classes=named["n_classes"],
        units=named["n_a"],
        uses=(pretrained_embedding_layer,),
        stand_ins=_matrix_shape(named),
    )


def _build_emojify(sizes: Mapping[str, int]) -> Any:
    return Emojify_V2(
        (sizes["maxlen"],),
        *_zero_vectors(sizes["vocabulary"], sizes["e_length"]),
        n_classes=sizes["n_classes"],
        units=sizes["n_a"],
    )


def _sketch_embedding(sizes: Mapping[str, int]) -> Blueprint:
    named = _named(sizes)
    return blueprint(
        embedding_model,
        named["maxlen"],
        None,
        None,
        uses=(pretrained_embedding_layer,),
        stand_ins=_matrix_shape(named),
    )


def _build_embedding(sizes: Mapping[str, int]) -> Any:
    return embedding_model(sizes["maxlen"], *_zero_vectors(sizes["vocabulary"], sizes["e_length"]))


_M = Dial("m", 1, 128, 60, N_("sequences in a batch"))
_MAXLEN = Dial("maxlen", 2, 40, 10, N_("words in a sentence, padded; the Tx of this model"))
_VOCABULARY = Dial("vocabulary", 100, 20_000, 10_000, N_("words that have a vector"))
_E_LENGTH = Dial("e_length", 2, 300, 50, N_("length of a word vector"))

CONSTRUCTIONS = {
    construction.name: construction
    for construction in (
        Construction(
            "djmodel",
            (
                _M,
                Dial("Tx", 1, 60, 30, N_("timesteps in a sequence")),
                Dial(
                    "n_values", 2, 200, 78, N_("different tokens, the length of a one-hot vector")
                ),
                Dial("n_a", 1, 256, 64, N_("units of the cell")),
            ),
            (djmodel, music_layers),
            _sketch_djmodel,
            lambda sizes: djmodel(sizes["Tx"], sizes["n_a"], sizes["n_values"]),
        ),
        Construction(
            "Emojify_V2",
            (
                _M,
                _MAXLEN,
                _E_LENGTH,
                Dial("n_a", 1, 256, 128, N_("units of each LSTM layer")),
                Dial("n_classes", 2, 20, 5, N_("different emoji")),
                _VOCABULARY,
            ),
            (Emojify_V2,),
            _sketch_emojify,
            _build_emojify,
        ),
        Construction(
            "pretrained_embedding_layer",
            (_M, _MAXLEN, _E_LENGTH, _VOCABULARY),
            (embedding_model, pretrained_embedding_layer),
            _sketch_embedding,
            _build_embedding,
        ),
    )
}


@dataclass(frozen=True)
class Confirmation:
    """The comparison of a sketch with the model that Keras builds.

    ``agreed`` of ``total`` tensors are equal in name, shape, dtype and origin; ``differing``
    lists the others as (ours, Keras'), None where one side has no such tensor.
    ``n_parameters`` is Keras' ``model.count_params()``.
    """

    agreed: int
    total: int
    n_parameters: int
    parameters_agree: bool
    differing: tuple[tuple[TensorShape | None, TensorShape | None], ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all tensors and the number of weights agree."""
        return self.agreed == self.total and self.parameters_agree


def confirm(sketch: Blueprint, model: Any) -> Confirmation:
    """Compare a sketch with the tensors of a model that Keras has built."""
    from itertools import zip_longest

    pairs = list(zip_longest(sketch.rows, annotate(model)))
    differing = tuple(pair for pair in pairs if pair[0] != pair[1])
    found = int(model.count_params())
    return Confirmation(
        len(pairs) - len(differing), len(pairs), found, found == sketch.n_parameters, differing
    )


# What Keras' room is asked for; each builds models, so it takes seconds.


def confirmed(name: str, sizes: Mapping[str, int]) -> Confirmation:
    """Confirm a construction of ``CONSTRUCTIONS`` at these sizes."""
    chosen = CONSTRUCTIONS[name]
    return confirm(chosen.sketch(sizes), chosen.build(sizes))


def confirmed_layer(sizes: tuple[int, ...], kind: str, **options: Any) -> Confirmation:
    """Confirm ``one_layer`` at sizes (m, Tx, n_values, n_a)."""
    return confirm(
        blueprint(one_layer, *sizes, kind=kind, **options),
        one_layer(*sizes, kind=kind, **options),
    )


def check_djmodel(
    weights: JazzWeights, X: np.ndarray, seed: int
) -> tuple[tuple[TensorShape, ...], tuple[Equality, ...]]:
    """Return the tensors of ``djmodel`` in Keras, and how far its numbers are from ours.

    ``X`` is (m, Tx, n_values); ``seed`` draws the notes that are sampled both ways.
    """
    model = djmodel(X.shape[1], weights.n_a, weights.n_values)
    return tuple(annotate(model)), prove_equal(weights, X, Ty=20, seed=seed)
