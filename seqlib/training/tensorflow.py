"""TensorFlow and Keras, loaded once and only when something is built or trained in Keras.

Their packages import each other in circles. Two threads that enter the circle at different
points wait for each other or see half a module, so every thread comes through ``load``. The app
never does: what needs Keras runs in ``seqlib.training.keras_room``.
"""

from __future__ import annotations

import os
import threading

_lock = threading.Lock()


def load() -> None:
    """Import TensorFlow and Keras; returns when both are complete, whoever imports them."""
    with _lock:
        # The models here are TensorFlow's; a reader's ~/.keras/keras.json may say otherwise.
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import keras
        import tensorflow  # noqa: F401

        if keras.backend.backend() != "tensorflow":
            raise ImportError(
                f"Keras was loaded with the backend {keras.backend.backend()!r}; "
                "restart with KERAS_BACKEND=tensorflow."
            )
