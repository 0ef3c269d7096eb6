"""Tour files: what they may say, and that every language says the same to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seqlib.i18n import LANGUAGES
from ui.lessons.markdown import LESSONS
from ui.lessons.tours import TourError, parse, spans, tour, toured

PAGES = ("home", "jazz", "emojify", "shapes", "embeddings", "cell")
STEP = """# A tour

## One
light: stage::play
do: play stage

Press *play* in
this **stage**.

? Why?

> Because of
> `c`.
"""


def test_a_step_is_read_with_its_element_its_task_and_its_folded_answer():
    told = parse(STEP)
    (step,) = told.steps
    assert told.title == "A tour"
    assert step.title == "One"
    assert (step.light, step.action, step.target) == ("stage::play", "play", "stage")
    assert step.text == "Press *play* in this **stage**."
    assert (step.question, step.answer) == ("Why?", "Because of `c`.")
    assert step.elements == ("stage::play", "stage")


def test_a_text_falls_into_plain_bold_italic_and_code():
    assert spans("a **b** *c* `d`.") == [
        ("", "a "),
        ("bold", "b"),
        ("", " "),
        ("italic", "c"),
        ("", " "),
        ("code", "d"),
        ("", "."),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# No steps\n", "no steps"),
        (STEP.replace("light: stage::play\n", ""), "lights nothing"),
        (STEP.replace("do: play stage", "do: sing stage"), "'sing stage'"),
        (STEP.replace("do: play stage", "do: play"), "then the element"),
        ("# T\n\n## One\nlight: stage\n", "says nothing"),
    ],
)
def test_a_tour_that_cannot_be_followed_is_explained_in_a_sentence(text, says):
    with pytest.raises(TourError, match=says):
        parse(text)


@pytest.mark.parametrize("page", PAGES)
def test_every_language_lights_and_waits_for_the_same(page):
    english = tour(page)
    for language in LANGUAGES:
        assert (LESSONS / language / f"{page}.tour.md").exists()
        other = tour(page, language)
        assert len(other.steps) == len(english.steps)
        for one, two in zip(english.steps, other.steps, strict=True):
            bare = dict.fromkeys(("title", "text", "question", "answer"), "")
            assert replace(one, **bare) == replace(two, **bare)
            assert bool(one.question) == bool(two.question)
            assert bool(one.answer) == bool(two.answer)
            assert language == "en" or one.text != two.text


def test_a_page_without_a_file_has_no_tour():
    assert toured("home")
    assert not toured("nowhere")
