"""Find how a text is cut into rows, and which of their cells are sentence and label."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from seqlib import limits
from seqlib.text import columns, records
from seqlib.text.columns import Found, is_number
from seqlib.text.labelled import DEFAULT_CLASSES, class_of
from seqlib.text.records import Record, Records

FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets run cells that begin so
_SURE = (records.JSON, records.FAST_TEXT)  # formats that are tables whatever they hold
CHUNKS, CHUNK = 10, 20_000  # places of a long file that are looked at, and characters there


@dataclass(frozen=True)
class Table:
    """How a text is cut into records, what its columns are, and how many lines it has.

    ``lines`` is None where records are not lines.
    """

    records: Records
    delimiter: str
    joint: str
    found: Found | None
    lines: int | None

    @property
    def header(self) -> bool:
        """Whether the first row names the columns."""
        return self.found is not None and self.found.header

    def rows(self) -> Iterator[Record]:
        """Yield the rows below the header, their cells (sentence, label)."""
        made = self.records()
        if self.found is None:
            yield from made
            return
        where, header = self.found.columns, self.found.header
        for line, cells, why in made:
            if cells and header:
                header = False
                continue
            cut = where.cut(cells, self.joint)
            pair = [_cell(cut, where.sentence), _cell(cut, where.label)]
            yield Record(line, pair, why)

    @property
    def is_one(self) -> bool:
        """Whether this is a table, not lines of prose with commas."""
        if self.found is None:
            return False
        if self.delimiter in _SURE or (self.found.header and self.found.labelled):
            return True
        where, header = self.found.columns, self.found.header
        sample = [one.cells for one in itertools.islice(self.records(), limits.SAMPLE_ROWS)]
        names = {name.strip().casefold() for name in sample[0]}
        if header and not names.isdisjoint(columns.SENTENCE_NAMES):
            return True
        cut = [where.cut(cells, self.joint) for cells in sample[header:]]
        # Prose has a space after a comma.
        right = max(where.sentence, where.label)
        spaced = sum("".join(row[right : right + 1]).startswith(" ") for row in cut)
        few = self.found.labelled and self.found.shared > 0.8 * self.found.rows
        if few and 2 * spaced < len(cut):
            return True
        others = {
            _cell(row, at) for row in cut for at in range(where.width) if at != where.sentence
        }
        return all(not one or is_number(one) or class_of(one) in DEFAULT_CLASSES for one in others)


def table_of(text: str) -> Table:
    """Find the way to cut a text into rows in which the most rows share their labels."""
    as_json = records.json_records(text)
    if as_json is not None:
        return Table(as_json, records.JSON, " ", _find(as_json, " "), None)
    sample = _sample(text)
    lines = _count_lines(text)
    if records.is_fast_text(line for _n, line in records.enumerate_lines(sample)):
        made = partial(records.fast_text, text)
        found = _find(partial(records.fast_text, sample), " ")
        return Table(made, records.FAST_TEXT, " ", found, lines)
    best = None
    for joint, name in records.DELIMITERS.items():
        way = partial(records.table, delimiter=joint)
        found = _find(partial(way, sample), joint)
        if found and '"' in sample:
            by_line = partial(way, across_lines=False)
            other = _find(partial(by_line, sample), joint)
            if other and columns.fewer_lost(other, found):
                way, found = by_line, other
        if found and (best is None or found.rank > best.rank):
            best, table = found, Table(partial(way, text), name, joint, found, lines)
    for first in (True, False):
        if best and best.labelled:
            break
        way = partial(records.outer_word, first=first)
        found = _find(partial(way, sample), " ")
        if found and found.known and found.labelled and (best is None or found.rank > best.rank):
            best, table = found, Table(partial(way, text), records.SPACE, " ", found, lines)
    return table if best else prose(text)


def prose(text: str) -> Table:
    """Take each line as a sentence."""
    return Table(partial(_lines, text), records.LINES, "", None, _count_lines(text))


def _find(made: Records, joint: str) -> Found | None:
    rows = [one.cells for one in itertools.islice(made(), limits.ROWS) if one.cells]
    if len(rows) > limits.SAMPLE_ROWS:  # at random: labels may follow each other in turn
        places = random.Random(0).sample(range(1, len(rows)), limits.SAMPLE_ROWS)
        rows = [rows[0], *(rows[at] for at in sorted(places))]
    return columns.find(rows, joint)


def _sample(text: str) -> str:
    """Take whole lines from several places of a text; all of a short one."""
    if len(text) <= CHUNKS * CHUNK:
        return text
    parts = []
    for at in range(0, len(text), len(text) // CHUNKS):
        start = text.rfind("\n", 0, at) + 1
        end = text.rfind("\n", start, start + CHUNK) + 1
        parts.append(text[start : end or start + CHUNK])
    return "".join(parts)


def _lines(text: str) -> Iterator[Record]:
    for number, line in records.enumerate_lines(text):
        yield Record(number, [_unquoted(line)])


def _unquoted(line: str) -> str:
    return line[1:-1].strip() if len(line) > 1 and line[0] == line[-1] == '"' else line


def _count_lines(text: str) -> int:
    return text.rstrip().count("\n") + 1


def _cell(cells: list[str], at: int) -> str:
    cell = columns.cell(cells, at)
    return cell[1:] if cell.startswith("'") and is_formula(cell) else cell


def is_formula(cell: str) -> bool:
    """Tell whether a cell, apostrophes in front left out, begins like a formula."""
    return cell.lstrip("'").startswith(FORMULA)
