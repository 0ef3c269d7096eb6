"""TensorFlow and Keras, loaded once and only when something is built or trained.

Their packages import each other in circles. Two threads that enter the circle at different
points wait for each other or see half a module, so every thread comes through ``load``.
"""

from __future__ import annotations

import os
import threading

_lock = threading.Lock()
_loaded = False
_warming: threading.Thread | None = None


def load() -> None:
    """Import TensorFlow and Keras; returns when both are complete, whoever imports them."""
    global _loaded
    with _lock:
        if _loaded:
            return
        # Training is written in TensorFlow; a reader's ~/.keras/keras.json may say otherwise.
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import keras
        import tensorflow  # noqa: F401

        if keras.backend.backend() != "tensorflow":
            raise ImportError(
                f"Keras was loaded with the backend {keras.backend.backend()!r}; "
                "restart with KERAS_BACKEND=tensorflow."
            )
        _loaded = True


def is_loaded() -> bool:
    """Whether the next model is spared the import."""
    return _loaded


def warm() -> None:
    """Load in a background thread and return at once; calling it again does nothing.

    It costs some 550 MB and keeps one core busy for a few seconds, so call it when someone
    is about to train or build a model, not for every visitor.
    """
    global _warming
    if _loaded or (_warming is not None and _warming.is_alive()):
        return
    # Not a daemon: the interpreter must not be taken down in the middle of the import.
    _warming = threading.Thread(target=load, name="seqlib-warm")
    _warming.start()
