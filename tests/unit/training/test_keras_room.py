"""Keras' room: what it answers, that it breaks alone, and one sentence for each fault."""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import Future

import numpy as np
import pytest

from seqlib.training import keras_room
from seqlib.training.keras_room import KerasError, answer, ask
from seqlib.training.rooms import ProcessRefused, Room, Workers
from seqlib.training.run import State
from seqlib.training.scheduler import Scheduler

WAIT = 300  # seconds; a test that needs them has failed


@pytest.fixture
def room(monkeypatch):
    """A room of this test's own that has not answered anything."""
    made = Room(seconds=WAIT, memory=keras_room.MEMORY)
    monkeypatch.setattr(keras_room, "room", made)
    monkeypatch.setattr(keras_room, "_answers", type(keras_room._answers)())
    monkeypatch.setattr(keras_room, "_loaded_in", None)
    yield made
    made.shutdown()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_memory() -> None:
    kept = [np.ones(1_000_000) for _ in range(1000)]
    time.sleep(WAIT)
    assert kept


def without_tensorflow() -> None:
    raise ModuleNotFoundError("No module named 'tensorflow'")


def refuse_kindly() -> None:
    raise ValueError("choose a smaller one.")


def refuse_at_length() -> None:
    raise RuntimeError("a message\nof many lines")


def test_it_answers_and_is_awake_until_it_ends(room):
    assert not keras_room.awake()
    assert answer(ask(os.getpid), WAIT) == room.pid != os.getpid()
    assert keras_room.awake()
    os.kill(room.pid, signal.SIGKILL)
    with pytest.raises(KerasError):
        answer(ask(die), WAIT)
    assert not keras_room.awake()


def test_what_was_asked_before_is_answered_from_memory_unless_it_failed(room):
    first = ask(os.getpid, key="pid")
    assert ask(os.getpid, key="pid") is first
    assert answer(first, WAIT) == room.pid
    failed = ask(refuse_kindly, key="no")
    with pytest.raises(ValueError, match="choose a smaller one"):
        answer(failed, WAIT)
    assert ask(refuse_kindly, key="no") is not failed


def test_it_keeps_so_many_answers(room, monkeypatch):
    monkeypatch.setattr(keras_room, "KEPT", 2)
    asked = [ask(abs, -n, key=n) for n in range(3)]
    assert [answer(one, WAIT) for one in asked] == [0, 1, 2]
    assert ask(abs, -2, key=2) is asked[2]
    assert ask(abs, -0, key=0) is not asked[0]


def test_a_request_that_is_killed_costs_that_request(room):
    with pytest.raises(KerasError, match="has ended; ask again"):
        answer(ask(die), WAIT)
    assert answer(ask(abs, -3), WAIT) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_request_that_fills_the_memory_costs_that_request(room):
    room.memory = 300_000_000
    with pytest.raises(KerasError, match="more memory than it may have here"):
        answer(ask(fill_memory), WAIT)
    assert answer(ask(abs, -3), WAIT) == 3


def test_a_request_that_takes_too_long_costs_that_request(room):
    room.seconds = 0.3
    with pytest.raises(KerasError, match="its process was ended"):
        answer(ask(time.sleep, WAIT), WAIT)


def test_a_page_need_not_wait(room):
    asked = ask(time.sleep, WAIT)
    with pytest.raises(TimeoutError):
        answer(asked, 0.05)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ProcessRefused("no"), "lets no further process start"),
        (ModuleNotFoundError("tensorflow"), "TensorFlow, which is not installed"),
        (MemoryError(), "more memory"),
        (RuntimeError("a message\nof many lines"), "Keras could not do it: RuntimeError"),
    ],
)
def test_each_fault_is_one_sentence(problem, said):
    future: Future = Future()
    future.set_exception(problem)
    with pytest.raises(KerasError, match=said) as raised:
        answer(future)
    assert "\n" not in str(raised.value)


def test_keras_trains_in_its_room_and_is_held_and_stopped_like_any_other(
    room, keras_installed, make_windows, make_weights
):
    from seqlib.jazz.training import RunSettings, TrainingRun

    windows, start = make_windows(m=6, Tx=5, n_values=7), make_weights(4, 7)
    scheduler = Scheduler(pools={"": Workers(1), "keras": room})

    def begin(engine: str, epochs: int) -> TrainingRun:
        settings = RunSettings(epochs=epochs, n_a=4)
        run = TrainingRun(*windows, settings, weights=start, engine=engine)
        return run.start(scheduler)

    ours, theirs = begin("numpy", 20), begin("twin", 20)
    assert ours.wait(WAIT) is State.DONE, ours.error
    assert "TensorFlow loads" in theirs.note or theirs.epoch
    assert theirs.wait(WAIT) is State.DONE, theirs.error
    np.testing.assert_allclose(theirs.metrics.loss_sum, ours.metrics.loss_sum, rtol=1e-3)
    spent = theirs.metrics.spent
    assert spent[0, 1] > 0
    assert (spent[1:, 2] > 0).all()

    long = begin("twin", 1000)
    until(lambda: long.epoch)
    long.pause()
    until(lambda: not long.busy)
    held = long.epoch
    assert long.state is State.PAUSED
    long.resume()
    until(lambda: long.epoch > held)
    long.stop()
    assert len(long.metrics) == long.epoch < 1000
    scheduler.close()


def until(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_keras_confirms_a_construction_in_its_room_and_not_here(room, keras_installed):
    from seqlib.shapes.constructions import CONSTRUCTIONS, confirmed

    here = "tensorflow" in sys.modules
    sizes = {dial.name: 2 if dial.low < 2 else dial.low for dial in CONSTRUCTIONS["djmodel"].dials}
    found = answer(ask(confirmed, "djmodel", sizes), WAIT)
    assert found.holds, found
    assert ("tensorflow" in sys.modules) == here
