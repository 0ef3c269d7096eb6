"""What travels in a second of training that is slowed down to be watched."""

from __future__ import annotations

import re
import time

from benchmarks._bytes import counted, kilobytes
from benchmarks._result import Result

GOAL = 25  # kB a second
SECONDS = 14


def measure() -> Result:
    with counted("jazz?pace=5+epochs+a+second#train") as (page, traffic):
        page.get_by_role("button", name="Train", exact=True).click()
        status = page.get_by_text(re.compile(r"epoch [1-9]\d* of 100")).first
        status.wait_for(timeout=180_000)
        before, began = traffic.copy(), time.monotonic()
        page.wait_for_timeout(1000 * SECONDS)
        took, moved = time.monotonic() - began, traffic.since(before)
        assert "Training" in status.inner_text(), "the run was over before the time was"
        return kilobytes(moved, GOAL, seconds=took)
