"""Ask questions about a model's shapes, and say what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqlib.i18n import _, n_
from seqlib.shapes.arithmetic import Shape, as_text
from seqlib.shapes.blueprint import Blueprint

Answer = tuple[int | str | None, ...]
MAX_AXES = 8


@dataclass(frozen=True)
class Question:
    """A question for the shape of one tensor.

    Attributes
    ----------
    text : str
    shape : tuple
        The answer as sizes, None for the open batch axis.
    axes : tuple of str
        The answer as axis names.
    row : int
        Row of the tensor in the blueprint; -1 for the stacked Y.
    """

    text: str
    shape: Shape
    axes: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is correct.

    ``sentence`` explains and gives the right answer, ``hint`` says only which axis is wrong;
    ``axis`` is the first wrong axis, from 0.
    """

    correct: bool
    sentence: str
    hint: str = ""
    axis: int | None = None


def questions(sketch: Blueprint, seed: int = 0) -> tuple[Question, ...]:
    """Ask one question for each different tensor of a model, in random order.

    For a layer that is called Tx times, a random step is chosen.
    """
    rng = np.random.default_rng(seed)
    steps = 1 + max((row.step or 0) for row in sketch.rows)
    made: list[Question] = []
    for number, row in enumerate(sketch.rows):
        if row.step not in (None, 0) or row.name == "_":
            continue
        step = int(rng.integers(steps)) if row.step is not None else None
        made_by = (
            _("the input") if row.role == "input" else _("what `{layer}` makes", layer=row.layer)
        )
        at = "" if step is None else _(" at t = {step}", step=step)
        made.append(
            Question(
                _(
                    "What is the shape of `{name}`, {made_by}{at}?",
                    name=row.name,
                    made_by=made_by,
                    at=at,
                ),
                row.shape,
                sketch.axes[number],
                number,
            )
        )
    outputs = [n for n, row in enumerate(sketch.rows) if row.role == "output"]
    if len(outputs) > 1:
        first = outputs[0]
        made.append(
            Question(
                _("The outputs are stacked into `Y`. What is its shape?"),
                (len(outputs), *sketch.rows[first].shape),
                ("Ty", *sketch.axes[first]),
                -1,
            )
        )
    return tuple(made[i] for i in rng.permutation(len(made)))


def parse(text: str) -> Answer:
    """Read a typed answer such as "(None, 64)", "m, n_a", "(?, 64)" or "[30 78]".

    Raises ``ValueError``, one sentence, for text that is not a shape.
    """
    inner = text.strip().strip("()[]{}").strip()
    parts = [part for part in re.split(r"[\s,×;]+|(?<=\d)x(?=\d)", inner) if part]
    if not parts:
        raise ValueError(_("There is no shape yet; type one size or name for each axis, (m, n_a)."))
    if len(parts) > MAX_AXES:
        raise ValueError(
            _("That has {n} axes; a shape here has {most} at most.", n=len(parts), most=MAX_AXES)
        )
    return tuple(map(_part, parts))


def _part(part: str) -> int | str | None:
    if part.lower() in ("none", "?", "null"):
        return None
    if re.fullmatch(r"\d{1,9}", part):
        return int(part)
    if re.fullmatch(r"[A-Za-z_]\w*", part):
        return part
    raise ValueError(
        _("“{part}” is neither a size nor the name of an axis; (None, 64) is a shape.", part=part)
    )


def judge(answer: Answer, question: Question, sizes: Mapping[str, int]) -> Verdict:
    """Compare an answer axis by axis; an axis is given by its size or its name.

    The batch axis may also be given as None. ``sizes`` are the model's sizes by axis name,
    with m.
    """
    right, names = question.shape, question.axes
    both = _("`{names}`, here `{sizes}`", names=as_text(names), sizes=as_text(right))
    if len(answer) != len(right):
        return Verdict(
            False, _count_off(answer, question, sizes, both), _("The number of axes is off.")
        )
    for axis, (given, size, name) in enumerate(zip(answer, right, names, strict=True)):
        if not _fits(given, size, name, sizes):
            return Verdict(
                False,
                _(
                    "Axis {n} is off: you have {given}, it is {meaning}. The shape is {both}.",
                    n=axis + 1,
                    given=_shown(given),
                    meaning=_meaning(name, size),
                    both=both,
                ),
                _("Axis {n} is off.", n=axis + 1),
                axis,
            )
    return Verdict(True, _("Right: {both}.", both=both), _("Right."))


def _fits(given: int | str | None, size: int | None, name: str, sizes: Mapping[str, int]) -> bool:
    if size is None:
        return given is None or given == "m" or given == sizes.get("m")
    if isinstance(given, str):
        # Ty equals Tx in this model, and the seed writes either.
        same = {name, "Ty" if name == "Tx" else "Tx" if name == "Ty" else name}
        return given.lower() in {other.lower() for other in same}
    return given == size


def _shown(given: int | str | None) -> str:
    return "None" if given is None else str(given)


def _meaning(name: str, size: int | None) -> str:
    if size is None:
        return _("the batch, m, which Keras leaves open and writes None")
    return f"{size}" if name == str(size) else _("{name}, which is {size}", name=name, size=size)


def _count_off(answer: Answer, question: Question, sizes: Mapping[str, int], both: str) -> str:
    given, right = len(answer), len(question.shape)
    for axis in range(right):
        rest = [other for other in range(right) if other != axis]
        missing = given == right - 1 and all(
            _fits(answer[a], question.shape[p], question.axes[p], sizes) for a, p in enumerate(rest)
        )
        if missing:
            meaning = _meaning(question.axes[axis], question.shape[axis])
            return _(
                "Axis {n} is missing: it is {meaning}. The shape is {both}.",
                n=axis + 1,
                meaning=meaning,
                both=both,
            )
    return n_(
        "You have {n} axis, it has {right}. The shape is {both}.",
        "You have {n} axes, it has {right}. The shape is {both}.",
        given,
        right=right,
        both=both,
    )
