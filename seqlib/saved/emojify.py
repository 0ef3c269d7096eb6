"""Make a model that reads sentences of the layers of a learner's ``Emojify_V2``."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from seqlib.emojify import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import EmojifyWeights
from seqlib.i18n import Later
from seqlib.lstm.cell import check_units
from seqlib.saved.files import SavedError
from seqlib.saved.layers import Layer, Saved
from seqlib.text import MAX_CLASSES, MAX_MAXLEN, MIN_CLASSES, classes_of
from seqlib.vectors import WordVectors

# Layers that are looked at, and those that change nothing of what a model answers; NotEqual is
# how a graph of Keras has the mask.
READ = frozenset(
    (
        *("InputLayer", "Embedding", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "Dense"),
        *("Activation", "Softmax", "NotEqual"),
        *("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"),
        *("Functional", "Model", "Sequential"),
    )
)
MAXLEN = 10  # words, as in the exercise: a file of weights alone does not say it


def emoji_model(found: Saved, vectors: WordVectors) -> EmojiModel:
    """Read words through ``vectors``, then by the file's LSTM, LSTM and Dense layers.

    Whether padding is masked, and how long a sentence is, the file's configuration says. Raises
    ``InputError`` where the layers are not those of ``Emojify_V2`` on such vectors.
    """
    first, second, dense = _layers(found, vectors.dim)
    n_classes = dense.n_out
    lexicon = Lexicon.of(vectors, Unknown.ZERO)
    bias = dense.arrays[1] if len(dense.arrays) > 1 else np.zeros(n_classes, np.float32)
    cells = [array for layer in (first, second) for array in layer.cell.arrays]
    arrays = [*cells, dense.arrays[0], bias]
    weights = EmojifyWeights.from_arrays(arrays, lexicon.embedding, found.told.mask)
    classes, _places = classes_of(map(str, range(n_classes)))
    return EmojiModel(lexicon, weights, classes, _maxlen(found), _notes(found, vectors))


def _maxlen(found: Saved) -> int:
    Tx = found.told.Tx or MAXLEN
    if not 1 <= Tx <= MAX_MAXLEN:
        raise SavedError(
            "The model in this file reads {n:,} words at once; at most {most} can be read here.",
            n=Tx,
            most=MAX_MAXLEN,
        )
    return Tx


def _layers(found: Saved, e_length: int) -> tuple[Layer, Layer, Layer]:
    unread = found.told.kinds - READ | found.told.activations
    whole = found.of("LSTM", "Dense")
    tables = found.parts - len(whole)  # more would compute something else
    if not unread and len(whole) == 3 and tables == len(found.of("Embedding")[:1]):
        for first, second, dense in permutations(whole):
            kinds = first.kind, second.kind, dense.kind
            fits = first.n_x == e_length and first.n_out == second.n_x == second.n_out == dense.n_x
            classes = MIN_CLASSES <= dense.n_out <= MAX_CLASSES
            turned = first.backward or second.backward
            if kinds == ("LSTM", "LSTM", "Dense") and fits and classes and not turned:
                check_units(first.n_out)
                return first, second, dense
    raise SavedError(
        "This is no Emojify_V2 on vectors of {n} numbers, which is one LSTM that reads them, a "
        "second as large and one Dense layer; the file has {found}. Choose the vectors that it "
        "was trained with on the Embeddings page, or watch its layers on the Cell page.",
        n=e_length,
        found=[*found.listed, *sorted(unread)[:12]],
    )


def _notes(found: Saved, vectors: WordVectors) -> tuple[Later, ...]:
    """Say what the file leaves open, and where its embedding is another than the vectors.

    In whatever order its rows are.
    """
    unsaid = Later(
        "The file does not say how long its sentences were, nor whether padding was masked: {n} "
        "words are read, padding too.",
        {"n": MAXLEN},
    )
    notes = () if found.told.there else (unsaid,)
    for table in found.of("Embedding"):
        rows = table.arrays[0]
        same = len(rows) == len(vectors.matrix) and np.allclose(
            rows.sum(axis=0, dtype=float), np.sum(vectors.matrix, axis=0, dtype=float), atol=1
        )
        if not same:
            return (
                *notes,
                Later(
                    "The embedding in the file, {n:,} rows, is not used, since the file does not "
                    "say whose rows they are: words are read through the vectors in use.",
                    {"n": len(rows)},
                ),
            )
    return notes
