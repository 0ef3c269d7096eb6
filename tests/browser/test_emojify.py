"""The emojify page as a visitor uses it: type, train, compare, errors, save and reopen."""

from __future__ import annotations

import re

import pytest
from conftest import becomes, choose, expect, settled, write_first_cell
from playwright.sync_api import Page

from seqlib.text import DEFAULT_CLASSES, tokenise

pytestmark = pytest.mark.browser


# Links that leave sections out: to draw them anew takes most of a test's seconds.
REST = "?without=order,padding,dropout,mistakes,scores,table"
SENTENCE = f"{REST},sentences,training,model_files"
DATA = f"{REST},training,model_files"


def open_emojify(server, opens, query: str = "", **options) -> Page:
    """``opens`` is ``new_page``, or ``look_at`` where the page of the test before will do."""
    page = opens(f"{server.url}/emojify{query}", **options)
    expect(stage(page)).to_be_visible(timeout=60_000)
    return page


def stage(page: Page, number: int = 0):
    """A stage on the page, by its order from the top."""
    return page.locator(".stage[role=group]").nth(number)


def sentence_box(page: Page):
    return page.get_by_role("textbox", name="Your sentence")


def verdict(page: Page):
    return page.locator(".verdict .main")


def test_typing_a_sentence_is_read_without_enter(server, look_at):
    page = open_emojify(server, look_at, SENTENCE)
    box = sentence_box(page)
    box.fill("We love")
    box.press_sequentially(" our little family")
    expect(verdict(page)).to_contain_text("love")
    expect(
        page.get_by_role("row", name=re.compile("word we love our little family"))
    ).to_be_visible()
    expect(stage(page)).to_contain_text("family")

    box.fill("We want zzqqzz to eat")
    expect(page.get_by_text("Unknown, shown dashed: zzqqzz")).to_be_visible()
    expect(page.locator("td.unknown")).to_have_text("zzqqzz")


def test_sentences_in_two_languages_get_the_emoji_most_people_would_give(server, look_at):
    page = open_emojify(server, look_at, SENTENCE)
    for text, emoji in {
        "we lost the final on penalties": "⚾",
        "haha that was so funny": "😄",
        "my dog died yesterday": "😞",
        "太好笑了": "😄",
        "我們今天踢足球": "⚾",
        "今晚一起吃火锅吧": "🍴",
        "The soup is delicious": "🍴",
    }.items():
        sentence_box(page).fill(text)
        expect(page.locator(".words tr.word td:not(.pad)")).to_have_text(tokenise(text))
        expect(verdict(page).locator(".mark")).to_have_text(emoji)
        said = DEFAULT_CLASSES[[one.emoji for one in DEFAULT_CLASSES].index(emoji)].title
        expect(verdict(page).locator("b").first).to_have_text(said)
    sentence_box(page).fill("今晚一起吃火锅吧")
    expect(page.get_by_role("row", name=re.compile("lies next to .*pot soup"))).to_be_visible()
    expect(stage(page)).to_contain_text("lies next to")
    sentence_box(page).fill("!!!")
    expect(verdict(page)).to_contain_text("no word of this is known")


def test_an_error_is_chosen_and_loaded_on_the_stage(server, look_at):
    page = open_emojify(server, look_at)
    before = sentence_box(page).input_value()
    table = page.locator(".st-key-emoji_errors").get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 53)  # the tick of the first row
    expect(page.get_by_text("how much each word puts")).to_be_visible()
    expect(sentence_box(page)).not_to_have_value(before)
    first = sentence_box(page).input_value()
    expect(page.get_by_text(f"“{first}”: how much each word")).to_be_visible()
    expect(stage(page)).to_contain_text(first.split()[-1].lower().rstrip("?.!"))


