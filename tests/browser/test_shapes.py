"""The shapes page in a real browser: pointing at code lights tensors, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import becomes, expect, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def shapes(server, look_at):
    def open_shapes(query: str = "", **look):
        page = look_at(f"{server.url}/shapes{query}", **look)
        page.wait_for_selector(".blueprint .chip")
        return page

    return open_shapes


def first(page):
    """The construction's picture."""
    return page.locator(".blueprint").first


def lit(page, selector: str) -> list[str]:
    return first(page).locator(f"{selector}.lit").all_text_contents()


def test_pointing_at_a_line_lights_the_tensors_it_makes(shapes):
    page = shapes()
    first(page).locator(".line", has_text="a, _, c = LSTM_cell(").hover()
    chips = lit(page, ".chip")
    assert [re.match(r"\w+?(?=\()", chip)[0] for chip in chips] == ["a", "_", "c"]
    assert all("(None, 64)" in chip for chip in chips)
    assert lit(page, ".layer")[0].startswith("LSTM_cell")
    assert "60 × 64" in first(page).locator(".detail").text_content()


def test_pointing_at_a_tensor_lights_its_line(shapes):
    page = shapes()
    first(page).locator(".chip[data-symbol=out]").hover()
    (line,) = lit(page, ".line")
    assert "densor(a)" in line
    box = first(page).locator(".line.lit").bounding_box()
    code = first(page).locator(".code").bounding_box()
    assert code["y"] <= box["y"] <= code["y"] + code["height"], "the line is scrolled into view"
    page.mouse.move(2, 2)
    assert lit(page, ".line") == []


def test_the_keyboard_does_the_same(shapes):
    page = shapes()
    first(page).locator(".chip[data-symbol=c0]").focus()
    assert 'name="c0"' in lit(page, ".line")[0]


def test_pointing_at_a_tensor_lights_the_stage_and_the_other_way_round(shapes):
    page = shapes()
    page.locator(".lane[data-kind=diagram]").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    first(page).locator(".chip[data-symbol=a]").hover()
    page.wait_for_function("() => document.documentElement.dataset.lit === 'a'")
    page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('seqscope-light', {detail: 'n_values'}))"
    )
    named = first(page).locator(".chip.named").all_text_contents()
    assert len(named) >= 4
    assert all("n_values" in chip for chip in named)


