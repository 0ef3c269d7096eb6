"""The stage in a real browser: what it plays, shows, says and keeps."""

from __future__ import annotations

import json
import re
import wave
from itertools import pairwise

import numpy as np
import pytest
from conftest import Server, becomes, expect

from seqlib.jazz import JazzWeights
from seqlib.jazz.sampling import sample

pytestmark = pytest.mark.browser

STAGE = ".stage canvas.time"
VIEW = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((node) => node.shadowRoot).find((root) => root && root.stageView).stageView"""


@pytest.fixture(scope="module")
def app():
    server = Server("tests/browser/stage_app.py")
    yield server
    server.stop()


@pytest.fixture
def stage(app, new_page):
    def open_stage(query: str = "", **options):
        page = new_page(f"{app.url}/{query}", **options)
        page.wait_for_selector(STAGE)
        page.wait_for_function("document.querySelector('[data-testid=stApp]') !== null")
        return page

    return open_stage


@pytest.fixture
def same_stage(app, look_at):
    """The stage as the test before left it, but for its clock, which is put back."""

    def open_stage():
        page = look_at(app.url)
        page.locator(".stage").press("Home")
        page.wait_for_function(f"() => ({VIEW})().transport.step === 0")
        return page

    return open_stage


def step_of(page) -> int:
    return int(re.search(r"step (\d+)", page.text_content(".where"))[1])


def ask(page, expression: str):
    """Evaluate with `view` standing for the first stage on the page."""
    return page.evaluate(f"async () => {{ const view = ({VIEW})(); return {expression}; }}")


def wait_for_step(page, least: int) -> None:
    page.wait_for_function(
        f"() => ({VIEW})().transport.step + 1 >= {least}"  # counted from 1, as on screen
    )


def lane_box(page, kind: str) -> dict:
    """Where the first picture of that kind of lane is, scrolled into view."""
    canvas = page.locator(f"section[data-kind={kind}] canvas.time").first
    canvas.evaluate("node => node.scrollIntoView({ block: 'center' })")
    return canvas.bounding_box()


def test_every_control_has_a_name_and_the_scrubber_says_where_it_is(same_stage):
    page = same_stage()
    root = page.locator(".stage")
    assert root.get_attribute("role") == "group"
    assert root.get_attribute("aria-label").startswith("A test")
    for button in page.locator(".stage button").all():
        name = button.get_attribute("aria-label") or button.text_content()
        assert name.strip()
    text = page.locator(".scrub").get_attribute("aria-valuetext")
    assert re.match(r"step 1 of 42, ", text)


def test_keys_work_while_the_stage_has_focus_and_only_then(same_stage):
    page = same_stage()
    page.get_by_label("A field").click()
    page.keyboard.press("ArrowRight")
    assert step_of(page) == 1
    page.locator(".stage").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    wait_for_step(page, 6)
    assert step_of(page) == 6
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"() => ({VIEW})().transport.step === 4")
    page.keyboard.press("End")
    wait_for_step(page, 42)
    page.keyboard.press("Home")
    page.wait_for_function(f"() => ({VIEW})().transport.step === 0")
    page.keyboard.press("Space")
    page.wait_for_selector("button[aria-label^='Pause']")
    page.keyboard.press("Space")
    page.wait_for_selector("button[aria-label^='Play']")


def test_keys_stay_the_stages_after_its_buttons_were_pressed(same_stage):
    page = same_stage()
    page.get_by_role("button", name="Step forward").click()
    wait_for_step(page, 2)
    page.keyboard.press("End")
    wait_for_step(page, 42)  # and the button just pressed cannot be pressed any more
    page.keyboard.press("Home")
    page.wait_for_function(f"() => ({VIEW})().transport.step === 0")
    page.get_by_role("button", name="Turn off sound").click()
    silent = page.get_by_role("button", name="Turn on sound")
    expect(silent).to_be_visible()
    page.keyboard.press("Space")
    page.wait_for_selector("button[aria-label^='Pause']")
    expect(silent).to_be_visible()
    page.keyboard.press("Space")
    page.wait_for_selector("button[aria-label^='Play']")
    # Reached by Tab, a button is pressed by Space.
    forward = page.get_by_role("button", name="Step forward")
    forward.focus()
    at = step_of(page)
    page.keyboard.press("Space")
    wait_for_step(page, at + 1)
    for _ in range(41 - at):
        page.keyboard.press("Space")
    wait_for_step(page, 42)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"() => ({VIEW})().transport.step === 40")
    # Pressed anywhere else, they are still those of the stage that was touched.
    page.evaluate(f"() => ({VIEW})().root.getRootNode().activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"() => ({VIEW})().transport.step === 39")


def test_tab_and_letters_are_left_to_the_browser_and_to_streamlit(same_stage):
    page = same_stage()
    page.locator(".stage").focus()
    taken = page.evaluate(
        f"""() => {{ const root = ({VIEW})().root; const taken = [];
        for (const key of ['Tab', 'r', 'c', 'Enter', 'ArrowUp', 'ArrowDown', ' ']) {{
          const event = new KeyboardEvent('keydown',
            {{ key, bubbles: true, composed: true, cancelable: true, ctrlKey: key === ' ' }});
          root.dispatchEvent(event); if (event.defaultPrevented) taken.push(key); }}
        return taken; }}"""
    )
    assert taken == []


def test_canvases_follow_the_theme(same_stage):
    page = same_stage()
    assert not ask(page, "view.look.theme.dark")
    page.emulate_media(color_scheme="dark")
    becomes(page, lambda: ask(page, "view.look.theme.dark"))


def test_sorting_units_moves_rows_but_not_their_numbers(same_stage):
    page = same_stage()
    page.select_option(".sort", "peak")
    trace = sample(JazzWeights.initial(16, 12, seed=1), 40, seed=5, prompt=(3, 4)).trace
    peaks = np.abs(trace.h).argmax(axis=0)
    order = "[...view.data.order('n_a', 16)]"
    becomes(page, lambda: (np.diff(peaks[ask(page, order)]) >= 0).all())
    assert sorted(ask(page, order)) == list(range(16))
    page.select_option(".sort", "signal:pitch")
    assert sorted(ask(page, "[...view.data.order('n_a', 16)]")) == list(range(16))


def test_an_axis_name_lights_every_tensor_that_has_it(same_stage):
    page = same_stage()
    page.locator("section[data-kind=heatmap] .axis[data-axis=n_a]").first.hover()
    page.wait_for_selector(".lane.lit")
    expect(page.locator(".lane.lit")).to_have_count(2)
    expect(page.locator(".lane.lit[data-kind=heatmap]")).to_have_count(2)
    page.locator("section[data-kind=distribution] .axis[data-axis=Tx]").hover()
    page.wait_for_function(
        f"() => ({VIEW})().look.frames.every((frame) => frame.node.classList.contains('lit'))"
    )


def test_hovering_reads_the_number_and_a_click_pins_the_unit_in_every_lane(same_stage):
    page = same_stage()
    box = lane_box(page, "heatmap")
    page.mouse.move(box["x"] + 200, box["y"] + 20)
    tip = page.locator(".tip")
    expect(tip).to_have_text(re.compile(r"−?0\.\d{4}"))
    expect(tip).to_have_text(re.compile(r"unit \d+"))
    expect(page.locator(".row-mark:visible")).to_have_count(2)
    page.mouse.click(box["x"] + 200, box["y"] + 20)
    page.wait_for_selector(".chip")
    becomes(page, lambda: ask(page, "view.data.pins.length") == 1)
    page.click(".chip")
    becomes(page, lambda: ask(page, "view.data.pins.length") == 0)
    typed = page.locator("input.unit")
    for odd in ("999", "1.5", ""):
        typed.fill(odd)
        typed.press("Enter")
        becomes(page, lambda: "from 0 to " in typed.evaluate("node => node.validationMessage"))
    typed.fill("3")
    typed.press("Enter")
    page.wait_for_selector(".chip")


def test_the_table_holds_the_trace_s_own_numbers(stage):
    page = stage()
    page.click("button[aria-label='Show Hidden state as a table']")
    table = page.locator("section[data-kind=heatmap] table").first
    cells = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(1).map(cell => cell.textContent))"
    )
    trace = sample(JazzWeights.initial(16, 12, seed=1), 40, seed=5, prompt=(3, 4)).trace
    shown = np.array([[float(text.replace("−", "-")) for text in row] for row in cells])
    assert shown.shape == (16, 8)
    assert np.allclose(shown, trace.h[:8].T, atol=5.1e-4)


def test_the_audio_clock_drives_the_playhead(stage):
    page = stage()
    page.click("button[aria-label^='Play']")
    wait_for_step(page, 3)
    assert ask(page, "view.transport.sound.live")
    first = ask(page, "[view.transport.timeline.position(), view.transport.sound.heardNow()]")
    page.wait_for_timeout(1500)
    later = ask(page, "[view.transport.timeline.position(), view.transport.sound.heardNow()]")
    assert later[0] - first[0] > 1
    assert abs((later[0] - first[0]) - (later[1] - first[1])) < 0.03
    page.locator(".stage").focus()
    page.keyboard.press("Home")  # seeking while playing goes on from there
    page.wait_for_function(f"() => ({VIEW})().transport.step < 5")
    wait_for_step(page, 6)
    assert ask(page, "view.transport.playing && view.transport.sound.live")


def test_a_stage_that_plays_by_itself_is_silent_until_asked(stage):
    page = stage("?playing=1")
    wait_for_step(page, 3)
    assert not ask(page, "view.transport.sound.live")
    page.click("button:has-text('Turn on sound')")
    page.wait_for_function(f"() => ({VIEW})().transport.sound.live")
    before = step_of(page)
    wait_for_step(page, before + 2)


def test_a_stage_fills_the_screen_with_all_its_lanes_in_sight_and_gives_it_back(stage):
    page = stage(viewport={"width": 1920, "height": 1080})
    root = page.locator(".stage")
    before = ask(page, "view.root.getBoundingClientRect().width")
    count = "(...said) => { window.whole += said[1] === 'view'; paint.apply(view.look, said); }"
    ask(page, f"(window.whole = 0, view.look.paint = (paint => {count})(view.look.paint), 0)")
    root.focus()
    page.keyboard.press("f")
    becomes(page, lambda: ask(page, "view.isFull"))
    becomes(page, lambda: ask(page, "view.root.scrollHeight <= innerHeight"))
    assert 1 <= page.evaluate("whole") <= 4  # sizes are tried without painting them
    assert ask(page, "view.look.node.getBoundingClientRect().bottom") <= 1080
    assert ask(page, "view.look.width") > before - 60
    page.keyboard.press("ArrowRight")
    becomes(page, lambda: step_of(page) == 2)
    page.keyboard.press("f")
    becomes(page, lambda: not ask(page, "view.isFull"))
    becomes(page, lambda: ask(page, "view.root.getBoundingClientRect().width") == before)


def test_a_turned_page_is_painted_where_it_is_in_sight_and_elsewhere_once_it_rests(same_stage):
    page = same_stage()
    sight = "view.look.frames.map((frame) => frame.inSight)"
    becomes(page, lambda: len(set(ask(page, sight))) == 2)
    ask(page, "view.zoomBy(8)")
    painted = page.evaluate(
        f"""() => {{
        const view = ({VIEW})();
        view.frame();
        window.painted = view.look.frames.map(() => 0);
        view.look.frames.forEach((frame, place) => {{
            const paint = frame.paintTime.bind(frame);
            frame.paintTime = () => {{ window.painted[place] += 1; paint(); }};
        }});
        view.transport.seekStep(30);
        view.frame();
        return [...window.painted]; }}"""
    )
    assert painted == [int(seen) for seen in ask(page, sight)]
    becomes(page, lambda: page.evaluate("window.painted.every((times) => times === 1)"))
    ask(page, "view.look.frames.forEach((frame) => delete frame.paintTime), view.zoomBy(1 / 8)")


def test_reduced_motion_starts_nothing_by_itself(stage):
    page = stage("?playing=1", reduced_motion="reduce")
    page.wait_for_timeout(800)
    assert step_of(page) == 1


def test_reruns_and_new_data_keep_the_playhead(stage):
    page = stage()
    page.locator(".stage").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    wait_for_step(page, 8)
    page.evaluate(f"() => {{ window.kept = ({VIEW})().root; }}")
    identity = ask(page, "view.data.payload.id")
    page.get_by_role("button", name="Same again").click()
    page.get_by_role("button", name="New data").click()
    page.wait_for_function(f"() => ({VIEW})().data.payload.id !== '{identity}'")
    becomes(page, lambda: step_of(page) == 8)
    assert page.evaluate(f"() => ({VIEW})().root === window.kept")


def test_playing_goes_on_through_new_data(stage):
    page = stage()
    page.click("button[aria-label^='Play']")
    wait_for_step(page, 3)
    identity = ask(page, "view.data.payload.id")
    page.get_by_role("button", name="New data").click()
    page.wait_for_function(f"() => ({VIEW})().data.payload.id !== '{identity}'")
    assert ask(page, "view.transport.playing")
    before = step_of(page)
    assert before >= 3
    wait_for_step(page, before + 2)


def test_what_cannot_be_drawn_is_said_in_its_place_and_comes_back(stage):
    page = stage()
    page.get_by_role("button", name="Break it").click()
    page.wait_for_selector(".stage .message:has-text('NaN')")
    page.get_by_role("button", name="Same again").click()
    page.wait_for_selector(STAGE)
    assert page.locator(".stage .message").is_hidden()


def test_text_from_users_stays_text(stage):
    page = stage("?elsewhere=1")
    page.locator(".stage").focus()
    page.keyboard.press("End")
    wait_for_step(page, 42)
    page.click("button:has-text('Where else?')")
    expect(page.locator(".results li").first).to_be_visible()
    for table in page.locator(".stage button[aria-label$='as a table']").all():
        table.click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".stage img").count() == 0


def test_two_traces_are_shown_beside_each_other_and_subtracted(stage):
    page = stage()
    page.locator(".stage").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    titles = page.locator(".lane-title")
    page.click(".segment:has-text('Both')")
    expect(titles).to_have_count(10)
    assert titles.all_text_contents()[:2] == ["Solo · before", "Solo · after"]
    page.click(".segment:has-text('Difference')")
    expect(titles.filter(has_text="Hidden state, difference")).not_to_have_count(0)
    before = page.evaluate(f"() => ({VIEW})().transport.position")
    assert before > 0
    page.click(".segment:has-text('after')")
    page.wait_for_function(f"() => ({VIEW})().data.clock.steps === 32")
    # Both run in the same seconds, so there it goes on.
    becomes(page, lambda: page.evaluate(f"() => ({VIEW})().transport.position") == before)


def test_a_loop_stays_in_its_range(stage):
    page = stage()
    box = page.locator(".ruler").bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 8, steps=4)
    page.mouse.up()
    page.select_option(".stage select[aria-label=Speed]", "2")
    low, high = ask(page, "view.transport.timeline.loop")
    page.click("button[aria-label^='Play']")
    seen = []
    for _ in range(12):
        page.wait_for_timeout(150)
        seen.append(ask(page, "view.transport.timeline.position()"))
    assert all(low - 1e-6 <= second <= high + 1e-6 for second in seen)
    assert any(later < earlier for earlier, later in pairwise(seen))


def download(page, text: str, path):
    page.click("button[aria-label^='More']")
    with page.expect_download() as got:
        page.click(f".menu button:has-text('{text}')")
    got.value.save_as(path)
    page.keyboard.press("Escape")
    return got.value.suggested_filename


def test_the_wav_sounds_and_the_png_shows(stage, tmp_path):
    page = stage()
    name = download(page, "WAV", tmp_path / "sound.wav")
    assert re.fullmatch(r"a-test[a-z0-9-]*\.wav", name)
    with wave.open(str(tmp_path / "sound.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        seconds = file.getnframes() / file.getframerate()
    assert 0.03 < np.sqrt(np.mean(samples**2)) < 0.4
    assert np.abs(samples).max() < 1
    assert seconds > ask(page, "view.data.clock.duration")
    download(page, "PNG", tmp_path / "view.png")
    png = (tmp_path / "view.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    colours = page.evaluate(
        """async (bytes) => {
        const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const g = canvas.getContext('2d'); g.drawImage(image, 0, 0);
        const data = new Uint32Array(g.getImageData(0, 0, image.width, image.height).data.buffer);
        return new Set(data).size; }""",
        list(png),
    )
    assert colours > 200  # heatmaps, notes and type, not a blank


@pytest.mark.parametrize("source", ["menu", "python"])
def test_the_offline_page_plays_from_a_file(stage, new_page, tmp_path, source):
    page = stage("?offline=1")
    path = tmp_path / "offline.html"
    if source == "menu":
        download(page, "HTML", path)
    else:
        with page.expect_download() as got:
            page.get_by_role("button", name="Offline page").click()
        got.value.save_as(path)
    offline = new_page(path.as_uri(), offline=True)
    offline.wait_for_selector(STAGE)
    offline.click("button[aria-label^='Play']")
    transport = "document.getElementById('stage').stageView.transport"
    offline.wait_for_function(f"() => {transport}.step >= 3")
    assert offline.evaluate(f"() => {transport}.sound.live")
    assert offline.evaluate("window.hacked") is None


def test_on_a_phone_nothing_runs_over_and_fingers_hit(stage):
    page = stage("", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.locator(".stage .row button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40
    box = lane_box(page, "heatmap")
    page.touchscreen.tap(box["x"] + 200, box["y"] + 20)
    page.wait_for_selector(".chip")


@pytest.mark.parametrize(("lines", "least"), [(1080, 20), (720, 20 * 720 / 1080)])
def test_for_the_back_row_no_text_is_small(stage, lines, least):
    page = stage("?present=true", viewport={"width": lines * 16 // 9, "height": lines})
    sizes = page.evaluate(
        f"""() => {{ const root = ({VIEW})().root; const out = [];
        for (const node of root.querySelectorAll('*')) {{
          const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
          if (own && node.getClientRects().length && !node.closest('.sr'))
            out.push([parseFloat(getComputedStyle(node).fontSize), node.className]); }}
        out.push([({VIEW})().look.layout.font, 'canvas']);
        return out; }}"""
    )
    assert len(sizes) > 20
    small = [each for each in sizes if each[0] < least]
    assert not small, json.dumps(small)


def test_canvases_begin_in_the_dark(stage):
    page = stage("", color_scheme="dark")
    assert ask(page, "view.look.theme.dark")