def test_a_phone_shows_the_page_without_sideways_scrolling(server, look_at):
    page = open_emojify(server, look_at, viewport={"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    # The box stays below the list of sections, which is higher here.
    page.locator(".st-key-section_order").evaluate("node => node.scrollIntoView()")
    covered = """node => node.getBoundingClientRect().top
      - document.querySelector(".st-key-sections").getBoundingClientRect().bottom"""
    becomes(page, lambda: 0 <= sentence_box(page).evaluate(covered) < 20)
    # At a zoom of 200 % the bars that stay leave room for what is read.
    page.set_viewport_size({"width": 640, "height": 360})
    bars = "node => parseFloat(getComputedStyle(node).top) + node.offsetHeight"
    becomes(page, lambda: page.locator(".stage .bar").first.evaluate(bars) < 250)
    expect(page.locator(":has(> .st-key-typing)")).to_have_css("position", "static")


def test_another_model_is_told_to_the_sections_that_a_typed_word_leaves_alone(server, look_at):
    page = open_emojify(server, look_at)
    sentence_box(page).fill("I am happy")
    sentence_box(page).press("End")
    sentence_box(page).press_sequentially(" today")
    expect(page.locator(".words").get_by_text("today", exact=True)).to_be_visible()
    choose(page.get_by_role("combobox", name="read by"), "untrained")
    expect(page.get_by_text("The model that reads now: untrained.")).to_be_visible()
    expect(page.locator(".words").get_by_text("today", exact=True)).to_be_visible()


def test_two_sentences_stand_on_one_clock(server, new_page):
    page = open_emojify(server, new_page, f"{SENTENCE}&say=I+am+happy&say_b=I+am+not+happy")
    choose(page.get_by_role("combobox", name="compared with"), "another sentence")
    expect(page.get_by_role("textbox", name="The other sentence")).to_have_value("I am not happy")
    for name in ("Both", "Difference"):
        button = stage(page).get_by_text(name, exact=True)
        button.click()
    expect(stage(page)).to_contain_text("I am not happy")


def test_train_watch_and_save_and_reopen(server, new_page, tmp_path):
    page = open_emojify(server, new_page, f"{REST},sentences&emoji_epochs=2&emoji_units=32")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=120_000)
    status = page.get_by_text(re.compile("epoch 2 of 2")).inner_text()
    assert re.search(r"test \d+\.\d%", status)
    expect(page.get_by_text("After 2 epochs:")).to_be_visible()
    expect(page.get_by_text("The model that reads now: run 1 last.")).to_be_visible()
    settled(page)
    said = verdict(page).inner_text()

    with page.expect_download() as caught:
        page.get_by_role("button", name="SeqScope file", exact=True).click()
    assert caught.value.suggested_filename.endswith(".seqscope")
    saved = tmp_path / "mine.seqscope"
    caught.value.save_as(saved)

    again = open_emojify(server, new_page, f"{REST},sentences,training")
    chooser = again.locator(".st-key-emoji_open input[type=file]")
    chooser.set_input_files(saved)
    expect(again.get_by_text("The model that reads now: my file.")).to_be_visible()
    expect(verdict(again)).to_have_text(re.compile(re.escape(said.split("\n")[0])))
    assert verdict(again).inner_text() == said

    chooser.set_input_files(
        {"name": "x.seqscope", "mimeType": "application/zip", "buffer": b"no model"}
    )
    expect(again.get_by_text("This is not a SeqScope model file")).to_be_visible()
    assert verdict(again).inner_text() == said


def test_csvs_of_ones_own_are_read_and_odd_ones_get_a_sentence_each(server, new_page):
    page = open_emojify(server, new_page, DATA)
    page.get_by_text("my sentences", exact=True).click()
    chooser = page.locator(".st-key-emoji_csv input[type=file]")
    rows = "\n".join(f"the {'dog' if n % 2 else 'cat'} runs {n},{n % 2}" for n in range(30))
    chooser.set_input_files({"name": "pets.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(page.get_by_text("30 rows read")).to_be_visible()
    # Of a table only our own CSVs leave, in which formulas are text.
    page.get_by_test_id("stDataFrame").first.hover()
    bar = page.get_by_test_id("stElementToolbar").first
    expect(bar.locator("[aria-label^='Search']")).to_be_visible()
    expect(bar.locator("[aria-label^='Download as CSV']")).to_be_hidden()
    chooser.set_input_files(
        {"name": "page.csv", "mimeType": "text/csv", "buffer": b"<html>no</html>"}
    )
    expect(page.get_by_text("This is a web page saved under the name of a CSV")).to_be_visible()
    expect(page.get_by_text("30 rows read")).to_have_count(0)  # that was the file before

    odd = {
        b"": "The file is empty",
        b"a b c,happy\nd e f,happy\n": "Every sentence has the same label",
        bytes(range(256)) * 40: "This is not a text file",
        b"PK\x03\x04" + bytes(60): "This is an Excel workbook or a zip archive",
    }
    for number, (content, says) in enumerate(odd.items()):
        chooser.set_input_files(
            {"name": f"odd{number}.csv", "mimeType": "text/csv", "buffer": content}
        )
        expect(page.get_by_text(says)).to_be_visible()
        expect(verdict(page)).to_be_visible()
    rows = "\n".join(f"we saw {n} birds today,{('happy', 'sad')[n % 2]}" for n in range(50_000))
    chooser.set_input_files({"name": "large.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(page.get_by_text("50,000 rows read")).to_be_visible(timeout=60_000)


def test_rows_edited_in_the_page_become_the_sentences(server, new_page):
    page = open_emojify(server, new_page, DATA)
    page.get_by_test_id("stMain").get_by_text("Edit the rows").click()
    table = page.locator(".st-key-emoji_data_edit").get_by_test_id("stDataFrame")
    write_first_cell(page, table, "I adore my grandmother")
    page.get_by_role("button", name="Use this table", exact=True).click()
    expect(page.get_by_text("my sentences", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="my sentences")).to_be_checked()
