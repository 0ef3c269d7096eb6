"""A real server and a real browser: Playwright drives Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    TimeoutError,
    sync_playwright,
)
from playwright.sync_api import expect as playwright_expect

PATIENCE = 30_000  # ms: a busy machine is not a wrong page
LOOK = 2_400  # ms: Playwright looks ten times a second where it may wait no longer, else twice


class Expected:
    """Assertions of Playwright's ``expect`` that see soon, and cheaply, what they wait for.

    Each look that finds something else describes the page in words, in case it was the last: that
    took a tenth of the browser's time. So it is first waited for that there is anything to look at.
    """

    UNSEEN = ("to_have_count", "to_be_hidden")  # hold where there is nothing, too

    def __init__(self, actual: Locator | Page) -> None:
        self.actual = actual

    def __getattr__(self, name: str) -> Callable[..., None]:
        check = getattr(playwright_expect(self.actual), name)
        waits = isinstance(self.actual, Locator) and name.startswith("to_")
        state = "visible" if name == "to_be_visible" else "attached"

        def often(*args: Any, timeout: float = PATIENCE, **options: Any) -> None:
            while timeout > LOOK:
                timeout -= LOOK
                with suppress(AssertionError, TimeoutError):
                    if waits and name not in self.UNSEEN:
                        self.actual.first.wait_for(state=state, timeout=LOOK)
                    return check(*args, timeout=LOOK, **options)
            return check(*args, timeout=timeout, **options)

        return often


expect = Expected

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
# Streamlit asks for its own files relative to a deep link before it finds them at the root.
# And it notes where two fragments' values travel together.
STREAMLIT_OWN = ("404 (Not Found)", "Multiple different fragmentIds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser's test be tried once more, on a new tab; the summary names those that were.

    Chromium and a server share the two cores with another process of tests: now and then one of
    many hundred waits in vain. What is broken fails twice. Whoever reads a name there cures it.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


class Server:
    """``streamlit run`` on a free port, or the one given, as ``make run`` starts it.

    ``base`` is a path to serve below, ``root`` the checkout to run. Pages are drawn whole, unless
    ``sections`` is empty: then as for readers, section by section.
    """

    def __init__(
        self,
        script: str = "streamlit_app.py",
        port: int = 0,
        base: str = "",
        root: Path = ROOT,
        sections: str = "whole",
    ) -> None:
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("localhost", port))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}{base and '/'}{base}"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                script,
                "--server.port",
                f"{self.port}",
                "--server.baseUrlPath",
                base,
            ],
            cwd=root,
            env={**os.environ, "SEQSCOPE_SECTIONS": sections},
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
        """Ask it to end, then end it, as hosts do: it waits for connections without a limit."""
        self.process.terminate()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture(scope="session")
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def readers():
    """Draws pages as readers have them: two sections at first, the others when gone to."""
    server = Server(sections="")
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
            args=[
                "--no-sandbox",
                "--autoplay-policy=no-user-gesture-required",
                # Most scripts run once: compiling them well takes longer than running them.
                "--js-flags=--max-lazy --no-opt --sparkplug",
            ],
        )
        yield browser
        browser.close()


class Tabs:
    """Pages of one browser that tests use one after the other.

    A tab that has shown the app before opens it in half the processor time of a new one. Each
    test gets a tab whose storage, size, look and mouse are as new; the browser's cache is kept.
    """

    CHANGED = ("viewport", "color_scheme", "reduced_motion")  # on an open page; the rest is fixed

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: dict[str, BrowserContext] = {}
        self.free: dict[str, list[Page]] = {}
        self.troubles: list[str] = []  # what consoles said since the test began
        self.kept: tuple[str, str, Page] | None = None  # what was asked, kind and tab

    def take(self, browser: int = 0, **options) -> tuple[str, Page]:
        """Return the kind of the tab, to give it back by, and the tab.

        Browsers of different numbers share nothing.
        """
        look = {name: options.pop(name) for name in self.CHANGED if name in options}
        kind = repr((browser, sorted(options.items())))
        if kind not in self.contexts:
            self.contexts[kind] = self.browser.new_context(accept_downloads=True, **options)
        free = self.free.setdefault(kind, [])
        page = free.pop() if free else self._new(self.contexts[kind])
        self.dress(page, **look)
        return kind, page

    def dress(
        self,
        page: Page,
        viewport: dict[str, int] | None = None,
        color_scheme: str = "light",
        reduced_motion: str = "no-preference",
    ) -> None:
        page.bring_to_front()  # behind another tab of its window it is drawn once a second
        page.set_viewport_size(viewport or {"width": 1280, "height": 720})
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)

    def let_go(self) -> None:
        """Give back the tab that was kept for the test after, if it is not that one's."""
        if self.kept:
            _, kind, page = self.kept
            self.kept = None
            self.give_back(kind, page)

    def _new(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: _note(message, self.troubles))
        return page

    def give_back(self, kind: str, page: Page) -> None:
        """Leave the app, and forget what the tab has stored of it."""
        try:
            page.mouse.move(0, 0)
            if page.url.startswith("http"):
                # A page of the same origin without a program: nothing is stored from here on.
                page.goto(f"{page.evaluate('location.origin')}/_stcore/health")
                page.evaluate("sessionStorage.clear(), localStorage.clear()")
            else:
                page.goto("about:blank")
            page.context.clear_cookies()
        except Error:  # a tab that hangs or crashed serves nobody else
            page.close()
        else:
            self.free[kind].append(page)


