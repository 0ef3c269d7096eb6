"""Sentences with their emoji: the record that training, tables and files share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from seqlib.i18n import N_, _
from seqlib.text.tokens import MAX_MAXLEN, has_negation, tokenise

MIN_CLASSES, MAX_CLASSES = 2, 20


class EmojiClass(NamedTuple):
    """A class: how files name it, and what is shown for it."""

    name: str
    emoji: str

    @property
    def title(self) -> str:
        """The name for readers: that of a default class is in their language."""
        return _(self.name) if self in DEFAULT_CLASSES else self.name


# In the seed's order, so that labels 0 to 4 mean what they mean there.
DEFAULT_CLASSES = (
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
    # As the page shows them in Chinese.
    "喜爱": "love",
    "球类": "ball",
    "开心": "happy",
    "难过": "sad",
    "食物": "food",
}
# For classes that come with a name or a number only.
MARKS = "🔴🟠🟡🟢🔵🟣🟤⚫⚪🟥🟧🟨🟩🟦🟪🟫⬛⬜🔶🔷"


@dataclass(frozen=True)
class LabelledSentences:
    """Sentences, the class of each, and what the classes are.

    Attributes
    ----------
    sentences : tuple of str
    labels : int array (m,)
        Places in ``classes``.
    classes : tuple of EmojiClass
    """

    sentences: tuple[str, ...]
    labels: np.ndarray
    classes: tuple[EmojiClass, ...] = DEFAULT_CLASSES

    def __post_init__(self) -> None:
        if len(self.sentences) != len(self.labels):
            raise ValueError(
                _(
                    "There are {sentences} sentences and {labels} labels; give one label for each "
                    "sentence.",
                    sentences=len(self.sentences),
                    labels=len(self.labels),
                )
            )
        if len(self.labels) and not 0 <= min(self.labels) <= max(self.labels) < self.n_classes:
            raise ValueError(
                _("Labels must be 0 to {last}, places in the classes.", last=self.n_classes - 1)
            )

    def __len__(self) -> int:
        return len(self.sentences)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @property
    def counts(self) -> np.ndarray:
        """Sentences of each class, (n_classes,)."""
        return np.bincount(self.labels, minlength=self.n_classes)

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], ...]:
        return tuple(map(tokenise, self.sentences))

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
        return np.array([has_negation(sentence) for sentence in self.sentences], bool)

    def subset(self, places: Sequence[int] | np.ndarray) -> LabelledSentences:
        """Only these rows, with the same classes."""
        places = np.asarray(places, int)
        return LabelledSentences(
            tuple(self.sentences[place] for place in places), self.labels[places], self.classes
        )

    def balanced(self, n: int, seed: int = 0) -> LabelledSentences:
        """At most ``n`` rows, drawn so that classes stay as even as the rows allow."""
        order = self._dealt(seed)
        return self.subset(np.sort(order[:n]))

    def covering(self, n: int) -> LabelledSentences:
        """At most ``n`` rows, classes even, that cover the commonest words of each class.

        Greedy: from each class in turn the row that adds most, where a word counts as often
        as the class has it, and the less the more often it is already covered.
        """
        parts = [set(words) for words in self.tokens]
        often = [
            Counter(part for place in np.flatnonzero(self.labels == label) for part in parts[place])
            for label in range(self.n_classes)
        ]
        left = [np.flatnonzero(self.labels == label).tolist() for label in range(self.n_classes)]
        covered = [Counter() for _ in left]

        def gain(place: int, label: int) -> float:
            return sum(
                often[label][part] / (1 + covered[label][part]) ** 2
                for part in parts[place]
                if often[label][part] > 1
            )

        chosen: list[int] = []
        while len(chosen) < min(n, len(self)):
            for label, places in enumerate(left):
                if places and len(chosen) < n:
                    best = max(places, key=lambda place, label=label: gain(place, label))
                    places.remove(best)
                    covered[label].update(parts[best])
                    chosen.append(best)
        return self.subset(sorted(chosen))

    def split(
        self, test_share: float = 0.2, seed: int = 0
    ) -> tuple[LabelledSentences, LabelledSentences]:
        """(train, test): a share of every class is kept back, at least 1 of any with 2 rows."""
        rng = np.random.default_rng(seed)
        kept_back: list[int] = []
        for label in range(self.n_classes):
            places = rng.permutation(np.flatnonzero(self.labels == label))
            n = min(max(1, round(test_share * len(places))), len(places) - 1)
            kept_back += places[: max(n, 0)].tolist()
        test = np.zeros(len(self), bool)
        test[kept_back] = True
        return self.subset(np.flatnonzero(~test)), self.subset(np.flatnonzero(test))

    def _dealt(self, seed: int) -> np.ndarray:
        """All places, one of each class in turn, each class in random order."""
        order = np.random.default_rng(seed).permutation(len(self))
        turn = np.zeros(len(self), int)
        for label in range(self.n_classes):
            mine = order[self.labels[order] == label]
            turn[mine] = np.arange(len(mine))
        return order[np.argsort(turn[order], kind="stable")]


def classes_of(labels: Iterable[str]) -> tuple[tuple[EmojiClass, ...], dict[str, int]]:
    """The classes that label texts name, and the place each text stands for.

    Names and emoji of the default five are recognised, in any case. Numbers are the default
    five if they are exactly 0 to 4; otherwise each number is a class. Any other text is a
    class of its own, with a coloured mark if it is not an emoji itself.
    """
    texts = list(dict.fromkeys(label.strip() for label in labels))
    as_number = {text: _whole(text) for text in texts}
    if texts and None not in as_number.values():
        numbers = sorted(set(as_number.values()))
        if numbers == list(range(len(DEFAULT_CLASSES))):
            classes = DEFAULT_CLASSES
        else:
            classes = tuple(
                EmojiClass(str(number), MARKS[place % len(MARKS)])
                for place, number in enumerate(numbers)
            )
        return classes, {text: numbers.index(number) for text, number in as_number.items()}
    named = {text: class_of(text) for text in texts}
    found = list(dict.fromkeys(named.values()))
    defaults = [one for one in DEFAULT_CLASSES if one in found]
    others = [one for one in found if one not in defaults]
    marks = iter(MARKS * (len(others) // len(MARKS) + 1))
    marked = {one: one if one.emoji else EmojiClass(one.name, next(marks)) for one in others}
    classes = (*defaults, *marked.values())
    return classes, {text: classes.index(marked.get(one, one)) for text, one in named.items()}


def class_of(text: str) -> EmojiClass:
    """One of the default classes, or a class of its own, its emoji empty if none was given."""
    name = " ".join(text.casefold().split())
    name = ALIASES.get(name, name)
    bare = _bare(text)
    for one in DEFAULT_CLASSES:
        if name == one.name or bare == _bare(one.emoji):
            return one
    is_emoji = bool(bare) and not any(character.isalnum() for character in bare)
    return EmojiClass(bare or name, text) if is_emoji else EmojiClass(name, "")


def _bare(emoji: str) -> str:
    """Without variation selectors: ❤ and ❤️ are one emoji."""
    return emoji.strip().replace("\ufe0f", "").replace("\ufe0e", "")


def _whole(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 1e9 else None


class DataSet(NamedTuple):
    """Sentences to learn from, and sentences only to be judged by."""

    train: LabelledSentences
    test: LabelledSentences
