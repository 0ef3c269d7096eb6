"""The lesson plan read step by step."""

from __future__ import annotations

import pytest

from seqlib.i18n import LANGUAGES
from ui.lessons.papers import KINDS, in_language, links, plan, source


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_the_plan_is_in_its_steps_and_none_tells_the_answer_with_its_question(language):
    told = plan(language)
    assert [link for step in told.steps for _, link in step.links] == links("plan", language)
    body = source("plan", language).split("\n## ", 1)[1]
    assert sum(len(step.text) for step in told.steps) > 0.9 * len(body)
    for step in told.steps:
        words = [word for kind, each in KINDS.items() if kind != step.kind for word in each]
        assert not any(f"**{word}**" in step.text for word in words), step
    first = {part: next(step for step in told.steps if step.part == part) for part in range(7)}
    assert all(step.kind in ("open", "ask") for step in first.values())


def test_both_languages_have_the_same_steps():
    english, chinese = (plan(language) for language in LANGUAGES)
    assert [(step.part, step.kind) for step in english.steps] == [
        (step.part, step.kind) for step in chinese.steps
    ]
    assert [(part.begins, part.ends) for part in english.parts] == [
        (part.begins, part.ends) for part in chinese.parts
    ]
    assert plan("xx") == english


def test_a_path_is_given_its_language_before_its_section():
    assert in_language("/cell?t=3#step", "zh", plan=4) == "/cell?t=3&lang=zh&plan=4#step"
    assert in_language("/cell", "en", plan=4) == "/cell?plan=4"
    assert in_language("/cell#step", "en") == "/cell#step"
