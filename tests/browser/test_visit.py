"""A visit over reloads, tabs, browsers and a server that is killed."""

from __future__ import annotations

import json
import re
from io import BytesIO

import numpy as np
import pretty_midi
import pytest
from conftest import Server, becomes, settled, write_first_cell
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

SLOW = "pace=5+epochs+a+second"


def kept(page: Page) -> dict:
    """What the tab keeps for itself."""
    return json.loads(page.evaluate("sessionStorage.getItem('seqscope.visit')") or "{}")


def train(page: Page) -> None:
    """Start, and wait until there is a loss and the tab knows of the run."""
    page.get_by_role("button", name="Train", exact=True).first.click()
    expect(page.get_by_text("loss summed over Ty")).to_be_visible(timeout=180_000)
    until_kept(page, "runs")


def until_kept(page: Page, what: str) -> None:
    page.wait_for_function(
        "what => JSON.parse(sessionStorage.getItem('seqscope.visit') || '{}').holds?.[what]",
        arg=what,
    )


def epoch(page: Page) -> int:
    text = page.get_by_text("loss summed over Ty").inner_text()
    return int(re.search(r"epoch ([\d,]+)", text)[1].replace(",", ""))


def first_loss(page: Page) -> str:
    return re.search(r"first ([\d.]+)", page.get_by_text("loss summed over Ty").inner_text())[1]


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).first.click()
    settled(page)


def a_midi_file(n: int = 80) -> bytes:
    song = pretty_midi.PrettyMIDI(initial_tempo=100)
    lead = pretty_midi.Instrument(73, name="Whistle")
    for beat, pitch in enumerate(np.random.default_rng(5).integers(60, 72, n)):
        lead.notes.append(pretty_midi.Note(90, int(pitch), beat * 0.3, beat * 0.3 + 0.28))
    song.instruments.append(lead)
    file = BytesIO()
    song.write(file)
    return file.getvalue()


def bring_midi(page: Page) -> None:
    page.get_by_text("my MIDI", exact=True).click()
    settled(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "Flute secret.mid", "mimeType": "audio/midi", "buffer": a_midi_file()}
    )
    expect(page.get_by_text("Whistle").first).to_be_visible()
    settled(page)


def open_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(url)
    settled(page)
    page.wait_for_function(  # the tab has its name a moment after the page stands
        "() => JSON.parse(sessionStorage.getItem('seqscope.visit') || '{}').token"
    )
    return page


@pytest.fixture
def contexts(chromium: Browser):
    """Browsers that share nothing."""
    made = []

    def make() -> BrowserContext:
        made.append(
            chromium.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        )
        return made[-1]

    yield make
    for context in made:
        context.close()


def menu(page: Page) -> None:
    page.get_by_role("button", name="My work").click()
    expect(page.get_by_role("button", name="Save to a file")).to_be_visible()


def test_a_reload_during_training_keeps_run_losses_and_model(server, new_page):
    page = new_page(f"{server.url}/jazz?{SLOW}")
    train(page)
    before, first = epoch(page), first_loss(page)
    page.reload()
    expect(page.get_by_text("loss summed over Ty")).to_be_visible()
    assert epoch(page) >= before
    assert first_loss(page) == first
    settled(page)
    now = epoch(page)
    becomes(page, lambda: epoch(page) > now)
    expect(page.get_by_text("my training · temperature")).to_be_visible()


def test_pages_may_be_switched_and_reloaded_while_a_run_goes_on(server, new_page):
    page = new_page(f"{server.url}/jazz?{SLOW}&Tx=12")
    train(page)
    before = epoch(page)
    go(page, "Emojify")
    box = page.get_by_role("textbox", name="Your sentence")
    box.fill("we love pizza")
    box.press("Enter")
    settled(page)
    page.reload()
    settled(page)
    expect(box).to_have_value("we love pizza")
    until_kept(page, "runs")
    go(page, "Jazz")
    expect(page.get_by_text("loss summed over Ty")).to_be_visible()
    becomes(page, lambda: epoch(page) > before)
    expect(page).to_have_url(re.compile(r"Tx=12"))
    expect(page.get_by_role("slider", name="Tx").first).to_have_value("12")


