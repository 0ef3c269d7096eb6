"""The emoji model's standing pictures, as Plotly figures. Pure functions: arrays in, a figure out.

Class names and words may come from a reader's file. Plotly reads some markup in text, so
all of them go through ``plain``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.emojify import DropoutMasks
from seqlib.i18n import _
from seqlib.plotting import SERIES, plain
from seqlib.text import EmojiClass

FONT = 15
# A kept unit and a dropped one: told apart by lightness, on a light page and a dark one.
DROPPED, KEPT = "rgba(128, 128, 128, 0.16)", "#3f74d6"
# Faint up to the middle, where the theme's own text is read on it; strong above, for white.
COUNTS = (
    (0.0, "rgba(63, 111, 202, 0.05)"),
    (0.5, "rgba(63, 111, 202, 0.28)"),
    (0.5, "#3f6fca"),
    (1.0, "#2c57a6"),
)
DASHES = ("solid", "dash", "dot")  # beside four colours: twelve lines that differ


def class_names(classes: Sequence[EmojiClass]) -> list[str]:
    """What each class is called on an axis."""
    return [plain(f"{one.emoji} {one.title}") for one in classes]


def _figure(height: int, font: int, x: str = "", y: str = "") -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=round(height * (font / FONT) ** 0.5),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font_size=font,
        hoverlabel={"font_size": font},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "font_size": font},
    )
    axis = {"tickfont_size": font, "automargin": True, "title_standoff": 14}
    figure.update_xaxes(title={"text": x, "font_size": font}, **axis)
    figure.update_yaxes(title={"text": y, "font_size": font}, **axis)
    return figure


def answers(
    readings: Sequence[tuple[str, np.ndarray]],
    classes: Sequence[EmojiClass],
    font: int = FONT,
) -> go.Figure:
    """Probabilities (n_classes,) of a few readings, side by side for each class."""
    figure = _figure(280, font, "", _("probability"))
    names = class_names(classes)
    for (name, p), colour in zip(readings, SERIES * len(readings), strict=False):
        figure.add_bar(
            x=names,
            y=p,
            name=plain(name),
            marker_color=colour,
            hovertemplate="%{x}<br>%{y:.1%}<extra>" + plain(name) + "</extra>",
        )
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    figure.update_layout(barmode="group", showlegend=True)
    return figure


def by_epoch(
    lines: Sequence[tuple[str, np.ndarray]],
    epochs: int,
    what: str,
    *,
    share: bool = False,
    font: int = FONT,
) -> go.Figure:
    """A measure (epochs so far,) of a few runs or sets, one line each.

    ``epochs`` fixes the width of the axis; ``share`` is for values from 0 to 1.
    """
    figure = _figure(300, font, _("epoch"), what)
    form = ".1%" if share else ".3f"
    for place, (name, values) in enumerate(lines):
        look = {"color": SERIES[place % len(SERIES)], "dash": DASHES[place % len(DASHES)]}
        figure.add_scatter(
            x=np.arange(1, len(values) + 1),
            y=values,
            name=plain(name),
            mode="lines" if len(values) > 1 else "markers",
            line={**look, "width": 3},
            hovertemplate=_("epoch")
            + " %{x}<br>%{y:"
            + form
            + "}<extra>"
            + plain(name)
            + "</extra>",
        )
    figure.update_xaxes(range=[1, max(2, epochs)])
    figure.update_yaxes(
        **({"range": [0, 1.02], "tickformat": ".0%"} if share else {"rangemode": "tozero"})
    )
    figure.update_layout(showlegend=True)
    return figure


def confusion(counts: np.ndarray, classes: Sequence[EmojiClass], font: int = FONT) -> go.Figure:
    """Counts (n_classes, n_classes), row the true class, column the choice, written in."""
    names = class_names(classes)
    places = np.arange(len(names))
    figure = _figure(
        max(320, 60 + 34 * len(names)), font, _("the model says"), _("the sentence is")
    )
    most = max(1, int(counts.sum(axis=1).max()))
    figure.add_heatmap(
        z=counts,
        x=places,
        y=places,
        customdata=np.array([[(true, said) for said in names] for true in names], object),
        colorscale=COUNTS,
        zmin=0,
        zmax=most,
        xgap=2,
        ygap=2,
        showscale=False,
        hovertemplate=_(
            "{true}, taken for {said}", true="%{customdata[0]}", said="%{customdata[1]}"
        )
        + ": %{z}<extra></extra>",
    )
    strong = counts >= most / 2
    for which, look in (
        (strong, {"color": "#ffffff"}),
        (~strong & (counts > 0), {}),
    ):
        true, said = np.nonzero(which)
        figure.add_scatter(
            x=said,
            y=true,
            text=counts[true, said].astype(str),
            mode="text",
            textfont={"size": font + 1, "weight": 600, **look},
            hoverinfo="skip",
            showlegend=False,
        )
    edges = [-0.5, len(names) - 0.5]
    figure.update_xaxes(tickvals=places, ticktext=names, range=edges, showgrid=False)
    figure.update_yaxes(tickvals=places, ticktext=names, range=edges[::-1], showgrid=False)
    return figure


def dropout_masks(masks: DropoutMasks, words: Sequence[str], font: int = FONT) -> go.Figure:
    """What one training pass keeps: the first mask (Tx, n_a) and the second (n_a,) after it.

    ``words`` names the Tx places.
    """
    rows = [*(masks.first != 0), masks.second != 0]
    names = [f"{t + 1}  {plain(word)}" for t, word in enumerate(words)]
    names.append(_("after LSTM 2"))
    figure = _figure(70 + 24 * len(rows), font, _("unit  (n_a)"), _("after LSTM 1, at step t"))
    figure.add_heatmap(
        z=np.array(rows, int),
        x=np.arange(len(masks.second)),
        y=np.arange(len(rows)),
        customdata=np.array([[name] * len(masks.second) for name in names], object),
        colorscale=[[0, DROPPED], [1, KEPT]],
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=2,
        showscale=False,
        hovertemplate="%{customdata}<br>" + _("unit") + " %{x}: %{text}<extra></extra>",
        text=np.where(
            np.array(rows), _("kept, times {factor:.3g}", factor=_scale(masks)), _("dropped")
        ),
    )
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(
        tickvals=np.arange(len(rows)), ticktext=names, autorange="reversed", showgrid=False
    )
    return figure


def _scale(masks: DropoutMasks) -> float:
    """What kept units are multiplied with."""
    return float(max(masks.first.max(), masks.second.max()))


def drift(
    lines: Sequence[tuple[str, np.ndarray]], words: Sequence[str], font: int = FONT
) -> go.Figure:
    """How alike the state of each step is to that after the last word, (Tx,) a line.

    Cosine similarity: 1 is the same direction.
    """
    figure = _figure(260, font, _("step t"), _("similarity to the state<br>after the last word"))
    steps = np.arange(len(words))
    for (name, values), colour, dash in zip(
        lines, SERIES * len(lines), ("solid", "dash") * len(lines), strict=False
    ):
        figure.add_scatter(
            x=steps,
            y=values,
            name=plain(name),
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="%{x}: %{y:.3f}<extra>" + plain(name) + "</extra>",
        )
    figure.update_xaxes(tickvals=steps, ticktext=[plain(word, 12) for word in words])
    figure.update_yaxes(range=[min(0.0, *(float(v.min()) for _name, v in lines)) - 0.05, 1.05])
    figure.update_layout(showlegend=True)
    return figure


def word_scores(
    words: Sequence[str], by_gradient: np.ndarray, by_leaving_out: np.ndarray, font: int = FONT
) -> go.Figure:
    """How much each word puts one class ahead of another, in nats, asked in two ways."""
    figure = _figure(280, font, "", _("nats"))
    places = np.arange(len(words))
    for name, values, colour in (
        (_("gradient × word"), by_gradient, SERIES[0]),
        (_("left out"), by_leaving_out, SERIES[1]),
    ):
        figure.add_bar(
            x=places,
            y=values,
            name=name,
            marker_color=colour,
            hovertemplate="%{y:.2f} " + _("nats") + "<extra>" + name + "</extra>",
        )
    figure.update_xaxes(tickvals=places, ticktext=[plain(word) for word in words])
    figure.update_yaxes(zeroline=True, zerolinewidth=2)
    figure.update_layout(barmode="group", showlegend=True)
    return figure
