"""Make the shipped word vectors: ``python -m scripts.train_vectors``.

Needs WordNet 3.0 (``apt-get install wordnet-base``) and about a minute and 2 GB. Glosses,
synonyms and relations give weighted co-occurrence counts, those give PPMI, and a truncated
SVD gives 50 numbers a word. The same seed gives the same bytes on the same machine.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scripts.vectors.card import card, licence
from scripts.vectors.contexts import co_occurrences, leaning
from scripts.vectors.cooccurrence import ppmi, truncated_svd
from scripts.vectors.vocabulary import Vocabulary
from scripts.vectors.wordnet import FOLDER, WordNet, read
from seqlib.vectors import WordVectors
from seqlib.vectors.folders import DEFAULT_FOLDER
from seqlib.vectors.store import open_folder, writing

NAME = "WordNet vectors"
SEED = 50
DIM = 50
WORDS = 64_000
# Marks, such as pleasant or plural, are few beside thousands of words, so they count for more.
MARKED = 2.0
# Root mean square of the values of GloVe's common words, so that a network meets its usual scale.
SCALE = 0.45


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--wordnet", type=Path, default=FOLDER)
    options = parser.parse_args()
    began = time.perf_counter()
    words, matrix = train(read(options.wordnet), WORDS, DIM, SEED)
    print(f"Trained {len(words):,} words in {time.perf_counter() - began:.0f} s.")
    vectors = save(words, matrix, options.to, options.wordnet)
    print((options.to / "README.md").read_text("utf-8"))
    print(f"{vectors} in {options.to}")


def train(net: WordNet, size: int, dim: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Words, the commonest first, and their vectors float32 ``(words, dim)``."""
    vocabulary = Vocabulary(net, size)
    counts, marked = co_occurrences(net, vocabulary)
    information = ppmi(leaning(counts, vocabulary))
    information.values[marked[information.columns]] *= MARKED
    vectors, values = truncated_svd(information, dim, seed)
    vectors = vectors * np.sqrt(values)
    vectors -= vectors.mean(axis=0)
    length = np.sqrt((vectors**2).mean(axis=1, keepdims=True))
    # Rare words have shorter rows; the square root keeps some of that and tames the rest.
    typical = np.median(length)
    scale = SCALE / np.sqrt(np.maximum(length, typical * 0.1) * typical)
    return vocabulary.words, (vectors * scale).astype(np.float32)


def save(
    words: list[str],
    matrix: np.ndarray,
    folder: Path,
    wordnet: Path,
    describe: Callable[[WordVectors], str] = card,
) -> WordVectors:
    """Write the store as float16, with a card that judges it and the licence."""
    made = folder.with_name(f"{folder.name}-new")
    shutil.rmtree(made, ignore_errors=True)
    with writing(made, matrix.shape[1], np.float16) as writer:
        writer.add([word.encode() for word in words], matrix)
        writer.finish(NAME, None, derived=False)
    vectors = open_folder(made)
    (made / "README.md").write_text(describe(vectors), "utf-8")
    (made / "LICENSE.txt").write_text(licence(wordnet), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    return open_folder(folder)


if __name__ == "__main__":
    main()
