"""Results that are worked out once: of vectors, which visits share, and of one visit's models."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")

MOST_BYTES = 100_000_000  # of one owner's arrays; an order of 400,000 rows has 3 MB

_VALUES = (str, bytes, int, float, tuple)
_lock = threading.Lock()
_results: weakref.WeakKeyDictionary[Any, OrderedDict[tuple, Any]] = weakref.WeakKeyDictionary()


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
        Results of the owner; those that were not asked for longest are dropped.
    """
    parts = tuple(part if isinstance(part, _VALUES) else _Same(part) for part in key)
    with _lock:
        results = _results.setdefault(owner, OrderedDict())
        if parts in results:
            results.move_to_end(parts)
            return results[parts]
    made = make()  # it may take a second, and others may go on
    with _lock:
        for gone in [each for each in results if any(map(_is_gone, each))]:
            del results[gone]
        results[parts] = made
        while len(results) > most or sum(map(_nbytes, results.values())) > MOST_BYTES:
            if results.popitem(last=False)[1] is made:
                break
    return made


def _is_gone(part: Any) -> bool:
    return isinstance(part, _Same) and part.one() is None


def _nbytes(made: Any) -> int:
    return getattr(made, "nbytes", 0)
