"""Tell a table's columns apart: labels are what repeats, sentences have the most letters.

Delimiters that belong to sentences are told from those between columns in the same way: of all
ways to cut the rows, the one is right in which the most rows have a label that others have too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from seqlib import limits
from seqlib.text.labelled import MAX_CLASSES, MIN_CLASSES, class_of

SENTENCE_NAMES = frozenset(
    (
        *("sentence", "sentences", "text", "phrase", "message", "tweet", "review", "content"),
        *("comment", "utterance", "headline", "sms", "texte", "texto", "satz"),
        *("句子", "文本", "文字", "内容", "內容", "语句", "語句", "评论", "評論", "消息", "微博"),
    )
)
LABEL_NAMES = frozenset(
    (
        *("label", "labels", "class", "emoji", "category", "target", "y", "sentiment", "emotion"),
        *("mood", "polarity", "tag", "étiquette", "etiqueta", "kategorie"),
        *("标签", "標籤", "标记", "標記", "类别", "類別", "分类", "分類", "类", "類"),
        *("表情", "情感", "情绪", "情緒"),
    )
)
NAMES = (SENTENCE_NAMES, LABEL_NAMES)
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Letters with at most such marks inside; addresses, names of files and identifiers have others.
_WORD = re.compile(r"[^\w\s]*[^\W\d_]+(?:[^\w\s@/\\:.#&=+~]+[^\W\d_]+)*[^\w\s]*")
_DATE = re.compile(r"\d+[-/:.年]\d+[-/:.月]\d+|\d{1,2}:\d\d")
_BETWEEN = re.compile(r"[,;\t|，；]")
_ANY = re.compile(r"[\w^`]|[^\x00-\x7f]")  # what no sentence lacks: letters, or emoji
_END = re.compile(r"[.!?。！？…,;]\s*$")
_LONG_NAME = 24  # characters; a column's name has no more
_LABEL_WORDS = 3  # most labels have no more


class Columns(NamedTuple):
    """Where sentence and label stand in rows of ``width`` cells.

    Rows with more cells have the surplus inside the sentence.
    """

    width: int
    sentence: int
    label: int

    def cut(self, cells: list[str], delimiter: str) -> list[str]:
        """Cut a row into ``width`` cells, joining what belongs to the sentence."""
        more = len(cells) - self.width
        if more <= 0:
            return cells
        end = self.sentence + more + 1
        return [*cells[: self.sentence], delimiter.join(cells[self.sentence : end]), *cells[end:]]


class Found(NamedTuple):
    """Columns, whether the first row names them, and how well they explain the rows.

    Attributes
    ----------
    rows, usable, shared : int
        All rows, those with a sentence and a label, those whose label others have too.
    kinds : int
        Different labels.
    named : int
        How many of the two columns a header calls by a known name; 0 if not the label's.
    known : bool
        Whether all labels are emoji, names or numbers of the default classes.
    ragged : bool
        Whether more than one row in twenty has fewer cells.
    """

    columns: Columns
    header: bool
    rows: int
    usable: int
    shared: int
    kinds: int
    named: int
    known: bool
    ragged: bool

    @property
    def labelled(self) -> bool:
        """Whether the labels are few and repeat, as labels do."""
        return MIN_CLASSES <= self.kinds <= MAX_CLASSES and 2 * self.shared > self.rows

    @property
    def rank(self) -> tuple[float, ...]:
        """Sort key: the better columns have the greater one."""
        sure = self.labelled or self.known or self.named > 1
        away = self.columns.label - self.columns.sentence
        near = -away if away > 0 else away - 0.5  # on the right is a little nearer
        return (
            *(sure, self.named, self.known, self.shared, self.usable, not self.ragged),
            *(near, -self.kinds, self.columns.width),
        )


def lines_above_header(start: str) -> int:
    """Count the lines, such as a title, above a header of known names; 0 if there is none."""
    for n, line in enumerate(start.split("\n")[:10]):
        names = {name.strip('" ').casefold() for name in _BETWEEN.split(line)}
        if names & SENTENCE_NAMES and names & LABEL_NAMES:
            return n
    return 0


def fewer_lost(one: Found, other: Found) -> bool:
    """Tell whether ``one`` finds labels in more rows, without rows that are pieces of rows."""
    return (
        one.shared > other.shared
        and one.shared * other.rows >= 0.9 * other.shared * one.rows
        and one.usable * other.rows >= 0.95 * other.usable * one.rows
    )


def cell(cells: Sequence[str], at: int) -> str:
    """Return a cell without space around it; "" where the row has none."""
    return cells[at].strip() if at < len(cells) else ""


def find(rows: Sequence[list[str]], delimiter: str) -> Found | None:
    """Find the columns in a sample of rows; None if no row has two cells."""
    widths = Counter(map(len, rows))
    split = sorted(width for width in widths.elements() if width > 1)
    if not split:
        return None
    rows = rows[: max(20, limits.SAMPLE_CELLS // split[-1])]
    # The header's, the commonest, the narrowest, and that which one in twenty is narrower than.
    common = (width for width, _n in widths.most_common(3))
    candidates = {len(rows[0]), split[0], split[len(split) // 20], *common} - {0, 1}
    found = [one for width in candidates for one in _at_width(rows, width, delimiter)]
    return max(found, key=lambda one: one.rank)


def _at_width(rows: Sequence[list[str]], width: int, delimiter: str) -> list[Found]:
    """Try each column as the label: beside the wordiest column, and beside that of known name."""
    exact = [row for row in rows if len(row) == width] or rows
    letters = [sum(map(_letters, {cell(row, at) for row in exact})) for at in range(width)]
    names = [name.strip().casefold() for name in rows[0]]
    named = [at for at in range(min(width, len(names))) if names[at] in SENTENCE_NAMES][:1]
    found = []
    for sentence in {*named, letters.index(max(letters))}:
        cut = [Columns(width, sentence, sentence).cut(row, delimiter) for row in rows]
        columns = [[cell(row, at) for row in cut] for at in range(width)]
        numbered = any(_names_numbers(columns[at]) for at in range(width) if at != sentence)
        ragged = sum(len(row) < width for row in rows) > 0.05 * len(rows)
        found += [
            _with_label(Columns(width, sentence, at), columns, names, numbered, ragged)
            for at in range(width)
            if at != sentence
        ]
    return found


def _with_label(
    where: Columns, columns: list[list[str]], names: list[str], numbered: bool, ragged: bool
) -> Found:
    sentences, labels = columns[where.sentence], columns[where.label]
    header = numbered or _is_header(sentences, labels, names)
    pairs = list(zip(sentences, labels, strict=True))[header:]
    counts = Counter(label for sentence, label in pairs if label and _ANY.search(sentence))
    shared = sum(
        n
        for label, n in counts.items()
        if n > 1 and len(label) <= limits.LABEL and not _DATE.search(label)
    )
    few = MIN_CLASSES <= len(counts) <= MAX_CLASSES
    short = sum(_length(label) > _LABEL_WORDS for label in counts) < len(counts) / 2
    called = header and short and labels[0].casefold() in LABEL_NAMES
    return Found(
        columns=where,
        header=header,
        rows=len(pairs),
        usable=counts.total(),
        shared=shared if len(counts) > 1 else 0,
        kinds=len(counts),
        named=(1 + (sentences[0].casefold() in SENTENCE_NAMES)) if few and called else 0,
        known=few and all(map(_is_known, counts)),
        ragged=ragged,
    )


def _is_known(label: str) -> bool:
    """Tell whether a label is one of the default classes, their numbers, or an emoji."""
    if label in ("0", "1", "2", "3", "4", "-1"):
        return True
    return bool(class_of(label).emoji)


def is_number(text: str) -> bool:
    """Tell whether a cell is a number, also in brackets."""
    try:
        float(text.strip("[]() "))
    except ValueError:
        return False
    return True


def _names_numbers(column: list[str]) -> bool:
    """Tell whether the first cell alone is no number in a column of numbers."""
    first, *others = column
    others = [other for other in others if other]
    return len(others) > 1 and not is_number(first) and all(map(is_number, others))


def _is_header(sentences: list[str], labels: list[str], names: list[str]) -> bool:
    """Tell whether the first row has the columns' names.

    It has names that are known; or its label is like none below it, and its sentence is short
    for a sentence, as names are.
    """
    (name, *sentences), (label, *labels) = sentences, labels
    known = sum(one in SENTENCE_NAMES or one in LABEL_NAMES for one in names)
    if known > 1 or name.casefold() in SENTENCE_NAMES or label.casefold() in LABEL_NAMES:
        return True
    if not any(labels) or not name or not label or label in labels or _END.search(name):
        return False
    if is_number(label) or any(map(is_number, labels)) or len(name) > _LONG_NAME:
        return False
    usual = sorted(map(_length, sentences))[len(sentences) // 2]
    repeated = sum(n for n in Counter(labels).values() if n > 1)
    return _length(name) < usual * (0.75 if repeated > 0.9 * len(labels) else 0.5)


def _length(text: str) -> float:
    """Words in a text, three characters a word where words are not separated."""
    unspaced = len(_UNSPACED.findall(text))
    return unspaced / 3 if unspaced else float(len(text.split()))


def _letters(text: str) -> float:
    """Count the letters of a cell's words: what has many is prose.

    Dates, addresses, names of files and identifiers have none, a single word counts as one.
    """
    text = text[: limits.SAMPLE_CELL]
    chunks, unspaced = text.split(), len(_UNSPACED.findall(text))
    words = [chunk for chunk in chunks if _WORD.fullmatch(chunk)]
    numbers = sum(any(map(str.isdigit, chunk)) for chunk in chunks)
    if unspaced:
        return 2.0 * unspaced if not _DATE.search(text) or unspaced > 6 else 0.0
    if 2 * numbers > len(words):
        return 0.0
    return float(sum(map(len, words))) if len(words) > 1 else len(words)
