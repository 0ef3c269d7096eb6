"""The shipped emoji model and its card. Made by ``scripts/pretrain_emojify.py``."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from seqlib.emojify.baseline import Emojify_V1
from seqlib.emojify.files import fingerprint
from seqlib.emojify.reading import EmojiModel, Lexicon, Unknown
from seqlib.emojify.weights import NAMES, EmojifyWeights
from seqlib.text import EmojiClass
from seqlib.vectors import WordVectors

WEIGHTS = Path(__file__).parents[2] / "assets" / "weights"
ARRAYS, CARD = "emojify_v2.npz", "emojify.json"


@lru_cache(maxsize=4)
def card(folder: Path = WEIGHTS) -> dict[str, Any]:
    """How the shipped model was trained, and its figures with their spread."""
    return json.loads((folder / CARD).read_text(encoding="utf-8"))


def load(vectors: WordVectors, folder: Path = WEIGHTS) -> tuple[EmojiModel, Emojify_V1]:
    """V2 and V1 as shipped. Needs no TensorFlow.

    Raises ``ValueError``, one sentence, if ``vectors`` are not those they were trained with,
    or the files are not as written.
    """
    about = card(folder)
    if fingerprint(vectors) != about["fingerprint"]:
        raise ValueError(
            f"The shipped emoji model was trained with {about['vectors']}, not {vectors.name}; "
            "train it on these vectors first."
        )
    try:
        with np.load(folder / ARRAYS, allow_pickle=False) as file:
            arrays = [file[name].astype(np.float32) for name in NAMES]
            v1 = [file[name].astype(np.float32) for name in ("v1_kernel", "v1_bias")]
    except (ValueError, KeyError, EOFError, BadZipFile) as problem:
        raise ValueError(
            f"{ARRAYS} does not hold the emoji model's weights; make it again with "
            "scripts/pretrain_emojify.py."
        ) from problem
    settings = about["settings"]
    lexicon = Lexicon.of(vectors, Unknown[settings["unknown"]])
    weights = EmojifyWeights.from_arrays(arrays, lexicon.embedding, settings["mask"])
    classes = tuple(EmojiClass(*one) for one in about["classes"])
    return EmojiModel(lexicon, weights, classes, settings["maxlen"]), Emojify_V1(lexicon, *v1)
