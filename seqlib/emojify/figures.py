"""Draw what the emoji model answers and how it trained as Plotly figures.

Class names and words may come from a reader's file, so all of them go through ``plain``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.emojify import DropoutMasks, Reliability
from seqlib.figures import DASHES, FONT, SERIES, figure, from_top, plain
from seqlib.i18n import _
from seqlib.text import EmojiClass

# Told apart by lightness, on a light page and a dark one.
DROPPED, KEPT = "rgba(128, 128, 128, 0.16)", "#3f74d6"
# Faint up to the middle, under text in the theme's colour; strong above, under white text.
COUNTS = (
    (0.0, "rgba(63, 111, 202, 0.05)"),
    (0.5, "rgba(63, 111, 202, 0.28)"),
    (0.5, "#3f6fca"),
    (1.0, "#2c57a6"),
)


def class_names(classes: Sequence[EmojiClass]) -> list[str]:
    """Write the name of each class for an axis, its emoji first."""
    return [plain(f"{one.emoji} {one.title}") for one in classes]


def answers(
    readings: Sequence[tuple[str, np.ndarray]],
    classes: Sequence[EmojiClass],
    font: int = FONT,
) -> go.Figure:
    """Draw the probabilities (n_classes,) of a few named readings as bars, grouped by class."""
    drawn = figure(280, "", _("probability"), font=font)
    names = class_names(classes)
    for (name, p), colour in zip(readings, SERIES * len(readings), strict=False):
        drawn.add_bar(
            x=names,
            y=p,
            name=plain(name),
            marker_color=colour,
            hovertemplate="%{x}<br>%{y:.1%}<extra>" + plain(name) + "</extra>",
        )
    drawn.update_yaxes(range=[0, 1], tickformat=".0%")
    drawn.update_layout(barmode="group", showlegend=True)
    return drawn


def confusion(counts: np.ndarray, classes: Sequence[EmojiClass], font: int = FONT) -> go.Figure:
    """Draw the confusion matrix (n_classes, n_classes): true classes down, predicted across."""
    names = class_names(classes)
    at = np.arange(len(names))
    drawn = figure(
        max(320, 60 + (font + 19) * len(names)),
        _("the model says"),
        _("the sentence is"),
        font=font,
    )
    most = max(1, int(counts.sum(axis=1).max()))
    drawn.add_heatmap(
        z=counts,
        x=at,
        y=at,
        customdata=np.array([[(true, predicted) for predicted in names] for true in names], object),
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
    for which, look in ((strong, {"color": "#ffffff"}), (~strong & (counts > 0), {})):
        true, predicted = np.nonzero(which)
        drawn.add_scatter(
            x=predicted,
            y=true,
            text=counts[true, predicted].astype(str),
            mode="text",
            textfont={"size": font + 1, "weight": 600, **look},
            hoverinfo="skip",
            showlegend=False,
        )
    drawn.update_xaxes(from_top(names), range=[-0.5, len(names) - 0.5])
    drawn.update_yaxes(from_top(names))
    return drawn


def calibration(readings: Sequence[tuple[str, Reliability]], font: int = FONT) -> go.Figure:
    """Draw how often each model is right where it says a probability; the diagonal is honest."""
    drawn = figure(320, _("the model says"), _("and is right"), font=font)
    ends = [0, 1]
    drawn.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": "#8a8a8a", "dash": "dot"}, showlegend=False
    )
    for (name, found), colour, dash in zip(readings, SERIES, DASHES, strict=False):
        drawn.add_scatter(
            x=found.confidence,
            y=found.accuracy,
            text=[f"{n:,}" for n in found.counts],
            name=plain(name),
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"size": 6 + 24 * np.sqrt(found.counts / max(1, found.counts.sum()))},
            hovertemplate=_("says {said}, right {right}", said="%{x:.0%}", right="%{y:.0%}")
            + "<br>"
            + _("{n} sentences", n="%{text}")
            + "<extra>"
            + plain(name)
            + "</extra>",
        )
    for update in (drawn.update_xaxes, drawn.update_yaxes):
        update(range=[0, 1.03], tickformat=".0%")
    drawn.update_layout(showlegend=True)
    return drawn


def dropout_masks(masks: DropoutMasks, words: Sequence[str], font: int = FONT) -> go.Figure:
    """Draw the dropout masks of one training step: the first (Tx, n_a), then the second (n_a,).

    ``words`` names the Tx steps.
    """
    rows = [*(masks.first != 0), masks.second != 0]
    names = [f"{t + 1}  {plain(word)}" for t, word in enumerate(words)]
    names.append(_("after LSTM 2"))
    factor = float(max(masks.first.max(), masks.second.max()))
    drawn = figure(
        70 + (font + 9) * len(rows), _("unit  (n_a)"), _("after LSTM 1, at step t"), font=font
    )
    drawn.add_heatmap(
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
        text=np.where(np.array(rows), _("kept, times {factor:.3g}", factor=factor), _("dropped")),
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(from_top(names))
    return drawn


def drift(
    lines: Sequence[tuple[str, np.ndarray]], words: Sequence[str], font: int = FONT
) -> go.Figure:
    """Draw the similarity of each step's state to the state after the last word, (Tx,) a line.

    Similarity is the cosine: 1 is the same direction.
    """
    height = max(260, 260 * font // FONT)  # upright words below it take their room from the curves
    title = _("similarity to the state<br>after the last word")
    drawn = figure(height, _("step t"), title, font=font)
    steps = [f"{t + 1}  {plain(word, 12)}" for t, word in enumerate(words)]
    for (name, values), colour, dash in zip(
        lines, SERIES * len(lines), ("solid", "dash") * len(lines), strict=False
    ):
        drawn.add_scatter(
            x=steps,
            y=values,
            name=plain(name),
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="%{x}: %{y:.3f}<extra>" + plain(name) + "</extra>",
        )
    drawn.update_xaxes(type="category")  # as many names as there is room for; the others on hover
    drawn.update_yaxes(range=[min(0.0, *(float(v.min()) for _name, v in lines)) - 0.05, 1.05])
    drawn.update_layout(showlegend=True)
    return drawn


def word_scores(
    words: Sequence[str], by_gradient: np.ndarray, by_leaving_out: np.ndarray, font: int = FONT
) -> go.Figure:
    """Draw how many nats each word adds to one class over another, by two methods."""
    drawn = figure(max(280, 280 * font // FONT), "", _("nats"), font=font)
    at = np.arange(len(words))
    for name, values, colour in (
        (_("gradient × word"), by_gradient, SERIES[0]),
        (_("left out"), by_leaving_out, SERIES[1]),
    ):
        drawn.add_bar(
            x=at,
            y=values,
            name=name,
            marker_color=colour,
            hovertemplate="%{y:.2f} " + _("nats") + "<extra>" + name + "</extra>",
        )
    drawn.update_xaxes(tickvals=at, ticktext=[plain(word) for word in words])
    drawn.update_yaxes(zeroline=True, zerolinewidth=2)
    drawn.update_layout(barmode="group", showlegend=True)
    return drawn
