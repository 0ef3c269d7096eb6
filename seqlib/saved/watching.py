"""Run layers of a file over a sequence, and write the states down."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from seqlib import limits
from seqlib.lstm import Trace, forward
from seqlib.lstm.others import OtherTrace
from seqlib.saved.files import SavedError
from seqlib.saved.layers import Layer
from seqlib.text.files import table_csv

STEPS = 500  # of a sequence that is watched


def run(chain: Sequence[Layer], x: np.ndarray) -> tuple[Any, ...]:
    """Run recurrent layers over ``x`` (Tx, n_x), each over what the one before gives.

    A layer that reads backward is given its steps from the last to the first, and so are the
    steps of its trace.
    """
    traces: list[Any] = []
    for layer in chain:
        trace = forward(layer.cell, x[::-1] if layer.backward else x)
        traces.append(trace)
        x = trace.h[::-1] if layer.backward else trace.h
    return tuple(traces)


def steps(chain: Sequence[Layer]) -> int:
    """How many steps of a sequence these layers are watched over: the fewer, the larger they are.

    What is computed, drawn and sent grows with both. Raises ``SavedError`` for the largest.
    """
    size = max(max(one.n_x, one.n_out) for one in chain)
    if size > limits.DIMENSIONS:
        raise SavedError(
            "This layer has {n:,} numbers at a step; over {most:,} cannot be drawn.",
            n=size,
            most=limits.DIMENSIONS,
        )
    return min(STEPS, limits.WATCHED // size)


def table(data: bytes, n_x: int, most: int = STEPS) -> np.ndarray:
    """Read ``most`` steps of numbers (Tx, n_x) from CSV text; a line of names may come first.

    Raises ``SavedError`` for text that is no such table.
    """
    if len(data) > limits.TEXT_BYTES:
        raise SavedError("The file is over {most} MB.", most=limits.TEXT_BYTES // 1_000_000)
    lines = filter(str.strip, io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", "replace"))
    rows = []
    for number, line in enumerate(islice(lines, most + 1)):
        row = re.split(r"[,;\t ]+", line.strip().strip(",;"), maxsplit=max(n_x, limits.COLUMNS))
        try:
            rows.append([float(cell) for cell in row])
        except ValueError:
            if number == 0:  # names of columns
                continue
            raise SavedError(
                "Line {n} of the table holds something other than numbers.", n=number + 1
            ) from None
    wrong = next((row for row in rows if len(row) != n_x), None)
    if not rows or wrong is not None:
        raise SavedError(
            "The layer reads {n_x} numbers at a step, and a line of the table has {n}.",
            n_x=n_x,
            n=len(wrong or ()),
        )
    found = np.array(rows[:most], np.float32)
    if not np.isfinite(found).all():
        raise SavedError("The table holds values that are not numbers.")
    return found


def indices(text: str, below: int, most: int = STEPS) -> np.ndarray:
    """Read whole numbers from 0, separated by anything; raises ``SavedError``."""
    found = [int(one) for one in re.findall(r"\d{1,9}", text)[:most]]
    if not found:
        raise SavedError("Type whole numbers, such as 4 17 2.")
    if max(found) >= below:
        raise SavedError(
            "{n:,} is too large; there are rows 0 to {last:,}.", n=max(found), last=below - 1
        )
    return np.array(found)


def _named(trace: Trace | OtherTrace) -> dict[str, np.ndarray]:
    """Name gates and states as the page does, the state a."""
    return {"a" if name == "h" else name: values for name, values in trace.states.items()}


def states_npz(trace: Trace | OtherTrace) -> bytes:
    """Write x, all gates and states, (Tx, n) each, as an ``.npz`` file."""
    held = io.BytesIO()
    named: dict[str, Any] = {"x": trace.x, **_named(trace)}
    np.savez(held, **named)
    return held.getvalue()


def states_csv(trace: Trace | OtherTrace, labels: Sequence[str]) -> bytes:
    """Write gates and states as CSV, a step a line: t, what is read, i[0], …, a[n_a − 1]."""
    known = _named(trace)
    names = [f"{name}[{unit}]" for name, values in known.items() for unit in range(values.shape[1])]
    values = np.concatenate(list(known.values()), axis=1)  # (Tx, n)
    rows = (
        [t, label, *(float(f"{one:.6g}") for one in row)]
        for t, (label, row) in enumerate(zip(labels, values.tolist(), strict=True), 1)
    )
    return table_csv(("t", "read", *names), rows)
