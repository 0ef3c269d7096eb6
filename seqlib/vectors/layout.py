"""Find how the lines of a text file of word vectors are written."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from seqlib import limits
from seqlib.vectors.report import VectorsError

SAMPLE_LINES = 200
ALL_SEPARATORS = b" \t,;"
BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(rb'^(?:\d+[\t,;])?"[^"]+"[\t,;]')
_QUOTE, _MINUS = re.compile(b'"'), re.compile("\u2212(?=\\d)".encode())
_NUMBERED = re.compile(rb"^(\d{1,9})[\t,;](?![-+]?[\d.])", re.M)
_COMMA = re.compile(rb"(?<=\d),(?=\d)")  # between digits
_DECIMAL = re.compile(rb"[-+]?\d+(?:,\d+)?(?:[eE][-+]?\d+)?")
# What the column of words is called in a header.
WORD_NAMES = frozenset(b"word words token tokens label labels name names term index text".split())


class Layout(NamedTuple):
    """Format of the lines.

    Attributes
    ----------
    separators : bytes
        The characters of which one or more stand between two fields.
    claimed : (words, dim) of the header, if there is one
    skip : int
        Lines before the first vector.
    spelling : tuple of (pattern, replacement)
        What to replace in the lines: row numbers before words, quotes around fields, other
        signs for minus, and commas for points, as spreadsheets write them.
    """

    separators: bytes
    dim: int
    claimed: tuple[int, int] | None
    skip: int = 0
    spelling: tuple[tuple[re.Pattern[bytes], bytes], ...] = ()

    def plain(self, text: bytes) -> bytes:
        """Return text spelled plainly: a word and its numbers."""
        for pattern, replacement in self.spelling:
            text = pattern.sub(replacement, text)
        return text


def header_of(line: bytes) -> tuple[int, int] | None:
    """Read the word count and dimension of a word2vec header line; None for other lines."""
    fields = _fields(line, ALL_SEPARATORS)
    if len(fields) == 2 and all(field.isdigit() and len(field) < 12 for field in fields):
        return int(fields[0]), int(fields[1])
    return None


def layout_of(head: bytes, whole: bool) -> Layout:
    """Find separators and dimension from the first lines, by the commonest number of numbers.

    ``whole`` tells that ``head`` is the complete file. Raises ``VectorsError`` if the lines
    are not words followed by numbers.
    """
    lines = head.removeprefix(BOM).split(b"\n")
    # The last line counts only at the end of the file; the sample may end within it.
    lines = lines[:SAMPLE_LINES] if whole or len(lines) > SAMPLE_LINES else lines[:-1]
    blank = next((at for at, line in enumerate(lines) if line.strip()), 0)
    lines = [line for line in (line.rstrip(b" \t\r") for line in lines) if line.strip()]
    spelling = Layout(b" ", 0, None, 0, _spelling(lines))
    lines = [spelling.plain(line) for line in lines]
    claimed = header_of(lines[0]) if lines else None
    skip = 0
    if claimed and (len(lines) > 1 or claimed[0] != claimed[1]):
        lines, skip = lines[1:], blank + 1
    else:
        claimed = None
    separators, dim = _separators(lines)
    if dim and not claimed and len(lines) > 1 and _are_names(lines[0], lines[1], separators, dim):
        lines, skip = lines[1:], blank + 1
    if dim == 0:
        shown = lines[0][:60].decode("utf-8", "replace") if lines else ""
        shown = shown if shown.isprintable() and "\ufffd" not in shown else ""
        if shown:
            raise VectorsError(
                "No line of the file is a word followed by numbers; it begins {text!r}. Choose a "
                "file in GloVe or word2vec format.",
                text=shown,
            )
        raise VectorsError(
            "No line of the file is a word followed by numbers. Choose a file in GloVe or "
            "word2vec format."
        )
    check_dim(dim)
    starts = [_fields(line, separators)[0] for line in lines]
    if len(lines) > 2 and all(map(is_number, starts)):
        raise VectorsError(
            "The lines begin with numbers, not with words. If the words are in a file of "
            "their own, as in a TensorBoard projector export, give that file too."
        )
    return Layout(separators, dim, claimed, skip, spelling.spelling)


def check_dim(dim: int) -> None:
    """Raise ``VectorsError`` for vectors without numbers, or with more than are read."""
    if not dim:
        raise VectorsError("The vectors have no numbers; choose another file.")
    if dim > limits.DIMENSIONS:
        raise VectorsError("Vectors of over {most:,} numbers are not read.", most=limits.DIMENSIONS)


def _spelling(lines: Sequence[bytes]) -> tuple[tuple[re.Pattern[bytes], bytes], ...]:
    """Find what most lines have to be spelled without, see ``Layout``."""
    found = []
    if _are_numbered(lines[1:20]):
        found.append((_NUMBERED, b""))
    if any(map(_MINUS.search, lines)):
        found.append((_MINUS, b"-"))
    for has, pattern, replacement in (
        (_QUOTED.search, _QUOTE, b""),
        (_has_decimal_commas, _COMMA, b"."),
    ):
        if 2 * sum(map(bool, map(has, lines))) > len(lines):
            found.append((pattern, replacement))
    return tuple(found)


def _are_numbered(lines: Sequence[bytes]) -> bool:
    """Tell whether lines begin with row numbers, one after the other, before their words."""
    numbers = [int(match[1]) for line in lines if (match := _NUMBERED.match(line))]
    first = numbers[0] if numbers else 0
    return len(lines) > 1 and numbers == list(range(first, first + len(lines)))


def _has_decimal_commas(line: bytes) -> bool:
    """Tell whether most numbers at the end of a line have a comma between digits, none a point."""
    fields = _fields(line.replace(b'"', b""), b" \t;")[1:]
    numbers = list(itertools.takewhile(_DECIMAL.fullmatch, reversed(fields)))
    return 2 * sum(b"," in number for number in numbers) > len(numbers)


def _separators(lines: Sequence[bytes]) -> tuple[bytes, int]:
    """Find the separators of lines, and how many numbers most of them end with.

    A tab, comma or semicolon alone is believed where every word is what stands before the first
    one. Else those characters are taken with which lines end with the most numbers; so no word
    holds its own numbers, in whatever mixture they are separated.
    """
    for separator in (b"\t", b",", b";"):
        split = [line.split(separator) for line in lines if separator in line]
        regular = [
            len(fields) - 1
            for fields in split
            if all(map(is_number, fields[1:])) and not _ends_with_number(fields[0])
        ]
        if regular and 2 * len(regular) > len(lines):
            return separator, Counter(regular).most_common(1)[0][0]
    best, most = b" ", 0
    for separators in (b" ", b" \t", b" \t,", ALL_SEPARATORS):
        counts: Counter[int] = Counter()
        for line in lines:
            fields = _fields(line, separators)
            numbers = next((n for n, one in enumerate(fields[::-1]) if not is_number(one)), None)
            counts[len(fields) - 1 if numbers is None else numbers] += 1
        del counts[0]
        if counts and (found := counts.most_common(1)[0][0]) > most:
            best, most = separators, found
    return best, most


def _fields(line: bytes, separators: bytes) -> list[bytes]:
    """Split a line at any run of separators."""
    return re.findall(rb"[^%s]+" % re.escape(separators), line.strip())


def _ends_with_number(word: bytes) -> bool:
    """Tell whether a word holds a number with a point after a space or a comma."""
    *before, last = _fields(word, ALL_SEPARATORS) or [b""]
    return bool(before) and b"." in last and is_number(last)


def _are_names(first: bytes, second: bytes, separators: bytes, dim: int) -> bool:
    """Tell whether the first line names the columns: no numbers, or 0, 1, 2 … or 1, 2, 3 …."""
    fields, below = _fields(first, separators), _fields(second, separators)
    names = fields[-dim:]
    if len(below) <= dim or not all(map(is_number, below[-dim:])):
        return False
    if len(fields) == len(below) and not any(map(is_number, names)):
        return True
    numbered = [[b"%d" % n for n in range(start, start + dim)] for start in (0, 1)]
    return names in numbered and (not fields[:-dim] or fields[0].lower() in WORD_NAMES)


def is_number(field: bytes) -> bool:
    """Tell whether a field is a number as ``float()`` reads it, underscores excepted."""
    if b"_" in field:
        return False
    try:
        float(field)
    except ValueError:
        return False
    return True
