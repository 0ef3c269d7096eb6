"""The jazz model: weights, corpus, training, sampling."""

from seqlib.jazz.weights import JazzWeights, Scores, score, shifted_one_hot

__all__ = ["JazzWeights", "Scores", "score", "shifted_one_hot"]
