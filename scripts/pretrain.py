"""Train the shipped jazz weights: ``make weights``, or ``python -m scripts.pretrain``.

One run on the default corpus, kept at three stages: as drawn, after ``EARLY`` epochs, and
at the epoch where a validation piece (taken out of the training pieces) is predicted best.
Prints how each does on the held-out pieces, beside a trigram.
"""

from __future__ import annotations

import time

from seqlib.baselines import TrigramBaseline
from seqlib.corpus import default_corpus
from seqlib.fused import FusedTraining
from seqlib.jazz import JazzWeights, Scores, score
from seqlib.music import windows
from seqlib.pretrained import WEIGHTS

N_A, M, TX = 64, 400, 60
LEARNING_RATE, SEED = 0.003, 0
EARLY, EPOCHS, EVERY = 12, 400, 4


def main() -> None:
    corpus = default_corpus()
    *train, validation = corpus.sequences
    X, Y = windows(train, M, TX, corpus.n_values, SEED)
    weights = JazzWeights.initial(N_A, corpus.n_values, SEED)
    kept = {"untrained": weights}
    training = FusedTraining(X, Y, weights, LEARNING_RATE)
    best, began = None, time.perf_counter()
    for epoch in range(EVERY, EPOCHS + 1, EVERY):
        while (learned := training.advance(EVERY)) is None:
            pass
        weights = learned.weights
        if epoch == EARLY:
            kept["early"] = weights
        found = score(weights, [validation])
        if best is None or found.log_loss < best.log_loss:
            best, kept["good"], best_epoch = found, weights, epoch
    print(f"{EPOCHS} epochs in {time.perf_counter() - began:.0f} s; best at epoch {best_epoch}")

    trigram = TrigramBaseline(corpus.sequences, corpus.n_values)
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    for stage, weights in kept.items():
        weights.save(WEIGHTS / f"jazz_{stage}.npz")
        _print(stage, score(weights, corpus.held_out_sequences))
    _print("trigram", trigram.score(corpus.held_out_sequences))


def _print(name: str, scores: Scores) -> None:
    print(
        f"{name:>10}: next-note accuracy {scores.accuracy:6.1%}, "
        f"{scores.log_loss:.3f} nats a note, on {scores.n} held-out notes"
    )


if __name__ == "__main__":
    main()
