"""Describe a stage, lanes over one time axis with one clock and its sound, for the browser.

The dataclasses say what to show; ``payload`` packs it into one message to the browser. Playing,
stepping and scrubbing then need no server.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from seqlib.display import ShownInNotebook
from seqlib.i18n import N_, _
from seqlib.lstm.following import Group
from seqlib.stage.asking import Ask

MAX_STEPS = 10_000
VOICES = ("solo", "chords", "bass", "drums")


class StageError(ValueError):
    """Raised for data that cannot be drawn; the message is one sentence for the reader."""


@dataclass(frozen=True)
class Clock:
    """The time of each step: t lasts from ``edges[t]`` to ``edges[t + 1]``.

    ``edges`` are seconds, (Tx + 1,), strictly increasing.
    """

    edges: np.ndarray

    @classmethod
    def even(cls, Tx: int, seconds: float = 0.5) -> Clock:
        """Make a clock of Tx steps of equal length, for sequences without a rhythm."""
        return cls(np.arange(Tx + 1) * float(seconds))

    @property
    def Tx(self) -> int:
        return len(self.edges) - 1


@dataclass(frozen=True)
class Note:
    """One note to draw or to play.

    ``start`` and ``end`` in seconds, ``pitch`` a MIDI number (0 to 127), ``voice`` one of
    ``VOICES``, ``velocity`` 1 to 127, ``step`` the step of the clock it belongs to or -1.
    """

    start: float
    end: float
    pitch: int
    voice: str = "solo"
    velocity: int = 90
    step: int = -1


class Lane(Protocol):
    """A lane of a stage. ``kind`` is a key of LANES in ``lanes.js``, which draws the lane."""

    kind: ClassVar[str]

    @property
    def title(self) -> str: ...

    def pack(self, Tx: int) -> dict[str, Any]:
        """Make the JSON for the browser; raise ``StageError`` if it does not fit Tx steps.

        Most of it are the lane's own fields, arrays packed; they must be what JSON can hold.
        """
        ...


@dataclass(frozen=True)
class PianoRoll:
    """Draw notes by pitch and time.

    Attributes
    ----------
    notes : tuple of Note
        Drums are played, not drawn.
    chords : tuple of (start, end, name)
        Seconds, seconds, chord symbol.
    prompt : int
        Number of first steps that were given, not predicted; drawn differently.
    """

    kind: ClassVar[str] = "pianoroll"
    title: str
    notes: tuple[Note, ...]
    chords: tuple[tuple[float, float, str], ...] = ()
    prompt: int = 0

    def pack(self, Tx: int) -> dict[str, Any]:
        return {
            "notes": _notes(self.notes, Tx, self.title),
            "chords": [[float(start), float(end), str(name)] for start, end, name in self.chords],
            "prompt": self.prompt,
        }


@dataclass(frozen=True)
class Heatmap:
    """Draw n values a step as colours.

    Attributes
    ----------
    values : array (Tx, n)
    symbol : str
        As in the equations: h, c, i, f, g, o, x.
    axis : str
        Name of the axis of length n, e.g. ``n_a``, ``n_values``, ``e_length``; ``n_a[2]`` where
        other lanes show the units of another layer.
    low, high : float
        Colour range; the colours are centred at zero if the range has both signs.
    rows : tuple of str
        Names of the n rows; if empty, unit 0 to n - 1.
    brief : bool
        For a picture that is soon replaced: each value travels as the nearest of 256 between
        low and high, as many as there are colours.
    """

    kind: ClassVar[str] = "heatmap"
    title: str
    values: np.ndarray
    symbol: str
    axis: str = "n_a"
    low: float = -1.0
    high: float = 1.0
    rows: tuple[str, ...] = ()
    brief: bool = False

    def pack(self, Tx: int) -> dict[str, Any]:
        values = over_time(self.values, Tx, self.title, self.axis)
        bounds = span(f"{self.title}: the colour range", self.low, self.high)
        packed = pack_array(values)
        if self.brief:
            shades = np.clip((values - self.low) / (self.high - self.low), 0, 1)
            packed = {**pack_array(np.round(255 * shades), "u1"), **bounds}
        if self.rows and len(self.rows) != values.shape[1]:
            raise StageError(
                f"{self.title}: {len(self.rows)} row names for {values.shape[1]} rows; "
                "give one name a row, or none."
            )
        return {**vars(self), **bounds, "values": packed}


@dataclass(frozen=True)
class Distribution:
    """Draw a softmax at every step.

    Attributes
    ----------
    p : array (Tx, n_values)
        Probabilities; each row sums to 1.
    labels : tuple of str, length n_values
    chosen : int array (Tx,) or None
        The sampled or true index at each step; -1 for none.
    chosen_name : str
        Meaning of ``chosen``: "sampled", "true", …
    ticks : tuple of (int, str)
        Rows that are named beside the picture over time; by default the first and the last
        by their numbers.
    upward : bool
        Whether row 0 is drawn at the bottom, as pitches are.
    """

    kind: ClassVar[str] = "distribution"
    title: str
    p: np.ndarray
    labels: tuple[str, ...]
    chosen: np.ndarray | None = None
    chosen_name: str = "sampled"
    axis: str = "n_values"
    ticks: tuple[tuple[int, str], ...] = ()
    upward: bool = False

    def pack(self, Tx: int) -> dict[str, Any]:
        p = over_time(self.p, Tx, self.title, self.axis)
        one_each(self.title, self.labels, p.shape[1], "value")
        if p.min() < 0 or not np.allclose(p.sum(axis=1), 1, atol=1e-3):
            raise StageError(
                f"{self.title}: some row of p does not sum to 1; give the softmax's output."
            )
        chosen = None if self.chosen is None else np.asarray(self.chosen)
        if chosen is not None and (
            chosen.shape != (Tx,) or chosen.max() >= p.shape[1] or chosen.min() < -1
        ):
            raise StageError(
                f"{self.title}: chosen must hold one index below {p.shape[1]} for each of "
                f"the {Tx} steps."
            )
        told = None if chosen is None else chosen.tolist()
        return {**vars(self), "p": pack_array(p), "chosen": told}


@dataclass(frozen=True)
class Tokens:
    """Draw one label a step, e.g. a word or ``D4 · 2/3``.

    Attributes
    ----------
    labels : tuple of str, length Tx
    symbol : str
        Of the tensor (Tx, n_values) whose rows the labels name, "x"; empty if it is none.
    fed : bool
        Whether each label is what the lane above held a step before: an arrow says so.
    """

    kind: ClassVar[str] = "tokens"
    title: str
    labels: tuple[str, ...]
    symbol: str = ""
    n_values: int = 0
    fed: bool = False

    def pack(self, Tx: int) -> dict[str, Any]:
        one_each(self.title, self.labels, Tx, "step")
        return {**vars(self), "labels": list(self.labels)}


@dataclass(frozen=True)
class UnitGroup:
    """Units that follow one thing.

    Attributes
    ----------
    name, what : str
        One short word for the gutter, and the words for a readout; both empty for the units
        that follow nothing by themselves.
    units : tuple of int
        The strongest first.
    r : tuple of float
        Correlation of each with what it follows.
    axis : str
        Which units: the axis of the lanes that show them.
    """

    name: str
    what: str
    units: tuple[int, ...]
    r: tuple[float, ...]
    axis: str = "n_a"

    @classmethod
    def of(cls, group: Group, axis: str = "n_a") -> UnitGroup:
        """Name a group of ``seqlib.lstm.following`` in the reader's language."""
        signal = group.signal
        name, what = (_(signal.name), _(signal.what)) if signal is not None else ("", "")
        return cls(name, what, group.units, tuple(round(r, 3) for r in group.r), axis)


