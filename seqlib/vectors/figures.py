"""Draw word vectors as Plotly figures.

Words come from readers and their files, so all of them go through ``plain``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.figures import (
    DIVERGING,
    FONT,
    FROM_ZERO,
    SERIES,
    ZERO_CENTRED,
    figure,
    from_top,
    plain,
    signed,
)
from seqlib.i18n import _
from seqlib.vectors import View

MAP_HEIGHT = 620  # px
LABEL_LENGTH = 16
MOST_SHOWN = 200  # characters of a word on hover
ACCENT = "#c2258f"  # in neither colour map, and clear on light and dark


def short(word: str, length: int = LABEL_LENGTH) -> str:
    """Escape a word and cut it to fit a tick label."""
    return plain(word, length)


def whole(word: str) -> str:
    """Escape a word and cut it to ``MOST_SHOWN`` characters, for the hover text."""
    return plain(word, MOST_SHOWN)


def limit_of(values: np.ndarray) -> float:
    """Choose a colour limit, the 99.5% quantile of |values|, so that outliers fade nothing."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.quantile(finite, 0.995)) or 1.0 if finite.size else 1.0


def matrix(
    view: View,
    *,
    marks: Sequence[tuple[int, str]] = (),
    signed: bool = True,
    what: str | None = None,
    height: int = 560,
    font: int = FONT,
) -> go.Figure:
    """Draw some rows of the matrix, dimensions across and rows downwards in their order.

    Parameters
    ----------
    view : View
        ``vectors.overview``'s; its labels appear on hover, and as ticks where they fit.
    marks : sequence of (int, str)
        Positions in the order to point out, and their words; those outside the view are
        left out.
    signed : bool
        Whether values have both signs; else the colours start at zero.
    what : str
        Title of the colour bar in the reader's language, such as "mean of the rows".
    """
    what = _("value") if what is None else what
    rows, dim = view.values.shape
    positions = (view.edges[:-1] + view.edges[1:] - 1) / 2
    drawn = figure(height, _("dimension  (e_length)"), font=font)
    limit = limit_of(view.values)
    drawn.add_heatmap(
        z=view.values,
        x=np.arange(dim),
        y=positions,
        customdata=_customdata(view),
        colorscale=DIVERGING if signed else FROM_ZERO,
        zmin=-limit if signed else 0,
        zmax=limit,
        colorbar={"title": {"text": what, "side": "right"}, "thickness": 14},
        hovertemplate=(
            "%{customdata}"
            if view.exact
            else _(
                "places {first} to {last}",
                first="%{customdata[0]:,}",
                last="%{customdata[1]:,}",
            )
        )
        + "<br>"
        + _("dimension")
        + " %{x}<br>"
        + what
        + (" %{z:.6g}" if view.exact else " %{z:.4f}")
        + "<extra></extra>",
    )
    # One invisible point a row: Plotly selects points by dragging, not the cells of a heatmap.
    drawn.add_scatter(
        x=np.full(rows, (dim - 1) / 2),
        y=positions,
        mode="markers",
        marker={"size": 1, "opacity": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    ticks = np.unique(np.linspace(0, rows - 1, min(rows, height // (font + 9))).astype(int))
    low, high = view.edges[0] - 0.5, view.edges[-1] - 0.5
    marked = {position: word for position, word in marks if low < position < high}
    names = {float(positions[tick]): _first_word(view, tick) for tick in ticks.tolist()}
    if view.exact:
        # Marked rows have their names even where ticks are sparse.
        names |= {float(position): f"<b>{short(word)}</b>" for position, word in marked.items()}
    drawn.update_yaxes(
        tickvals=list(names), ticktext=list(names.values()), range=[high, low], showgrid=False
    )
    drawn.update_xaxes(range=[-0.5, dim - 0.5], showgrid=False)
    _point_out(drawn, marked, view, font)
    drawn.update_layout(dragmode="select", selectdirection="v", selections=[])
    return drawn


def _customdata(view: View) -> np.ndarray:
    """Make the ``customdata`` of each cell: its row's number and word, or a bin's first and last.

    Plotly needs it for every cell. Words for thousands of bins would be most of the message to
    the browser, so a bin has two numbers.
    """
    rows, dim = view.values.shape
    if not view.exact:
        covered = np.stack([view.edges[:-1], view.edges[1:] - 1], axis=1).astype(np.int32)
        return np.repeat(covered[:, None], dim, axis=1)
    named = [
        _("row {index:,} · {word}", index=index, word=whole(label) or _("padding"))
        for index, label in zip(view.indices.tolist(), view.labels, strict=True)
    ]
    return np.broadcast_to(np.array(named, object)[:, None], (rows, dim))


def _first_word(view: View, tick: int) -> str:
    word = view.labels[tick].split(" … ")[0] if not view.exact else view.labels[tick]
    return short(word) or _("padding")


def _point_out(drawn: go.Figure, marked: dict[int, str], view: View, font: int) -> None:
    """Frame marked rows; where several rows share a bin, draw a line and a label with a leader."""
    right = view.values.shape[1] - 0.5
    span = int(view.edges[-1] - view.edges[0])
    gap = span * (font + 10) / (drawn.layout.height - 80)
    free = float(view.edges[0])
    for position, word in sorted(marked.items()):
        half = 0.5 if view.exact else 0.0
        drawn.add_shape(
            type="rect",
            x0=-0.5,
            x1=right,
            y0=position - half,
            y1=position + half,
            line={"color": ACCENT, "width": 2 if view.exact else 1},
        )
        if view.exact:
            continue
        free = max(position, free + gap)
        drawn.add_annotation(
            x=right,
            y=position,
            axref="x",
            ayref="y",
            ax=right * 0.94,
            ay=min(free, float(view.edges[-1]) - gap / 2),
            xanchor="right",
            text=f"<b>{short(word)}</b>",
            arrowhead=0,
            arrowwidth=2,
            arrowcolor=ACCENT,
            font={"color": "#ffffff", "size": font},
            bgcolor=ACCENT,
            borderpad=2,
        )


def bars(
    words: Sequence[str],
    values: np.ndarray,
    x: str,
    *,
    span: tuple[float, float] | None = None,
    band: tuple[float, float] | None = None,
    font: int = FONT,
) -> go.Figure:
    """Draw one bar a word, the first on top, over an axis with the title ``x``.

    ``band`` is a range of values to shade; ``span`` is the range of the axis.
    """
    drawn = figure(max(160, len(words) * (font + 12) + 70), x, font=font)
    drawn.update_layout(margin_r=48)  # space for the mode bar, which would cover the longest bar
    values = np.asarray(values, float)
    if band is not None:
        drawn.add_vrect(*band, fillcolor="#8893a5", opacity=0.22, line_width=0, layer="below")
    drawn.add_bar(
        x=values,
        y=list(range(len(words))),
        orientation="h",
        customdata=[whole(word) for word in words],
        marker_color=[SERIES[0] if value >= 0 else SERIES[1] for value in values],
        text=[signed(value) for value in values],
        textposition="auto",
        textfont_size=font,
        constraintext="none",
        hovertemplate="%{customdata}<br>%{x:.4f}<extra></extra>",
    )
    drawn.update_yaxes(from_top([short(word, 24) for word in words]))
    if span is not None:
        drawn.update_xaxes(range=list(span))
    return drawn


def similarity(values: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """Draw the cosine of every pair of words, (n, n), with numbers in the cells up to 14 words."""
    n = len(words)
    drawn = figure(max(260, n * (font + 16) + 110), font=font)
    drawn.add_heatmap(
        z=values,
        x=list(range(n)),
        y=list(range(n)),
        customdata=[[whole(f"{a} · {b}") for b in words] for a in words],
        texttemplate="%{z:.2f}" if n <= 14 else None,
        textfont_color="black",
        colorscale=ZERO_CENTRED,
        zmin=-1,
        zmax=1,
        xgap=1,
        ygap=1,
        colorbar={"title": {"text": _("cosine"), "side": "right"}, "thickness": 14},
        hovertemplate="%{customdata}<br>" + _("cosine") + " %{z:.4f}<extra></extra>",
    )
    names = from_top([short(word) for word in words])
    drawn.update_xaxes(names, range=[-0.5, n - 0.5])
    drawn.update_yaxes(names)
    return drawn


def arithmetic(points: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """Draw the analogy ``b - a + c`` in a plane.

    ``points`` (5, 2) and ``words`` are a, b, c, the sum, and the answer, the nearest word.
    """
    drawn = figure(440, font=font)
    words = [short(word, 40) for word in words]
    a, b, c, total, answer = np.asarray(points, float)
    step = f"{words[1]} − {words[0]}"
    again = _("the same step from {word}", word=words[2])
    for start, end, name in ((a, b, step), (c, total, again)):
        drawn.add_annotation(
            x=end[0],
            y=end[1],
            ax=start[0],
            ay=start[1],
            xref="x",
            yref="y",
            axref="x",
            ayref="y",
            showarrow=True,
            arrowhead=3,
            arrowwidth=3,
            arrowcolor=SERIES[1],
        )
        middle = (start + end) / 2
        drawn.add_annotation(
            x=middle[0],
            y=middle[1],
            yshift=font,
            text=name,
            showarrow=False,
            font={"color": SERIES[1], "size": font},
        )
    drawn.add_scatter(
        x=[total[0], answer[0]],
        y=[total[1], answer[1]],
        mode="lines",
        line={"color": "#8893a5", "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=[a[0], b[0], c[0], total[0], answer[0]],
        y=[a[1], b[1], c[1], total[1], answer[1]],
        mode="markers+text",
        text=[f"<b>{word}</b>" for word in words],
        textposition="bottom center",
        textfont_size=font + 2,
        marker={
            "size": 14,
            "color": [SERIES[0]] * 3 + [SERIES[1], ACCENT],
            "symbol": ["circle"] * 3 + ["circle-open", "star"],
        },
        hovertemplate="%{text}<extra></extra>",
    )
    drawn.update_layout(showlegend=False)
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    margin = 0.18 * max(float((high - low).max()), 1e-6)  # for the labels of the outermost points
    x, y = zip(low - margin, high + margin, strict=True)
    # One scale for both axes, or equal steps would not look equal.
    plain = {"showticklabels": False, "zeroline": False, "showgrid": False}
    drawn.update_xaxes(**plain, range=x)
    drawn.update_yaxes(**plain, range=y, scaleanchor="x")
    return drawn


def word_map(
    points: np.ndarray,
    words: Sequence[str],
    *,
    focus: int | None = None,
    near: Sequence[int] = (),
    own: Sequence[int] = (),
    axes: Sequence[str] = ("", "", ""),
    font: int = FONT,
) -> go.Figure:
    """Draw words as points in three dimensions.

    Parameters
    ----------
    points : array (n, 3)
    words : sequence of n str
        The ``customdata`` of the points.
    focus : int, optional
        Index of the word from which lines go to its neighbours.
    near : sequence of int
        Indices of that word's neighbours in the original space.
    own : sequence of int
        Indices of the reader's words.
    axes : sequence of 3 str
        Titles of the axes.
    """
    points = np.asarray(points, float)

    def coordinates(chosen: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip("xyz", chosen.T, strict=True))

    special = {*own, *near, *([] if focus is None else [focus])}
    groups = [
        (_("other words"), [at for at in range(len(words)) if at not in special], "#8893a5", 3),
        (_("your words"), [at for at in own if at not in near and at != focus], SERIES[0], 5.4),
        (_("nearest in all dimensions"), list(near), SERIES[1], 5.4),
        (_("the word"), [] if focus is None else [focus], ACCENT, 8.4),
    ]
    drawn = figure(MAP_HEIGHT, font=font)
    if focus is not None and len(near):
        ends = np.full((3 * len(near), 3), np.nan)
        ends[0::3], ends[1::3] = points[focus], points[list(near)]
        drawn.add_scatter3d(
            **coordinates(ends),
            mode="lines",
            line={"color": SERIES[1], "width": 3},
            hoverinfo="skip",
            showlegend=False,
        )
    # Nobody knows from where they are seen, so neighbours, which lie close, are left to hover.
    shown = {*own, focus}
    for number, (name, rows, colour, size) in enumerate(groups):
        if not rows:
            continue
        named = number > 0
        drawn.add_scatter3d(
            **coordinates(points[rows]),
            name=name,
            mode="markers+text" if named else "markers",
            text=[short(words[at], 40) if at in shown else "" for at in rows] if named else None,
            textfont={"size": font + (2 if rows == [focus] else 0)},
            customdata=[whole(words[at]) for at in rows],
            marker={"color": colour, "size": size, "opacity": 1 if named else 0.5},
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.update_layout(
        dragmode="orbit",
        modebar_orientation="v",
        scene={f"{one}axis_title_text": text for one, text in zip("xyz", axes, strict=True)},
        # Plotly's own camera stands so near that the lower axes are cut, on a phone their names.
        scene_camera_eye={"x": 1.7, "y": 1.7, "z": 1.35},
    )
    return drawn.update_scenes({f"{one}axis_nticks": 4 for one in "xyz"})


def changes(change: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """Draw what training added to n rows, (n, e_length): blue is less, orange is more."""
    n, dim = change.shape
    drawn = figure(n * (font + 12) + 70, _("dimension  (e_length)"), font=font)
    limit = limit_of(change)
    drawn.add_heatmap(
        z=change,
        x=np.arange(dim),
        y=np.arange(n),
        customdata=np.broadcast_to(
            np.array([whole(word) for word in words], object)[:, None], (n, dim)
        ),
        colorscale=DIVERGING,
        zmin=-limit,
        zmax=limit,
        colorbar={"title": {"text": _("after − before"), "side": "right"}, "thickness": 14},
        hovertemplate="%{customdata}<br>"
        + _("dimension")
        + " %{x}<br>"
        + _("change")
        + " %{z:.6f}<extra></extra>",
    )
    drawn.update_yaxes(from_top([short(word) for word in words]))
    drawn.update_xaxes(range=[-0.5, dim - 0.5], showgrid=False)
    return drawn
