"""What is done as the server starts, before anybody has come."""

from __future__ import annotations

import asyncio
import importlib
import runpy
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import config
from streamlit.file_util import get_static_dir
from streamlit.url_util import make_url_path

from seqlib.assets import STATIC
from ui.files import first
from ui.navigation import HIDDEN, PAGES

# What Streamlit imports with the first elements that a page draws.
STREAMLITS = ("pandas", "streamlit.emojis")

# What is there until Streamlit draws, in the system's colours.
WAITING = (
    '<p style="position: fixed; inset: 0; margin: 0; padding-top: 40vh; text-align: center; '
    'font: 1.2rem sans-serif; color-scheme: light dark; background: Canvas; color: GrayText">'
    "SeqScope …</p>"
)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Begin to load what pages need, while the first reader's browser loads Streamlit."""
    send_at_once(asyncio.get_running_loop())
    threading.Thread(target=_load_first, name="early", daemon=True).start()
    yield


def documents() -> list[Route]:
    """Return the addresses of our pages, which give Streamlit's document and a script of ours.

    Whoever comes by another one gets Streamlit's own; the visit is then taken up a run later.
    """
    base = config.get_option("server.baseUrlPath")
    return [
        Route(make_url_path(base, entry.url_path), _document(entry.url_path))
        for entry in (*PAGES, *HIDDEN)
    ]


@cache
def document(page: str) -> str:
    """Return Streamlit's document with the script that shows a tab's visit as it connects.

    It names what draws the page, to be fetched when the line is free, and shows a name meanwhile:
    far away Streamlit's own script takes seconds.

    Browsers are told to translate none of it. They take the words out of React's hands: numbers
    would stand still, and a section that changes would end in an error.
    """
    script = (STATIC / "visit" / "connect.js").read_text("utf-8")
    text = (Path(get_static_dir()) / "index.html").read_text("utf-8")
    text = text.replace("<html ", '<html translate="no" ', 1)
    links = "".join(
        f'<link rel="modulepreload" fetchpriority="low" href="./{path}">' for path in first(page)
    )
    text = text.replace("</head>", f"{links}</head>", 1)
    text = text.replace("<title>Streamlit<", "<title>SeqScope<", 1)
    text = text.replace('<div id="root">', f'<div id="root">{WAITING}', 1)
    return text.replace("<head>", f"<head><script>\n{script}</script>", 1)


def _document(page: str) -> Callable[[Request], HTMLResponse]:
    def send(request: Request) -> HTMLResponse:  # in a thread: reads Streamlit's modules
        return HTMLResponse(document(page), headers={"Cache-Control": "no-cache"})

    return send


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
        if scope["type"] == "websocket" and not _loaded.is_set():
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

    for name in STREAMLITS:
        importlib.import_module(name)
    for entry in PAGES:
        with suppress(Exception):  # whoever opens the page is told
            runpy.run_path(str(ROOT / "pages" / entry.file))
    shipped_test()  # which the units of Emojify's first picture are held against
