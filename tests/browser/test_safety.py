"""Hostile names, words and sentences in a real browser: nothing runs, nothing becomes markup."""

from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np
import pytest
from conftest import expect, settled
from playwright.sync_api import Page

from seqlib.jazz.corpus import default_corpus
from seqlib.music import write_midi

pytestmark = pytest.mark.browser

TAG = "<img src=x onerror=window.ran=1>"
SCRIPT = "</script><script>window.ran=1</script>"
LINK = "[x](javascript:window.ran=1)"
PICTURE = "![x](http://127.0.0.1:9/evil.png)"
ANCHOR = '<a href="http://evil.example/">x</a>'
HOSTILE = f"{TAG} {LINK} {PICTURE} {ANCHOR} {SCRIPT} **loud**"

# All of the page, component roots included: what could only be there if text became markup.
MADE = """() => {
  const found = [];
  const roots = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      const link = element.getAttribute('href') || element.getAttribute('xlink:href') || '';
      const source = element.getAttribute('src') || '';
      if (/javascript:|evil/.test(link + source) || source === 'x' || element.onerror) {
        found.push(element.outerHTML.slice(0, 200));
      }
      if (element.tagName === 'STRONG' && element.textContent.includes('loud')) found.push('loud');
      if (element.tagName === 'SCRIPT' && element.textContent.includes('window.ran')) {
        found.push('script');
      }
    }
  }
  if (window.ran) found.push('it ran');
  return found;
}"""


def unharmed(page: Page) -> None:
    settled(page)
    page.wait_for_timeout(300)
    assert page.evaluate(MADE) == []


def midi_named(text: str) -> bytes:
    """A MIDI file whose track is called so."""
    data = write_midi(default_corpus().melodies[0])
    raw = text.encode()[:120]
    name = b"\x00\xff\x03" + bytes([len(raw)]) + raw
    place = data.rindex(b"MTrk")
    size = int.from_bytes(data[place + 4 : place + 8]) + len(name)
    return data[: place + 4] + size.to_bytes(4) + name + data[place + 8 :]


def test_file_and_track_names(server, new_page):
    page = new_page(f"{server.url}/jazz?corpus=my+MIDI")
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="MIDI").last
    # Each file draws much of the page anew, and a track's name has 120 bytes.
    for number, text in enumerate((f"{TAG} {LINK}", f"{PICTURE} {ANCHOR}", SCRIPT)):
        uploader.locator("input[type=file]").set_input_files(
            {"name": f"{text} {number}.mid", "mimeType": "audio/midi", "buffer": midi_named(text)}
        )
        # Nothing of the file before: its name is told with the choice of a track.
        track = re.compile(rf"^track of .* {number}”")
        expect(page.get_by_role("combobox", name=track)).to_be_visible()
        unharmed(page)


def test_a_sentence_in_a_link(server, new_page):
    page = new_page(f"{server.url}/emojify?say={quote(HOSTILE)}")
    expect(page.locator(".verdict .main")).to_be_visible(timeout=60_000)
    unharmed(page)


def test_words_in_a_link_and_in_a_file(server, new_page):
    words = ("<b>x</b>", "<img/src=x>", "[x](http://evil.example)", "**loud**", "a", "b", "c")
    link = quote(" ".join(f"{word}u" for word in words))
    page = new_page(f"{server.url}/embeddings?map_own={link}&vectors=my+file")
    rng = np.random.default_rng(0)
    lines = "\n".join(
        f"{word} " + " ".join(f"{x:.3f}" for x in rng.normal(size=6)) for word in words
    )
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="vectors").last
    uploader.locator("input[type=file]").set_input_files(
        {"name": f"{PICTURE}.txt", "mimeType": "text/plain", "buffer": lines.encode()}
    )
    settled(page)
    expect(page.get_by_text("evil.png").first).to_be_visible()
    unharmed(page)
    shown = page.locator(".js-plotly-plot text").all_text_contents()
    assert any("<b>x</b>" in one for one in shown), "the word is not drawn as it is"


def test_pasted_layers(server, look_at):
    page = look_at(f"{server.url}/shapes")
    box = page.get_by_role("textbox", name="layers")
    box.fill(HOSTILE)
    box.press("Control+Enter")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    unharmed(page)


def test_a_mark_would_be_seen(server, look_at):
    page = look_at(f"{server.url}/shapes")
    unharmed(page)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<strong>loud</strong>')")
    assert page.evaluate(MADE) == ["loud"]
