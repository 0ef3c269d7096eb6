"""Visits held in the process while their pages come and go.

A browser that reloads a page is a new session to the server. What the old one had made is
held here under a token that only that tab knows, so the new one can ask for it.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seqlib.assets import ASSETS
from seqlib.vectors.glove import package_folder

MINUTES = 20  # a visit that nobody looks at is held so long
MOST_AWAY = 200  # visits nobody looks at
MOST_BYTES = 200_000_000  # of all of them together; the longest away goes first
MOST_HELD = 400_000_000  # of all visits, looked at or not, beyond which no file is taken
SMALL = 100_000  # bytes for which no visit is dropped
SWEEP_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Visit:
    """One reader's work.

    Attributes
    ----------
    token : str
        What the tab shows to get the visit back; it opens it, so it is never logged.
    owner : str
        What the scheduler calls the visit; it opens nothing.
    holder : str
        The session that has the visit.
    work : dict
        What was made, by the name that pages have for it.
    settings : dict
        What is set on the pages, ``{page: {control: plain value}}``.
    loose : dict
        What stands in controls that no link holds.
    links : dict
        Settings still to be given to a page when it is opened, ``{page: {name: value}}``.
    note : str
        A sentence to say at the next look.
    before : str
        The token of the visit that this one took the place of.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    holder: str = ""
    work: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    loose: dict[str, Any] = field(default_factory=dict)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    note: str = ""
    before: str = ""
    seen: float = 0.0
    nbytes: int | None = None  # measured once nobody looks

    def copy(self) -> Visit:
        """Another visit with the same work; what still trains is in it as it is now."""
        return replace(
            self,
            token=secrets.token_urlsafe(32),
            owner=secrets.token_hex(8),
            work=_copied(self.work),
            settings={page: dict(one) for page, one in self.settings.items()},
            loose=dict(self.loose),
            links={page: dict(link) for page, link in self.links.items()},
            nbytes=None,
        )


def _copied(value: Any) -> Any:
    from seqlib.training.run import Run

    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(map(_copied, value))
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        runs = {name: one.kept() for name, one in held.items() if isinstance(one, Run)}
        return replace(value, **runs) if runs else value
    return value.kept() if isinstance(value, Run) else value


