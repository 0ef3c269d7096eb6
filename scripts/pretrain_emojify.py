"""Train the shipped emoji model: ``python -m scripts.pretrain_emojify``. A few minutes.

Five seeds each on all training sentences, with the embedding trained and frozen, and on 132 of
them as in the exercise. Settings, epochs and temperature come from the validation sentences, none
from the test. Ships the weights of the seed that reads most of the page's examples right,
the first of several, their logits divided by the temperature, and a card with the figures.

``--validate`` prints, for settings given as JSON, what they reach on the validation sentences by
epoch: ``--validate '{"units": 64, "dropout": 0.5}'``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from seqlib import vectors as word_vectors
from seqlib.emojify import (
    Emojify_V1,
    EmojifyRun,
    EmojifySettings,
    EmojifyWeights,
    EmojiModel,
    Lexicon,
    calibrated,
    judge,
    reliability,
)
from seqlib.emojify.changes import moved
from seqlib.emojify.pretrained import ARRAYS, BAD_AT, CARD, HOW, PUBLISHED, WEIGHTS
from seqlib.emojify.task import EmojifyTask
from seqlib.emojify.training import EXERCISE
from seqlib.emojify.weights import NAMES
from seqlib.text import LabelledSentences, read_csv, shipped, validation
from seqlib.text.default import FOLDER
from seqlib.training.run import State
from seqlib.vectors import WordVectors

SEEDS = range(5)
EXAMPLES = {
    "I am happy": "😄",
    "I am not happy": "😞",
    "I am not feeling happy": "😞",
    "She does not love me anymore": "😞",
    "I am not sad, I am happy": "😄",
    "I am not happy, I am sad": "😞",
    "Shall we play ball after lunch?": "⚾",
    "There is nothing left in the fridge": "🍴",
}
AVERAGED = 10  # last epochs, of whose weights the mean is taken
FEW = 132  # rows that published runs of the exercise train on
# The lowest loss on the validation sentences of those tried; a reader waits for fewer epochs.
SETTINGS = EmojifySettings(epochs=35, input_dropout=0.6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    parser.add_argument("--validate", metavar="JSON", help="settings to try")
    options = parser.parse_args()
    vectors = word_vectors.load()
    lexicon = Lexicon.of(vectors)
    if options.validate is None:
        ship(vectors, lexicon, options.to)
    else:
        validate(lexicon, replace(SETTINGS, **json.loads(options.validate)))


def ship(vectors: WordVectors, lexicon: Lexicon, folder: Path) -> None:
    """Train all models, and write the weights and the card."""
    train, test = shipped()
    few = train.covering(FEW)
    parts = {"train": train, "few": few, "validation": validation(), "test": test}
    v2 = {
        "V2, all": trained(train, lexicon, SETTINGS),
        "V2, all, embedding frozen": trained(train, lexicon, replace(SETTINGS, trainable=False)),
        "V2, few": trained(few, lexicon, EXERCISE),
    }
    v1 = {"V1, all": [Emojify_V1.fit(train, lexicon)], "V1, few": [Emojify_V1.fit(few, lexicon)]}
    figures = {name: figures_of(some, test) for name, some in (v2 | v1).items()}
    for name, found in figures.items():
        print(f"{name:>18}: {found}")
    of_all = v2["V2, all"]
    seed = max(SEEDS, key=lambda seed: examples_read(of_all[seed]))
    shown, T = calibrated(of_all[seed], validation())
    arrays = dict(zip(NAMES, shown.weights.arrays, strict=True))
    arrays |= {"v1_kernel": v1["V1, all"][0].kernel, "v1_bias": v1["V1, all"][0].bias}
    learned = moved(shown.weights.embedding)
    arrays |= {"moved": shown.weights.embedding[learned.rows]}
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(folder / ARRAYS, rows=learned.rows.astype(np.int32), **halves)
    card = {
        "what": "Emojify_V2 and V1, trained on the sentences in assets/emojify",
        "made": f"{date.today().isoformat()} by scripts/pretrain_emojify.py",
        "vectors": vectors.name,
        "fingerprint": vectors.fingerprint,
        "classes": [list(one) for one in train.classes],
        "settings": as_json(SETTINGS, of_all[0].maxlen),
        "few_settings": as_json(EXERCISE, EXERCISE.maxlen),
        "rows": {name: len(part) for name, part in parts.items()}
        | {"test with a negation": int(test.negated.sum())},
        "figures": figures,
        "calibration": calibration(of_all, test),
        "everyday": everyday(of_all),
        "how": HOW,
        "shipped": {
            "seed": seed,
            "temperature": round(T, 3),
            "accuracy": round(judge(shown, test).accuracy, 4),
        },
        "published": PUBLISHED,
        "bad at": BAD_AT,
    }
    print({key: card[key] for key in ("calibration", "everyday", "shipped", "rows")})
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")


def examples_read(model: EmojiModel) -> int:
    return sum(model.read(text).emoji == emoji for text, emoji in EXAMPLES.items())


def trained(
    train: LabelledSentences, lexicon: Lexicon, settings: EmojifySettings
) -> list[EmojiModel]:
    """Train one model a seed."""
    return [learned(train, lexicon, replace(settings, seed=seed)) for seed in SEEDS]


def learned(train: LabelledSentences, lexicon: Lexicon, settings: EmojifySettings) -> EmojiModel:
    """Train in this process; the weights are the mean of those after the last epochs.

    The loss on the validation sentences swings from one epoch to the next, that of the mean less.
    """
    start = EmojifyWeights.initial(
        lexicon.embedding, train.n_classes, settings.units, mask=settings.mask, seed=settings.seed
    )
    maxlen = settings.maxlen or train.maxlen
    names = ("epochs", "batch_size", "learning_rate", "dropout", "input_dropout", "word_dropout")
    task = EmojifyTask.of(
        *(lexicon.indices(train.tokens, maxlen), train.labels),
        *(lexicon.indices(validation().tokens, maxlen), validation().labels),
        start,
        **{name: getattr(settings, name) for name in (*names, "trainable", "seed")},
    )
    state, _progress = task.advance(task.begin(), math.inf, task.epochs - AVERAGED)
    last = []
    for _epoch in range(AVERAGED):
        state, _progress = task.advance(state, math.inf, 1)
        last.append(state.weights)
    weights = task.model(replace(state, weights=np.mean(last, axis=0)), start)
    return EmojiModel(lexicon, weights, train.classes, maxlen)


def runs(train: LabelledSentences, lexicon: Lexicon, settings: EmojifySettings) -> list[EmojifyRun]:
    """Train to the end, a run a seed, measured on the validation sentences."""
    found = [
        EmojifyRun(train, validation(), lexicon, replace(settings, seed=seed)).start()
        for seed in SEEDS
    ]
    for run in found:
        if run.wait() is not State.DONE:
            raise RuntimeError(run.error)
    return found


def validate(lexicon: Lexicon, settings: EmojifySettings) -> None:
    """Print loss and accuracy on the validation sentences by epoch, mean of the seeds."""
    metrics = [run.metrics for run in runs(shipped().train, lexicon, settings)]
    losses = np.mean([found.test_loss for found in metrics], axis=0)
    accuracies = np.mean([found.test_accuracy for found in metrics], axis=0)
    for epoch, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), 1):
        print(f"{epoch:3} {loss:.4f} {accuracy:.4f}{' *' * (loss == losses.min())}")


def as_json(settings: EmojifySettings, maxlen: int) -> dict[str, Any]:
    return {**asdict(settings), "maxlen": maxlen, "unknown": settings.unknown.name}


def figures_of(models: Sequence[EmojiModel | Emojify_V1], test: LabelledSentences) -> dict:
    """Judge the models: mean, and with several each one's accuracy and the spread."""
    judged = [judge(model, test) for model in models]
    found: dict[str, Any] = {}
    for name, values in (
        ("accuracy", [one.accuracy for one in judged]),
        ("negated", [one.negated_accuracy for one in judged]),
    ):
        found[name] = round(float(np.mean(values)), 4)
        if len(values) > 1:
            found["spread" if name == "accuracy" else f"{name} spread"] = round(
                float(np.std(values, ddof=1)), 4
            )
    if len(judged) > 1:
        found["each"] = [round(one.accuracy, 4) for one in judged]
    return found


def calibration(models: Sequence[EmojiModel], test: LabelledSentences) -> dict[str, float]:
    """Measure the expected calibration error on the test, before and after; mean of the seeds."""

    def error(some: Sequence[EmojiModel]) -> float:
        found = [reliability(one.predict(test.tokens), test.labels).error for one in some]
        return round(float(np.mean(found)), 4)

    after, temperatures = zip(*(calibrated(one, validation()) for one in models), strict=True)
    return {
        "temperature": round(float(np.mean(temperatures)), 3),
        "error before": error(models),
        "error": error(after),
    }


def everyday(models: Sequence[EmojiModel]) -> dict[str, float]:
    """Judge the models on the everyday sentences that were written before any was trained."""
    sentences, _report = read_csv(FOLDER / "everyday.csv")
    found = [judge(model, sentences).accuracy for model in models]
    return {"sentences": len(sentences), "accuracy": round(float(np.mean(found)), 4)}


if __name__ == "__main__":
    main()
