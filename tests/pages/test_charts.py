"""Charts grow with the page when it is presented."""

from __future__ import annotations

import numpy as np
import pytest

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
