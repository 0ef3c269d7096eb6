"""What travels until the jazz page stands, for a browser that has none of our files."""

from __future__ import annotations

from benchmarks._bytes import counted, kilobytes
from benchmarks._result import Result

GOAL = 900  # kB


def measure() -> Result:
    with counted("jazz") as (page, traffic):
        assert page.locator(".stage[role=group]").count(), "the page has no stage"
        assert len(traffic.files) > 20, "no modules were fetched: the cache was not empty"
        return kilobytes(traffic, GOAL)
