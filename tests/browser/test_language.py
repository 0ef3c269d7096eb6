"""The Chinese pages in a real browser."""

from __future__ import annotations

import re

import pytest
from conftest import expect, settled, turn_to

from ui.frame.frame import PAGES

# Controls whose words do not fit, and words that stand one character a line.
MISFITS = """() => {
  const CJK = /[\\u4e00-\\u9fff]/;
  const TEXTS = "button, select, label, summary, h1, h2, h3, p, li, caption";
  const shadows = Array.from(document.querySelectorAll("*"), (node) => node.shadowRoot);
  const shown = (node) =>
    node.getClientRects().length && getComputedStyle(node).visibility !== "hidden";
  const found = [];
  const lines = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size;
  };
  for (const root of [document, ...shadows.filter(Boolean)]) {
    for (const node of root.querySelectorAll(TEXTS)) {
      if (!shown(node) || !CJK.test(node.textContent) || node.closest("canvas, .sr")) continue;
      const said = node.textContent.trim().slice(0, 40);
      const control = /BUTTON|LABEL|SELECT/.test(node.tagName) && node.clientWidth;
      if (control && node.scrollWidth > node.clientWidth + 1) found.push(`cut off: ${said}`);
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const words = text.data.trim();
        if (words.length < 3 || !CJK.test(words) || !shown(text.parentElement)) continue;
        const rows = lines(text);
        if (rows > 2 && words.length < 2 * rows) found.push(`a narrow column: ${said}`);
      }
    }
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth + 1) found.push(`${page.scrollWidth} px wide`);
  return found;
}"""


@pytest.mark.browser
def test_a_link_in_chinese_stays_chinese_over_the_pages(readers, new_page):
    page = new_page(f"{readers.url}/?lang=zh")
    expect(page.get_by_role("link", name="首页", exact=True).first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_test_id("stTopNav").get_by_role("link", name="形状", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("形状")
    settled(page)
    assert "lang=zh" in page.url
    expect(page.get_by_role("radio", name="简体中文")).to_be_checked()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("形状")
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    # The stage and Streamlit's own words speak it too.
    page.get_by_test_id("stTopNav").get_by_role("link", name="首页", exact=True).click()
    expect(page.get_by_role("button", name="暂停（空格）")).to_be_visible()
    assert page.get_by_role("button", name="Pause (Space)").count() == 0


@pytest.mark.browser
def test_the_switch_changes_the_language_in_place_and_in_the_link(readers, new_page):
    page = new_page(f"{readers.url}/shapes")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_text("简体中文", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("形状")
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "lang=zh" in page.url
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shapes")
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "lang=" not in page.url


@pytest.mark.browser
def test_a_stage_stands_in_the_other_language_where_it_stood_in_the_first(readers, new_page):
    page = new_page(f"{readers.url}/jazz")
    stage = page.locator(".stage[role=group]").first
    for _ in range(6):
        stage.press("ArrowRight")
    stage.locator("select.sort").select_option("groups")
    stage.locator('[data-name="speed"]').select_option("0.5")
    expect(stage.get_by_label("Position")).to_have_attribute(
        "aria-valuetext", re.compile("^step 7 of")
    )
    page.get_by_text("简体中文", exact=True).click()
    settled(page)
    expect(stage.get_by_label("位置")).to_have_attribute("aria-valuetext", re.compile("^第 7 步"))
    expect(stage.locator("select.sort")).to_have_value("groups")
    expect(stage.locator('[data-name="speed"]')).to_have_value("0.5")
    page.get_by_text("演示", exact=True).click()
    settled(page)
    expect(stage.locator("select.sort")).to_have_value("groups")
    expect(stage.get_by_label("位置")).to_have_attribute("aria-valuetext", re.compile("^第 7 步"))


@pytest.mark.browser
def test_a_chinese_browser_is_answered_in_chinese_until_it_asks_for_english(readers, new_page):
    page = new_page(f"{readers.url}/shapes", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("形状")
    settled(page)
    assert "lang=" not in page.url
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shapes")
    settled(page)
    assert "lang=en" in page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shapes")


@pytest.mark.browser
def test_chinese_fits(server, new_page):
    phone = {"width": 390, "height": 844}
    page = new_page(f"{server.url}/?lang=zh", viewport=phone)
    expect(page.get_by_role("button", name="展开侧边栏")).to_be_visible()  # a phone's pages
    # A page without a list of sections leaves no gap for one above its stage's bar.
    gap = """node => parseFloat(getComputedStyle(node).top)
      - document.querySelector("[data-testid=stHeader]").getBoundingClientRect().bottom"""
    assert 0 <= page.locator(".stage .bar").evaluate(gap) < 4
    for path in [entry.url_path for entry in PAGES]:
        page.set_viewport_size(phone)
        if path:
            turn_to(page, f"{path}?lang=zh")
        assert page.evaluate(MISFITS) == [], f"{path or 'home'} on a phone"
        page.set_viewport_size({"width": 1280, "height": 720})
        settled(page)
        assert page.evaluate(MISFITS) == [], f"{path or 'home'} on a desk"
