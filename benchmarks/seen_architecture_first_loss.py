"""A run where a worker is at hand: from the click to a page with a loss."""

from __future__ import annotations

import asyncio
import statistics

from benchmarks._class import click
from benchmarks._result import Result
from benchmarks._server import OURS, server, wait_until_it_answers
from benchmarks._session import Session

READERS = 7
# Few epochs, so that one reader's run is over before the next one clicks.
QUERY = "epochs=20"


async def first_losses(address: str) -> list[float]:
    found = []
    for _ in range(1 + READERS):
        async with Session(address, "jazz", QUERY) as session:
            found.append(await click(session))
            await session.until(lambda here=session: "**Done**" in here.text())
    return found


def measure() -> Result:
    with server(OURS) as (address, _):
        wait_until_it_answers(address)
        unseen, *seen = asyncio.run(first_losses(address))
    return Result(
        ours=statistics.median(seen),
        peer=unseen,
        peer_name="the first reader's run, a worker started on the way",
        unit="s",
        goal=0.3,
        goal_on="ours",
    )
