"""What a process that serves many readers needs changed."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from types import SimpleNamespace

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

from tests import loops
from ui.frame import process

PART, PAGE = ClientState(fragment_id="sampling"), ClientState()


def happens(asked: ClientState, *, over: bool) -> list[str]:
    """What happens in a session whose last message is on its way when ``asked`` arrives."""
    seen: list[str] = []

    async def session() -> None:
        requests = ScriptRequests()
        if over:
            requests.request_stop()
        else:
            requests.on_scriptrunner_yield()
        app_session = SimpleNamespace(
            _scriptrunner=SimpleNamespace(_requests=requests),
            _event_loop=asyncio.get_running_loop(),
        )
        app_session._event_loop.call_soon(seen.append, "the last message")
        ask = process.after_the_last_run(lambda _session, _state: seen.append("the new run"))
        ask(app_session, asked)
        await asyncio.sleep(0)

    loops.run(session())
    return seen


def test_a_part_runs_again_once_the_last_runs_messages_are_passed_on():
    assert happens(PART, over=True) == ["the last message", "the new run"]


@pytest.mark.parametrize(("asked", "over"), [(PART, False), (PAGE, True), (PAGE, False)])
def test_whatever_else_is_asked_for_waits_for_nothing(asked, over):
    assert happens(asked, over=over) == ["the new run", "the last message"]


def test_sessions_of_this_process_do_so():
    assert AppSession.request_rerun.__wrapped__
    assert AppSession.shutdown.__wrapped__


def test_what_sessions_leave_in_cycles_is_collected_once_soon_after_they_ended(monkeypatch):
    timers = []

    class Timer(SimpleNamespace):
        def __init__(self, seconds, action):
            super().__init__(seconds=seconds, action=action, start=lambda: timers.append(self))

    class Session:
        pass

    monkeypatch.setattr(threading, "Timer", Timer)
    sessions, ended = [Session() for _ in range(3)], []
    for session in sessions:
        session.itself = session
        process.cleared(ended.append)(session)
    assert ended == sessions
    (timer,) = timers
    left = [weakref.ref(each) for each in sessions]
    gc.disable()
    try:
        ended.clear()
        del sessions, session
        assert all(each() for each in left)
        timer.action()
    finally:
        gc.enable()
    assert not any(each() for each in left)
    process.cleared(ended.append)("the next")
    assert len(timers) == 2
    timers[1].action()


def test_full_collections_leave_out_what_is_loaded():
    thresholds = gc.get_threshold()
    try:
        process.collect_seldom.__wrapped__()
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
        assert gc.get_threshold()[0] >= 10_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_a_closed_session_goes_when_its_time_is_over_though_nobody_else_comes_or_goes(monkeypatch):
    monkeypatch.setattr(process, "collect_soon", lambda: None)
    storage = MemorySessionStorage(ttl_seconds=-0.99)

    class Session:
        id = "closed"

    async def closed() -> weakref.ref:
        session = Session()
        storage.save(SimpleNamespace(session=session))
        seen = weakref.ref(session)
        del session
        await asyncio.sleep(0.1)
        return seen

    assert loops.run(closed())() is None
