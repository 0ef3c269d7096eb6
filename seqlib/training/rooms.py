"""Worker processes as executors: started when first needed, ended when idle.

A ``Room`` is one process. ``Workers`` are as many rooms as the machine has cores for, and where the
host lets no further process start, one thread of this one. Both are ``concurrent.futures``
executors, like Dask's; a request whose process ended gets a ``BrokenExecutor`` and nothing else
is lost.

A room starts Python anew and asks it for ``seqlib.training.worker.serve``: nothing is forked, and
the program that was started (``streamlit run`` …) is not imported again, as
``multiprocessing`` would. It answers its first request in a tenth of a second, where loky takes
half a second and a helper process of 33 MB.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from seqlib import i18n
from seqlib.i18n import N_
from seqlib.training import worker

IDLE_SECONDS = 300.0
MOST_WORKERS = 4
# How often a limit of time or memory is looked at.
WATCH_SECONDS = 0.1
PIPE = 1_000_000  # bytes
# What a slice frees the next one uses: given back to the system, each page would be made anew.
KEPT = {"MALLOC_MMAP_THRESHOLD_": f"{32 * 2**20}", "MALLOC_TRIM_THRESHOLD_": f"{64 * 2**20}"}
# After so many seconds a host that refused a process is asked again.
REFUSED_SECONDS = 300.0
CGROUP = Path("/sys/fs/cgroup")  # of a container: version 2, then 1
# A matrix product of these sizes gains nothing from a second thread, and several processes
# with a thread for each core would take the cores from each other.
ONE_THREAD = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
    ),
    "1",
)
PROGRAM = (
    "import pickle, sys\n"
    "from_app = sys.stdin.buffer\n"
    "sys.path[:] = pickle.load(from_app)\n"
    "from seqlib.training import {module}\n"
    "{module}.serve()\n"
)


class ProcessRefused(BrokenExecutor):
    """The host let no further process start."""


class TooLong(BrokenExecutor):
    """A request took longer than its room allows, and its process was ended."""


class TooMuchMemory(BrokenExecutor):
    """A request took more memory than its room allows, and its process was ended."""


class Process:
    """A fresh Python that serves requests: ``module`` of this package does, given open files."""

    def __init__(self, module: str, *files: int) -> None:
        behind = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._popen = popen = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(module=module)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD, **KEPT},
            pass_fds=files,
            creationflags=behind | no_window,
        )
        assert popen.stdin is not None
        assert popen.stdout is not None
        self.pid, self.requests, self.answers = popen.pid, popen.stdin, popen.stdout
        _widen(self.requests, self.answers)

    def begin(self) -> None:
        """Wait until it can be asked. Raises ``OSError``, ``EOFError``, ``ValueError``."""
        pickle.dump(sys.path, self.requests)
        self.requests.flush()
        worker.read(self.answers)

    @property
    def there(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        self._popen.kill()

    def end(self) -> None:
        """End it in the middle of whatever it does; it keeps nothing that is needed."""
        self._popen.kill()
        self._popen.wait()
        for stream in (self.requests, self.answers):
            with suppress(OSError):  # what was not sent yet cannot be any more
                stream.close()


def _widen(*pipes: IO[bytes]) -> None:
    """Have a state pass in few pieces, where the system lets a pipe hold that much."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        for pipe in pipes:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


class _Request(NamedTuple):
    future: Future
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
    language: str


class Pool(Executor):
    """Where slices are trained, as a ``Scheduler`` sees it.

    Attributes
    ----------
    slots : int
        How many requests are worked on at once.
    helps : bool
        Whether a slice may have a second process of its own, where no other run trains.
    note : str
        What is wrong just now, an ``N_`` text; requests wait meanwhile.
    lost_for_good : str
        Why there is no use in waiting, an ``N_`` text.
    refusal : str
        Why a run fails where the host lets no process start, an ``N_`` text; empty if the request
        may be sent again.
    counts_as_lost : tuple of exception types
        What says that a request may have brought its worker down.
    """

    slots = 1
    helps = False
    note = ""
    lost_for_good = ""
    refusal = ""
    counts_as_lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


