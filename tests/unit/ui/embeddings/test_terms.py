"""What a reader types where words, or a sum of them, are asked for."""

import pytest

from ui.embeddings.state import terms_of


@pytest.mark.parametrize(
    ("typed", "plus", "minus"),
    [
        ("king - man + woman", ["king", "woman"], ["man"]),
        ("国王-男人+女人", ["国王", "女人"], ["男人"]),
        ("国王 － 男人 ＋ 女人", ["国王", "女人"], ["男人"]),
        ("paris − france", ["paris"], ["france"]),
        ("king -man", ["king"], ["man"]),
        ("a, b; c", ["a", "b", "c"], []),
        ("well-known", ["well-known"], []),
        ("c++ java", ["c++", "java"], []),
        ("-", ["-"], []),
        ("", [], []),
    ],
)
def test_a_sum_is_told_from_words_with_hyphens(typed, plus, minus):
    assert terms_of(typed) == (plus, minus)
