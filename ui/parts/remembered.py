"""Results that are worked out once: of vectors, which visits share, and of one visit's models."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple, TypeVar

Made = TypeVar("Made")

MOST_BYTES = 100_000_000  # of all owners' arrays; an order of 400,000 rows has 3 MB

_VALUES = (str, bytes, int, float, tuple, type(None))
_lock = threading.Lock()
_results: weakref.WeakKeyDictionary[Any, OrderedDict[tuple, _Result]] = weakref.WeakKeyDictionary()
_clock = count()


class _Result(NamedTuple):
    made: Any
    asked: int  # later ones for larger numbers


class Owner:
    """What a visit keeps its own results by: they go with it."""


class _Same:
    """An object as part of a key: it equals itself alone, and is not kept by the key.

    Weights that a page has looked at while they were trained go when the next ones come.
    """

    def __init__(self, one: Any) -> None:
        self._id = id(one)
        try:
            self.one: Callable[[], Any] = weakref.ref(one)
        except TypeError:  # a kind that has no such references
            self.one = lambda: one

    def __hash__(self) -> int:
        return self._id

    def __eq__(self, other: object) -> bool:
        one = self.one()
        return isinstance(other, _Same) and one is not None and other.one() is one


def remembered(owner: Any, key: tuple, make: Callable[[], Made], most: int = 100) -> Made:
    """Return ``make()``, called once for this owner and key.

    Parameters
    ----------
    owner : object
        Vectors, a run or an ``Owner``: its results are dropped with it, so they must not hold it.
    key : tuple
        Plain values are compared, other objects must be the same ones.
    most : int
        Results of the owner; those that were not asked for longest are dropped, and of all
        owners those beyond ``MOST_BYTES``.
    """
    parts = tuple(part if isinstance(part, _VALUES) else _Same(part) for part in key)
    with _lock:
        results = _results.setdefault(owner, OrderedDict())
        if parts in results:
            found = results.pop(parts).made
            results[parts] = _Result(found, next(_clock))
            return found
    made = make()  # it may take a second, and others may go on
    with _lock:
        for gone in [each for each in results if any(map(_is_gone, each))]:
            del results[gone]
        results[parts] = _Result(made, next(_clock))
        while len(results) > most:
            results.popitem(last=False)
        nbytes = sum(_nbytes(one) for each in _results.values() for one in each.values())
        while nbytes > MOST_BYTES:
            oldest = min(filter(None, _results.values()), key=lambda each: _first(each).asked)
            nbytes -= _nbytes(oldest.popitem(last=False)[1])
    return made


def _first(results: OrderedDict[tuple, _Result]) -> _Result:
    return next(iter(results.values()))


def _is_gone(part: Any) -> bool:
    return isinstance(part, _Same) and part.one() is None


def _nbytes(result: _Result) -> int:
    return getattr(result.made, "nbytes", 0)
