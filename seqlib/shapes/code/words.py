"""What a reader is told about pasted code: refusals, faults, remarks, other languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from seqlib.i18n import N_, _


class PasteError(ValueError):
    """Raised for text that cannot be drawn; the message is one sentence, ``line`` counts from 1.

    It is translated, with ``values`` filled in, as ``_`` does.
    """

    def __init__(self, line: int, message: str, /, **values: Any) -> None:
        said = _(message, **values)
        super().__init__(_("Line {line}: {message}", line=line, message=said))
        self.line = line


@dataclass(frozen=True)
class Remark:
    """A sentence about the text that is no error; ``line`` counts from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return _("Line {line}: {message}", line=self.line, message=self.message)


@dataclass(frozen=True)
class Fault(Remark):
    """What is wrong with a layer that does not fit; ``layer`` is the layer as written."""

    layer: str


PYTORCH = N_(
    "this is PyTorch, and Keras is read here; nn.LSTM(50, 128) is LSTM(128) in Keras, and "
    "nn.Linear(128, 5) is Dense(5)."
)
TENSORFLOW_1 = N_(
    "this is TensorFlow 1, with placeholders, cells and sessions, and Keras layers are read here; "
    "write tf.nn.rnn_cell.LSTMCell(128) as LSTM(128)."
)
R = N_("this is R, and Python is read here; layer_lstm(units = 128) is LSTM(128) in Python.")
SUMMARY = N_("this is what model.summary() prints; paste the code that makes the model.")
CONFIGURATION = N_("this is a model's configuration, as to_json() writes it; paste its code.")
OTHER = N_("this is {language}, and Keras in Python is read here.")

# What tells a text that is not Keras, and how it is named. The first that matches is taken.
FOREIGN: tuple[tuple[str, str, str], ...] = (
    (r"Layer \(type\)\s.*Param #|^[ \t]*Total params:", SUMMARY, ""),
    (r'^[ \t]*\{\s*"(class_name|config|module)"', CONFIGURATION, ""),
    (
        r"\b(import|from) torch\b|\btorch\.nn\b|\bnn\.(Linear|LSTM|GRU|RNN|Embedding|Module)\b",
        PYTORCH,
        "",
    ),
    (
        r"\btf\.(placeholder|Session|contrib|get_variable|variable_scope|nn\.(dynamic_rnn|rnn_cell|"
        r"static_rnn|bidirectional_dynamic_rnn))\b",
        TENSORFLOW_1,
        "",
    ),
    (r"\blibrary\(|%>%|\|>|\blayer_(lstm|dense|embedding|gru)\(|^[ \t]*[\w.]+[ \t]*<-\s", R, ""),
    (r"\b(const|let|var)\s+\w+\s*=|\btf\.layers\.\w+\(\{|=>\s*\{", OTHER, "JavaScript"),
    (r"\b(sequenceInputLayer|lstmLayer|fullyConnectedLayer)\b", OTHER, "MATLAB"),
    (r"#include\s*[<\"]|\bstd::|\bint main\s*\(", OTHER, "C++"),
    (r"\bpublic (static|class)\b|\bimport org\.|\bnew \w+\.Builder\(", OTHER, "Java"),
    (r"\busing (Flux|Lux|Knet)\b|\bChain\(\s*(LSTM|Dense|GRU)", OTHER, "Julia"),
    (r"\b(import|from) paddle\b|\bpaddle\.nn\b", OTHER, "PaddlePaddle"),
    (r"\b(import|from) (mxnet|gluon)\b|\bgluon\.", OTHER, "MXNet"),
    (r"\b(import|from) (flax|haiku|equinox)\b|\bnn\.compact\b", OTHER, "JAX"),
    (r"\b(import|from) lasagne\b|\blasagne\.layers\b", OTHER, "Lasagne"),
    (r"\b(import|from) tflearn\b", OTHER, "TFLearn"),
    (r"\b(import|from) chainer\b", OTHER, "Chainer"),
    (r"\b(import|from) mindspore\b", OTHER, "MindSpore"),
)
KERAS = re.compile(r"\bkeras\b|\bmodel\.add\(", re.IGNORECASE)


def foreign(text: str) -> PasteError | None:
    """Return what to say of a text in another language or library; None for Keras code."""
    for pattern, message, language in FOREIGN:
        found = re.search(pattern, text, re.MULTILINE)
        if found and (message in (SUMMARY, CONFIGURATION, R) or not KERAS.search(text)):
            line = text.count("\n", 0, found.start()) + 1
            return PasteError(line, _(message, language=language) if language else _(message))
    return None


def short(text: str, most: int = 40) -> str:
    """Cut a text to be quoted in a sentence, and put it on one line."""
    one = " ".join(text.split())
    return one if len(one) <= most else one[: most - 1] + "…"
