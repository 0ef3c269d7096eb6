"""What a worker process does: one request after another, and the slices of training.

``serve`` is the program of a process that ``seqlib.training.rooms`` starts. Requests arrive on
its standard input and answers leave on its standard output, each as a pickle and, beside it, the
arrays as they are. The process ends at once when its input is closed, so it never outlives the
app, however the app ends.

Importing this module costs nothing; what a request needs is imported when it arrives.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from seqlib.training.task import Progress, State, Task

# How far a worker stands back behind the process that draws pages, on a busy machine.
NICE = 10
# Tasks that a worker keeps until they are over, the latest used first; one that it has dropped is
# sent again.
MOST_TASKS = 64
MOST_TASK_BYTES = 150_000_000


# Slices of training.


class Slice(NamedTuple):
    """One slice to train: the task's name, where to go on, and how far.

    Attributes
    ----------
    name : str
        What the worker remembers the task by.
    task : Task or None
        None if the worker should have it.
    state : State or None
        None for the first slice.
    seconds, epochs
        As for ``Task.advance``.
    helped : bool
        Whether a second process may compute a share of each batch of the task, a ``SteppedTask``.
    """

    name: str
    task: Task | None
    state: State | None
    seconds: float
    epochs: int | None
    helped: bool = False


class Trained(NamedTuple):
    """What a slice gave, and the seconds that it took."""

    state: State
    progress: Progress
    seconds: float


_tasks: OrderedDict[str, Task] = OrderedDict()
_tasks_lock = threading.Lock()


def train(given: Slice) -> Trained | None:
    """Train one slice. Returns None where the task is not known here and was not sent."""
    began = time.perf_counter()
    task = _task(given)
    if task is None:
        return None
    state = task.begin() if given.state is None else given.state
    more = {"helped": True} if given.helped else {}
    state, progress = task.advance(state, given.seconds, given.epochs, **more)
    if state.epoch >= task.epochs or not progress.finite:
        with _tasks_lock:
            _tasks.pop(given.name, None)
    return Trained(state, progress, time.perf_counter() - began)


def _task(given: Slice) -> Task | None:
    with _tasks_lock:
        task = given.task or _tasks.get(given.name)
        if task is None:
            return None
        _tasks[given.name] = task
        _tasks.move_to_end(given.name)
        held = sum(one.nbytes for one in _tasks.values())
        while len(_tasks) > 1 and (len(_tasks) > MOST_TASKS or held > MOST_TASK_BYTES):
            _name, dropped = _tasks.popitem(last=False)
            held -= dropped.nbytes
        return task


# The process.


Part = bytes | bytearray | memoryview
Message = Sequence[Part]  # a pickle, and the arrays that it names


def packed(what: Any) -> Message:
    """Pickle something without copying its arrays, which must stay as they are until written."""
    arrays: list[Part] = []
    pickled = pickle.dumps(what, 5, buffer_callback=lambda array: arrays.append(array.raw()))
    return [pickled, *arrays]


def unpacked(message: Message) -> Any:
    """Return what was packed; its arrays stand in the message."""
    return pickle.loads(message[0], buffers=message[1:])


def read(stream: IO[bytes]) -> Message:
    """Read one message. Raises ``EOFError`` where the stream ends."""
    return [_read(stream, _size(stream)) for _part in range(_size(stream))]


def _size(stream: IO[bytes]) -> int:
    return int.from_bytes(_read(stream, 8), "little")


def _read(stream: IO[bytes], size: int) -> bytearray:
    part = bytearray(size)
    if stream.readinto(part) < size:  # type: ignore[attr-defined]  # a pipe's has it
        raise EOFError
    return part


def write(stream: IO[bytes], message: Message) -> None:
    """Write one message."""
    stream.write(len(message).to_bytes(8, "little"))
    for part in message:
        stream.write(memoryview(part).nbytes.to_bytes(8, "little"))
        stream.write(part)
    stream.flush()


def serve() -> None:
    """Answer requests until the input is closed."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between answers
    _stand_back()
    requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    write(answers, [b"ready"])
    while True:
        write(answers, _answer(requests.get()))


def _listen(stream: IO[bytes], requests: queue.SimpleQueue[Message]) -> None:
    """Pass requests on; end the process when there can be no more, in the middle of one too."""
    try:
        while True:
            requests.put(read(stream))
    except (EOFError, OSError):
        os._exit(0)


def _answer(request: Message) -> Message:
    """Pack (True, result) or (False, exception)."""
    from seqlib import i18n

    try:
        function, args, named, language = unpacked(request)
        with i18n.speaking(language):
            return packed((True, function(*args, **named)))
    except Exception as problem:
        try:
            failed = packed((False, problem))
            unpacked(failed)  # some exceptions cannot be made again from what they pickle
        except Exception:
            failed = packed((False, RuntimeError(f"{type(problem).__name__}: {problem}")))
        return failed


def _stand_back() -> None:
    """Leave the processor, the keyboard's interrupt and memory that runs short to the app."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("500")  # the kernel ends a worker rather than the app
    except OSError:
        pass
