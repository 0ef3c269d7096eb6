"""Hold sentences with their emoji: the record that training, tables and files share."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from seqlib import limits
from seqlib.i18n import N_, InputError, _
from seqlib.text.emoji import named
from seqlib.text.tokens import MAX_MAXLEN, negates, tokenise

MIN_CLASSES, MAX_CLASSES = 2, 20


class EmojiClass(NamedTuple):
    """A class: its name in files, and its emoji."""

    name: str
    emoji: str

    @property
    def title(self) -> str:
        """The name for readers; a default class is named in the reader's language."""
        return _(self.name) if self in DEFAULT_CLASSES else self.name


# In the seed's order, so that labels 0 to 4 mean what they mean there.
DEFAULT_CLASSES: tuple[EmojiClass, ...] = (
    EmojiClass(N_("love"), "❤️"),
    EmojiClass(N_("ball"), "⚾"),
    EmojiClass(N_("happy"), "😄"),
    EmojiClass(N_("sad"), "😞"),
    EmojiClass(N_("food"), "🍴"),
)
# Other spellings of the names above.
ALIASES = {
    "heart": "love",
    "baseball": "ball",
    "sport": "ball",
    "ball games": "ball",
    "smile": "happy",
    "happiness": "happy",
    "sadness": "sad",
    "fork": "food",
    # The names on the page in Chinese.
    "喜爱": "love",
    "球类": "ball",
    "开心": "happy",
    "開心": "happy",
    "难过": "sad",
    "難過": "sad",
    "喜愛": "love",
    "球類": "ball",
    "食物": "food",
}
# For classes that have only a name or a number.
MARKS = "🔴🟠🟡🟢🔵🟣🟤⚫⚪🟥🟧🟨🟩🟦🟪🟫⬛⬜🔶🔷"


@dataclass(frozen=True)
class LabelledSentences:
    """Sentences, the class of each, and the list of classes.

    Raises ``ValueError`` if there is not one label for each sentence, or a label is not an index
    in ``classes``.

    Attributes
    ----------
    labels : int array (m,)
        Indices in ``classes``.
    """

    sentences: tuple[str, ...]
    labels: np.ndarray
    classes: tuple[EmojiClass, ...] = DEFAULT_CLASSES

    def __post_init__(self) -> None:
        if len(self.sentences) != len(self.labels):
            raise InputError(
                "There are {sentences} sentences and {labels} labels; give one label for each "
                "sentence.",
                sentences=len(self.sentences),
                labels=len(self.labels),
            )
        if len(self.labels) and not 0 <= min(self.labels) <= max(self.labels) < self.n_classes:
            raise InputError(
                "Labels must be 0 to {last}, places in the classes.", last=self.n_classes - 1
            )

    def __len__(self) -> int:
        return len(self.sentences)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @property
    def counts(self) -> np.ndarray:
        """Number of sentences of each class, (n_classes,)."""
        return np.bincount(self.labels, minlength=self.n_classes)

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence, as ``tokenise`` gives them."""
        once: dict[str, str] = {}  # each word is held once, however often it occurs
        return tuple(
            tuple(once.setdefault(word, word) for word in tokenise(sentence))
            for sentence in self.sentences
        )

    @property
    def maxlen(self) -> int:
        """Words in the longest sentence, at least 1 and at most ``MAX_MAXLEN``."""
        return min(max(map(len, self.tokens), default=1) or 1, MAX_MAXLEN)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every different word, sorted."""
        return tuple(sorted({word for tokens in self.tokens for word in tokens}))

    @cached_property
    def negated(self) -> np.ndarray:
        """True where a sentence has a negation, (m,)."""
        known = functools.cache(negates)  # most words come again and again
        return np.array([any(map(known, tokens)) for tokens in self.tokens], bool)

    @cached_property
    def sample(self) -> LabelledSentences:
        """At most ``limits.JUDGED`` rows, drawn at random: what a page can work out at once."""
        if len(self) <= limits.JUDGED:
            return self
        rows = np.random.default_rng(0).choice(len(self), limits.JUDGED, replace=False)
        return self.subset(np.sort(rows))

    def subset(self, rows: Sequence[int] | np.ndarray) -> LabelledSentences:
        """Select some rows, with the same classes."""
        rows = np.asarray(rows, int)
        return LabelledSentences(
            tuple(self.sentences[row] for row in rows), self.labels[rows], self.classes
        )

    def covering(self, n: int) -> LabelledSentences:
        """Select at most ``n`` rows, classes even, that cover the commonest words of each class.

        From each class in turn the row is taken that gains most: a word counts as often as it
        occurs in its class, divided by the square of 1 + the times it is already covered.
        """
        if n >= len(self):
            return self
        words = [set(tokens) for tokens in self.tokens]
        rest = [np.flatnonzero(self.labels == label).tolist() for label in range(self.n_classes)]
        counts = [Counter(word for row in rows for word in words[row]) for rows in rest]
        covered: list[Counter[str]] = [Counter() for _rows in rest]

        def gain(row: int) -> float:
            label = int(self.labels[row])
            return sum(
                counts[label][word] / (1 + covered[label][word]) ** 2
                for word in words[row]
                if counts[label][word] > 1
            )

        chosen: list[int] = []
        while len(chosen) < n:
            for label, rows in enumerate(rest):
                if rows and len(chosen) < n:
                    best = max(rows, key=gain)
                    rows.remove(best)
                    covered[label].update(words[best])
                    chosen.append(best)
        return self.subset(sorted(chosen))

    def split(
        self, test_share: float = 0.2, seed: int = 0
    ) -> tuple[LabelledSentences, LabelledSentences]:
        """Split at random into (train, test).

        Of every class a ``test_share`` goes to the test rows: at least one row of a class with
        two or more, and never all of them.
        """
        rng = np.random.default_rng(seed)
        test = np.zeros(len(self), bool)
        for label in range(self.n_classes):
            rows = rng.permutation(np.flatnonzero(self.labels == label))
            n = min(max(1, round(test_share * len(rows))), len(rows) - 1)
            test[rows[: max(n, 0)]] = True
        return self.subset(np.flatnonzero(~test)), self.subset(np.flatnonzero(test))


