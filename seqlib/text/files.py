"""Read labelled sentences from the files that people have, and write them as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from seqlib import contents, limits
from seqlib.i18n import InputError, Later
from seqlib.text import columns
from seqlib.text.encoding import encoding_of
from seqlib.text.labelled import (
    DEFAULT_CLASSES,
    MAX_CLASSES,
    MIN_CLASSES,
    LabelledSentences,
    classes_of,
)
from seqlib.text.records import Record
from seqlib.text.tables import is_formula, prose, table_of
from seqlib.text.tokens import has_words

FEW = 5  # sentences of a class; below this the report warns

# Control characters to delete; those that are white space are left to ``str.split``.
_CONTROL = {
    code: None for code in range(0xA0) if not chr(code).isprintable() and not chr(code).isspace()
}

Source = bytes | str | Path | BinaryIO


@dataclass(frozen=True)
class CSVReport:
    """How a CSV file was read.

    Attributes
    ----------
    rows : int
        Rows that became sentences.
    encoding, delimiter : str
        Names in English; "" for rows that are from no file.
    header : bool
        Whether the first row named the columns.
    skipped : tuple of Record
        The first ``limits.NAMED_ROWS`` skipped rows, without cells: their lines, from 1, and why.
    n_skipped : int
        Number of all skipped rows.
    notes : tuple of Later
        One sentence each: duplicates, contradictions, classes with few rows.
    """

    rows: int
    encoding: str = ""
    delimiter: str = ""
    header: bool = False
    skipped: tuple[Record, ...] = ()
    n_skipped: int = 0
    notes: tuple[Later, ...] = ()


def read_csv(source: Source) -> tuple[LabelledSentences, CSVReport]:
    """Read sentences and their labels from a table; a ``str`` is a path.

    Columns may stand anywhere, with or without a header, separated by comma, semicolon, tab or
    bar, or be JSON, JSON lines or fastText's lines; labels are numbers, names, emoji or their
    names between colons. Rows that cannot be used are counted and named in the report. Raises
    ``ValueError``, one sentence, if the file as a whole cannot be used.
    """
    text, encoding = _text(source)
    table = table_of(text)
    if table.found is None:
        raise InputError(
            "The file has a single column; put the sentence in one column and its label in another."
        )
    if next(table.rows(), None) is None:
        raise InputError("The file has a header but no rows; add sentences with their labels.")
    labelled, report = _labelled(table.rows(), table.lines)
    return labelled, replace(
        report, encoding=encoding, delimiter=table.delimiter, header=table.header
    )


def from_rows(rows: Iterable[tuple[str, str]]) -> tuple[LabelledSentences, CSVReport]:
    """Make labelled sentences of (sentence, label) texts from a file or a table editor.

    Raises ``ValueError``, one sentence, if no row can be used or there are not 2 to 20 classes.
    """
    return _labelled(Record(line, list(cells)) for line, cells in enumerate(rows, 1))


def read_sentences(source: Source) -> tuple[tuple[str, ...], CSVReport]:
    """Read sentences without labels: one a line, or the sentences' column of a table.

    Delimiters belong to the sentences unless the file is a table: its header names the column,
    it is JSON or fastText's, or its other columns hold numbers, labels or nothing. Raises
    ``ValueError``, one sentence, if there is no sentence.
    """
    text, encoding = _text(source)
    table = table_of(text)
    table = table if table.is_one else prose(text)
    rows = (row._replace(cells=[*(row.cells or [""])[:1], "-"]) for row in table.rows())
    taken = _Kept(rows, table.lines)
    if not taken.rows:
        raise InputError("There is no sentence in the file; write one a line.")
    sentences = tuple(sentence for sentence, _label in taken.rows)
    return sentences, replace(
        taken.report(), encoding=encoding, delimiter=table.delimiter, header=table.header
    )


def read_column(source: Source, labels: bool) -> tuple[list[str], CSVReport]:
    """Read all lines of a file of labels, or of sentences alone, the unusable ones too.

    Of a table it is the column of labels, or of sentences.
    """
    text, encoding = _text(source)
    table = table_of(text)
    if not (table.found is not None and table.found.labelled if labels else table.is_one):
        table = prose(text)
    rows = [row.cells or [""] for row in islice(table.rows(), limits.LOOKED_AT)]
    values, header = [row[labels and len(row) > 1] for row in rows], table.header
    if table.found is None and values[0].casefold() in columns.NAMES[labels]:
        values, header = values[1:], True
    return values, CSVReport(len(values), encoding, table.delimiter, header)


class _Kept:
    """Collect the rows of (sentence, label) that can be used, and count and name the others.

    They are those of a file of so many ``lines``, if its records are lines.
    """

    def __init__(self, rows: Iterable[Record], lines: int | None = None) -> None:
        self.rows: list[tuple[str, str]] = []
        self._skipped: list[Record] = []
        self._n_skipped = self._cut = 0
        for n, (line, cells, why) in enumerate(rows):
            if n >= limits.LOOKED_AT:
                why = Later("only the first {most:,} rows are read", {"most": limits.LOOKED_AT})
            sentence, label = map(clean, cells) if cells else ("", "")
            if not why and not sentence and not label:
                continue
            if reason := why or self._unusable(sentence, label):
                self._n_skipped += 1
                if self._n_skipped <= limits.NAMED_ROWS:
                    self._skipped.append(Record(line, [], reason))
                over = len(self.rows) >= limits.ROWS and self._n_skipped > limits.NAMED_ROWS
                if n >= limits.LOOKED_AT or (over and lines):
                    self._n_skipped += (lines or line) - line
                    return
                continue
            if len(sentence) > limits.SENTENCE:
                start = sentence[: limits.SENTENCE]
                sentence = start.rpartition(" ")[0] or start
                self._cut += 1
            self.rows.append((sentence, label))

    def _unusable(self, sentence: str, label: str) -> Later | None:
        """Say why a row must be left out; None if it can be used."""
        if len(self.rows) >= limits.ROWS:
            return Later("only the first {most:,} rows are used", {"most": limits.ROWS})
        if not sentence:
            return Later("no sentence")
        if not label:
            return Later("no label")
        if len(label) > limits.LABEL:
            return Later("the label has more than {most} characters", {"most": limits.LABEL})
        if not has_words(sentence[: limits.SENTENCE]):
            return Later("no words in the sentence")
        return None

    def report(self, notes: Iterable[Later] = ()) -> CSVReport:
        """Report what was left out or cut."""
        cut = {"n": self._cut, "most": limits.SENTENCE}
        long = Later("{n} sentences have more than {most:,} characters; those are read.", cut)
        made = (*([long] if self._cut else []), *notes)
        return CSVReport(
            len(self.rows), skipped=tuple(self._skipped), n_skipped=self._n_skipped, notes=made
        )


def _labelled(
    rows: Iterable[Record], lines: int | None = None
) -> tuple[LabelledSentences, CSVReport]:
    taken = _Kept(rows, lines)
    kept = taken.rows
    if not kept:
        raise InputError(
            "No row has both a sentence and a label; give each row a sentence and what it shows."
        )
    classes, index_of = classes_of(label for _sentence, label in kept)
    labels = np.array([index_of[label] for _sentence, label in kept])
    found = np.unique(labels)
    if len(found) < MIN_CLASSES:
        raise InputError(
            "Every sentence has the same label, {label}; give sentences of at least {least} "
            "classes.",
            label=kept[0][1],
            least=MIN_CLASSES,
        )
    if len(found) > MAX_CLASSES:
        raise InputError(
            "The label column has {n} different values; use {least} to {most} classes.",
            n=len(found),
            least=MIN_CLASSES,
            most=MAX_CLASSES,
        )
    labelled = LabelledSentences(tuple(sentence for sentence, _label in kept), labels, classes)
    return labelled, taken.report(_notes(labelled))


def write_csv(labelled: LabelledSentences) -> bytes:
    """Write labelled sentences as a CSV that ``read_csv`` reads again."""
    return table_csv(
        ("sentence", "label"),
        (
            (sentence, labelled.classes[label].name)
            for sentence, label in zip(labelled.sentences, labelled.labels, strict=True)
        ),
    )


def template() -> bytes:
    """Write a CSV for the reader to fill in: a header and an example of each default class."""
    examples = (
        "I love you so much",
        "The keeper caught the ball",
        "What a lovely surprise",
        "I am not happy",
        "Is there any soup left?",
    )
    names = (emoji_class.name for emoji_class in DEFAULT_CLASSES)
    return table_csv(("sentence", "label"), zip(examples, names, strict=True))


def table_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as a CSV for spreadsheets, in UTF-8 with a byte order mark.

    Text cells that a spreadsheet would run as a formula get an apostrophe in front;
    ``read_csv`` and ``read_sentences`` remove the apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_quoted(cell) for cell in row] for row in (header, *rows))
    return text.getvalue().encode("utf-8-sig")


def _quoted(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


# From bytes to text.


def _text(source: Source) -> tuple[str, str]:
    """Decode a source: the text with line ends as \\n, and the encoding's name."""
    data = _bytes_of(source)
    if what := contents.what(data[: contents.HEAD]):
        if what in (contents.PAGE, contents.XML):
            raise InputError(
                "This is a web page saved under the name of a CSV; download the file itself, "
                "not the page that shows it."
            )
        raise InputError(
            "This is {what}; save the table as CSV (UTF-8) and choose that file.", what=Later(what)
        )
    found = encoding_of(data)
    if found is None and b"\0" in data:
        raise InputError("This is not a text file; save the table as CSV (UTF-8).")
    if found is None:
        raise InputError(
            "The characters of this file are not in UTF-8; save it again as CSV UTF-8."
        )
    codec, name = found
    text = data.decode(codec).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\Asep=.\n", "\n", text)  # by which spreadsheets name the delimiter
    above = columns.lines_above_header(text[:4000])
    text = "\n" * above + text.split("\n", above)[-1]
    if not text.strip(" \t\n,;|"):
        raise InputError("The file is empty; give it a sentence and a label in each row.")
    return text, name


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        with open(source, "rb") as file:
            data = file.read(limits.TEXT_BYTES + 1)
    else:
        data = source.read(limits.TEXT_BYTES + 1)
    if len(data) > limits.TEXT_BYTES:
        most = limits.TEXT_BYTES // 1_000_000
        raise InputError("The file is over {most} MB; give it fewer rows.", most=most)
    return data


def clean(text: object) -> str:
    """Write text on one line without control characters; None gives ""."""
    text = "" if text is None else str(text)[: 4 * limits.SENTENCE]
    line = " ".join(text.translate(_CONTROL).split())
    return line.encode("utf-8", "replace").decode() if not line.isascii() else line


def _notes(labelled: LabelledSentences) -> tuple[Later, ...]:
    notes = []
    seen: dict[tuple[str, ...], set[int]] = {}
    for tokens, label in zip(labelled.tokens, labelled.labels.tolist(), strict=True):
        seen.setdefault(tokens, set()).add(label)
    if again := len(labelled) - len(seen):
        notes.append(Later("{n} sentences occur more than once; all are kept.", {"n": again}))
    if contradicting := sum(len(labels) > 1 for labels in seen.values()):
        notes.append(
            Later(
                "{n} sentences have more than one label; the model cannot learn both.",
                {"n": contradicting},
            )
        )
    few = [
        emoji_class.name
        for emoji_class, n in zip(labelled.classes, labelled.counts, strict=True)
        if 0 < n < FEW
    ]
    if few:
        values = {"n": FEW, "names": few}
        notes.append(Later("Fewer than {n} sentences for {names}: expect little of these.", values))
    return tuple(notes)
