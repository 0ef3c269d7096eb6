"""What a reader's browser is sent: websocket frames and our own files, counted by Chromium."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks._result import Result
from benchmarks._server import OURS, browser, server, wait_until_it_answers
from seqlib.assets import STATIC

# Streamlit's own: its page, its scripts and fonts, what it asks its server. All else is ours.
STREAMLIT = ("/static/", "/_stcore/", "/favicon.png")


PEER_NAME = "the same with the browser's program in every message, as Streamlit sends it"


@dataclass
class Traffic:
    """What has travelled so far. Frames count unpacked, both ways; files as they travel, packed."""

    frames: list[bytes] = field(default_factory=list)  # from the server
    sent: int = 0  # bytes to the server
    files: dict[str, int] = field(default_factory=dict)  # path to bytes, headers included

    @property
    def bytes(self) -> int:
        return sum(map(len, self.frames)) + self.sent + sum(self.files.values())

    @property
    def bytes_with_program(self) -> int:
        """If each frame that mounts a component held its modules and style sheets."""
        program = sum(_program(frame) for frame in self.frames)
        return sum(map(len, self.frames)) + self.sent + program

    def copy(self) -> Traffic:
        return Traffic(list(self.frames), self.sent, dict(self.files))

    def since(self, earlier: Traffic) -> Traffic:
        files = {path: size for path, size in self.files.items() if path not in earlier.files}
        return Traffic(self.frames[len(earlier.frames) :], self.sent - earlier.sent, files)


def _program(frame: bytes) -> int:
    """Bytes of source that the component mounted by ``frame`` is made of; 0 if it mounts none."""
    message = ForwardMsg.FromString(frame)
    script = message.delta.new_element.bidi_component.js_content
    found = re.search(r'default\(component, "([^"]+)"', script)
    if not found:
        return 0
    folder = (STATIC / found[1]).parent
    return sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in (".js", ".css"))


def kilobytes(traffic: Traffic, goal: float, seconds: float = 1.0) -> Result:
    """``traffic`` as a result, for each of ``seconds``."""
    return Result(
        ours=traffic.bytes / seconds / 1000,
        peer=traffic.bytes_with_program / seconds / 1000,
        peer_name=PEER_NAME,
        unit="kB",
        goal=goal,
        goal_on="ours",
    )


def _ours(url: str) -> bool:
    path = urlsplit(url).path
    last = path.rsplit("/", 1)[-1]
    return url.startswith("http") and not path.startswith(STREAMLIT) and "." in last


@contextmanager
def counted(query: str) -> Iterator[tuple]:
    """A new visitor's page at ``query`` of a warm server, its cache empty, and its Traffic."""
    with server(OURS, sections="") as (address, _process), browser() as chromium:
        wait_until_it_answers(address)
        for _round in range(2):  # the first only warms the server
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            page, traffic = context.new_page(), Traffic()
            _listen(page, traffic)
            page.goto(f"{address}/{query}")
            settled(page)
            if _round:
                yield page, traffic
            context.close()


def _listen(page, traffic: Traffic) -> None:
    session = page.context.new_cdp_session(page)
    asked: dict[str, str] = {}

    def received(event: dict) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        traffic.frames.append(base64.b64decode(text) if frame["opcode"] == 2 else text.encode())

    def sent(event: dict) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        traffic.sent += len(base64.b64decode(text) if frame["opcode"] == 2 else text.encode())

    def finished(event: dict) -> None:
        url = asked.get(event["requestId"], "")
        if _ours(url):
            path = urlsplit(url).path
            traffic.files[path] = traffic.files.get(path, 0) + round(event["encodedDataLength"])

    session.on("Network.webSocketFrameReceived", received)
    session.on("Network.webSocketFrameSent", sent)
    session.on(
        "Network.responseReceived",
        lambda event: asked.update({event["requestId"]: event["response"]["url"]}),
    )
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")


def settled(page, quiet: float = 1.5) -> None:
    """Wait until a stage stands there and no script has run for ``quiet`` seconds."""
    page.wait_for_selector(".stage[role=group]", timeout=180_000)
    still = 0.0
    while still < quiet:
        page.wait_for_timeout(100)
        state = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
        still = still + 0.1 if state == "notRunning" else 0.0
