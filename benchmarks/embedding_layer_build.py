"""``pretrained_embedding_layer`` for 400,001 rows of 50, against the seed's way to build it."""

from __future__ import annotations

import numpy as np

from benchmarks._result import Result, median_seconds
from benchmarks._vectors import SOME_WORDS, empty_cache, glove_file, usual_loop
from seqlib.training import tensorflow
from seqlib.vectors import load
from seqlib.vectors.keras_layer import pretrained_embedding_layer


def measure() -> Result:
    tensorflow.load()
    import keras

    path = glove_file()
    word_to_vec_map, word_to_index = usual_loop(path)

    def seed():
        emb_matrix = np.zeros((len(word_to_index) + 1, word_to_vec_map[SOME_WORDS[0]].shape[0]))
        for word, index in word_to_index.items():
            emb_matrix[index, :] = word_to_vec_map[word]
        layer = keras.layers.Embedding(*emb_matrix.shape, trainable=False)
        layer.build((None,))
        layer.set_weights([emb_matrix])
        return layer

    with empty_cache() as cache:
        vectors = load(path, cache=cache)

        def ours():
            return pretrained_embedding_layer(vectors, vectors.word_to_index)

        assert np.array_equal(ours().get_weights()[0], seed().get_weights()[0])
        return Result(
            ours=median_seconds(ours, 5),
            peer=median_seconds(seed, 3),
            peer_name="the seed's loop into a float64 matrix, then set_weights",
            unit="s",
            goal=2,
            goal_on="ours",
        )
