"""A real server and a real browser: Playwright drives Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect, sync_playwright

expect.set_options(timeout=30_000)  # a busy machine is not a wrong page

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
# Streamlit asks for its own files relative to a deep link before it finds them at the root.
# And it notes where two fragments' values travel together.
STREAMLIT_OWN = ("404 (Not Found)", "Multiple different fragmentIds")


class Server:
    """``streamlit run`` on a free port, or the one given, as ``make run`` starts it."""

    def __init__(self, script: str = "streamlit_app.py", port: int = 0) -> None:
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("localhost", port))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                script,
                "--server.port",
                f"{self.port}",
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while not self._healthy():
            if time.monotonic() > until or self.process.poll() is not None:
                self.stop()
                raise RuntimeError("The server did not start.")
            time.sleep(0.1)

    def _healthy(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """Without a chance to end well."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="session")
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        message = "No Chromium found: install it, or name it in CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser):
    """Opens pages whose consoles must stay empty."""
    contexts, troubles = [], []

    def open_page(url: str, **options) -> Page:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 720}, "accept_downloads": True, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: _note(message, troubles))
        page.goto(url)
        if url.startswith("http"):  # a file has no script to wait for
            settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, f"the browser's console said {troubles}"


def settled(page: Page) -> None:
    """Wait until the script has run to its end.

    What is pressed in the middle of a run may be drawn anew under the hand.
    """
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )


def write_first_cell(page: Page, table: Locator, text: str) -> None:
    """Replace what the first cell of a table editor holds, as a hand would."""
    table.scroll_into_view_if_needed()
    settled(page)
    cell = page.locator("#portal textarea")
    for _ in range(4):  # a table that has just been drawn lets a first press go by
        table.dblclick(position={"x": 120, "y": 52})
        with suppress(TimeoutError):
            cell.wait_for(timeout=5_000)
            break
    cell.fill(text)
    cell.press("Enter")
    expect(cell).to_have_count(0)
    settled(page)  # the table tells the server a moment later


def _note(message, troubles: list[str]) -> None:
    if message.type in ("error", "warning") and not any(
        known in message.text for known in STREAMLIT_OWN
    ):
        troubles.append(message.text)
