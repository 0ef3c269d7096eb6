"""Draw words on a map of two or three dimensions, with their neighbours in the original space."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import streamlit as st

from seqlib import i18n
from seqlib.figures import plain
from seqlib.i18n import _, sentences
from seqlib.text import table_csv
from seqlib.vectors import Projection, WordVectors, figures, pca, projection
from seqlib.vectors.wordvectors import unit
from ui.embeddings import cloud, export, neighbours, state
from ui.frame import language
from ui.lessons.pages import lesson
from ui.parts import charts, escape
from ui.parts.presenter import font
from ui.parts.remembered import remembered
from ui.state import options, value, widget

PCA, TSNE, OWN = options("map")
NEIGHBOURS = 10
MOST_OWN = 40
MOST_COMPARED = 14
REFRESH = 1.0
CONFIG = charts.SAVE | {
    "modeBarButtons": [["orbitRotation", "resetCameraDefault3d", "toImage"]],
    "toImageButtonOptions": {"filename": "word-map", "scale": 2},
}


@dataclass(frozen=True, eq=False)
class Chosen:
    """The words of a map, their unit vectors (n, dim) and rows, and which words are marked."""

    words: tuple[str, ...]
    rows: np.ndarray
    numbers: np.ndarray
    focus: int | None
    near: tuple[int, ...]
    own: tuple[int, ...]

    def only(self, stays: np.ndarray) -> Chosen:
        """Leave out the words where ``stays`` (n,) is False."""
        places = np.flatnonzero(stays)
        moved = np.cumsum(stays) - 1

        def still(marked: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(int(moved[at]) for at in marked if stays[at])

        return Chosen(
            tuple(self.words[at] for at in places.tolist()),
            self.rows[places],
            self.numbers[places],
            next(iter(still(() if self.focus is None else (self.focus,))), None),
            still(self.near),
            still(self.own),
        )


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
    pairs = _pairs(vectors) if method == OWN else None
    chosen = _words(vectors, count)
    if len(chosen.words) < projection.LEAST_WORDS:
        st.info(
            _("A map needs at least {n} words that have a vector.", n=projection.LEAST_WORDS),
            icon=":material/edit:",
        )
    elif method == OWN:
        if pairs is not None:
            _own_axes(chosen, n, pairs, vectors)
    elif method == PCA:
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
    method = language.choice(
        one.segmented_control,
        _("map"),
        "map",
        help=_(
            "PCA at once; t-SNE in the background, some seconds; own axes run from word to word."
        ),
    )
    n = two.segmented_control(
        _("dimensions"),
        help=_("In two, draw around words to compare them. In three, turn the map by dragging."),
        **widget("map_dimensions"),
    )
    most = min(projection.MOST_POINTS, len(vectors))
    count = 0
    if most >= 100:  # else there is nothing to slide between
        count = three.slider(
            _("words from the file"),
            help=_("The first rows, in most files the commonest words."),
            **widget("map_words", high=most - most % 50),
        )
    return str(method), int(n), count or most


def _pairs(vectors: WordVectors) -> tuple[tuple[str, str], ...] | None:
    """Draw the boxes of the own axes; return their pairs of words, None if one is missing."""
    pairs = []
    labels = (_("across: from, to"), _("upwards: from, to"), _("colour or depth: from, to"))
    for column, label, key in zip(
        st.columns(3), labels, ("axis_x", "axis_y", "axis_z"), strict=True
    ):
        typed = column.text_input(
            label,
            help=_("Two words. Others stand where their cosine with the step between them is."),
            **widget(key),
        )
        words, unknown = state.split_known(state.words_of(typed), vectors)
        state.say_unknown(unknown, vectors)
        pairs.append(tuple(words[:2]))
    if any(len(pair) < 2 for pair in pairs):
        st.info(_("Each axis needs two words that have a vector."), icon=":material/edit:")
        return None
    return tuple((first, second) for first, second in pairs)


def _own_axes(
    chosen: Chosen, n: int, pairs: tuple[tuple[str, str], ...], vectors: WordVectors
) -> None:
    """Place the words by three steps from word to word; in two dimensions the third colours."""
    rows = np.array([[vectors.vector(word) for word in pair] for pair in pairs])  # (3, 2, dim)
    cosines = projection.along_pairs(chosen.rows, rows)  # (words, 3)
    axes = tuple(f"{plain(first)} → {plain(second)}" for first, second in pairs)
    _picture(chosen, cosines[:, :n], axes, vectors, OWN, cosines[:, 2] if n == 2 else None)


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
    near: list[str] = []
    if centre:
        among = neighbours.COMMONEST if len(vectors) > neighbours.COMMONEST else None
        near = [found.word for found in vectors.neighbours(centre[0], NEIGHBOURS, among=among)]
    words = tuple(dict.fromkeys((*vectors.words[:count], *own, *near, *centre)))
    at = {word: place for place, word in enumerate(words)}
    numbers = np.concatenate([np.arange(1, count + 1), vectors.indices(words[count:])])
    return Chosen(
        words,
        unit(np.array(vectors.table[numbers], np.float32)),
        numbers,
        at[centre[0]] if centre else None,
        tuple(at[word] for word in near),
        tuple(at[word] for word in own),
    )


def _tsne(chosen: Chosen, n: int, vectors: WordVectors) -> None:
    """Draw a t-SNE map: one made by the worker thread, of many words the shipped one."""
    if len(chosen.words) > projection.MOST_WORDS:
        _shipped_tsne(chosen, n, vectors)
        return
    perplexity = st.slider(
        _("perplexity"),
        help=_("About how many neighbours each word tries to keep."),
        **widget("perplexity"),
    )
    key = (chosen.rows.tobytes(), n, perplexity)  # other vectors may have the same words
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


def _shipped_tsne(chosen: Chosen, n: int, vectors: WordVectors) -> None:
    """Draw the words that stand on the map made beforehand, if there is one."""
    placed = vectors.placed
    if placed is None or n != 2:
        st.info(
            _(
                "t-SNE takes at most {most:,} words here; PCA and own axes take all.",
                most=projection.MOST_WORDS,
            ),
            icon=":material/edit:",
        )
        return
    is_on = (chosen.numbers > 0) & (chosen.numbers <= len(placed))
    st.caption(
        _("Made beforehand of the {n:,} commonest words, with a perplexity of 30.", n=len(placed))
    )
    state.say_not_on_map([chosen.words[at] for at in np.flatnonzero(~is_on).tolist()])
    kept = chosen.only(is_on)
    _picture(kept, np.asarray(placed[kept.numbers - 1], np.float32), ("", "", ""), vectors, TSNE)


def _picture(
    chosen: Chosen,
    points: np.ndarray,
    axes: tuple[str, ...],
    vectors: WordVectors,
    method: str,
    colours: np.ndarray | None = None,
) -> None:
    flat = points.shape[1] == 2
    left, right = st.columns([3, 2]) if flat else (st.container(), None)
    with left:
        words = []
        if flat:
            words = _cloud(chosen, points, axes, vectors, method, colours)
        else:
            _chart(chosen, points, axes, method)
    kept = remembered(
        vectors,
        ("kept", method, chosen.words, points.tobytes()),
        lambda: projection.neighbours_kept(chosen.rows, points, NEIGHBOURS),
    )
    asked = projection.words_asked(len(points))
    left.caption(
        sentences(
            _(
                "{n:,} words. Of each word's {k} nearest in all {dim} dimensions, this map keeps "
                "**{kept:.0%}** among its {k} nearest.",
                n=len(points),
                k=min(NEIGHBOURS, len(points) - 1),  # a file of few words has no more
                dim=vectors.dim,
                kept=kept,
            ),
            _("Compared for {n:,} of them.", n=asked) if asked < len(points) else "",
        )
    )
    if right is not None:
        with right:
            _compare(words, vectors)
    with left:
        export.buttons("map", lambda: _as_csv(chosen, points), (chosen.words, chosen.rows))


def _alt(chosen: Chosen, points: np.ndarray, method: str) -> str:
    return _(
        "{n:,} words by {method} in {dimensions} dimensions.",
        n=len(chosen.words),
        method=_(method),
        dimensions=points.shape[1],
    )


def _chart(chosen: Chosen, points: np.ndarray, axes: tuple[str, ...], method: str) -> None:
    """Draw words in three dimensions."""
    st.plotly_chart(
        figures.word_map(
            points,
            chosen.words,
            focus=chosen.focus,
            near=chosen.near,
            own=chosen.own,
            axes=axes,
            font=font(),
        ),
        key="map_chart",
        config=CONFIG,
        alt=_alt(chosen, points, method),
    )


def _cloud(
    chosen: Chosen,
    points: np.ndarray,
    axes: tuple[str, ...],
    vectors: WordVectors,
    method: str,
    colours: np.ndarray | None,
) -> list[str]:
    """Draw words in two dimensions, many under the names of regions; return those drawn around."""
    parts, part_of = remembered(
        vectors,
        ("regions", method, chosen.words, points.tobytes()),
        lambda: projection.regions(chosen.rows, points, chosen.words),
    )
    spoken = i18n.language()
    found = cloud.show(
        points,
        chosen.words,
        parts,
        part_of,
        focus=chosen.focus,
        near=chosen.near,
        own=chosen.own,
        axes=axes,
        colours=colours,
        alt=_alt(chosen, points, method),
        font=font(),
        key="map_cloud" if spoken == i18n.SOURCE else f"map_cloud-{spoken}",
    )
    return [chosen.words[at] for at in found]


def _compare(words: list[str], vectors: WordVectors) -> None:
    """Draw the similarities of the words that the reader has drawn around."""
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


def _projected(rows: np.ndarray, n: int) -> tuple[np.ndarray, Projection]:
    plane = pca(rows, n)
    return plane.project(rows), plane


def _as_csv(chosen: Chosen, points: np.ndarray) -> bytes:
    return table_csv(
        ("word", *"xyz"[: points.shape[1]]),
        ((word, *point) for word, point in zip(chosen.words, points.tolist(), strict=True)),
    )
