"""Ask first: what comes next is covered until it is revealed, and the class is scored."""

from __future__ import annotations

import re

import pytest
from conftest import becomes, expect, settled

pytestmark = pytest.mark.browser


def test_a_class_is_asked_for_notes_by_keys_before_they_are_shown(server, new_page):
    page = new_page(f"{server.url}/jazz?seed=7&solo.ask=12&present=true#sample")
    stage = page.locator(".st-key-solo .stage")
    box = stage.locator(".ask")
    expect(box).to_contain_text("Step 12 of 64: the cell reads")
    expect(stage.locator(".where-token")).to_have_text(re.compile(r" → \?$"))
    names = box.locator(".ask-choice b").all_inner_texts()
    assert len(set(names)) == 4
    page.keyboard.press("2")  # nothing has the focus: so does a clicker
    expect(box.locator(".ask-choice").nth(1)).to_have_attribute("aria-pressed", "true")
    notes = stage.locator("section[data-kind=pianoroll]")
    notes.get_by_role("button", name="as a table").click()
    expect(notes.locator("tbody tr").last.locator("th")).to_have_text("11")
    softmax = stage.locator("section[data-kind=distribution]")
    softmax.get_by_role("button", name="as a table").click()
    expect(softmax.locator("caption")).to_contain_text("at step 12 of 64")
    expect(softmax.locator("tbody tr")).to_have_count(0)

    stage.get_by_role("button", name="Show of hands").click()
    for key in "2212":
        page.keyboard.press(key)
    expect(box.get_by_role("spinbutton", name=names[1])).to_have_value("3")
    box.get_by_role("spinbutton", name=names[2]).fill("9")
    stage.locator(".ask-question").click()
    page.keyboard.press("End")  # no further than the question
    expect(stage.locator(".where")).to_have_text("step 12 of 64")
    page.keyboard.press("PageDown")
    told = box.locator(".ask-card.right b")
    expect(told).to_have_count(1)
    right = told.inner_text()
    expect(stage.locator(".where-token")).to_have_text(re.compile(rf" → {re.escape(right)}$"))
    expect(softmax.locator("tbody tr").first).to_be_visible()
    expect(box.locator(".ask-score")).to_contain_text(f"the class {int(right == names[2])} of 1")
    expect(box.locator(".ask-score")).to_contain_text("of 13 hands")
    # Another part of the page, and another language, leave the round as it is.
    page.get_by_text("Band", exact=True).first.click()
    settled(page)
    expect(told).to_have_text(right)
    page.keyboard.press("Tab")
    page.get_by_text("简体中文", exact=True).click()
    spoken = page.locator(".st-key-solo-zh .stage")
    expect(spoken.locator(".ask-card.right b")).to_be_visible()
    expect(spoken.locator(".ask-score")).to_contain_text("/13 人次")
    spoken.get_by_role("button", name="下一步").click()
    expect(spoken.locator(".where")).to_have_text("第 13 步，共 64 步")
    expect(spoken.locator(".ask-card.right")).to_have_count(0)
    spoken.get_by_role("button", name="先猜再看").click()
    expect(spoken.locator(".ask")).to_be_hidden()
    expect(spoken.locator(".where-token")).not_to_contain_text("?")
    # On a phone the bar that stays in sight is higher. A finger leaves what it pressed hovered.
    page.set_viewport_size({"width": 390, "height": 844})
    spoken.get_by_role("button", name="先猜再看").click()
    below = """node => node.getBoundingClientRect().top
      >= node.closest(".stage").querySelector(".bar").getBoundingClientRect().bottom - 1"""
    becomes(page, lambda: spoken.locator(".ask").evaluate(below))
    reveal = spoken.get_by_role("button", name="揭晓")
    reveal.hover()
    drawn = "n => [getComputedStyle(n).backgroundColor, getComputedStyle(n).color]"
    words = [sum(map(int, re.findall(r"\d+", one)[:3])) for one in reveal.evaluate(drawn)]
    assert abs(words[0] - words[1]) > 300


def test_a_sentence_keeps_its_answer_covered_until_its_last_word_is_asked(server, new_page):
    link = "say=She+does+not+love+me+anymore&emoji_stage.ask=1"
    page = new_page(f"{server.url}/emojify?{link}")
    stage = page.locator(".st-key-emoji_stage .stage")
    box, verdict = stage.locator(".ask"), page.locator(".verdict")
    expect(box).to_contain_text("Step 1, after “she”")
    expect(verdict).to_be_hidden()
    padding = page.get_by_text("alike.").first  # tells as well
    expect(padding).to_be_attached()
    expect(padding).to_be_hidden()
    expect(box.locator(".ask-choice")).to_have_count(5)
    box.locator(".ask-choice").nth(3).click()
    page.keyboard.press("Enter")
    expect(box.locator(".ask-result")).to_contain_text("The network says")
    expect(verdict).to_be_hidden()
    box.get_by_role("button", name="Last word").click()
    expect(box).to_contain_text("Step 6, after “anymore”")
    page.keyboard.press("4")
    expect(box.locator(".ask-choice").nth(3)).to_have_attribute("aria-pressed", "true")
    box.get_by_role("button", name="Reveal").click()
    expect(box.locator(".ask-result")).to_contain_text("sad")
    expect(box.locator(".ask-score")).to_contain_text("1 of")
    expect(verdict).to_be_visible()
    page.get_by_role("textbox", name="Your sentence").fill("I am so happy today")
    expect(page.locator("td", has_text="today").first).to_be_visible()
    expect(verdict).to_be_hidden()
    expect(box).to_contain_text("Step 1, after “i”")
    stage.get_by_role("button", name="Ask first").click()
    expect(verdict).to_be_visible()
    becomes(page, lambda: verdict.inner_text().startswith("😄"))
