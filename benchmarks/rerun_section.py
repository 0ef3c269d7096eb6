"""A control of one section is moved: the section is drawn anew, and the page is not.

On each page with sections that are drawn alone, the slowest of which counts; from sending the
control's value to the completion of what it changes.
"""

from __future__ import annotations

import asyncio
import statistics
from itertools import cycle, islice

from benchmarks._class import check
from benchmarks._result import Result
from benchmarks._server import OURS, server, wait_until_it_answers
from benchmarks._session import Session

ROUNDS = 20
# A control of each page, and values to go through.
MOVED = {
    "jazz": ("temperature", ("0.6", "0.8", "1.2", "1.5")),
    "emojify": ("say", ("I am happy", "I am not happy", "We have nothing to eat")),
    "shapes": ("layer", ("GRU", "SimpleRNN", "LSTM")),
    "embeddings": ("near", ("sad", "baseball", "pizza", "happy")),
    "cell": ("hand_from", (10, 20, 30)),
}


def measure() -> Result:
    with server(OURS) as (address, _process):
        wait_until_it_answers(address)
        medians = [
            asyncio.run(_medians(address, page, name, values))
            for page, (name, values) in MOVED.items()
        ]
    ours, peer = max(medians)
    return Result(
        ours=ours,
        peer=peer,
        peer_name="the same page drawn as a whole",
        unit="s",
        goal=0.15,
        goal_on="ours",
    )


async def _medians(address: str, page: str, name: str, values: tuple) -> tuple[float, float]:
    """Median seconds of a section and of its page, in turn."""
    async with Session(address, page) as session:
        await session.rerun()
        session.reruns.clear()
        for value in islice(cycle(values), ROUNDS):
            await session.set(name, value)
            await session.rerun()
        check(session)
        return tuple(statistics.median(session.seconds(kind)) for kind in ("fragment", "page"))
