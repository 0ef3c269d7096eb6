"""Sizes that a text uses and does not say: each is asked for, and has a sensible default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from seqlib.shapes.code.values import Unknown
from seqlib.shapes.layers.base import MAX_SIZE
from seqlib.shapes.recording import Size

# By a name's words in lower case; the first that is found counts.
BY_NAME: tuple[tuple[str, int], ...] = (
    (r"^t_?x$", 30),
    (r"^t_?y$", 10),
    (r"batch", 32),
    (r"coder_tokens", 80),
    (r"n_values|num_values|n_pitch|n_notes|n_tokens", 78),
    (r"cucumber|(embed|emb|glove|^e_length|vec)\w*(dim|size|length|shape\[1\])?$|embed", 50),
    (r"class|label|categor|n_out|num_out|n_tags|num_tags|n_emoji|y_train|y\.shape", 5),
    (
        r"vocab|max_features|num_words|n_words|nb_words|top_words|max_words|word_index|max_tokens|"
        r"word_to_index|voc_size|dict(ionary)?_size|num_\w*tokens",
        10_000,
    ),
    (r"char", 60),
    (r"layers|depth|n_blocks", 2),
    (r"unit|hidden|n_a$|n_s$|latent|rnn|lstm|gru|neuron|state", 64),
    (r"len|step|max_?seq|window|look_?back|n_past|n_in\b|time|shape\[1\]|input_shape\[0\]", 10),
    (r"feature|n_vars|channel|input_dim|shape\[2\]|input_shape\[1\]", 8),
    (r"kernel|filter_(size|length)", 3),
    (r"filter", 64),
)
# By what the size is for, where the name says nothing.
BY_ROLE: dict[str, int] = {
    "input_dim": 10_000,
    "output_dim": 50,
    "units": 64,
    "Tx": 10,
    "features": 78,
    "n": 10,
    "filters": 64,
    "kernel_size": 3,
    "pool_size": 2,
    "strides": 1,
    "loop": 10,
    "batch": 32,
}


@dataclass(frozen=True)
class Asked:
    """A size that the text does not say: its name there, the value in use, the default."""

    name: str
    value: int
    default: int


@dataclass
class Sizes:
    """The sizes asked for, in order; ``given`` are a reader's own values by name."""

    given: Mapping[str, int] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)

    def knows(self, value: Unknown) -> bool:
        """Tell whether all the sizes that a value is made of were given without being asked for."""
        if value.work is None:
            return value.label in self.given and not value.label.isidentifier()
        return all(self.knows(part) for part in value.parts if isinstance(part, Unknown))

    def ask(self, name: str, role: str = "", default: int = 0) -> Size:
        """Return the size of this name; it is asked for from now on."""
        if name not in self.asked:
            default = default or default_size(name, role)
            value = self.given.get(name, default)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIZE:
                value = default
            self.asked[name] = Asked(name, value, default)
        return Size(
            self.asked[name].value, name if len(name) <= 24 else str(self.asked[name].value)
        )


def default_size(name: str, role: str) -> int:
    """Return a sensible value for a size of this name."""
    lower = name.lower()
    by_name = (value for pattern, value in BY_NAME if re.search(pattern, lower))
    return next(by_name, BY_ROLE.get(role, 10))
