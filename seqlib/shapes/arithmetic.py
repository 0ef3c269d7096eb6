"""Read the shape of every tensor off a built Keras model, and which layer made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Shape = tuple[int | None, ...]

# Names of layers' results in the seed's code; other results have their layer's name.
SEED_NAMES: dict[str, tuple[str, ...]] = {
    "GetItem": ("x",),
    "reshapor": ("x",),
    "LSTM_cell": ("a", "_", "c"),
    "densor": ("out",),
}


@dataclass(frozen=True)
class TensorShape:
    """One tensor of a model, and the layer that made it.

    Attributes
    ----------
    name : str
        As in the seed's code where it has a name there, e.g. ``a``.
    shape : tuple of int or None
        None is the batch axis, m.
    layer : str
        The layer's name; for a plain operation the name of its kind, e.g. ``GetItem``.
    step : int or None
        For a layer that is called several times: the number of the call, from 0; the seed's
        ``t``.
    result : int
        Index of the tensor among that call's results.
    reads : tuple of int
        Row numbers of the tensors it was computed from.
    role : "input", "output" or ""
        Role of the tensor in the model.
    """

    name: str
    shape: Shape
    dtype: str
    layer: str
    step: int | None = None
    result: int = 0
    reads: tuple[int, ...] = ()
    role: str = ""


def annotate(model: Any) -> tuple[TensorShape, ...]:
    """List every tensor of a built Keras model once, after the tensors it is computed from.

    The model is functional, or a Sequential that knows its input. Inputs come first, then the
    tensors that each output needs; each call of a shared layer has rows of its own. Raises
    ``ValueError`` if the model has no tensors to read: subclassed, or not built.
    """
    if not getattr(model, "outputs", None):
        raise ValueError(
            "This model has no tensors to read; build it from keras.Input, or call it once."
        )
    from keras.layers import Layer

    outputs = {id(tensor) for tensor in model.outputs}
    nodes = list(_nodes(model))
    calls = Counter(_layer_name(node, Layer) for node in nodes)
    seen: Counter[str] = Counter()
    row_of: dict[int, int] = {}
    rows: list[TensorShape] = []
    for node in nodes:
        layer = _layer_name(node, Layer)
        reads = tuple(row_of[id(tensor)] for tensor in node.arguments.keras_tensors)
        for result, tensor in enumerate(node.outputs):
            row_of[id(tensor)] = len(rows)
            rows.append(
                TensorShape(
                    name=result_name(layer, result, len(node.outputs)),
                    shape=tuple(tensor.shape),
                    dtype=str(tensor.dtype),
                    layer=layer,
                    step=seen[layer] if calls[layer] > 1 else None,
                    result=result,
                    reads=reads,
                    role="output" if id(tensor) in outputs else "" if reads else "input",
                )
            )
        seen[layer] += 1
    return tuple(rows)


def _nodes(model: Any) -> Iterator[Any]:
    """Yield the layer calls (Keras' nodes) of a model, each after the calls it reads from.

    A shared layer may belong to several models, so the calls are found from the outputs back.
    """
    done: set[int] = set()
    # Not recursive: a chain of a hundred timesteps would be too deep.
    waiting = [(tensor, False) for tensor in reversed((*model.inputs, *model.outputs))]
    while waiting:
        tensor, inputs_done = waiting.pop()
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if id(node) in done:
            continue
        if inputs_done:
            done.add(id(node))
            yield node
            continue
        waiting.append((tensor, True))
        waiting += [(read, False) for read in reversed(node.arguments.keras_tensors)]


def _layer_name(node: Any, Layer: type) -> str:
    # Keras numbers plain operations across all models, so their own names say nothing.
    operation = node.operation
    kind = type(operation)
    return operation.name if issubclass(kind, Layer) else kind.__name__


def result_name(layer: str, result: int, n_results: int) -> str:
    """Name a layer's result: as the seed does, else by the layer, numbered if there are several."""
    given = SEED_NAMES.get(layer, ())
    if result < len(given):
        return given[result]
    return layer if n_results == 1 else f"{layer}[{result}]"


def _written(size: int | str | None) -> str:
    """Write a size; of one with thousands of digits, which Python does not write, its power."""
    if isinstance(size, int) and abs(size) >= 10**100:
        return f"~10^{int(abs(size).bit_length() * 0.30103)}"
    return str(size)


def as_text(shape: Sequence[int | str | None]) -> str:
    """Write a shape as Python does, with names unquoted: "(None, 30, 78)", "(m, n_a)", "(64,)"."""
    inside = ", ".join(map(_written, shape))
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
