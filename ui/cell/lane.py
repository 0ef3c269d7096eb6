"""Describe the lane of one step of a cell, which ``static/stage/lanes/cell.js`` draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from seqlib.i18n import _
from seqlib.lstm import Trace
from seqlib.stage import StageError, pack_array

VECTORS = ("x", "i", "f", "g", "o", "c", "h")


@dataclass(frozen=True)
class CellStep:
    """Draw every vector of the clock's current step.

    Attributes
    ----------
    trace : Trace of one sequence
    axis, input_axis : str
        Names of the axes of length n_a and n_x.
    unit : int or None
        Whose values are written out until another is picked; None for the liveliest.
    """

    kind: ClassVar[str] = "cell"
    title: str
    trace: Trace
    axis: str = "n_a"
    input_axis: str = "n_values"
    unit: int | None = None

    def pack(self, Tx: int) -> dict[str, Any]:
        trace = self.trace
        for name in VECTORS:
            values = getattr(trace, name)
            if values.ndim != 2 or len(values) != Tx or not np.isfinite(values).all():
                raise StageError(
                    _(
                        "{title}: {name} has shape {shape}; this clock needs {Tx} steps of "
                        "numbers.",
                        title=self.title,
                        name=name,
                        shape=values.shape,
                        Tx=Tx,
                    )
                )
        return {
            "axis": self.axis,
            "input_axis": self.input_axis,
            "unit": trace.liveliest if self.unit is None else self.unit,
            **{name: pack_array(getattr(trace, name)) for name in (*VECTORS, "a0", "c0")},
        }
