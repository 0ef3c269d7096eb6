"""The server's memory after 500 sessions, against that after the 20th.

Each session is a reader over the websocket: it opens a page, in turn one of six, and some
bring a tune, sentences or vectors of their own and train on them; then it is closed as a tab is
closed. What a closed session leaves is held for a while on purpose: Streamlit keeps it for
``server.disconnectedSessionTTL`` (120 s) and at most 128 of them, and a visit's work for 20
minutes within 200 MB, so that a reader who reloads finds it again. To see what is not given
back at all, the server is started with a time of 5 s for both, and memory is read when that
time is over and a last reader has come by, both after the 20th session and after the 500th.
Nothing else is changed. Several are there at a time, as in a class. The peer is the first reading.
A second worker process starts once two runs want one in the same moment, by chance before the
20th session or long after it: all workers are there before the first reading.
"""

from __future__ import annotations

import asyncio

import psutil

from benchmarks import _mutations
from benchmarks._result import Result
from benchmarks._server import (
    HELD,
    OURS,
    resident_megabytes,
    server,
    short_visits,
    wait_until_it_answers,
)
from benchmarks._session import Session
from seqlib.training.rooms import Workers

SESSIONS, WARM = 500, 20
AT_ONCE = 4
PAGES = ("jazz", "emojify", "shapes", "embeddings", "cell", "")
GROWTH = 1.1


def measure(sessions: int = SESSIONS) -> Result:
    forgets = ("--server.disconnectedSessionTTL", str(HELD))
    with short_visits(), server(OURS, *forgets) as (address, process):
        wait_until_it_answers(address)
        early, late = asyncio.run(read(address, process, sessions))
    return Result(
        ours=late,
        peer=early,
        peer_name=f"the same server after {WARM} sessions",
        unit="MB",
        goal=1 / GROWTH,
    )


async def read(address: str, process: psutil.Process, sessions: int) -> tuple[float, float]:
    """Memory in MB after ``WARM`` sessions and after all, each when the server is at rest."""
    await some(address, 0, WARM)
    while len(process.children()) < len(Workers().rooms):
        await asyncio.gather(*(visit(address, PAGES.index("emojify")) for _ in range(AT_ONCE)))
    early = await at_rest(address, process)
    for begin in range(WARM, sessions, 60):
        await some(address, begin, min(begin + 60, sessions))
        print(
            f"  {min(begin + 60, sessions)} sessions: {resident_megabytes(process):.0f} MB",
            flush=True,
        )
    return early, await at_rest(address, process)


async def some(address: str, begin: int, end: int) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turn:
            await visit(address, number)

    await asyncio.gather(*(one(number) for number in range(begin, end)))


async def visit(address: str, number: int) -> None:
    """One reader. Every page has one who looks, and every third does something there."""
    page = PAGES[number % len(PAGES)]
    async with Session(address, page) as reader:
        if number // len(PAGES) % 3 == 0:
            await DOES.get(page, Session.rerun)(reader)
        assert not reader.exceptions(), (page, reader.exceptions())


async def brings_a_tune(reader: Session) -> None:
    await reader.set("corpus", "my MIDI")
    await reader.upload("midi_file", "tune.mid", _mutations.MIDI.seeds()[0])
    await reader.set("Tx", 10)
    await reader.set("epochs", 10)
    await trains(reader, "jazz_run")


async def brings_sentences(reader: Session) -> None:
    await reader.set("emoji_data", "my sentences")
    await reader.upload("emoji_csv", "sentences.csv", _mutations.CSV.seeds()[0])
    await reader.set("emoji_epochs", 2)
    await trains(reader, "emoji_run")


async def brings_vectors(reader: Session) -> None:
    """Bring vectors, and train on sentences of one's own with them."""
    await reader.set("vectors", "my file")
    await reader.upload("vectors_file", "vectors.txt", _mutations.VECTORS.seeds()[0])
    await reader.open("emojify")
    await brings_sentences(reader)


async def trains(reader: Session, run: str) -> None:
    await reader.press(f"{run}:train")
    await reader.until(lambda: "**Done**" in reader.text() or "(first " in reader.text())


DOES = {"jazz": brings_a_tune, "emojify": brings_sentences, "embeddings": brings_vectors}


async def at_rest(address: str, process: psutil.Process) -> float:
    """Memory once what closed sessions had is over its time and readers have come by."""
    await asyncio.sleep(2 * HELD)
    for _ in range(2):  # expired sessions go when another one ends
        async with Session(address) as reader:
            await reader.rerun()
        await asyncio.sleep(HELD)
    return resident_megabytes(process)
