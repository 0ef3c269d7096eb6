"""What was found wrong in a file of word vectors, and what was done about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from seqlib.i18n import N_, Later, _


class VectorsError(ValueError):
    """A file that holds no usable word vectors; the message says why and what to do."""


# kind -> (whether the words concerned are in the result, what happened)
KINDS: dict[str, tuple[bool, str]] = {
    "columns": (False, N_("The line has too few or too many numbers; skipped.")),
    "number": (False, N_("A value is not a number; skipped.")),
    "not finite": (False, N_("A value is NaN, infinite or too large for float32; skipped.")),
    "truncated": (False, N_("The file ends in the middle of this vector; skipped.")),
    "empty word": (False, N_("The vector has no word before it; skipped.")),
    "empty line": (False, N_("The line is empty; skipped.")),
    "duplicate": (
        False,
        N_("The word was there before; the first vector stays, this one is skipped."),
    ),
    "line break": (False, N_("The word contains a line break; skipped.")),
    "spaces": (True, N_("The word contains spaces; kept as one word.")),
    "encoding": (True, N_("The word is not UTF-8; read as Windows-1252.")),
    "header": (True, N_("The header and the contents disagree; the contents count.")),
    "no final newline": (
        True,
        N_("The last line has no line end; its last number may be cut short."),
    ),
    "file ends early": (True, N_("The compressed file is incomplete; what could be read is kept.")),
    "other files": (True, N_("The archive holds several files; one was read.")),
}
EXAMPLES = 100


@dataclass(frozen=True)
class Problem:
    """One thing that was wrong: its kind (a key of ``KINDS``), where, and how it begins.

    ``line`` counts from 1; in word2vec binary and ``.npz`` it counts words. It is None for
    what concerns the whole file. Kept with the vectors, so in no reader's language.
    """

    kind: str
    line: int | None
    text: str | Later = ""

    @property
    def kept(self) -> bool:
        return KINDS[self.kind][0]

    @property
    def what(self) -> str:
        """What happened, in words."""
        return _(KINDS[self.kind][1])

    def __str__(self) -> str:
        shown = f"{self.what} ({self.text})" if self.text else self.what
        if self.line is None:
            return shown
        return _("line {line}: {what}", line=self.line, what=shown)


@dataclass(frozen=True)
class Report:
    """What reading a file came to.

    Attributes
    ----------
    source, layout : str
        The file's name; how it was read, such as "GloVe text", in English.
    lines : int
        Lines or records seen, the header not counted.
    counts : dict of str to int
        How often each kind of problem occurred.
    problems : tuple of Problem
        The first hundred of each kind.
    """

    source: str
    layout: str
    lines: int
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def skipped(self) -> int:
        """Lines that gave no word."""
        return sum(count for kind, count in self.counts.items() if not KINDS[kind][0])


class Findings:
    """Collects problems while a file is read."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: list[Problem] = []

    def add(self, kind: str, line: int | None, text: bytes | str | Later = "") -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= EXAMPLES:
            if isinstance(text, bytes):
                text = text[:120].decode("utf-8", "replace")
            if isinstance(text, str) and len(text) > 60:
                text = text[:59] + "…"
            self.problems.append(Problem(kind, line, text))

    def report(self, source: str, layout: str, lines: int) -> Report:
        order = sorted(self.problems, key=lambda problem: problem.line or 0)
        return Report(source, layout, lines, dict(self.counts), tuple(order))
