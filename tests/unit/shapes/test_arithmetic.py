"""Shapes are those of the real tensors, and the sketch without TensorFlow has the same."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlib.jazz.keras_models import djmodel, fused_twin, music_inference_model, music_layers
from seqlib.shapes.arithmetic import (
    annotate,
    as_text,
)
from seqlib.shapes.constructions import CONSTRUCTIONS, confirm

once_a_module = HealthCheck.function_scoped_fixture


@pytest.fixture(scope="module")
def seed_rows(keras):
    """At the seed's own sizes."""
    return annotate(djmodel(Tx=30, n_a=64, n_values=78))


def sketched(Tx, n_values, n_a):
    """djmodel without TensorFlow."""
    return CONSTRUCTIONS["djmodel"].sketch({"Tx": Tx, "n_values": n_values, "n_a": n_a})


def of(rows, layer, step=None):
    return [row for row in rows if row.layer == layer and row.step == step]


def test_djmodels_tensors_have_the_seeds_shapes_at_its_sizes(seed_rows):
    assert [(row.name, row.shape) for row in seed_rows if row.role == "input"] == [
        ("X", (None, 30, 78)),
        ("a0", (None, 64)),
        ("c0", (None, 64)),
    ]
    for t in range(30):
        assert [row.shape for row in of(seed_rows, "GetItem", t)] == [(None, 78)]
        assert [row.shape for row in of(seed_rows, "reshapor", t)] == [(None, 1, 78)]
        assert [(row.name, row.shape) for row in of(seed_rows, "LSTM_cell", t)] == [
            ("a", (None, 64)),
            ("_", (None, 64)),
            ("c", (None, 64)),
        ]
        assert [(row.name, row.shape, row.role) for row in of(seed_rows, "densor", t)] == [
            ("out", (None, 78), "output")
        ]
    assert len(seed_rows) == 3 + 30 * 6


def test_every_tensor_comes_after_those_it_is_computed_from(seed_rows):
    for number, row in enumerate(seed_rows):
        assert all(read < number for read in row.reads)
        assert bool(row.reads) == (row.role != "input")


def test_each_cell_reads_its_own_slice_and_the_last_cells_states(seed_rows):
    for t in range(30):
        read = [seed_rows[number] for number in of(seed_rows, "LSTM_cell", t)[0].reads]
        states = (
            [("a", "LSTM_cell", t - 1), ("c", "LSTM_cell", t - 1)]
            if t
            else [("a0", "a0", None), ("c0", "c0", None)]
        )
        assert [(row.name, row.layer, row.step) for row in read] == [("x", "reshapor", t), *states]


@settings(max_examples=200, deadline=None, suppress_health_check=[once_a_module])
@given(st.integers(1, 12), st.integers(1, 90), st.integers(1, 70))
def test_the_list_without_tensorflow_equals_kerass(keras, Tx, n_values, n_a):
    assert confirm(sketched(Tx, n_values, n_a), djmodel(Tx, n_a, n_values)).holds


def test_a_long_model_is_read_too(keras):
    model = djmodel(Tx=100, n_a=2, n_values=3)
    assert confirm(sketched(100, 3, 2), model).holds
    assert [row.name for row in annotate(model)] == [row.name for row in sketched(100, 3, 2).rows]


def test_a_layer_of_another_name_is_told_apart(keras):
    layers = music_layers(4, 7)
    other = layers._replace(densor=keras.layers.Dense(7, name="other"))
    rows = annotate(djmodel(2, 4, 7, other))
    assert [row.name for row in rows if row.role == "output"] == ["other", "other"]


def test_a_layer_shared_with_other_models_is_counted_in_this_one_only(keras):
    layers = music_layers(4, 7)
    fused_twin(3, layers)
    music_inference_model(layers.LSTM_cell, layers.densor, 5)
    assert confirm(sketched(3, 7, 4), djmodel(3, 4, 7, layers)).holds


def test_embeddings_and_stacked_lstms_are_read_with_their_dtypes(keras):
    indices = keras.Input((10,), dtype="int32", name="sentence_indices")
    x = keras.layers.Embedding(100, 50, name="embedding")(indices)
    x = keras.layers.LSTM(128, return_sequences=True, name="first")(x)
    x = keras.layers.LSTM(128, name="second")(keras.layers.Dropout(0.5, name="dropout")(x))
    rows = annotate(keras.Model(indices, keras.layers.Dense(5, name="scores")(x)))
    assert [(row.layer, row.shape, row.dtype) for row in rows] == [
        ("sentence_indices", (None, 10), "int32"),
        ("embedding", (None, 10, 50), "float32"),
        ("first", (None, 10, 128), "float32"),
        ("dropout", (None, 10, 128), "float32"),
        ("second", (None, 128), "float32"),
        ("scores", (None, 5), "float32"),
    ]
    assert {row.step for row in rows} == {None}


def test_a_sequential_model_is_read(keras):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="only")])
    assert [row.shape for row in annotate(model)] == [(None, 4), (None, 3)]


def test_several_results_of_one_layer_are_numbered(keras):
    x = keras.Input((5, 3))
    results = keras.layers.LSTM(2, return_sequences=True, return_state=True, name="lstm")(x)
    rows = annotate(keras.Model(x, results))
    assert [(row.name, row.result, row.shape) for row in rows[1:]] == [
        ("lstm[0]", 0, (None, 5, 2)),
        ("lstm[1]", 1, (None, 2)),
        ("lstm[2]", 2, (None, 2)),
    ]


def test_a_model_without_tensors_is_refused_with_what_to_do(keras):
    with pytest.raises(ValueError, match=r"no tensors to read; build it from keras.Input"):
        annotate(keras.Sequential([keras.layers.Dense(3)]))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((None, 30, 78), "(None, 30, 78)"),
        ((64,), "(64,)"),
        ((), "()"),
        (("m", "n_a"), "(m, n_a)"),
    ],
)
def test_shapes_are_written_as_python_writes_them(shape, text):
    assert as_text(shape) == text
