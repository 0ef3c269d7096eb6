"""List the models that the shapes page shows: their code on the board, with the sizes of each.

The same text is shown, walked for its shapes by ``seqlib.shapes.pasted``, and run in Keras to
confirm them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np

from seqlib import board
from seqlib.i18n import N_
from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import Equality, djmodel, prove_equal
from seqlib.shapes.arithmetic import TensorShape, annotate
from seqlib.shapes.pasted import Confirmation, Model, read
from seqlib.shapes.recording import Blueprint


@dataclass(frozen=True)
class Dial:
    """A size that the reader sets: axis name, bounds, the seed's value, and its meaning."""

    name: str
    low: int
    high: int
    default: int
    what: str


READ_VECTORS = 'word_to_index, index_to_word, word_to_vec_map = read_glove_vecs("glove.6B.50d.txt")'
# The code's names of axes that the page calls otherwise.
AXES = {"emb_dim": "e_length"}


@dataclass(frozen=True)
class Construction:
    """One of the seed's models.

    Attributes
    ----------
    texts : tuple of str
        Names of the board's texts that it is made of.
    end : str
        The lines that call them.
    """

    name: str
    dials: tuple[Dial, ...]
    texts: tuple[str, ...]
    end: str

    @property
    def seed_sizes(self) -> dict[str, int]:
        return {dial.name: dial.default for dial in self.dials}

    @property
    def meanings(self) -> dict[str, str]:
        """What each size counts."""
        return {dial.name: dial.what for dial in self.dials}

    def code(self, sizes: Mapping[str, int]) -> str:
        """Write its code for these sizes: they stand in the first line."""
        used = [
            name for name in sizes if name in ("Tx", "Ty", "maxlen", "n_values", "n_a", "n_classes")
        ]
        first = f"{', '.join(used)} = {', '.join(str(int(sizes[name])) for name in used)}\n"
        return "\n".join((first, *map(board.read, self.texts), self.end))

    def walked(self, sizes: Mapping[str, int]) -> tuple[Model, Mapping[int, Mapping[str, Any]]]:
        """Return its model by walking its code, and what each line gives, by line and name."""
        return _walked(self, tuple(sizes.items()))

    def sketch(self, sizes: Mapping[str, int]) -> Blueprint:
        """Return its shapes. Needs no TensorFlow."""
        return self.walked(sizes)[0].sketch

    def build(self, sizes: Mapping[str, int]) -> Any:
        """Run its code in Keras and return the model. All word vectors are zeros."""
        names = board.run(self.code(sizes), read_glove_vecs=lambda _: _zero_vectors(sizes))
        return names["model"]


@lru_cache(maxsize=64)
def _walked(made: Construction, sizes: tuple[tuple[str, int], ...]) -> tuple[Model, Any]:
    at = dict(sizes)
    found = read(
        made.code(at),
        {
            "len(word_to_index)": at.get("vocabulary", 1),
            'word_to_vec_map["cucumber"].shape[0]': at.get("e_length", 1),
        },
    )
    (model,) = found.models
    axes = tuple(tuple(AXES.get(axis, axis) for axis in row) for row in model.sketch.axes)
    return replace(model, sketch=replace(model.sketch, axes=axes)), found.values


def _zero_vectors(sizes: Mapping[str, int]) -> tuple[dict, dict, dict]:
    words = ["cucumber", *(f"word{n}" for n in range(2, sizes["vocabulary"] + 1))]
    vectors = dict.fromkeys(words, np.zeros(sizes["e_length"], np.float32))
    return {word: n for n, word in enumerate(words, 1)}, dict(enumerate(words, 1)), vectors


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
            ("djmodel",),
            "model = djmodel(Tx, n_a, n_values)\n",
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
            ("Emojify_V2", "pretrained_embedding_layer"),
            f"{READ_VECTORS}\nmodel = Emojify_V2((maxlen,), word_to_vec_map, word_to_index)\n",
        ),
        Construction(
            "pretrained_embedding_layer",
            (_M, _MAXLEN, _E_LENGTH, _VOCABULARY),
            ("pretrained_embedding_layer",),
            f"""{READ_VECTORS}
embedding_layer = pretrained_embedding_layer(word_to_vec_map, word_to_index)

from keras import Input, Model

sentence_indices = Input(shape=(maxlen,), dtype="int32")
embeddings = embedding_layer(sentence_indices)
model = Model(inputs=sentence_indices, outputs=embeddings)
""",
        ),
    )
}
MISTAKE = Construction(
    "djmodel_mistake",
    CONSTRUCTIONS["djmodel"].dials,
    ("djmodel_mistake",),
    "model = djmodel_mistake(Tx, n_a, n_values)\n",
)

