"""Results that are worked out once, whoever asks, and from whichever thread."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from seqlib.vectors import WordVectors
from ui.parts import remembered as module
from ui.parts.remembered import Owner, remembered


def test_a_result_is_made_once_for_an_owner_and_a_key():
    one, other, data = Owner(), Owner(), np.zeros(3)
    assert remembered(one, ("x", data), lambda: 1) == 1
    assert remembered(one, ("x", data), lambda: 2) == 1
    assert remembered(other, ("x", data), lambda: 3) == 3
    assert remembered(one, ("x", data.copy()), lambda: 4) == 4, "equal, but another array"
    assert remembered(one, ("y", data), lambda: 5) == 5
    assert [remembered(one, ("z", None), lambda at=at: at) for at in (6, 7)] == [6, 6]


def test_results_do_not_keep_their_owner():
    made = WordVectors.of(["a", "b"], np.eye(2))
    remembered(made, ("x",), lambda: 1)
    seen = weakref.ref(made)
    del made
    gc.collect()
    assert seen() is None


def test_what_was_not_asked_for_longest_is_dropped():
    owner = Owner()
    for at in range(5):
        remembered(owner, (at,), lambda at=at: at, most=3)
        remembered(owner, (0,), lambda: "made again", most=3)
    found = [remembered(owner, (at,), lambda: "made again") for at in (0, 3, 4)]
    assert found == [0, 3, 4]
    assert remembered(owner, (1,), lambda: "made again") == "made again"


def test_large_results_are_bounded_by_their_bytes(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    owner = Owner()
    for at in range(4):
        remembered(owner, (at,), lambda: np.zeros(400, np.uint8))
    assert len(module._results[owner]) == 2
    remembered(owner, ("large",), lambda: np.zeros(2000, np.uint8))
    assert len(module._results[owner]) == 0


def test_large_results_of_many_readers_are_bounded_together(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    owners = [Owner() for _reader in range(30)]
    for owner in owners:
        remembered(owner, ("order",), lambda: np.zeros(300, np.uint8))
    assert [len(module._results[owner]) for owner in owners] == [0] * 27 + [1] * 3
    remembered(owners[-3], ("order",), lambda: None)
    remembered(owners[0], ("order",), lambda: np.zeros(300, np.uint8))
    assert [len(module._results[owner]) for owner in owners[-3:]] == [1, 0, 1], "asked for longest"


def test_threads_that_ask_at_once_all_get_their_own():
    """A plain dictionary changed size under another thread's hands."""
    owner = Owner()

    def ask(thread: int) -> list[int]:
        return [remembered(owner, (at % 40,), lambda at=at: at % 40, most=10) for at in range(5000)]

    with ThreadPoolExecutor(6) as threads:
        for found in threads.map(ask, range(6)):
            assert found == [at % 40 for at in range(5000)]


def test_what_fails_is_asked_for_again():
    owner = Owner()
    with pytest.raises(ZeroDivisionError):
        remembered(owner, ("x",), lambda: 1 // 0)
    assert remembered(owner, ("x",), lambda: 1) == 1


def test_results_do_not_keep_what_they_are_of():
    """Each look at a run in training would keep its weights: 2 MB a look, for every reader."""
    owner, data = Owner(), np.zeros(3)
    remembered(owner, ("x", data), lambda: 1)
    seen = weakref.ref(data)
    del data
    gc.collect()
    assert seen() is None
    other = np.zeros(3)
    assert remembered(owner, ("x", other), lambda: 2) == 2
    assert len(module._results[owner]) == 1, "nor what nobody can ask for again"
    assert remembered(owner, ("x", other), lambda: 3) == 2
    assert remembered(owner, ("x", [1]), lambda: 4) == 4, "of a kind that is kept all the same"
