"""TensorFlow and Keras, loaded once and only when something is built or trained.

Their packages import each other in circles. Two threads that enter the circle at different
points wait for each other or see half a module, so every thread comes through ``load``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

_lock = threading.Lock()
_loaded = False
_hooks: list[Callable[[], None]] = []


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
        for hook in _hooks:
            hook()
        _loaded = True


def on_load(hook: Callable[[], None]) -> None:
    """Have ``hook`` called once, between the import and its first use; now if that was before."""
    with _lock:
        if _loaded:
            hook()
        else:
            _hooks.append(hook)


def trains_here() -> bool:
    """Whether this process trains, rather than the workers of ``seqlib.training.cluster``."""
    return not os.environ.get("SEQSCOPE_SCHEDULER")


def is_loaded() -> bool:
    """Whether the next model is spared the import."""
    return _loaded
