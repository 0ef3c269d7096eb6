"""Sections of a page as readers have them: drawn when they come near, in a bar that stays."""

from __future__ import annotations

import re

import pytest
from conftest import becomes, expect, settled, turn_to
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PLACES = "[class*='st-key-place_']:not([data-retained])"  # a hidden one may stay behind
SIZES = {"laptop": (1280, 720), "projector": (1920, 1080), "phone": (390, 844)}


def stands(page: Page, anchor: str) -> bool:
    """Whether a section's title is at the top of the window, below the bar."""
    title = page.locator(f"#{anchor}").bounding_box()
    bar = page.locator(".st-key-sections").bounding_box()
    return bool(title and bar) and 0 <= title["y"] - bar["y"] - bar["height"] < 90


def test_a_section_is_drawn_when_it_is_gone_to_and_is_then_a_part_of_the_page(readers, new_page):
    page = new_page(f"{readers.url}/emojify")
    expect(page.locator(".st-key-section_layers .stage")).to_be_visible()
    table = page.get_by_role("button", name="Training sentences", exact=True)
    expect(page.locator(PLACES)).not_to_have_count(0)
    expect(table).to_have_count(0)
    page.locator(".st-key-sections").get_by_role("link", name="Train").click()
    units = page.locator(".st-key-emoji_units").get_by_role("slider")
    expect(units).to_be_visible()
    settled(page)
    becomes(page, lambda: stands(page, "train"))
    expect(page.locator(".st-key-sections [aria-current]")).to_have_text("7 · Train")
    page.keyboard.press("Tab")  # goes on from the section's title, not from the bar
    expect(page.locator(".st-key-section_training :focus")).to_have_count(1)
    units.press("Home")
    page.wait_for_url("**emoji_units=8*")
    settled(page)  # the section is a part of the whole page from here on
    page.locator(".st-key-emoji_epochs").get_by_role("slider").press("Home")
    page.wait_for_url("**emoji_epochs=1*")
    page.locator(".st-key-section_training").get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**emoji_model=run+1*")  # the choice far above
    # The button turned grey: another has the focus.
    expect(page.locator(".st-key-section_training button:enabled:focus")).to_have_count(1)
    bar = page.locator(".st-key-sections")
    bar.get_by_role("link", name="7 · Train").press("ArrowRight")  # one stop for Tab
    expect(bar.get_by_role("link", name="8 · Errors")).to_be_focused()
    bar.get_by_role("link", name="Questions to ask").click()  # too near the end to reach the top
    expect(bar.locator("[aria-current]")).to_have_text("Questions to ask")
    bar.get_by_role("link", name="1 · The sentence").click()
    becomes(page, lambda: stands(page, "sentence"))
    page.reload()  # something is asked of the page now: it is drawn whole
    settled(page)
    expect(page.locator(PLACES)).to_have_count(0)
    expect(units).to_have_attribute("aria-valuetext", "8")


@pytest.mark.parametrize("size", SIZES)
def test_a_link_to_a_section_lands_there_and_a_clicker_goes_on(size, readers, new_page):
    width, height = SIZES[size]
    page = new_page(
        f"{readers.url}/jazz?present=true&temperature=abc#train",
        viewport={"width": width, "height": height},
    )
    becomes(page, lambda: stands(page, "train"))
    page.keyboard.press("PageDown")
    becomes(page, lambda: stands(page, "sample"))
    expect(page.locator(".st-key-section_sampling .stage").first).to_be_visible()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    becomes(page, lambda: stands(page, "model"))
    assert page.url.endswith("#model")
    page.keyboard.press("PageDown")
    becomes(page, lambda: stands(page, "train"))
    page.mouse.move(width / 2, height / 2)
    page.mouse.wheel(0, 60)  # not by the bar: the address stays
    page.reload()
    becomes(page, lambda: stands(page, "train"))
    if size == "phone":
        page.locator(".st-key-sections select").select_option("1 · The music")
        becomes(page, lambda: stands(page, "music"))
    page.locator(".st-key-share").get_by_role("button").first.click()
    expect(page.locator(".share .link")).to_have_value(re.compile("#(train|music)$"))
    if size == "phone":
        page.goto(f"{readers.url}/shapes")  # its first section is not in the menu
        menu = page.locator(".st-key-sections select")
        expect(menu).to_have_value("-1")
        menu.select_option("Defined once, used Tx times")
        becomes(page, lambda: stands(page, "once"))


def test_what_a_link_sets_waits_for_its_section_in_the_address_and_on_other_pages(
    readers, new_page
):
    page = new_page(f"{readers.url}/jazz?temperature=0.6&Ty=70")
    temperature = page.locator(".st-key-temperature").get_by_role("slider")
    expect(page.locator(".st-key-section_tokens")).to_be_visible()
    expect(temperature).to_have_count(0)
    turn_to(page, "emojify")
    assert "temperature" not in page.url
    page.locator(".st-key-say input").fill("we love pizza")
    page.locator(".st-key-say input").press("Enter")
    page.wait_for_url("**say=we+love+pizza*")
    turn_to(page, "jazz")
    page.locator(".st-key-sections").get_by_role("link", name="Sample").click()
    expect(temperature).to_have_attribute("aria-valuetext", "0.6")
    page.wait_for_url("**temperature=0.6*")
    settled(page)
    temperature.press("ArrowRight")
    page.wait_for_url("**temperature=0.8*")
    settled(page)
    expect(page.get_by_text("This link asks for")).to_have_count(0)
    page.reload()
    expect(page.locator(PLACES)).not_to_have_count(0)
    expect(page.locator(".st-key-section_tokens")).to_be_visible()
    assert "temperature=0.8" in page.url
    assert "Ty=70" in page.url
    page.locator(".st-key-sections").get_by_role("link", name="Sample").click()
    expect(temperature).to_have_attribute("aria-valuetext", "0.8")


def test_a_tour_draws_all_that_it_will_light(readers, new_page):
    page = new_page(f"{readers.url}/jazz")
    expect(page.locator(PLACES)).not_to_have_count(0)
    page.get_by_role("button", name="Tour").click()
    expect(page.locator(".tour .card")).to_be_visible()
    expect(page.locator(PLACES)).to_have_count(0)


def test_sections_that_come_near_together_are_all_drawn(readers, new_page):
    page = new_page(f"{readers.url}/cell", viewport={"width": 1280, "height": 5000})
    expect(page.locator(PLACES)).to_have_count(0, timeout=60_000)
    expect(page.locator(".st-key-cell_kernels")).to_be_visible()


def test_what_is_read_stays_where_it_is_while_a_section_above_it_is_drawn(readers, new_page):
    page = new_page(f"{readers.url}/cell#copy")
    settled(page)
    becomes(page, lambda: stands(page, "copy"))
    title, main = page.locator("#copy"), page.get_by_test_id("stMain")
    main.evaluate("main => { main.style.overflowAnchor = 'none'; }")  # Safari knows no anchoring
    page.keyboard.press("Shift")  # a hand: the title is not held any more
    before = title.bounding_box()["y"]
    above, gone = page.locator(PLACES.replace("place_", "place_by_hand")), 0
    expect(above).to_have_count(1)
    while above.count():
        main.evaluate("main => main.scrollBy(0, -300)")
        gone += 300
        settled(page)
    becomes(page, lambda: abs(title.bounding_box()["y"] - before - gone) < 20, 5)
