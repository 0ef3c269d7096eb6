"""Show the whole matrix as a heatmap: overview, zoom to single rows, jump, order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlib.i18n import N_, _
from seqlib.text import table_csv, tokenise
from seqlib.vectors import View, WordVectors, figures, overview, row_order
from ui.embeddings import export
from ui.frame import frame, language
from ui.parts import charts, escape
from ui.parts.presenter import font
from ui.parts.remembered import remembered
from ui.state import value, widget

BINS = 260  # two pixels each; single rows up to here
CLOSE = 25  # rows after a jump: each with its word
SIGNED = {"mean": True, "root mean square": False, "extreme": True}
HEIGHT = 600
FIRST_ROWS = 9
# The chart has one gesture, dragging over rows, and the camera that saves a picture.
CONFIG = charts.SAVE | {"toImageButtonOptions": {"filename": "embedding-matrix", "scale": 2}}


def show(vectors: WordVectors) -> None:
    with frame.controls("matrix"):
        view, order, statistic = _chosen(vectors)
    _picture(view, vectors, order, statistic)
    export.buttons(
        "matrix",
        lambda: as_csv(view),
        ([label or "padding" for label in view.labels], view.values),
    )


def beginning(vectors: WordVectors) -> None:
    """Draw the first rows: padding, then the words that the file has first."""
    view = overview(vectors, 0, FIRST_ROWS, BINS)
    figure = figures.matrix(view, height=160 + 7 * font(), font=font())  # each row's name fits
    charts.show(
        figure.update_layout(dragmode=False),
        key="matrix_beginning",
        alt=_(
            "The first {n} rows of the embedding matrix: row 0 is zero, each word has {dim} "
            "numbers.",
            n=len(view.values),
            dim=vectors.dim,
        ),
    )


def _chosen(vectors: WordVectors) -> tuple[View, np.ndarray | None, str]:
    """Draw the choice of range, order and statistic; return the view, the order, the statistic."""
    total = len(vectors.matrix)
    _clamp(total)
    left, middle, right = st.columns(3)
    order = _order(vectors, left, right)
    with middle:
        _jump_box(vectors, order)
    if error := st.session_state.pop("jump_error", ""):
        st.error(escape.plain(error), icon=":material/error:")
    _buttons(total)
    one, two, three = st.columns(3)
    first = one.number_input(
        _("first row shown"),
        help=_(
            "Place in the chosen order: 0, the padding row, to {last:,}.",
            last=total - 1,
        ),
        **widget("first", high=total - 1),
    )
    rows = two.number_input(
        _("rows shown"),
        help=_("Up to {most} rows are drawn one by one, more in stretches.", most=BINS),
        **widget("rows", high=total, default=total),
    )
    statistic = language.choice(
        three.selectbox,
        _("a stretch shows"),
        "statistic",
        help=_(
            "What one line shows where it stands for several rows: their mean, their typical size "
            "whatever the sign, or the value furthest from zero."
        ),
    )
    view = overview(vectors, int(first), int(first + rows), BINS, order=order, statistic=statistic)
    return view, order, statistic


def _order(vectors: WordVectors, left: DeltaGenerator, right: DeltaGenerator) -> np.ndarray | None:
    """Return the chosen order of the rows; None for the order of the file."""
    by = language.choice(
        left.selectbox,
        _("order"),
        "order",
        help=_(
            "index and frequency: as in the file, which lists the commonest words first; "
            "similarity: nearest to a word first; cluster: by direction; length: longest first."
        ),
    )
    word = None
    if by == "similarity":
        word = right.text_input(
            _("similar to"),
            help=_("This word comes first, then its neighbours."),
            **widget("order_word"),
        ).strip()
        try:
            vectors.index(word)
        except KeyError as problem:
            st.error(escape.plain(problem.args[0]), icon=":material/error:")
            return None
    if by in ("index", "frequency"):
        return None
    with st.spinner(_("Sorting the rows …")):
        return remembered(vectors, ("order", by, word), lambda: row_order(vectors, by, word))


def _clamp(total: int) -> None:
    """Clip the range that a link or other vectors have set to this matrix.

    What fits is left alone: told again, it would go back under a hand quicker than the line.
    """
    here = st.session_state
    for key, low, high in (("first", 0, total - 1), ("rows", 1, total)):
        if key in here and here[key] is not None and not low <= here[key] <= high:
            here[key] = min(max(int(here[key]), low), high)


def _look_at(first: float, rows: float, total: int) -> None:
    rows = int(min(max(1, rows), total))
    st.session_state["rows"] = rows
    st.session_state["first"] = int(min(max(0, first), total - rows))


def _jump_box(vectors: WordVectors, order: np.ndarray | None) -> None:
    total = len(vectors.matrix)

    def jump() -> None:
        word = st.session_state["jump"].strip()
        if not word:
            return
        try:
            row = vectors.index(word)
        except KeyError as problem:
            st.session_state["jump_error"] = problem.args[0]
            return
        if row >= total:
            st.session_state["jump_error"] = _(
                "“{word}” has no row in E. Its row is made of those of the English words it means, "
                "such as {near}.",
                word=word,
                near=[*vectors.beside(word)],
            )
            return
        place = place_of(row, order)
        rows = min(CLOSE, st.session_state.get("rows", total))
        _look_at(place - rows // 2, rows, total)

    st.text_input(
        _("jump to a word"),
        placeholder="baseball" if "baseball" in vectors else vectors.word(1),
        on_change=jump,
        help=_("Shows the word's row with those around it."),
        **widget("jump"),
    )


def place_of(row: int, order: np.ndarray | None) -> int:
    """Return the position of a row of the matrix in an order."""
    return row if order is None else int(np.flatnonzero(order == row)[0])


def _buttons(total: int) -> None:
    def move(first: Callable[[int, int], int], rows: Callable[[int], int]) -> None:
        """Compute a new first row and number of rows from the present ones."""
        at, n = value("first"), st.session_state.get("rows", total)
        _look_at(first(at, n), rows(n), total)

    quarter, four = _("A quarter as many rows."), _("Four times as many.")
    half, whole = _("Half a screen."), _("From the first row to the last.")
    moves = (
        (_("Zoom in"), "zoom_in", quarter, lambda at, n: at + n * 3 / 8, lambda n: n / 4),
        (_("Zoom out"), "zoom_out", four, lambda at, n: at - n * 3 / 2, lambda n: n * 4),
        (_("Up"), "arrow_upward", half, lambda at, n: at - n / 2, lambda n: n),
        (_("Down"), "arrow_downward", half, lambda at, n: at + n / 2, lambda n: n),
        (_("Whole matrix"), "fit_screen", whole, lambda at, n: 0, lambda n: total),
    )
    with st.container(horizontal=True):
        for label, icon, text, first, rows in moves:
            st.button(
                label,
                key=f"matrix:{icon}",
                icon=f":material/{icon}:",
                on_click=move,
                args=(first, rows),
                help=text,
            )


def _picture(view: View, vectors: WordVectors, order: np.ndarray | None, statistic: str) -> None:
    total = len(vectors.matrix)
    start, stop = int(view.edges[0]), int(view.edges[-1])

    def dragged() -> None:
        boxes = st.session_state["matrix_chart"].selection.box
        if boxes:
            low, high = sorted(boxes[0]["y"])
            _look_at(np.ceil(low), max(1, np.floor(high) - np.ceil(low) + 1), total)

    st.plotly_chart(
        figures.matrix(
            view,
            marks=_marks(vectors, order),
            signed=view.exact or SIGNED[statistic],
            what=_("value") if view.exact else _(statistic),
            height=HEIGHT,
            font=font(),
        ),
        key="matrix_chart",
        on_select=dragged,
        selection_mode="box",
        config=CONFIG,
        alt=_(
            "Places {first:,} to {last:,} of {total:,} rows of the embedding matrix, {lines:,} "
            "lines of {dim} dimensions.",
            first=start,
            last=stop - 1,
            total=total,
            lines=len(view.values),
            dim=vectors.dim,
        ),
    )
    each = (
        _("each line is one row")
        if view.exact
        else _(
            "each line is the {statistic} of about {n:,.0f} rows",
            statistic=_(statistic),
            n=(stop - start) / len(view.values),
        )
    )
    where = (
        N_("Rows {first:,} to {last:,} of {total:,}: {cells:,} cells, {each}.")
        if order is None
        else N_(
            "Places in this order: {first:,} to {last:,} of {total:,}: {cells:,} cells, {each}."
        )
    )
    st.caption(_(where, first=start, last=stop - 1, total=total, cells=view.values.size, each=each))


def _marks(vectors: WordVectors, order: np.ndarray | None) -> list[tuple[int, str]]:
    """List the rows to mark: the word jumped to, else the words of the first sentence above."""
    jumped = value("jump").strip()
    lines = value("sentences").splitlines() or [""]
    words = [jumped] if jumped else list(dict.fromkeys(tokenise(lines[0])))[:6]
    rows = vectors.indices(words).tolist()
    return [
        (place_of(row, order), vectors.word(row)) for row in rows if 0 < row < len(vectors.matrix)
    ]


def as_csv(view: View) -> bytes:
    """Write the rows of a view: position in the order, row of the matrix, word, values."""
    return table_csv(
        ("place", "row", "word", *range(view.values.shape[1])),
        (
            (position, row, label, *values)
            for position, row, label, values in zip(
                view.edges[:-1].tolist(),
                view.indices.tolist(),
                view.labels,
                view.values,
                strict=True,
            )
        ),
    )