@dataclass(frozen=True)
class Elsewhere:
    """Other sequences, in which the reader searches for steps with similar states.

    Attributes
    ----------
    names : tuple of str, length S
    labels : tuple of S tuples of str
        Label of each step of each sequence.
    values : tuple of S arrays (Tx_s, n)
        The states to search, of the same n units as the lanes with ``axis``, and of the same
        model.
    symbol, axis : str
        Symbol and axis name of ``values``, as in the heatmaps.
    """

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    values: tuple[np.ndarray, ...]
    symbol: str = "a"
    axis: str = "n_a"

    @functools.cached_property
    def packed(self) -> dict[str, Any]:
        """JSON for the browser. Raises StageError if the parts do not fit each other."""
        if not len(self.names) == len(self.labels) == len(self.values):
            raise StageError("Elsewhere needs one name, one list of labels and one array each.")
        return {
            "symbol": self.symbol,
            "axis": self.axis,
            "sequences": [
                {
                    "name": str(name),
                    "labels": list(map(str, labels)),
                    "values": pack_array(over_time(values, len(labels), str(name), self.axis)),
                }
                for name, labels, values in zip(self.names, self.labels, self.values, strict=True)
            ],
        }


@dataclass(frozen=True, eq=False)
class Stage(ShownInNotebook):
    """Everything one stage shows; a notebook shows it playing.

    Attributes
    ----------
    lanes : tuple of lanes, top to bottom
    sound : tuple of Note
        The notes to play; empty for a silent stage.
    label : str
        One sentence on the stage, for screen readers and as the name of downloads.
    start : int
        The first step of the playhead.
    names : tuple of str
        What the model writes at each step, or is asked for; names the step in readouts.
        Length Tx; by default the labels of the first ``Tokens`` lane.
    reads : tuple of str
        What it reads at each step, length Tx, where that is something else.
    given : int
        So many first steps do not write their names: the true note follows, whatever they expect.
    groups : tuple of UnitGroup
        Each unit of an axis in one of them. The stage then opens with the strongest few of each.
    name : str
        A short name of this trace for comparisons: "before", "temperature 0.5".
    compare : Stage or None
        A second trace to switch to, to show and hear beside this one, and to subtract; its own
        ``compare`` and ``elsewhere`` are not used.
    elsewhere : Elsewhere or None
        Other sequences to search for steps with similar states.
    asks : Ask or None
        What a reader may be asked before it is shown.
    """

    drawn_by = "seqlib.stage.notebook:stage_html"
    clock: Clock
    lanes: tuple[Lane, ...]
    sound: tuple[Note, ...] = ()
    label: str = N_("Sequence and model state over time")
    start: int = 0
    names: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    given: int = 0
    groups: tuple[UnitGroup, ...] = ()
    name: str = N_("first")
    compare: Stage | None = None
    elsewhere: Elsewhere | None = None
    asks: Ask | None = None