def classes_of(labels: Iterable[str]) -> tuple[tuple[EmojiClass, ...], dict[str, int]]:
    """Find the classes that label texts name, and the index of each text's class.

    Names and emoji of the default five are recognised, whatever their case. Numbers are the
    default five if they are exactly 0 to 4; otherwise each number is a class. Any other text
    is a class of its own, with a coloured mark if it is not an emoji itself.
    """
    texts = list(dict.fromkeys(label.strip() for label in labels))
    as_number = {text: number for text in texts if (number := _integer(text)) is not None}
    marks = itertools.cycle(MARKS)
    if texts and len(as_number) == len(texts):
        numbers = sorted(set(as_number.values()))
        classes = tuple(EmojiClass(str(number), next(marks)) for number in numbers)
        if numbers == list(range(len(DEFAULT_CLASSES))):
            classes = DEFAULT_CLASSES
        places = {number: place for place, number in enumerate(numbers)}
        return classes, {text: places[number] for text, number in as_number.items()}
    named = {text: class_of(text) for text in texts}
    found = list(dict.fromkeys(named.values()))
    defaults = [known for known in DEFAULT_CLASSES if known in found]
    others = [other for other in found if other not in defaults]
    marked = {
        other: other if other.emoji else EmojiClass(other.name, next(marks)) for other in others
    }
    classes = (*defaults, *marked.values())
    at = {one: place for place, one in enumerate(classes)}
    return classes, {text: at[marked.get(own, own)] for text, own in named.items()}


def class_of(text: str) -> EmojiClass:
    """Find the default class that a label names, or make a class of the label's own text.

    An emoji may be written by its name, ``:heart:``.
    """
    text = named(text) or text.strip().removeprefix("__label__")
    name = " ".join(text.casefold().split())
    name = ALIASES.get(name, name)
    bare = _bare(text)
    for known in DEFAULT_CLASSES:
        if name == known.name or bare == _bare(known.emoji):
            return known
    is_emoji = bool(bare) and not any(character.isalnum() for character in bare)
    return EmojiClass(bare, text) if is_emoji else EmojiClass(name, "")


def _bare(emoji: str) -> str:
    """Remove variation selectors: ❤ and ❤️ are the same emoji."""
    return emoji.strip().replace("\ufe0f", "").replace("\ufe0e", "")


def _integer(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 1e9 else None


class DataSet(NamedTuple):
    """Sentences to learn from, and sentences only to be judged by."""

    train: LabelledSentences
    test: LabelledSentences
