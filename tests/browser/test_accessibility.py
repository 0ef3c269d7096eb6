"""axe-core, the accessibility checker, on every page: all of its rules, best practice too."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from conftest import ROOT, becomes, settled, turn_to
from playwright.sync_api import Page

from ui.frame.frame import PAGES

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Rules that Streamlit's own elements break: its uploader is a presentation that has a name, its
# popovers stand outside of the page's main part.
STREAMLIT_OWN = {
    "presentation-role-conflict": "stFileUploaderDropzone",
    "region": "data-floating-ui-portal",
}
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that another theme can break
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        message = "axe-core is not installed: run npm ci."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return AXE.read_text(encoding="utf-8")


def show_all(page: Page) -> None:
    """Make the window as high as the page: axe passes over what is scrolled out of sight."""
    main = page.get_by_test_id("stMain")
    for _ in range(4):  # what comes into sight may be drawn only then, and make the page higher
        settled(page)
        height, shown = main.evaluate("main => [main.scrollHeight, main.clientHeight]")
        if height <= shown + 200:
            return
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    raise AssertionError("the page grows with its window")


def violations(page: Page, axe: str, rules: Sequence[str] = ()) -> dict[str, list[str]]:
    """What axe finds: the rule, and the elements that break it."""
    if page.evaluate("() => !globalThis.axe"):
        page.evaluate(axe)
    options = {"resultTypes": ["violations"], **({"runOnly": [*rules]} if rules else {})}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    ours = {
        one["id"]: [
            node["html"][:200]
            for node in one["nodes"]
            if STREAMLIT_OWN.get(one["id"], "none of it") not in node["html"]
        ]
        for one in found
    }
    return {rule: nodes for rule, nodes in ours.items() if nodes}


def first_picture_in_sight(page: Page, size: tuple[int, int]) -> None:
    """Hold that the page's first picture stands on the first screen of a window of this size."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    places = page.locator("[class*=st-key-picture]")
    picture = places.locator("canvas.time, .js-plotly-plot, .blueprint, .words table").first

    def seen() -> bool:
        box = picture.bounding_box()
        return bool(box) and box["y"] + min(box["height"], 100) <= size[1]

    becomes(page, seen)


def switch(page: Page, scheme: str) -> None:
    """Have the reader's system switch between light and dark while the page is open."""
    axis = page.locator(".stage span.axis")

    def colours() -> list[str]:  # of the page, and of a stage, which follows a moment later
        read = "nodes => nodes.slice(0, 1).map((node) => getComputedStyle(node).color)"
        return [page.evaluate(BACKGROUND), *axis.evaluate_all(read)]

    was = colours()
    page.emulate_media(color_scheme=scheme)
    becomes(page, lambda: not set(was) & set(colours()))


def test_a_text_without_contrast_would_be_seen(server, new_page, axe):
    page = new_page(f"{server.url}/")
    page.get_by_role("heading", level=1).evaluate("node => { node.style.color = '#fafafa'; }")
    assert "color-contrast" in violations(page, axe, COLOURS)
    switch(page, "dark")
    page.get_by_role("heading", level=1).evaluate("node => { node.style.color = '#101010'; }")
    assert "color-contrast" in violations(page, axe, COLOURS)


def test_no_page_breaks_a_rule_and_its_first_picture_is_on_the_first_screen(server, new_page, axe):
    page = new_page(server.url)
    for number, entry in enumerate(PAGES):
        if number:
            switch(page, "light")
            page.set_viewport_size({"width": 1280, "height": 720})
            turn_to(page, entry.url_path)
        page.locator(".stage canvas").first.wait_for()
        page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
        for size in ((390, 844), (1280, 720)):
            first_picture_in_sight(page, size)
        show_all(page)
        assert not lasting_violations(page, axe), entry.title
        switch(page, "dark")
        assert not lasting_violations(page, axe, COLOURS), entry.title
    page.get_by_role("button", name="My work").click()  # what opens stands outside the app
    page.get_by_role("button", name="Save to a file").wait_for()
    assert not lasting_violations(page, axe, COLOURS)


def lasting_violations(page: Page, axe: str, rules: Sequence[str] = ()) -> dict[str, list[str]]:
    """What stays: what is half faded, or not told yet, has no contrast to judge."""
    found = violations(page, axe, rules)
    for _ in range(10):
        if not found:
            break
        page.wait_for_timeout(700)
        found = violations(page, axe, rules)
    return found
