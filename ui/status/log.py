"""What a host may see of a running server: a few facts, and events as lines of JSON.

Nothing here says who was there or what they did: an event has a fixed set of fields, and a
field is a number or one of the program's own words. There is no way to put a name, a text, a
file's name or an address into one.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from seqlib.training import rooms

LEVEL = "SEQSCOPE_LOG"  # debug, info, warning, error or off
SLOW = "SEQSCOPE_SLOW_SECONDS"
MEMORY = "SEQSCOPE_MEMORY_PERCENT"
SLOW_SECONDS = 1.0
MEMORY_PERCENT = 85.0
# Percent below the threshold at which the next rise is logged again.
MEMORY_CALM = 10.0
KEPT = 1000  # reruns

# The events that may be logged, and the fields of each.
EVENTS: dict[str, tuple[str, ...]] = {
    "server_started": ("python", "streamlit", "cluster"),
    "run_started": ("kind",),
    "run_finished": ("kind", "state", "epochs", "seconds"),
    "run_failed": ("kind", "epochs", "seconds"),
    "setting_ignored": ("variable", "given", "used"),
    "upload_refused": ("what",),
    "slow_rerun": ("page", "seconds"),
    "memory_high": ("megabytes", "limit_megabytes"),
    "memory_normal": ("megabytes", "limit_megabytes"),
    # A message of the program's own log: its text before values are put in.
    "log": ("message", "module", "error", "where"),
}
# The program's own words: identifiers and version numbers, nothing with a space.
WORD = re.compile(r"[\w.+-]{0,40}\Z", re.ASCII)
LOGGERS = ("seqlib", "ui")
LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "off": logging.CRITICAL + 1,
}
ROOT = Path(__file__).parents[2]

log = logging.getLogger("seqscope")
_began = time.monotonic()


def event(name: str, level: int = logging.INFO, **fields: float | str | bool | None) -> None:
    """Tell the log of something that happened; see ``EVENTS``.

    A text that is not one word of the program's own is replaced by "withheld". Raises
    ``KeyError`` for an event or a field that is not listed.
    """
    allowed = EVENTS[name]
    for field in fields:
        if field not in allowed:
            raise KeyError(f"{name} has no field {field}")
    if log.isEnabledFor(level):
        log.log(level, name, extra={"event": name, "fields": fields})


def _allowed(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, 3)
    text = str(value)
    return text if WORD.match(text) else "withheld"


class Lines(logging.Formatter):
    """Format a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when, "level": record.levelname.lower()}
        if name := getattr(record, "event", None):
            line |= {
                "event": name,
                **{key: _allowed(value) for key, value in getattr(record, "fields", {}).items()},
            }
        else:
            line |= {"event": "log", "message": record.msg, "module": record.name}
            if record.exc_info and record.exc_info[0]:
                # The error's message may quote a reader's text; its class and lines do not.
                line |= {
                    "error": record.exc_info[0].__name__,
                    "where": _places(record.exc_info[2]),
                }
        return json.dumps(line, ensure_ascii=False, default=lambda value: type(value).__name__)


def _places(trace: Any) -> list[str]:
    """List our own lines in a traceback, outermost first: ``seqlib/training/step.py:88``."""
    places = []
    for frame in traceback.extract_tb(trace):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            places.append(f"{path.relative_to(ROOT).as_posix()}:{frame.lineno}")
    return places[-8:]


