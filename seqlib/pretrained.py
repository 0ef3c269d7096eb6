"""The shipped jazz weights, at three stages of one run; ``scripts/pretrain.py`` makes them."""

from __future__ import annotations

from pathlib import Path

from seqlib.jazz import JazzWeights

WEIGHTS = Path(__file__).parents[1] / "assets" / "weights"
STAGES = {
    "untrained": "the weights as they were drawn",
    "early": "after a few passes over the corpus",
    "good": "where the loss on a validation chorus was lowest",
}


def load(stage: str) -> JazzWeights:
    """Weights of one of ``STAGES``, for the default corpus' vocabulary. Needs no TensorFlow."""
    return JazzWeights.load(WEIGHTS / f"jazz_{stage}.npz")
