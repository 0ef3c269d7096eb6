"""What is done before anybody has come."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from streamlit import file_util

from tests import loops
from ui.frame import early
from ui.frame.frame import ROOT
from ui.navigation import PAGES

LOADED = """
import json, sys
from ui.frame import early
early.load()
print(json.dumps([*sys.modules]))
"""


def test_all_pages_are_imported_and_no_framework_is():
    run = [sys.executable, "-c", LOADED]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout))
    assert {f"ui.{entry.url_path}.notebook" for entry in PAGES if entry.url_path} <= modules
    assert not {"tensorflow", "keras"} & modules


def test_connections_wait_for_no_confirmation():
    async def told() -> int:
        loop = asyncio.get_running_loop()
        early.send_at_once(loop)
        made = loop.create_future()

        class Told(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                taken = transport.get_extra_info("socket")
                made.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        with socket.socket() as listens:  # of no named protocol, as Streamlit opens it
            listens.bind(("127.0.0.1", 0))
            server = await loop.create_server(Told, sock=listens)
            with socket.create_connection(listens.getsockname()):
                found = await made
            server.close()
        return found

    assert loops.run(told())


def test_a_readers_run_begins_when_all_is_loaded_and_files_are_served_before(monkeypatch):
    loaded, passed = threading.Event(), []
    monkeypatch.setattr(early, "_loaded", loaded)

    async def app(scope: dict, receive: None, send: None) -> None:
        passed.append((scope["type"], loaded.is_set()))

    async def come() -> None:
        held = early.AfterLoading(app)
        run = asyncio.create_task(held({"type": "websocket"}, None, None))
        await held({"type": "http"}, None, None)
        loaded.set()
        await run

    loops.run(come())
    assert passed == [("http", False), ("websocket", True)]


def test_what_fails_to_load_holds_nobody(monkeypatch):
    loaded = threading.Event()
    monkeypatch.setattr(early, "_loaded", loaded)
    monkeypatch.setattr(early, "load", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        early._load_first()
    assert loaded.is_set()


def test_a_pages_document_is_streamlits_with_our_script_before_its_own():
    text = early.document("jazz")
    ours = text.index("seqscope.visit")
    assert text.index("<head>") < ours < text.index("<script", ours)
    plain = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
    theirs = re.sub(r"<script>[^<]*seqscope\.visit.*?</script>", "", text, flags=re.S)
    theirs = re.sub(r'<link [^>]*fetchpriority="low"[^>]*>|<p style.*?</p>', "", theirs)
    theirs = theirs.replace('<html translate="no"', "<html").replace(">SeqScope<", ">Streamlit<")
    assert theirs == plain
    assert {"/", "/jazz", "/status"} < {route.path for route in early.documents()}
