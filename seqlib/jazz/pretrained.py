"""Load the shipped jazz weights, three stages of one run that ``scripts/pretrain.py`` trains."""

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
    "good": N_("saved at its lowest validation loss"),
}


def load(stage: str) -> JazzWeights:
    """Load the weights of one of ``STAGES``, for the default corpus' vocabulary."""
    return JazzWeights.load(WEIGHTS / f"jazz_{stage}.npz")


@cache
def trigram() -> TrigramBaseline:
    """Count the default corpus' trigrams, with the discount that ``scripts/pretrain.py`` found."""
    corpus = default_corpus()
    discount = json.loads(CARD.read_text(encoding="utf-8"))["trigram_discount"]
    return TrigramBaseline(corpus.sequences, corpus.n_values, discount)
