"""What the page keeps of a reader's own sentences goes with the reader."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from seqlib.emojify import Lexicon, Unknown
from seqlib.text import from_rows, shipped
from seqlib.vectors import WordVectors, load
from ui.emojify import state
from ui.visit import session
from ui.visit.records import EmojiRecord


def test_v1_of_own_sentences_is_trained_once_and_gone_with_the_visit(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    vectors = WordVectors.of(["so", "sad", "glad"], np.eye(3, dtype=np.float32), "own.txt")
    lexicon = Lexicon.of(vectors)
    train, _report = from_rows([("so sad", "sad"), ("so glad", "happy")])
    first = state.v1_of(train, lexicon)
    assert state.v1_of(train, lexicon) is first
    gone = [weakref.ref(lexicon), weakref.ref(first)]
    del first, lexicon, vectors
    st.session_state.clear()
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_v1_beside_a_model_reads_words_as_the_model_does(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    ours, train = Lexicon.of(load()), shipped().train
    shared = Lexicon.of(load(), Unknown.SHARED)
    named = WordVectors.of(["so", "sad", "glad"], np.eye(3, dtype=np.float32), ours.name)
    assert state.v1_of(train, ours) is state.reader(state.SHIPPED).v1
    for lexicon in (shared, Lexicon.of(named)):
        assert state.v1_of(train, lexicon).lexicon is lexicon


def test_runs_on_other_sentences_of_the_same_name_are_not_compared(monkeypatch):
    ours, vectors = shipped(), load()
    runs = [
        EmojiRecord(n, SimpleNamespace(train=train, test=ours.test), state.MINE, vectors)
        for n, train in enumerate((ours.train, ours.test, ours.test), 1)
    ]
    monkeypatch.setattr(st, "session_state", {"emoji_runs": runs})
    assert state.engine_runs() == [runs[1].run, runs[2].run]


@pytest.mark.parametrize("full", [False, True])
def test_where_the_server_is_full_a_reader_keeps_two_runs_and_is_told(monkeypatch, full):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(session.visits, "room", lambda nbytes: nbytes > 10**6 and not full)
    monkeypatch.setattr(state.choices, "choose", lambda key, value: None)
    said: list[str] = []
    monkeypatch.setattr(st, "toast", lambda text, **_more: said.append(text))
    for _run in range(3):
        state.keep(SimpleNamespace(), load())
    assert [one.number for one in state.runs()] == ([2, 3] if full else [1, 2, 3])
    assert ["run 1 was put away" in one for one in said] == [True] * full
