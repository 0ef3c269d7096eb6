"""The jazz model: weights, corpus, training, sampling."""

from seqlib.jazz.scores import Scores, score
from seqlib.jazz.weights import JazzWeights, shifted_one_hot
