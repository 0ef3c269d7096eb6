"""Train the shipped jazz weights: ``make weights``, or ``python -m scripts.pretrain``.

One run on the default corpus, kept at three stages: as drawn, after ``EARLY`` epochs, and
at the epoch where a validation piece (taken out of the training pieces) is predicted best.
Small batches, new windows every epoch and dropout before the densor make a model that
predicts music it has not seen; the page's own training is a full batch of fixed windows,
which learns those by heart. Prints how each does on the held-out pieces, beside a trigram.
"""

from __future__ import annotations

import json
import time

from seqlib.jazz import JazzWeights, Scores, score
from seqlib.jazz.baselines import TrigramBaseline
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.keras_models import get_weights, music_layers
from seqlib.jazz.pretrained import CARD, WEIGHTS
from seqlib.music import windows
from seqlib.training import tensorflow

N_A, TX, BATCH, DROPOUT = 128, 64, 16, 0.5
PEAK_RATE, EPOCHS, EARLY, SEED = 0.01, 30, 4, 0


def main() -> None:
    tensorflow.load()
    import keras

    keras.utils.set_random_seed(SEED)
    corpus = default_corpus()
    *train, validation = corpus.sequences
    m = sum(map(len, train)) // TX  # windows that an epoch needs to hear each token about once
    steps = EPOCHS * -(-m // BATCH)

    weights = JazzWeights.initial(N_A, corpus.n_values, SEED)
    layers = music_layers(N_A, corpus.n_values, weights)
    X = keras.Input((TX, corpus.n_values))
    a = keras.layers.RNN(layers.LSTM_cell.cell, return_sequences=True)(X)  # (None, TX, N_A)
    model = keras.Model(X, layers.densor(keras.layers.Dropout(DROPOUT)(a)))
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 25, steps - steps // 4, warmup_target=PEAK_RATE, warmup_steps=steps // 4
    )
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy")

    kept, best, best_epoch = {"untrained": weights}, None, 0
    began = time.perf_counter()
    for epoch in range(1, EPOCHS + 1):
        inputs, targets = windows(train, m, TX, corpus.n_values, seed=epoch)
        model.fit(inputs, targets.swapaxes(0, 1), batch_size=BATCH, verbose=0)
        weights = get_weights(layers)
        if epoch == EARLY:
            kept["early"] = weights
        found = score(weights, [validation])
        if best is None or found.log_loss < best.log_loss:
            best, best_epoch, kept["good"] = found, epoch, weights
    print(f"{EPOCHS} epochs in {time.perf_counter() - began:.0f} s; best at epoch {best_epoch}")

    trigram = TrigramBaseline(corpus.sequences, corpus.n_values)
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    for stage, weights in kept.items():
        weights.save(WEIGHTS / f"jazz_{stage}.npz")
        _print(stage, score(weights, corpus.held_out_sequences))
    _print("trigram", trigram.score(corpus.held_out_sequences))
    # Finding the discount takes seconds; with it given, the page counts its trigram at once.
    CARD.write_text(json.dumps({"trigram_discount": trigram.discount}) + "\n", encoding="utf-8")


def _print(name: str, scores: Scores) -> None:
    print(
        f"{name:>10}: next-note accuracy {scores.accuracy:6.1%}, "
        f"{scores.log_loss:.3f} nats a note, on {scores.n} held-out notes"
    )


if __name__ == "__main__":
    main()
