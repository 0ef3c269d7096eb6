"""What the explaining lanes send: shapes and numbers of the model in hand."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from seqlib.lstm import LSTMWeights, forward, sigmoid
from seqlib.lstm.gradients import influence_matrix, log_probability_gradient
from seqlib.lstm.others import GRUWeights
from seqlib.shapes.constructions import CONSTRUCTIONS
from seqlib.stage import Clock, Stage, StageError, payload
from seqlib.stage.lanes import (
    MAX_INFLUENCES,
    Diagram,
    Equation,
    Influence,
    Layer,
    Line,
    Tensor,
    jazz_diagram,
    state_heatmap,
)

TX, N_A, N_VALUES = 12, 5, 9


def unpack(packed) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(packed["data"]), np.dtype(f"<{packed['dtype']}"))
    return data.reshape(packed["shape"])


def sent(lane, Tx: int = TX) -> dict:
    return json.loads(json.dumps(payload(Stage(Clock.even(Tx), (lane,)))))["lanes"][0]


@pytest.fixture(scope="module")
def weights(make_weights):
    return make_weights(N_A, N_VALUES, seed=4)


@pytest.fixture(scope="module")
def trace(weights):
    tokens = np.random.default_rng(0).integers(0, N_VALUES, TX)
    return weights.trace(np.eye(N_VALUES, dtype=np.float32)[tokens])


# -- diagram --------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_a", "n_values"), [(5, 9), (3, 4), (64, 78)])
def test_every_shape_in_the_diagram_follows_the_arrays(make_weights, n_a, n_values):
    model = make_weights(n_a, n_values)
    lane = sent(jazz_diagram(model, model.trace(np.zeros((TX, n_values), np.float32))))
    cell, densor = lane["layers"]
    assert lane["input"]["shape"] == [["m", None], ["1", 1], ["n_values", n_values]]
    assert cell["out"] == {"symbol": "a", "shape": [["m", None], ["n_a", n_a]]}
    assert [state["symbol"] for state in cell["state"]] == ["c", "a"]
    assert all(state["shape"] == [["m", None], ["n_a", n_a]] for state in cell["state"])
    assert densor["out"]["shape"] == [["m", None], ["n_values", n_values]]
    assert cell["parameters"] == 4 * (n_values + n_a + 1) * n_a
    assert densor["parameters"] == (n_a + 1) * n_values
    assert cell["parameters"] + densor["parameters"] == model.n_parameters


def test_the_diagram_says_of_djmodel_what_its_shapes_say(make_weights):
    model = make_weights(64, 78)
    diagram = jazz_diagram(model, model.trace(np.zeros((30, 78), np.float32)))
    cell, densor = diagram.layers
    said = {
        row.layer if row.layer != "LSTM_cell" else row.name: row.shape
        for row in CONSTRUCTIONS["djmodel"].sketch({"Tx": 30, "n_values": 78, "n_a": 64}).rows
        if row.step == 3
    }
    drawn = {"reshapor": diagram.input, "a": cell.out, "c": cell.state[0], "densor": densor.out}
    for name, tensor in drawn.items():
        assert tuple(size for _, size in tensor.shape) == said[name], name


def test_a_diagram_without_layers_is_refused():
    with pytest.raises(StageError, match="no layers"):
        sent(Diagram("Nothing", Tensor("x", ()), ()))


def test_many_to_one_is_said_to_the_browser(weights, trace):
    top = Layer.recurrent("LSTM 2", weights.cell, trace, returns="last")
    lane = sent(Diagram("Stack", Tensor("e", (("e_length", 50),)), (top,)))
    assert lane["layers"][0]["returns"] == "last"


# -- equation -------------------------------------------------------------------------------


def test_the_equation_gets_what_its_gates_are_made_of(weights, trace):
    lane = sent(Equation("Unit", weights.cell, trace))
    zx, za, b = (unpack(lane[name]) for name in ("zx", "za", "b"))
    z = zx[unpack(lane["input"])] + za + b  # (Tx, 4 n_a)
    i, f, g, o = np.split(z, 4, axis=1)
    for made, kept in (
        (sigmoid(i), trace.i),
        (sigmoid(f), trace.f),
        (np.tanh(g), trace.g),
        (sigmoid(o), trace.o),
    ):
        np.testing.assert_allclose(made, kept, atol=1e-6)
    before, c = unpack(lane["c0"]), []
    for t in range(TX):
        before = sigmoid(f[t]) * before + sigmoid(i[t]) * np.tanh(g[t])
        c.append(before)
    np.testing.assert_allclose(c, trace.c, atol=1e-6)
    assert "held" not in lane


def test_a_states_colours_end_where_its_values_can(weights, trace):
    gru = GRUWeights(np.ones((4, 6)), np.ones((2, 6)), np.ones(6)).run(np.ones((TX, 4)))
    drawn = {lane: state_heatmap(trace, lane) for lane in "ifogh"}
    drawn |= {lane: state_heatmap(gru, lane) for lane in "zr"}
    bounds = {lane: (one.low, one.high) for lane, one in drawn.items()}
    assert bounds == {**dict.fromkeys("ifozr", (0, 1)), **dict.fromkeys("gh", (-1, 1))}
    for most, end in ((0.5, 1), (3, 3)):
        one = state_heatmap(replace(trace, c=most * trace.c / np.abs(trace.c).max()), "c")
        assert (one.low, one.high) == pytest.approx((-end, end))


def test_inputs_that_repeat_are_sent_once(weights, trace):
    kinds = len(np.unique(trace.x, axis=0))
    assert kinds < TX
    assert unpack(sent(Equation("Unit", weights.cell, trace))["zx"]).shape == (kinds, 4 * N_A)


def test_states_given_at_the_start_are_part_of_the_sum(weights, trace):
    a0, c0 = np.random.default_rng(1).normal(size=(2, N_A)).astype(np.float32)
    started = forward(weights.cell, trace.x, a0, c0)
    lane = sent(Equation("Unit", weights.cell, started))
    np.testing.assert_allclose(unpack(lane["za"])[0], a0 @ weights.cell.recurrent_kernel, atol=1e-6)
    np.testing.assert_array_equal(unpack(lane["c0"]), c0)
    assert "held" not in lane


def test_a_gate_set_by_hand_travels_as_it_was_set(weights, trace):
    held = replace(trace, f=np.ones_like(trace.f))
    lane = sent(Equation("Unit", weights.cell, held))
    np.testing.assert_array_equal(unpack(lane["held"]["f"]), held.f)


@pytest.mark.parametrize("biases", [1, 2])
def test_a_gru_s_equation_says_how_the_reset_gate_comes_in(biases):
    rng = np.random.default_rng(0)
    kernel, recurrent, bias = (rng.normal(size=(n, 3 * N_A)) for n in (4, N_A, biases))
    cell = GRUWeights(kernel, recurrent, bias if biases == 2 else bias[0])
    trace = cell.run(rng.normal(size=(TX, 4)))
    lane = sent(Equation("Unit", cell, trace))
    a, r, Wa = trace.a_before, trace.gates["r"], recurrent[:, 2 * N_A :]
    past = {"Wₐ · (r · a)": (r * a) @ Wa, "r · (Wₐ · a + b)": r * (a @ Wa + bias[-1, 2 * N_A :])}
    np.testing.assert_allclose(unpack(lane["sums"]["g"][1]), past[lane["past"]], atol=1e-5)
    assert lane["past"].startswith("r") == (biases == 2)


def test_weights_of_another_cell_are_refused(trace):
    other = LSTMWeights(np.zeros((N_VALUES, 8)), np.zeros((2, 8)), np.zeros(8))
    with pytest.raises(StageError, match="weights have 2"):
        sent(Equation("Unit", other, trace))


# -- line -----------------------------------------------------------------------------------


def test_lines_arrive_exactly(trace):
    labels = tuple(f"label {n}" for n in range(N_VALUES))
    lane = sent(Line("Each value", trace.y, labels))
    np.testing.assert_array_equal(unpack(lane["values"]), trace.y)
    assert lane["labels"] == list(labels)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": ("one",)}, "one label a line"),
        ({"low": 1.0}, "range 1.0 to 1.0 is empty"),
        ({"values": np.zeros((TX, 0))}, "needs"),
        ({"values": np.full((TX, 2), np.nan)}, "not numbers"),
        ({"values": np.zeros((TX + 1, 2))}, r"Tx=12"),
        ({"values": [[1, 2], [3]]}, "other than numbers"),
    ],
)
def test_lines_that_do_not_fit_are_refused_in_one_sentence(change, says):
    lane = replace(Line("Lines", np.zeros((TX, 2)), ("one", "two")), **change)
    with pytest.raises(StageError, match=says):
        sent(lane)


# -- influence ------------------------------------------------------------------------------


def test_influences_arrive_as_computed(weights, trace):
    da = log_probability_gradient(
        weights.densor_kernel, weights.densor_bias, trace.h, trace.y.argmax(axis=1)
    )
    found = influence_matrix([(weights.cell, trace)], da)
    lane = sent(Influence("Memory", *found, target="log probability"))
    np.testing.assert_allclose(unpack(lane["norm"]), found.norm, rtol=1e-6)
    np.testing.assert_allclose(unpack(lane["signed"]), found.signed, rtol=1e-6)


def test_a_long_sequence_looks_back_less_far_and_stays_small():
    Tx = 1000
    values = np.ones((Tx, 300))
    lane = sent(Influence("Memory", values, values, "output"), Tx)
    rows, back = lane["norm"]["shape"]
    assert (rows, back) == (Tx, MAX_INFLUENCES // Tx)
    assert len(json.dumps(lane)) < 500_000


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"signed": np.zeros((TX, 3))}, "one calculation"),
        ({"targets": ("a",)}, "1 names of outputs for 12 steps"),
        ({"inputs": ("a", "b")}, "2 names of inputs for 12 steps"),
        ({"norm": np.full((TX, 2), np.inf)}, "not numbers"),
    ],
)
def test_influences_that_do_not_fit_are_refused(change, says):
    lane = replace(Influence("Memory", np.zeros((TX, 2)), np.zeros((TX, 2)), "output"), **change)
    with pytest.raises(StageError, match=says):
        sent(lane)


def test_numbers_are_written_of_the_unit_whose_memory_moves_most_until_one_is_picked(
    weights, trace
):
    moves = [np.std(trace.c[:, unit]) for unit in range(N_A)]
    assert sent(Equation("e", weights.cell, trace))["unit"] == np.argmax(moves)
    assert sent(Equation("e", weights.cell, trace, unit=1))["unit"] == 1
