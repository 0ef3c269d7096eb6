"""A class at one server: thirty sessions that open the jazz page, train and move controls.

Sessions speak Streamlit's websocket protocol (``benchmarks._session``), all in one process on
the same machine, so what they themselves compute is taken from the server's share.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import Random

import psutil

from benchmarks._server import OURS, resident_megabytes, server, wait_until_it_answers
from benchmarks._session import Session

READERS = 30
OPENED_IN = 10.0  # seconds
WATCHED = 30.0  # seconds from the last click
ALONE = 10.0
MOVES_EVERY = 10.0  # seconds from one control to the next, for each reader
# The default model, with more epochs than fit, so that everybody trains until the end.
QUERY = "epochs=1000&pace=as+fast+as+it+goes"
TRAIN, STOP = "jazz_run:train", "jazz_run:stop"
EPOCH = re.compile(r"epoch ([\d,]+) of")
SECONDS = re.compile(r"accuracy \d+%.* · ([\d.]+) s")
# What a reader moves: a slider of the model's picture, and three of the solo.
MOVES = (
    ("melody", lambda at_random: at_random.randint(1, 8)),
    ("Ty", lambda at_random: at_random.randint(20, 100)),
    ("temperature", lambda at_random: at_random.choice(("0.6", "0.8", "1.2", "1.5"))),
    ("seed", lambda at_random: at_random.randint(0, 9999)),
)


@dataclass(frozen=True)
class Lesson:
    """What was seen.

    Attributes
    ----------
    first_losses : list of float
        Seconds from each reader's click to a page that shows a loss.
    epochs : list of int
        What each page said when the time was over.
    rate : float
        Epochs a second, all runs together, once everybody had clicked.
    reruns : list of float
        Seconds of each rerun after a control was moved, of a whole page or of a section.
    megabytes : float
        The most that the server held.
    """

    first_losses: list[float]
    epochs: list[int]
    rate: float
    reruns: list[float]
    megabytes: float

    @property
    def rerun_p95(self) -> float:
        return statistics.quantiles(self.reruns, n=20)[-1]


@dataclass
class _Reader:
    session: Session
    first_loss: float = 0.0
    marks: list[int] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        found = EPOCH.search(self.session.text())
        return int(found[1].replace(",", "")) if found else 0


def shows_a_loss(session: Session) -> bool:
    return "loss summed" in session.text()


async def click(session: Session) -> float:
    """Press Train; seconds until the page shows a loss. ``RuntimeError`` if it shows an error."""
    began = time.perf_counter()
    pressed = asyncio.create_task(session.press(TRAIN))
    await session.until(lambda: shows_a_loss(session) or session.errors() or session.exceptions())
    took = time.perf_counter() - began
    await pressed
    check(session)
    return took


def check(session: Session) -> None:
    if wrong := session.errors() + session.exceptions():
        raise RuntimeError(wrong[0])


@contextmanager
def most_memory(process: psutil.Process) -> Iterator[list[float]]:
    """The most that a server holds meanwhile, in MB, in a list of one."""
    most, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(1.0):
            most[0] = max(most[0], resident_megabytes(process))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


@cache
def lesson(readers: int) -> Lesson:
    """So many readers at a server that has just been started."""
    with server(OURS) as (address, process):
        wait_until_it_answers(address)
        with most_memory(process) as most:
            seen = asyncio.run(_lesson(address, readers))
        return Lesson(*seen, megabytes=most[0])


async def _lesson(address: str, readers: int) -> tuple:
    clicked = asyncio.Barrier(readers + 1)
    over = asyncio.Event()
    everybody: list[_Reader] = []

    async def read(number: int) -> None:
        await asyncio.sleep(number * OPENED_IN / readers)
        async with Session(address, "jazz", QUERY) as session:
            reader = _Reader(session)
            everybody.append(reader)
            reader.first_loss = await click(session)
            await clicked.wait()
            session.reruns.clear()  # from here on, controls are moved
            await move(session, Random(number), over, MOVES_EVERY if readers > 1 else 1.0)
            check(session)

    async def watch() -> float:
        await clicked.wait()
        if readers == 1:
            rate = await rate_alone(everybody[0])
            await asyncio.sleep(ALONE)  # controls are moved meanwhile
            over.set()
            return rate
        # Pages are drawn anew every now and then: count between two looks that are far apart.
        before, began = [reader.epoch for reader in everybody], time.perf_counter()
        await asyncio.sleep(WATCHED)
        for reader in everybody:
            reader.marks.append(reader.epoch)
        seconds = time.perf_counter() - began
        over.set()
        return sum(reader.marks[0] for reader in everybody) / seconds - sum(before) / seconds

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        for number in range(readers):
            group.create_task(read(number))
    return (
        [reader.first_loss for reader in everybody],
        [reader.marks[0] for reader in everybody],
        watching.result(),
        [took for reader in everybody for took in reader.session.seconds("page", "fragment")],
    )


async def rate_alone(reader: _Reader) -> float:
    """Epochs a second of the only run, by the seconds on its page, from now to its end."""
    began, before = _clock(reader), reader.epoch
    await reader.session.until(lambda: "**Done**" in reader.session.text())
    reader.marks.append(reader.epoch)
    return (reader.epoch - before) / (_clock(reader) - began)


def _clock(reader: _Reader) -> float:
    return float(SECONDS.search(reader.session.text())[1])


async def move(session: Session, at_random: Random, over: asyncio.Event, every: float) -> None:
    """Move one control after another until it is over."""
    while not over.is_set():
        try:
            await asyncio.wait_for(over.wait(), every * at_random.uniform(0.5, 1.5))
        except TimeoutError:
            name, value = at_random.choice(MOVES)
            await session.set(name, value(at_random))
