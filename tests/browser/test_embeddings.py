"""The embeddings page as a visitor uses it: look up, zoom, jump, draw around, train, upload."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import choose, expect, settled
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MATRIX = ".st-key-matrix_chart"
REST = "without=neighbours,analogies,similar,bias"  # sections that a test does not look at


@pytest.fixture
def page(server, look_at) -> Page:
    page = look_at(f"{server.url}/embeddings")
    expect(page.get_by_text("cells, each")).to_be_visible()
    expect(page.locator(f"{MATRIX} .heatmaplayer")).to_be_attached()
    return page


def shown(page: Page) -> tuple[int, int]:
    """First and last place of the matrix on screen."""
    text = page.get_by_text("cells, each").inner_text()  # "Rows 0 to 400,000 of 400,001: …"
    first, last = re.match(r"Rows ([\d,]+) to ([\d,]+)", text).groups()
    return int(first.replace(",", "")), int(last.replace(",", ""))


def drag_over(page: Page, top: float, bottom: float) -> None:
    """Over the matrix, from one height to another, both as shares of it."""
    area = page.locator(f"{MATRIX} .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    x = box["x"] + box["width"] / 3
    page.mouse.move(x, box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(x + 60, box["y"] + bottom * box["height"], steps=6)
    page.mouse.up()


def test_what_is_drawn_can_be_taken_away(page):
    with page.expect_download() as caught:
        page.locator(".st-key-section_whole").get_by_role("button", name="CSV").click()
    lines = caught.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("place,row,word,0,1")
    assert len(lines) == 261
    with page.expect_download() as caught:
        page.locator(f"{MATRIX} .modebar-btn").first.click()
    assert caught.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_sentence_is_looked_up_and_the_stage_follows(page):
    box = page.get_by_role("textbox", name="sentences, one a line")
    box.fill("pizza and wine")
    box.press("Control+Enter")
    expect(page.get_by_text("maxlen = 3").first).to_be_visible()
    stage = page.locator(".stage[role=group]").first
    stage.get_by_role("button", name="Step forward").or_(
        stage.get_by_role("button", name="Next step")
    ).first.click()
    expect(stage.get_by_label("Position")).to_have_attribute(
        "aria-valuetext", re.compile("step 2 of 3.*and")
    )
    expect(page.get_by_text("equal those of the lookup")).to_be_visible()


def test_dragging_over_rows_zooms_to_them_down_to_single_rows(page):
    first, last = shown(page)
    # A finger's drag scrolls the page: a chart may be as high as a phone.
    goes_on = """node => node.dispatchEvent(new TouchEvent("touchstart", {
      bubbles: true, cancelable: true, touches: [new Touch({ identifier: 1, target: node })],
    }))"""
    assert page.locator(".st-key-matrix_chart .nsewdrag").first.evaluate(goes_on)
    drag_over(page, 0.5, 0.6)
    expect(page.get_by_text("cells, each")).not_to_have_text(re.compile(f"^Rows {first:,} to"))
    zoomed = shown(page)
    assert first < zoomed[0] < zoomed[1] < last
    assert (zoomed[1] - zoomed[0]) / (last - first) == pytest.approx(0.1, abs=0.03)
    drag_over(page, 0.2, 0.25)
    expect(page.get_by_text("cells, each")).not_to_have_text(re.compile(f"^Rows {zoomed[0]:,} to"))
    drag_over(page, 0.2, 0.23)
    expect(page.get_by_text("each line is one row")).to_be_visible()
    page.get_by_role("button", name="Whole matrix").click()
    expect(page.get_by_text(f"Rows {first:,} to {last:,}")).to_be_visible()


def test_a_jump_shows_the_word_by_name_and_a_link_to_it(page):
    box = page.get_by_role("textbox", name="jump to a word")
    box.fill("baseball")
    box.press("Enter")
    expect(page.get_by_text("each line is one row")).to_be_visible()
    expect(page.locator(f"{MATRIX} .ytick", has_text="baseball")).to_be_visible()
    assert "rows=25" in page.url
    page.locator(f"{MATRIX} .nsewdrag").first.hover(position={"x": 300, "y": 200})
    said = page.locator(f"{MATRIX} .hovertext").first
    expect(said).to_have_text(re.compile(r"row [\d,]+ · .*dimension \d+.*value −?-?\d"))


def test_analogies_that_everybody_asks(page):
    for line in (
        "man king woman queen",
        "paris france tokyo japan",
        "see saw go went",
        "男人 国王 女人 queen",
    ):
        *asked, answer = line.split()
        for label, word in zip(("a", "is to b", "as c is to …"), asked, strict=True):
            box = page.get_by_role("textbox", name=label, exact=True)
            box.fill(word)
            box.press("Enter")
        a, b, c = asked
        expect(page.get_by_text(f"{b} − {a} + {c} ≈ {answer}")).to_be_visible()
    expect(page.get_by_text("The nearest Chinese words: 女王")).to_be_visible()


def test_frozen_moves_no_row_and_trainable_moves_some(server, new_page):
    page = new_page(f"{server.url}/embeddings?{REST},looking_up,whole,on_a_map")
    page.locator(".st-key-embedding_epochs").get_by_role("slider").press("Home")
    settled(page)
    page.get_by_role("button", name="Train both").click()
    expect(page.get_by_text("epoch 1 of 1")).to_have_count(2, timeout=120_000)
    expect(page.get_by_text("Done")).to_have_count(2)
    expect(page.get_by_text("no row moved")).to_be_visible()
    frozen, trainable = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert frozen.startswith("0 of")
    assert int(trainable.split()[0].replace(",", "")) > 100
    expect(page.locator(".st-key-changes_chart .heatmaplayer")).to_have_count(1)
    expect(page.get_by_role("button", name="Train both again")).to_be_enabled()


def test_twenty_thousand_words_are_moved_zoomed_named_and_drawn_around(server, new_page):
    link = f"{REST},looking_up,whole,training&map=own+axes&map_words=20000"
    page = new_page(f"{server.url}/embeddings?{link}")
    canvas = page.locator(".wordmap canvas")
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("aria-label", re.compile("^20,000 words by own axes"))
    # One finger scrolls the page, two are the map's.
    fingers = """(node, n) => node.dispatchEvent(new TouchEvent("touchmove", {
      cancelable: true, touches: [...Array(n).keys()].map(
        (identifier) => new Touch({ identifier, target: node })),
    }))"""
    expect(canvas).to_have_css("touch-action", "pan-y")
    assert [canvas.evaluate(fingers, n) for n in (1, 2)] == [True, False]
    picture = "canvas => canvas.toDataURL()"
    page.wait_for_function("canvas => canvas.width > 300", arg=canvas.element_handle())
    first = canvas.evaluate(picture)
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=4)
    page.mouse.up()
    page.wait_for_function(
        f"old => ({picture})(old[0]) !== old[1]", arg=[canvas.element_handle(), first]
    )
    page.get_by_role("button", name="Zoom in").last.click()
    page.get_by_role("button", name="Draw around words").click()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for right, down in ((30, 0), (30, 30), (0, 30)):
        page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()
    expect(page.get_by_text("words chosen")).to_be_visible()
    assert int(page.get_by_text("words chosen").inner_text().split()[0]) > 2
    page.mouse.move(x + 15, y + 15)
    expect(page.locator(".wordmap .tip")).to_have_text(re.compile(r"\S"))


def test_vectors_of_ones_own_take_over_and_a_bad_file_does_not(server, new_page):
    page = new_page(f"{server.url}/embeddings?{REST},on_a_map,training")
    choose(page.get_by_test_id("stSelectbox").first, "my file")
    rows = np.random.default_rng(0).normal(size=(60, 6))
    text = "".join(
        f"w{at} " + " ".join(f"{x:.3f}" for x in row) + "\n" for at, row in enumerate(rows)
    )
    chooser = page.locator(".st-key-vectors_file input[type=file]")
    chooser.set_input_files({"name": "own.txt", "mimeType": "text/plain", "buffer": text.encode()})
    expect(page.get_by_text("60 words").first).to_be_visible()
    expect(page.get_by_text("Rows 0 to 60 of 61")).to_be_visible()
    chooser.set_input_files(
        {"name": "bad.txt", "mimeType": "text/plain", "buffer": b"<html>no</html>"}
    )
    expect(page.get_by_text("is a web page saved under this name")).to_be_visible()
    expect(page.get_by_text("Rows 0 to 60 of 61")).to_be_visible()
