"""Build in Keras what was read, by known names of layers only, and compare the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqlib.i18n import InputError
from seqlib.shapes.code.values import BINARY
from seqlib.shapes.code.words import short
from seqlib.shapes.layers import LAYERS, Layer
from seqlib.shapes.layers.operations import Lambda
from seqlib.shapes.recording import Call, GetItem, InputOf, Operation, Recording
from seqlib.training import tensorflow

# Keras allocates every weight when it builds a layer; tensors between layers cost nothing there.
MAX_WEIGHTS = 5_000_000
ARITHMETIC = dict(BINARY.values())


class BuildError(InputError):
    """Raised for layers that Keras does not build; the message is one sentence."""


def build(
    made: Recording, calls: Sequence[Call], outputs: Sequence[int], n_parameters: int
) -> tuple[Any, dict[int, Any]]:
    """Build recorded calls in Keras; return the model, and its tensors by row.

    Raises ``BuildError`` above ``MAX_WEIGHTS`` weights, before Keras allocates any, and for
    layers that Keras refuses or that are not handed to it.
    """
    if n_parameters > MAX_WEIGHTS:
        raise BuildError(
            "Not confirmed by Keras: a model of more than {most:,} weights is not built here; "
            "shapes and weights are counted from the layers alone.",
            most=MAX_WEIGHTS,
        )
    tensorflow.load()
    import keras

    layers: dict[int, Any] = {}
    tensors: dict[int, Any] = {}
    try:
        for call in calls:
            found = _call(keras, made, call, layers, tensors)
            tensors.update(zip(call.results, keras.tree.flatten(found), strict=True))
        inputs = [tensors[row] for call in calls if not call.inputs for row in call.results]
        return keras.Model(inputs, [tensors[row] for row in outputs]), tensors
    except BuildError:
        raise
    except Exception as problem:  # of many kinds, and Keras' own texts have many lines
        raise BuildError(
            "Keras refuses these layers, so the shapes above may not hold; leave arguments "
            "out until it builds them."
        ) from problem


def _call(keras: Any, made: Recording, call: Call, layers: dict, tensors: dict) -> Any:
    """Call in Keras what a recorded call calls."""
    read = [tensors[row] for row in call.inputs]
    layer = call.layer
    if isinstance(layer, InputOf):
        spec = made.specs[call.results[0]]
        shape = tuple(None if size is None else int(size) for size in spec.shape)
        return keras.Input(batch_shape=shape, dtype=spec.dtype)
    if isinstance(layer, Operation | Lambda):
        return _operation(keras, layer, read)
    if id(layer) not in layers:
        layers[id(layer)] = _layer(keras, layer)
    inputs = read if layer.several[1] > 1 else read[0]
    if layer.kind == "MultiHeadAttention":
        return layers[id(layer)](*read)
    states = [tensors[row] for row in call.states]
    more: dict[str, Any] = {"initial_state": states} if states else {}
    if layer.kind.endswith("Attention") and len(call.results) > 1:
        more["return_attention_scores"] = True
    return layers[id(layer)](inputs, **more)


def _operation(keras: Any, layer: Operation | Lambda, read: list) -> Any:
    work = layer.alone if isinstance(layer, Lambda) else layer
    if isinstance(work, GetItem):
        return read[0][work.key]
    if work is not None and work.kind in ARITHMETIC and len(read) == 2:
        return ARITHMETIC[work.kind](*read)
    raise BuildError(
        "Not confirmed by Keras: “{text}” is not handed to it; its shape is worked out here.",
        text=short(layer.title),
    )


def _layer(keras: Any, layer: Layer) -> Any:
    """Make the Keras layer of a stand-in, with what was checked of its arguments."""
    if layer.kind not in LAYERS or layer.kind == "TextVectorization":  # reads texts
        raise BuildError(
            "Not confirmed by Keras: “{text}” is not handed to it; its shape is worked out here.",
            text=short(layer.title or layer.kind),
        )
    given = {name: _argument(keras, value) for name, value in layer.passed.items()}
    return getattr(keras.layers, layer.kind)(**given)


def _argument(keras: Any, value: Any) -> Any:
    if isinstance(value, Layer):
        return _layer(keras, value)
    if isinstance(value, list | tuple):
        return type(value)(_argument(keras, one) for one in value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
