"""Join the two files of a TensorBoard projector export: rows of numbers, and their words."""

from __future__ import annotations

import re

from seqlib import limits
from seqlib.text.encoding import encoding_of
from seqlib.vectors.layout import ALL_SEPARATORS, WORD_NAMES, is_number
from seqlib.vectors.report import Findings, VectorsError
from seqlib.vectors.text import BLOCK, Readable

_SEPARATORS = re.compile(rb"[%s]+" % re.escape(ALL_SEPARATORS))


def are_numbers(head: bytes) -> bool:
    """Tell whether the first lines of a file hold numbers only, two at least."""
    lines = [_SEPARATORS.split(line.strip()) for line in head.split(b"\n")[:20] if line.strip()]
    lines = lines[:-1] or lines
    return bool(lines) and all(len(line) > 1 and all(map(is_number, line)) for line in lines)


def words_of(data: bytes, rows: int | None, findings: Findings) -> list[bytes]:
    """Read the first column of a metadata file of so many rows, None for any, in UTF-8.

    A header is left out. It has one where there are several columns, or where its one name is
    that of a column of words. Raises ``VectorsError`` if there are not as many words as rows, or
    too many, or a line has other columns than the first, as where a word holds a line break.
    """
    if len(data) > limits.PAIRED_WORDS:
        most = limits.PAIRED_WORDS >> 20
        raise VectorsError("The file of words is over {most} MB; give it fewer.", most=most)
    found = encoding_of(data)
    if found is not None and found[0] != "utf-8":
        data = data.decode(found[0]).removeprefix("\ufeff").encode("utf-8", "replace")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")
    n = data.count(b"\n") + 1
    findings.check(n - 1)  # one may be a header
    if rows is None:  # what has the numbers says how many
        rows = n - 1 if b"\t" in data.split(b"\n", 1)[0] else n
    if not rows <= n <= rows + 1:
        raise _mismatch(rows, n)
    lines = data.split(b"\n")
    tabs = lines[0].count(b"\t")
    if n == rows + 1:
        if not tabs and lines[0].strip().lower() not in WORD_NAMES:
            raise _mismatch(rows, n)
        lines = lines[1:]
    for line, text in enumerate(lines, 1 + n - rows):
        if tabs and text.count(b"\t") != tabs:
            raise VectorsError(
                "Line {line} of the words has {m} columns and the first has {n}; a word may "
                "hold a line break or a tab.",
                line=line,
                m=text.count(b"\t") + 1,
                n=tabs + 1,
            )
    return [text.split(b"\t")[0] for text in lines]


def _mismatch(rows: int, n: int) -> VectorsError:
    return VectorsError(
        "There are {n:,} vectors and {m:,} words; the two files do not belong together.",
        n=rows,
        m=n,
    )


class Joined:
    """Read words and rows of numbers as one text with tabs."""

    def __init__(self, numbers: Readable, words: list[bytes]) -> None:
        self._numbers, self._words, self._rest, self._next = numbers, words, b"", 0

    def read(self, size: int, /) -> bytes:
        data = self._numbers.read(size)
        if data:
            lines, _newline, self._rest = (self._rest + data).rpartition(b"\n")
            whole = lines + _newline
        else:
            whole, self._rest = self._rest, b""
        if not whole:
            return self.read(size) if data else b""
        rows = whole.removesuffix(b"\n").split(b"\n")
        words = self._words[self._next : self._next + len(rows)]
        self._next += len(rows)
        return b"".join(
            b"%s\t%s\n" % (word, _SEPARATORS.sub(b"\t", row.strip()))
            for word, row in zip(words, rows, strict=False)
        )


def count_lines(file: Readable) -> int:
    """Count the lines of a file, empty ones at its end left out."""
    lines, empty = 1, 0
    while data := file.read(BLOCK):
        text = data.rstrip()
        lines += data.count(b"\n")
        empty = data[len(text) :].count(b"\n") + (0 if text else empty)
    return lines - empty
