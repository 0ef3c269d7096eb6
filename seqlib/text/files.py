"""Read labelled sentences from CSV files as spreadsheets write them, and write such files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from seqlib.assets import ASSETS
from seqlib.i18n import N_, Later, _
from seqlib.text import chinese
from seqlib.text.labelled import (
    DEFAULT_CLASSES,
    MAX_CLASSES,
    MIN_CLASSES,
    LabelledSentences,
    class_of,
    classes_of,
)
from seqlib.text.tokens import tokenise

FOLDER = ASSETS / "emojify"
MAX_BYTES = 20_000_000
MAX_ROWS = 50_000
MAX_CHARACTERS = 1000  # in a sentence
MAX_LABEL_CHARACTERS = 60
FEW = 5  # sentences of a class; below this the report warns
SKIPPED_KEPT = 50  # skipped rows that the report names; further ones are only counted
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run cells that begin so
DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("bar")}

SENTENCE_NAMES = frozenset(
    (
        *("sentence", "sentences", "text", "phrase", "message", "tweet", "review", "content"),
        *("句子", "文本", "文字", "内容", "內容", "语句", "語句", "评论", "評論", "消息", "微博"),
    )
)
LABEL_NAMES = frozenset(
    (
        *("label", "labels", "class", "emoji", "category", "target", "y", "sentiment", "emotion"),
        *("标签", "標籤", "标记", "標記", "类别", "類別", "分类", "分類", "类", "類"),
        *("表情", "情感", "情绪", "情緒"),
    )
)


# First bytes of files that are no CSV, and what those files are.
_NOT_CSV = (
    (b"PK\x03\x04", N_("an Excel workbook or a zip archive")),
    (b"\xd0\xcf\x11\xe0", N_("an old Excel workbook")),
    (b"%PDF", N_("a PDF")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"\x1f\x8b", N_("a gzip archive")),
    (b"version https://git-lfs", N_("a Git LFS pointer, not the file itself")),
)

# Control characters to delete; those that are white space are left to ``str.split``.
_CONTROL = {
    code: None for code in range(0xA0) if not chr(code).isprintable() and not chr(code).isspace()
}

Source = bytes | str | Path | BinaryIO


class Skipped(NamedTuple):
    """A skipped row: its line in the file, from 1, and the reason."""

    line: int
    why: Later


@dataclass(frozen=True)
class CSVReport:
    """How a CSV file was read.

    Attributes
    ----------
    rows : int
        Rows that became sentences.
    encoding, delimiter : str
        Names in English.
    header : bool
        Whether the first row named the columns.
    skipped : tuple of Skipped
        The first ``SKIPPED_KEPT`` skipped rows.
    n_skipped : int
        Number of all skipped rows.
    notes : tuple of Later
        One sentence each: duplicates, contradictions, classes with few rows.
    """

    rows: int
    encoding: str
    delimiter: str
    header: bool
    skipped: tuple[Skipped, ...] = ()
    n_skipped: int = 0
    notes: tuple[Later, ...] = ()


class Row(NamedTuple):
    """One record of the file and the line it starts on."""

    line: int
    cells: list[str]


def read_csv(source: Source) -> tuple[LabelledSentences, CSVReport]:
    """Read sentences and their labels from a CSV.

    Parameters
    ----------
    source : bytes, path, or open binary file
        A ``str`` is a path.

    Columns may come in either order, with or without a header, separated by comma,
    semicolon, tab or bar; labels are numbers, names or emoji. Rows that cannot be used are
    skipped and named in the report.

    Raises
    ------
    ValueError
        One sentence, if the file as a whole cannot be used.
    """
    text, encoding = _text(source)
    rows, delimiter = _records(text)
    width = max(len(row.cells) for row in rows)
    if width < 2:
        raise ValueError(
            _(
                "The file has a single column; put the sentence in one column and its label in "
                "another."
            )
        )
    named = _named_columns(rows[0])
    columns = named or _guessed_columns(rows, width)
    header = named is not None or _first_is_header(rows, columns.label)
    if header:
        rows = rows[1:]
        if not rows:
            raise ValueError(
                _("The file has a header but no rows; add sentences with their labels.")
            )
    labelled, report = from_rows(
        [(_cell(row, columns.sentence), _cell(row, columns.label)) for row in rows],
        lines=[row.line for row in rows],
    )
    return labelled, CSVReport(
        len(labelled),
        encoding,
        DELIMITERS[delimiter],
        header,
        report.skipped,
        report.n_skipped,
        report.notes,
    )


class RowsReport(NamedTuple):
    """The rows that ``from_rows`` skipped, and its notes on the rest."""

    skipped: tuple[Skipped, ...]
    n_skipped: int
    notes: tuple[Later, ...]


def from_rows(
    rows: Iterable[tuple[str, str]], lines: Sequence[int] | None = None
) -> tuple[LabelledSentences, RowsReport]:
    """Make labelled sentences of (sentence, label) texts from a file or a table editor.

    ``lines`` are the rows' line numbers for the report; 1, 2, 3… if not given. Raises
    ``ValueError``, one sentence, if no row can be used or there are not 2 to 20 classes.
    """
    kept: list[tuple[str, str]] = []
    skipped = _SkippedRows()
    for i, (sentence, label) in enumerate(rows):
        sentence, label = _clean(sentence), _clean(label)
        if not sentence and not label:
            continue
        if reason := _unusable(sentence, label, len(kept)):
            skipped.add(lines[i] if lines else i + 1, reason)
        else:
            kept.append((sentence, label))
    if not kept:
        raise ValueError(
            _("No row has both a sentence and a label; give each row a sentence and what it shows.")
        )
    classes, index_of = classes_of(label for _sentence, label in kept)
    labels = np.array([index_of[label] for _sentence, label in kept])
    found = np.unique(labels)
    if len(found) < MIN_CLASSES:
        raise ValueError(
            _(
                "Every sentence has the same label, {label}; give sentences of at least {least} "
                "classes.",
                label=kept[0][1],
                least=MIN_CLASSES,
            )
        )
    if len(found) > MAX_CLASSES:
        raise ValueError(
            _(
                "The label column has {n} different values; use {least} to {most} classes.",
                n=len(found),
                least=MIN_CLASSES,
                most=MAX_CLASSES,
            )
        )
    labelled = LabelledSentences(tuple(sentence for sentence, _label in kept), labels, classes)
    return labelled, RowsReport(tuple(skipped.first), skipped.n, _notes(labelled))


def read_sentences(source: Source) -> tuple[tuple[str, ...], CSVReport]:
    """Read sentences without labels: one a line, or the column of a CSV with the most words.

    Commas belong to the sentences unless a header names the column or the other columns hold
    only numbers and known labels. Raises ``ValueError``, one sentence, if there is no sentence.
    """
    text, encoding = _text(source)
    rows, delimiter = _records(text)
    names = [cell.strip().casefold() for cell in rows[0].cells]
    width = max(len(row.cells) for row in rows)
    header = not SENTENCE_NAMES.isdisjoint(names)
    if header:
        column = next(at for at, name in enumerate(names) if name in SENTENCE_NAMES)
        rows = rows[1:]
    else:
        column = _wordiest(rows, width)
        if not _beside_labels(rows, width, column):
            rows = [Row(n, [line.strip(' "')]) for n, line in enumerate(text.split("\n"), 1)]
            rows, column = [row for row in rows if row.cells[0]], 0
    kept: list[str] = []
    skipped = _SkippedRows()
    for row in rows:
        sentence = _clean(_cell(row, column))
        if reason := _unusable(sentence, "-", len(kept)):
            skipped.add(row.line, reason)
        else:
            kept.append(sentence)
    if not kept:
        raise ValueError(_("There is no sentence in the file; write one a line."))
    name = DELIMITERS[delimiter]
    report = CSVReport(len(kept), encoding, name, header, tuple(skipped.first), skipped.n)
    return tuple(kept), report


class _SkippedRows:
    """Count skipped rows and keep the first ``SKIPPED_KEPT``."""

    def __init__(self) -> None:
        self.first: list[Skipped] = []
        self.n = 0

    def add(self, line: int, reason: Later) -> None:
        self.n += 1
        if self.n <= SKIPPED_KEPT:
            self.first.append(Skipped(line, reason))


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
    return f"'{cell}" if isinstance(cell, str) and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Tell whether a cell, apostrophes in front left out, begins like a formula."""
    return cell.lstrip("'").startswith(FORMULA)


