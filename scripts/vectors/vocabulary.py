"""Which words get a vector, in what order, and what an inflected form comes from."""

from __future__ import annotations

from collections import Counter, defaultdict

from scripts.vectors.wordnet import WordNet, tokens

# How common a word is taken to be that was counted nowhere, times its length: higher for
# WordNet's categories feeling, food, person and emotion, which short messages are about.
USUAL, EVERYDAY = 5.0, 8.0
EVERYDAY_CATEGORIES = (12, 13, 18, 37)
CONTRACTIONS = {"n't": "not", "'m": "am", "'re": "are", "'ll": "will", "'ve": "have", "'d": "would"}
UNLIKE = {"can't": "can", "won't": "will", "shan't": "shall", "ain't": "is"}


class Vocabulary:
    """The words with a vector, the commonest first, and what each leans on."""

    def __init__(self, net: WordNet, size: int) -> None:
        seen: Counter[str] = Counter()
        for synset in net.synsets.values():
            for text in (synset.definition, *synset.examples):
                seen.update(tokens(text))
        self.bases = bases(net, seen)
        common = ordinary(net)
        score: dict[str, float] = defaultdict(float)
        for word, count in seen.items():
            if word in common or (count >= 2 and word not in net.forms):
                score[word] += count
            elif count >= 2 or word in net.forms:
                score[word] += 0.3 * count
        for lemma in net.shares:
            if "_" in lemma:
                for word in tokens(lemma.replace("_", " ")):
                    score[word] += 0.1
        for lemma in net.forms:
            # Half for itself, as its tagged occurrences include its forms. Where nothing was
            # counted, shorter words are commoner, and names of species are rare.
            guess = common.get(lemma, 0) / len(lemma)
            score[lemma] += 0.5 * net.counts[lemma] + guess
            if not guess or len(lemma) < 3 or lemma in self.bases:
                continue
            total = net.counts[lemma]
            for form, pos in net.forms[lemma]:
                count = net.part_counts.get((lemma, pos), 0)
                share = count / total if total else 1 / 3
                if pos in "nv":
                    score[form] += 0.2 * (count + share * seen[lemma])
                    if guess > USUAL / len(lemma):
                        score[form] += 0.3 * guess
                elif form in seen or form in net.irregular:
                    score[form] += 0.2 * count
        self.words = sorted(score, key=lambda word: (-score[word], word))[:size]
        self.index = {word: row for row, word in enumerate(self.words)}

    def lemma(self, word: str) -> str:
        return self.bases.get(word, word)


def ordinary(net: WordNet) -> dict[str, float]:
    """Lemmas written small or naming a place, a person or a day, with a guess at how common."""
    found: dict[str, float] = {}
    for synset in net.synsets.values():
        for lemma in synset.lemmas:
            if lemma.islower() or any(symbol == "@i" for symbol, _ in synset.pointers):
                guess = EVERYDAY if synset.category in EVERYDAY_CATEGORIES else USUAL
                found[lemma.lower()] = max(found.get(lemma.lower(), 0), guess)
    return found


def bases(net: WordNet, seen: Counter[str]) -> dict[str, str]:
    """Lemma of each inflected form: the commonest, unless the form is commoner as a lemma."""
    found: dict[str, str] = {}

    def weight(lemma: str) -> tuple[int, int, str]:
        return net.counts[lemma], seen[lemma], lemma

    for lemma, forms in net.forms.items():
        for form, _ in forms:
            if form not in found or weight(lemma) > weight(found[form]):
                found[form] = lemma
    return {
        form: lemma
        for form, lemma in found.items()
        if form not in net.forms or net.counts[lemma] > net.counts[form]
    }


def leans_on(word: str, vocabulary: Vocabulary) -> list[str]:
    """The lemma of a form, or the parts of a contraction."""
    if word in vocabulary.bases:
        return [vocabulary.bases[word]]
    for ending, meaning in CONTRACTIONS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return [UNLIKE.get(word, word.removesuffix(ending)), meaning]
    return []