def payload(stage: Stage) -> dict[str, Any]:
    """Pack a stage into JSON for the browser, arrays as base64.

    ``id`` is a digest of what is drawn, by which the browser sees that nothing changed; where the
    playhead begins is no part of it. Raises ``StageError``, one sentence, if something is empty,
    ragged, not finite, or too long.
    """
    out = {
        "label": _(str(stage.label)),
        **_trace(stage),
        "compare": _trace(stage.compare) if stage.compare else None,
    }
    digest = hashlib.blake2b(json.dumps(out, sort_keys=True).encode(), digest_size=12)
    elsewhere = stage.elsewhere.packed if stage.elsewhere else None
    start = int(np.clip(stage.start, 0, max(0, len(stage.clock.edges) - 2)))
    return {"id": digest.hexdigest(), "start": start, **out, "elsewhere": elsewhere}


def _trace(stage: Stage) -> dict[str, Any]:
    """Check and pack one trace of a stage."""
    edges = _array(stage.clock.edges, "The clock")
    if edges.ndim != 1 or len(edges) < 2:
        raise StageError(_("There are no steps to show (Tx = 0); give a sequence of at least one."))
    Tx = len(edges) - 1
    if Tx > MAX_STEPS:
        raise StageError(
            _(
                "The sequence has {steps:,} steps and the stage shows at most {most:,}; "
                "choose a shorter one.",
                steps=Tx,
                most=MAX_STEPS,
            )
        )
    if not (np.diff(edges) > 0).all():
        raise StageError("The clock must run forward: each step has to last longer than 0 seconds.")
    if not stage.lanes:
        raise StageError("The stage has no lanes; give at least one.")
    for given in (stage.names, stage.reads):
        if given and len(given) != Tx:
            raise StageError(f"There are {len(given)} step names for {Tx} steps; give one each.")
    return {
        "name": _(str(stage.name)),
        "clock": {"edges": pack_array(edges, "f8")},
        "names": list(map(str, stage.names)),
        "reads": list(map(str, stage.reads)),
        "given": int(stage.given),
        "lanes": [
            {"kind": lane.kind, "title": str(lane.title), **lane.pack(Tx)} for lane in stage.lanes
        ],
        "sound": _notes(stage.sound, Tx, "The sound"),
        "groups": [asdict(group) for group in stage.groups],
        "asks": stage.asks.pack() if stage.asks else None,
    }


