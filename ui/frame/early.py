"""What is done as the server starts, before anybody has come."""

from __future__ import annotations

import asyncio
import importlib
import runpy
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

# What Streamlit imports with the first elements that a page draws.
STREAMLITS = ("pandas", "streamlit.emojis")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Begin to load what pages need, while the first reader's browser loads Streamlit."""
    send_at_once(asyncio.get_running_loop())
    threading.Thread(target=_load_first, name="early", daemon=True).start()
    yield


_loaded = threading.Event()


def _load_first() -> None:
    try:
        load()
    finally:
        _loaded.set()


class AfterLoading:
    """Lets no reader's run begin before the pages' modules are there.

    Where several threads import modules that import each other's neighbours, Python hands some
    of them a module that is half there: with a class at a server that had just started, every
    sixth reader got an error.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on; one for a websocket, by which runs begin, once all is loaded."""
        if scope["type"] == "websocket":
            await asyncio.to_thread(_loaded.wait)
        await self.app(scope, receive, send)


def send_at_once(loop: Any) -> None:
    """Have a server that begins to listen on a loop send what it writes without waiting.

    An answer is written in two pieces, and the second would wait until the first is confirmed:
    40 ms for each file and many a message. asyncio says so itself of sockets whose protocol is
    named; Streamlit 1.67 opens one without.
    """
    create_server = loop.create_server

    async def listening(*args: Any, sock: socket.socket | None = None, **kwargs: Any) -> Any:
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
        return await create_server(*args, sock=sock, **kwargs)

    loop.create_server = listening


def load() -> None:
    """Import what pages import, and read what takes longest to read."""
    from seqlib.text.default import shipped_test
    from ui.frame.frame import ROOT
    from ui.navigation import PAGES

    for name in STREAMLITS:
        importlib.import_module(name)
    for entry in PAGES:
        with suppress(Exception):  # whoever opens the page is told
            runpy.run_path(str(ROOT / "pages" / entry.file))
    shipped_test()  # which the units of Emojify's first picture are held against
