"""The cell page in a real browser: the clock chooses the step, the sandbox changes what follows."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import expect, settled

from seqlib.jazz import pretrained
from seqlib.jazz.sampling import sample
from ui.cell.state import TEMPERATURE, TY

pytestmark = pytest.mark.browser


# Most tests share a page: what this asks of one part of it leaves the others as they are.
ASKED = "?t=12&hand_from=17&copy_delay=40&copy_n_a=64&tiny_input=0110"


@pytest.fixture
def cell(server, look_at):
    def open_cell(query: str = ASKED):
        page = look_at(f"{server.url}/cell{query}")
        page.wait_for_selector(".cell-step[data-step]")
        return page

    return open_cell


def values(page) -> dict[str, float]:
    """The picked unit's number in each row of the step."""
    rows = page.evaluate(
        """() => {
          const root = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
            .map((node) => node.shadowRoot).find((root) => root.querySelector('.cell-step'));
          return [...root.querySelectorAll('.cell-row:not(.cell-top)')].map((row) =>
            [row.className.split('cell-').pop(), row.querySelector('.cell-value').textContent]);
        }"""
    )
    return {name: float(text.replace("−", "-")) for name, text in rows}


def test_the_stage_chooses_the_step_and_a_click_the_unit_and_numbers_are_the_models(cell):
    page = cell()
    trace = sample(pretrained.load("good"), TY, temperature=TEMPERATURE, seed=7).trace
    stage = page.locator(".stage").first
    assert page.get_attribute(".cell-step", "data-step") == "11"
    stage.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".cell-step[data-step='12']")
    moment = stage.locator(".scrub").get_attribute("aria-valuetext")
    assert moment == "step 13 of 48: reads D4 · 1/3, writes C♯4 · 1/3"
    box = page.locator(".cell-f .cell-box")
    width = box.bounding_box()["width"]
    box.click(position={"x": width * 0.4, "y": 6})
    unit = int(0.4 * trace.n_a)
    expect(page.locator(".cell-step")).to_have_attribute("data-unit", str(unit))
    shown = values(page)
    expected = {
        "read": trace.h[11, unit],
        **{gate: getattr(trace, gate)[12, unit] for gate in "figo"},
        "before": trace.c[11, unit],
        "kept": trace.f[12, unit] * trace.c[11, unit],
        "written": trace.i[12, unit] * trace.g[12, unit],
        "c": trace.c[12, unit],
        "a": trace.h[12, unit],
    }
    assert shown.keys() == expected.keys()
    for name, value in expected.items():
        assert shown[name] == pytest.approx(value, abs=6e-4), name
    assert f"unit {unit}" in page.locator(".eq-step").first.text_content()
    page.wait_for_url("**t=13*")  # the slider is the same clock
    assert page.get_attribute(".cell-step", "data-unit") == str(unit)


def test_the_slider_moves_the_playhead(cell):
    page = cell()
    shown = page.locator(".st-key-t").get_by_role("slider")
    t = int(shown.get_attribute("aria-valuetext"))
    page.locator(".st-key-t").get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f".cell-step[data-step='{t - 2}']")


SANDBOX = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((node) => node.shadowRoot.stageView?.data.payload).find((data) => data?.compare)"""


def sandbox(page) -> dict[str, np.ndarray]:
    """The memory of both traces as the browser has it, (Tx, n_a)."""
    import base64

    data = page.evaluate(SANDBOX)

    def memory(trace):
        packed = next(lane for lane in trace["lanes"] if lane.get("symbol") == "c")["values"]
        array = np.frombuffer(base64.b64decode(packed["data"]), "<f4")
        return array.reshape(packed["shape"])

    return {"edited": memory(data), "plain": memory(data["compare"]), "data": data}


def test_a_hand_in_the_cell_changes_what_follows_and_nothing_before(cell):
    page = cell()
    found = sandbox(page)
    np.testing.assert_allclose(found["edited"][:16], found["plain"][:16], atol=1e-5)
    for t in range(16, TY):  # "remember for ever" is what the page begins with
        np.testing.assert_allclose(found["edited"][t], found["plain"][15], atol=1e-5)
    said = page.get_by_text("The first choice changes at").text_content()
    assert int(re.search(r"changes at (\d+) of", said)[1]) > 0


def test_moving_the_hand_recomputes_at_once(cell):
    page = cell()
    page.get_by_text("Step 17: the first choice is").wait_for()
    settled(page)
    page.locator(".st-key-hand_from").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Step 18: the first choice is").wait_for()
    settled(page)
    found = sandbox(page)
    np.testing.assert_allclose(found["edited"][:17], found["plain"][:17], atol=1e-5)
    np.testing.assert_allclose(found["edited"][17], found["plain"][16], atol=1e-5)


def test_the_copy_task_draws_live_curves(cell):
    page = cell()
    page.locator(".st-key-copy-train button").first.click()
    page.get_by_text(re.compile(r"Training.*step [1-9]\d* of 800")).wait_for(timeout=60_000)
    page.locator(".st-key-copy_accuracy_moving canvas").first.wait_for()
    page.locator(".st-key-copy-stop button").first.click()
    page.get_by_text("Stopped").wait_for()
    page.wait_for_function(
        "() => document.querySelectorAll('.st-key-copy_accuracy .js-plotly-plot').length === 1"
    )


def test_a_file_of_weights_is_opened_and_its_layer_watched(cell, tmp_path):
    rng = np.random.default_rng(0)
    shapes = [(9, 50), (50, 16), (4, 16), (16,)]
    np.savez(tmp_path / "mine.npz", *(rng.standard_normal(one).astype("f4") for one in shapes))
    page = cell()
    uploads = page.locator(".st-key-own_file input[type=file]")
    uploads.set_input_files(tmp_path / "mine.npz")
    stage = page.locator(".st-key-own_layer_stage")
    expect(stage.locator(".lane[data-kind=heatmap]")).to_have_count(6, timeout=30_000)
    expect(stage.locator(".lane[data-kind=tokens]")).to_be_visible()
    (tmp_path / "no.h5").write_bytes(b"no")
    uploads.set_input_files(tmp_path / "no.h5")
    expect(page.get_by_text("This holds no weights")).to_be_visible()
    expect(stage).to_be_visible()


def test_a_weight_set_by_hand_changes_what_the_cell_keeps_and_stays_in_the_link(cell):
    page = cell()
    page.get_by_role("button", name="count", exact=True).or_(
        page.get_by_role("radio", name="count", exact=True)
    ).first.click()
    expect(page.get_by_text("Right after 4 of 4 steps.")).to_be_visible()
    bias = page.locator(".st-key-tiny_LSTM_f_b").get_by_role("slider")
    bias.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("wrong first at step 3")).to_be_visible()
    page.wait_for_url("**tiny_LSTM_f_b=-20**")
    page.reload()
    expect(page.get_by_text("Right after 2 of 4 steps, wrong first at step 3.")).to_be_visible()


def test_writing_on_gives_another_solo_to_hear(cell):
    page = cell("?hand=overwrite&hand_mode=write+on&hand_from=17")
    page.get_by_text("notes changed").wait_for()
    data = sandbox(page)["data"]
    assert data["sound"]["pitch"]
    assert data["names"][:16] == data["compare"]["names"][:16]
    assert data["names"] != data["compare"]["names"]
