"""Stand-ins for Keras' layers: shapes, numbers of weights and masks, without TensorFlow."""

from __future__ import annotations

from seqlib.shapes.layers import merging, operations, plain, recurrent
from seqlib.shapes.layers.base import ACTIVATIONS, Layer

LAYERS: dict[str, type[Layer]] = {
    name: kind
    for module in (plain, recurrent, merging, operations)
    for name, kind in vars(module).items()
    if isinstance(kind, type)
    and issubclass(kind, Layer)
    and kind.__module__ == module.__name__
    and not name.startswith("_")
    and name not in ("Floats", "Same", "Cell")
}
