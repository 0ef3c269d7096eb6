"""Small changes to a sentence: a word less, negated, or after its neighbour."""

from __future__ import annotations

from seqlib.text import chinese
from seqlib.text.tokens import tokenise

LEFT_OUT, NEGATED, SWAPPED = "left out", "negated", "swapped"


def changed(sentence: str, place: int, how: str) -> str:
    """Change the word at ``place`` among ``tokenise(sentence)``.

    >>> changed("I am happy, you see", 2, NEGATED)
    'I am not happy you see'

    ``how`` is ``LEFT_OUT``; ``NEGATED``, with "not" or 不 before it; or ``SWAPPED`` with the word
    after it. Words stay as they were written, without punctuation. Raises ``ValueError`` for
    another ``how``, ``IndexError`` if there is no such word, or none after it.
    """
    words = _as_written(sentence)
    if how == LEFT_OUT:
        del words[place]
    elif how == NEGATED:
        words.insert(place, "不" if chinese.is_han(words[place]) else "not")
    elif how == SWAPPED:
        words[place], words[place + 1] = words[place + 1], words[place]
    else:
        raise ValueError(f"{how!r} is no change; choose one of {LEFT_OUT}, {NEGATED}, {SWAPPED}.")
    text = ""
    for word in words:
        apart = text and not (chinese.is_han(text[-1]) and chinese.is_han(word[0]))
        text += f" {word}" if apart else word
    return text


def _as_written(sentence: str) -> list[str]:
    """Return the words of a sentence with their capitals; contractions are written out."""
    low, at, found = sentence.lower(), 0, []
    for word in tokenise(sentence):
        start = low.find(word, at) if len(low) == len(sentence) else -1
        written = sentence[start : start + len(word)] if start >= 0 else word
        at = max(at, start + len(word))
        found.append(written)
    return found
