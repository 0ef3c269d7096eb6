"""Which units follow what: correlations of their states with signals, told by the other half.

One half of the sequences chooses the signal for each unit; the other half, which had no part in
that, gives the correlation that is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST = 0.4  # a unit whose |r| is below follows nothing by itself


@dataclass(frozen=True)
class Group:
    """Units that follow one thing.

    Attributes
    ----------
    signal : object or None
        One of the signals; None for the units that follow none of them by themselves.
    units : tuple of int
        The strongest first.
    r : tuple of float
        Pearson's correlation of each, on the sequences that had no part in choosing.
    """

    signal: Any
    units: tuple[int, ...]
    r: tuple[float, ...]


def by_halves(
    rows: Sequence[np.ndarray], states: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Correlate signals with units over every second sequence, and over the others.

    ``rows`` (signals, Tx) and ``states`` (Tx, n_a) of each sequence. Returns twice (signals, n_a),
    not a number where a signal or a unit does not change.
    """
    chosen_on, told_on = (
        _correlations(np.concatenate(rows[half], axis=1), np.concatenate(states[half]))
        for half in (slice(0, None, 2), slice(1, None, 2))
    )
    return chosen_on, told_on


def grouped(
    signals: Sequence[Any], chosen_on: np.ndarray, told_on: np.ndarray
) -> tuple[Group, ...]:
    """Group units by the signal that the first half chose; the largest group first.

    The units that follow nothing, by the second half, come last.
    """
    best = np.argmax(np.nan_to_num(np.abs(chosen_on)), axis=0)
    units = np.arange(len(best))
    r = np.nan_to_num(told_on[best, units])
    follows = (np.abs(r) >= LEAST) & (np.sign(r) == np.sign(chosen_on[best, units]))
    found = [
        _group(signal, units[follows & (best == place)], r) for place, signal in enumerate(signals)
    ]
    found = sorted((group for group in found if group.units), key=lambda group: -len(group.units))
    return (*found, *([_group(None, units[~follows], r)] if not follows.all() else []))


def _group(signal: Any, units: np.ndarray, r: np.ndarray) -> Group:
    units = units[np.argsort(-np.abs(r[units]), kind="stable")]
    return Group(signal, tuple(units.tolist()), tuple(r[units].tolist()))


def _correlations(rows: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Return r of each row (signals, steps) with each column of ``h`` (steps, n_a)."""
    found = np.full((len(rows), h.shape[1]), np.nan)
    for r, row in zip(found, rows, strict=True):
        there = np.isfinite(row)
        if there.sum() < 2:
            continue
        s, states = row[there] - row[there].mean(), h[there] - h[there].mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            r[:] = (s @ states) / (np.linalg.norm(s) * np.linalg.norm(states, axis=0))
    return found
