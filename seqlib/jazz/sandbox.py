"""Edit a cell: hold a gate, scale it, silence a unit, replace a state.

The rest of the sequence is computed with the same equations; the cell reads the same notes or
writes on with the same noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqlib.i18n import N_
from seqlib.jazz import JazzWeights
from seqlib.jazz.sampling import Sample, sample
from seqlib.lstm import GATES, LSTMWeights, Step, Trace, softmax
from seqlib.lstm._fast import step_fast

STATES = ("a", "c")


@dataclass(frozen=True)
class Edit:
    """One change of a cell.

    Attributes
    ----------
    what : "i", "f", "g", "o", "a" or "c"
        A gate, changed at every step from ``start`` on; or a state, changed after each of
        those steps, or after ``start`` alone if ``once``.
    how : "hold" or "scale"
        Set to ``value``, or multiply with it.
    value : float, or array (n_a,) to hold every unit at its own
    unit : int, tuple of int or None
        None is all units.
    """

    what: str
    how: str
    value: float | np.ndarray
    unit: int | tuple[int, ...] | None = None
    start: int = 0
    once: bool = False

    def __post_init__(self) -> None:
        if self.what not in (*GATES, *STATES):
            raise ValueError(
                f"There is no {self.what!r} in a cell; choose one of i, f, g, o, a, c."
            )
        if self.how not in ("hold", "scale"):
            raise ValueError(f"An edit holds or scales; {self.how!r} is neither.")
        if not np.isfinite(self.value).all():
            raise ValueError("The value is not a number; give one, 0 or 1 say.")

    def active(self, t: int) -> bool:
        """Tell whether the edit changes step ``t``."""
        return t == self.start if self.once else t >= self.start

    def applied(self, values: np.ndarray) -> np.ndarray:
        """Apply the edit to ``values`` (n_a,)."""
        units: Any = slice(None) if self.unit is None else np.atleast_1d(np.array(self.unit, int))
        if self.unit is not None and not ((units >= 0) & (units < len(values))).all():
            raise ValueError(f"There is no unit {self.unit}; this cell has {len(values)}.")
        out = values.copy()
        out[units] = self.value if self.how == "hold" else out[units] * self.value
        return out


@dataclass(frozen=True)
class Recipe:
    """A named set of edits; ``edits`` start at 0, ``at`` moves them to another step."""

    what: str
    edits: tuple[Edit, ...] = ()
    needs: tuple[str, ...] = ()

    def at(self, start: int) -> tuple[Edit, ...]:
        """Move the edits to begin at ``start``."""
        return tuple(replace(edit, start=start) for edit in self.edits)


RECIPES = {
    N_("nothing"): Recipe(N_("the cell as it is")),
    N_("remember for ever"): Recipe(
        N_("forget gate open, input gate shut: the memory stays as it is"),
        (Edit("f", "hold", 1.0), Edit("i", "hold", 0.0)),
    ),
    N_("forget"): Recipe(
        N_("forget gate shut: nothing of the memory is carried on"), (Edit("f", "hold", 0.0),)
    ),
    N_("overwrite"): Recipe(
        N_("forget gate shut, input gate open: each step replaces the memory"),
        (Edit("f", "hold", 0.0), Edit("i", "hold", 1.0)),
    ),
    N_("show nothing"): Recipe(
        N_("output gate shut: the state a is zero"), (Edit("o", "hold", 0.0),)
    ),
    N_("hold a gate"): Recipe(N_("one gate stays at one value"), needs=("gate", "value", "unit")),
    N_("scale a gate"): Recipe(N_("one gate is multiplied"), needs=("gate", "factor", "unit")),
    N_("zero a unit"): Recipe(N_("one unit's state a and memory c stay zero"), needs=("one unit",)),
    N_("switch off a group"): Recipe(
        N_("the state a and memory c of all units that follow one thing stay zero"),
        needs=("group",),
    ),
    N_("replace the state"): Recipe(
        N_("a and c are replaced once, at this step"), needs=("source",)
    ),
}


def silenced(units: int | tuple[int, ...] | None, start: int = 0) -> tuple[Edit, ...]:
    """Hold the memory and the state of units at zero from a step on."""
    return tuple(Edit(state, "hold", 0.0, units, start) for state in ("c", "a"))


def without(weights: JazzWeights, units: Sequence[int]) -> JazzWeights:
    """Return weights that nobody reads these units of: as if they were silent from the start."""
    kernel, recurrent_kernel, bias, densor_kernel, densor_bias = weights.arrays
    recurrent_kernel, densor_kernel = recurrent_kernel.copy(), densor_kernel.copy()
    recurrent_kernel[list(units)] = 0
    densor_kernel[list(units)] = 0
    return JazzWeights.from_arrays((kernel, recurrent_kernel, bias, densor_kernel, densor_bias))


def step_edited(
    cell: LSTMWeights,
    zx: np.ndarray,
    a: np.ndarray,
    c: np.ndarray,
    t: int,
    edits: Sequence[Edit],
) -> Step:
    """Compute a step of the cell with the edits that are active at ``t``."""
    plain = step_fast(cell, zx, a, c)
    active = [edit for edit in edits if edit.active(t)]
    if not active:
        return plain

    def edited(what: str, values: np.ndarray) -> np.ndarray:
        for edit in active:
            if edit.what == what:
                values = edit.applied(values)
        return values

    i, f, g, o = (edited(gate, getattr(plain, gate)) for gate in GATES)
    c = edited("c", f * c + i * g)
    return Step(i, f, g, o, c, edited("a", o * np.tanh(c)))


def run(cell: LSTMWeights, x: np.ndarray, edits: Sequence[Edit]) -> Trace:
    """Run the edited cell over ``x`` (Tx, n_x)."""
    zx = np.asarray(x, cell.kernel.dtype) @ cell.kernel + cell.bias
    a = c = zeros = np.zeros(cell.n_a, zx.dtype)
    steps = []
    for t in range(len(x)):
        done = step_edited(cell, zx[t], a, c, t, edits)
        a, c = done.h, done.c
        steps.append(done)
    i, f, g, o, c_all, h = (np.stack(values) for values in zip(*steps, strict=True))
    return Trace(np.asarray(x), i, f, g, o, c_all, h, zeros, zeros)


def read(weights: JazzWeights, x: np.ndarray, edits: Sequence[Edit]) -> Trace:
    """Read ``x`` (Tx, n_values) with the edited cell; ``y`` of the trace is the softmax."""
    trace = run(weights.cell, x, edits)
    return replace(trace, y=softmax(trace.h @ weights.densor_kernel + weights.densor_bias))


def write(
    weights: JazzWeights, before: Sample, edits: Sequence[Edit], *, temperature: float, seed: int
) -> Sample:
    """Sample again with the edited cell and the noise of ``before``.

    Up to the first edit the notes are the same. ``before`` must be a sample of
    ``sampling.sample`` with method "temperature", this temperature and this seed.
    """
    return sample(
        weights,
        len(before.indices) - before.n_prompt,
        temperature=temperature,
        seed=seed,
        prompt=before.indices[: before.n_prompt],
        step=lambda zx, a, c, t: step_edited(weights.cell, zx, a, c, t, edits),
    )


@dataclass(frozen=True)
class Effect:
    """The difference that edits make to the predictions.

    Attributes
    ----------
    divergence : array (Tx,)
        Kullback-Leibler divergence of the edited softmax from the plain one, in nats.
    changed : bool array (Tx,)
        Whether the most probable value differs.
    """

    divergence: np.ndarray
    changed: np.ndarray


def effect(plain: Trace, edited: Trace) -> Effect:
    """Compare two traces of the same Tx; raises ``ValueError`` if one has no ``y``."""
    if plain.y is None or edited.y is None:
        raise ValueError("Both traces need the softmax of every step.")
    p, q = plain.y.astype(float), edited.y.astype(float)
    ratio = np.log(np.maximum(p, 1e-12)) - np.log(np.maximum(q, 1e-12))
    divergence = np.maximum((p * ratio).sum(axis=1), 0.0)
    return Effect(divergence, p.argmax(axis=1) != q.argmax(axis=1))
