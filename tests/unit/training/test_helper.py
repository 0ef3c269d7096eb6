"""A second process computes half of each batch; what is learned stays what one alone learns."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
from test_rooms import WAIT, there, until
from test_task import emojify, jazz

from seqlib.training import helper as helper_module
from seqlib.training import rooms
from seqlib.training.helper import Helper
from seqlib.training.rooms import Room
from seqlib.training.task import State

pytestmark = pytest.mark.skipif(os.name != "posix", reason="one process trains a run there")
TASKS = {
    "jazz": lambda: jazz(epochs=6, batch_size=4, clip=0.5),
    "emojify": lambda: emojify(epochs=6, word_dropout=0.2, input_dropout=0.2),
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


def test_a_helper_that_is_killed_costs_the_slice_and_nothing_that_was_learned(monkeypatch):
    task = TASKS["emojify"]()
    state = begun(task)
    alone, _ = task.advance(state, 100, 2)
    helper = started(task)
    answers, adam = [], Helper.adam

    def kill_in_the_second_update(self, *given):
        answers.append(given)
        if len(answers) == 2:
            os.kill(self._process.pid, signal.SIGKILL)
        adam(self, *given)

    monkeypatch.setattr(Helper, "adam", kill_in_the_second_update)
    after, progress = task.advance(state, 100, 2, helped=True)
    assert len(answers) == 2
    assert progress.epochs == 2
    np.testing.assert_array_equal(after.weights, alone.weights)
    assert not helper.there


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
        room.kill()
        until(lambda: not there(pid))
    finally:
        room.shutdown()
