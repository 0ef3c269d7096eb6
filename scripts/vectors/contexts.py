"""What is counted: for each word, how strongly WordNet gives it each context.

A context is a lemma nearby, a meaning ("#…"), a category of meanings ("%…"), or a mark
("+…": pleasant, female, plural …).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from scripts.vectors.cooccurrence import Sparse
from scripts.vectors.marks import gender, polarity
from scripts.vectors.vocabulary import Vocabulary, leans_on
from scripts.vectors.wordnet import Synset, WordNet, above, tokens

Context = Callable[[str], int]
Entries = tuple[np.ndarray, np.ndarray, np.ndarray]

WINDOW = 6
# Pointer -> how strongly the two meanings share contexts.
RELATIONS: dict[str, float] = {
    "&": 1.0,  # similar to
    "^": 0.5,  # see also
    "+": 1.0,  # derived from the same word
    "\\": 1.0,  # pertains to
    "=": 0.6,  # attribute
    "$": 0.6,  # verb group
    "*": 0.4,  # entails
    ">": 0.4,  # causes
    "#p": 0.4,
    "#m": 0.3,
    "#s": 0.3,
    "%p": 0.3,
    "%s": 0.3,
    ";c": 1.5,  # belongs to a field, such as baseball
}
OF_DEFINITION = 1.2
OF_SYNONYM = 1.5
OF_SYNSET = 2.0
OF_CATEGORY = 0.7
OF_POLARITY = 3.0
OF_GENDER = 3.0
# A word's form (plural, past …) as a context: this part of all its contexts.
OF_FORM = 0.04
# A rare form leans on its lemma (or "don't" on "do" and "not") as if it had been seen with
# its contexts this often; a lemma takes part of its forms' contexts.
LEANING = 25.0
FROM_FORMS = 0.3


def co_occurrences(net: WordNet, vocabulary: Vocabulary) -> tuple[Sparse, np.ndarray]:
    """The weight of each context (column) for each word (row), and which contexts are marks."""
    contexts: dict[str, int] = {}

    def context(name: str) -> int:
        return contexts.setdefault(name, len(contexts))

    for word in vocabulary.words:
        context(vocabulary.lemma(word))
    parts = [near_by(net, vocabulary, context), related(net, vocabulary, context)]
    parts.append(shaped(net, vocabulary, parts, context))
    rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    marked = np.array([name.startswith("+") for name in contexts])
    return Sparse.of(rows, columns, values, (len(vocabulary.words), len(contexts))), marked


def near_by(net: WordNet, vocabulary: Vocabulary, context: Context) -> Entries:
    """Words within a window of each other in definitions and examples, nearer counting more."""
    rows: list[int] = []
    columns: list[int] = []
    texts: list[int] = []
    number = 0
    for synset in net.synsets.values():
        for text in (*synset.definition.split(";"), *synset.examples):
            number += 1
            for word in tokens(text):
                row = vocabulary.index.get(word, -1)
                rows.append(row)
                columns.append(context(vocabulary.lemma(word)) if row >= 0 else -1)
                texts.append(number)
    row, column, text = np.array(rows), np.array(columns), np.array(texts)
    found = []
    for apart in range(1, WINDOW + 1):
        both = (text[:-apart] == text[apart:]) & (row[:-apart] >= 0) & (row[apart:] >= 0)
        left, right = np.flatnonzero(both), np.flatnonzero(both) + apart
        weight = np.full(len(left), 1 / apart, np.float32)
        found += [(row[left], column[right], weight), (row[right], column[left], weight)]
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def related(net: WordNet, vocabulary: Vocabulary, context: Context) -> Entries:
    """What a word's meanings give it: definition, synonyms, relations, kinds above."""
    totals: dict[tuple[int, int], float] = defaultdict(float)
    leaning_to = polarity(net)
    for synset in net.synsets.values():
        features = list(features_of(net, vocabulary, synset))
        if lean := leaning_to[synset.key]:
            features.append(("+pleasant" if lean > 0 else "+unpleasant", OF_POLARITY * abs(lean)))
        if mark := gender(net, synset.key):
            features.append((mark, OF_GENDER))
        for lemma in synset.lemmas:
            share = net.shares.get(lemma.lower(), {}).get(synset.key, 0.0)
            parts = tokens(lemma.replace("_", " "))
            weight = np.sqrt(share)
            if len(parts) > 1:  # a name of two people says little about the first names
                weight *= (0.15 if lemma[:1].isupper() else 0.5) / len(parts)
            for part in parts:
                if (row := vocabulary.index.get(part)) is None:
                    continue
                for name, value in features:
                    if name != vocabulary.lemma(part):
                        totals[row, context(name)] += weight * value
    keys = np.array(list(totals), np.int64).reshape(-1, 2)
    return keys[:, 0], keys[:, 1], np.fromiter(totals.values(), np.float32, len(totals))


