"""Read WordNet 3.0 from Debian's package wordnet-base: synsets, glosses, frequencies, forms.

Install it with ``apt-get install wordnet-base``; it puts the files in /usr/share/wordnet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("/usr/share/wordnet")
POS_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# As the app cuts sentences: letters and digits, apostrophes inside.
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
VOWELS = "aeiou"
UP = ("@", "@i")
STEP_UP = 0.6
STEPS_UP = 6


@dataclass(frozen=True)
class Synset:
    """One meaning: its words, what it points at, and its gloss.

    ``pointers`` are (symbol, key of the target); ``examples`` the quoted parts of the gloss.
    """

    key: str
    pos: str
    category: int
    lemmas: tuple[str, ...]
    pointers: tuple[tuple[str, str], ...]
    definition: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class WordNet:
    """Synsets by key, and how likely each is meant by a lemma.

    ``shares[lemma][key]`` sums to 1 over the meanings of a lemma, estimated from the tagged
    texts that come with WordNet; ``counts[lemma]`` is how often they have it at all, and
    ``part_counts[lemma, pos]`` as a noun, say. ``forms[lemma]`` are (form, pos);
    ``irregular`` the forms that WordNet lists.
    """

    synsets: dict[str, Synset]
    shares: dict[str, dict[str, float]]
    counts: dict[str, int]
    part_counts: dict[tuple[str, str], int]
    forms: dict[str, tuple[tuple[str, str], ...]]
    irregular: frozenset[str]


def tokens(text: str) -> list[str]:
    """The words of a text in lower case."""
    return TOKEN.findall(text.lower())


def read(folder: Path = FOLDER) -> WordNet:
    """The whole of WordNet. FileNotFoundError says what to install."""
    if not (folder / "data.noun").exists():
        raise FileNotFoundError(
            f"WordNet is not in {folder}; install it with: apt-get install wordnet-base"
        )
    synsets = {
        synset.key: synset
        for pos, name in POS_FILES.items()
        for synset in _synsets(folder / f"data.{name}", pos)
    }
    tagged = _tag_counts(folder / "cntlist.rev")
    counts: dict[str, int] = defaultdict(int)
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    part_counts: dict[tuple[str, str], int] = defaultdict(int)
    parts: dict[str, set[str]] = defaultdict(set)
    for pos, name in POS_FILES.items():
        for line in _lines(folder / f"index.{name}"):
            fields = line.split()
            lemma, meanings = fields[0], int(fields[2])
            parts[lemma].add(pos)
            for rank, offset in enumerate(fields[-meanings:], 1):
                count = tagged.get((lemma, pos, rank), 0)
                counts[lemma] += count
                part_counts[lemma, pos] += count
                weights[lemma][pos + offset] = count + 1 / rank
    shares = {
        lemma: {key: weight / sum(found.values()) for key, weight in found.items()}
        for lemma, found in weights.items()
    }
    return WordNet(synsets, shares, dict(counts), dict(part_counts), *_forms(folder, parts))


def above(net: WordNet, key: str) -> Iterator[tuple[str, float]]:
    """The kinds that a meaning is a kind of, each step up counting less."""
    weight, level, seen = 1.0, [key], {key}
    for _ in range(STEPS_UP):
        weight *= STEP_UP
        level = [
            target
            for below in level
            for symbol, target in net.synsets[below].pointers
            if symbol in UP and target not in seen
        ]
        for target in dict.fromkeys(level):
            seen.add(target)
            yield target, weight


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        # The licence heads each file, on lines that begin with two spaces.
        yield from (line for line in lines if not line.startswith("  "))


def _synsets(path: Path, pos: str) -> Iterator[Synset]:
    for line in _lines(path):
        data, _, gloss = line.partition("|")
        fields = data.split()
        words = int(fields[3], 16)
        lemmas = tuple(re.sub(r"\(\w+\)$", "", word) for word in fields[4 : 4 + 2 * words : 2])
        at = 4 + 2 * words
        pointers = tuple(
            (symbol, ("a" if part == "s" else part) + offset)
            for symbol, offset, part, _ in zip(
                *[iter(fields[at + 1 : at + 1 + 4 * int(fields[at])])] * 4, strict=True
            )
        )
        examples = tuple(re.findall(r'"([^"]*)"', gloss))
        definition = re.sub(r'"[^"]*"?', " ; ", gloss)
        yield Synset(pos + fields[0], pos, int(fields[1]), lemmas, pointers, definition, examples)


def _tag_counts(path: Path) -> dict[tuple[str, str, int], int]:
    pos_of = dict(zip("12345", "nvara", strict=True))
    counts = {}
    for line in _lines(path):
        sense, rank, count = line.split()
        lemma, _, rest = sense.partition("%")
        counts[lemma, pos_of[rest[0]], int(rank)] = int(count)
    return counts


def _forms(
    folder: Path, parts: dict[str, set[str]]
) -> tuple[dict[str, tuple[tuple[str, str], ...]], frozenset[str]]:
    """Inflected forms of the single-word lemmas: WordNet's irregular ones, else by rule."""
    irregular: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pos, name in POS_FILES.items():
        for line in (folder / f"{name}.exc").read_text("utf-8").splitlines():
            form, *lemmas = line.split()
            for lemma in lemmas:
                if form != lemma:
                    irregular[lemma, pos].append(form)
    forms = {}
    for lemma, kinds in parts.items():
        if not lemma.isalpha():
            continue
        found: dict[tuple[str, str], None] = {}
        for pos in sorted(kinds):
            known = irregular.get((lemma, pos), [])
            regular = [
                form
                for form, replaces in regular_forms(lemma, pos)
                if not any(replaces(other) for other in known)
            ]
            found |= {(form, pos): None for form in (*known, *regular) if form != lemma}
        forms[lemma] = tuple(found)
    listed = frozenset(form for known in irregular.values() for form in known)
    return forms, listed


def regular_forms(lemma: str, pos: str) -> list:
    """Forms by rule, each with a test of whether an irregular form takes its place."""
    soft = lemma[-1:] == "y" and lemma[-2:-1] not in VOWELS
    stem = lemma[:-1] if lemma.endswith("e") and len(lemma) > 3 else lemma
    with_s = (
        lemma[:-1] + "ies"
        if soft
        else lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s")
    )
    with_ed = lemma[:-1] + "ied" if soft else stem + "ed"
    with_ing = (lemma if lemma.endswith(("ee", "ye", "oe")) else stem) + "ing"

    if pos == "n":
        return [] if lemma.endswith("s") and not lemma.endswith("ss") else [(with_s, _always)]
    if pos == "v":
        return [
            (with_s, lambda form: form.endswith("s") and not form.endswith("ss")),
            (with_ed, lambda form: not form.endswith(("ing", "s"))),
            (with_ing, lambda form: form.endswith("ing")),
        ]
    if pos == "a" and len(lemma) <= 6:
        base = lemma[:-1] + "i" if soft else stem
        return [(base + "er", _always), (base + "est", _always)]
    return []


def _always(form: str) -> bool:
    return True
