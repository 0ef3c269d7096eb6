"""The frame on a real server."""

from __future__ import annotations

import json

import pytest
from conftest import Server, becomes, expect, settled

from ui.frame.frame import PAGES
from ui.lessons.pages import lesson

RECORD_TEXT = """
window.seen = [];
new MutationObserver(() => {
  const text = document.body ? document.body.innerText : "";
  if (text && window.seen.at(-1) !== text) window.seen.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""

STYLED = "UpdateLayoutTree"  # an event of Chromium's


# That every page's file draws its frame so is held in tests/pages/test_pages.py.
@pytest.mark.browser
def test_a_deep_link_as_the_first_request_gives_that_page_in_the_frame(chromium):
    entry, fresh, page = PAGES[-1], Server(sections=""), chromium.new_page()
    page.add_init_script(RECORD_TEXT)  # of all that is shown from the document's beginning
    try:
        page.goto(f"{fresh.url}/{entry.url_path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            lesson(entry.file.removesuffix(".py"))["title"]
        )
        for other in PAGES:
            expect(page.get_by_role("link", name=other.title, exact=True).first).to_be_visible()
        assert page.url.endswith(f"/{entry.url_path}")
        seen = "\n".join(page.evaluate("window.seen"))
        assert "Page not found" not in seen
    finally:
        page.close()
        fresh.stop()


@pytest.mark.browser
def test_a_rerun_that_changes_nothing_styles_few_elements_anew(server, new_page):
    page = new_page(f"{server.url}/cell?present=true")
    browser = page.context.browser

    def few() -> bool:
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        page.get_by_role("heading", level=1).click()
        page.keyboard.press("r")  # Streamlit's key for a rerun
        settled(page)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        counts = [event["args"].get("elementCount") for event in events if event["name"] == STYLED]
        assert counts, "Chromium calls it otherwise now"
        return sum(filter(None, counts)) < page.locator("*").count()

    becomes(page, few)  # once all of the page is there
