"""Code as a teacher writes it on a board: one text, shown, walked for its shapes, and run.

Each text stands in a file of its own beside this module. Names that it uses and does not define,
such as ``n_a``, are sizes; whoever runs it gives them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from seqlib.i18n import _
from seqlib.training import tensorflow

COMMENT = re.compile(r"# (.+)")


@cache
def read(name: str) -> str:
    """Return a text by its name, such as ``"djmodel"``; its comments are in English."""
    return (Path(__file__).parent / f"{name}.txt").read_text("utf-8")


def translated(code: str) -> str:
    """Return code with its comments in the reader's language."""
    return COMMENT.sub(lambda found: f"# {_(found[1])}", code)


def run(*codes: str, **names: Any) -> dict[str, Any]:
    """Run code of ours in Keras, never a reader's; return the names that it defines.

    ``names`` are sizes and functions that it uses. Layers that it defines outside of functions
    are named as it names them. Loads TensorFlow.
    """
    tensorflow.load()
    from keras.layers import Layer

    for code in codes:
        exec(compile(code, "<board>", "exec"), names)
    for name, value in names.items():
        if isinstance(value, Layer):
            value.name = name
    return names
