"""The cell page without a browser: the sandbox says what happened, training runs apart."""

from __future__ import annotations

import io
import time
import tracemalloc

import numpy as np
import pytest

from seqlib import saved
from seqlib.i18n import _, speaking
from seqlib.jazz import pretrained
from seqlib.jazz.sandbox import RECIPES
from seqlib.saved import watching
from tests.pages.apps import only, texts, visit
from ui.cell import charts


def test_the_counts_are_those_of_the_arrays_which_are_drawn_once(monkeypatch):
    weights = pretrained.load("good")
    cell = weights.cell
    total = cell.kernel.size + cell.recurrent_kernel.size + cell.bias.size
    app = visit("cell")
    said = texts(app)
    assert f"The arrays hold **{total:,}** numbers." in said
    assert f"**{4 * (cell.n_x + cell.n_a + 1) * cell.n_a:,}**" in said
    monkeypatch.setattr(charts, "kernels", None)
    assert not app.run().exception


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
    assert "plain RNN, recurrent kernel × 1.5" in texts(app)
    assert (
        visit("cell", t="999", cell_model="none such").selectbox(key="cell_model").value == "good"
    )


def test_every_weight_of_a_cell_can_be_set_and_a_task_sets_them_all():
    app = visit("cell", tiny_input="0110", tiny_LSTM_f_b="-10")
    only(app, "one_step", "by_hand")
    assert "Right after **3 of 4** steps, wrong first at step **4**." in texts(app)
    assert app.button_group(key="tiny_task").proto.wrap  # else a tablet shows three of the four
    app.button_group(key="tiny_task").set_value("count").run()
    assert "how many ones? Right after **4 of 4** steps." in texts(app)
    assert app.slider(key="tiny_LSTM_f_b").value == 10
    app.button_group(key="tiny_cell").set_value("SimpleRNN").run()
    assert "Right after **2 of 4** steps, wrong first at step **3**." in texts(app)
    assert "one unit cannot toggle" in texts(app)
    app.slider(key="tiny_SimpleRNN_a_a").set_value(-3.0).run()
    assert "one unit cannot hold" in texts(app)
    app.slider(key="tiny_SimpleRNN_a_a").set_value(0.0).run()
    assert "nothing is kept" in texts(app)
    app.text_input(key="tiny_input").set_value("01<b>").run()
    assert [one.value for one in app.warning] == [
        "Type 1 to 60 zeros and ones, such as 0100110.",
    ]
    assert not app.exception


def test_no_cell_but_an_lstm_is_called_one_in_chinese():
    app = visit("cell", tiny_cell="GRU", lang="zh")
    with speaking("zh"):
        said = [_("A cell of one unit that reads zeros and ones"), _("x: the note the cell reads")]
    assert [one for one in said if "LSTM" in one] == []
    assert "隐藏单元的循环单元" in texts(app)


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
    for kind, weights in run.parameters.items():
        assert f"- {kind}, {weights:,} weights: " in texts(app)
    app.number_input(key="copy_sequence").set_value(3).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) >= 5


@pytest.mark.parametrize(("of", "reads"), [("emoji, layer 1", 50), ("emoji, layer 2", 128)])
def test_a_layer_of_the_emoji_model_can_be_opened_too(of, reads):
    app = visit("cell", cell_of=of, word="3", cell_sentence="what a lovely day")
    assert f"= {reads}]" in texts(app)
    assert app.slider(key="word").value == 3
    app.text_input(key="cell_sentence").set_value("").run()
    assert not app.exception


@pytest.fixture(scope="module")
def own_file():
    """An LSTM on 50 numbers, one on its output, a GRU, and an embedding of 9 words."""
    rng = np.random.default_rng(0)
    shapes = [(9, 50), (50, 16), (4, 16), (16,), (4, 16), (4, 16), (16,), (5, 12), (4, 12), (2, 12)]
    held = io.BytesIO()
    np.savez(held, *(rng.standard_normal(shape).astype(np.float32) for shape in shapes))
    return held.getvalue()


