"""The project's own sentences keep the rules on their card."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from seqlib.assets import ASSETS
from seqlib.text import DEFAULT_CLASSES, negates, read_csv, shipped, tokenise, validation

PARTS = ("train", "validation", "test")
# Words that tell nothing of a sentence's class by themselves.
COMMON = """
    a an the i you he she it we they me him her us them my your his its our their this that
    these those and or but so because if when while until since as than then here there what who
    which where why how am is are was were be been being do does did done have has had will would
    can could should shall may might must not no never nobody nothing none without to of in on at
    for from with by about into over after before up down out off all any some every each more
    most much many very too just only again still already even ever always now one two first last
    new old little get got go going gone come came back let make made take took give gave put say
    said tell told know think want wanted see saw look find found keep kept also really anymore
    yet like way thing time day night morning year people man woman ask asked wait"""


class Row(NamedTuple):
    part: str
    sentence: str
    label: str
    theme: str
    words: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    found = []
    for part in PARTS:
        with open(ASSETS / "emojify" / f"{part}.csv", encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        assert header == ["sentence", "label", "theme"]
        found += [Row(part, *line, tokenise(line[0])) for line in lines]
    return tuple(found)


def test_they_are_many_balanced_and_read_whole():
    assert len(shipped().train) >= 3000
    for name, part in zip(PARTS, (shipped().train, validation(), shipped().test), strict=True):
        assert part.classes == DEFAULT_CLASSES
        assert len(set(part.counts.tolist())) == 1
        assert len(part) >= 700
        assert max(map(len, part.tokens)) <= 21
        with open(ASSETS / "emojify" / f"{name}.csv", "rb") as file:
            assert not read_csv(file)[1].n_skipped


def test_parts_share_no_theme_and_each_theme_has_all_classes_alike():
    themes = {part: {row.theme for row in rows() if row.part == part} for part in PARTS}
    assert sum(map(len, themes.values())) == len(set().union(*themes.values()))
    assert min(map(len, themes.values())) >= 8
    counts = Counter((row.theme, row.label) for row in rows())
    assert len(counts) == 5 * len(set().union(*themes.values()))
    for theme in set().union(*themes.values()):
        assert len({counts[theme, one.name] for one in DEFAULT_CLASSES}) == 1


def test_no_two_sentences_of_four_or_more_words_differ_in_one_word_only():
    whole = Counter(row.words for row in rows())
    assert whole.most_common(1)[0][1] == 1
    gaps = defaultdict(set)
    for row in rows():
        if len(row.words) >= 4:
            for at in range(len(row.words)):
                gaps[at, row.words[:at], row.words[at + 1 :]].add(row.sentence)
                if len(row.words) > 4:
                    assert row.words[:at] + row.words[at + 1 :] not in whole, row.sentence
    assert not [same for same in gaps.values() if len(same) > 1]


def test_no_pair_of_common_words_decides_a_class():
    common, labels = frozenset(COMMON.split()), defaultdict(Counter)
    for row in rows():
        for pair in set(pairwise(row.words)):
            if common.issuperset(pair):
                labels[pair][row.label] += 1
    often = {pair: found for pair, found in labels.items() if found.total() >= 12}
    assert len(often) >= 100
    for pair, found in often.items():
        assert found.most_common(1)[0][1] / found.total() <= 0.85, (pair, found)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_none_shares_more_than_half_of_its_words_with_one_of_train(part):
    places = {word: place for place, word in enumerate({w for row in rows() for w in row.words})}

    def bags(name: str) -> np.ndarray:
        """Which words occur in each sentence of a part, (m, words)."""
        own = [row.words for row in rows() if row.part == name]
        found = np.zeros((len(own), len(places)), np.float32)
        for line, words in zip(found, own, strict=True):
            line[[places[word] for word in words]] = 1
        return found

    train, other = bags("train"), bags(part)
    shared = other @ train.T  # (m, m_train)
    union = other.sum(axis=1)[:, None] + train.sum(axis=1) - shared
    assert (shared / union).max() <= 0.5


def test_every_class_has_negations_questions_short_and_long_ones_in_each_part():
    for part in PARTS:
        for one in DEFAULT_CLASSES:
            own = [row for row in rows() if (row.part, row.label) == (part, one.name)]
            assert np.mean([any(map(negates, tokenise(row.sentence))) for row in own]) >= 0.1
            assert np.mean([len(row.words) <= 4 for row in own]) >= 0.03
            assert np.mean([len(row.words) >= 12 for row in own]) >= 0.05
            assert any("?" in row.sentence for row in own)


def test_the_test_has_words_that_train_never_saw():
    train, test = shipped()
    unseen = set(test.words) - set(train.words)
    assert len(unseen) / len(test.words) >= 0.18
    assert np.mean([not unseen.isdisjoint(tokens) for tokens in test.tokens]) >= 0.3