def test_a_file_of_ones_own_outlives_a_reload(server, new_page):
    page = new_page(f"{server.url}/jazz")
    bring_midi(page)
    until_kept(page, "midi")
    page.reload()
    expect(page.get_by_text("Whistle").first).to_be_visible()
    expect(page.get_by_text("“Flute secret · Whistle”: 80 tokens")).to_be_visible()


def test_what_is_typed_in_no_link_outlives_another_page_and_a_reload(server, new_page):
    page = new_page(f"{server.url}/shapes")
    box = page.get_by_role("textbox", name="layers")
    box.fill("Embedding(500, 7)\nLSTM(9)")
    page.get_by_role("button", name="Draw").click()
    settled(page)
    go(page, "Cell")
    page.reload()
    settled(page)
    page.wait_for_timeout(1500)
    settled(page)
    go(page, "Shapes")
    expect(box).to_have_value("Embedding(500, 7)\nLSTM(9)")


def test_a_table_that_was_edited_outlives_a_reload(server, new_page):
    page = new_page(f"{server.url}/emojify")
    page.get_by_text("Edit the rows").click()
    settled(page)
    table = page.locator(".st-key-emoji_data_edit").get_by_test_id("stDataFrame")
    write_first_cell(page, table, "my xylophone and I")
    until_kept(page, "tables")
    settled(page)
    go(page, "Cell")
    page.reload()
    settled(page)
    page.wait_for_timeout(1500)
    settled(page)
    go(page, "Emojify")
    expect(page.get_by_role("switch", name="Edit the rows")).to_be_checked()
    settled(page)
    page.get_by_role("button", name="Use this table").click()
    settled(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Training sentences", exact=True).click()
    assert "my xylophone and I" in caught.value.path().read_text("utf-8")


def test_two_tabs_of_a_browser_are_two_visits(server, contexts):
    browser = contexts()
    one = open_in(browser, f"{server.url}/jazz?{SLOW}")
    train(one)
    other = open_in(browser, f"{server.url}/jazz")
    assert kept(other)["token"] != kept(one)["token"]
    assert kept(other)["holds"] == {}
    expect(other.get_by_text("loss summed over Ty")).to_have_count(0)
    one.reload()
    expect(one.get_by_text("loss summed over Ty")).to_be_visible()
    other.reload()
    settled(other)
    expect(other.get_by_text("loss summed over Ty")).to_have_count(0)


def test_a_duplicated_tab_is_a_copy_and_the_first_goes_on(server, contexts):
    browser = contexts()
    one = open_in(browser, f"{server.url}/jazz?{SLOW}&epochs=200")
    train(one)
    with browser.expect_page() as opened:
        one.evaluate("window.open(location.href)")  # takes the session storage along
    copy = opened.value
    expect(copy.get_by_text("This tab is a copy")).to_be_visible()
    settled(copy)
    assert kept(copy)["token"] != kept(one)["token"]
    expect(copy.get_by_text("Stopped")).to_be_visible()
    stood = epoch(copy)
    before = epoch(one)
    becomes(one, lambda: epoch(one) > before)
    copy.reload()
    expect(copy.get_by_text("Stopped")).to_be_visible()
    assert epoch(copy) == stood
    one.reload()
    expect(one.get_by_text("Training", exact=False).first).to_be_visible()
    assert epoch(one) >= before


def test_two_browsers_never_see_each_others_data(server, contexts):
    one, other = (open_in(contexts(), f"{server.url}/jazz") for _ in range(2))
    bring_midi(one)
    train(one)
    go(one, "Emojify")
    box = one.get_by_role("textbox", name="Your sentence")
    box.fill("a secret sentence")
    box.press("Enter")
    settled(one)
    for _ in range(2):
        assert kept(other)["holds"] == {}
        assert kept(other)["token"] != kept(one)["token"]
        for name in ("Jazz", "Emojify", "Cell", "Embeddings"):
            go(other, name)
            text = other.inner_text("body")
            for theirs in ("Whistle", "Flute secret", "a secret sentence", "my training", "run 1"):
                assert theirs not in text
        assert other.get_by_role("textbox", name="a secret sentence").count() == 0
        other.reload()
        settled(other)
    link = one.url  # a link is shared without what it was made with
    third = open_in(contexts(), link)
    assert kept(third)["holds"] == {}
    assert kept(third)["token"] != kept(one)["token"]
    assert kept(one)["token"] not in link


def test_a_token_that_nobody_has_opens_nothing(server, contexts):
    page = open_in(contexts(), f"{server.url}/jazz")
    page.evaluate(
        "sessionStorage.setItem('seqscope.visit', JSON.stringify("
        "{token: 'x'.repeat(43), boot: 'y', holds: {runs: 'many', midi: -1}}))"
    )
    page.reload()
    settled(page)
    expect(page.get_by_test_id("stToast")).to_have_count(0)
    page.wait_for_function(
        "JSON.parse(sessionStorage.getItem('seqscope.visit')).token !== 'x'.repeat(43)"
    )
    assert kept(page)["holds"] == {}


def test_a_saved_visit_opens_in_another_browser_with_the_same_numbers(server, contexts):
    one = open_in(contexts(), f"{server.url}/jazz?epochs=12&Tx=11&temperature=0.6")
    train(one)
    expect(one.get_by_text("Done")).to_be_visible(timeout=60_000)
    settled(one)
    status = one.get_by_text("loss summed over Ty").inner_text()
    sampled = one.get_by_text("Longest run copied").inner_text()
    menu(one)
    expect(one.get_by_text("This visit holds 1 training run")).to_be_visible()
    with one.expect_download() as caught:
        one.get_by_role("button", name="Save to a file").click()
    saved = caught.value.path().read_bytes()

    other = open_in(contexts(), f"{server.url}/jazz")
    menu(other)
    chooser = other.get_by_test_id("stPopoverBody").locator("input[type=file]")
    chooser.set_input_files(
        {"name": "bad.seqscope", "mimeType": "application/zip", "buffer": saved[:-900]}
    )
    expect(other.get_by_text("This is not a saved visit")).to_be_visible()
    chooser.set_input_files(
        {"name": "visit.seqscope", "mimeType": "application/zip", "buffer": saved}
    )
    expect(other.get_by_text("loss summed over Ty")).to_be_visible(timeout=60_000)
    settled(other)
    assert other.get_by_text("loss summed over Ty").inner_text() == status
    expect(other.locator(".st-key-kept_epoch").get_by_role("slider")).to_be_visible()
    assert other.get_by_text("Longest run copied").inner_text() == sampled
    expect(other).to_have_url(re.compile(r"Tx=11"))
    other.reload()
    expect(other.get_by_text("loss summed over Ty")).to_have_text(status)

    menu(other)
    other.get_by_role("button", name="Back to the visit before").click()
    expect(other.get_by_text("loss summed over Ty")).to_have_count(0, timeout=60_000)
    settled(other)
    expect(other).not_to_have_url(re.compile(r"Tx=11"))


def test_starting_afresh_asks_and_can_be_taken_back(server, contexts):
    page = open_in(contexts(), f"{server.url}/jazz?{SLOW}&Tx=13")
    train(page)
    menu(page)
    page.get_by_role("button", name="Start afresh").click()
    page.get_by_role("button", name="Yes, start afresh").click()
    expect(page.get_by_text("loss summed over Ty")).to_have_count(0, timeout=60_000)
    settled(page)
    expect(page).not_to_have_url(re.compile(r"Tx=13"))
    menu(page)
    page.get_by_role("button", name="Back to the visit before").click()
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile(r"Tx=13"))


def test_a_server_killed_while_training_says_what_was_lost_and_goes_on(chromium, contexts):
    server = Server()
    try:
        page = open_in(contexts(), f"{server.url}/jazz?{SLOW}&Tx=14")
        train(page)
        server.kill()
        server = Server(port=server.port)
        page.goto(page.url)
        said = page.get_by_test_id("stToast")
        expect(said).to_contain_text("The server was started again")
        expect(said).to_contain_text("1 training run")
        settled(page)
        expect(page).to_have_url(re.compile(r"Tx=14"))
        expect(page.get_by_text("loss summed over Ty")).to_have_count(0)
        train(page)
        page.reload()
        expect(page.get_by_text("loss summed over Ty")).to_be_visible()
        expect(said).to_have_count(0)
    finally:
        server.stop()


def test_a_page_left_open_while_the_server_is_killed_says_so_without_a_reload(contexts):
    server = Server()
    try:
        page = open_in(contexts(), f"{server.url}/jazz?{SLOW}")
        train(page)
        server.kill()
        server = Server(port=server.port)
        expect(page.get_by_test_id("stToast")).to_contain_text(
            "The server was started again", timeout=90_000
        )
    finally:
        server.stop()
