"""``pretrained_embedding_layer``: the seed's contract, in Keras 3."""

import numpy as np
import pytest

from seqlib.vectors import WordVectors
from seqlib.vectors.keras_layer import embedding_matrix, pretrained_embedding_layer

pytestmark = pytest.mark.usefixtures("keras_installed")


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    rows = np.arange(12, dtype=np.float32).reshape(4, 3) + 1
    return WordVectors.of(["the", "cat", "sat", "down"], rows)


def test_the_layer_looks_rows_up_and_is_frozen(vectors):
    layer = pretrained_embedding_layer(vectors, vectors.word_to_index)
    indices = np.array([[2, 3, 0], [4, 1, 1]])
    np.testing.assert_array_equal(np.asarray(layer(indices)), vectors.matrix[indices])
    assert (layer.input_dim, layer.output_dim) == (5, 3)
    assert layer.trainable_weights == []
    assert layer.words_without_vector == ()


def test_a_plain_dictionary_gives_the_same_layer(vectors):
    word_to_vec_map = {word: vectors.vector(word).astype(float) for word in vectors.words}
    word_to_index = dict(vectors.word_to_index.items())
    layer = pretrained_embedding_layer(word_to_vec_map, word_to_index)
    np.testing.assert_array_equal(layer.get_weights()[0], vectors.matrix)


def test_trainable_on_request(vectors):
    layer = pretrained_embedding_layer(vectors, vectors.word_to_index, trainable=True)
    assert len(layer.trainable_weights) == 1


def test_lookup_equals_one_hot_times_the_matrix(vectors):
    layer = pretrained_embedding_layer(vectors, vectors.word_to_index)
    indices = np.array([[1, 4, 2]])
    one_hot = np.eye(layer.input_dim, dtype=np.float32)[indices]
    np.testing.assert_array_equal(np.asarray(layer(indices)), one_hot @ layer.get_weights()[0])


def test_words_without_a_vector_are_zeros_and_named(vectors):
    word_to_index = {"cat": 1, "zyzzyva": 2, "down": 3}
    layer = pretrained_embedding_layer(vectors, word_to_index)
    assert layer.words_without_vector == ("zyzzyva",)
    np.testing.assert_array_equal(
        layer.get_weights()[0], [[0, 0, 0], [4, 5, 6], [0, 0, 0], [10, 11, 12]]
    )


@pytest.mark.parametrize("e_length", [1, 7, 300])
def test_any_length_of_vector(e_length):
    layer = pretrained_embedding_layer({"a": np.ones(e_length)}, {"a": 1})
    assert layer(np.zeros((2, 6), int)).shape == (2, 6, e_length)


def test_half_precision_becomes_float32():
    half = WordVectors.of(["a"], np.array([[0.5, 0.25]]))
    half = WordVectors("half", half.words, half.matrix.astype(np.float16))
    matrix, _ = embedding_matrix(half, half.word_to_index)
    assert matrix.dtype == np.float32


def test_float32_vectors_are_not_copied_on_the_way(vectors):
    matrix, _ = embedding_matrix(vectors, vectors.word_to_index)
    assert np.shares_memory(matrix, vectors.matrix)


@pytest.mark.parametrize(
    ("word_to_vec_map", "word_to_index", "message"),
    [
        ({"a": np.ones(2)}, {}, "empty"),
        ({"a": np.ones(2)}, {"a": 0}, "below 1"),
        ({"a": np.ones(2)}, {"a": -3}, "below 1"),
        ({"a": np.ones(2)}, {"a": 1.5}, "whole number"),
        ({"a": np.ones(2)}, {"a": 10**9}, "large gaps"),
        ({"a": np.ones(2), "b": np.ones(2)}, {"a": 1, "b": 1}, "same index"),
        ({"a": np.ones(2), "b": np.ones(3)}, {"a": 1, "b": 2}, "same length"),
        ({"a": np.ones(2), "b": np.float32(1)}, {"a": 1, "b": 2}, "same length"),
        ({"a": np.ones((2, 2))}, {"a": 1}, "shape"),
        ({"a": np.ones(2)}, {"b": 1}, "No word"),
    ],
)
def test_what_cannot_be_a_layer_is_refused_with_a_reason(word_to_vec_map, word_to_index, message):
    with pytest.raises(ValueError, match=message):
        embedding_matrix(word_to_vec_map, word_to_index)


def test_the_layer_can_be_saved_and_opened_in_a_model(vectors, tmp_path):
    import keras

    sentence_indices = keras.Input((3,), dtype="int32")
    layer = pretrained_embedding_layer(vectors, vectors.word_to_index)
    model = keras.Model(sentence_indices, layer(sentence_indices))
    model.save(tmp_path / "model.keras")
    opened = keras.models.load_model(tmp_path / "model.keras")
    x = np.array([[1, 2, 0]])
    np.testing.assert_array_equal(np.asarray(opened(x)), np.asarray(model(x)))
