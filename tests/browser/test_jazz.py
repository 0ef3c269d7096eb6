"""The jazz page as a visitor uses it: hear, train, sample, download, bring a file."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pretty_midi
import pytest
from conftest import becomes, expect, settled
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

REST = "without=tokens,one_hot"  # sections that a test does not look at


def stage(page: Page, number: int = 0):
    """A stage on the page, by its order from the top."""
    return page.locator(".stage[role=group]").nth(number)


def step(stage) -> int:
    text = stage.get_by_label("Position").get_attribute("aria-valuetext")  # "step 12 of 60, …"
    return int(text.split()[1])


def test_units_stand_in_groups_by_what_they_follow_until_all_are_asked_for(server, look_at):
    page = look_at(f"{server.url}/jazz")
    shown = stage(page)
    order = shown.get_by_label("Sort units by")
    expect(order).to_have_value("few")
    rows = "node => node.getRootNode().stageView.data.rows('n_a', 128).length"
    becomes(page, lambda: shown.evaluate(rows) == 9)
    picture = shown.locator("section[data-kind=heatmap] canvas.time").first
    picture.hover(position={"x": 300, "y": 8})
    expect(shown).to_contain_text("follows whether the next note starts on a beat, r = 0.7")
    order.select_option("groups")
    becomes(page, lambda: shown.evaluate(rows) == 128)
    picture.hover(position={"x": 300, "y": 120})
    expect(shown).to_contain_text("follows nothing by itself")


def test_the_shipped_solo_plays_and_the_heatmaps_move_with_it(server, look_at):
    page = look_at(f"{server.url}/jazz")
    shown = stage(page)
    shown.get_by_role("button", name="Play").click()
    before, picture = step(shown), shown.screenshot()
    becomes(page, lambda: step(shown) > before)
    becomes(page, lambda: shown.screenshot() != picture)


def test_train_sample_download(server, new_page):
    page = new_page(f"{server.url}/jazz?{REST}")
    page.get_by_role("button", name="Train").click()
    page.get_by_role("button", name="To the end").click()
    expect(page.get_by_text("loss summed over Ty")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Done")).to_be_visible(timeout=60_000)
    status = page.get_by_text("loss summed over Ty").inner_text()
    first = float(status.split("(first ")[1].split(")")[0])
    last = float(status.split("over Ty ")[1].split(" ")[0])
    assert last < first / 2

    settled(page)
    back = page.locator(".st-key-kept_epoch").get_by_role("slider")
    back.press("Home")
    back.press("ArrowRight")
    expect(page.get_by_text("After 1 epoch ·")).to_be_visible()
    settled(page)
    kept = page.locator(".st-key-jazz_kept_solo .stage")
    kept.get_by_role("button", name="Play").click()
    expect(kept.get_by_role("button", name="Pause")).to_be_visible()
    expect(kept).not_to_contain_text("step 1 of 48")
    kept.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="New solo").click()
    expect(page.get_by_text("my training · temperature")).to_be_visible()
    settled(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="MIDI", exact=True).click()
    written = pretty_midi.PrettyMIDI(str(caught.value.path()))
    assert {instrument.name for instrument in written.instruments} >= {"Solo", "Bass", "Chords"}


def test_fed_the_true_notes_and_fed_its_own(server, new_page):
    page = new_page(f"{server.url}/jazz?{REST}&against=itself,+fed+its+own+notes&feed_seed=3")
    expect(page.get_by_text("where the melody has")).to_be_visible()
    shown = page.locator(".st-key-jazz_feeding .stage")
    diagram = shown.locator("section[data-kind=diagram]")
    expect(diagram).to_contain_text("The true note comes from above")
    moment = shown.get_by_label("Position")
    expect(moment).to_have_attribute("aria-valuetext", re.compile(", the true next note is "))
    shown.get_by_role("button", name="free running").click()
    expect(diagram).to_contain_text("What is drawn from ŷ⟨t⟩ is read as x⟨t+1⟩")
    expect(moment).to_have_attribute("aria-valuetext", re.compile(", writes "))
    expect(diagram).to_contain_text("The first 8 notes come from above.")


def test_two_solos_share_a_clock_and_the_one_the_other_or_both_are_heard(server, new_page):
    page = new_page(f"{server.url}/jazz?{REST},training,scores&compare=true&solo.trace=both")
    expect(page.get_by_text("differ in temperature (1 and 0.4)")).to_be_visible()
    shown = page.locator(".st-key-solo .stage")
    expect(shown).to_have_count(1)
    expect(shown.locator("section[data-kind=pianoroll]")).to_have_count(2)
    page.evaluate(
        """() => {
          window.aside = [];
          const { createStereoPanner: make } = BaseAudioContext.prototype;
          BaseAudioContext.prototype.createStereoPanner = function () {
            const node = make.call(this);
            aside.push(node);
            return node;
          };
        }"""
    )
    shown.get_by_role("button", name="Play").click()
    page.wait_for_function("() => new Set(aside.map((node) => Math.sign(node.pan.value))).size > 1")
    heard = """node => node.getRootNode().stageView.transport.sound.notes
      .filter(({ voice }) => voice === "solo").map(({ pitch }) => pitch).join()"""
    both = shown.evaluate(heard)
    hear = shown.get_by_role("group", name="Hear")
    found = []
    for name in ("A", "B"):
        before, now = shown.evaluate(heard), step(shown)
        hear.get_by_role("button", name=name, exact=True).click()
        becomes(page, lambda before=before: shown.evaluate(heard) != before)
        becomes(page, lambda now=now: step(shown) > now)  # it plays on from where it was
        found.append(shown.evaluate(heard))
    assert sorted(",".join(found).split(",")) == sorted(both.split(","))
    shown.get_by_role("group", name="Which trace").get_by_role(
        "button", name="B", exact=True
    ).click()
    becomes(page, lambda: shown.evaluate(heard) == found[1])
    expect(hear).to_be_hidden()


def test_a_start_is_played_by_mouse_letters_and_midi_heard_and_gone_on_from(server, new_page):
    link = f"{REST},training,scores&opening=notes+of+my+own&note_length=2/3"
    page = new_page(f"{server.url}/jazz?{link}")
    piano, notes = page.locator(".st-key-piano .piano"), page.locator(".st-key-tune input")
    piano.get_by_role("button", name="C4", exact=True).click()
    expect(notes).to_have_value("C4 2/3")
    page.keyboard.press("KeyD")
    expect(notes).to_have_value("C4 2/3, E4 2/3")
    page.evaluate(
        """() => {
          window.midi = { inputs: new Map([["1", { name: "Keystation" }]]) };
          navigator.requestMIDIAccess = async () => midi;
        }"""
    )
    piano.get_by_role("button", name="MIDI keyboard").click()
    expect(piano).to_contain_text("Heard: Keystation.")
    page.evaluate(
        """() => {
          const { onmidimessage: play } = midi.inputs.get("1");
          for (const data of [[0x90, 67, 90], [0x90, 67, 0]]) play({ data, timeStamp: 1 });
        }"""
    )
    expect(notes).to_have_value("C4 2/3, E4 2/3, G4 2/3")
    expect(piano).to_contain_text("3 of 16 notes")
    view = "node => node.getRootNode().stageView.data"
    solo = page.locator(".st-key-solo .stage")
    given = f"""node => (({view})(node).lanes.length
      && ({view})(node).shown.lanes.find(({{ kind }}) => kind === "pianoroll").prompt)"""
    becomes(page, lambda: solo.evaluate(given) == 3)
    expect(solo).to_contain_text("step 1 of 67")

    piano.get_by_role("button", name="Hear it").click()
    expect(piano.get_by_role("button", name="Stop")).to_be_visible()
    heard = "node => node.getRootNode().pianoView.sound.notes.map(({ pitch }) => pitch)"
    assert piano.evaluate(heard) == [60, 64, 67]
    expect(piano.get_by_role("button", name="Hear it")).to_be_visible()  # it ends by itself
    piano.get_by_role("button", name="Undo").click()
    expect(notes).to_have_value("C4 2/3, E4 2/3")
    settled(page)
    page.reload()
    expect(notes).to_have_value("C4 2/3, E4 2/3")
    settled(page)
    page.get_by_text("简体中文", exact=True).click()
    expect(piano).to_contain_text("2 / 16 个音")
    expect(notes).to_have_value("C4 2/3, E4 2/3")


def a_midi_file() -> bytes:
    song = pretty_midi.PrettyMIDI(initial_tempo=100)
    lead = pretty_midi.Instrument(73, name="Whistle")
    rng = np.random.default_rng(5)
    for beat in range(80):
        pitch = int(60 + rng.integers(0, 12))
        lead.notes.append(pretty_midi.Note(90, pitch, beat * 0.3, beat * 0.3 + 0.28))
    song.instruments.append(lead)
    file = BytesIO()
    song.write(file)
    return file.getvalue()


def test_a_file_of_ones_own_goes_the_whole_way(server, new_page):
    page = new_page(f"{server.url}/jazz")
    page.get_by_text("my MIDI", exact=True).click()
    settled(page)
    chooser = page.locator(".st-key-midi_file input[type=file]")
    chooser.set_input_files({"name": "mine.mid", "mimeType": "audio/midi", "buffer": a_midi_file()})
    expect(page.get_by_text("Whistle").first).to_be_visible()
    settled(page)
    model = page.locator(".st-key-model").get_by_role("combobox")
    expect(model).to_have_value("untrained")  # none of the shipped ones knows these tokens
    page.get_by_role("button", name="Train").click()
    page.get_by_role("button", name="To the end").click()
    expect(page.get_by_text("Done")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("my training · temperature")).to_be_visible()
    page.reload()
    settled(page)
    expect(model).to_have_value("my training")
    expect(page.get_by_text("This link asks for")).to_have_count(0)
    page.get_by_text("简体中文", exact=True).click()
    expect(model).to_have_value("我的训练")
    page.get_by_text("English", exact=True).click()
    expect(model).to_have_value("my training")
    settled(page)

    chooser.set_input_files(
        {"name": "x.mid", "mimeType": "audio/midi", "buffer": b"<html>no</html>"}
    )
    expect(
        page.get_by_text("This file is a web page saved under this name: download the MIDI file")
    ).to_be_visible()
    expect(page.get_by_text("Whistle").first).to_be_visible()
    expect(page.get_by_text("my training · temperature")).to_be_visible()
