"""Charts grow with the page when it is presented."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqlib.figures import by_epoch
from seqlib.jazz import figures
from ui.parts import charts


@pytest.mark.parametrize(
    "figure",
    [
        figures.one_hot(np.eye(4), list("abcd")),
        by_epoch([("a", np.ones(3))], 5, "loss", levels={"trigram": 1.8}, marks={"turns": 2}),
        figures.per_step(np.ones((3, 4)), 5, "accuracy"),
    ],
)
def test_every_text_of_a_presented_chart_is_large_and_the_original_is_left_alone(figure):
    before = figure.to_json()
    large = charts._enlarged(figure)
    assert figure.to_json() == before
    layout = large.layout
    fonts = [layout.font, layout.xaxis.tickfont, layout.yaxis.tickfont]
    fonts += [layout.xaxis.title.font, layout.yaxis.title.font, layout.legend.font]
    assert {font.size for font in fonts} == {charts.PRESENTER_FONT}
    assert layout.height > figure.layout.height
    for trace in large.data:
        if trace.type == "heatmap" and trace.showscale is not False:
            assert trace.colorbar.tickfont.size == charts.PRESENTER_FONT


def test_a_moving_line_is_sent_as_it_can_be_drawn_and_always_to_its_last_epoch(monkeypatch):
    sent: list[dict] = []
    monkeypatch.setattr(charts, "_curves", lambda **given: sent.append(given))
    values = np.linspace(4, 1, 1001)
    values[3] = np.inf
    test = (np.array([4, np.nan, 1.23456]), np.array([2, 500, 1001]))
    charts.by_epoch(
        [("train", values), ("test", *test), ("none", np.array([]))],
        1001,
        "loss",
        moving=True,
        key="loss",
        alt="Loss.",
    )
    train, held_out, none = sent[0]["data"]["lines"]
    assert len(train["at"]) == len(train["values"]) == 334
    assert (train["at"][-1], train["values"][-1]) == (1001, 1.0)
    assert np.allclose(train["values"], values[np.array(train["at"]) - 1], rtol=1e-3)
    assert held_out == {"name": "test", "values": [4, 1.235], "at": [2, 1001]}
    assert none["values"] == none["at"] == []


@pytest.mark.parametrize("moving", [True, False])
def test_a_curve_stands_under_its_key_while_it_moves_and_after(moving):
    """A tour lights it by that key, and waits for it."""

    def draw(moving):
        import numpy as np

        from ui.parts import charts

        charts.by_epoch([("a", np.ones(3))], 5, "b", moving=moving, key="loss", alt="Loss.")

    app = AppTest.from_function(draw, args=(moving,)).run()
    assert not app.exception
    (place,) = (one for one in app.main.children.values() if one.proto.id.endswith("-loss"))
    (drawn,) = place.children.values()
    assert drawn.type == ("bidi_component" if moving else "plotly_chart")
