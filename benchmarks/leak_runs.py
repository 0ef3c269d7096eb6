"""200 runs started and stopped in one server: what it holds then, against after the 20th.

The number of units goes round, so that workers allocate other arrays each time.
"""

from __future__ import annotations

import asyncio

from benchmarks._class import STOP, click
from benchmarks._result import Result
from benchmarks._server import OURS, resident_megabytes, server, wait_until_it_answers
from benchmarks._session import Session

RUNS, SETTLED = 200, 20
UNITS = range(16, 64, 4)  # twelve


async def stop(session: Session) -> None:
    await session.press(STOP)
    await session.until(lambda: "**Stopped**" in session.text())


async def grow(address: str, held) -> tuple[float, float]:
    page = "jazz", "epochs=1000&Tx=10&pace=as+fast+as+it+goes"
    async with Session(address, *page) as session, Session(address, *page) as other:
        # Two at once, so that there is a worker for each core before anything is counted.
        for each in (session, other):
            await click(each)
        await asyncio.sleep(2)
        for each in (session, other):
            await stop(each)
        for number in range(1, RUNS + 1):
            await session.set("n_a", UNITS[number % len(UNITS)])
            await click(session)
            await stop(session)
            if number == SETTLED:
                settled = held()
    return settled, held()


def measure() -> Result:
    with server(OURS) as (address, process):
        wait_until_it_answers(address)
        settled, ended = asyncio.run(grow(address, lambda: resident_megabytes(process)))
    return Result(
        ours=ended,
        peer=settled,
        peer_name=f"the same server after {SETTLED} runs",
        unit="MB",
        goal=1 / 1.1,
    )
