"""What a process that serves many readers needs changed in Keras, threads and memory."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading

from seqlib.training import tensorflow

_lock = threading.Lock()
_modules = 0


def spare_what_stays() -> None:
    """Keep what modules are made of out of all sweeps, once many more have been loaded.

    With TensorFlow loaded that is nearly all there is.
    """
    global _modules
    with _lock:
        if len(sys.modules) < _modules + 50:
            return
        _modules = len(sys.modules)
    gc.collect()
    gc.freeze()


def keep_keras_state() -> None:
    """Make ``keras.backend.clear_session`` do nothing in this process.

    Streamlit calls it after every script run, any reader's. It takes Keras' state away from
    all threads, also from the one that is just tracing a training step, and sweeps the
    whole memory each time. ``keras.utils.clear_session`` stays what it is.
    """
    sys.modules["keras"].backend.clear_session = lambda free_memory=True: None


# What mallopt calls its settings, in glibc's malloc.h.
M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8


def give_memory_back() -> None:
    """Have the C library keep few arenas, and return what is free at their ends.

    It would keep one for each of many threads, in each of them what its largest visitor
    needed. Only glibc can be told so; elsewhere nothing is changed.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(M_ARENA_MAX, 2)
    mallopt(M_TRIM_THRESHOLD, 131_072)


give_memory_back()
# One thread for an operation of TensorFlow: the models here are small, so that a second one makes
# training slower, and takes the core on which pages are drawn.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
# A thread that computes may keep the others waiting so many seconds, each time one of them has
# sent something. At Python's 5 ms a page of a hundred messages takes half a second longer.
sys.setswitchinterval(0.001)
tensorflow.on_load(keep_keras_state)
tensorflow.on_load(spare_what_stays)