@pytest.fixture(scope="session")
def tabs(chromium: Browser):
    return Tabs(chromium)


@pytest.fixture
def open_page(tabs: Tabs):
    """Opens pages whose consoles may say anything, as when a server is killed."""
    taken = []

    def open_page(url: str, **options) -> Page:
        tabs.let_go()
        taken.append(tabs.take(**options))
        _, page = taken[-1]
        page.goto(url)
        if url.startswith("http"):  # a file has no script to wait for
            settled(page)
        return page

    yield open_page
    for kind, page in taken:
        tabs.give_back(kind, page)


@pytest.fixture
def new_page(open_page, tabs: Tabs):
    """Opens pages whose consoles must stay empty."""
    tabs.let_go()
    tabs.troubles.clear()
    yield open_page
    assert not tabs.troubles, f"the browser's console said {tabs.troubles}"


@pytest.fixture
def look_at(tabs: Tabs, request: pytest.FixtureRequest):
    """Opens a page, or goes on with the one that the test before opened by the same address.

    For tests that leave it fit for the next: a load takes longer than what most of them do. The
    consoles must stay empty.
    """
    taken = []

    def open_or_go_on(url: str, **look) -> Page:
        if tabs.kept and tabs.kept[0] == url:
            taken.append(tabs.kept)
            tabs.kept = None
            _, _, page = taken[-1]
            page.mouse.move(0, 0)
            tabs.dress(page, **look)
        else:
            tabs.let_go()  # which says something itself if its server has ended
            tabs.troubles.clear()
            kind, page = tabs.take(**look)
            taken.append((url, kind, page))
            page.goto(url)
        settled(page)
        return page

    yield open_or_go_on
    for url, kind, page in taken:
        tabs.let_go()
        tabs.kept = url, kind, page
        if not request.node.stash.get(PASSED, False):
            tabs.let_go()
    troubles = [*tabs.troubles]
    tabs.troubles.clear()  # from here on it is the next test's
    assert not troubles, f"the browser's console said {troubles}"


def becomes(page: Page, look: Callable[[], bool], patience: float = 30) -> None:
    """Look until it is so: on a busy machine what a hand did shows a moment later."""
    until = time.monotonic() + patience
    while not look():
        assert time.monotonic() < until, f"not so after {patience} s"
        page.wait_for_timeout(50)


def choose(menu: Locator, option: str = "") -> None:
    """Choose from a menu, the last of it if no option is named.

    An open menu closes when the page scrolls under it. A page that was scrolled for the press says
    so a frame later, so the press comes after that.
    """
    menu.scroll_into_view_if_needed()
    menu.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    menu.click()
    menu.page.get_by_role("option").filter(has_text=option).last.click()


def settled(page: Page) -> None:
    """Wait until the script has run to its end.

    What is pressed in the middle of a run may be drawn anew under the hand.
    """
    page.wait_for_timeout(300)
    page.wait_for_function(  # looks oftener than ``expect``
        """() => document.querySelector('[data-testid="stApp"]')
          ?.dataset.testScriptState === "notRunning" """,
        polling=50,
        timeout=60_000,
    )


def turn_to(page: Page, path: str) -> None:
    """Go to another page of the app as the Back button does, without loading the app again."""
    title = page.get_by_role("heading", level=1)
    before = title.inner_text()
    page.evaluate("path => history.pushState({}, '', path)", f"/{path}")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    expect(title).not_to_have_text(before, timeout=60_000)  # the other page's run has begun
    settled(page)


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