def features_of(
    net: WordNet, vocabulary: Vocabulary, synset: Synset
) -> Iterator[tuple[str, float]]:
    """Contexts that a meaning gives to its words, with their weights."""
    yield f"#{synset.key}", OF_SYNSET
    yield f"%{synset.category}", OF_CATEGORY
    for word in dict.fromkeys(tokens(synset.definition)):
        if word in vocabulary.index:
            yield vocabulary.lemma(word), OF_DEFINITION
    yield from _words(vocabulary, synset.lemmas, OF_SYNONYM)
    for target, weight in above(net, synset.key):
        yield f"#{target}", OF_SYNSET * weight
        yield from _words(vocabulary, net.synsets[target].lemmas[:2], OF_SYNONYM * weight)
    for symbol, target in synset.pointers:
        strength = RELATIONS.get(symbol)
        if strength is None:
            continue
        yield f"#{target}", OF_SYNSET * strength
        yield from _words(vocabulary, net.synsets[target].lemmas[:3], OF_SYNONYM * strength)
        for further, weight in above(net, target):
            yield f"#{further}", 0.5 * OF_SYNSET * strength * weight


def _words(
    vocabulary: Vocabulary, lemmas: Iterable[str], weight: float
) -> Iterator[tuple[str, float]]:
    for lemma in lemmas:
        parts = tokens(lemma.replace("_", " "))
        for part in parts:
            if part in vocabulary.index:
                yield vocabulary.lemma(part), weight / len(parts)


def shaped(net: WordNet, vocabulary: Vocabulary, parts, context: Context) -> Entries:
    """The part of speech of each word and how it is inflected."""
    totals = np.zeros(len(vocabulary.words))
    for rows, _, values in parts:
        totals += np.bincount(rows, values, len(totals))
    typical = float(np.median(totals))
    endings = ("s", "ed", "ing", "er", "est")
    rows, columns, values = [], [], []
    for lemma, forms in net.forms.items():
        for form, pos in forms:
            row = vocabulary.index.get(form)
            if row is None or vocabulary.bases.get(form) != lemma:
                continue
            shape = next((end for end in endings if form.endswith(end)), "irregular")
            if pos == "v" and shape in ("irregular", "er", "est"):
                shape = "ed"  # went, saw
            rows.append(row)
            columns.append(context(f"+{pos}{'s' if pos == 'n' else shape}"))
            values.append(OF_FORM * max(totals[row], typical))
    return np.array(rows), np.array(columns), np.array(values, np.float32)


def leaning(counts: Sparse, vocabulary: Vocabulary) -> Sparse:
    """Rare forms borrow their lemma's contexts; lemmas take some of their forms' contexts."""
    totals = np.bincount(counts.rows, counts.values, counts.height)
    givers: list[int] = []
    takers: list[int] = []
    shares: list[float] = []
    for row, word in enumerate(vocabulary.words):
        for base in leans_on(word, vocabulary):
            giver = vocabulary.index.get(base)
            if giver is None or giver == row:
                continue
            if totals[giver]:
                givers.append(giver)
                takers.append(row)
                shares.append(min(LEANING / totals[giver], 1.0))
            if "'" not in word:
                givers.append(row)
                takers.append(giver)
                shares.append(FROM_FORMS)
    rows, columns, values = [counts.rows], [counts.columns], [counts.values]
    for giver, taker, share in zip(givers, takers, shares, strict=True):
        low, high = counts.starts[giver], counts.starts[giver + 1]
        rows.append(np.full(high - low, taker))
        columns.append(counts.columns[low:high])
        values.append(counts.values[low:high] * np.float32(share))
    return Sparse.of(
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(values),
        (counts.height, counts.width),
    )
