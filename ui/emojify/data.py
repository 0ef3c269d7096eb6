"""The sentences to learn from: ours, a reader's CSV, or a table edited in the page."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from seqlib.text import DataSet, LabelledSentences, from_rows, read_csv, template, write_csv
from seqlib.text.files import MAX_BYTES, MAX_ROWS
from ui import chips, uploads
from ui.emojify import state

TEST_SHARE, MOST_TEST = 0.2, 1000
MOST_EDITED = 3000  # rows; more make the table slow on a phone
TRAIN, TEST = "train", "test"


def choose() -> None:
    """Which sentences, and a file where one is wanted."""
    if st.session_state.pop("emoji_use_mine", False):
        st.session_state["emoji_data"] = state.MINE
    st.segmented_control(
        "sentences",
        state.DATA,
        default=state.OURS,
        required=True,
        key="emoji_data",
        help="Ours, written for this project; as few of them as the exercise has; or your own.",
        **state.BOUND,
    )
    if st.session_state["emoji_data"] == state.MINE:
        uploads.uploader(
            f"A CSV with a sentence and a label in each row, at most {MAX_BYTES / 1e6:g} MB",
            ("csv", "tsv", "txt"),
            round(MAX_BYTES / 1e6),
            read_upload,
            key="emoji_csv",
            help="Labels are names, numbers or emoji, 2 to 20 of them; a header is optional. "
            f"At most {MAX_ROWS:,} rows.",
        )
        _report()
    with st.container(horizontal=True):
        st.download_button(
            "Template",
            template(),
            "sentences.csv",
            "text/csv",
            key="emoji_template",
            icon=":material/download:",
            on_click="ignore",
            help="A CSV to fill in, with one example of each class.",
        )
        st.download_button(
            "Training sentences",
            partial(write_csv, state.data().train),
            "train.csv",
            "text/csv",
            key="emoji_train_csv",
            icon=":material/download:",
            on_click="ignore",
            help="The training sentences at hand as CSV.",
        )
    counts()


def read_upload(file) -> None:
    """Make an uploaded CSV the sentences. Raises ``ValueError``, one sentence."""
    labelled, report = read_csv(file.getvalue())
    share = min(TEST_SHARE, MOST_TEST / len(labelled))
    train, test = labelled.split(share)
    if not len(test):
        raise ValueError(
            "Every class has a single sentence, so none can be kept back for the test; give at "
            "least two sentences of some class."
        )
    st.session_state["emoji_mine"] = DataSet(train, test)
    st.session_state["emoji_csv_report"] = report
    _begin_new_table()


def _report() -> None:
    """How the file was read, and what was left out."""
    report = st.session_state.get("emoji_csv_report")
    if report is None:
        if state.my_data() is None:
            st.info(
                "No file yet; until then our sentences stay in place.",
                icon=":material/upload_file:",
            )
        return
    st.caption(
        f"{report.rows:,} rows read, {report.encoding}, separated by {report.delimiter}, "
        + ("with a header. " if report.header else "without a header. ")
        + f"A fifth of each class, at most {MOST_TEST:,} sentences in all, is kept back as test."
    )
    for note in report.notes:
        st.text(note)
    if report.n_skipped:
        with st.expander(f"{report.n_skipped:,} rows left out", icon=":material/rule:"):
            st.dataframe(
                {
                    "line": [one.line for one in report.skipped],
                    "why": [one.why for one in report.skipped],
                },
                hide_index=True,
                key="emoji_skipped",
            )


def counts() -> None:
    """Sentences of each class."""
    train, test = state.data()
    st.dataframe(
        {
            "class": [f"{one.emoji} {one.name}" for one in train.classes],
            "train": train.counts,
            "test": test.counts,
            "an example": [_example(train, label) for label in range(train.n_classes)],
        },
        column_config={"an example": st.column_config.TextColumn(width="large")},
        hide_index=True,
        key="emoji_counts",
        alt="How many training and test sentences each class has.",
    )


def _example(part: LabelledSentences, label: int) -> str:
    places = np.flatnonzero(part.labels == label)
    return part.sentences[places[0]] if len(places) else ""


def edit() -> None:
    """All rows in a table to correct and to add to."""
    data = state.data()
    if not st.toggle(
        "Edit the rows",
        key="emoji_edit",
        persist_state="session",
        help="Shows all sentences in a table: change a cell, or add rows at its end.",
    ):
        return
    n = len(data.train) + len(data.test)
    if n > MOST_EDITED:
        st.info(
            f"There are {n:,} rows and the table takes {MOST_EDITED:,}; edit the CSV instead.",
            icon=":material/table:",
        )
        return
    with st.container(key="emoji_data_edit"):
        edited = _editor(data)
    if st.button(
        "Use this table",
        key="emoji_use_table",
        type="primary",
        icon=":material/check:",
        help="Makes the rows as edited the sentences to learn from.",
    ):
        _use(edited)
    if error := st.session_state.get("emoji_edit_error"):
        st.error(chips.plain(error), icon=":material/error:")


def _editor(data: DataSet) -> pd.DataFrame:
    """The table as edited; edits not in use yet outlive another page and a reload."""
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
            "sentence": st.column_config.TextColumn(width="large", max_chars=1000),
            "label": st.column_config.TextColumn(
                max_chars=60, help="A name, an emoji, or a new class of your own."
            ),
            "part": st.column_config.SelectboxColumn(options=(TRAIN, TEST), default=TRAIN),
        },
        alt="All sentences with their labels.",
    )
    if any(here[key].values()):  # rows edited, added, deleted
        here["emoji_draft"] = name, edited
    return edited


def _frame(data: DataSet) -> pd.DataFrame:
    parts = ((TRAIN, data.train), (TEST, data.test))
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
    st.session_state["emoji_use_mine"] = True
    _begin_new_table()
    st.rerun()


def _begin_new_table() -> None:
    """One without the edits that belong to the rows before."""
    st.session_state.pop("emoji_draft", None)
    st.session_state["emoji_edits"] = st.session_state.get("emoji_edits", 0) + 1


def from_table(edited: pd.DataFrame) -> DataSet:
    """The rows of the editor as sentences. Raises ``ValueError``, one sentence."""
    cells = edited.fillna("").astype(str).values.tolist()
    rows = [row for row in cells if row[0].strip() or row[1].strip()]
    labelled, report = from_rows([(sentence, label) for sentence, label, _ in rows])
    if report.n_skipped:
        first = report.skipped[0]
        more = f" and {report.n_skipped - 1:,} more" if report.n_skipped > 1 else ""
        raise ValueError(
            f"Row {first.line}{more} cannot be used: {first.why.rstrip('.')}. Correct it, or "
            "delete the row."
        )
    is_test = np.array([part == TEST for _, _, part in rows])
    train, test = (labelled.subset(np.flatnonzero(which)) for which in (~is_test, is_test))
    if not len(train) or not len(test):
        raise ValueError("Keep at least one row of each part, train and test.")
    return DataSet(train, test)