class Visits:
    """All visits of this process, within bounds.

    Parameters
    ----------
    alive : function of a session's name
        Whether a browser is connected to it.
    minutes, most_away, most_bytes
        How long, how many and how much is held of visits whose browser is gone.
    most_held
        Bytes of all visits together, beyond which they have no room for a file.
    end : function of a session's name
        Called where its visit was dropped: what it still has is of no use.
    clock : function
        Seconds, for tests.
    """

    def __init__(
        self,
        alive: Callable[[str], bool],
        *,
        minutes: float = MINUTES,
        most_away: int = MOST_AWAY,
        most_bytes: int = MOST_BYTES,
        most_held: int = MOST_HELD,
        end: Callable[[str], object] = lambda session: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.alive, self._end = alive, end
        self.minutes, self.most_away, self.most_bytes = minutes, most_away, most_bytes
        self.most_held = most_held
        self._clock = clock
        self._crowded_out: deque[str] = deque(maxlen=MOST_AWAY)
        self._visits: dict[str, Visit] = {}
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self._visits)

    def add(self, visit: Visit) -> Visit:
        """Hold a visit from now on."""
        with self._lock:
            self._visits[visit.token] = visit
        self.look(visit)
        return visit

    def look(self, visit: Visit) -> None:
        """Somebody looks at it now."""
        with self._lock:
            visit.seen, visit.nbytes = self._clock(), None
            self._visits.setdefault(visit.token, visit)
            self._sweep_later()

    def find(self, token: str) -> Visit | None:
        """The visit of that token."""
        with self._lock:
            return self._visits.get(token) if isinstance(token, str) else None

    def drop(self, token: str) -> None:
        with self._lock:
            self._visits.pop(token, None)

    def away(self) -> list[Visit]:
        """Visits nobody looks at, the longest away first."""
        with self._lock:
            now = self._clock()
            for visit in self._visits.values():
                if self.alive(visit.holder):
                    visit.seen, visit.nbytes = now, None
            found = [visit for visit in self._visits.values() if not self.alive(visit.holder)]
        return sorted(found, key=lambda visit: visit.seen)

    def sweep(self) -> int:
        """Drop what is over its time or over the bounds; returns how many visits went."""
        for visit in self.away():
            if visit.nbytes is None:
                self._measure(visit)
        with self._lock:
            now, away = self._clock(), self.away()
            late = [visit for visit in away if now - visit.seen > 60 * self.minutes]
            rest = away[len(late) :]
            many = rest[: max(0, len(rest) - self.most_away)]
            rest = rest[len(many) :]
        if sum(visit.nbytes or 0 for visit in rest) > self.most_bytes:
            many += self._beyond(rest[::-1], self.most_bytes)[1]
        return self._drop(late) + self._drop(many, crowded_out=True)

    def room(self, nbytes: int) -> bool:
        """Tell whether there is room for so many more bytes beside all visits.

        Visits nobody looks at make room, the longest away first, if that helps.
        """
        away, most = self.away(), self.most_held - nbytes
        with self._lock:
            looked_at = [visit for visit in self._visits.values() if visit not in away]
        held, beyond = self._beyond([*looked_at, *away[::-1]], most)
        if held <= most:
            self._drop(beyond, crowded_out=True)
        return held <= most

    def crowded_out(self, token: str) -> bool:
        """Tell whether a visit was dropped because others needed the room."""
        return token in self._crowded_out

    def _beyond(self, visits: Sequence[Visit], most: int) -> tuple[int, list[Visit]]:
        """Return what visits hold, and those left out of it that nobody looks at and go beyond.

        What several hold counts once, so a visit that adds next to nothing may stay.
        """
        works = [dict(visit.work) for visit in visits]  # held, so that no two have the same id
        seen: set[int] = set()
        held, beyond = 0, []
        for visit, work in zip(visits, works, strict=True):
            nbytes, with_it = held, set(seen)
            with suppress(RuntimeError):  # its reader changes it
                for size in _sizes(work, with_it):
                    nbytes += size
            if nbytes > max(most, held + SMALL) and not self.alive(visit.holder):
                beyond.append(visit)
            else:
                held, seen = nbytes, with_it
        return held, beyond

    def _drop(self, visits: Iterable[Visit], crowded_out: bool = False) -> int:
        """Drop visits that nobody has come back to; returns how many went."""
        gone = 0
        for visit in visits:
            with self._lock:
                if self.alive(visit.holder) or self._visits.pop(visit.token, None) is None:
                    continue
            gone += 1
            if crowded_out:
                self._crowded_out.append(visit.token)
            self._end(visit.holder)
        if gone:
            log.info("visits dropped", extra={"dropped": gone, "held": len(self)})
        return gone

    def _measure(self, visit: Visit) -> None:
        """Note what a visit holds. It may take seconds, so other visits are not locked out."""
        seen = visit.seen
        try:
            nbytes = held_bytes(dict(visit.work))
        except RuntimeError:  # its reader is back and changes it
            return
        with self._lock:
            if visit.seen == seen:
                visit.nbytes = nbytes

    def _sweep_later(self) -> None:
        """Sweep in a thread of its own, also when nobody comes any more."""
        with self._lock:
            if self._timer is None:
                every = max(min(SWEEP_SECONDS, 60 * self.minutes / 2), 0.05)  # 0 would never rest
                self._timer = threading.Timer(every, self._on_time)
                self._timer.daemon = True
                self._timer.name = "seqlib-visits"
                self._timer.start()

    def _on_time(self) -> None:
        self.sweep()
        with self._lock:
            self._timer = None
            if self._visits:
                self._sweep_later()


def held_bytes(value: Any) -> int:
    """About how many bytes of arrays and text hang on a value, what all visits share left out."""
    return sum(_sizes(value, set()))


def _sizes(value: Any, seen: set[int]) -> Iterator[int]:
    if value is None or isinstance(value, int | float) or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if not _is_shared(value):
            yield value.nbytes
    elif isinstance(value, str | bytes):
        yield len(value)
    elif isinstance(value, Mapping):
        if isinstance(value, dict):
            for key, one in value.items():
                yield from _sizes(key, seen)
                yield from _sizes(one, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        if set(map(type, value)) == {str}:  # sentences and words, by the ten thousand
            yield sum(map(len, value))
            return
        for one in value:
            yield from _sizes(one, seen)
    elif type(value).__module__.startswith(("seqlib.", "ui.", "pandas.")):
        if hasattr(value, "memory_usage"):  # a table
            yield int(value.memory_usage(deep=True).sum())
        else:
            yield from _sizes(getattr(value, "__dict__", None), seen)


def _is_shared(array: np.ndarray) -> bool:
    """Whether it is a view of a shipped file, or of a single number."""
    if 0 in array.strides and array.size > 1:
        return True
    base: Any = array
    while base is not None:
        if isinstance(base, np.memmap) and base.filename is not None:
            shipped = (ASSETS, package_folder() or ASSETS)
            return any(map(Path(base.filename).is_relative_to, shipped))
        base = getattr(base, "base", None)
    return False
