"""The emoji page's figures show the arrays they are given, and text as text."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.emojify import DropoutMasks, figures
from seqlib.figures import FONT, by_epoch
from seqlib.text import DEFAULT_CLASSES, EmojiClass

EVIL = "<b>x</b><a href='javascript:1'>y</a>"


def texts(figure) -> str:
    return figure.to_json()


def test_answers_have_a_bar_for_each_class_and_reading():
    p = np.array([0.1, 0.2, 0.3, 0.3, 0.1])
    figure = figures.answers([("V2", p), ("V1", p[::-1])], DEFAULT_CLASSES)
    assert [bar.name for bar in figure.data] == ["V2", "V1"]
    np.testing.assert_array_equal(figure.data[1].y, p[::-1])
    assert list(figure.data[0].x) == [f"{one.emoji} {one.name}" for one in DEFAULT_CLASSES]


def test_confusion_writes_every_count_that_is_not_zero():
    counts = np.array([[3, 0], [1, 12]])
    figure = figures.confusion(counts, DEFAULT_CLASSES[:2])
    np.testing.assert_array_equal(figure.data[0].z, counts)
    written = {
        (true, said): text
        for trace in figure.data[1:]
        for true, said, text in zip(trace.y, trace.x, trace.text, strict=True)
    }
    assert written == {(0, 0): "3", (1, 0): "1", (1, 1): "12"}
    assert list(figure.data[1].text) == ["12"]  # on the strong colour, in white
    assert figure.layout.yaxis.range == (1.5, -0.5)


def test_by_epoch_keeps_its_width_while_it_grows_and_shares_stay_on_one_scale():
    short = by_epoch([("run 1", np.array([0.5]))], 50, "accuracy", share=True)
    longer = by_epoch([("run 1", np.linspace(0.5, 1, 9))], 50, "accuracy", share=True)
    assert short.layout.xaxis.range == longer.layout.xaxis.range == (1, 50)
    assert longer.layout.yaxis.range == (0, 1.02)
    assert short.data[0].mode == "markers"
    assert longer.data[0].mode == "lines"


def test_a_dozen_runs_have_a_look_each():
    lines = [(f"run {n}", np.array([0.5, 0.6])) for n in range(12)]
    figure = by_epoch(lines, 2, "accuracy")
    assert len({(line.line.color, line.line.dash) for line in figure.data}) == 12


def test_the_mask_that_is_drawn_is_the_mask():
    masks = DropoutMasks.draw(0.5, 4, 16, seed=3)
    figure = figures.dropout_masks(masks, ("i", "am", "here", "·"))
    z = np.array(figure.data[0].z)
    np.testing.assert_array_equal(z[:4], masks.first > 0)
    np.testing.assert_array_equal(z[4], masks.second > 0)
    assert set(np.array(figure.data[0].text)[z == 1]) == {"kept, times 2"}
    assert set(np.array(figure.data[0].text)[z == 0]) == {"dropped"}


def test_drift_and_word_scores_draw_what_they_get():
    values = np.array([0.2, 1.0, 0.4])
    figure = figures.drift([("read", values)], ("a", "b", "·"))
    large = figures.drift([("read", values)], ("a", "b", "·"), 2 * FONT)
    assert large.layout.height == 2 * figure.layout.height  # upright words do not squeeze it
    np.testing.assert_array_equal(figure.data[0].y, values)
    # Plotly writes as many names of such an axis as there is room for.
    assert (figure.layout.xaxis.type, figure.layout.xaxis.tickvals) == ("category", None)
    assert len(set(large.data[0].x)) == len(values)
    scores = figures.word_scores(("not", "happy"), np.array([2.0, -1]), np.array([1.5, 0]))
    assert [bar.name for bar in scores.data] == ["gradient × word", "left out"]
    np.testing.assert_array_equal(scores.data[0].y, [2.0, -1])


@pytest.mark.parametrize(
    "figure",
    [
        lambda: figures.answers([(EVIL, np.array([0.5, 0.5]))], (EmojiClass(EVIL, "<i>"),) * 2),
        lambda: figures.confusion(np.eye(2, dtype=int), (EmojiClass(EVIL, "<i>"),) * 2),
        lambda: by_epoch([(EVIL, np.array([1.0]))], 3, "loss"),
        lambda: figures.word_scores((EVIL,), np.array([1.0]), np.array([1.0])),
        lambda: figures.drift([(EVIL, np.array([1.0]))], (EVIL,)),
        lambda: figures.dropout_masks(DropoutMasks.draw(0.5, 1, 3, seed=1), (EVIL,)),
    ],
)
def test_markup_in_a_readers_text_is_shown_not_obeyed(figure):
    shown = texts(figure())
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<a href" not in shown
    assert "&lt;b&gt;" in shown or "\\u003cb" not in shown


def test_type_grows_with_the_presenter_scale():
    figure = figures.answers([("V2", np.array([0.5, 0.5]))], DEFAULT_CLASSES[:2], font=21)
    assert figure.layout.font.size == 21
    assert figure.layout.xaxis.tickfont.size == 21
