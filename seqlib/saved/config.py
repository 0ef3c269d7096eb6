"""Read what Keras' configuration says of layers that their arrays do not: as text, never built."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from seqlib import limits
from seqlib.archive import most_values
from seqlib.i18n import InputError

CONFIG = "config.json"  # in a .keras file
CELLS = ("LSTM", "GRU", "SimpleRNN")
SOFTMAX = {"softmax", "linear", "None"}  # a model of logits is read by softmax, too
USUAL = {"activation": "tanh", "recurrent_activation": "sigmoid"}


class SavedError(InputError):
    """Raised for a file without weights that can be read; the message is one sentence."""


@dataclass(eq=False)
class Told:
    """What a configuration says; nothing where there is none.

    Attributes
    ----------
    there : bool
        Whether there is one.
    mask : bool
        Whether an embedding has row 0 skipped.
    kinds : set of str
        What its layers are.
    activations : set of str
        Of layers that are not recurrent, but for softmax, by which answers are read in any case.
    Tx : int
        The steps of the input that is as long as that; 0 if it does not say.
    """

    there: bool = False
    mask: bool = False
    kinds: set[str] = field(default_factory=set)
    activations: set[str] = field(default_factory=set)
    Tx: int = 0

    def read(self, text: Any) -> None:
        """Look through the JSON of a configuration; what is too long to be one is passed over.

        Raises ``SavedError`` for a layer that computes otherwise than Keras' layers usually do.
        """
        data = text.encode() if isinstance(text, str) else text
        if not isinstance(data, bytes) or len(data) > limits.MODEL_JSON:
            return
        if most_values(data) <= limits.MODEL_VALUES:
            self._look(json.loads(data))
            self.there = True

    def _look(self, about: Any, turned: bool = False) -> None:
        if isinstance(about, list):
            for one in about:
                self._look(one, turned)
        elif isinstance(about, dict):
            kind, config = about.get("class_name"), about.get("config")
            if isinstance(layers := about.get("layers"), list):
                named = (one.get("class_name") for one in layers if isinstance(one, dict))
                self.kinds.update(str(one)[:80] for one in named)
            if isinstance(kind, str) and isinstance(config, dict):
                self._layer(kind, config, turned)
            for one in about.values():
                self._look(one, turned or kind == "Bidirectional")

    def _layer(self, kind: str, config: dict[str, Any], turned: bool) -> None:
        if kind.removesuffix("Cell") in CELLS:
            name = str(config.get("name"))[:80]
            for what, usual in USUAL.items():
                if (given := config.get(what, usual)) != usual:
                    raise SavedError(
                        "The layer “{name}” has the activation {given}; only layers with Keras’ "
                        "own, tanh and sigmoid, can be drawn: train it with these.",
                        name=name,
                        given=str(given)[:80],
                    )
            if config.get("go_backwards") and not turned:
                raise SavedError(
                    "The layer “{name}” has go_backwards, so it reads from the end; outside of "
                    "Bidirectional that cannot be drawn: train it without.",
                    name=name,
                )
        elif kind in ("Dense", "Activation"):
            self.activations |= {str(config.get("activation"))[:80]} - SOFTMAX
        self.mask |= kind == "Embedding" and config.get("mask_zero") is True
        shape = config.get("batch_shape", config.get("batch_input_shape"))
        first = kind in ("InputLayer", "Embedding")  # the latter in a Sequential of Keras 2
        if first and isinstance(shape, list) and len(shape) == 2 and type(shape[1]) is int:
            self.Tx = shape[1]
