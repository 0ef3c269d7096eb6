"""Links hold the whole view: set things, copy the link, open it afresh, and compare."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from conftest import becomes, expect, settled
from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

# What a reader sees of the controls: values of fields and sliders, what is switched on.
SHOWN = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const all = (css, read) => [...main.querySelectorAll(css)].map(read);
  return JSON.stringify([
    all('input[type="checkbox"], input[type="radio"]', (node) => node.checked),
    all('input[type="text"], input[type="number"], textarea', (node) => node.value),
    all('[role="slider"]', (node) => node.getAttribute('aria-valuetext') || node.ariaValueNow),
    all('[data-testid="stButtonGroup"] button', (node) => node.ariaChecked || node.dataset.testid),
  ]);
}"""
# What every stage says of itself.
STAGES = """() => {
  const answers = [];
  window.dispatchEvent(new CustomEvent('seqscope-stage-asked', { detail: answers }));
  return JSON.stringify(answers.sort((one, other) => one.key < other.key ? -1 : 1));
}"""


def stage(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}, .st-key-{key}-zh").first.locator(".stage")


def walk(page: Page, key: str, steps: int, speed: str = "0.5") -> None:
    """Move a stage's clock by hand, and set its speed."""
    there = stage(page, key)
    there.press("Home")
    for _ in range(steps):
        there.press("ArrowRight")
    there.locator('[data-name="speed"]').select_option(speed)


def slide(page: Page, key: str, times: int = 2) -> None:
    slider = page.locator(f".st-key-{key}").get_by_role("slider")
    for _ in range(times):
        slider.press("ArrowRight")
    settled(page)


def home(page: Page) -> None:
    slide(page, "home_temperature")
    page.get_by_role("button", name="New solo").click()
    settled(page)
    walk(page, "home", 11)


def jazz(page: Page) -> None:
    slide(page, "melody")
    slide(page, "temperature")
    page.locator(".st-key-lanes").get_by_text("diagram", exact=True).click()
    settled(page)
    walk(page, "jazz_reading", 4)
    walk(page, "solo", 7, "0.25")
    stage(page, "solo").locator("select.sort").select_option("peak")


def emojify(page: Page) -> None:
    page.locator(".st-key-say input").fill("not feeling happy today")
    page.locator(".st-key-say input").press("Enter")
    settled(page)
    walk(page, "emoji_stage", 2)


def shapes(page: Page) -> None:
    slide(page, "n_a_djmodel")
    page.locator(".st-key-options").get_by_text("return_sequences", exact=True).click()
    settled(page)
    page.locator(".st-key-paste_Tx input").fill("12")
    page.locator(".st-key-paste_text textarea").fill("Embedding(500, 8)\nLSTM(16)")
    page.get_by_role("button", name="Draw", exact=True).click()
    settled(page)


def embeddings(page: Page) -> None:
    page.locator(".st-key-near input").fill("teacher")
    page.locator(".st-key-near input").press("Enter")
    settled(page)
    walk(page, "lookup_stage", 1)


def cell(page: Page) -> None:
    slide(page, "hand_from")
    walk(page, "cell_step_jazz", 5)
    page.wait_for_url("**t=6*")  # the slider follows, and stands in the link
    settled(page)
    walk(page, "sandbox", 3)


def link(page: Page, leave_out: str = "") -> str:
    """The link that the popover makes."""
    page.locator(".st-key-share").get_by_role("button").first.click()
    expect(page.locator(".share .code svg")).to_be_visible()
    if leave_out:
        page.locator(".share summary").click()
        page.locator(".share label").filter(has_text=leave_out).click()
    return page.locator(".share .link").input_value()


def shows(page: Page, what: str, wanted: str) -> None:
    """Wait for it: parts of a page come one by one."""
    until = time.monotonic() + 30
    while (seen := page.evaluate(what)) != wanted and time.monotonic() < until:
        page.wait_for_timeout(300)
    assert seen == wanted


@pytest.mark.parametrize(
    "change", [home, jazz, emojify, shapes, embeddings, cell], ids=lambda change: change.__name__
)
def test_a_link_opened_afresh_gives_the_same_picture(
    change: Callable[[Page], None], server, new_page
):
    name = change.__name__
    page = new_page(f"{server.url}/{'' if name == 'home' else name}", reduced_motion="reduce")
    before = page.evaluate(SHOWN), page.evaluate(STAGES)
    change(page)
    there = page.evaluate(SHOWN), page.evaluate(STAGES)
    assert there != before
    assert "step" in there[1] or name == "shapes"

    other = new_page(link(page), locale="zh-CN", reduced_motion="reduce")
    other.locator(".stage").first.wait_for()
    settled(other)
    assert other.evaluate("document.documentElement.lang") == "en"
    shows(other, SHOWN, there[0])
    shows(other, STAGES, there[1])
    expect(other.get_by_text("This link asks for")).to_have_count(0)


def test_a_link_that_leaves_a_section_out_shows_less_until_all_is_asked_for(server, new_page):
    page = new_page(f"{server.url}/shapes")
    address = link(page, leave_out="What if")
    other = new_page(address)
    left_out = other.locator(".st-key-section_what_if_section")
    expect(other.locator(".st-key-section_embedding")).to_be_visible()
    expect(left_out).to_be_hidden()
    expect(other.locator(".bar nav a").first).to_be_visible()
    listed = other.locator(".bar nav a", has_text="What if")
    expect(listed).to_have_count(0)
    other.get_by_role("button", name="Show everything").click()
    expect(left_out).to_be_visible()
    expect(listed).to_be_visible()
    other.wait_for_url(lambda url: "without" not in url)


def test_the_link_is_copied_and_its_code_can_fill_the_screen(server, new_page):
    page = new_page(f"{server.url}/", permissions=["clipboard-read", "clipboard-write"])
    address = link(page)
    page.locator(".share").get_by_role("button", name="Copy link").click()
    expect(page.locator(".share .said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split("?")[0] == address.split("?")[0]
    assert "lang=en" in copied
    page.locator(".share").get_by_role("button", name="Show it large").click()
    code = page.locator("dialog.large svg")
    expect(code).to_be_visible()
    assert code.bounding_box()["height"] > 500
    page.keyboard.press("Escape")
    expect(code).to_be_hidden()


def test_a_term_explains_itself_with_the_shape_it_has_here(server, new_page):
    page = new_page(f"{server.url}/jazz?Tx=12")
    entry = page.locator(".entry")
    term = page.locator('.st-key-section_one_hot a[href^="#term-X="]').first
    term.scroll_into_view_if_needed()

    def shown() -> bool:  # what is drawn on the way moves the page under the mouse
        page.mouse.move(2, 300)
        term.hover()
        page.wait_for_timeout(200)
        return entry.is_visible()

    becomes(page, shown)
    expect(entry).to_contain_text("X (m, Tx, n_values) = (60, 12, 78)")
    page.mouse.move(2, 300)
    expect(entry).to_be_hidden()
    page.locator('.st-key-section_model a[href="#term-c"]').first.focus()
    expect(entry).to_contain_text("memory")
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    assert "#term" not in page.url
    page.locator('.st-key-section_tokens a[href="#term-n_values"]').first.click()
    expect(entry).to_contain_text("n_values = 78")
    assert "#term" not in page.url
