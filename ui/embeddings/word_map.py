"""Draw words on a map of two or three dimensions, with their neighbours in the original space."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from html import unescape

import numpy as np
import streamlit as st

from seqlib.i18n import _
from seqlib.text import table_csv
from seqlib.vectors import Projection, WordVectors, figures, pca, projection
from seqlib.vectors.wordvectors import unit
from ui.embeddings import export, neighbours, state
from ui.lessons.pages import lesson
from ui.parts import escape
from ui.parts.presenter import font
from ui.parts.remembered import remembered
from ui.state import options, value, widget

PCA, TSNE = options("map")
NEIGHBOURS = 10
MOST_OWN = 40
MOST_COMPARED = 14
REFRESH = 1.0
CONFIG = {
    "displayModeBar": True,
    "displaylogo": False,
    "scrollZoom": True,
    "modeBarButtons": [["lasso2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "toImage"]],
    "toImageButtonOptions": {"filename": "word-map", "scale": 2},
}
CONFIG_3D = {
    "displayModeBar": True,
    "displaylogo": False,
    "modeBarButtons": [["orbitRotation", "resetCameraDefault3d", "toImage"]],
    "toImageButtonOptions": {"filename": "word-map", "scale": 2},
}


@dataclass(frozen=True, eq=False)
class Chosen:
    """The words of a map, their unit vectors (n, dim), and the indices of the marked words."""

    words: tuple[str, ...]
    rows: np.ndarray
    focus: int | None
    near: tuple[int, ...]
    own: tuple[int, ...]


def show(vectors: WordVectors) -> None:
    """Draw the section as a fragment that is redrawn while a map is computed."""
    polled = _working()

    def draw() -> None:
        _show(vectors)
        if _working() != polled:
            st.rerun()  # begin to look again and again, or cease to

    st.fragment(draw, run_every=REFRESH if polled else None)()


def _working() -> bool:
    """Tell whether the chosen map is still being computed."""
    asked = value("map") == TSNE
    return asked and any(not job.done() for job in _jobs().values())


def _jobs() -> dict[tuple, Future]:
    return st.session_state.setdefault("maps", {})


def _show(vectors: WordVectors) -> None:
    method, n, count = _controls(vectors)
    chosen = _words(vectors, count)
    if len(chosen.words) < projection.LEAST_WORDS:
        st.info(
            _("A map needs at least {n} words that have a vector.", n=projection.LEAST_WORDS),
            icon=":material/edit:",
        )
        return
    if method == PCA:
        key = ("pca", chosen.words, n)
        points, found = remembered(vectors, key, lambda: _projected(chosen.rows, n))
        axes = [
            _("component {n} ({share:.0%})", n=at, share=share)
            for at, share in enumerate(found.explained, 1)
        ]
        _picture(chosen, points, (*axes, "", "")[:3], vectors, method)
    else:
        st.markdown(lesson("embeddings")["tsne"])
        _tsne(chosen, n, vectors)


def _controls(vectors: WordVectors) -> tuple[str, int, int]:
    one, two, three = st.columns(3)
    method = one.segmented_control(
        _("map"), help=_("PCA at once; t-SNE in the background, some seconds."), **widget("map")
    )
    n = two.segmented_control(
        _("dimensions"),
        help=_("In two, draw around words to compare them. In three, turn the map by dragging."),
        **widget("map_dimensions"),
    )
    most = min(projection.MOST_WORDS - MOST_OWN - NEIGHBOURS - 1, len(vectors))
    count = 0
    if most >= 100:  # else there is nothing to slide between
        count = three.slider(
            _("words from the file"),
            help=_("The first rows, in most files the commonest words."),
            **widget("map_words", high=most - most % 50),
        )
    return str(method), int(n), count or most


def _words(vectors: WordVectors, count: int) -> Chosen:
    left, right = st.columns([1, 2])
    focus = left.text_input(
        _("neighbours of"),
        help=_("Its nearest words in all dimensions are added and joined to it by lines."),
        **widget("map_focus"),
    ).strip()
    added = state.words_of(
        right.text_input(
            _("words to add"),
            help=_("Your own, at most {most}; they are named on the map.", most=MOST_OWN),
            **widget("map_own"),
        )
    )
    own, unknown = state.split_known(added[:MOST_OWN], vectors)
    centre, missing = state.split_known([focus] if focus else [], vectors)
    state.say_unknown([*missing, *unknown], vectors)
    near_words: list[str] = []
    if centre:
        among = neighbours.COMMONEST if len(vectors) > neighbours.COMMONEST else None
        near_words = [
            neighbour.word for neighbour in vectors.neighbours(centre[0], NEIGHBOURS, among=among)
        ]
    first = vectors.words[:count]
    words = tuple(dict.fromkeys((*first, *own, *near_words, *centre)))
    at = {word: place for place, word in enumerate(words)}
    rows = unit(np.array(vectors.table[vectors.indices(words)], np.float32))
    return Chosen(
        words,
        rows,
        at[centre[0]] if centre else None,
        tuple(at[word] for word in near_words),
        tuple(at[word] for word in own),
    )


def _tsne(chosen: Chosen, n: int, vectors: WordVectors) -> None:
    """Start t-SNE on the worker thread, and draw the map when it is ready."""
    perplexity = st.slider(
        _("perplexity"),
        help=_("About how many neighbours each word tries to keep."),
        **widget("perplexity"),
    )
    key = ("t-SNE", chosen.words, n, perplexity)
    jobs = _jobs()
    job = jobs.get(key)
    if job is None:
        # One map a visit: a new map cancels the one before.
        for other in jobs.values():
            other.cancel()
        jobs.clear()
        job = jobs[key] = projection.tsne_later(chosen.rows, n, perplexity=perplexity)
    if not job.done():
        st.markdown(_("**Working** on {n:,} words; the page stays yours.", n=len(chosen.words)))
        return
    if problem := job.exception():
        st.error(
            _("The map could not be made: {problem}", problem=escape.plain(str(problem))),
            icon=":material/error:",
        )
        return
    _picture(chosen, job.result(), ("", "", ""), vectors, TSNE)


def _picture(chosen: Chosen, points: np.ndarray, axes, vectors: WordVectors, method: str) -> None:
    flat = points.shape[1] == 2
    left, right = st.columns([3, 2]) if flat else (st.container(), None)
    event = left.plotly_chart(
        figures.word_map(
            points,
            chosen.words,
            focus=chosen.focus,
            near=chosen.near,
            own=chosen.own,
            axes=axes,
            font=font(),
        ),
        key=f"map_chart_{points.shape[1]}",
        on_select="rerun" if flat else "ignore",
        selection_mode=("lasso", "points"),
        config=CONFIG if flat else CONFIG_3D,
        alt=_(
            "{n:,} words by {method} in {dimensions} dimensions.",
            n=len(chosen.words),
            method=method,
            dimensions=points.shape[1],
        ),
    )
    kept = remembered(
        vectors,
        ("kept", method, chosen.words, points.tobytes()[:4096], points.shape),
        lambda: projection.neighbours_kept(chosen.rows, points),
    )
    left.caption(
        _(
            "{n:,} words. Of each word's {k} nearest in all {dim} dimensions, this map keeps "
            "**{kept:.0%}** among its {k} nearest.",
            n=len(chosen.words),
            k=NEIGHBOURS,
            dim=vectors.dim,
            kept=kept,
        )
    )
    if right is not None:
        with right:
            _compare(event, vectors)
    with left:
        export.buttons("map", lambda: _as_csv(chosen, points), (chosen.words, chosen.rows))


def _compare(event, vectors: WordVectors) -> None:
    """Draw the similarities of the words that the reader has selected with the lasso."""
    points = event.selection.points if event else []
    words = list(dict.fromkeys(_word(point.get("customdata")) for point in points))
    words = [word for word in words if word]
    if len(words) < 2:
        st.info(_("Draw around two or more words to compare them here."), icon=":material/gesture:")
        return
    cosines = vectors.similarity_matrix(words)
    pairs = cosines[np.triu_indices(len(words), 1)]
    st.markdown(
        _(
            "**{n} words chosen.** Mean cosine of their pairs in all dimensions: **{mean:.2f}**, "
            "from {least:.2f} to {most:.2f}.",
            n=len(words),
            mean=np.nanmean(pairs),
            least=np.nanmin(pairs),
            most=np.nanmax(pairs),
        )
    )
    neighbours.similarity_chart(words[:MOST_COMPARED], vectors, "lasso_chart")
    if len(words) > MOST_COMPARED:
        st.caption(_("Drawn are the first {n}.", n=MOST_COMPARED))


def _word(data) -> str:
    return unescape(str(data[0] if isinstance(data, list) and data else data or ""))


def _projected(rows: np.ndarray, n: int) -> tuple[np.ndarray, Projection]:
    plane = pca(rows, n)
    return plane.project(rows), plane


def _as_csv(chosen: Chosen, points: np.ndarray) -> bytes:
    return table_csv(
        ("word", *"xyz"[: points.shape[1]]),
        ((word, *point) for word, point in zip(chosen.words, points.tolist(), strict=True)),
    )
