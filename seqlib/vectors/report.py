"""Report the problems found in a file of word vectors."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field

from seqlib import limits
from seqlib.i18n import N_, InputError, Later, _


class VectorsError(InputError):
    """Raised for a file without usable word vectors; the message says why and what to do."""


# kind -> (whether the word is kept, what happened)
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
    "charset": (True, N_("The text is not in UTF-8; it was read in the encoding named.")),
    "no words": (True, N_("The file has no words; each row is called by its number.")),
    "header": (True, N_("The header and the contents disagree; the contents count.")),
    "no final newline": (
        True,
        N_("The last line has no line end; its last number may be cut short."),
    ),
    "file ends early": (True, N_("The compressed file is incomplete; what could be read is kept.")),
    "other files": (True, N_("The archive holds several files of vectors; one was read.")),
}
EXAMPLES = 100


@dataclass(frozen=True)
class Problem:
    """One problem: its kind (a key of ``KINDS``), its line, and the beginning of the text there.

    ``line`` counts from 1, words instead of lines in word2vec binary and ``.npz``; None for a
    problem of the whole file. Problems are stored with the vectors, so translated when shown.
    """

    kind: str
    line: int | None
    text: str | Later = ""

    @property
    def kept(self) -> bool:
        """Whether the word is kept."""
        return KINDS[self.kind][0]

    @property
    def what(self) -> str:
        """The sentence that says what happened."""
        return _(KINDS[self.kind][1])

    def __str__(self) -> str:
        shown = f"{self.what} ({self.text})" if self.text else self.what
        if self.line is None:
            return shown
        return _("line {line}: {what}", line=self.line, what=shown)


@dataclass(frozen=True)
class Report:
    """How a file was read, and the problems in it.

    Attributes
    ----------
    source, layout : str
        The file's name, and its format in English, such as "GloVe text".
    lines : int
        Number of lines or records, the header not counted.
    counts : dict of str to int
        Number of problems of each kind.
    problems : tuple of Problem
        The first hundred problems of each kind.
    member, others : str, tuple of str
        Of an archive with several files of vectors, the one that was read and the others.
    """

    source: str
    layout: str
    lines: int
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    member: str = ""
    others: tuple[str, ...] = ()

    @property
    def skipped(self) -> int:
        """Number of lines that gave no word."""
        return sum(count for kind, count in self.counts.items() if not KINDS[kind][0])


class Findings:
    """Collect the problems found while a file is read, and hold it to its bounds.

    It may have so many words at most, and unpack to ``largest`` bytes.
    """

    def __init__(self, most: int = sys.maxsize, largest: int = limits.DISK_UNPACKED) -> None:
        self._most, self.largest = most, largest
        self.counts: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self.member = ""  # of several
        self.others: tuple[str, ...] = ()

    def add(self, kind: str, line: int | None, text: bytes | str | Later = "") -> None:
        """Count a problem, and keep it if it is among the first ``EXAMPLES`` of its kind."""
        self.counts[kind] += 1
        if self.counts[kind] <= EXAMPLES:
            if isinstance(text, bytes):
                text = text[:120].decode("utf-8", "replace")
            if isinstance(text, str) and len(text) > 60:
                text = text[:59] + "…"
            self.problems.append(Problem(kind, line, text))

    def check(self, n: int) -> None:
        """Raise ``VectorsError`` where a file has had n words or lines, and that is too many."""
        if n > self._most:
            raise VectorsError(
                "The file has over {most:,} words; keep the commonest ones.", most=self._most
            )

    def too_large(self) -> VectorsError:
        """Make the error that a file unpacks to more than it may."""
        most = self.largest
        size = f"{most >> 30} GB" if most >> 30 else f"{most >> 20} MB"
        return VectorsError("It unpacks to more than {size}; choose a smaller file.", size=size)

    def report(self, source: str, layout: str, words: int) -> Report:
        """Make the report of a file that gave so many words, problems sorted by line."""
        lines = words + sum(count for kind, count in self.counts.items() if not KINDS[kind][0])
        order = sorted(self.problems, key=lambda problem: problem.line or 0)
        members = (self.member, self.others)
        return Report(source, layout, lines, dict(self.counts), tuple(order), *members)
