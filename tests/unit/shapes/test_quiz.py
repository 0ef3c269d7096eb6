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
        *(
            "(None, 64,)",
            "  ( m ,  64 ) ",
            "m × N_A",
            "（None，64）",
            "【m、n_a】",
            "？　６４",
            "m＊64",
        ),
    ],
)
def test_a_right_answer_is_right_however_it_is_written(text):
    assert judge(parse(text), about("a"), SIZES).correct


@pytest.mark.parametrize(
    ("text", "says", "more", "axis"),
    [
        ("(None, 78)", "Axis 2 is off: you have 78.", "Axis 2 counts: units of the cell.", 1),
        ("(n_a, m)", "Axis 1 is off: you have n_a.", "Axis 1 counts: sequences in a batch.", 0),
        ("(64,)", "You have 1 axis. One is missing.", "Axis 1 counts: sequences", None),
        ("(None,)", "You have 1 axis. One is missing.", "Axis 2 counts: units", None),
        ("(None, 30, 64)", "You have 3 axes. It has fewer.", "It has 2 axes.", None),
    ],
)
def test_a_wrong_answer_gets_two_hints_and_no_answer(text, says, more, axis):
    verdict = judge(parse(text), about("a"), SIZES, CONSTRUCTIONS["djmodel"].meanings)
    assert not verdict.correct
    assert verdict.sentence == says
    assert verdict.more.startswith(more)
    assert verdict.axis == axis


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_no_hint_to_any_question_names_its_answer(name):
    chosen = CONSTRUCTIONS[name]
    for question in questions(chosen.sketch(chosen.seed_sizes)):
        for text in ("(1, 2)", "(None, 999)", "(None,)", "(None, 10, 999)", "(a, b, c, d)"):
            verdict = judge(parse(text), question, chosen.seed_sizes, chosen.meanings)
            for size, axis in zip(question.shape, question.axes, strict=True):
                told = f"{verdict.sentence} {verdict.more}".replace(text, "")
                if size is not None and size > 5 and str(size) not in text:
                    assert str(size) not in told
                    assert axis not in told.split()


def test_what_is_given_is_not_asked():
    for made in CONSTRUCTIONS.values():
        sketch = made.sketch(made.seed_sizes)
        assert all(sketch.rows[q.row].role != "input" for q in questions(sketch) if q.row >= 0)


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