def test_pointing_at_a_1_names_its_row_of_the_matrix(shapes):
    page = shapes()
    picture = page.locator(".onehot")
    picture.get_by_role("button", name="sister").hover()
    said = picture.locator(".said")
    expect(said).to_contain_text("“sister”: of its 10,000 numbers, number")
    place = re.search(r"row ([\d,]+) of E", said.text_content())[1]
    # Straight at the 1 of another word, then back at sister's, in its strip of the matrix.
    picture.get_by_role("button", name="much").focus()
    expect(said).to_contain_text("“much”")
    number = int(place.replace(",", "")) - 1
    strips = picture.locator("canvas.strips")
    strips.scroll_into_view_if_needed()
    box = strips.bounding_box()
    cell = box["width"] / 2000  # at this width
    strip = 60 * cell + 15
    strips.hover(
        position={"x": (number % 2000 + 0.5) * cell, "y": 5 + number // 2000 * strip + 30 * cell}
    )
    expect(said).to_contain_text("“sister”")


def test_a_slider_changes_every_caption(shapes):
    page = shapes()
    slider = page.locator(".st-key-n_a_djmodel").get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].some(
            (node) => node.shadowRoot && node.shadowRoot.textContent.includes('(None, 65)'))"""
    )
    assert first(page).locator(".chip[data-symbol=a]").text_content().endswith("(None, 65)")


def test_a_pasted_stack_is_drawn_up_to_the_layer_that_breaks(shapes):
    page = shapes()
    layers = page.get_by_role("textbox", name="layers")
    layers.fill("Embedding(100, 5)\nLSTM(3)\nLSTM(4)")
    page.get_by_role("button", name="Draw").click()
    broken = page.locator(".blueprint .layer.broken")
    broken.wait_for()
    assert broken.text_content().startswith("LSTM(4)")
    assert "return_sequences=True" in page.locator(".blueprint .trouble").text_content()


PIECES = Path(__file__).parents[1] / "unit" / "shapes" / "pieces"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_pasted_function_is_drawn_with_its_loop_and_follows_its_sizes(shapes, width):
    page = shapes(viewport={"width": width, "height": 844})
    page.get_by_role("textbox", name="layers").fill((PIECES / "S1_djmodel.txt").read_text("utf-8"))
    page.get_by_role("button", name="Draw").click()
    picture = page.locator(".st-key-paste_picture .blueprint")
    expect(picture.locator(".loop-label")).to_contain_text("for t in range(Tx) · × 30")
    expect(picture.locator(".handed")).to_have_text("a, c go to the next t; at t = 0: a0, c0")
    page.get_by_role("spinbutton", name="n_a", exact=True).fill("5")
    page.keyboard.press("Enter")
    expect(picture.locator(".chip[data-symbol=a0]")).to_contain_text("(None, 5)")
    assert sticking_out(picture) == []


def sticking_out(picture) -> list[str]:
    return picture.evaluate(
        """(node) => {
          const edge = node.getBoundingClientRect();
          return [...node.querySelectorAll('.chip, .layer, .line')].filter((one) => {
            const box = one.getBoundingClientRect();
            return box.right > edge.right + 1 || box.left < edge.left - 1;
          }).map((one) => one.textContent);
        }"""
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_of_the_picture(shapes, width):
    page = shapes(viewport={"width": width, "height": 844})
    assert sticking_out(first(page)) == []


def test_every_line_says_what_it_gives_and_what_the_note_has_instead(shapes):
    page = shapes("?construction=pretrained_embedding_layer")
    expect(page.get_by_role("slider").first).to_be_visible()  # what comes above moves the picture
    first(page).locator(".line", has_text="vocab_len = len(").hover()
    expect(first(page).locator(".detail")).to_have_text("vocab_len = 10,001.")
    first(page).locator(".line", has_text="embedding_layer.build(").hover()
    without = first(page).locator(".aside", has_text="Without this line")
    expect(without.locator("p").first).not_to_be_visible()
    without.locator("summary").click()
    expect(without).to_contain_text("expecting 0 weights")
    # The blocks stand in rows on a phone, rather than small.
    page.set_viewport_size({"width": 390, "height": 844})
    sizes = """(texts) => texts.map((text) =>
      text.getScreenCTM().a * Number.parseFloat(getComputedStyle(text).fontSize))"""
    labels = first(page).locator(".blocks text")
    becomes(page, lambda: min(labels.evaluate_all(sizes)) >= 12)
    page.set_viewport_size({"width": 1280, "height": 720})
    # What is trained beside what writes: one line of each loop is marked.
    marked = page.locator(".line.marked")
    expect(marked).to_have_text(
        [
            re.compile(r"x = X\[:, t, :\].*reads the true note of step t$"),
            re.compile(r"x = one_hot\(argmax\(out, .*reads what the network has chosen$"),
        ]
    )


def test_predict_then_reveal(shapes):
    page = shapes("?predict=true")
    asked = first(page).locator(".chip.asked")
    assert "?" in asked.text_content()
    expect(page.locator(".line.marked").first).to_be_hidden()  # beside it stand all shapes
    answer = page.get_by_role("textbox", name="shape")
    answer.fill("(m, m, m, m, m)")
    answer.press("Enter")
    page.get_by_text("You have 5 axes. It has fewer.").wait_for()
    assert asked.count() == 1
    settled(page)  # a button that is just being drawn lets a press go by
    page.locator(".st-key-reveal button").first.click()
    page.get_by_text(re.compile(r"^It is \(")).wait_for()
    asked.wait_for(state="detached")
    settled(page)
    page.locator(".st-key-next_question button").first.click()
    asked.wait_for()
    page.get_by_text("0 of 1").wait_for()


def test_presenter_type_is_at_least_20_px(shapes):
    page = shapes("?present=true&predict=true")
    page.wait_for_selector(".blueprint.presenter")
    small = first(page).evaluate(
        """(node) => [...node.querySelectorAll('.axis, .symbol, .count, .number, code, .detail')]
          .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 20)
          .map((one) => `${one.className} ${getComputedStyle(one).fontSize}`)"""
    )
    assert small[:3] == []
    # A control of so many pixels has room for its type, and a number for its buttons.
    expect(page.locator(".st-key-question").get_by_test_id("stNumberInputStepUp")).to_be_visible()
