"""The three constructions have the seed's shapes at its sizes, and what Keras builds at any."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlib import board
from seqlib.shapes import pasted
from seqlib.shapes.asides import ASIDES
from seqlib.shapes.constructions import (
    CONSTRUCTIONS,
    MISTAKE,
    WRITING,
    confirm,
    differing,
    one_layer,
)

SEED = {
    "djmodel": [(None, 30, 78), (None, 64), (None, 64), (None, 78), (None, 1, 78)],
    "Emojify_V2": [
        *[(None, 10), (None, 10, 50), (None, 10, 128), (None, 10, 128), (None, 128)],
        *[(None, 128), (None, 5), (None, 5)],
    ],
    "pretrained_embedding_layer": [(None, 10), (None, 10, 50)],
}


@pytest.mark.parametrize("name", SEED)
def test_a_construction_has_the_seeds_shapes_at_the_seeds_sizes(name):
    chosen = CONSTRUCTIONS[name]
    rows = chosen.sketch(chosen.seed_sizes).rows
    assert [row.shape for row in rows][: len(SEED[name])] == SEED[name]


def test_the_input_of_emojify_is_whole_numbers():
    chosen = CONSTRUCTIONS["Emojify_V2"]
    assert chosen.sketch(chosen.seed_sizes).rows[0].dtype == "int32"


# 200 in all; each is a model that Keras builds, so the sequences are kept short.
@pytest.mark.parametrize(("name", "count"), [("djmodel", 80), ("Emojify_V2", 60), (None, 60)])
def test_every_caption_is_the_tensors_shape(keras, name, count):
    chosen = CONSTRUCTIONS[name or "pretrained_embedding_layer"]
    rng = np.random.default_rng(7)
    for _ in range(count):
        sizes = {
            dial.name: int(rng.integers(dial.low, 1 + min(dial.high, max(dial.low + 9, 12))))
            for dial in chosen.dials
        }
        found = confirm(chosen.sketch(sizes), chosen.build(sizes))
        assert found.holds, (sizes, found.differing)


def test_a_model_of_other_sizes_is_not_confirmed(keras):
    chosen = CONSTRUCTIONS["djmodel"]
    sizes = {"m": 2, "Tx": 3, "n_values": 5, "n_a": 4}
    found = confirm(chosen.sketch(sizes), chosen.build({**sizes, "n_a": 6}))
    assert not found.holds
    assert found.agreed < found.total
    longer = confirm(chosen.sketch(sizes), chosen.build({**sizes, "Tx": 4}))
    assert not longer.holds


def test_the_mistake_has_tx_times_the_weights_and_the_same_outputs():
    sizes = {"m": 2, "Tx": 30, "n_values": 78, "n_a": 64}
    once, mistake = CONSTRUCTIONS["djmodel"].sketch(sizes), MISTAKE.sketch(sizes)
    assert once.n_parameters == 41_678
    assert mistake.n_parameters == 30 * 41_678
    assert [row.shape for row in mistake.rows if row.role] == [
        row.shape for row in once.rows if row.role
    ]


def test_the_mistake_in_keras_is_what_its_sketch_says(keras):
    sizes = {"Tx": 3, "n_values": 5, "n_a": 4}
    found = confirm(MISTAKE.sketch(sizes), MISTAKE.build(sizes))
    assert found.holds, found.differing
    assert found.total == 21


@pytest.mark.parametrize("sizes", [(1, 5, 4), (3, 7, 2), (4, 2, 2)])
def test_what_writes_is_in_keras_what_its_sketch_says(keras, sizes):
    at = dict(zip(("Ty", "n_values", "n_a"), sizes, strict=True))
    found = confirm(WRITING.sketch(at), WRITING.build(at))
    assert found.holds, found.differing


def test_one_line_of_the_loop_says_which_note_is_read():
    assert differing("djmodel", "music_inference_model") == (
        "x = X[:, t, :]",
        "x = one_hot(argmax(out, axis=-1), n_values)",
    )


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 20), st.integers(2, 200), st.integers(1, 200))
def test_every_axis_of_djmodel_is_named_even_where_two_are_equal(Tx, n_values, n_a):
    sketch = CONSTRUCTIONS["djmodel"].sketch({"Tx": Tx, "n_values": n_values, "n_a": n_a})
    sizes = {"m": None, "Tx": Tx, "n_values": n_values, "n_a": n_a, "1": 1}
    assert len(sketch.rows) == 3 + 6 * Tx
    for row, axes in zip(sketch.rows, sketch.axes, strict=True):
        assert row.shape == tuple(sizes[axis] for axis in axes)
    assert sketch.n_parameters == 4 * (n_values + n_a + 1) * n_a + (n_a + 1) * n_values


def test_a_tensor_and_a_layer_know_the_lines_that_make_them():
    chosen = CONSTRUCTIONS["djmodel"]
    lines = chosen.code(chosen.seed_sizes).split("\n")
    sketch = chosen.sketch(chosen.seed_sizes)
    made = {row.name: lines[sketch.lines[n] - 1] for n, row in enumerate(sketch.rows)}
    assert "Input" in made["X"]
    assert "LSTM_cell(x" in made["c"]
    cell = next(layer for layer in sketch.layers if layer.name == "LSTM_cell")
    assert lines[cell.line - 1].startswith("LSTM_cell = LSTM(")


def test_a_line_gives_what_the_sizes_make_of_it():
    chosen = CONSTRUCTIONS["pretrained_embedding_layer"]
    sizes = chosen.seed_sizes
    values = {
        name: value for given in chosen.walked(sizes)[1].values() for name, value in given.items()
    }
    assert (values["vocab_len"], values["emb_dim"]) == (10_001, 50)
    assert values["emb_matrix"].shape == (10_001, 50)


def test_the_codes_own_words_have_the_pages_names():
    chosen = CONSTRUCTIONS["pretrained_embedding_layer"]
    assert chosen.sketch(chosen.seed_sizes).axes[1] == ("m", "maxlen", "e_length")


SIZES = {
    "music_inference_model": {"Ty": 2, "n_values": 3, "n_a": 2},
    "djmodel": {"Tx": 2, "n_values": 3, "n_a": 2},
    "pretrained_embedding_layer": {"maxlen": 4, "vocabulary": 3, "e_length": 2},
}


@pytest.mark.parametrize("aside", ASIDES, ids=lambda aside: aside.line[:20])
def test_keras_says_what_the_aside_quotes(keras, aside):
    """The code is run with the other form of the line, and the model is trained."""
    name = next(name for name in SIZES if aside.line in board.read(name))
    chosen, sizes = {**CONSTRUCTIONS, WRITING.name: WRITING}[name], SIZES[name]
    ours = chosen.code(sizes)
    line = next(text for text in ours.split("\n") if text.split("  #")[0].strip() == aside.line)
    indent = line[: len(line) - len(line.lstrip())]
    code = ours.replace(line, indent + aside.instead if aside.instead else "")
    assert code != ours
    words = {f"word{n}": n for n in range(1, 4)}
    vectors = dict.fromkeys(["cucumber", *words], np.zeros(2))
    glove = {
        "read_glove_vecs": lambda _: (words, {}, vectors),
        "Lambda": keras.layers.Lambda,
        "K": keras.backend,
    }
    said = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            model = board.run(code, **glove)["model"]
            model.compile("sgd", ["mse"] * len(model.outputs))
            X, Y = (
                [np.zeros((1, *tensor.shape[1:])) for tensor in tensors]
                for tensors in (model.inputs, model.outputs)
            )
            model.fit(X, Y, verbose=0)
        except (TypeError, ValueError, NotImplementedError) as problem:
            said.append(str(problem))
    said += [str(one.message) for one in warned]
    heard = [re.sub(r"'embedding_\d+'", "'embedding'", one) for one in said]
    assert any(one == aside.says or one.startswith(aside.says.split("…")[0]) for one in heard), said


def test_the_backend_has_no_functions_of_tensors(keras):
    """What the aside says of writing in Keras 2."""
    assert not hasattr(keras.backend, "argmax")
    assert not hasattr(keras.backend, "one_hot")


def test_a_lambda_in_the_loop_reads_the_last_step_at_every_turn(keras):
    """What the aside says of the form that raises nothing."""
    code = (
        "X = Input((3, 1))\nouts = []\nfor t in range(3):\n"
        "    outs.append(Lambda(lambda z: z[:, t, :])(X))\nmodel = Model(X, outs)\n"
    )
    names = {"Input": keras.Input, "Model": keras.Model, "Lambda": keras.layers.Lambda}
    model = board.run(code, **names)["model"]
    assert [float(out[0, 0]) for out in model(np.arange(3.0).reshape(1, 3, 1))] == [2, 2, 2]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["LSTM", "GRU", "SimpleRNN"]),
    st.fixed_dictionaries(
        {
            name: st.booleans()
            for name in ("return_sequences", "return_state", "stateful", "bidirectional")
        }
    ),
    st.tuples(*[st.integers(1, 9)] * 4),
)
def test_one_layer_with_any_switches_is_as_keras_builds_it(keras, kind, options, sizes):
    code = one_layer(kind, dict(zip(("m", "Tx", "n_values", "n_a"), sizes, strict=True)), **options)
    if options["bidirectional"] and options["stateful"] and options["return_state"]:
        assert "leave out" in pasted.read(code).fault.message
        return
    found = pasted.confirmed(code, {})
    assert found.holds, found.differing
