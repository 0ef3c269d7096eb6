"""Stand-in layers have the shapes, weights and masks of Keras' own, over drawn configurations."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from seqlib.shapes.code.confirming import _layer, build
from seqlib.shapes.layers import LAYERS, Layer
from seqlib.shapes.layers.base import ACTIVATIONS, signature
from seqlib.shapes.recording import (
    GetItem,
    InputOf,
    Recording,
    ShapeError,
    Spec,
    SymbolicTensor,
    recording,
)

UNITS = (1, 2, 3, 4)


def arguments(kind: str, draw: random.Random) -> dict[str, Any]:
    """Arguments of a layer as people write them, some of them wrong for what arrives."""
    flag = lambda: draw.random() < 0.5  # noqa: E731
    units = draw.choice(UNITS)
    gates = {"activation": draw.choice((None, "tanh", "relu")), "use_bias": flag()}
    recurrent = {
        **gates,
        "return_sequences": flag(),
        "return_state": draw.random() < 0.3,
        "go_backwards": draw.random() < 0.2,
        "dropout": draw.choice((0.0, 0.2)),
    }
    window = {"strides": draw.choice((1, 2)), "padding": draw.choice(("valid", "same"))}
    drawn: dict[str, dict[str, Any]] = {
        "Embedding": {"input_dim": 9, "output_dim": units, "mask_zero": flag()},
        "LSTM": {"units": units, **recurrent},
        "GRU": {"units": units, **recurrent, "reset_after": flag()},
        "SimpleRNN": {"units": units, **recurrent},
        "Masking": {},
        "RepeatVector": {"n": draw.choice((1, 3))},
        "Reshape": {"target_shape": draw.choice(((-1,), (1, -1), (2, -1), (-1, 2), (5, 3), (12,)))},
        "Permute": {"dims": draw.choice(((2, 1), (1, 2), (1,)))},
        "Dense": {"units": units, **gates},
        "Activation": {"activation": draw.choice(ACTIVATIONS)},
        "Softmax": {"axis": draw.choice((1, -1))},
        "UnitNormalization": {"axis": draw.choice((-1, 1, 2, -3, [1, -1]))},
        "Dropout": {"rate": draw.choice((0.5, 1, 1.0))},
        "SpatialDropout1D": {"rate": 0.5},
        "BatchNormalization": {"axis": draw.choice((1, -1)), "center": flag(), "scale": flag()},
        "LayerNormalization": {"axis": draw.choice((1, -1, [1, -1])), "center": flag()},
        "Conv1D": {
            "filters": units,
            "kernel_size": draw.choice((1, 2, 3, 9)),
            "use_bias": flag(),
            "strides": draw.choice((1, 2)),
            "padding": draw.choice(("valid", "same", "causal")),
            "dilation_rate": draw.choice((1, 1, 2)),
        },
        "SeparableConv1D": {
            "filters": units,
            "kernel_size": draw.choice((1, 3)),
            "use_bias": flag(),
            "depth_multiplier": draw.choice((1, 2)),
            **window,
        },
        "MaxPooling1D": {"pool_size": draw.choice((1, 2, 4)), **window},
        "AveragePooling1D": {"pool_size": (2,), "strides": None, "padding": window["padding"]},
        "GlobalMaxPooling1D": {"keepdims": flag()},
        "GlobalAveragePooling1D": {"keepdims": flag()},
        "UpSampling1D": {"size": draw.choice((1, 2))},
        "ZeroPadding1D": {"padding": draw.choice((1, (0, 2)))},
        "Cropping1D": {"cropping": draw.choice((1, (0, 2), (4, 4)))},
        "GaussianNoise": {"stddev": 0.1},
        "GaussianDropout": {"rate": 0.1},
        "AlphaDropout": {"rate": 0.1},
        "Concatenate": {"axis": draw.choice((-1, 1))},
        "Dot": {"axes": draw.choice((1, -1, 2, (1, 2), (2, 1)))},
        "Attention": {"use_scale": flag(), "score_mode": draw.choice(("dot", "concat"))},
        "AdditiveAttention": {"use_scale": flag()},
        "MultiHeadAttention": {"num_heads": 2, "key_dim": units, "use_bias": flag()},
    }
    return drawn.get(kind, {})


def layer(kind: str, draw: random.Random) -> Layer:
    """A layer with drawn arguments and, where it has one, a drawn layer inside."""
    if kind == "TimeDistributed":
        return LAYERS[kind](layer(draw.choice(("Dense", "Dropout", "Activation", "Flatten")), draw))
    if kind == "Bidirectional":
        inner = layer(draw.choice(("LSTM", "GRU", "SimpleRNN")), draw)
        mode = draw.choice(("concat", "sum", "ave", "mul", None))
        return LAYERS[kind](inner, merge_mode=mode)
    if kind in ("RNN", "StackedRNNCells"):
        cells = [
            LAYERS[draw.choice(("LSTMCell", "GRUCell", "SimpleRNNCell"))](draw.choice(UNITS))
            for _ in range(draw.choice((1, 2)))
        ]
        given = draw.choice((cells, LAYERS["StackedRNNCells"](cells), cells[0]))
        switches = {name: draw.random() < 0.5 for name in ("return_sequences", "return_state")}
        return LAYERS["RNN"](given, **switches)
    return LAYERS[kind](**arguments(kind, draw))


def inputs(draw: random.Random) -> list[tuple[tuple, str]]:
    Tx, features = draw.choice((None, 1, 4, 5)), draw.choice((1, 2, 3))
    return draw.choice(
        (
            [((None, Tx, features), "float32")],
            [((None, Tx, features), "float32")],
            [((None, Tx), "int32")],
            [((None, features), "float32")],
            [((2, 4, 3), "float32")],
        )
    )


def tensors(draw: random.Random, made: Recording) -> SymbolicTensor:
    """An input, with a mask in every third case."""
    ((shape, dtype),) = inputs(draw)
    start = made.add(_Input(), [Spec(shape, dtype)])[0]
    if dtype == "int32":
        return LAYERS["Embedding"](9, 3, mask_zero=draw.random() < 0.7)(start)
    if len(shape) == 3 and draw.random() < 0.4:
        return LAYERS["Masking"]()(start)
    return start


def _Input() -> Any:
    return InputOf(recording.get().free_name("input"))


PLAIN = [
    kind
    for kind in LAYERS
    if kind not in ("Lambda", "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells", "Dot")
    and kind != "TextVectorization"  # reads texts
    and LAYERS[kind].several == (1, 1)
]
JOINING = [kind for kind in LAYERS if LAYERS[kind].several[0] > 1]


def mask_of(tensor: Any) -> tuple | None:
    from keras.src.backend import get_keras_mask

    mask = get_keras_mask(tensor)
    return None if mask is None else tuple(mask.shape)


def differing(made: Recording) -> list[str]:
    """Build what was recorded in Keras; list the tensors and numbers of weights that differ."""
    out = [row for call in made.calls for row in call.results]
    n_parameters = sum(call.layer.n_parameters for call in made.calls)
    model, theirs = build(made, made.calls, out, n_parameters)
    found = []
    for call in made.calls:
        for row in call.results:
            ours = tuple(made.specs[row])
            keras = (tuple(theirs[row].shape), str(theirs[row].dtype), mask_of(theirs[row]))
            if ours != keras:
                found.append(f"{call.layer.kind} {vars(call.layer.given)}: {ours} is {keras}")
    if model.count_params() != n_parameters:
        kinds = [f"{call.layer.kind} {call.layer.n_parameters}" for call in made.calls]
        found.append(f"{kinds}: {model.count_params()} weights")
    return found


@pytest.mark.filterwarnings("ignore:.*destroy the mask")
@pytest.mark.usefixtures("keras")
@pytest.mark.parametrize("kinds", [PLAIN, JOINING], ids=["one tensor", "several"])
def test_layers_are_as_keras_builds_them(kinds):
    draw = random.Random(18)
    drawn: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    problems: list[str] = []
    for number in range(30 * len(kinds)):
        kind = kinds[number % len(kinds)]
        made = Recording()
        token = recording.set(made)
        try:
            if kinds is PLAIN:
                read: Any = tensors(draw, made)
            else:
                same = random.Random(number)  # two tensors of one shape in most cases
                first = tensors(same, made)
                same.seed(number if draw.random() < 0.8 else -number)
                read = [first, tensors(same, made)]
            try:
                one = layer(kind, draw)
                one(read)
            except ShapeError as problem:
                refused[kind] += 1
                problems += [] if str(problem).endswith(".") else [str(problem)]
                continue
            problems += differing(made)
            drawn[kind] += 1
        finally:
            recording.reset(token)
    assert problems == []
    assert not [kind for kind in kinds if not drawn[kind]], "each kind fits some of what is drawn"
    assert sum(drawn.values()) > 3 * sum(refused.values())


@pytest.mark.filterwarnings("ignore:.*destroy the mask")
def test_what_is_refused_keras_refuses_too(keras):
    """But for what makes no sense and Keras builds, such as an Embedding of vectors."""
    draw = random.Random(81)
    refused, built = 0, []
    for number in range(20 * len(PLAIN)):
        kind = PLAIN[number % len(PLAIN)]
        made = Recording()
        token = recording.set(made)
        try:
            read = tensors(draw, made)
            try:
                one = layer(kind, draw)
            except ShapeError:
                continue
            try:
                one(read)
            except ShapeError:
                if kind == "Embedding":
                    continue
                refused += 1
                _, theirs = build(made, made.calls, [read.row], 0)
                try:
                    _layer(keras, one)(theirs[read.row])
                except Exception:  # of many kinds
                    continue
                built.append(f"{kind} {vars(one.given)} on {read.spec}")
        finally:
            recording.reset(token)
    assert refused > 20
    assert built == []


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind != "Lambda"])
def test_arguments_stand_where_keras_has_them(keras, kind):
    import inspect

    theirs = list(inspect.signature(getattr(keras.layers, kind).__init__).parameters)[1:]
    ours = list(signature(LAYERS[kind].takes).parameters)
    assert ours[:4] == theirs[: len(ours[:4])]
    assert set(ours) <= {*theirs, "seed"}, "no argument that Keras does not have"


@pytest.mark.parametrize(
    ("shape", "key", "taken"),
    [
        ((None, 5, 3), (slice(None), 2), (None, 3)),
        ((None, 5, 3), (slice(None), slice(1, None), 0), (None, 4)),
        ((None, 5, 3), (slice(None), -1, slice(None)), (None, 3)),
        ((None, 5, 3), (Ellipsis, 0), (None, 5)),
        ((None, 5, 3), (slice(None), None), (None, 1, 5, 3)),
        ((None, 5, 3), (slice(None), slice(None, None, 2)), (None, 3, 3)),
        ((None, None, 3), (slice(None), slice(1, None)), (None, None, 3)),
    ],
)
def test_a_slice_is_as_keras_takes_it(keras, shape, key, taken):
    assert GetItem(key).work(Spec(shape)).shape == taken
    assert tuple(keras.Input(batch_shape=shape)[key].shape) == taken


def test_a_layer_called_twice_is_counted_once_and_wants_the_same_features():
    token = recording.set(Recording())
    try:
        dense = LAYERS["Dense"](3)
        first, second = (recording.get().add(_Input(), [Spec((None, n))])[0] for n in (4, 5))
        dense(first)
        with pytest.raises(ShapeError, match="weights for 4 features"):
            dense(second)
        assert dense.n_parameters == 15
    finally:
        recording.reset(token)
