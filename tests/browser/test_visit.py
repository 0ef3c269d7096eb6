"""A visit over reloads, tabs, browsers and a server that is killed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pretty_midi
import pytest
from conftest import Server, becomes, expect, settled, write_first_cell
from playwright.sync_api import Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

pytestmark = pytest.mark.browser

SLOW = "pace=5+epochs+a+second&epochs=1000"  # it goes on for longer than any test


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


@contextmanager
def first_run(page: Page) -> Iterator[list[bytes]]:
    """What the server sends in the first run for a page that is loaded inside."""
    frames: list[bytes] = []

    def keep(frame: bytes) -> None:
        ended = [one for one in frames if ForwardMsg.FromString(one).HasField("script_finished")]
        if not ended:
            frames.append(frame)

    page.once("websocket", lambda socket: socket.on("framereceived", keep))
    yield frames


@pytest.fixture
def open_visit(server, open_page):
    """Opens the jazz page in one of several browsers, and waits until its tab has a name."""

    def open_in(browser: int, query: str = "", link: str = "") -> Page:
        page = open_page(link or f"{server.url}/jazz{query}", browser=browser)
        page.wait_for_function(  # a moment after the page stands
            "() => JSON.parse(sessionStorage.getItem('seqscope.visit') || '{}').token"
        )
        return page

    return open_in


def menu(page: Page) -> None:
    page.get_by_role("button", name="My work").click()
    expect(page.get_by_role("button", name="Save to a file")).to_be_visible()


def test_a_run_outlives_reloads_other_pages_and_a_fresh_start_that_is_taken_back(server, new_page):
    page = new_page(f"{server.url}/jazz?{SLOW}&Tx=12")
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

    menu(page)
    page.get_by_role("button", name="Start afresh").click()
    page.get_by_role("button", name="Yes, start afresh").click()
    expect(page.get_by_text("loss summed over Ty")).to_have_count(0, timeout=60_000)
    settled(page)
    expect(page).not_to_have_url(re.compile(r"Tx=12"))
    menu(page)
    page.get_by_role("button", name="Back to the visit before").click()
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile(r"Tx=12"))


def test_what_stands_in_no_link_outlives_another_page_and_a_reload(server, new_page):
    """Pasted layers, and a table that was edited."""
    page = new_page(f"{server.url}/shapes")
    box = page.get_by_role("textbox", name="layers")
    box.fill("Embedding(500, 7)\nLSTM(9)")
    page.get_by_role("button", name="Draw").click()
    settled(page)
    go(page, "Emojify")
    page.get_by_text("Edit the rows").click()
    settled(page)
    table = page.locator(".st-key-emoji_data_edit").get_by_test_id("stDataFrame")
    write_first_cell(page, table, "my xylophone and I")
    until_kept(page, "tables")
    settled(page)
    go(page, "Home")
    token = kept(page)["token"]
    with first_run(page) as frames:
        page.reload()
        settled(page)
    assert any(token.encode() in frame for frame in frames), "it is drawn anew with the visit"
    go(page, "Shapes")
    expect(box).to_have_value("Embedding(500, 7)\nLSTM(9)")
    go(page, "Emojify")
    expect(page.get_by_role("switch", name="Edit the rows")).to_be_checked()
    settled(page)
    page.get_by_role("button", name="Use this table").click()
    until_kept(page, "sentences")
    settled(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Training sentences", exact=True).click()
    assert "my xylophone and I" in caught.value.path().read_text("utf-8")


def test_two_tabs_and_a_copy_of_one_are_three_visits_and_say_what_a_killed_server_lost(open_visit):
    server = Server()
    try:
        one = open_visit(0, link=f"{server.url}/jazz?{SLOW}&Tx=14")
        train(one)
        other = open_visit(0, link=f"{server.url}/jazz")
        assert kept(other)["token"] != kept(one)["token"]
        assert kept(other)["holds"] == {}
        expect(other.get_by_text("loss summed over Ty")).to_have_count(0)
        one.reload()
        expect(one.get_by_text("loss summed over Ty")).to_be_visible()
        other.reload()
        settled(other)
        expect(other.get_by_text("loss summed over Ty")).to_have_count(0)

        with one.context.expect_page() as opened:
            one.evaluate("window.open(location.href)")  # takes the session storage along
        copy = opened.value
        expect(copy.get_by_text("This tab is a copy")).to_be_visible()
        settled(copy)
        becomes(copy, lambda: kept(copy)["token"] != kept(one)["token"])
        expect(copy.get_by_text("Stopped")).to_be_visible()
        stood = epoch(copy)
        before = epoch(one)
        becomes(one, lambda: epoch(one) > before)
        copy.reload()
        expect(copy.get_by_text("Stopped")).to_be_visible()
        assert epoch(copy) == stood
        copy.close()
        one.reload()
        expect(one.get_by_text("Training", exact=False).first).to_be_visible()
        assert epoch(one) >= before

        train(other)
        server.kill()
        server = Server(port=server.port)
        one.goto(one.url)
        said = one.get_by_test_id("stToast")
        expect(said).to_contain_text("The server was started again")
        expect(said).to_contain_text("1 training run")
        settled(one)
        expect(one).to_have_url(re.compile(r"Tx=14"))
        expect(one.get_by_text("loss summed over Ty")).to_have_count(0)
        train(one)
        one.reload()
        expect(one.get_by_text("loss summed over Ty")).to_be_visible()
        expect(said).to_have_count(0)
        # Without a reload a page says so, too, as soon as it is connected again.
        expect(other.get_by_test_id("stToast")).to_contain_text(
            "The server was started again", timeout=90_000
        )
    finally:
        server.stop()


def test_a_page_that_lost_count_of_what_it_holds_is_loaded_again_with_its_visit(open_visit):
    """As on a slow line, where a second press comes before the first one's answer."""
    page = open_visit(0)
    token = kept(page)["token"]
    page.evaluate("""() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        globalThis.stream = this;
        send.call(this, data);
      };
    }""")
    page.get_by_role("radio", name="one tune").click()
    page.wait_for_function("globalThis.stream")
    settled(page)
    said = ForwardMsg(ref_hash="what the page does not hold").SerializeToString()
    page.evaluate(
        """said => stream.dispatchEvent(
          new MessageEvent("message", { data: new Uint8Array(said).buffer }))""",
        list(said),
    )
    page.wait_for_function("performance.getEntriesByType('navigation')[0].type === 'reload'")
    settled(page)
    page.wait_for_function("JSON.parse(sessionStorage.getItem('seqscope.visit') || '{}').token")
    assert kept(page)["token"] == token
    expect(page.get_by_role("radio", name="one tune")).to_be_checked()


