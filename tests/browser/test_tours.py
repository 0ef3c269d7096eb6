"""A newcomer's script: every tour, from its first step to its last, doing what it asks."""

from __future__ import annotations

import pytest
from conftest import choose, expect, settled, turn_to
from playwright.sync_api import Locator, Page
from test_accessibility import COLOURS, lasting_violations, switch
from test_accessibility import axe as axe  # a fixture

from ui.frame.frame import PAGES
from ui.lessons.tours import Step, tour

pytestmark = pytest.mark.browser

NAMES = [entry.file.removesuffix(".py") for entry in PAGES]
SIZES = {"laptop": (1280, 720), "phone": (390, 844)}
LOCALES: dict[str, dict[str, str]] = {"en": {}, "zh": {"locale": "zh-CN"}}
# A small model trains in a second, and its loss is seen all the same.
ASKED = {"emojify": "?emoji_units=8"}


def element(page: Page, name: str, language: str) -> Locator:
    """What a tour calls ``key`` or ``key::part``."""
    key, _, part = name.partition("::")
    css = "st-key-" + "".join(c if c.isalnum() or c in "_-" else "-" for c in key)
    whole = page.locator(f".{css}, .{css}-{language}").first
    return whole.locator(f'[data-name="{part}"]').first if part else whole


def do(page: Page, step: Step, language: str) -> None:
    """What the step asks of a reader, whatever control it names."""
    there = element(page, step.target, language)
    if step.action == "see":
        return
    expect(there).to_be_visible()
    if step.action == "play":
        there.locator('[data-name="play"]').click()
    elif step.action == "step":
        there.locator(".stage").press("ArrowRight")
    elif step.action == "point":
        spot = there.locator("canvas.time, .linked, .js-plotly-plot").first
        (spot if spot.count() else there).hover()
    elif step.action == "press":
        settled(page)  # nobody presses what is just being drawn
        spot = there.locator("canvas.time:visible, .lane-dom canvas:visible, button:visible").first
        (spot if spot.count() else there).click()
    else:
        settled(page)
        change(page, there)


def change(page: Page, there: Locator) -> None:
    """Give the control another value."""
    if (slider := there.get_by_role("slider")).count():
        slider.first.press("ArrowRight")
    elif (area := there.locator("textarea")).count():
        area.fill("a small word")
        area.press("Control+Enter")
    elif there.get_by_test_id("stSelectbox").count():
        choose(there.locator("input"))
    elif (line := there.locator("input[type=text]")).count():
        line.fill("teacher")
        line.press("Enter")
    elif there.get_by_test_id("stCheckbox").count():
        there.locator("label").first.click()
    else:
        there.get_by_role("button").or_(there.get_by_role("radio")).last.click()


def follow(page: Page, name: str, language: str, *, act: bool) -> None:
    """Go through the tour; ``act``, or skip what it asks and see that everything is lit."""
    steps = tour(name, language).steps
    card = page.locator(".tour .card")
    element(page, "tour_button", language).get_by_role("button").click()
    for number, step in enumerate(steps, 1):
        expect(card).to_have_attribute("data-step", str(number))
        expect(card.locator(".title")).to_have_text(step.title)
        if act and step.action:
            do(page, step, language)
        if act:
            # The first training of a server starts the process that trains.
            patience = 120_000 if step.action == "see" else 30_000
            expect(card).to_have_attribute("data-done", "true", timeout=patience)
        phone = page.viewport_size["width"] < 640
        page.wait_for_function(ON_SCREEN, arg={"skipped": not act, "phone": phone}, polling=50)
        card.locator('[data-does="next"]').click()
    expect(card).to_be_hidden()


# The card is wholly in the window, and so is some of what is lit, its upper edge not under the bar.
# Where a step was ``skipped``, the next element may not be drawn yet: then the card says so. One
# look, for a walk takes many.
ON_SCREEN = """({ skipped, phone }) => {
  const all = (css, root = document) => [
    ...root.querySelectorAll(css),
    ...[...root.querySelectorAll("*")].flatMap(
      ({ shadowRoot }) => shadowRoot ? all(css, shadowRoot) : []),
  ];
  const seen = (node) => node?.getClientRects().length;
  const [ring, ...more] = all(".tour .ring");
  const [card] = all(".tour .card");
  if (!seen(ring)) return skipped && seen(card?.querySelector(".missing"));
  if (more.length || !seen(card)) return false;
  const [box, place] = [ring, card].map((node) => node.getBoundingClientRect());
  const shown = (from, to, end) => Math.min(to, end) - Math.max(from, 0);
  const [bar] = all("[data-testid='stMain'] .st-key-sections");
  const under = bar ? bar.getBoundingClientRect() : { top: 0, bottom: 0 };
  if (box.top > under.top && box.top < under.bottom - 8) return false;
  const share = shown(place.left, place.right, innerWidth)
    * shown(place.top, place.bottom, innerHeight) / (place.width * place.height);
  return share >= 0.99
    && shown(box.top, box.bottom, phone ? place.top : innerHeight) >= Math.min(40, box.height);
}"""


