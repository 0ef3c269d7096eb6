"""The cell page without a browser: the sandbox says what happened, training runs apart."""

from __future__ import annotations

import time

import pytest

from seqlib.jazz import pretrained
from seqlib.jazz.sandbox import RECIPES
from tests.pages.apps import texts, visit


def test_the_counts_are_those_of_the_arrays():
    weights = pretrained.load("good")
    cell = weights.cell
    total = cell.kernel.size + cell.recurrent_kernel.size + cell.bias.size
    said = texts(visit("cell"))
    assert f"The arrays hold **{total:,}** numbers." in said
    assert f"**{4 * (cell.n_x + cell.n_a + 1) * cell.n_a:,}**" in said


@pytest.mark.parametrize("hand", RECIPES)
@pytest.mark.parametrize("mode", ["read the same notes", "write on"])
def test_every_hand_in_the_cell_says_what_it_did(hand, mode):
    app = visit("cell", hand=hand, hand_mode=mode)
    said = texts(app)
    assert "Step 17: the first choice is" in said
    if mode == "read the same notes" and hand == "nothing":
        assert "changes at **0 of 48** steps" in said
    if mode == "write on" and hand == "nothing":
        assert "**0 of 48** notes changed" in said
    if mode == "write on" and hand == "overwrite":
        assert "**0 of 48** notes changed" not in said


def test_the_step_and_the_model_come_from_the_link_and_nonsense_falls_back():
    app = visit("cell", t="20", cell_model="untrained", hand="<script>", rnn_scale="1.5")
    assert app.slider(key="t").value == 20
    assert app.selectbox(key="cell_model").value == "untrained"
    assert app.selectbox(key="hand").value == "remember for ever"
    assert "plain RNN, kernel × 1.5" in texts(app)
    assert (
        visit("cell", t="999", cell_model="none such").selectbox(key="cell_model").value == "good"
    )


def test_the_copy_task_trains_in_the_background_and_can_be_stopped():
    app = visit("cell", copy_delay="2", copy_n_a="8")
    app.button(key="copy:train").click().run()
    run = app.session_state["copy_run"]
    until = time.monotonic() + 60
    while run.step < 20 and time.monotonic() < until:
        app.run()
        time.sleep(0.2)
    assert run.step >= 20
    app.button(key="copy:stop").click().run()
    assert run.wait(30)
    app.run()
    assert "**Stopped** · delay 2, 8 units" in texts(app)
    assert len(app.get("plotly_chart")) >= 5


@pytest.mark.parametrize(("of", "reads"), [("emoji, layer 1", 50), ("emoji, layer 2", 128)])
def test_a_layer_of_the_emoji_model_can_be_opened_too(of, reads):
    app = visit("cell", cell_of=of, word="3", cell_sentence="what a lovely day")
    assert f"= {reads}]" in texts(app)
    assert app.slider(key="word").value == 3
    app.text_input(key="cell_sentence").set_value("").run()
    assert not app.exception
