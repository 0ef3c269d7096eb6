"""The server's resident memory with one reader on the jazz page, before anyone trains."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks._result import Result
from benchmarks._server import (
    BARE_PAGE_NAME,
    OURS,
    PAINTED_CANVAS,
    PAINTED_HEATMAP,
    bare_page,
    browser,
    reader,
    resident_megabytes,
    server,
    wait_until_it_answers,
)

SETTLE = 5  # seconds, in which a page might still load something behind its picture


def measure() -> Result:
    with browser() as chromium, bare_page() as bare:

        def memory(script: Path, page: str, painted: str) -> float:
            with server(script) as (address, process):
                wait_until_it_answers(address)
                with reader(chromium, address + page, painted):
                    most, deadline = 0.0, time.monotonic() + SETTLE
                    while time.monotonic() < deadline:
                        most = max(most, resident_megabytes(process))
                        time.sleep(0.2)
                    return most

        return Result(
            ours=memory(OURS, "/jazz", PAINTED_CANVAS),
            peer=memory(bare, "", PAINTED_HEATMAP),
            peer_name=BARE_PAGE_NAME,
            unit="MB",
            goal=250,
            goal_on="ours",
        )
