"""A cell with nothing held is the cell itself; what is held stays held, and the rest follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqlib.jazz import shifted_one_hot
from seqlib.jazz.sampling import sample
from seqlib.jazz.sandbox import RECIPES, Edit, effect, read, silenced, without, write

TX, START = 12, 5


@pytest.fixture
def weights(make_weights):
    return make_weights(n_a=6, n_values=9)


@pytest.fixture
def x():
    return np.eye(9, dtype=np.float32)[np.random.default_rng(3).integers(0, 9, TX)]


def test_without_edits_reading_and_writing_are_what_they_were(weights, x):
    plain, untouched = weights.trace(x), read(weights, x, ())
    for name in ("i", "f", "g", "o", "c", "h", "y"):
        np.testing.assert_allclose(getattr(untouched, name), getattr(plain, name), atol=1e-6)
    before = sample(weights, 30, seed=4, temperature=0.9, prompt=[1, 2])
    again = write(weights, before, (), temperature=0.9, seed=4)
    np.testing.assert_array_equal(again.indices, before.indices)
    np.testing.assert_allclose(again.trace.c, before.trace.c, atol=1e-6)


def test_remember_for_ever_keeps_the_memory_of_the_step_before(weights, x):
    edited = read(weights, x, RECIPES["remember for ever"].at(START))
    plain = weights.trace(x)
    np.testing.assert_allclose(edited.c[:START], plain.c[:START], atol=1e-6)
    for t in range(START, TX):
        np.testing.assert_allclose(edited.c[t], plain.c[START - 1], atol=1e-6)


def test_forget_and_overwrite_leave_only_what_is_written(weights, x):
    forgotten = read(weights, x, RECIPES["forget"].at(START))
    np.testing.assert_allclose(forgotten.c[START:], (forgotten.i * forgotten.g)[START:], atol=1e-6)
    overwritten = read(weights, x, RECIPES["overwrite"].at(START))
    np.testing.assert_allclose(overwritten.c[START:], overwritten.g[START:], atol=1e-6)


def test_a_shut_output_gate_leaves_the_densors_bias(weights, x):
    edited = read(weights, x, RECIPES["show nothing"].at(START))
    assert not edited.h[START:].any()
    assert np.ptp(edited.y[START:], axis=0).max() < 1e-6


def test_a_gate_is_scaled_for_one_unit_only(weights, x):
    edited = read(weights, x, [Edit("f", "scale", 0.5, unit=2, start=START)])
    plain = weights.trace(x)
    others = [0, 1, 3, 4, 5]
    np.testing.assert_allclose(edited.f[START, 2], 0.5 * plain.f[START, 2], rtol=1e-5)
    np.testing.assert_allclose(edited.f[START, others], plain.f[START, others], atol=1e-6)


def test_a_state_is_replaced_once_and_then_lives_on(weights, x):
    other = np.linspace(-0.5, 0.5, 6).astype(np.float32)
    edited = read(weights, x, [Edit("c", "hold", other, start=START, once=True)])
    np.testing.assert_allclose(edited.c[START], other, atol=1e-6)
    assert not np.allclose(edited.c[START + 1], other)


def test_the_notes_before_the_edit_stay_the_same(weights):
    before = sample(weights, 40, seed=4, temperature=1.0)
    after = write(weights, before, RECIPES["forget"].at(20), temperature=1.0, seed=4)
    np.testing.assert_array_equal(after.indices[:20], before.indices[:20])
    assert (after.indices[20:] != before.indices[20:]).any()


def test_the_effect_is_zero_before_the_edit_and_not_after(weights, x):
    found = effect(weights.trace(x), read(weights, x, RECIPES["show nothing"].at(START)))
    assert found.divergence[:START].max() < 1e-6
    assert found.divergence[START:].min() > 0
    assert not found.changed[:START].any()
    sure, open_ = (replace(weights.trace(x), y=np.array([y])) for y in ([1, 0], [0.5, 0.5]))
    np.testing.assert_allclose(effect(sure, open_).divergence, np.log(2))
    assert np.isfinite(effect(open_, sure).divergence)


@pytest.mark.parametrize(
    ("what", "how", "value", "says"),
    [
        ("z", "hold", 1, "no 'z'"),
        ("f", "turn", 1, "neither"),
        ("f", "hold", np.nan, "not a number"),
    ],
)
def test_an_edit_that_means_nothing_is_refused(what, how, value, says):
    with pytest.raises(ValueError, match=says):
        Edit(what, how, value)


def test_a_unit_that_is_not_there_is_refused(weights, x):
    with pytest.raises(ValueError, match="There is no unit 6"):
        read(weights, x, [Edit("a", "hold", 0.0, unit=6)])


def test_a_group_that_is_silent_from_the_start_is_as_if_nobody_read_it(make_weights):
    weights, notes = make_weights(6, 9), np.array([2, 0, 5, 8, 1, 1])
    x, units = shifted_one_hot(notes, 9), (1, 4)
    held = read(weights, x, silenced(units))
    assert not held.h[:, units].any()
    np.testing.assert_allclose(held.y, without(weights, units).trace(x).y, atol=1e-6)
    assert np.abs(held.y - weights.trace(x).y).max() > 1e-3
    with pytest.raises(ValueError, match="There is no unit"):
        read(weights, x, silenced((1, 6)))
    none = read(weights, x, silenced(()))  # a model whose units follow nothing has no group
    np.testing.assert_array_equal(none.h, read(weights, x, []).h)
