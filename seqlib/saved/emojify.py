"""Make a model that reads sentences of the layers of a learner's ``Emojify_V2``."""

from __future__ import annotations

import numpy as np

from seqlib.emojify import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import EmojifyWeights
from seqlib.i18n import Later
from seqlib.saved.files import SavedError
from seqlib.saved.layers import Layer, Saved
from seqlib.text import MAX_CLASSES, MIN_CLASSES, classes_of
from seqlib.vectors import WordVectors

MAXLEN = 10  # words, as in the exercise: a file of weights does not say it


def emoji_model(found: Saved, vectors: WordVectors) -> EmojiModel:
    """Read words through ``vectors``, then by the file's LSTM, LSTM and Dense layers.

    Raises ``SavedError`` where the layers are not those of ``Emojify_V2`` on such vectors.
    """
    first, second, dense = _layers(found, vectors.dim)
    n_classes = dense.n_out
    lexicon = Lexicon.of(vectors, Unknown.ZERO)
    bias = dense.arrays[1] if len(dense.arrays) > 1 else np.zeros(n_classes, np.float32)
    cells = [array for layer in (first, second) for array in layer.cell.arrays]
    weights = EmojifyWeights.from_arrays([*cells, dense.arrays[0], bias], lexicon.embedding)
    classes, _places = classes_of(map(str, range(n_classes)))
    return EmojiModel(lexicon, weights, classes, MAXLEN, _notes(found, vectors))


def _layers(found: Saved, e_length: int) -> tuple[Layer, Layer, Layer]:
    for first, second in (chain for chain in found.chains if len(chain) == 2):
        for dense in found.of("Dense"):
            fits = first.n_x == e_length and first.n_out == second.n_out == dense.n_x
            if fits and MIN_CLASSES <= dense.n_out <= MAX_CLASSES:
                return first, second, dense
    raise SavedError(
        "This is no Emojify_V2 on vectors of {n} numbers: it has an LSTM that reads them, a "
        "second LSTM as large, and a Dense layer; choose the vectors that it was trained with "
        "on the Embeddings page, or watch its layers on the Cell page.",
        n=e_length,
    )


def _notes(found: Saved, vectors: WordVectors) -> tuple[Later, ...]:
    """Say where the file's own embedding is another than the vectors, in whatever order."""
    for table in found.of("Embedding"):
        rows = table.arrays[0]
        same = len(rows) == len(vectors.matrix) and np.allclose(
            rows.sum(axis=0, dtype=float), np.sum(vectors.matrix, axis=0, dtype=float), atol=1
        )
        if not same:
            return (
                Later(
                    "The embedding in the file, {n:,} rows, is not used, since the file does not "
                    "say whose rows they are: words are read through the vectors in use.",
                    {"n": len(rows)},
                ),
            )
    return ()
