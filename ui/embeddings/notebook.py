"""What the embeddings page's notebook is filled in with."""

from __future__ import annotations

from typing import Any

from seqlib.text import tokenise
from seqlib.text.chinese import is_han
from seqlib.vectors import load
from seqlib.vectors.wordvectors import COMMONEST
from ui.embeddings import lookup, state
from ui.parts.notebook import Asked
from ui.state import value


def asked() -> Asked:
    """Say which notebook it is, and what is set on the page now."""
    shipped, lines = load(), value("sentences").splitlines()
    sentences = [line.strip() for line in lines if tokenise(line)][: lookup.MOST_SENTENCES]
    # The notebook's Keras layer holds the matrix only, not the rows made for Chinese words.
    sentences = [line for line in sentences if not any(map(is_han, tokenise(line)))]
    settings: dict[str, Any] = {"nearest": value("nearest")}
    for name in ("near", "analogy"):
        settings[f"{name}_among"] = COMMONEST if value(f"{name}_common") else None
    if sentences:
        settings["sentences"] = sentences
    # The notebook reads the shipped vectors: words of other vectors give way to its own.
    plus, minus = state.terms_of(value("near"))
    near, _unknown = state.split_known(plus, shipped)
    if near and not minus:
        settings["near"] = near[0] if len(near) == 1 else near
    step = [value(key).strip() for key in ("a", "b", "c")]
    if all(word and word in shipped for word in step):
        settings |= dict(zip("abc", step, strict=True))
    return Asked("embeddings", settings)
