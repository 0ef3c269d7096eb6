"""A lesson given with a clicker."""

from __future__ import annotations

import re

import pytest
from conftest import expect, settled

pytestmark = pytest.mark.browser


def test_a_clicker_leads_through_the_lesson_and_no_answer_stands_beside_its_question(
    server, new_page
):
    page = new_page(f"{server.url}/?plan=2&present=true", viewport={"width": 1280, "height": 720})
    panel, current = page.locator(".plan .panel"), page.locator(".plan .step.now")
    expect(current).to_contain_text("Ask What do you see?")
    app = page.get_by_test_id("stApp").bounding_box()
    assert app["x"] + app["width"] <= panel.bounding_box()["x"] + 1  # nothing is covered
    page.keyboard.press("PageDown")
    expect(current).to_contain_text("Then say")
    expect(page).to_have_url(re.compile(r"[?&]plan=3\b"))
    assert "/jazz" not in page.url
    page.keyboard.press("PageDown")  # the next step opens a page
    expect(page).to_have_url(re.compile(r"/jazz\?.*plan=4.*#tokens$"))
    settled(page)
    expect(current).to_contain_text("Open Jazz, tokens")
    expect(page.locator("#tokens")).to_be_in_viewport()
    page.keyboard.press("PageUp")
    expect(current).to_contain_text("Then say")
    expect(page).to_have_url(re.compile(r"localhost:\d+/\?.*plan=3"))
    settled(page)

    # What the question is about is in sight, from 720 lines on.
    page.goto(f"{server.url}/cell?hand=forget&hand_from=17&present=true&plan=13#sandbox")
    settled(page)
    for lane in ("forget gate", "cell state"):
        picture = page.locator(".st-key-section_hand .lane", has_text=lane).locator("canvas")
        expect(picture.first).to_be_in_viewport(ratio=0.6)

    page.goto(f"{server.url}/shapes?predict=true&plan=8")
    settled(page)
    expect(current.get_by_role("img", name="QR code for the class")).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(panel).to_contain_text("How many weights are added?")
    expect(panel).not_to_contain_text("the cell is defined once")
    page.get_by_role("button", name="Show the answer").click()
    expect(current).to_contain_text("the cell is defined once")
    page.get_by_role("button", name="Fold away").click()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Show the lesson").click()
    page.get_by_role("button", name="Leave the lesson").click()
    expect(panel).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"[?&]plan="))
