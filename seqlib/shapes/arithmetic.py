"""Where every dimension comes from: the shapes of a model's own tensors.

``annotate`` reads them off a built Keras model. ``djmodel_shapes`` says the same of
``djmodel`` without TensorFlow, so that a page has them at once and Keras can confirm them;
a test holds the two equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Shape = tuple[int | None, ...]

# What the seed's code calls the results of its layers; other layers' go by the layer's name.
SEED_NAMES: dict[str, tuple[str, ...]] = {
    "GetItem": ("x",),
    "reshapor": ("x",),
    "LSTM_cell": ("a", "_", "c"),
    "densor": ("out",),
}


@dataclass(frozen=True)
class TensorShape:
    """One tensor of a model, and what made it.

    Attributes
    ----------
    name : str
        As the seed's code has it where it names one, e.g. ``a``.
    shape : tuple of int or None
        None is the batch axis, m.
    dtype : str
    layer : str
        The layer's name; for a plain operation the name of its kind, e.g. ``GetItem``.
    step : int or None
        Which use of a layer that is used several times, from 0: the seed's ``t``.
    result : int
        Which of that use's results.
    reads : tuple of int
        Rows of the tensors it was computed from.
    role : "input", "output" or ""
        Of the model.
    """

    name: str
    shape: Shape
    dtype: str
    layer: str
    step: int | None = None
    result: int = 0
    reads: tuple[int, ...] = ()
    role: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.shape}"


def annotate(
    model: Any, names: Mapping[str, Sequence[str]] = SEED_NAMES
) -> tuple[TensorShape, ...]:
    """Every tensor of a built Keras model, once, after those it is computed from.

    Parameters
    ----------
    model : keras.Model
        Functional, or a Sequential that knows its input.
    names : mapping from layer name to the names of its results

    Returns
    -------
    tuple of TensorShape
        Inputs first, then what each output needs in turn. Each use of a shared layer has
        rows of its own.

    Raises
    ------
    ValueError
        If the model has no tensors to read: subclassed, or not built.
    """
    if not getattr(model, "outputs", None):
        raise ValueError(
            "This model has no tensors to read; build it from keras.Input, or call it once."
        )
    from keras.layers import Layer

    outputs = {id(tensor) for tensor in model.outputs}
    nodes = list(_nodes(model))
    uses = Counter(_layer_name(node, Layer) for node in nodes)
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
                    name=_result_name(names.get(layer), layer, result, len(node.outputs)),
                    shape=tuple(tensor.shape),
                    dtype=str(tensor.dtype),
                    layer=layer,
                    step=seen[layer] if uses[layer] > 1 else None,
                    result=result,
                    reads=reads,
                    role="output" if id(tensor) in outputs else "" if reads else "input",
                )
            )
        seen[layer] += 1
    return tuple(rows)


def _nodes(model: Any) -> Iterator[Any]:
    """The uses of layers that make up the model, each after those it reads.

    A shared layer belongs to several models, so they are followed back from this one's outputs.
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
    return operation.name if isinstance(operation, Layer) else type(operation).__name__


def _result_name(given: Sequence[str] | None, layer: str, result: int, n_results: int) -> str:
    if given and result < len(given):
        return given[result]
    return layer if n_results == 1 else f"{layer}[{result}]"


def djmodel_shapes(m: int | None, Tx: int, n_values: int, n_a: int) -> tuple[TensorShape, ...]:
    """What ``annotate(djmodel(Tx, n_a, n_values))`` returns, without TensorFlow.

    ``m`` stands for the batch axis; None, as in Keras, leaves it open.
    """
    return _djmodel_rows(Tx, m, Tx, n_values, n_a)


def djmodel_axes(Tx: int) -> tuple[tuple[str, ...], ...]:
    """The axis names of each row of ``djmodel_shapes``, e.g. ("m", "Tx", "n_values").

    Unlike ``axis_names`` it is never in doubt where two sizes are the same number.
    """
    return tuple(row.shape for row in _djmodel_rows(Tx, "m", "Tx", "n_values", "n_a"))


def _djmodel_rows(steps: int, m: Any, Tx: Any, n_values: Any, n_a: Any) -> tuple[TensorShape, ...]:
    rows = [
        _row("X", (m, Tx, n_values), "X", role="input"),
        _row("a0", (m, n_a), "a0", role="input"),
        _row("c0", (m, n_a), "c0", role="input"),
    ]
    a, c = 1, 2  # rows of the states that the next step reads
    for t in range(steps):
        step, at = t if steps > 1 else None, len(rows)
        cell = {"layer": "LSTM_cell", "step": step, "reads": (at + 1, a, c)}
        rows += [
            _row("x", (m, n_values), "GetItem", step, reads=(0,)),
            _row("x", (m, 1, n_values), "reshapor", step, reads=(at,)),
            *(_row(name, (m, n_a), result=i, **cell) for i, name in enumerate("a_c")),
            _row("out", (m, n_values), "densor", step, reads=(at + 2,), role="output"),
        ]
        a, c = at + 2, at + 4
    return tuple(rows)


def _row(name: str, shape: Shape, layer: str, step: int | None = None, **rest) -> TensorShape:
    return TensorShape(name, shape, "float32", layer, step, **rest)


def stacked_outputs(rows: Sequence[TensorShape], name: str = "Y") -> TensorShape:
    """The model's list of outputs as one array, as the seed's Y: (Ty, m, n_values).

    Raises ``ValueError`` if the outputs differ in shape.
    """
    outputs = [number for number, row in enumerate(rows) if row.role == "output"]
    shapes = {rows[number].shape for number in outputs}
    if len(shapes) != 1:
        raise ValueError(f"Outputs of shapes {sorted(map(str, shapes))} do not stack.")
    first = rows[outputs[0]]
    shape = (len(outputs), *first.shape)
    return TensorShape(name, shape, first.dtype, "", reads=tuple(outputs))


def with_batch(rows: Sequence[TensorShape], m: int) -> tuple[TensorShape, ...]:
    """The same rows with m in place of the open batch axis."""
    return tuple(
        replace(row, shape=tuple(m if size is None else size for size in row.shape)) for row in rows
    )


def axis_names(shape: Shape, sizes: Mapping[str, int], batch: str = "m") -> tuple[str, ...]:
    """Name each axis by its size, e.g. (None, 30, 78) → ("m", "Tx", "n_values").

    ``sizes`` maps axis names to sizes. A size that no name has stays a number; one that
    several have gets all of them, "Tx or n_a".
    """

    def name(size: int | None) -> str:
        if size is None:
            return batch
        return " or ".join(axis for axis, known in sizes.items() if known == size) or str(size)

    return tuple(name(size) for size in shape)


def as_text(shape: Sequence[int | str | None]) -> str:
    """As Python writes a shape, names unquoted: "(None, 30, 78)", "(m, n_a)", "(64,)"."""
    inside = ", ".join(map(str, shape))
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
