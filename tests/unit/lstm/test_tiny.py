"""A cell of one unit: each preset does what it is called, and what no weights can do fails."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from seqlib.lstm import tiny

CANNOT = {("GRU", "count"), ("SimpleRNN", "count"), ("SimpleRNN", "toggle")}
EVERY = [np.array(one) for n in range(1, 7) for one in product((0, 1), repeat=n)]
LONG = [
    *(np.random.default_rng(seed).integers(0, 2, tiny.STEPS) for seed in range(20)),
    *(np.eye(tiny.STEPS, dtype=int)[0], np.ones(tiny.STEPS, int), np.zeros(tiny.STEPS, int)),
]


@pytest.mark.parametrize("kind", tiny.PRESETS)
@pytest.mark.parametrize("name", tiny.TASKS)
def test_a_preset_does_what_it_is_called_over_every_short_and_many_long_inputs(kind, name):
    weights, task = tiny.PRESETS[kind][name], tiny.TASKS[name]
    assert tuple(weights) == tiny.GATES[kind]
    assert tiny.cell(weights).kind == kind
    assert all(abs(one) <= tiny.LIMIT for gate in weights.values() for one in gate)
    right = [tiny.right(weights, x, task).all() for x in (*EVERY, *LONG)]
    assert all(right) == ((kind, name) not in CANNOT)


def test_remembering_and_forgetting_differ_in_one_bias():
    remember, forget = tiny.PRESETS["LSTM"]["remember"], tiny.PRESETS["LSTM"]["forget"]
    assert [gate for gate in remember if remember[gate] != forget[gate]] == ["f"]
    assert remember["f"][:2] == forget["f"][:2]


def test_only_the_lstms_memory_grows_without_bound():
    ones = np.ones(200, int)
    most = {
        kind: abs(tiny.memory(tiny.run(one["count"], ones))).max()
        for kind, one in tiny.PRESETS.items()
    }
    assert most["LSTM"] > 198
    assert max(most["GRU"], most["SimpleRNN"]) <= 1


def test_no_plain_rnn_of_one_unit_toggles():
    task, x = tiny.TASKS["toggle"], np.array([1, 0, 1, 0, 1])
    grid = np.linspace(-tiny.LIMIT, tiny.LIMIT, 41)
    w_x, w_a, b = np.meshgrid(grid, grid, grid)
    a, right = np.zeros_like(b), np.full(b.shape, True)
    for bit, wanted in zip(x, task.wanted(x), strict=True):
        a = np.tanh(bit * w_x + w_a * a + b)
        right &= task.read(a) == wanted
    assert not right.any()


@pytest.mark.parametrize("text", ["0110", " 0, 1,1 0", "０１１０", "0\n1、1，0"])
def test_zeros_and_ones_are_read_however_they_are_typed(text):
    assert tiny.bits(text).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("text", ["", "  ", "012", "abc", "1" * 61, "<b>1</b>", "-1", "1e1", "²"])
def test_anything_else_is_one_sentence(text):
    with pytest.raises(ValueError, match="zeros and ones"):
        tiny.bits(text)
