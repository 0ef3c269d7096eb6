"""Keras' room: one worker process that loads TensorFlow when first asked and ends when idle.

Whatever needs Keras is asked for here, as a function of a module and what it is called with, and is
done there, so that the app's own process never imports TensorFlow. A request that breaks the
process, or takes more time or memory than the room allows, costs that request only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from importlib.util import find_spec
from typing import Any

from seqlib.i18n import N_, InputError, _
from seqlib.training.rooms import ProcessRefused, Room, TooLong, TooMuchMemory

# TensorFlow with Keras holds 550 MB after its import; most models here take a few more.
MEMORY = 1_400_000_000
SECONDS = 300.0
KEPT = 128  # answers

REFUSED = N_("This host lets no further process start, and Keras needs one of its own.")
NO_TENSORFLOW = N_(
    "Keras needs TensorFlow, which is not installed on this host; it has releases for Python 3.11 "
    "to 3.13 on Linux, on Windows and on Macs with an Apple chip."
)

room = Room(seconds=SECONDS, memory=MEMORY)
room.refusal = REFUSED

_answers: OrderedDict[Any, Future] = OrderedDict()
_lock = threading.Lock()


class KerasError(InputError):
    """A request that Keras' room could not do, in one sentence."""


_loaded_in: int | None = None  # the process that has answered


def missing() -> str:
    """Return what Keras would need on this host, in one sentence; "" where it is installed."""
    return "" if find_spec("keras") and find_spec("tensorflow") else _(NO_TENSORFLOW)


def awake() -> bool:
    """Whether the process is there with TensorFlow loaded, so that an answer takes no seconds."""
    return room.pid is not None and room.pid == _loaded_in


def ask(function: Callable[..., Any], *args: Any, key: Any = None) -> Future:
    """Have ``function(*args)`` called in the room; returns at once.

    With a ``key`` (hashable; it has to name the function and all of ``args``) the answer is kept,
    and whoever asks the same is given the same future. ``answer`` reads it.
    """
    with _lock:
        if key is not None and (known := _answers.get(key)) is not None and not _failed(known):
            _answers.move_to_end(key)
            return known
        future = room.submit(function, *args)
        if key is not None:
            _answers[key] = future
            while len(_answers) > KEPT:
                _answers.popitem(last=False)
    future.add_done_callback(_notice)
    return future


def answer(future: Future, timeout: float | None = None) -> Any:
    """Wait for what was asked for.

    Raises ``KerasError`` where the room could not do it, or what the function raised if that is a
    ``ValueError``: one sentence each. Raises ``TimeoutError`` if it takes longer than ``timeout``.
    """
    try:
        found = future.result(timeout)
        _notice(future)
        return found
    except TooLong as problem:
        raise KerasError(
            "Keras took longer than {seconds:.0f} s, so its process was ended; choose a "
            "smaller model.",
            seconds=SECONDS,
        ) from problem
    except (TooMuchMemory, MemoryError) as problem:
        raise KerasError(
            "Keras needed more memory than it may have here; choose a smaller model."
        ) from problem
    except ProcessRefused as problem:
        raise KerasError(REFUSED) from problem
    except BrokenExecutor as problem:
        raise KerasError("The process in which Keras works has ended; ask again.") from problem
    except ImportError as problem:
        raise KerasError(NO_TENSORFLOW) from problem
    except (ValueError, TimeoutError):
        raise
    except Exception as problem:
        raise KerasError(
            "Keras could not do it: {problem}", problem=type(problem).__name__
        ) from problem


def _failed(future: Future) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)


def _notice(future: Future) -> None:
    """Remember in which process TensorFlow was there."""
    global _loaded_in
    if not _failed(future):
        _loaded_in = room.pid
