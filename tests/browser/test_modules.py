"""The browser's modules: fetched as files, once, wherever the app is served from."""

from __future__ import annotations

import re
import shutil
import urllib.request
from urllib.parse import urlsplit

import pytest
from conftest import ROOT, Server, expect, settled
from playwright.sync_api import Page, Route

from seqlib.stage.offline import offline_html
from seqlib.stage.stage import Clock, Heatmap, Stage

pytestmark = pytest.mark.browser

FETCHED = """() => performance.getEntriesByType("resource").map(({ name }) => name)
  .filter((name) => name.includes("/component/"))"""


def fetched(page: Page) -> list[str]:
    """Addresses of our files that the page has asked for."""
    return page.evaluate(FETCHED)


def stage(page: Page):
    return page.locator(".stage[role=group]").first


def test_a_deep_link_below_a_base_path_loads_cold(new_page):
    server = Server(base="room/7")
    try:
        page = new_page(f"{server.url}/emojify?say=I+am+glad")
        expect(stage(page)).to_contain_text("glad", timeout=60_000)
        found = fetched(page)
        assert all(name.startswith(f"{server.url}/component/") for name in found), found
        (main,) = (name for name in found if name.endswith("/stage/main.js"))
        with urllib.request.urlopen(main) as answer:
            assert answer.headers.get_content_type() in (
                "text/javascript",
                "application/javascript",
            )
    finally:
        server.stop()


def test_each_file_is_fetched_once_for_all_stages_and_pages(server, new_page):
    page = new_page(f"{server.url}/jazz")
    expect(page.locator(".stage[role=group]")).to_have_count(2, timeout=60_000)
    page.wait_for_load_state("networkidle")
    first = fetched(page)
    assert len(set(first)) == len(first) > 30
    page.get_by_role("button", name="New solo").click()
    settled(page)
    page.get_by_role("link", name="Emojify").click()
    expect(page.get_by_role("textbox", name="Your sentence")).to_be_visible(timeout=60_000)
    expect(stage(page)).to_be_visible()
    assert fetched(page) == first


def test_a_page_whose_files_a_broken_line_did_not_bring_gets_them_later(server, chromium):
    page = chromium.new_page()  # its console says what failed
    names = ("load.js", "clock.js", "stage.css")
    failed = dict.fromkeys(names, 0)  # what a document names is asked for twice at once

    def break_off(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        failed[name] += 1
        if failed[name] > 2:
            route.continue_()
        else:
            route.abort("connectionreset")

    try:
        for name in names:
            page.route(f"**/{name}", break_off)
        page.goto(f"{server.url}/cell")
        expect(stage(page).locator("canvas").first).to_be_visible(timeout=60_000)
        assert min(failed.values()) > 2
    finally:
        page.close()


def test_a_script_of_streamlits_that_did_not_come_has_the_page_loaded_again(server, chromium):
    page = chromium.new_page()  # its console says what failed
    loads = []
    page.on("domcontentloaded", lambda page: loads.append(page))

    def break_off(route: Route) -> None:
        if len(loads) > 1:
            route.continue_()
        else:
            route.abort("connectionreset")

    try:
        page.route(re.compile(r"/PlotlyChart\."), break_off)
        page.goto(f"{server.url}/jazz")
        expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible(timeout=60_000)
        assert len(loads) == 2
    finally:
        page.close()


@pytest.fixture
def checkout(tmp_path):
    """A copy of the program whose browser files can be changed."""
    for path in ROOT.iterdir():
        if path.name not in ("static", ".git"):
            (tmp_path / path.name).symlink_to(path)
    shutil.copytree(ROOT / "static", tmp_path / "static")
    return tmp_path


def test_a_new_release_never_meets_modules_of_the_old_one(checkout, chromium):
    """Neither in an open tab nor from the browser's cache."""
    page = chromium.new_page()  # its console may say that the server was gone
    old = Server(root=checkout)
    try:
        page.goto(f"{old.url}/jazz")
        expect(stage(page)).to_be_visible(timeout=60_000)
        settled(page)
    finally:
        old.stop()
    words = checkout / "static" / "stage" / "words.js"
    words.write_text(words.read_text("utf-8") + "\nglobalThis.release = 2;\n", "utf-8")
    new = Server(root=checkout, port=old.port)
    try:
        page.get_by_role("button", name="New solo").click(timeout=90_000)  # once it is connected
        page.wait_for_function("globalThis.release === 2", timeout=90_000)
        settled(page)
        expect(page.locator(".stage[role=group]")).to_have_count(2)
        page.reload()
        page.wait_for_function("globalThis.release === 2", timeout=60_000)
        addresses = {urlsplit(name).path.split("/")[2] for name in fetched(page)}
        assert len(addresses) == 1
    finally:
        page.close()
        new.stop()


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts"'])
def test_the_offline_page_draws_in_a_frame_as_in_a_notebook(new_page, tmp_path, sandbox):
    whole = offline_html(
        Stage(Clock.even(3), (Heatmap("Hidden state", [[0.1], [0.2], [0.3]], "a"),))
    )
    quoted = whole.replace("&", "&amp;").replace('"', "&quot;")
    path = tmp_path / "notebook.html"
    path.write_text(
        f'<iframe {sandbox} width="900" height="600" srcdoc="{quoted}"></iframe>', "utf-8"
    )
    page = new_page(path.as_uri(), offline=True)
    drawn = page.frame_locator("iframe").locator(".stage[role=group] canvas.time")
    expect(drawn.first).to_be_visible()
