"""Emojify: from sentences to emoji through two LSTM layers.

``weights`` has the arrays and the trace, ``reading`` the model with its words and classes,
``explain`` the contribution of each word, ``calibration`` what its probabilities are worth,
``baseline`` V1, ``files`` saved models, ``models`` the Keras model, ``training`` a training run,
``pretrained`` the shipped model.
"""

from seqlib.emojify.baseline import Emojify_V1
from seqlib.emojify.calibration import Reliability, calibrated, reliability
from seqlib.emojify.explain import InputGradient, Score, input_gradient, leave_one_out
from seqlib.emojify.files import open_model, save_model
from seqlib.emojify.reading import (
    EmojiModel,
    Judgement,
    Lexicon,
    Mistake,
    Reading,
    Unknown,
    judge,
    mistakes,
    shuffled,
    sure,
)
from seqlib.emojify.training import (
    EmojifyMetrics,
    EmojifyRun,
    EmojifySettings,
    EmojifySnapshot,
)
from seqlib.emojify.weights import DropoutMasks, Embedding, EmojifyTrace, EmojifyWeights
