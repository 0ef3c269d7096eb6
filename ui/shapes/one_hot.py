"""Draw a sentence's one-hot vectors, the matrix and the rows that are read, to one scale."""

from __future__ import annotations

import numpy as np

from seqlib.figures import SERIES
from seqlib.i18n import _
from seqlib.text import tokenise
from seqlib.vectors import WordVectors
from ui.component import component
from ui.parts.presenter import presenting

_component = component("onehot", "onehot/onehot.js", "onehot/onehot.css")


def show(sentence: str, vectors: WordVectors, maxlen: int, vocabulary: int, length: int) -> None:
    """Mount the picture of a sentence for the first ``vocabulary`` words of the vectors.

    ``length`` is that of a row of E; of longer ones the first numbers are drawn.
    """
    words = tokenise(sentence)[:maxlen]
    places = np.array(vectors.indices(words), int)
    places[places > vocabulary] = 0
    rows = np.asarray(vectors.table[places], np.float32)[:, :length]  # (words, length)
    total = maxlen * vocabulary
    _component(
        key="one_hot",
        data={
            "words": [*words, *[_("padding")] * (maxlen - len(words))],
            "indices": [*places.tolist(), *[0] * (maxlen - len(words))],
            "rows": rows.round(3).tolist(),
            "maxlen": maxlen,
            "vocabulary": vocabulary,
            "length": length,
            "said": [
                _(
                    "“{word}”: of its {vocabulary:,} numbers, number {place:,} is 1, the others "
                    "are 0 → row {place:,} of E, {length} numbers → row {step} of the "
                    "{maxlen} × {length} block.",
                    word=word,
                    vocabulary=vocabulary,
                    place=place,
                    length=length,
                    step=step,
                    maxlen=maxlen,
                )
                for step, (word, place) in enumerate(zip(words, places.tolist(), strict=True), 1)
            ],
            "none": _(
                "“{word}” is not in the vocabulary, so it has no 1: it is read as row 0 of E, "
                "zeros."
            ),
            "label": _(
                "One-hot vectors, {maxlen} × {vocabulary:,}, and below them E, to one scale",
                maxlen=maxlen,
                vocabulary=vocabulary,
            ),
            "block": _(
                "Read by the LSTM, to the same scale: {maxlen} × {length} = {read:,} numbers for "
                "{total:,}",
                maxlen=maxlen,
                length=length,
                read=maxlen * length,
                total=total,
            ),
            "enlarged": _("The same, enlarged"),
            "colours": SERIES[:2],
            "presenter": presenting(),
        },
    )
