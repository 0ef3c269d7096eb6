"""Ask questions about a model's shapes, and say what is wrong with an answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seqlib.i18n import N_, InputError, _, n_, sentences
from seqlib.shapes.arithmetic import Shape, as_text
from seqlib.shapes.recording import Blueprint

# Ty equals Tx in these models, and the seed writes either; emb_dim is its code's word.
SAME = (("Tx", "Ty"), ("e_length", "emb_dim"))
Answer = tuple[int | str | None, ...]
MAX_AXES = 8
# Marks of Chinese keyboards that are not wide forms of plain ones.
MARKS = str.maketrans("、。【】〔〕「」《》〈〉＊*", ",,[][][][][]××")


@dataclass(frozen=True)
class Question:
    """A question for the shape of one tensor.

    Attributes
    ----------
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

    ``sentence`` says which axis is off, not what it is; ``more`` what that axis counts, a second
    hint; ``axis`` is the first wrong axis, from 0.
    """

    correct: bool
    sentence: str
    more: str = ""
    axis: int | None = None


def questions(sketch: Blueprint, seed: int = 0) -> tuple[Question, ...]:
    """Ask one question for each different tensor of a model that is not given, in random order.

    For a layer that is called Tx times, a random step is chosen.
    """
    rng = np.random.default_rng(seed)
    steps = 1 + max((row.step or 0) for row in sketch.rows)
    made: list[Question] = []
    for number, row in enumerate(sketch.rows):
        if row.step not in (None, 0) or row.name == "_" or row.role == "input":
            continue
        step = int(rng.integers(steps)) if row.step is not None else None
        at = "" if step is None else _(" at t = {step}", step=step)
        made.append(
            Question(
                _(
                    "What is the shape of `{name}`, what `{layer}` makes{at}?",
                    name=row.name,
                    layer=row.layer,
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
    """Read a typed answer such as "(None, 64)", "m, n_a", "（？，64）" or "[30 78]".

    Raises ``ValueError``, one sentence, for text that is not a shape.
    """
    plain = unicodedata.normalize("NFKC", text).translate(MARKS)
    inner = plain.strip().strip("()[]{}").strip()
    parts = [part for part in re.split(r"[\s,×;]+|(?<=\d)x(?=\d)", inner) if part]
    if not parts:
        raise InputError("There is no shape yet; type one size or name for each axis, (m, n_a).")
    if len(parts) > MAX_AXES:
        raise InputError(
            "That has {n} axes; a shape here has {most} at most.", n=len(parts), most=MAX_AXES
        )
    return tuple(map(_part, parts))


def _part(part: str) -> int | str | None:
    if part.lower() in ("none", "?", "null"):
        return None
    if re.fullmatch(r"\d{1,9}", part):
        return int(part)
    if re.fullmatch(r"[A-Za-z_]\w*", part):
        return part
    raise InputError(
        "“{part}” is neither a size nor the name of an axis; (None, 64) is a shape.", part=part
    )


def judge(
    answer: Answer,
    question: Question,
    sizes: Mapping[str, int],
    meanings: Mapping[str, str] | None = None,
) -> Verdict:
    """Compare an answer axis by axis; an axis is given by its size or its name.

    The batch axis may also be given as None. ``sizes`` are the model's sizes by axis name,
    with m; ``meanings`` say in English what each counts.
    """
    right, names = question.shape, question.axes

    def counts(axis: int) -> str:
        """Say what an axis counts, without its name and size."""
        name = names[axis]
        what = {"m": N_("sequences in a batch"), "Ty": N_("outputs")} | dict(meanings or {})
        if name not in what:
            return ""
        return _("Axis {n} counts: {what}.", n=axis + 1, what=_(what[name]))

    if len(answer) != len(right):
        given = len(answer)
        sentence = n_("You have {n} axis.", "You have {n} axes.", given)
        for axis in range(len(right)):
            rest = [other for other in range(len(right)) if other != axis]
            if given == len(rest) and all(
                _fits(answer[a], right[p], names[p], sizes) for a, p in enumerate(rest)
            ):
                off = _("One is missing.")
                return Verdict(False, sentences(sentence, off), counts(axis))
        off = _("It has more.") if given < len(right) else _("It has fewer.")
        more = n_("It has {n} axis.", "It has {n} axes.", len(right))
        return Verdict(False, sentences(sentence, off), more)
    for axis, (one, size, name) in enumerate(zip(answer, right, names, strict=True)):
        if not _fits(one, size, name, sizes):
            sentence = _(
                "Axis {n} is off: you have {given}.",
                n=axis + 1,
                given="None" if one is None else one,
            )
            return Verdict(False, sentence, counts(axis), axis)
    return Verdict(True, _("Right: {both}.", both=solution(question)))


def solution(question: Question) -> str:
    """Write the answer, as names and as sizes."""
    return _(
        "`{names}`, here `{sizes}`", names=as_text(question.axes), sizes=as_text(question.shape)
    )


def _fits(given: int | str | None, size: int | None, name: str, sizes: Mapping[str, int]) -> bool:
    if size is None:
        return given is None or given == "m" or given == sizes.get("m")
    if isinstance(given, str):
        same = {name, *next((pair for pair in SAME if name in pair), ())}
        return given.lower() in {other.lower() for other in same}
    return given == size
