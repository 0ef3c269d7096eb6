"""What each unit of the emoji model's two layers follows, over labelled sentences.

The state after reading a word is held against the class of the sentence, whether a negation was
read, and the word's place; see ``seqlib.lstm.following``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seqlib.emojify.reading import EmojiModel
from seqlib.i18n import InputError, _
from seqlib.lstm.following import Group, by_halves, grouped
from seqlib.text import LabelledSentences, negates

SENTENCES, WORDS = 160, 12  # more would slow the page's first picture


class Signal(NamedTuple):
    """A short name for the gutter, and the words for a readout."""

    name: str
    what: str


def groups(model: EmojiModel, labelled: LabelledSentences) -> tuple[tuple[Group, ...], ...]:
    """Group the units of layer 1, and those of layer 2, by what they follow.

    Raises ``ValueError`` if the model has other classes than the sentences.
    """
    if model.classes != labelled.classes:
        raise InputError("The model and the sentences have different classes.")
    at_random = np.random.default_rng(0).permutation(len(labelled))[:SENTENCES]
    some = labelled.subset(at_random)
    most = min(model.maxlen, WORDS)
    words = [tokens[:most] for tokens in some.tokens]
    rows = [
        _signals(each, label, len(model.classes))
        for each, label in zip(words, some.labels, strict=True)
    ]
    signals = [
        *(
            Signal(one.emoji, _("whether the sentence is one of {name}", name=one.title))
            for one in model.classes
        ),
        Signal(_("negated"), _("whether a negation was read")),
        Signal(_("place"), _("how many words were read")),
    ]
    layers = model.weights.both_states(model.lexicon.indices(words, most))
    return tuple(
        grouped(
            signals,
            *by_halves(rows, [h[: len(each)] for h, each in zip(states, words, strict=True)]),
        )
        for states in layers
    )


def _signals(words: tuple[str, ...], label: int, n_classes: int) -> np.ndarray:
    """Return the signals of a sentence, (n_classes + 2, Tx): class, negation so far, place."""
    Tx = len(words)
    found = np.zeros((n_classes + 2, Tx))
    found[label] = 1
    found[-2] = np.maximum.accumulate([negates(word) for word in words])
    found[-1] = np.arange(1, Tx + 1)
    return found