def own_alone(page: Page) -> None:
    """The page shows nothing of the visit in the other browser."""
    assert kept(page)["holds"] == {}
    text = page.inner_text("body")
    for theirs in ("Whistle", "Flute secret", "a secret sentence", "my training", "run 1"):
        assert theirs not in text
    typed = page.evaluate("[...document.querySelectorAll('input')].map(({ value }) => value)")
    assert "a secret sentence" not in typed


def test_two_browsers_never_see_each_others_data_and_a_file_outlives_a_reload(open_visit):
    one, other = open_visit(0), open_visit(1)
    bring_midi(one)
    until_kept(one, "midi")
    one.reload()
    expect(one.get_by_text("Whistle").first).to_be_visible()
    expect(one.get_by_text("“Flute secret · Whistle”: 80 tokens")).to_be_visible()
    settled(one)
    train(one)
    go(one, "Emojify")
    box = one.get_by_role("textbox", name="Your sentence")
    box.fill("a secret sentence")
    box.press("Enter")
    settled(one)
    own_alone(other)
    go(other, "Emojify")  # the other pages: tests/pages/test_visit.py
    own_alone(other)
    other.reload()
    settled(other)
    own_alone(other)
    go(other, "Jazz")
    own_alone(other)
    assert kept(other)["token"] != kept(one)["token"]
    link = one.url  # a link is shared without what it was made with
    assert kept(one)["token"] not in link
    third = open_visit(1, link=link)
    assert kept(third)["holds"] == {}
    assert kept(third)["token"] != kept(one)["token"]

    # Nor does a token that nobody has open anything.
    third.evaluate(
        "sessionStorage.setItem('seqscope.visit', JSON.stringify("
        "{token: 'x'.repeat(43), boot: 'y', holds: {runs: 'many', midi: -1}}))"
    )
    third.reload()
    settled(third)
    expect(third.get_by_test_id("stToast")).to_have_count(0)
    third.wait_for_function(
        "JSON.parse(sessionStorage.getItem('seqscope.visit')).token !== 'x'.repeat(43)"
    )
    assert kept(third)["holds"] == {}


def test_a_saved_visit_opens_in_another_browser_with_the_same_numbers(open_visit):
    one = open_visit(0, "?epochs=12&Tx=11&temperature=0.6")
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

    other = open_visit(1)
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
    settled(other)  # the page is still being drawn below the curve

    menu(other)
    other.get_by_role("button", name="Back to the visit before").click()
    expect(other.get_by_text("loss summed over Ty")).to_have_count(0, timeout=60_000)
    settled(other)
    expect(other).not_to_have_url(re.compile(r"Tx=11"))