class Room(Pool):
    """One worker process, which works on one request at a time.

    Parameters
    ----------
    idle : float
        Seconds without a request after which the process ends.
    seconds : float, optional
        The longest that a request may take.
    memory : int, optional
        The most bytes that the process may hold during a request. Seen on Linux, and elsewhere
        where psutil is installed.
    """

    def __init__(
        self,
        *,
        idle: float = IDLE_SECONDS,
        seconds: float | None = None,
        memory: int | None = None,
    ) -> None:
        self.idle, self.seconds, self.memory = idle, seconds, memory
        self._wake = threading.Condition()
        self._requests: deque[_Request] = deque()
        self._at_work = False
        self._closing = False
        self._thread: threading.Thread | None = None
        self._process: Process | None = None
        _rooms.add(self)

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.there else None

    @property
    def busy(self) -> bool:
        """Whether a request is worked on or waits."""
        return self._at_work or bool(self._requests)

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future:
        """Have ``function(*args, **named)`` called in the process; all of it must pickle.

        Texts made there are in the caller's language.
        """
        future: Future = Future()
        with self._wake:
            if self._closing:
                raise RuntimeError("This room is closed.")
            request = _Request(future, (function, args, named), i18n.language())
            self._requests.append(request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="seqlib-room", daemon=True)
                self._thread.start()
            self._wake.notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the process at once; what it was at, and what waits, is not answered."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread, process = self._thread, self._process
        if process is not None:
            process.end()
        if wait and thread is not None and thread is not threading.current_thread():
            thread.join(10)

    # The thread that talks to the process.

    def _work(self) -> None:
        while True:
            with self._wake:
                self._at_work = False
                self._wake.wait_for(lambda: self._requests or self._closing, self.idle)
                if self._closing or not self._requests:
                    rest, process = list(self._requests), self._process
                    self._requests.clear()
                    self._thread = self._process = None
                    break
                request = self._requests.popleft()
                self._at_work = True
            if request.future.set_running_or_notify_cancel():
                self._answer(request)
            del request  # its arrays must not stay while the thread waits
        for waiting in rest:
            waiting.future.cancel()
        if process is not None:
            process.end()

    def _answer(self, request: _Request) -> None:
        """Have the process answer, and settle the future whatever comes of it."""
        future = request.future
        try:
            message = worker.packed((*request.call, request.language))
        except Exception as problem:
            future.set_exception(problem)
            return
        ended: list[type[BrokenExecutor]] = []
        try:
            process = self._started()
            with self._watched(process, ended):
                worker.write(process.requests, message)
                del message
                answer = worker.read(process.answers)
        except BrokenExecutor as problem:
            future.set_exception(problem)
            return
        except (OSError, EOFError, ValueError):  # ValueError: its pipe was closed here
            self._drop()
            kind = ended[0] if ended else BrokenExecutor
            future.set_exception(kind("The worker process ended before it answered."))
            return
        try:
            holds, result = worker.unpacked(answer)
        except Exception as problem:
            holds, result = False, problem
        if holds:
            future.set_result(result)
        else:
            future.set_exception(result)

    def _started(self) -> Process:
        """The process, started if there is none. Raises ``ProcessRefused``."""
        if self._process is not None and self._process.there:
            return self._process
        self._drop()
        for _attempt in range(2):
            try:
                process = Process("worker")
            except (OSError, ValueError) as problem:
                raise ProcessRefused(str(problem)) from problem
            with self._wake:
                self._process = process
                closing = self._closing
            if closing:
                process.end()
                raise BrokenExecutor("This room is closed.")
            try:
                process.begin()
                return process
            except (OSError, EOFError, ValueError):
                self._drop()
        raise ProcessRefused("A worker process ended as soon as it was started.")

    def _drop(self) -> None:
        with self._wake:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    @contextmanager
    def _watched(self, process: Process, ended: list[type[BrokenExecutor]]) -> Iterator[None]:
        """Kill the process if a limit is passed inside; ``ended`` then says which."""
        if self.seconds is None and self.memory is None:
            yield
            return
        done = threading.Event()
        began = time.monotonic()

        def watch() -> None:
            while not done.wait(WATCH_SECONDS):
                if self.memory is not None and resident(process.pid) > self.memory:
                    ended.append(TooMuchMemory)
                elif self.seconds is not None and time.monotonic() - began > self.seconds:
                    ended.append(TooLong)
                else:
                    continue
                process.kill()
                return

        thread = threading.Thread(target=watch, name="seqlib-room-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


class Workers(Pool):
    """As many rooms as there are cores, at most ``MOST_WORKERS``; a started one is used first.

    Parameters
    ----------
    n : int, optional
        How many; as the machine has if not given.
    """

    def __init__(self, n: int | None = None) -> None:
        self.rooms = tuple(Room() for _ in range(n or min(MOST_WORKERS, cores())))
        self._thread: ThreadPoolExecutor | None = None
        self._refused_at: float | None = None

    @property
    def slots(self) -> int:  # type: ignore[override]
        """How many requests are worked on at once."""
        return 1 if self.in_thread else len(self.rooms)

    @property
    def helps(self) -> bool:  # type: ignore[override]
        """Whether there is a core for a helper, and memory that processes can share."""
        return self.slots > 1 and os.name == "posix"

    @property
    def in_thread(self) -> bool:
        """Whether the host refuses processes, so that a thread of this one does the work."""
        at = self._refused_at
        return at is not None and time.monotonic() - at < REFUSED_SECONDS

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future:
        """Have ``function(*args, **named)`` called in a free process."""
        if self.in_thread:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "seqlib-training")
            return self._thread.submit(function, *args, **named)
        free = [room for room in self.rooms if not room.busy]
        started = [room for room in free if room.pid is not None]
        room = (started or free or self.rooms)[0]
        future = room.submit(function, *args, **named)
        future.add_done_callback(self._notice)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes at once."""
        for room in self.rooms:
            room.shutdown(wait=wait)
        if self._thread is not None:
            self._thread.shutdown(wait=wait, cancel_futures=True)

    def _notice(self, future: Future) -> None:
        if not future.cancelled() and isinstance(future.exception(), ProcessRefused):
            self._refused_at = time.monotonic()


IN_THREAD = N_("This host lets no further process start, so training runs in the app's own.")


def cores() -> int:
    """Processors that this process may use, at least 1; a container's share counts."""
    usable = getattr(os, "sched_getaffinity", None)
    found = float(len(usable(0)) if usable else os.cpu_count() or 1)
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            told = " ".join((CGROUP / file).read_text() for file in files)
            quota, period = map(int, told.split())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if quota > 0:
            found = min(found, quota / period)
    return max(1, int(found))


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 if that cannot be known."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        pass
    try:
        import psutil

        return psutil.Process(pid).memory_info().rss
    except Exception:  # not installed, or no such process any more
        return 0


_rooms: weakref.WeakSet[Room] = weakref.WeakSet()


def processes() -> list[int]:
    """The numbers of all worker processes of this one."""
    return sorted(pid for room in list(_rooms) if (pid := room.pid) is not None)


@atexit.register
def _close_all() -> None:
    for room in list(_rooms):
        room.shutdown(wait=False)
