"""A fresh server and its first reader: from the click on Train to a page with a loss."""

from __future__ import annotations

import asyncio
import statistics

from benchmarks._class import click
from benchmarks._result import Result
from benchmarks._server import OURS, server, wait_until_it_answers
from benchmarks._session import Session

TRIES = 5


async def first_and_second(address: str) -> tuple[float, float]:
    """Seconds of the first reader's click, and of the next one's, when a worker is at hand."""
    found = []
    for _ in range(2):
        async with Session(address, "jazz", "epochs=20&pace=as+fast+as+it+goes") as session:
            found.append(await click(session))
            await session.until(lambda here=session: "**Done**" in here.text())
    return found[0], found[1]


def measure() -> Result:
    clicks = []
    for _ in range(TRIES):
        with server(OURS) as (address, _process):
            wait_until_it_answers(address)
            clicks.append(asyncio.run(first_and_second(address)))
    cold, warm = (statistics.median(column) for column in zip(*clicks, strict=True))
    return Result(
        ours=cold,
        peer=warm,
        peer_name="the next reader's click",
        unit="s",
        goal=0.8,
        goal_on="ours",
    )