def test_a_layer_of_ones_own_file_is_watched_with_each_kind_of_input(own_file):
    app = only(visit("cell"), "one_step", "own_weights")
    app.session_state["own_layers"] = saved.read(own_file)
    app.run()
    assert app.dataframe[-1].value["kind"].tolist() == [*("Embedding", "LSTM", "LSTM", "GRU")]
    names = ["LSTM 1", "LSTM 2", "GRU 1", "LSTM 1 → LSTM 2"]
    assert app.selectbox(key="own_layer").options == names
    app.selectbox(key="own_layer").set_value("GRU 1").run()  # one-hot, of 5
    assert not app.warning
    app.selectbox(key="own_layer").set_value("LSTM 1").run()
    for kind in ("a sentence", "rows of its embedding", "one-hot", "noise"):
        app.selectbox(key="own_input").set_value(kind).run()
        assert not app.exception
        assert "n_a = 4" in texts(app), kind
    app.session_state["own_numbers"] = b"\n".join([b",".join([b"0.5"] * 50)] * 3)
    app.selectbox(key="own_input").set_value("a table").run()
    assert "3 steps · n_a = 4" in texts(app)
    app.button_group(key="own_lanes").set_value(
        [*("x", "h", "i", "f", "g", "o", "c"), *("cell", "equation", "influence")]
    ).run()
    app.toggle(key="own_hold").set_value(True).run()
    assert not app.exception
    assert "The last state a moves by at most" in texts(app)
    app.toggle(key="own_hold").set_value(False).run()
    app.selectbox(key="own_layer").set_value("LSTM 1 → LSTM 2").run()
    assert not app.exception
    app.selectbox(key="own_input").set_value("rows of its embedding").run()
    app.text_input(key="own_indices").set_value("3 99").run()
    assert "99 is too large" in app.warning[-1].value
    app.selectbox(key="own_layer").set_value("GRU 1").run()
    app.selectbox(key="own_input").set_value("noise").run()
    assert "30 steps · n_a = 4" in texts(app)
    assert "The last state a moves" not in texts(app)
    app.toggle(key="own_hold").set_value(True).run()
    app.slider(key="own_from").set_value(30).run()
    assert "The last state a moves by at most" in texts(app)
    app.button_group(key="own_lanes").set_value(["h", "z", "r", "g", "influence"]).run()
    assert not app.exception
    app.selectbox(key="own_layer").set_value("LSTM 1").run()
    assert not app.exception


def test_states_leave_as_arrays_and_as_a_table(own_file):
    (layer, *_more) = saved.read(own_file).of("LSTM")
    (trace,) = watching.run([layer], np.ones((3, 50), np.float32))
    arrays = np.load(io.BytesIO(watching.states_npz(trace)))
    np.testing.assert_array_equal(arrays["f"], trace.f)
    np.testing.assert_array_equal(arrays["a"], trace.h)  # as the page names it
    rows = watching.states_csv(trace, ("a", "=1", "c")).decode("utf-8-sig").splitlines()
    assert rows[0].split(",")[:3] == ["t", "read", "i[0]"]
    assert rows[0].endswith(f"a[{trace.n_a - 1}]")
    assert [row.split(",")[1] for row in rows[1:]] == ["a", "'=1", "c"]
    assert float(rows[-1].split(",")[-1]) == pytest.approx(float(trace.h[-1, -1]), rel=1e-5)


def test_a_layer_that_reads_millions_of_numbers_is_told_of_and_one_of_thousands_is_watched():
    def layer(n_x):
        arrays = (np.zeros((n_x, 4), np.float32), np.zeros((1, 4), np.float32))
        return saved.Saved((saved.Layer("wide", "LSTM", arrays),))

    app = only(visit("cell"), "one_step", "own_weights")
    for n_x, said in ((20_000, "6 steps · n_a = 1"), (200_000, "over 20,000 cannot be drawn")):
        app.session_state["own_layers"] = layer(n_x)
        app.run()
        for kind in ("one-hot", "noise"):
            tracemalloc.start()
            app.selectbox(key="own_input").set_value(kind).run()
            _now, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert not app.exception
            assert most < 60_000_000
            assert said in texts(app) + "".join(one.value for one in app.warning)
