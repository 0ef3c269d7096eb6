"""Load the shipped emoji model and its card, which ``scripts/pretrain_emojify.py`` makes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from seqlib.assets import ASSETS
from seqlib.emojify.baseline import Emojify_V1
from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import NAMES, EmojifyWeights
from seqlib.i18n import N_, InputError, Later
from seqlib.text import EmojiClass
from seqlib.vectors import WordVectors

WEIGHTS = ASSETS / "weights"
ARRAYS, CARD = "emojify_v2.npz", "emojify.json"

# Texts of the card, and names of its models; translated when they are shown.
HOW = N_(
    "Accuracy on the test sentences: mean and standard deviation of five seeds. Their themes "
    "are not those of training; settings, epochs and temperature were chosen on validation "
    "sentences of other themes again. The few rows are those whose words cover most of the "
    "training set, learned with the exercise's settings."
)
PUBLISHED = N_(
    "Published runs of this exercise, with the same vectors, 132 training and 56 test sentences, "
    "reach 0.80 to 0.93, and 0.857 with V1."
)
BAD_AT = N_(
    "Irony, mixed feelings, and words whose tone the vectors do not know. A sentence about none of "
    "the five gets one of them all the same."
)
MODELS = (
    N_("V2, all"),
    N_("V2, all, embedding frozen"),
    N_("V2, few"),
    N_("V1, all"),
    N_("V1, few"),
)


@lru_cache(maxsize=4)
def card(folder: Path = WEIGHTS) -> dict[str, Any]:
    """Read how the shipped model was trained, and its accuracies over five seeds."""
    return json.loads((folder / CARD).read_text(encoding="utf-8"))


def load(vectors: WordVectors, folder: Path = WEIGHTS) -> tuple[EmojiModel, Emojify_V1]:
    """Load the shipped V2 and V1.

    Raises ``ValueError``, one sentence, if the models were trained with other word vectors,
    or if a file is damaged.
    """
    about = card(folder)
    theirs = about["vectors"]
    if vectors.fingerprint != about["fingerprint"]:
        raise InputError(
            "The shipped emoji model was trained with {theirs}, not {these}; train it on these "
            "vectors first.",
            theirs=Later(theirs),
            these=Later(vectors.name),
        )
    try:
        with np.load(folder / ARRAYS, allow_pickle=False) as file:
            arrays = [file[name].astype(np.float32) for name in NAMES]
            v1 = [file[name].astype(np.float32) for name in ("v1_kernel", "v1_bias")]
            rows, moved = file["rows"], file["moved"].astype(np.float32)
    except (ValueError, KeyError, EOFError, BadZipFile) as problem:
        raise InputError(
            "{file} does not hold the emoji model's weights; make it again with "
            "scripts/pretrain_emojify.py.",
            file=ARRAYS,
        ) from problem
    settings = about["settings"]
    lexicon = Lexicon.of(vectors, Unknown[settings["unknown"]])
    # Not all are there where the vectors are the commonest words' only.
    here = rows < len(vectors.matrix) - lexicon.embedding.n_made
    embedding = lexicon.embedding.changed(rows[here], moved[here])
    weights = EmojifyWeights.from_arrays(arrays, embedding, settings["mask"])
    classes = tuple(EmojiClass(*names) for names in about["classes"])
    model = EmojiModel(lexicon, weights, classes, settings["maxlen"])
    return model, Emojify_V1(lexicon, *v1)
