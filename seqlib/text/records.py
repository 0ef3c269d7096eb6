"""Split text into records of cells: tables with any delimiter, JSON, fastText's lines.

Records are read one after another, never all at once. A record that cannot be split has no
cells and says why.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from seqlib import limits
from seqlib.i18n import N_, InputError, Later

DELIMITERS = {
    ",": N_("comma"),
    ";": N_("semicolon"),
    "\t": N_("tab"),
    "|": N_("vertical bar"),
    "，": N_("Chinese comma"),
    "；": N_("Chinese semicolon"),
}
SPACE, LINES, JSON, FAST_TEXT = N_("space"), N_("line end"), "JSON", "fastText"
LABEL = "__label__"  # what fastText puts before each label
_LABELS = re.compile(rf"{LABEL}[^\s,;|]+")
_NOT_JSON = Later("the line is not JSON")
_TOO_LONG = Later("only the beginning of the file is read")


class Record(NamedTuple):
    """One record: the line it starts on, from 1, its cells, and why it cannot be used."""

    line: int
    cells: list[str]
    why: Later | None = None


Records = Callable[[], Iterator[Record]]


def table(text: str, delimiter: str, across_lines: bool = True) -> Iterator[Record]:
    """Yield the records of a table that have a filled cell.

    A quote opens a quoted cell only where a quote closes it: inside, quotes are doubled or have
    a backslash before them, and after it comes a delimiter or a line end. Any other quote is a
    character like others, so that a quote that is never closed costs nothing. Quoted cells may
    hold line ends if ``across_lines``.
    """
    d, line = re.escape(delimiter), "" if across_lines else "\\n"
    blank = "" if delimiter == " " else " "
    end = rf"(?={blank}*(?:{d}|\n|\Z))"
    cell = re.compile(
        rf'(?:{blank}*+(?:"((?:[^"{line}]++|"")*+)"{end}|"((?:[^"\\{line}]++|\\.)*+)"{end})'
        rf"{blank}*+|([^{d}\n]*+))({d}|\n(?: *\n)*+|\Z)"
    )
    line_number = start = 0
    cells: list[str] = []
    for number, match in enumerate(cell.finditer(text)):
        if number >= limits.CELLS:
            yield Record(line_number + 1, [], _TOO_LONG)
            return
        doubled, escaped, plain, after = match.groups()
        if len(cells) <= limits.COLUMNS:
            if doubled is not None:
                cells.append(doubled.replace('""', '"'))
            elif escaped is not None:
                cells.append(re.sub(r"\\(.)", r"\1", escaped))
            else:
                cells.append(plain)
        if after == delimiter:
            continue
        if len(cells) > limits.COLUMNS:
            most = {"most": limits.COLUMNS}
            yield Record(line_number + 1, [], Later("more than {most} columns", most))
        elif any(map(str.strip, cells)):
            yield Record(line_number + 1, cells)
        line_number += text.count("\n", start, match.end())
        start, cells = match.end(), []


def outer_word(text: str, first: bool) -> Iterator[Record]:
    """Yield a record a line of two cells: its first word and the rest, or the rest and its last."""
    for number, line in enumerate_lines(text):
        one, _space, other = line.partition(" ") if first else line.rpartition(" ")
        yield Record(number, [one, other])


def enumerate_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers from 1."""
    number, end = 1, 0
    for found in re.finditer(r"\S.*", text):
        number += text.count("\n", end, found.start())
        end = found.end()
        yield number, found[0].rstrip()


# fastText.


def is_fast_text(lines: Iterable[str]) -> bool:
    """Tell whether most lines have a label as fastText writes it, ``__label__x``."""
    found = [LABEL in line for line in lines]
    return bool(found) and 2 * sum(found) > len(found)


def fast_text(text: str) -> Iterator[Record]:
    """Yield (sentence, label) of fastText's lines; those with several labels cannot be used."""
    for number, line in enumerate_lines(text):
        labels = _LABELS.findall(line)
        why = Later("more than one label") if len(labels) > 1 else None
        sentence = _LABELS.sub("", line).strip(" \t,;|")
        yield Record(number, [sentence, "".join(labels[:1]).removeprefix(LABEL)], why)


# JSON.


def json_records(text: str) -> Records | None:
    """Find the records of JSON lines, of a JSON array, or of an object of columns.

    The first record has the names, if there are any. None if the text is no JSON. Raises
    ``ValueError``, one sentence, for one that holds too many values.
    """
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    if sum(map(text.count, ",[{")) > limits.JSON_VALUES:
        most = limits.JSON_VALUES // 1_000_000
        raise InputError("The file has over {most} million values; give it fewer.", most=most)
    whole = _decoded(text)
    if whole is not None:
        rows = _rows_of(whole)
        return None if rows is None else lambda: _named(enumerate(rows, 1))
    start_lines = itertools.islice(enumerate_lines(text), limits.SAMPLE_ROWS)
    if not any(isinstance(_decoded(line), dict | list) for _n, line in start_lines):
        return None
    return lambda: _named((number, _decoded(line)) for number, line in enumerate_lines(text))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int | float:
    """Read an integer; of one with hundreds of digits Python takes long to read and write all."""
    return int(digits) if len(digits) < 100 else float(digits)


def _rows_of(value: Any) -> list[Any] | None:
    """Find the rows in a JSON value: its elements, or the columns that an object names."""
    if isinstance(value, list):
        return value if any(isinstance(one, dict | list) for one in value) else None
    columns = {name: one for name, one in value.items() if isinstance(one, list | dict)}
    if not columns:
        pairs = [list(pair) for pair in value.items()]  # sentences and their labels
        return pairs if len(set(map(str, value.values()))) < len(pairs) > 3 else [value]
    inner = [one for one in columns.values() if _rows_of(one) is not None]
    if len(inner) == 1 and isinstance(inner[0], list):
        return inner[0]
    # As pandas writes columns: lists, or objects from row names to values.
    lists = [list(one.values()) if isinstance(one, dict) else one for one in columns.values()]
    if len(set(map(len, lists))) != 1:
        if len(lists) == len(value) > 1 and _are_texts(lists):
            return [[one, name] for name, ones in columns.items() for one in ones]  # by label
        return [value]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _named(rows: Iterable[tuple[int, Any]]) -> Iterator[Record]:
    """Yield JSON rows as records, before them one with the names of the first object."""
    names: list[str] = []
    n_cells = 0
    for number, row in rows:
        n_cells += max(1, len(names))
        if n_cells > limits.CELLS:
            yield Record(number, [], _TOO_LONG)
            return
        if isinstance(row, dict):
            row = _flat(row)
            if not names:
                names = list(row)[: limits.COLUMNS]
                yield Record(number, names)
            yield Record(number, [_text(row.get(name)) for name in names])
        elif isinstance(row, list):
            yield Record(number, list(map(_text, row[: limits.COLUMNS])))
        else:
            yield Record(number, [], _NOT_JSON)


def _are_texts(lists: list[list[Any]]) -> bool:
    return all(isinstance(one, str) for ones in lists for one in ones)


def _flat(row: dict[str, Any], depth: int = 4) -> dict[str, Any]:
    """Put the values of objects inside a row, and of a list of one object, beside the others."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict) and depth:
            inner = _flat(value, depth - 1)
            found |= {key: one for key, one in inner.items() if key not in row}
        else:
            found[name] = value
    return found


def _text(value: Any) -> str:
    """Write a JSON value as a cell; a list of one is that one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
