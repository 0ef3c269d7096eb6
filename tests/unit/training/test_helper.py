"""A second process computes half of each batch; what is learned stays what one alone learns."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from test_rooms import WAIT, there, until
from test_task import emojify, jazz

from seqlib.training import helper as helper_module
from seqlib.training import rooms
from seqlib.training.helper import Helper, Link
from seqlib.training.rooms import Room
from seqlib.training.task import State

pytestmark = pytest.mark.skipif(os.name != "posix", reason="one process trains a run there")
TASKS = {
    "jazz": lambda: jazz(epochs=6),
    "emojify": lambda: emojify(epochs=6, word_dropout=0.2, input_dropout=0.2),
    # 14 sentences: the last batch has one.
    "emojify, trainable": lambda: emojify(epochs=6, trainable=True, batch_size=13),
    "emojify, not masked": lambda: replace(emojify(epochs=6, n_a=64, dropout=0.0), mask=False),
}


@pytest.fixture(autouse=True)
def no_helper_stays():
    yield
    helper_module.dismiss()


def begun(task) -> State:
    """The state after an epoch."""
    return task.advance(task.begin(), 100, 1)[0]


def started(task) -> Helper:
    """The task's helper, which has started; a slice without one would end it."""
    with helper_module.helping(task, wanted=True):
        pass
    (helper,) = helper_module._kept
    helper.starting.join(WAIT)
    return helper


@pytest.mark.parametrize("name", TASKS)
def test_two_processes_learn_what_one_learns(name):
    task = TASKS[name]()
    state = begun(task)
    before = state.weights.copy()
    alone, by_one = task.advance(state, 100)
    helper = started(task)
    assert helper.there
    both, by_two = task.advance(state, 100, helped=True)
    np.testing.assert_array_equal(state.weights, before)
    assert both.step == alone.step > state.step
    for ours in ("weights", "first", "second"):
        np.testing.assert_allclose(getattr(both, ours), getattr(alone, ours), atol=2e-4)
    for measured, found in by_two.measured.items():
        np.testing.assert_allclose(found, by_one.measured[measured], rtol=1e-3, atol=1e-5)
    assert not helper.there, "a run that is over needs no helper"


def test_slices_of_one_batch_learn_what_one_slice_learns(monkeypatch):
    monkeypatch.setattr(helper_module, "MOST_WAITING", np.inf)  # a busy machine changes nothing
    task = TASKS["emojify"]()
    state = begun(task)
    started(task)
    whole, _ = task.advance(state, 100, 3, helped=True)
    while state.epoch < whole.epoch:
        state, _ = task.advance(state, 0, helped=True)
        (helper,) = helper_module._kept
        assert helper.there
    np.testing.assert_array_equal(state.weights, whole.weights)


@pytest.mark.parametrize(
    ("of", "method", "number"),
    [
        (Helper, "adam", signal.SIGKILL),
        (Link, "say", signal.SIGKILL),
        (Helper, "both", signal.SIGSTOP),
        (Link, "wait", signal.SIGSTOP),
    ],
)
def test_a_helper_that_ends_or_stands_still_costs_the_slice_only(monkeypatch, of, method, number):
    task = TASKS["emojify"]()
    state = begun(task)
    alone, _ = task.advance(state, 100, 2)
    helper = started(task)
    calls, as_it_was = [], getattr(of, method)

    def stop_in_the_second(self, *given):
        calls.append(given)
        if len(calls) == 2:
            os.kill(helper._process.pid, number)
            monkeypatch.setattr(helper_module, "PATIENCE", 0.2)
        return as_it_was(self, *given)

    monkeypatch.setattr(of, method, stop_in_the_second)
    after, progress = task.advance(state, 100, 2, helped=True)
    assert len(calls) >= 2
    assert progress.epochs == 2
    np.testing.assert_array_equal(after.weights, alone.weights)
    assert not helper.there


def test_what_is_no_number_changes_nothing():
    task = emojify(epochs=6, trainable=True)
    table = task.table.copy()
    table[3] = np.nan
    task = replace(task, table=table)
    state = task.begin()
    started(task)
    after, progress = task.advance(state, 100, helped=True)
    assert not progress.finite
    assert (after.step, progress.epochs) == (0, 0)
    np.testing.assert_array_equal(after.weights, state.weights)


def test_where_no_process_may_start_one_trains_alone(monkeypatch):
    def refuse(*_given, **_named):
        raise OSError("no more processes")

    monkeypatch.setattr(rooms.subprocess, "Popen", refuse)
    task = TASKS["jazz"]()
    state = begun(task)
    assert not started(task).there
    _, progress = task.advance(state, 100, 1, helped=True)
    assert progress.epochs == 1


def test_a_helper_ends_with_the_first_slice_that_wants_none():
    helper = started(TASKS["jazz"]())
    other = TASKS["emojify"]()
    other.advance(other.begin(), 100, 1)
    assert not helper.there
    assert not there(helper._process.pid)


def test_a_helper_that_is_waited_for_more_than_it_helps_is_given_up():
    helper = started(TASKS["jazz"]())
    for waited, spent, there_after in ((0.9, 0.9, True), (0.0, 9.0, True), (0.5, 1.1, False)):
        helper.waited += waited
        helper.look(spent)
        assert helper.there is there_after


def started_in_a_worker() -> int:
    return started(TASKS["jazz"]())._process.pid


def test_a_helper_ends_with_its_worker():
    room = Room()
    try:
        pid = room.submit(started_in_a_worker).result(WAIT)
        assert there(pid)
        os.kill(room.pid, signal.SIGKILL)
        until(lambda: not there(pid))
    finally:
        room.shutdown()
