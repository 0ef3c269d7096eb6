"""A cell of one unit that reads 0 or 1: every weight can be set by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import N_, InputError
from seqlib.lstm.cell import GATES as LSTM_GATES
from seqlib.lstm.others import GRUWeights, OtherTrace, cell_of
from seqlib.lstm.sequence import Trace, forward

# What each kind of cell computes from x⟨t⟩, a⟨t−1⟩ and 1; a plain RNN has its state alone.
GATES = {"LSTM": LSTM_GATES, "GRU": GRUWeights.gates, "SimpleRNN": ("a",)}
READS = ("x", "a", "b")
LIMIT = 20.0  # of a weight
STEPS = 60  # of a sequence
LATELY = 5

# By gate: the weights of x⟨t⟩, of a⟨t−1⟩, and the bias.
Weights = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Task:
    """Something to keep about the ones read so far.

    Attributes
    ----------
    what : str
    wanted : function of int array (Tx,) -> int array (Tx,)
        From the input to what should be kept after each step.
    read : function of array (Tx,) -> int array (Tx,)
        From the memory to what it says.
    """

    what: str
    wanted: Callable[[np.ndarray], np.ndarray]
    read: Callable[[np.ndarray], np.ndarray]


def _lately(bits: np.ndarray) -> np.ndarray:
    return np.array([bits[max(0, t + 1 - LATELY) : t + 1].max() for t in range(len(bits))])


def _on(memory: np.ndarray) -> np.ndarray:
    return (memory > 0.5).astype(int)


TASKS = {
    N_("remember"): Task(N_("has there been a 1?"), np.maximum.accumulate, _on),
    N_("forget"): Task(N_("was there a 1 in the last five steps?"), _lately, _on),
    N_("toggle"): Task(N_("is the number of ones odd?"), lambda x: np.cumsum(x) % 2, _on),
    N_("count"): Task(N_("how many ones?"), np.cumsum, lambda c: np.rint(c).astype(int)),
}

_OPEN = (0.0, 0.0, 10.0)  # a gate that is always 1
_ON_ONE, _ON_ZERO = (20.0, 0.0, -10.0), (-20.0, 0.0, 10.0)  # 1 where x is 1; where x is 0
_FADING = (-20.0, 0.0, 1.8)  # 0 where x is 1, else 0.86
_ONE, _OTHER = (10.0, 0.0, 0.0), (3.0, -10.0, 0.0)  # write 1; write what a is not

# What comes nearest to each task. A GRU cannot count and a plain RNN can neither count nor toggle.
PRESETS: dict[str, dict[str, Weights]] = {
    "LSTM": {
        "remember": {"i": _ON_ONE, "f": _ON_ZERO, "g": _ONE, "o": _OPEN},
        "forget": {"i": _ON_ONE, "f": _FADING, "g": _ONE, "o": _OPEN},
        "toggle": {"i": _ON_ONE, "f": _ON_ZERO, "g": _OTHER, "o": _OPEN},
        "count": {"i": _OPEN, "f": _OPEN, "g": _ONE, "o": _OPEN},
    },
    "GRU": {
        "remember": {"z": _ON_ZERO, "r": _OPEN, "g": _ONE},
        "forget": {"z": _FADING, "r": _OPEN, "g": _ONE},
        "toggle": {"z": _ON_ZERO, "r": _OPEN, "g": _OTHER},
        "count": {"z": (-8.0, 0.0, 10.0), "r": _OPEN, "g": _ONE},
    },
    "SimpleRNN": {
        "remember": {"a": (8.0, 3.0, -1.0)},
        "forget": {"a": (10.0, 1.0, 0.0)},
        "toggle": {"a": (3.0, -10.0, 0.0)},
        "count": {"a": (1.0, 1.0, 0.0)},
    },
}


def bits(text: str) -> np.ndarray:
    """Read zeros and ones, int (Tx,); spaces and commas may stand between them.

    Raises ``ValueError``, one sentence, for anything else.
    """
    found = re.sub(r"[\s,;、，；]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(f"[01]{{1,{STEPS}}}", found):
        raise InputError("Type 1 to {most} zeros and ones, such as 0100110.", most=STEPS)
    return np.array(list(map(int, found)))


def cell(weights: Weights) -> Any:
    """Make the cell of one unit, in the layout of a Keras layer; its gates tell its kind."""
    x, a, b = np.array(list(weights.values())).T
    return cell_of((x[None], a[None], b))


def run(weights: Weights, x: np.ndarray) -> Trace | OtherTrace:
    """Run such a cell over zeros and ones ``x`` (Tx,)."""
    found: Trace | OtherTrace = forward(cell(weights), np.asarray(x, float)[:, None])
    return found


def memory(trace: Trace | OtherTrace) -> np.ndarray:
    """Return what the unit hands on to itself, (Tx,): c of an LSTM, else a."""
    return (trace.c if isinstance(trace, Trace) else trace.h)[:, 0]


def right(weights: Weights, x: np.ndarray, task: Task) -> np.ndarray:
    """Tell at which steps the memory says what is wanted, bool (Tx,)."""
    return task.read(memory(run(weights, x))) == task.wanted(x)