class Stderr(logging.StreamHandler):
    """Whatever ``sys.stderr`` is when a line is written."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr


def configure(stream: TextIO | None = None) -> None:
    """Send events and the program's own messages to ``stream``, stderr if not given.

    The level comes from ``SEQSCOPE_LOG`` (info if not set, or, with a line in the log, not
    known); ``off`` is silent. Doing it again changes the stream and the level.
    """
    wanted = os.environ.get(LEVEL, "").strip().lower()
    level = LEVELS.get(wanted or "info", logging.INFO)
    handler = logging.StreamHandler(stream) if stream is not None else Stderr()
    handler.setFormatter(Lines())
    for name in ("seqscope", *LOGGERS):
        logger = logging.getLogger(name)
        for old in [handler for handler in logger.handlers if isinstance(handler.formatter, Lines)]:
            logger.removeHandler(old)
        logger.addHandler(handler)
        logger.setLevel(level)
    if wanted and wanted not in LEVELS:
        _tell_once(LEVEL, wanted, "info")


def switch(variable: str) -> bool:
    """Tell whether a variable is 1; one that is neither 1 nor 0 is named in the log."""
    given = os.environ.get(variable, "").strip()
    if given not in ("", "0", "1"):
        _tell_once(variable, given, "0")
    return given == "1"


def number(variable: str, default: float) -> float:
    """Return a number, 0 or more, from the environment.

    Where there is none ``default`` is returned; where it is no such number too, and one line of
    the log says so.
    """
    given = os.environ.get(variable, "").strip()
    try:
        found = float(given) if given else default
    except ValueError:
        found = math.nan
    if 0 <= found < math.inf:
        return found
    _tell_once(variable, given, default)
    return default


@cache
def _tell_once(variable: str, given: str, default: float | str) -> None:
    event("setting_ignored", logging.WARNING, variable=variable, given=given[:40], used=default)


# Memory.


def resident() -> int:
    """Bytes of memory this process and its workers hold now; 0 if unknown.

    Where neither ``/proc`` nor psutil says it, the highest that this process ever held counts.
    """
    return (rooms.resident(os.getpid()) or _peak()) + sum(map(rooms.resident, rooms.processes()))


def _peak() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def limit(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes this process may hold: its container's limit, or the machine's memory; 0 if unknown."""
    found = []
    if hasattr(os, "sysconf"):  # not on Windows
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    folders = [root, root / "memory"]  # inside a container; and version 1
    try:
        for line in own.read_text().splitlines():
            place = root / line.rsplit(":", 1)[-1].lstrip("/")
            folders += [place, *(p for p in place.parents if p.is_relative_to(root))]
    except OSError:
        pass
    for folder in folders:
        for name in ("memory.max", "memory.limit_in_bytes"):
            try:
                found.append(int((folder / name).read_text()))
            except (OSError, ValueError):  # no such file, or "max"
                continue
    return min(found, default=0)


# Reruns.


@dataclass(frozen=True)
class Rerun:
    """The seconds that a page took, and when it ended by ``time.monotonic``."""

    page: str
    seconds: float
    at: float


class Observer:
    """Keep the times of the last reruns, and whether memory is short."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reruns: deque[Rerun] = deque(maxlen=KEPT)
        self._count = 0
        self._short = False

    def rerun(self, page: str, seconds: float) -> None:
        """Record the time of a page; log a slow page, and memory that is short."""
        with self._lock:
            self._reruns.append(Rerun(page, seconds, time.monotonic()))
            self._count += 1
        if seconds > number(SLOW, SLOW_SECONDS):
            event("slow_rerun", logging.WARNING, page=page, seconds=seconds)
        self.memory(resident(), limit())

    def memory(self, held: int, allowed: int) -> None:
        """Log once that memory passes ``SEQSCOPE_MEMORY_PERCENT``, once that it is below again."""
        if not allowed:
            return
        percent, line = 100 * held / allowed, number(MEMORY, MEMORY_PERCENT)
        with self._lock:
            short = percent > line - MEMORY_CALM if self._short else percent > line
            changed, self._short = short != self._short, short
        if changed:
            event(
                "memory_high" if short else "memory_normal",
                logging.WARNING if short else logging.INFO,
                megabytes=held // 2**20,
                limit_megabytes=allowed // 2**20,
            )

    @property
    def reruns(self) -> int:
        """Number of reruns since the server started."""
        with self._lock:
            return self._count

    def slowest(self, n: int = 10) -> list[Rerun]:
        """List the last ``KEPT`` reruns, the slowest first."""
        with self._lock:
            return sorted(self._reruns, key=lambda one: -one.seconds)[:n]

    def percentile(self, percent: float) -> float:
        """Compute a percentile of the last reruns' seconds; 0 without any."""
        with self._lock:
            times = sorted(rerun.seconds for rerun in self._reruns)
        return times[min(len(times) - 1, int(len(times) * percent / 100))] if times else 0.0


observer = Observer()


def uptime() -> float:
    """Return the seconds since the program was loaded."""
    return time.monotonic() - _began