# Every tour is gone through in both languages, at both sizes, and once by doing what it asks; over
# the tours, that is done in either language at either size. Who acts at which size in which:
WALKS = {
    "en": {
        "home": ("laptop", True),
        "jazz": ("phone", True),
        "emojify": ("phone", False),
        "shapes": ("laptop", False),
        "embeddings": ("laptop", True),
        "cell": ("laptop", False),
    },
    "zh": {
        "home": ("phone", False),
        "jazz": ("laptop", False),
        "emojify": ("laptop", True),
        "shapes": ("phone", True),
        "embeddings": ("phone", False),
        "cell": ("phone", True),
    },
}


@pytest.mark.parametrize("language", WALKS)
def test_a_newcomer_follows_every_tour_to_its_end(language, server, new_page):
    assert [*WALKS[language]] == NAMES
    page = new_page(server.url, **LOCALES[language], reduced_motion="reduce")
    for name, (size, act) in WALKS[language].items():
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        if name != "home":
            turn_to(page, name + ASKED.get(name, ""))
        follow(page, name, language, act=act)
        page.wait_for_url(lambda url: "tour=" not in url)


def test_a_tour_can_be_followed_from_the_keyboard_and_left_and_resumed(server, new_page):
    page = new_page(f"{server.url}/")
    button = element(page, "tour_button", "en").get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    card = page.locator(".tour .card")
    expect(card).to_be_focused()
    expect(card).to_have_attribute("data-step", "1")
    page.keyboard.press("Tab")  # leave
    page.keyboard.press("Tab")  # next: there is nothing before the first step
    page.keyboard.press("Enter")
    expect(card).to_have_attribute("data-step", "2")
    page.wait_for_url("**tour=2*")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(button).to_contain_text("Tour, step 2 of 5")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_have_attribute("data-step", "2")


def test_a_clicker_turns_the_steps_when_presenting_and_types_into_no_field(server, new_page):
    page = new_page(f"{server.url}/jazz?present=true&tour=2")
    card = page.locator(".tour .card")
    expect(card).to_have_attribute("data-step", "2")
    page.keyboard.press("PageDown")
    expect(card).to_have_attribute("data-step", "3")
    page.keyboard.press("PageUp")
    expect(card).to_have_attribute("data-step", "2")
    page.wait_for_url("**tour=2*")
    settled(page)
    page.locator(".st-key-train_seed input").press("PageDown")
    expect(card).to_have_attribute("data-step", "2")


def test_a_presented_page_folds_its_controls_and_the_tour_opens_them_again(server, new_page):
    page = new_page(f"{server.url}/jazz?present=true")
    temperature = page.locator(".st-key-temperature")
    solo = page.locator(".st-key-solo .stage")
    fold = page.locator(".st-key-controls_solo summary")
    expect(solo).to_be_visible()
    expect(temperature).to_be_hidden()
    solo.evaluate("stage => stage.scrollIntoView()")
    expect(fold).to_be_in_viewport()  # a slim line over the window's lower edge
    assert fold.bounding_box()["y"] > solo.bounding_box()["y"]
    steps = tour("jazz").steps
    (number,) = [n for n, step in enumerate(steps, 1) if step.light == "temperature"]
    page.goto(f"{server.url}/jazz?present=true&tour={number}")
    expect(temperature).to_be_in_viewport()
    expect(page.locator(".tour .ring")).to_be_visible()


def still(page: Page) -> None:
    """Wait until everything is drawn and the pointer shows no tip."""
    page.mouse.move(2, 2)
    expect(page.get_by_test_id("stTooltipContent")).to_have_count(0)
    settled(page)
    expect(page.locator('[data-stale="true"]')).to_have_count(0)


def test_a_lit_page_has_no_grave_violation_light_or_dark(server, new_page, axe):
    page = new_page(f"{server.url}/?tour=2")
    expect(page.locator(".tour .card")).to_be_visible()
    still(page)
    assert not lasting_violations(page, axe)
    switch(page, "dark")
    still(page)
    assert not lasting_violations(page, axe, COLOURS)
    share(page)
    assert not lasting_violations(page, axe, COLOURS)
    switch(page, "light")
    still(page)
    assert not lasting_violations(page, axe)


def test_a_lit_page_that_is_presented_has_no_grave_violation(server, new_page, axe):
    page = new_page(f"{server.url}/?tour=2&present=true")
    expect(page.locator(".tour .card")).to_be_visible()
    still(page)
    assert not lasting_violations(page, axe)
    share(page)
    assert not lasting_violations(page, axe)


def share(page: Page) -> None:
    element(page, "share", "en").get_by_role("button").click()
    expect(page.locator(".share .code svg")).to_be_visible()
    still(page)
