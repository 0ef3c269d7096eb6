"""The shipped jazz weights, at three stages of one run; ``scripts/pretrain.py`` makes them."""

from __future__ import annotations

import json
from functools import cache

from seqlib.assets import ASSETS
from seqlib.i18n import N_
from seqlib.jazz import JazzWeights
from seqlib.jazz.baselines import TrigramBaseline
from seqlib.jazz.corpus import default_corpus

WEIGHTS = ASSETS / "weights"
CARD = WEIGHTS / "jazz.json"
STAGES = {
    "untrained": N_("the weights as they were drawn"),
    "early": N_("after four passes over the corpus"),
    "good": N_("where a validation piece was predicted best"),
}


def load(stage: str) -> JazzWeights:
    """Weights of one of ``STAGES``, for the default corpus' vocabulary. Needs no TensorFlow."""
    return JazzWeights.load(WEIGHTS / f"jazz_{stage}.npz")


@cache
def trigram() -> TrigramBaseline:
    """The trigram of the default corpus, with the discount that was found to suit it best."""
    corpus = default_corpus()
    discount = json.loads(CARD.read_text(encoding="utf-8"))["trigram_discount"]
    return TrigramBaseline(corpus.sequences, corpus.n_values, discount)
