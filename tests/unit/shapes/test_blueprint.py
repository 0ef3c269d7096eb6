"""What stand-in layers say without TensorFlow is what Keras builds, and follows the code."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlib.jazz.keras_models import djmodel, music_layers
from seqlib.shapes.blueprint import ShapeError, Size, blueprint, listing
from seqlib.shapes.constructions import one_layer

once_a_module = HealthCheck.function_scoped_fixture


def small(Tx, n_a, n_values):
    """A builder of the tests' own: changed below, and the captions follow."""
    import keras

    X = keras.Input((Tx, n_values), name="X")
    a = keras.layers.LSTM(n_a, name="cell")(X)
    return keras.Model(X, keras.layers.Dense(n_values, name="scores")(a))


def small_changed(Tx, n_a, n_values):
    import keras

    X = keras.Input((Tx, n_values), name="X")
    a = keras.layers.LSTM(n_a + 1, return_sequences=True, name="cell")(X)
    return keras.Model(X, keras.layers.Dense(n_values, name="scores")(a))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 20), st.integers(2, 200), st.integers(1, 200))
def test_djmodel_run_on_stand_ins_names_every_axis_even_where_two_are_equal(Tx, n_values, n_a):
    sketch = blueprint(
        djmodel, Size(Tx, "Tx"), Size(n_a, "n_a"), Size(n_values, "n_values"), uses=(music_layers,)
    )
    sizes = {"m": None, "Tx": Tx, "n_values": n_values, "n_a": n_a, "1": 1}
    assert len(sketch.rows) == 3 + 6 * Tx
    for row, axes in zip(sketch.rows, sketch.axes, strict=True):
        assert row.shape == tuple(sizes[axis] for axis in axes)
    assert sketch.n_parameters == 4 * (n_values + n_a + 1) * n_a + (n_a + 1) * n_values


def test_captions_follow_the_builder():
    sizes = (Size(5, "Tx"), Size(4, "n_a"), Size(7, "n_values"))
    assert [str(row) for row in blueprint(small, *sizes).rows] == [
        "X (None, 5, 7)",
        "cell (None, 4)",
        "scores (None, 7)",
    ]
    assert [str(row) for row in blueprint(small_changed, *sizes).rows] == [
        "X (None, 5, 7)",
        "cell (None, 5, 5)",
        "scores (None, 5, 7)",
    ]


def test_a_tensor_knows_the_line_that_made_it():
    sketch = blueprint(small, Size(5, "Tx"), Size(4, "n_a"), Size(7, "n_values"))
    text = {(line.function, line.number): line.text for line in listing(small)}
    made = {row.name: [text[at] for at in sketch.lines[n]] for n, row in enumerate(sketch.rows)}
    assert "keras.Input" in made["X"][0]
    assert "keras.layers.LSTM" in made["cell"][0]
    assert "Dense" in made["scores"][0]


def test_the_listing_is_the_source_without_its_docstring():
    lines = [line.text for line in listing(small)]
    assert lines[0] == "def small(Tx, n_a, n_values):"
    assert not any("builder of the tests" in line for line in lines)
    assert "    import keras" in lines


def test_axes_keep_their_names_where_sizes_are_equal():
    sketch = blueprint(small, Size(6, "Tx"), Size(6, "n_a"), Size(6, "n_values"))
    assert sketch.axes == (("m", "Tx", "n_values"), ("m", "n_a"), ("m", "n_values"))


def agrees(sketch, model) -> bool:
    from seqlib.shapes.arithmetic import annotate

    return sketch.rows == annotate(model) and sketch.n_parameters == model.count_params()


@settings(max_examples=60, deadline=None, suppress_health_check=[once_a_module])
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
    if options["bidirectional"] and options["stateful"] and options["return_state"]:
        with pytest.raises(ShapeError, match="leave out"):
            blueprint(one_layer, *sizes, kind=kind, **options)
        with pytest.raises(TypeError):  # once Keras can do it, so should we
            one_layer(*sizes, kind=kind, **options)
        return
    sketch = blueprint(one_layer, *sizes, kind=kind, **options)
    assert agrees(sketch, one_layer(*sizes, kind=kind, **options))
