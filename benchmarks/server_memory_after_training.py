"""What the app's own process holds after jazz and Emojify were trained, workers not counted.

Files that it has mapped, GloVe's 80 MB and libraries, are left out: the system drops their pages
as soon as somebody needs the memory, and all processes share them.
"""

from __future__ import annotations

import asyncio

from benchmarks._class import click
from benchmarks._result import Result
from benchmarks._server import OURS, resident_megabytes, server, wait_until_it_answers
from benchmarks._session import Session


async def train_both(address: str) -> None:
    async with Session(address, "jazz", "epochs=20&pace=as+fast+as+it+goes") as session:
        await click(session)
        await session.until(lambda: "**Done**" in session.text())
        await session.open("emojify")
        await session.set("emoji_epochs", 3)
        await session.press("emoji_run:train")
        await session.until(lambda: "**Done**" in session.text())


def measure() -> Result:
    with server(OURS) as (address, process):
        wait_until_it_answers(address)
        asyncio.run(train_both(address))
        held = process.memory_info()
        own = (held.rss - held.shared) / 1e6
        together = resident_megabytes(process)
    return Result(
        ours=own,
        peer=together,
        peer_name="the app and its workers together",
        unit="MB",
        goal=260,
        goal_on="ours",
    )
