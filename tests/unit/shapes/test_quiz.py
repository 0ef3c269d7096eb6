"""Answers are taken as people write them, and what is off is said axis by axis."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.constructions import CONSTRUCTIONS
from seqlib.shapes.quiz import judge, parse, questions

SIZES = CONSTRUCTIONS["djmodel"].seed_sizes
SKETCH = CONSTRUCTIONS["djmodel"].sketch(SIZES)


def about(name: str):
    return next(q for q in questions(SKETCH) if f"`{name}`" in q.text)


@pytest.mark.parametrize(
    "text",
    [
        *("(None, 64)", "(m, n_a)", "none,64", "? 64", "[60, 64]", "(None,n_a)"),
        *("(None, 64,)", "  ( m ,  64 ) ", "m × N_A"),
    ],
)
def test_a_right_answer_is_right_however_it_is_written(text):
    assert judge(parse(text), about("a"), SIZES).correct


@pytest.mark.parametrize(
    ("text", "says", "axis"),
    [
        ("(None, 78)", "Axis 2 is off: you have 78, it is n_a, which is 64", 1),
        ("(n_a, m)", "Axis 1 is off: you have n_a, it is the batch", 0),
        ("(64,)", "Axis 1 is missing: it is the batch", None),
        ("(None,)", "Axis 2 is missing: it is n_a", None),
        ("(None, 30, 64)", "You have 3 axes, it has 2", None),
    ],
)
def test_a_wrong_answer_is_told_which_axis_is_off(text, says, axis):
    verdict = judge(parse(text), about("a"), SIZES)
    assert not verdict.correct
    assert says in verdict.sentence
    assert verdict.axis == axis
    assert "64)" not in verdict.hint


@pytest.mark.parametrize("text", ["", "()", "(None, 6.5)", "a, b, c, d, e, f, g, h, i"])
def test_what_is_not_a_shape_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse(text)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    with contextlib.suppress(ValueError):
        judge(parse(text), about("a"), SIZES)


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_every_question_is_answered_by_its_own_shape_and_names(name):
    chosen = CONSTRUCTIONS[name]
    sizes = chosen.seed_sizes
    for question in questions(chosen.sketch(sizes), seed=3):
        for answer in (as_text(question.shape), as_text(question.axes)):
            assert judge(parse(answer), question, sizes).correct


def test_questions_follow_the_sizes_and_the_seed_gives_their_order():
    other = CONSTRUCTIONS["djmodel"].sketch({**SIZES, "n_a": 5})
    assert {q.shape for q in questions(other)} != {q.shape for q in questions(SKETCH)}
    assert questions(SKETCH, 1) == questions(SKETCH, 1)
    assert questions(SKETCH, 1) != questions(SKETCH, 2)
