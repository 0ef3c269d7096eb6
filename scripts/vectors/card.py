"""The card that goes with the vectors, every figure from the vectors themselves."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.vectors import judgement
from scripts.vectors.contexts import WINDOW
from scripts.vectors.marks import POLAR
from scripts.vectors.wordnet import STEPS_UP
from seqlib.vectors import WordVectors


def licence(wordnet: Path) -> str:
    """WordNet's licence, which heads its files and has to go with what is made from them."""
    lines = []
    with (wordnet / "data.noun").open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith("  "):
                break
            lines.append(re.sub(r"^ +\d+ ?", "", line).rstrip())
    notice = (
        "These vectors were computed from the WordNet 3.0 database by scripts/train_vectors.py.\n"
        "The licence of WordNet follows.\n"
    )
    return "\n".join([notice, *lines]).rstrip() + "\n"


def card(vectors: WordVectors) -> str:
    """What the vectors are, how good, and where they fail; every figure from the vectors."""
    judged = judgement.judge(vectors)
    comparisons, analogies = judgement.triples(), judgement.analogies()
    right = len(comparisons) - len(judged["wrong"])
    failed = ", ".join(f"{a}: {b} before {c}" for a, b, c in judged["wrong"]) or "none"
    wrong = ", ".join(
        f"{a} : {b} = {c} : {found.neighbours[0].word}"
        for a, b, c, d in analogies
        if (a, b, c, d) not in judged["first"]
        and (found := vectors.analogy(a, b, c, 1, among=judgement.COMMON))
    )
    shown = "\n".join(
        f"| {word} | {', '.join(near.word for near in vectors.neighbours(word, 6))} |"
        for word in ("love", "happy", "sad", "pizza", "baseball", "not", "cucumber")
    )
    size = (len(vectors.matrix) * vectors.dim * vectors.matrix.itemsize) / 1e6
    results = "\n".join(
        f"| {what} | {count} of {total} ({count / total:.0%}) |"
        for what, count, total in (
            ("“a is nearer to b than to c”, right", right, len(comparisons)),
            ("analogies, first answer", len(judged["first"]), len(analogies)),
            ("analogies, among five answers", len(judged["among five"]), len(analogies)),
        )
    )
    return f"""# {vectors.name}

{len(vectors):,} English words in lower case, {vectors.dim} numbers each, float16, {size:.1f} MB.
`python -m scripts.train_vectors` writes them and this card; the same seed gives the same bytes on
the same machine.

- `matrix.npy`: ({len(vectors.matrix)}, {vectors.dim}); row 0 is padding and zero.
- `words.txt`: line k is the word of row k, the commonest first as far as WordNet shows.
- `LICENSE.txt`: WordNet's licence, which applies to what is made from it.

## How they were made
WordNet 3.0 (Debian's `wordnet-base`) is the only source. Each word is described by how often it
has each context:

- words within {WINDOW} places in definitions and quoted examples, nearer ones counting more;
- from its meanings: the words of the definition, synonyms, related meanings, the kinds it belongs
  to (up to {STEPS_UP} steps), its field (such as baseball) and its category. Meanings count by how
  often they occur in the texts tagged with WordNet;
- marks: plural, past and so on; pleasant or unpleasant, passed on from {len(POLAR)} words (such as
  “good” and “hate”) along synonyms, related meanings and antonyms, which turn it round; female or
  male, where a definition of a person or an animal says so.

Rare forms lean on their lemma, and “don't” on “do” and “not”. The counts become positive pointwise
mutual information, and a truncated SVD keeps {vectors.dim} dimensions.

## How good they are
Judged on comparisons and analogies written for this project (`scripts/vectors/judgement.py`):

| measure | result |
|---|---|
{results}

Analogies are sought among the {judgement.COMMON:,} commonest words. The set was looked at while the
method was being chosen, so expect a little less on other words.

| word | nearest |
|---|---|
{shown}

## What they are bad at
- Comparisons that fail: {failed}.
- Analogies whose first answer is another: {wrong}.
- A form that WordNet never quotes is all but a copy of its lemma.
- Slang, names and anything after 2006, the year of WordNet 3.0. There is no “lol” and no “selfie”.
- Frequency: the order of the words is a guess from definitions and a small tagged corpus.
- Words with several meanings have one vector, which leans to the meaning that was tagged most.
- Bias: WordNet's texts say “he” more than twice as often as “she”. The marks for female and male,
  and for pleasant and unpleasant, were put in on purpose, so a probe along these directions shows
  WordNet's wording and these seeds, not how people write.

For real corpora, load Stanford's GloVe: `python -m scripts.fetch_glove`.
"""
