"""Keras on TensorFlow, imported only where something is built or trained in Keras.

The app's own process never does that: see ``seqlib.training.keras_room``.
"""

from __future__ import annotations

import os


def load() -> None:
    """Import Keras; raises ``ImportError`` where it has another backend already."""
    # The models here are TensorFlow's; a reader's ~/.keras/keras.json may say otherwise.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ImportError(
            f"Keras was loaded with the backend {keras.backend.backend()!r}; "
            "restart with KERAS_BACKEND=tensorflow."
        )
