"""What a worker remembers: the tasks it was sent, as many as its memory allows."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import Counting

from seqlib.training import worker
from seqlib.training.worker import Slice, train


@pytest.fixture(autouse=True)
def forgetful():
    worker._tasks.clear()
    yield
    worker._tasks.clear()


def sent(name: str, task: Counting | None = None, epochs: int | None = 1):
    return train(Slice(name, task, None, 0.0, epochs))


def known() -> list[str]:
    """The names of the runs that can go on without being sent their task again."""
    return list(worker._tasks)


def test_a_task_is_remembered_until_it_is_over():
    first = sent("run", Counting(epochs=2))
    assert first.state.epoch == 1
    assert known() == ["run"]
    second = train(Slice("run", None, first.state, 0.0, 1))
    np.testing.assert_array_equal(second.state.weights, [2])
    assert known() == []
    assert sent("run") is None


def test_the_task_that_waited_longest_is_forgotten_above_the_most_of_them(monkeypatch):
    monkeypatch.setattr(worker, "MOST_TASKS", 2)
    for name in ("one", "two"):
        sent(name, Counting())
    assert sent("one") is not None  # asked for again: now "two" waits longest
    sent("three", Counting())
    assert known() == ["one", "three"]


def test_the_bytes_of_all_tasks_count_and_the_newest_stays_whatever_its_size(monkeypatch):
    monkeypatch.setattr(worker, "MOST_TASK_BYTES", 100)
    for name, size in (("one", 40), ("two", 60)):
        sent(name, Counting(size=size))
    assert known() == ["one", "two"]
    sent("three", Counting(size=40))
    assert known() == ["two", "three"]
    sent("large", Counting(size=500))
    assert known() == ["large"]
