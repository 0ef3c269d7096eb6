"""What the server computes for a typed sentence, against one call of the Keras model.

Ours gives every gate of both layers, the probabilities after every word, and what each word
matters by gradient and by leaving it out; the peer only the last probabilities.
"""

from __future__ import annotations

import itertools
import sys

import numpy as np

from benchmarks._result import Result, median_seconds
from seqlib import vectors
from seqlib.emojify import Score, input_gradient, leave_one_out, pretrained
from seqlib.text import shipped

ROUNDS = 200


def measure() -> Result:
    known = vectors.load()
    model, v1 = pretrained.load(known)
    sentences = shipped().test.sentences
    typed = itertools.cycle(sentences)

    def ours() -> np.ndarray:
        sentence = next(typed)
        reading = model.read(sentence)
        score = Score(reading.label)
        input_gradient(model.weights, reading.trace, score)
        words = len(reading.encoded.words)
        leave_one_out(model.weights, reading.encoded.indices, words, score)
        v1.predict([sentence])
        return reading.after_each_word

    ours()
    ms = median_seconds(ours, ROUNDS) * 1000
    if "tensorflow" in sys.modules:
        raise AssertionError("reading a sentence has imported TensorFlow")

    from seqlib.emojify.models import keras_model

    rows_named = [str(row) for row in range(1, model.weights.embedding.n_rows)]
    theirs = keras_model(model.weights, rows_named, model.maxlen, dropout=0.0)
    indices = model.lexicon.indices(sentences, model.maxlen)
    rows = itertools.cycle(indices[:, None])

    def call() -> np.ndarray:
        return np.asarray(theirs(next(rows)))

    call()
    peer_ms = median_seconds(call, ROUNDS // 4) * 1000
    np.testing.assert_allclose(
        np.asarray(theirs(indices)), model.predict(sentences), rtol=0, atol=1e-5
    )
    return Result(
        ours=ms,
        peer=peer_ms,
        peer_name="one call of the Keras model, last probabilities only",
        unit="ms",
        goal=200,
        goal_on="ours",
    )
