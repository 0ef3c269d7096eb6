"""The frame on a real server."""

from __future__ import annotations

import json
import re

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
        assert page.evaluate("document.documentElement.translate") is False, "React's own words"
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


@pytest.mark.browser
def test_a_course_page_shows_the_app_in_a_frame_where_the_browser_keeps_nothing(
    server, new_page, tmp_path
):
    course = tmp_path / "course.html"
    course.write_text(f"<iframe src='{server.url}/jazz?embed=true' width=1000 height=640>")
    page = new_page(course.as_uri())
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Jazz")
    link = frame.get_by_role("link", name="2 · Tokens")
    link.click()
    expect(link).to_have_attribute("aria-current", "true")
    denied = "() => { try { return !sessionStorage; } catch { return true; } }"
    assert page.frames[1].evaluate(denied), "nothing is tested where the frame may keep things"
    expect(frame.get_by_text("Error")).to_have_count(0)
    frame.get_by_role("button", name="My work").click()
    alone = frame.get_by_role("link", name="Open the page in a tab of its own")
    expect(alone).to_have_attribute("href", re.compile(f"^{server.url}/jazz[?]"))
    page.keyboard.press("Escape")
    frame.get_by_role("button", name="Share").click()
    shared = frame.get_by_role("textbox", name="Link to this view")
    expect(shared).to_have_value(re.compile(f"^{server.url}/jazz[?]"))
    assert "embed" not in shared.input_value()
