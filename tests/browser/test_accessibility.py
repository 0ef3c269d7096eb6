"""axe-core, the accessibility checker, on every page: nothing serious, nothing critical."""

from __future__ import annotations

import os

import pytest
from conftest import ROOT, settled
from playwright.sync_api import Page

from ui.frame.frame import PAGES

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

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


def grave_violations(page: Page, axe: str) -> dict[str, list[str]]:
    """What axe finds serious or critical: the rule, and the elements that break it."""
    page.evaluate(axe)
    violations = page.evaluate("async () => (await axe.run()).violations")
    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"]]
        for violation in violations
        if violation["impact"] in GRAVE
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_page_has_no_grave_violation(entry, scheme, server, new_page, axe):
    page = new_page(f"{server.url}/{entry.url_path}", color_scheme=scheme)
    page.locator(".stage canvas").first.wait_for()
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
    show_all(page)
    assert not grave_violations(page, axe)
