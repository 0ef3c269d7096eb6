"""Word vectors as Plotly figures. Pure functions: arrays in, a figure out.

Words come from readers and their files, so all of them go through ``plain``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.i18n import _
from seqlib.plotting import FROM_ZERO, SERIES, ZERO_CENTRED, plain
from seqlib.vectors import View

FONT = 14
LABEL_LENGTH = 16
MOST_SHOWN = 200  # characters of a word on hover
# As ZERO_CENTRED, but zero is nearly transparent: it recedes into a light page and a dark one.
DIVERGING = [
    "#2460c8",
    "rgba(74, 132, 224, 0.65)",
    "rgba(128, 140, 160, 0.08)",
    "rgba(232, 140, 60, 0.65)",
    "#c05f10",
]
ACCENT = "#c2258f"  # in neither colour map, and clear on light and dark


def _figure(height: int, font: int, x: str = "", y: str = "") -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font_size=font,
        hoverlabel={"font_size": font},
    )
    axis = {"tickfont_size": font, "automargin": True, "title_standoff": 14}
    figure.update_xaxes(title={"text": x, "font_size": font + 1}, **axis)
    figure.update_yaxes(title={"text": y, "font_size": font + 1}, **axis)
    return figure


def short(word: str, length: int = LABEL_LENGTH) -> str:
    """A word for a tick label."""
    return plain(word, length)


def whole(word: str) -> str:
    """A word for hovering."""
    return plain(word, MOST_SHOWN)


def limit_of(values: np.ndarray) -> float:
    """Where the colours end: nearly all values lie within, and outliers do not pale the rest."""
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
    """A stretch of the matrix: dimensions across, rows downwards in their order.

    Parameters
    ----------
    view : View
        ``vectors.overview``'s; its labels appear on hover, and as ticks where they fit.
    marks : sequence of (place, word)
        Places in the order to point out; those outside the view are left out.
    signed : bool
        Whether values have both signs; else the colours start at zero.
    what : str
        What a cell is, for the legend, in the reader's language: "mean of the rows".
    """
    what = _("value") if what is None else what
    rows, dim = view.values.shape
    places = (view.edges[:-1] + view.edges[1:] - 1) / 2
    figure = _figure(height, font, _("dimension  (e_length)"), "")
    limit = limit_of(view.values)
    figure.add_heatmap(
        z=view.values,
        x=np.arange(dim),
        y=places,
        customdata=_carried(view),
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
    # One point a row: a heatmap alone does not answer when rows are dragged over.
    figure.add_scatter(
        x=np.full(rows, (dim - 1) / 2),
        y=places,
        mode="markers",
        marker={"size": 1, "opacity": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    ticks = np.unique(np.linspace(0, rows - 1, min(rows, height // (font + 9))).astype(int))
    low, high = view.edges[0] - 0.5, view.edges[-1] - 0.5
    marked = {place: word for place, word in marks if low < place < high}
    names = {float(places[tick]): _first(view, tick) for tick in ticks.tolist()}
    if view.exact:
        # What is pointed out has its name even where ticks are sparse.
        names |= {float(place): f"<b>{short(word)}</b>" for place, word in marked.items()}
    figure.update_yaxes(
        tickvals=list(names), ticktext=list(names.values()), range=[high, low], showgrid=False
    )
    figure.update_xaxes(range=[-0.5, dim - 0.5], showgrid=False)
    _point_out(figure, marked, view, font)
    figure.update_layout(dragmode="select", selectdirection="v", selections=[])
    return figure


def _carried(view: View) -> np.ndarray:
    """What each cell says of its row: its number and word, or the places it covers.

    Plotly wants it for every cell. Words for thousands of stretches would be most of what is
    sent, so a stretch has two numbers.
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


def _first(view: View, tick: int) -> str:
    word = view.labels[tick].split(" … ")[0] if not view.exact else view.labels[tick]
    return short(word) or _("padding")


