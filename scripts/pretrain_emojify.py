"""Train the shipped emoji model: ``python -m scripts.pretrain_emojify``. A few minutes.

Five seeds each on all training sentences, with and without a mask, and on 132 of them; the
figures are those after the last epoch, so the test sentences choose nothing. Ships the
first seed's weights with a mask, and a card with the figures.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from seqlib import vectors as word_vectors
from seqlib.emojify import Emojify_V1, EmojifyRun, EmojifySettings, Lexicon, judge
from seqlib.emojify.pretrained import ARRAYS, BAD_AT, CARD, HOW, WEIGHTS, WITH_GLOVE
from seqlib.emojify.weights import NAMES
from seqlib.text import LabelledSentences, shipped
from seqlib.training.run import State

SEEDS = range(5)
FEW = 132  # rows that published runs of the exercise train on
SETTINGS = EmojifySettings()
FEW_SETTINGS = EmojifySettings(mask=False, batch_size=16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="other vectors than the default ones")
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    vectors = word_vectors.load(options.vectors) if options.vectors else word_vectors.load()
    data, lexicon = shipped(), Lexicon.of(vectors)
    few = data.train.covering(FEW)

    v1 = {name: Emojify_V1.fit(part, lexicon) for name, part in (("all", data.train), ("few", few))}
    runs = {
        "all": trained(data.train, data.test, lexicon, SETTINGS),
        "all, no mask": trained(data.train, data.test, lexicon, replace(SETTINGS, mask=False)),
        "few": trained(few, data.test, lexicon, FEW_SETTINGS),
    }
    figures = {f"V2, {name}": figures_of(some) for name, some in runs.items()}
    for name, model in v1.items():
        found = judge(model, data.test)
        figures[f"V1, {name}"] = {
            "accuracy": round(found.accuracy, 4),
            "negated": round(found.negated_accuracy, 4),
        }
    for name, found in figures.items():
        print(f"{name:>18}: {said(found)}")

    first = runs["all"][0]
    options.to.mkdir(parents=True, exist_ok=True)
    arrays = dict(zip(NAMES, first.snapshot().model.weights.arrays, strict=True))
    arrays |= {"v1_kernel": v1["all"].kernel, "v1_bias": v1["all"].bias}
    np.savez_compressed(
        options.to / ARRAYS, **{name: array.astype(np.float16) for name, array in arrays.items()}
    )
    card = {
        "what": "Emojify_V2 and V1, trained on the sentences in assets/emojify",
        "made": f"{date.today().isoformat()} by scripts/pretrain_emojify.py",
        "vectors": vectors.name,
        "fingerprint": vectors.fingerprint,
        "classes": [list(one) for one in data.train.classes],
        "settings": {**asdict(first.settings), "unknown": first.settings.unknown.name},
        "few_settings": {**asdict(runs["few"][0].settings), "unknown": FEW_SETTINGS.unknown.name},
        "rows": {
            "train": len(data.train),
            "few": len(few),
            "test": len(data.test),
            "test with a negation": int(data.test.negated.sum()),
        },
        "figures": figures,
        "how": HOW,
        "shipped": {"seed": first.settings.seed, "accuracy": accuracy(first)},
        "with real GloVe": WITH_GLOVE,
        "bad at": BAD_AT,
    }
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (options.to / CARD).write_text(text, encoding="utf-8")


def trained(
    train: LabelledSentences, test: LabelledSentences, lexicon: Lexicon, settings: EmojifySettings
) -> list[EmojifyRun]:
    """One run a seed."""
    runs = []
    for seed in SEEDS:
        run = EmojifyRun(train, test, lexicon, replace(settings, seed=seed)).start()
        if run.wait() is not State.DONE:
            raise RuntimeError(run.error)
        runs.append(run)
    return runs


def accuracy(run: EmojifyRun) -> float:
    """After the last epoch, 0 to 1."""
    return round(float(run.metrics.test_accuracy[-1]), 4)


def figures_of(runs: list[EmojifyRun]) -> dict:
    """Mean, spread and each seed's figure."""
    of_all = [accuracy(run) for run in runs]
    negated = [judge(run.snapshot().model, run.test).negated_accuracy for run in runs]
    return {
        "accuracy": round(float(np.mean(of_all)), 4),
        "spread": round(float(np.std(of_all, ddof=1)), 4),
        "each": of_all,
        "negated": round(float(np.mean(negated)), 4),
        "negated spread": round(float(np.std(negated, ddof=1)), 4),
    }


def said(found: dict) -> str:
    if "each" not in found:
        return f"accuracy {found['accuracy']:.3f}, with a negation {found['negated']:.3f}"
    return (
        f"accuracy {found['accuracy']:.3f} ± {found['spread']:.3f} ({min(found['each']):.3f} to "
        f"{max(found['each']):.3f}), with a negation {found['negated']:.3f} "
        f"± {found['negated spread']:.3f}"
    )


if __name__ == "__main__":
    main()
