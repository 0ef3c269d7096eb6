"""A word of a sentence left out, negated, or swapped with the next."""

from __future__ import annotations

import pytest

from seqlib.text import tokenise
from seqlib.text.edits import LEFT_OUT, NEGATED, SWAPPED, changed


@pytest.mark.parametrize(
    ("sentence", "place", "how", "new"),
    [
        ("I am not sad, I am happy", 2, LEFT_OUT, "I am sad I am happy"),
        ("I am happy", 2, NEGATED, "I am not happy"),
        ("Happy, sad!", 0, SWAPPED, "sad Happy"),
        ("I don't know", 2, LEFT_OUT, "I do know"),
        ("我很开心", 1, NEGATED, "我不很开心"),
        ("我爱 pizza", 2, NEGATED, "我爱 not pizza"),
        ("İ am so happy", 0, LEFT_OUT, "am so happy"),  # its small form is two characters
        ("no no no", 1, LEFT_OUT, "no no"),
        ("happy", 0, LEFT_OUT, ""),
    ],
)
def test_a_word_is_changed_and_the_others_stay_as_they_were_written(sentence, place, how, new):
    assert changed(sentence, place, how) == new


@pytest.mark.parametrize("how", [LEFT_OUT, NEGATED, SWAPPED])
def test_the_model_reads_the_words_in_their_new_order(how):
    words = tokenise("Shall we play ball after lunch?")
    expected = {
        LEFT_OUT: [*words[:2], *words[3:]],
        NEGATED: [*words[:2], "not", *words[2:]],
        SWAPPED: [*words[:2], words[3], words[2], *words[4:]],
    }
    assert tokenise(changed("Shall we play ball after lunch?", 2, how)) == tuple(expected[how])


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ValueError, match="is no change"):
        changed("I am", 0, "shouted")
    with pytest.raises(IndexError):
        changed("I am", 1, SWAPPED)