def _point_out(figure: go.Figure, marked: dict[int, str], view: View, font: int) -> None:
    """Single rows get a frame; where rows share lines, a line and a label with a leader."""
    right = view.values.shape[1] - 0.5
    span = int(view.edges[-1] - view.edges[0])
    gap = span * (font + 10) / (figure.layout.height - 80)
    free = float(view.edges[0])
    for place, word in sorted(marked.items()):
        half = 0.5 if view.exact else 0.0
        figure.add_shape(
            type="rect",
            x0=-0.5,
            x1=right,
            y0=place - half,
            y1=place + half,
            line={"color": ACCENT, "width": 2 if view.exact else 1},
        )
        if view.exact:
            continue
        free = max(place, free + gap)
        figure.add_annotation(
            x=right,
            y=place,
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
    """A bar a word, the first on top.

    ``band`` shades a range of values that is usual; ``span`` fixes the axis.
    """
    figure = _figure(max(160, len(words) * (font + 12) + 70), font, x)
    figure.update_layout(margin_r=48)  # the camera's place, or it covers the longest bar
    values = np.asarray(values, float)
    if band is not None:
        figure.add_vrect(*band, fillcolor="#8893a5", opacity=0.22, line_width=0, layer="below")
    figure.add_bar(
        x=values,
        y=list(range(len(words))),
        orientation="h",
        customdata=[whole(word) for word in words],
        marker_color=[SERIES[0] if value >= 0 else SERIES[1] for value in values],
        text=[f"{value:.2f}".replace("-", "−") for value in values],
        textposition="auto",
        textfont_size=font,
        constraintext="none",
        hovertemplate="%{customdata}<br>%{x:.4f}<extra></extra>",
    )
    figure.update_yaxes(
        tickvals=list(range(len(words))),
        ticktext=[short(word, 24) for word in words],
        range=[len(words) - 0.5, -0.5],
        showgrid=False,
    )
    if span is not None:
        figure.update_xaxes(range=list(span))
    return figure


def similarity(values: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """Cosine of every pair of words, (n, n); the number in each cell while there is room."""
    n = len(words)
    figure = _figure(max(260, n * (font + 16) + 110), font)
    figure.add_heatmap(
        z=values,
        x=list(range(n)),
        y=list(range(n)),
        customdata=[[whole(f"{a} · {b}") for b in words] for a in words],
        texttemplate="%{z:.2f}" if n <= 14 else None,
        colorscale=ZERO_CENTRED,
        zmin=-1,
        zmax=1,
        xgap=1,
        ygap=1,
        colorbar={"title": {"text": _("cosine"), "side": "right"}, "thickness": 14},
        hovertemplate="%{customdata}<br>" + _("cosine") + " %{z:.4f}<extra></extra>",
    )
    names = {"tickvals": list(range(n)), "ticktext": [short(word) for word in words]}
    figure.update_xaxes(**names, showgrid=False)
    figure.update_yaxes(**names, showgrid=False, range=[n - 0.5, -0.5])
    return figure


def arithmetic(points: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """``b - a + c`` in a plane.

    Parameters
    ----------
    points : array (5, 2)
        a, b, c, the sum, and the answer, the nearest word.
    words : sequence of 5 str
    """
    figure = _figure(440, font)
    words = [short(word, 40) for word in words]
    a, b, c, total, answer = np.asarray(points, float)
    step = f"{words[1]} − {words[0]}"
    again = _("the same step from {word}", word=words[2])
    for start, end, name in ((a, b, step), (c, total, again)):
        figure.add_annotation(
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
        figure.add_annotation(
            x=middle[0],
            y=middle[1],
            yshift=font,
            text=name,
            showarrow=False,
            font={"color": SERIES[1], "size": font},
        )
    figure.add_scatter(
        x=[total[0], answer[0]],
        y=[total[1], answer[1]],
        mode="lines",
        line={"color": "#8893a5", "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
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
    figure.update_layout(showlegend=False)
    # One scale for both axes, or equal steps would not look equal.
    plain = {"showticklabels": False, "zeroline": False, "showgrid": False}
    figure.update_xaxes(**plain)
    figure.update_yaxes(**plain, scaleanchor="x")
    _room(figure, points)
    return figure


def _room(figure: go.Figure, points: np.ndarray) -> None:
    """Space for labels around the outermost points."""
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    margin = 0.18 * max(float((high - low).max()), 1e-6)
    figure.update_xaxes(range=[low[0] - margin, high[0] + margin])
    figure.update_yaxes(range=[low[1] - margin, high[1] + margin])


def word_map(
    points: np.ndarray,
    words: Sequence[str],
    *,
    focus: int | None = None,
    near: Sequence[int] = (),
    own: Sequence[int] = (),
    axes: Sequence[str] = ("", "", ""),
    font: int = FONT,
    height: int = 620,
) -> go.Figure:
    """Words as points in two or three dimensions.

    Parameters
    ----------
    points : array (n, 2) or (n, 3)
    words : sequence of n str
        Carried as ``customdata``.
    focus : int, optional
        Place of the word whose neighbours are pointed out, with lines to them.
    near : sequence of int
        Places of its neighbours in the original space.
    own : sequence of int
        Places of the reader's words.
    """
    points = np.asarray(points, float)
    flat = points.shape[1] == 2
    figure = _figure(height, font, axes[0], axes[1])
    add = figure.add_scatter if flat else figure.add_scatter3d

    def place(rows: Sequence[int]) -> dict:
        chosen = points[np.asarray(rows, int)]
        return dict(zip("xyz", chosen.T, strict=False))

    special = {*own, *near, *([] if focus is None else [focus])}
    groups = [
        (_("other words"), [at for at in range(len(words)) if at not in special], "#8893a5", 5),
        (_("your words"), [at for at in own if at not in near and at != focus], SERIES[0], 9),
        (_("nearest in all dimensions"), list(near), SERIES[1], 9),
        (_("the word"), [] if focus is None else [focus], ACCENT, 14),
    ]
    if focus is not None and len(near):
        ends = np.full((3 * len(near), points.shape[1]), np.nan)
        ends[0::3], ends[1::3] = points[focus], points[list(near)]
        add(
            **dict(zip("xyz", ends.T, strict=False)),
            mode="lines",
            line={"color": SERIES[1], "width": 1.5 if flat else 3},
            hoverinfo="skip",
            showlegend=False,
        )
    pointed_out = [*([] if focus is None else [focus]), *own, *near]
    labels = _labels(points, words, list(dict.fromkeys(pointed_out)), font, height) if flat else {}
    # In three dimensions nobody knows from where they are seen, so neighbours are left to hover.
    shown = labels if flat else {*own, focus}
    for number, (name, rows, colour, size) in enumerate(groups):
        if not rows:
            continue
        named = number > 0
        add(
            **place(rows),
            name=name,
            mode="markers+text" if named else "markers",
            text=[short(words[at], 40) if at in shown else "" for at in rows] if named else None,
            textposition=[labels.get(at, "top center") for at in rows],
            textfont={"size": font + (2 if rows == [focus] else 0)},
            customdata=[whole(words[at]) for at in rows],
            marker={
                "color": colour,
                "size": size if flat else size * 0.6,
                "opacity": 1 if named else 0.5,
            },
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "font_size": font},
        dragmode="lasso" if flat else "orbit",
    )
    figure.update_layout(modebar_orientation="v")
    if flat:
        figure.update_traces(cliponaxis=False)
        figure.update_xaxes(zeroline=False)
        figure.update_yaxes(zeroline=False, scaleanchor="x")
    else:
        figure.update_layout(
            scene={f"{one}axis_title_text": text for one, text in zip("xyz", axes, strict=True)}
        )
    return figure


# Where a label may stand: name, and the middle of the text in label widths and heights.
_SIDES = (
    ("top center", 0.0, 1.0),
    ("bottom center", 0.0, -1.0),
    ("middle right", 0.65, 0.0),
    ("middle left", -0.65, 0.0),
    ("top right", 0.55, 0.8),
    ("top left", -0.55, 0.8),
    ("bottom right", 0.55, -0.8),
    ("bottom left", -0.55, -0.8),
)


def _labels(
    points: np.ndarray, words: Sequence[str], rows: Sequence[int], font: int, height: int
) -> dict[int, str]:
    """Where each label fits without covering another; those that fit nowhere are left to hover."""
    unit = float(np.ptp(points, axis=0).max()) / height or 1.0  # about one pixel
    tall = 1.15 * font * unit
    taken: list[tuple[float, float, float]] = []
    found = {}
    for row in rows:
        wide = 0.56 * font * len(words[row]) * unit
        for side, right, up in _SIDES:
            x, y = points[row][0] + right * (wide + font * unit), points[row][1] + up * tall
            if all(abs(x - a) > (wide + w) / 2 or abs(y - b) > tall for a, b, w in taken):
                taken.append((x, y, wide))
                found[row] = side
                break
    return found


def changes(change: np.ndarray, words: Sequence[str], font: int = FONT) -> go.Figure:
    """What training added to some rows: (n, e_length), blue down and orange up."""
    n, dim = change.shape
    figure = _figure(n * (font + 12) + 70, font, _("dimension  (e_length)"))
    limit = limit_of(change)
    figure.add_heatmap(
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
    figure.update_yaxes(
        tickvals=list(range(n)),
        ticktext=[short(word) for word in words],
        range=[n - 0.5, -0.5],
        showgrid=False,
    )
    figure.update_xaxes(range=[-0.5, dim - 0.5], showgrid=False)
    return figure