# From bytes to records.


def _text(source: Source) -> tuple[str, str]:
    """Decode a source: the text with line ends as \\n, and its encoding."""
    text, encoding = _decoded(_bytes_of(source))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError(_("The file is empty; give it a sentence and a label in each row."))
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype html", "<html", "<?xml", "<head", "<body", "<table")):
        raise ValueError(
            _(
                "This is a web page saved under the name of a CSV; download the file itself, not "
                "the page that shows it."
            )
        )
    return text, encoding


def _records(text: str) -> tuple[list[Row], str]:
    delimiter = _delimiter(text)
    rows = _parsed(text, delimiter, MAX_ROWS + SKIPPED_KEPT)
    if not rows:
        raise ValueError(_("The file is empty; give it a sentence and a label in each row."))
    return rows, delimiter


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        with open(source, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    else:
        data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(
            _("The file is over {most} MB; give it fewer rows.", most=MAX_BYTES // 1_000_000)
        )
    return data


def _decoded(data: bytes) -> tuple[str, str]:
    for start, what in _NOT_CSV:
        if data.startswith(start):
            raise ValueError(
                _(
                    "This is {what}; save the table as CSV (UTF-8) and choose that file.",
                    what=_(what),
                )
            )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            pass
    if b"\0" in data:
        raise ValueError(_("This is not a text file; save the table as CSV (UTF-8)."))
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    if found := chinese.decoded(data):
        return found
    # What older Windows spreadsheets write. A few accents among plain text are believable; a
    # text that is mostly such characters is in some other encoding.
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    odd = sum(character > "\x7f" for character in text)
    letters = sum(character.isalpha() for character in text)
    control = any(character < " " and character not in "\t\n\r\f" for character in text)
    if not text or control or odd > 0.1 * letters:
        raise ValueError(
            _("The characters of this file are not in UTF-8; save it again as CSV UTF-8.")
        )
    return text, "Windows-1252"


def _parsed(text: str, delimiter: str, limit: int) -> list[Row]:
    """Parse the records that have a filled cell; raise for a quote that is never closed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, cells))
            line = reader.line_num + 1
            if len(rows) >= limit:
                break
    except csv.Error as problem:
        raise ValueError(
            _(
                "The CSV cannot be read from line {line} on; look for a quote that is not closed.",
                line=line,
            )
        ) from problem
    return rows


def _delimiter(text: str) -> str:
    """Find the delimiter that splits most of the first rows into the same number of cells."""

    def evenness(delimiter: str) -> float:
        try:
            widths = Counter(len(row.cells) for row in _parsed(text[:50_000], delimiter, 100))
        except ValueError:
            return 0.0
        split = [(n, width) for width, n in widths.items() if width > 1]
        return max(split)[0] / widths.total() if split else 0.0

    return max(DELIMITERS, key=evenness)


# From records to sentences and labels.


class Columns(NamedTuple):
    sentence: int
    label: int


def _named_columns(first: Row) -> Columns | None:
    names = [cell.strip().casefold() for cell in first.cells]
    sentence = next((at for at, name in enumerate(names) if name in SENTENCE_NAMES), None)
    label = next((at for at, name in enumerate(names) if name in LABEL_NAMES), None)
    return None if sentence is None or label is None else Columns(sentence, label)


def _wordiest(rows: list[Row], width: int) -> int:
    """Find the column with the most words, equal cells counted once."""
    sample = rows[:500]
    words = [
        sum(len(tokenise(text)) for text in {_cell(row, at) for row in sample})
        for at in range(width)
    ]
    return int(np.argmax(words))


def _beside_labels(rows: list[Row], width: int, column: int) -> bool:
    """Tell whether all other columns hold only numbers and labels of the default classes."""
    others = {_cell(row, at) for row in rows for at in range(width) if at != column} - {""}
    return all(_is_number(text) or class_of(text) in DEFAULT_CLASSES for text in others)


def _guessed_columns(rows: list[Row], width: int) -> Columns:
    """Guess the columns: sentences have the most words, labels few different values."""
    sentence = _wordiest(rows, width)
    others = [at for at in range(width) if at != sentence]

    def looks_like_labels(at: int) -> bool:
        values = [_cell(row, at) for row in rows]
        filled = [value for value in values if value]
        few = len(set(filled)) <= min(MAX_CLASSES, len(filled) - 1)
        return few and 2 * len(filled) > len(values)

    return Columns(sentence, next(filter(looks_like_labels, others), others[0]))


def _first_is_header(rows: list[Row], label: int) -> bool:
    """Tell whether the first row is a header: its label names the column or alone is no number."""
    first, *others = [_cell(row, label) for row in rows]
    if first.casefold() in LABEL_NAMES:
        return True
    others = [other for other in others if other]
    return bool(others) and not _is_number(first) and all(map(_is_number, others))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cell(row: Row, at: int) -> str:
    cell = row.cells[at].strip() if at < len(row.cells) else ""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _clean(text: object) -> str:
    """Write text on one line without control characters; None gives ""."""
    return " ".join(("" if text is None else str(text)).translate(_CONTROL).split())


def _unusable(sentence: str, label: str, so_far: int) -> Later | None:
    """Say why a row must be skipped; None if it can be used."""
    if so_far >= MAX_ROWS:
        return Later("only the first {most:,} rows are used", {"most": MAX_ROWS})
    if not sentence:
        return Later("no sentence")
    if not label:
        return Later("no label")
    if len(sentence) > MAX_CHARACTERS:
        return Later("the sentence has more than {most} characters", {"most": MAX_CHARACTERS})
    if len(label) > MAX_LABEL_CHARACTERS:
        return Later("the label has more than {most} characters", {"most": MAX_LABEL_CHARACTERS})
    if not tokenise(sentence):
        return Later("no words in the sentence")
    return None


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
        values = {"n": FEW, "names": ", ".join(few)}
        notes.append(Later("Fewer than {n} sentences for {names}: expect little of these.", values))
    return tuple(notes)
