"""The explaining lanes in a real browser: what they say is what the model did."""

from __future__ import annotations

import json
import re
from math import exp, tanh

import pytest
from conftest import Server, becomes, expect
from stage_lanes_app import N_A, TX, influences, make

pytestmark = pytest.mark.browser

VIEW = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((node) => node.shadowRoot).find((root) => root && root.stageView).stageView"""
EQUATION = """() => {
  const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
  const rows = [...root.querySelectorAll('.eq-row')].map(
    (row) => [...row.querySelectorAll('.figure')].map((node) => node.textContent));
  const gates = [...root.querySelectorAll('.eq-gates tbody tr')].map(
    (row) => [...row.querySelectorAll('.figure')].map((node) => node.textContent));
  return { rows, gates };
}"""


@pytest.fixture(scope="module")
def app():
    server = Server("tests/browser/stage_lanes_app.py")
    yield server
    server.stop()


@pytest.fixture
def stage(app, new_page):
    def open_stage(query: str = "", **options):
        page = new_page(f"{app.url}/{query}", **options)
        page.wait_for_selector(".eq-gates tbody tr")
        page.wait_for_function(f"() => {VIEW}.transport.step === 9")
        return page

    return open_stage


@pytest.fixture
def same_stage(app, look_at):
    """The stage as the test before left it, but for its clock, which is put back."""

    def open_stage():
        page = look_at(app.url)
        page.wait_for_selector(".eq-gates tbody tr")
        go(page, 9)
        page.wait_for_function(f"() => {VIEW}.transport.step === 9")
        return page

    return open_stage


def lane(page, kind: str, place: int = 0):
    return page.locator(f"section[data-kind={kind}]").nth(place)


def picture(shown) -> str:
    return shown.locator("canvas.time").evaluate("node => node.toDataURL()")


def go(page, step: int) -> None:
    page.evaluate(f"() => {{ const v = {VIEW}; v.transport.seekStep({step}); v.frame(); }}")


def number(text: str) -> float:
    return float(text.strip("()").replace("−", "-"))


def agrees(value: float, text: str, slack: float = 1e-9) -> bool:
    """Whether ``text`` is ``value``, rounded to the decimals it has."""
    decimals = len(text.strip("()").partition(".")[2])
    return abs(value - number(text)) <= 0.5 * 10**-decimals + slack


def test_the_equation_adds_up_on_screen_and_is_the_models(same_stage):
    page = same_stage()
    _, trace, _ = make(5)
    for unit in (0, 7, N_A - 1):
        page.select_option("select[aria-label=Unit]", str(unit))
        for t in (0, 1, 12, TX - 1):
            go(page, t)
            shown = page.evaluate(EQUATION)
            _, (f, before, i, g), (kept, written), (c,) = shown["rows"][:4]
            _, (o, c_again), (o_again, tanh_c), (a,) = shown["rows"][4:]
            assert agrees(number(f) * number(before), kept)
            assert agrees(number(i) * number(g), written)
            assert agrees(number(kept) + number(written), c)
            assert c_again == c
            assert o_again == o
            assert agrees(tanh(number(c)), tanh_c)
            assert agrees(number(o) * number(tanh_c), a)
            past = trace.c[t - 1, unit] if t else trace.c0[unit]
            for text, value in (
                (f, trace.f[t, unit]),
                (before, past),
                (i, trace.i[t, unit]),
                (g, trace.g[t, unit]),
                (o, trace.o[t, unit]),
                (c, trace.c[t, unit]),
                (a, trace.h[t, unit]),
            ):
                assert agrees(float(value), text, slack=1e-5), (unit, t, text, value)
            for name, (x_part, a_part, bias, z, gate) in zip("figo", shown["gates"], strict=True):
                assert agrees(number(x_part) + number(a_part) + number(bias), z)
                squashed = tanh(number(z)) if name == "g" else 1 / (1 + exp(-number(z)))
                assert agrees(squashed, gate)
                assert gate.strip("()") == {"f": f, "i": i, "g": g, "o": o}[name].strip("()")


def test_a_unit_chosen_in_the_equation_is_marked_in_the_heatmaps_and_no_other(same_stage):
    page = same_stage()
    unit = page.locator(".eq select")
    chosen = int(unit.input_value()) - 3
    for _ in range(3):
        page.get_by_role("button", name="The unit before").click()
    expect(unit).to_have_value(str(chosen))
    pinned = [{"axis": "n_a", "unit": chosen}]
    becomes(page, lambda: page.evaluate(f"() => {VIEW}.data.pins") == pinned)


def test_a_row_clicked_in_a_heatmap_is_the_unit_of_the_equation(same_stage):
    page = same_stage()
    canvas = lane(page, "heatmap").locator("canvas.time")
    box = canvas.bounding_box()
    canvas.click(position={"x": 300, "y": box["height"] * (11.5 / N_A)})
    page.wait_for_function("""() => document.querySelector('[data-testid=stBidiComponentIsolated]')
        .shadowRoot.querySelector('.eq-step').textContent.startsWith('unit 11 ')""")


def test_arrow_keys_in_the_unit_list_choose_units_not_steps(same_stage):
    page = same_stage()
    unit = page.locator("select[aria-label=Unit]")
    unit.select_option("0")
    unit.focus()
    page.keyboard.press("ArrowDown")
    expect(unit).to_have_value("1")
    assert page.evaluate(f"() => {VIEW}.transport.step") == 9


def test_a_click_on_a_copy_goes_to_its_step(same_stage):
    page = same_stage()
    canvas = lane(page, "diagram").locator("canvas.time")
    place = page.evaluate(f"""() => {{
      const {{ lane }} = {VIEW}.look.frames.find((frame) => frame.node.dataset.kind === 'diagram');
      for (let x = 60; x < 900; x += 2) if (lane.stepAt(x) === 10) return x;
    }}""")
    canvas.click(position={"x": place + 4, "y": 100})
    page.wait_for_function(f"() => {VIEW}.transport.step === 10")


def test_pointing_at_an_axis_or_a_symbol_lights_it_in_the_diagram(same_stage):
    page = same_stage()
    diagram = lane(page, "diagram")
    dark = picture(diagram)
    lane(page, "heatmap").locator(".axis[data-axis=n_a]").hover()
    page.wait_for_function(f"() => {VIEW}.input.lit === 'n_a'")
    becomes(page, lambda: picture(diagram) != dark)
    lane(page, "equation").locator("var[data-symbol=f]").first.hover()
    becomes(page, lambda: picture(diagram) == dark)


def test_pointing_at_an_arrow_lights_the_lane_of_its_tensor(same_stage):
    page = same_stage()
    place = page.evaluate(f"""() => {{
      const {{ lane, timeSize }} = {VIEW}.look.frames.find((frame) => frame.lane.light);
      for (let y = 0; y < timeSize.height; y += 2) for (let x = 60; x < 900; x += 4) {{
        const found = lane.probe(x, y);
        if (found && found.symbol === 'a') return {{ x, y }};
      }}
    }}""")
    lane(page, "diagram").locator("canvas.time").hover(position=place)
    page.wait_for_function(f"() => {VIEW}.input.lit === 'a'")
    expect(lane(page, "heatmap").first).to_contain_class("lit")
    page.mouse.move(2, 2)
    page.wait_for_function(f"() => {VIEW}.input.lit === ''")


def test_the_table_of_the_diagram_holds_the_shapes_of_the_arrays(same_stage):
    page = same_stage()
    weights, trace, _ = make(5)
    rows = table(lane(page, "diagram"))
    shapes = {(row[0], row[2]): row[1] for row in rows}
    assert shapes["x", "input"] == f"(None, 1, {trace.x.shape[1]})"
    assert shapes["a", "LSTM_cell"] == f"(None, {trace.h.shape[1]})"
    assert shapes["c", "LSTM_cell"] == f"(None, {trace.c.shape[1]})"
    assert shapes["ŷ", "densor"] == f"(None, {weights.densor_kernel.shape[1]})"
    many_to_one = table(lane(page, "diagram", 1))
    assert [row[4] for row in many_to_one if row[0] == "ŷ"] == ["last step only"]


def test_influences_in_the_table_are_those_of_the_gradient(same_stage):
    page = same_stage()
    found = influences(*make(5))
    go(page, 13)
    rows = table(lane(page, "influence"))
    assert len(rows) == 14
    total = found.norm[13].sum()
    for row in rows:
        k = 13 - (int(row[0]) - 1)
        assert agrees(float(found.norm[13, k]), row[2], 1e-6)
        assert agrees(100 * float(found.norm[13, k] / total), row[3].removesuffix("%"), 1e-4)
        assert agrees(float(found.signed[13, k]), row[4].removeprefix("+"), 1e-6)
    sizes = [number(row[2]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)


def test_lines_in_the_table_are_the_probabilities(same_stage):
    page = same_stage()
    _, trace, _ = make(5)
    rows = table(lane(page, "line"))
    assert len(rows) == trace.y.shape[1]
    assert agrees(100 * float(trace.y[9, 3]), rows[3][4].removesuffix("%"), 1e-4)


def test_the_diagram_folds_and_unfolds_by_keyboard(stage):
    page = stage()
    diagram = lane(page, "diagram")
    button = diagram.locator("button.fold")
    assert f"used at all {TX} steps" in diagram.inner_text()
    unfolded = picture(diagram)
    button.focus()
    page.keyboard.press("Enter")
    diagram.get_by_role("button", name=f"Unfold over {TX} steps").wait_for()
    assert f"to the next step, {TX} times" in diagram.inner_text()
    becomes(page, lambda: picture(diagram) != unfolded)
    page.keyboard.press("Enter")
    becomes(page, lambda: picture(diagram) == unfolded)


def test_folding_does_not_move_for_readers_who_want_stillness(stage):
    page = stage(reduced_motion="reduce")
    diagram = lane(page, "diagram")
    frames = page.evaluate(f"""async () => {{
      const root = {VIEW}.root;
      const canvas = root.querySelector('section[data-kind=diagram] canvas.time');
      root.querySelector('.fold').click();
      const seen = new Set();
      for (let frame = 0; frame < 12; frame += 1) {{
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        seen.add(canvas.toDataURL());
      }}
      return seen.size;
    }}""")
    assert frames == 1
    assert diagram.locator("button.fold").inner_text() == f"Unfold over {TX} steps"


def test_new_data_leaves_fold_unit_and_measure_as_they_were(stage):
    page = stage()
    lane(page, "diagram").locator("button.fold").click()
    page.select_option("select[aria-label=Unit]", "6")
    page.get_by_role("button", name="Input × gradient").click()
    before = page.evaluate(EQUATION)
    page.get_by_role("button", name="New data").click()
    page.wait_for_function(f"(old) => JSON.stringify(({EQUATION})()) !== old", arg=_json(before))
    assert lane(page, "diagram").locator("button.fold").inner_text() == f"Unfold over {TX} steps"
    assert page.input_value("select[aria-label=Unit]") == "6"
    pressed = lane(page, "influence").locator("button[aria-pressed=true]").first
    assert pressed.inner_text() == "Input × gradient"


def test_text_from_users_stays_text(stage):
    page = stage()
    for kind in ("influence", "line"):
        table(lane(page, kind))
    for t in range(TX):
        go(page, t)
    assert page.evaluate("() => window.hacked") is None
    assert page.evaluate(f"() => {VIEW}.root.querySelectorAll('img').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(stage, scheme):
    page = stage(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    wide = page.evaluate(f"""() => [...{VIEW}.root.querySelectorAll('.eq, .lane-bar, canvas')]
      .map((node) => node.getBoundingClientRect().right).filter((right) => right > 391)""")
    assert wide == []


def test_a_presenters_figures_are_large(stage):
    page = stage("?present=true", viewport={"width": 1920, "height": 1080})
    sizes = page.evaluate(f"""() => [...{VIEW}.root.querySelectorAll('.eq *, .lane-bar *')]
      .filter((node) => [...node.childNodes].some((child) => child.data?.trim()))
      .map((node) => Number.parseFloat(getComputedStyle(node).fontSize))""")
    assert min(sizes) >= 20


def table(section) -> list[list[str]]:
    """Open the lane's table and read its rows."""
    section.get_by_role("button", name=re.compile("as a table")).click()
    body = section.locator(".lane-table tbody tr")
    body.first.wait_for()
    return body.evaluate_all(
        "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