WRITING = Construction(
    "music_inference_model",
    tuple(
        replace(dial, name="Ty", what=N_("notes to write")) if dial.name == "Tx" else dial
        for dial in CONSTRUCTIONS["djmodel"].dials
    ),
    ("djmodel", "music_inference_model"),
    "model = music_inference_model(Ty, n_a, n_values)\n",
)


def bare(line: str) -> str:
    """Return a line of code without its comment and its indent."""
    return line.split("  #")[0].strip()


def differing(one: str, other: str) -> tuple[str, str]:
    """Return the line of each text's loop that the loop of the other text does not have."""

    def loop(name: str) -> list[str]:
        body = board.read(name).partition("for t in range(")[2].split("\n")[1:]
        return [bare(line) for line in body if line.startswith(" " * 8)]

    mine, theirs = loop(one), loop(other)
    (only,) = (line for line in mine if line not in theirs)
    (instead,) = (line for line in theirs if line not in mine)
    return only, instead


def one_layer(kind: str, sizes: Mapping[str, int], **options: bool) -> str:
    """Write a model of one recurrent layer on X, with Keras' options that are on.

    ``kind`` is "LSTM", "GRU" or "SimpleRNN"; ``options`` are those of the layer, and
    ``bidirectional``. A stateful layer fixes the batch to m.
    """
    both = options.pop("bidirectional", False)
    given = "".join(f", {name}=True" for name, on in options.items() if on)
    layer = f"{kind}(n_a{given})"
    shape = "batch_shape=(m, Tx, n_values)" if options.get("stateful") else "shape=(Tx, n_values)"
    names = ("m", "Tx", "n_values", "n_a")
    return (
        f"{', '.join(names)} = {', '.join(str(sizes[name]) for name in names)}\n"
        f"X = Input({shape})\n"
        f"layer = {f'Bidirectional({layer})' if both else layer}\n"
        "model = Model(X, layer(X))\n"
    )


def confirm(sketch: Blueprint, model: Any) -> Confirmation:
    """Compare a sketch with the tensors of a model that Keras has built.

    Names are the code's in the one and Keras' own in the other.
    """

    def compared(row: TensorShape | None) -> TensorShape | None:
        return row and replace(row, name="", layer="")

    pairs = list(zip_longest(sketch.rows, annotate(model)))
    differing = tuple(pair for pair in pairs if compared(pair[0]) != compared(pair[1]))
    return Confirmation.of(sketch, int(model.count_params()), len(pairs), differing)


# What Keras' room is asked for; each builds models, so it takes seconds.


def confirmed(name: str, sizes: Mapping[str, int]) -> Confirmation:
    """Confirm a construction of ``CONSTRUCTIONS`` at these sizes."""
    chosen = CONSTRUCTIONS[name]
    return confirm(chosen.sketch(sizes), chosen.build(sizes))


def check_djmodel(
    weights: JazzWeights, X: np.ndarray, seed: int
) -> tuple[tuple[TensorShape, ...], tuple[Equality, ...]]:
    """Return the tensors of ``djmodel`` in Keras, and how far its numbers are from ours.

    ``X`` is (m, Tx, n_values); ``seed`` draws the notes that are sampled both ways.
    """
    model = djmodel(X.shape[1], weights.n_a, weights.n_values)
    return tuple(annotate(model)), prove_equal(weights, X, Ty=20, seed=seed)
