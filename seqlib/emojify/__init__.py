"""Emojify: from sentences to emoji through two LSTM layers.

``weights`` has the arrays and the trace, ``reading`` the model with its words and classes,
``explain`` the contribution of each word, ``calibration`` what its probabilities are worth,
``baseline`` V1, ``files`` saved models, ``models`` the Keras model, ``training`` a training run,
``pretrained`` the shipped model. A name is imported when it is first used, so that a worker
process that trains imports what training needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

__all__ = [
    "DropoutMasks",
    "Embedding",
    "EmojiModel",
    "EmojifyMetrics",
    "EmojifyRun",
    "EmojifySettings",
    "EmojifySnapshot",
    "EmojifyTrace",
    "EmojifyWeights",
    "Emojify_V1",
    "InputGradient",
    "Judgement",
    "Lexicon",
    "Mistake",
    "Reading",
    "Reliability",
    "Score",
    "Unknown",
    "calibrated",
    "input_gradient",
    "judge",
    "leave_one_out",
    "mistakes",
    "open_model",
    "reliability",
    "save_model",
    "shuffled",
    "sure",
]

_MODULES = ("weights", "reading", "explain", "calibration", "baseline", "files", "training")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
