"""Choose the sentences to train on: ours, a reader's CSV, or a table edited in the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from seqlib import limits
from seqlib.i18n import N_, InputError, _, n_
from seqlib.text import (
    MAX_CLASSES,
    MIN_CLASSES,
    CSVReport,
    DataSet,
    LabelledSentences,
    from_rows,
    read_several,
    template,
    write_csv,
)
from seqlib.text.files import clean
from seqlib.text.several import MOST_FILES, role
from ui.emojify import state
from ui.emojify.stage import named
from ui.frame import choices, language
from ui.parts import charts, escape, held, uploads
from ui.state import widget

if TYPE_CHECKING:
    import pandas as pd

MOST_EDITED = 8000  # rows; more take the browser too long
TRAIN, TEST = N_("train"), N_("test")
TYPES = ("csv", "tsv", "txt", "json", "jsonl")


def choose() -> None:
    """Draw the choice of sentences, and the upload."""
    language.choice(
        st.segmented_control,
        _("sentences"),
        "emoji_data",
        help=_("Ours, written for this project; as few of them as the exercise has; or your own."),
    )
    if st.session_state["emoji_data"] == state.MINE:
        taken = uploads.uploader(
            _(
                "A CSV with a sentence and a label in each row, at most {most:g} MB; test "
                "sentences and labels may stand in files of their own",
                most=limits.TEXT_BYTES / 1e6,
            ),
            TYPES,
            round(limits.TEXT_BYTES / 1e6),
            read_upload,
            key="emoji_csv",
            help=_(
                "CSV with any delimiter, JSON, JSON lines or fastText’s lines. Labels are names, "
                "numbers or emoji, {least} to {most} of them; a header is optional. At most "
                "{rows:,} rows. Choose several files together: a name with “test” marks the test "
                "sentences, one with “labels” has a label a line.",
                least=MIN_CLASSES,
                most=MAX_CLASSES,
                rows=limits.ROWS,
            ),
            several=True,
            needed=lambda: True,
        )
        if taken:
            _report()
    with st.container(horizontal=True):
        uploads.download(
            _("Template"),
            template,
            "sentences.csv",
            key="emoji_template",
            help=_("A CSV to fill in, with one example of each class."),
        )
        uploads.download(
            _("Training sentences"),
            partial(write_csv, state.data().train),
            "train.csv",
            key="emoji_train_csv",
            help=_("The training sentences at hand as CSV."),
        )
    counts()


def read_upload(files: list[UploadedFile], new: list[UploadedFile]) -> None:
    """Use the sentences of uploaded files; raises ``ValueError``, one sentence.

    A file takes the place of one chosen before it that was for the same.
    """
    replaced = {role(file.name) for file in new}
    files = [file for file in files if file in new or role(file.name) not in replaced]
    if len(files) > MOST_FILES:
        raise InputError("At most {most} files belong together.", most=MOST_FILES)
    for file in files:
        held.check_room(file)
    named = [(file.name, file.getvalue()) for file in files]

    def read() -> tuple[LabelledSentences, LabelledSentences, CSVReport]:
        found, report = read_several(named)
        return (*found, report)

    train, test, report = held.once(
        [data for _name, data in named], ("sentences", *(name for name, _data in named)), read
    )
    st.session_state["emoji_mine"] = DataSet(train, test)
    st.session_state["emoji_csv_report"] = report
    _begin_new_table()


def _report() -> None:
    """Draw how the file was read, and which rows were skipped."""
    report = st.session_state.get("emoji_csv_report")
    if report is not None:
        how_read(report, "emoji_skipped")
    elif state.my_data() is None:
        st.info(
            _("Until a file is read, our sentences stay in place."),
            icon=":material/upload_file:",
        )


def how_read(report: CSVReport, key: str) -> None:
    """Draw how a file was read, and which rows were left out."""
    read = (
        N_("{rows:,} rows read ({encoding}, {delimiter}), with a header.")
        if report.header
        else N_("{rows:,} rows read ({encoding}, {delimiter}), without a header.")
    )
    st.caption(_(read, rows=report.rows, encoding=report.encoding, delimiter=_(report.delimiter)))
    for note in report.notes:
        st.text(str(note))
    if report.n_skipped:
        sentence = n_("{n:,} row left out", "{n:,} rows left out", report.n_skipped)
        with st.expander(sentence, icon=":material/rule:"):
            charts.table(
                {
                    _("line"): [one.line for one in report.skipped],
                    _("why"): [str(one.why) for one in report.skipped],
                },
                key=key,
            )


def counts() -> None:
    """Draw the number of sentences of each class."""
    train, test = state.data()
    charts.table(
        {
            _("class"): [named(one) for one in train.classes],
            _(TRAIN): train.counts,
            _(TEST): test.counts,
            _("an example"): [_example(train, label) for label in range(train.n_classes)],
        },
        column_config={_("an example"): st.column_config.TextColumn(width="large")},
        key="emoji_counts",
        alt=_("How many training and test sentences each class has."),
    )


def _example(part: LabelledSentences, label: int) -> str:
    places = np.flatnonzero(part.labels == label)
    return part.sentences[places[0]] if len(places) else ""


def edit() -> None:
    """Draw all rows in a table in which the reader can correct and add."""
    data = state.data()
    if max(len(data.train), len(data.test)) > limits.JUDGED:
        st.caption(
            _(
                "This page judges models by {most:,} test sentences at most, and V1 learns from as "
                "many, drawn at random.",
                most=limits.JUDGED,
            )
        )
    if not st.toggle(
        _("Edit the rows"),
        help=_("Shows all sentences in a table: change a cell, or add rows at its end."),
        **widget("emoji_edit"),
    ):
        return
    n = len(data.train) + len(data.test)
    if n > MOST_EDITED:
        st.info(
            _(
                "There are {n:,} rows and the table takes {most:,}; edit the CSV instead.",
                n=n,
                most=MOST_EDITED,
            ),
            icon=":material/table:",
        )
        return
    with st.container(key="emoji_data_edit"):
        edited = _editor(data)
    if st.button(
        _("Use this table"),
        key="emoji_use_table",
        type="primary",
        icon=":material/check:",
        help=_("Makes the rows as edited the sentences to learn from."),
    ):
        _use(edited)
    if error := st.session_state.get("emoji_edit_error"):
        st.error(escape.plain(error), icon=":material/error:")


def _editor(data: DataSet) -> pd.DataFrame:
    """Draw the editor; return its table. Edits outlast a reload and visits to other pages."""
    name, here = state.data_name(), st.session_state
    key = f"emoji_editor_{name}_{here.get('emoji_edits', 0)}"
    if key not in here:  # drawn anew: edits are counted from what it begins with
        of, draft = here.get("emoji_draft") or ("", None)
        here["emoji_editor_base"] = draft if of == name else _frame(data)
    edited = st.data_editor(
        here["emoji_editor_base"],
        num_rows="dynamic",
        hide_index=True,
        height=360,
        key=key,
        column_config={
            "sentence": st.column_config.TextColumn(_("sentence"), width="large", max_chars=1000),
            "label": st.column_config.TextColumn(
                _("label"), max_chars=60, help=_("A name, an emoji, or a new class of your own.")
            ),
            "part": st.column_config.SelectboxColumn(
                _("part"),
                options=(TRAIN, TEST),
                default=TRAIN,
                format_func=lambda part: _(str(part)),
            ),
        },
        alt=_("All sentences with their labels."),
    )
    if any(here[key].values()):  # rows edited, added, deleted
        here["emoji_draft"] = name, edited
    return edited


def _frame(data: DataSet) -> pd.DataFrame:
    parts = ((TRAIN, data.train), (TEST, data.test))
    import pandas as pd  # a fifth of a second that no first picture needs

    return pd.DataFrame(
        [
            (sentence, part.classes[label].name, name)
            for name, part in parts
            for sentence, label in zip(part.sentences, part.labels.tolist(), strict=True)
        ],
        columns=["sentence", "label", "part"],
    )


def _use(edited: pd.DataFrame) -> None:
    try:
        st.session_state["emoji_mine"] = from_table(edited)
    except ValueError as problem:
        st.session_state["emoji_edit_error"] = str(problem)
        return
    st.session_state.pop("emoji_edit_error", None)
    st.session_state.pop("emoji_csv_report", None)
    choices.choose("emoji_data", state.MINE)
    _begin_new_table()
    st.rerun()


def _begin_new_table() -> None:
    """One without the edits that belong to the rows before."""
    st.session_state.pop("emoji_draft", None)
    st.session_state["emoji_edits"] = st.session_state.get("emoji_edits", 0) + 1


def from_table(edited: pd.DataFrame) -> DataSet:
    """Make sentences of the editor's rows; raises ``ValueError``, one sentence."""
    rows = edited.fillna("").astype(str).values.tolist()
    labelled, report = from_rows((sentence, label) for sentence, label, _part in rows)
    if report.n_skipped:
        first = report.skipped[0]
        sentence = (
            N_("Row {line} and {more:,} more cannot be used: {why}. Correct it, or delete the row.")
            if report.n_skipped > 1
            else N_("Row {line} cannot be used: {why}. Correct it, or delete the row.")
        )
        raise InputError(sentence, line=first.line, more=report.n_skipped - 1, why=first.why)
    is_test = np.array([part == TEST for *texts, part in rows if any(map(clean, texts))])
    train, test = (labelled.subset(np.flatnonzero(which)) for which in (~is_test, is_test))
    if not len(train) or not len(test):
        raise InputError("Keep at least one row of each part, train and test.")
    return DataSet(train, test)
