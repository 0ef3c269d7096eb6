"""What a notebook shows, in a browser: drawn, playing and sounding inside its frame."""

from __future__ import annotations

import pytest

import seqlib

pytestmark = pytest.mark.browser

# How many canvases have more than one colour.
DRAWN = """() => [...document.querySelectorAll('canvas')].filter((canvas) => canvas.width &&
  new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width,
    canvas.height).data.buffer)).size > 1).length"""
AT = "() => document.getElementById('stage').stageView.transport"


@pytest.fixture
def shown(new_page, tmp_path):
    """The frame of a value shown in a notebook's output, on a page of its own."""

    def show(value):
        path = tmp_path / "output.html"
        path.write_text(f"<!doctype html><meta charset=utf-8>{value._repr_html_()}", "utf-8")
        page = new_page(path.as_uri(), offline=True)
        (frame,) = page.main_frame.child_frames
        frame.wait_for_selector("button[aria-label^='Play']")
        return frame

    return show


def test_a_solo_plays_and_sounds_in_its_frame(shown):
    weights = seqlib.load_jazz("good")
    frame = shown(seqlib.solo_stage(seqlib.sample(weights, 24, seed=7), weights))
    frame.wait_for_function(f"() => ({DRAWN})() >= 3")
    frame.click("button[aria-label^='Play']")
    frame.wait_for_function(f"() => ({AT})().step >= 2")
    assert frame.evaluate(f"() => ({AT})().sound.live")
    assert frame.evaluate("() => window.origin") == "null"  # it can reach nothing around it


def test_a_trace_shows_its_states(shown):
    weights = seqlib.load_jazz("untrained")
    frame = shown(seqlib.sample(weights, 12, seed=1).trace)
    frame.wait_for_function(f"() => ({DRAWN})() >= 2")
    assert frame.locator("section[data-kind=heatmap]").count() == 2
    # Both fit without a scroll bar of the frame's own.
    assert frame.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