def pack_array(values: np.ndarray, dtype: str = "f4") -> dict[str, Any]:
    """Pack an array as ``{dtype, shape, data}``; data is base64, little endian."""
    packed = np.ascontiguousarray(values, np.dtype(f"<{dtype}"))
    data = base64.b64encode(packed.tobytes()).decode("ascii")
    return {"dtype": dtype, "shape": list(packed.shape), "data": data}


def _array(values: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise StageError(
            f"{name} is ragged or holds something other than numbers; give an array of numbers."
        ) from None
    if not np.isfinite(array).all():
        raise StageError(
            _(
                "{name} holds values that are not numbers (NaN or infinite); "
                "the training may have diverged, try a lower learning rate.",
                name=name,
            )
        )
    return array


def over_time(values: Any, Tx: int, name: str, axis: str) -> np.ndarray:
    """Check that ``values`` are finite numbers of shape (Tx, n); raise ``StageError`` otherwise."""
    array = _array(values, name)
    if array.ndim != 2 or array.shape[0] != Tx or array.shape[1] == 0:
        raise StageError(f"{name} has shape {array.shape}; this clock needs (Tx={Tx}, {axis}).")
    return array


def span(what: str, low: float, high: float) -> dict[str, float]:
    """Pack a range; raise ``StageError`` if it is empty."""
    if not -np.inf < low < high < np.inf:
        raise StageError(f"{what} {low} to {high} is empty; give a low below the high.")
    return {"low": float(low), "high": float(high)}


def one_each(title: str, labels: Sequence[str], n: int, of: str) -> None:
    """Raise ``StageError`` unless there are n labels, one for each value, line or step."""
    if len(labels) != n:
        raise StageError(f"{title}: {len(labels)} labels for {n} {of}s; give one label a {of}.")


def _notes(notes: Sequence[Note], Tx: int, name: str) -> dict[str, Any]:
    starts = _array([note.start for note in notes], name)
    ends = _array([note.end for note in notes], name)
    if (ends <= starts).any():
        raise StageError(f"{name}: every note has to end after it starts.")
    for note in notes:
        if note.voice not in VOICES:
            raise StageError(f"{name}: no voice {note.voice!r}; choose from {', '.join(VOICES)}.")
        if not 0 <= note.pitch <= 127 or note.step >= Tx:
            raise StageError(
                f"{name}: a note has pitch {note.pitch} and step {note.step}; pitches run from 0 "
                f"to 127 and steps to {Tx - 1}."
            )
    return {
        "start": pack_array(starts, "f8"),
        "end": pack_array(ends, "f8"),
        "pitch": [int(note.pitch) for note in notes],
        "voice": [note.voice for note in notes],
        "velocity": [int(note.velocity) for note in notes],
        "step": [int(note.step) for note in notes],
    }
