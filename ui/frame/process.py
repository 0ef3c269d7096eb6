"""What a process that serves many readers needs changed in threads, memory and messages."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any

import numpy  # noqa: F401  its BLAS has to be loaded to be limited
import plotly.graph_objects as go
import plotly.io as pio
import threadpoolctl
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager as Files
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui.parts import held

# What mallopt calls its settings, in glibc's malloc.h.
M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8

SOON = 3.0  # seconds from a session's end until what is left of it is collected
_awaited = threading.Lock()  # held from a session's end to that collection

# Of Plotly's bar: dragging and two clicks do the same, and each is a stop for Tab before the page
# goes on.
UNUSED = ["zoom", "pan", "zoomin", "zoomout", "autoscale", "resetscale"]


def of_glibc(name: str, *args: int) -> None:
    """Call a function of the C library. Only glibc has those about memory; elsewhere do nothing."""
    with suppress(OSError, AttributeError, TypeError):
        getattr(ctypes.CDLL(None), name)(*args)


def give_memory_back() -> None:
    """Have the C library keep few arenas, and return what is free at their ends.

    It would keep one for each of many threads, in each of them what its largest visitor
    needed.
    """
    of_glibc("mallopt", M_ARENA_MAX, 2)
    of_glibc("mallopt", M_TRIM_THRESHOLD, 131_072)


def what_is_left() -> None:
    """Collect what closed sessions left in cycles, and return free memory to the system."""
    _awaited.release()
    gc.collect()
    of_glibc("malloc_trim", 0)


def collect_soon() -> None:
    if _awaited.acquire(blocking=False):
        timer = threading.Timer(SOON, what_is_left)
        timer.daemon = True
        timer.start()


def cleared(shutdown: Callable[[Any], None]) -> Callable[[Any], None]:
    """Wrap ``AppSession.shutdown``: what the session left is collected soon.

    Of its own, Python does so after about a million objects, some 200 readers later. Readers who
    leave together share one collection, for which all others wait 0.03 s and more.
    """

    @wraps(shutdown)
    def ended(app_session: Any) -> None:
        shutdown(app_session)
        collect_soon()

    return ended


def one_thread_for_algebra() -> None:
    """Have matrix products take one thread, here and in what is loaded later.

    The matrices of pages are small. On a busy machine the threads of a product wait for each
    other: drawing weights took 6.1 s in place of 0.17.
    """
    threadpoolctl.threadpool_limits(1)
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def lighten_charts() -> None:
    """Drop from Streamlit's Plotly template what our figures set themselves.

    It travels with every figure, and is most of a small one. The browser still puts the page's
    colours and type into what is left.
    """
    layout = {"colorway": ["#000001"], "modebar": {"remove": UNUSED}}
    pio.templates["streamlit"] = go.layout.Template(layout=layout)


@cache
def collect_seldom() -> None:
    """Have Python look for cycles seldom, and never in what the first page has loaded.

    Every reader waits meanwhile: 0.1 to 0.2 s every five seconds while thirty of them trained.
    """
    gc.set_threshold(10_000, 10, 10)
    gc.freeze()


def expired(save: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Wrap ``MemorySessionStorage.save``: what is over its time goes then.

    Of its own, Streamlit drops it when another tab is closed: a class would find the sessions of
    the one before it still there.
    """

    @wraps(save)
    def saved(storage: Any, session_info: Any) -> None:
        save(storage, session_info)
        kept = storage._cache
        with suppress(RuntimeError):  # no loop, as in a test
            asyncio.get_running_loop().call_later(kept.ttl + 1, forget, kept)

    def forget(kept: Any) -> None:
        kept.expire()
        collect_soon()

    return saved


def after_the_last_run(ask: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Wrap ``AppSession.request_rerun``: a part's rerun begins once the last run is passed on.

    A run's messages reach the browser through the event loop. Streamlit 1.67 drops those that
    still wait there where the run has ended and a fragment is asked for: the clock of a live
    picture would take what a moved control has drawn.
    """

    @wraps(ask)
    def request_rerun(app_session: Any, client_state: Any) -> None:
        runner = app_session._scriptrunner
        over = runner is not None and runner._requests._state is ScriptRequestType.STOP
        if over and client_state is not None and client_state.fragment_id:
            # A run that is over has sent all that it will, so this comes after it.
            app_session._event_loop.call_soon(ask, app_session, client_state)
        else:
            ask(app_session, client_state)

    return request_rerun


give_memory_back()
one_thread_for_algebra()
lighten_charts()
setattr(AppSession, "request_rerun", after_the_last_run(AppSession.request_rerun))  # noqa: B010
setattr(AppSession, "shutdown", cleared(AppSession.shutdown))  # noqa: B010
setattr(MemorySessionStorage, "save", expired(MemorySessionStorage.save))  # noqa: B010
setattr(Files, "add_file", held.shared(Files.add_file))  # noqa: B010
# Streamlit gives each run a copy of an uploaded file, bytes and all.
setattr(UploadedFile, "__deepcopy__", lambda file, _copied: file)  # noqa: B010
# A thread that computes may keep the others waiting so many seconds, each time one of them has
# sent something. At Python's 5 ms a page of a hundred messages takes half a second longer.
sys.setswitchinterval(0.001)
