"""Make training and test sentences of the files that a reader chose together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from seqlib.i18n import InputError, Later
from seqlib.text.files import CSVReport, from_rows, read_column, read_csv
from seqlib.text.labelled import DEFAULT_CLASSES, MAX_CLASSES, DataSet, LabelledSentences

TEST_SHARE, MOST_TEST = 0.2, 1000
MOST_FILES = 4
# What a file is, by its name. The exercise calls its test file tesss.csv.
_TEST = re.compile(r"tes[st]|(?<![a-z])(?:dev|val)", re.IGNORECASE)
_LABELS = re.compile(r"label|target|(?<![a-z])y(?![a-z])", re.IGNORECASE)

Named = tuple[str, bytes]  # a file's name and content


def role(name: str) -> tuple[bool, bool]:
    """Tell by a file's name whether it is for the test, and whether it holds labels."""
    return bool(_TEST.search(name)), bool(_LABELS.search(name))


def read_several(files: Sequence[Named]) -> tuple[DataSet, CSVReport]:
    """Read training and test sentences from 1 to 4 files.

    A file named like "test" holds the test sentences; without one a fifth of each class is kept
    back. Of two files of a part one has a label a line for the sentences, a line each, of the
    other: the one named like "labels" or "y", else the one whose lines repeat. A single file is
    a table, see ``read_csv``. Raises ``ValueError``, one sentence, if the files do not fit
    together or one cannot be used.
    """
    parts = [[file for file in files if role(file[0])[0] == test] for test in (False, True)]
    if not parts[0]:
        raise InputError("There is no file to train on; all names say “test”.")
    (train, report), *others = [_part(part) for part in parts if part]
    if others:
        (test, of_test), *_none = others
        test = _with_classes(test, train)
        note = Later("{n} test sentences in a file of their own.", {"n": len(test)})
        return DataSet(train, test), replace(
            report,
            notes=(note, *report.notes, *of_test.notes),
            skipped=(*report.skipped, *of_test.skipped),
            n_skipped=report.n_skipped + of_test.n_skipped,
        )
    split = DataSet(*train.split(min(TEST_SHARE, MOST_TEST / len(train))))
    if not len(split.test):
        raise InputError(
            "Every class has a single sentence, so none can be kept back for the test; give at "
            "least two sentences of some class."
        )
    note = Later(
        "A fifth of each class, at most {most} sentences in all, is kept back as test.",
        {"most": MOST_TEST},
    )
    return split, replace(report, notes=(note, *report.notes))


def _part(files: Sequence[Named]) -> tuple[LabelledSentences, CSVReport]:
    """Read the file of a part, or its sentences and its labels."""
    if len(files) == 1:
        return read_csv(files[0][1])
    labels = [file for file in files if role(file[0])[1]]
    labels = labels or [file for file in files if _repeats(read_column(file[1], False)[0])]
    if len(files) != 2 or len(labels) != 1:
        raise InputError(
            "Which file is which cannot be told from {names}: name the labels “labels” and the "
            "test files “test”.",
            names=[name for name, _data in files],
        )
    (text,) = (file for file in files if file is not labels[0])
    sentences, report = read_column(text[1], False)
    given, _report = read_column(labels[0][1], True)
    if len(given) != len(sentences):
        raise InputError(
            "{text} has {n} sentences and {labels} {m} labels; give one label a sentence.",
            text=text[0],
            n=len(sentences),
            labels=labels[0][0],
            m=len(given),
        )
    found, rows = from_rows(zip(sentences, given, strict=True))
    return found, replace(
        rows, encoding=report.encoding, delimiter=report.delimiter, header=report.header
    )


def _repeats(lines: Sequence[str]) -> bool:
    """Tell whether lines are labels: few different ones, each several times."""
    return 1 < len(set(lines)) <= min(MAX_CLASSES, len(lines) // 2)


def _with_classes(test: LabelledSentences, train: LabelledSentences) -> LabelledSentences:
    """Give the test sentences the classes of the training sentences."""
    names = {one.name: place for place, one in enumerate(train.classes)}
    if train.classes == DEFAULT_CLASSES:  # numbers, of which the test has not all
        names |= {str(place): place for place in range(len(train.classes))}
    for one in test.classes:
        if one.name not in names:
            raise InputError(
                "The test sentences have the label {label}, which no training sentence has.",
                label=one.name,
            )
    places = np.array([names[one.name] for one in test.classes])
    return LabelledSentences(test.sentences, places[test.labels], train.classes)
