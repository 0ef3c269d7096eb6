"""Predict, then reveal: questions about a model's shapes, and what is wrong with an answer."""

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
    """What is the shape of one tensor?

    Attributes
    ----------
    text : str
    shape : tuple
        The answer in sizes, None for the open batch axis.
    axes : tuple of str
        The answer in axis names.
    row : int
        Of the tensor in the blueprint; -1 for the stacked Y.
    """

    text: str
    shape: Shape
    axes: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class Verdict:
    """Whether an answer holds.

    ``sentence`` explains and gives the answer, ``hint`` says only where it is off; ``axis``
    is the first axis that is.
    """

    correct: bool
    sentence: str
    hint: str = ""
    axis: int | None = None


def questions(sketch: Blueprint, seed: int = 0) -> tuple[Question, ...]:
    """One question for each different tensor of a model, in an order that the seed fixes.

    Where a layer is used Tx times, a step is drawn for the question.
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
    return tuple(made[place] for place in rng.permutation(len(made)))


def parse(text: str) -> Answer:
    """An answer as it is typed: "(None, 64)", "m, n_a", "(?, 64)", "[30 78]".

    Raises ``ValueError``, one sentence, for what is not a shape.
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
    """Compare axis by axis: each may be given by size, by name, or, the batch, as None or m.

    ``sizes`` are the model's sizes by axis name, m among them.
    """
    right, names = question.shape, question.axes
    both = _("`{names}`, here `{sizes}`", names=as_text(names), sizes=as_text(right))
    if len(answer) != len(right):
        return Verdict(
            False, _count_off(answer, question, sizes, both), _("The number of axes is off.")
        )
    for place, (given, size, name) in enumerate(zip(answer, right, names, strict=True)):
        if not _fits(given, size, name, sizes):
            return Verdict(
                False,
                _(
                    "Axis {n} is off: you have {given}, it is {meaning}. The shape is {both}.",
                    n=place + 1,
                    given=_shown(given),
                    meaning=_meaning(name, size),
                    both=both,
                ),
                _("Axis {n} is off.", n=place + 1),
                place,
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
    for place in range(right):
        rest = [p for p in range(right) if p != place]
        missing = given == right - 1 and all(
            _fits(answer[a], question.shape[p], question.axes[p], sizes) for a, p in enumerate(rest)
        )
        if missing:
            meaning = _meaning(question.axes[place], question.shape[place])
            return _(
                "Axis {n} is missing: it is {meaning}. The shape is {both}.",
                n=place + 1,
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
