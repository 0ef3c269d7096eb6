"""Marks of a meaning: pleasant or unpleasant, female or male."""

from __future__ import annotations

import numpy as np

from scripts.vectors.wordnet import WordNet, above, tokens

# Which way a meaning leans is passed on from these along relations that keep it, turned
# round along antonyms.
POLAR = {
    "good": 1, "pleasant": 1, "happy": 1, "love": 1, "joy": 1, "enjoy": 1, "fun": 1,
    "bad": -1, "unpleasant": -1, "unhappy": -1, "hate": -1, "sorrow": -1, "suffer": -1, "pain": -1,
}  # fmt: skip
FEMALE = frozenset(tokens("female woman girl lady wife mother sister daughter aunt queen"))
MALE = frozenset(tokens("male man boy gentleman husband father brother son uncle king"))
GENDERED_CATEGORIES = (5, 18)  # animal, person
SAME = {"&": 1.0, "^": 0.4, "+": 1.0, "=": 0.3, "$": 0.4, "@": 0.5, "~": 0.5, "!": -1.0}


def gender(net: WordNet, key: str) -> str | None:
    """The mark of a female or male meaning: by the first word that says so, else as its kind."""
    for above_it in (key, *(target for target, _ in above(net, key))):
        synset = net.synsets[above_it]
        if synset.category not in GENDERED_CATEGORIES:
            continue
        for word in (*tokens(synset.definition), *synset.lemmas[:1]):
            if word in FEMALE or word in MALE:
                return "+female" if word in FEMALE else "+male"
    return None


def polarity(net: WordNet) -> dict[str, float]:
    """How pleasant a meaning is, -1 to 1, passed on from ``POLAR`` and read off definitions."""
    keys = list(net.synsets)
    place = {key: at for at, key in enumerate(keys)}
    start = np.zeros(len(keys))
    for word, sign in POLAR.items():
        for key, share in net.shares[word].items():
            if share > 0.2:
                start[place[key]] = sign * min(1, 2 * share)
    links = [
        (place[key], place[target], SAME[symbol])
        for key, synset in net.synsets.items()
        for symbol, target in synset.pointers
        if symbol in SAME
    ]
    to, origin, weight = (np.array(part) for part in zip(*links, strict=True))
    degree = np.bincount(to, np.abs(weight), len(keys)) + 1.0
    found = start
    for sweep in range(24):
        if sweep == 12:  # what a definition says counts as well
            start = np.clip(start + 0.7 * _of_definitions(net, keys, place, found), -1, 1)
        spread = np.bincount(to, weight * found[origin], len(keys)) / degree
        found = np.clip(np.where(start != 0, 0.5 * spread + start, 0.9 * spread), -1, 1)
    scale = np.percentile(np.abs(found[found != 0]), 99)
    found = np.clip(found / scale, -1, 1)
    return {
        key: value if abs(value) > 0.05 else 0.0 for key, value in zip(keys, found, strict=True)
    }


def _of_definitions(net: WordNet, keys, place, found: np.ndarray) -> np.ndarray:
    """The mean polarity of each definition's words; a word has that of its meanings."""
    of_word = {
        lemma: sum(share * found[place[key]] for key, share in meanings.items())
        for lemma, meanings in net.shares.items()
    }
    of_form = {
        form: of_word[lemma] for lemma, forms in net.forms.items() for form, _ in forms
    } | of_word
    sums = []
    for key in keys:
        values = [of_form.get(word, 0.0) for word in tokens(net.synsets[key].definition)]
        sums.append(sum(values) / (len(values) + 3))
    return np.array(sums)
