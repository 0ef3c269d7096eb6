"""Mutated uploads that end in anything but a picture or one clear sentence.

1,000 of each kind (MIDI, sentences, vectors, emoji models, visits), the same every time, go
through the functions that the pages call, and through the pages themselves: uploaded to a server
over HTTP, by a reader who has already brought a sound file; that takes half an hour. Counted as
failures: what is raised and is not a ``ValueError`` whose message is a sentence; an exception
shown on a page; more than 5 s; anything on the page that a refused file has changed; memory
that grows. The peer is what a page would call without us (pretty_midi, pandas, a loop over the
lines, NumPy, zipfile and json) on the same files: how many of them raise.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
import psutil
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.Markdown_pb2 import Markdown

from benchmarks._mutations import CSV, KINDS, MIDI, MODELS, VECTORS, VISITS, Kind, mutants
from benchmarks._result import Result
from benchmarks._server import (
    OURS,
    resident_megabytes,
    server,
    short_visits,
    wait_until_it_answers,
)
from benchmarks._session import Session
from ui.frame.process import of_glibc

EACH = 1000
LONGEST = 5.0  # seconds
GROWTH = 1.1  # memory at the end over that after a fifth
SLACK = 20.0  # MB that an allocator may keep
SENTENCE = re.compile(r"^\S[^\n]{8,700}[.!?。！？)”]$")

Read = Callable[[bytes], object]


@dataclass
class Failures:
    """What went wrong, by kind of failure, with the number of the first mutant."""

    counts: Counter = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        self.counts[what] += 1
        self.first.setdefault(what, number)

    def __str__(self) -> str:
        return "\n".join(
            f"  {count:5} × {what} (first: {self.first[what]})"
            for what, count in self.counts.most_common()
        )


def measure(each: int = EACH) -> Result:
    failures, peer = Failures(), 0
    for kind in KINDS:
        through_reader(kind, each, failures)
        peer += sum(map(raises, [PEERS[kind.name]] * each, mutants(kind, each)))
    asyncio.run(through_pages(each, failures))
    if failures.counts:
        print(failures)
    return Result(
        ours=sum(failures.counts.values()),
        peer=peer,
        peer_name="pretty_midi, pandas, a loop over lines, NumPy and json, called as they are",
        unit="files",
        goal=1,
        goal_on="ours",
    )


# The functions that the pages call.


def readers() -> dict[str, Read]:
    """What a page does with the bytes, without Streamlit."""
    from seqlib import vectors
    from seqlib.emojify import open_model
    from seqlib.jazz.corpus import corpus_of
    from seqlib.music import read_midi
    from seqlib.text import read_csv, read_sentences
    from ui.visit.reading import open_visit

    shipped = vectors.load()

    def midi(data: bytes) -> None:
        song = read_midi(io.BytesIO(data))
        corpus_of(song)
        for track in song.tracks:
            with suppress(ValueError):
                song.with_track(track.index)

    def sentences(data: bytes) -> None:
        with suppress(ValueError):
            read_sentences(data)
        read_csv(data)[0].split(0.2)

    def table(data: bytes) -> None:
        read = vectors.load(io.BytesIO(data))
        read.nearest(np.asarray(read.matrix, np.float32) @ np.asarray(read.matrix[1]), 5)

    def model(data: bytes) -> None:
        open_model(data, shipped).predict(["I am not happy with this", "xyzzy"])

    return {
        MIDI.name: midi,
        CSV.name: sentences,
        VECTORS.name: table,
        MODELS.name: model,
        VISITS.name: lambda data: open_visit(data, lambda: [shipped]),
    }


def through_reader(kind: Kind, each: int, failures: Failures) -> None:
    read = readers()[kind.name]
    process = psutil.Process()

    def megabytes() -> float:
        fault(read, kind.seeds()[0])  # what a sound file leaves
        of_glibc("malloc_trim", 0)  # as the app does when a reader leaves
        return process.memory_info().rss / 1e6

    early = 0.0
    for number, data in enumerate(mutants(kind, each)):
        if what := fault(read, data):
            failures.add(f"{kind.name}, reader: {what}", number)
        if each >= EACH and number == each // 5:
            early = megabytes()
    late = megabytes()
    if early and late > GROWTH * early + SLACK:
        failures.add(f"{kind.name}, reader: {early:.0f} MB grew to {late:.0f} MB", each)


def fault(read: Read, data: bytes) -> str:
    """What is wrong with how ``read`` takes these bytes; empty for nothing."""
    try:
        with at_most(LONGEST):
            read(data)
    except ValueError as problem:
        said = str(problem)
        return "" if SENTENCE.match(said) else f"no sentence: {said[:100]!r}"
    except TimeoutError:
        return f"took over {LONGEST:g} s"
    except Exception as problem:
        return f"{type(problem).__name__}: {str(problem)[:100]}"
    return ""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """``TimeoutError`` in the main thread after so long."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# The pages.


@dataclass(frozen=True)
class Place:
    """Where a kind of file is brought: page, what must be chosen first, and the uploader."""

    page: str
    choose: tuple[tuple[str, str], ...]
    uploader: str


PLACES = {
    MIDI.name: Place("jazz", (("corpus", "my MIDI"),), "midi_file"),
    CSV.name: Place("emojify", (("emoji_data", "my sentences"),), "emoji_csv"),
    VECTORS.name: Place("embeddings", (("vectors", "my file"),), "vectors_file"),
    MODELS.name: Place("emojify", (), "emoji_open"),
    VISITS.name: Place("cell", (), "visit_open"),
}


async def through_pages(each: int, failures: Failures) -> None:
    # An opened visit is held for a while on purpose, within 200 MB; see `leak_sessions`.
    with short_visits(), server(OURS) as (address, process):
        wait_until_it_answers(address)
        for kind in KINDS:
            early = 0.0
            async with Session(address, PLACES[kind.name].page) as reader:
                await bring_a_sound_file(reader, kind)
                for number, data in enumerate(mutants(kind, each)):
                    for what in await on_a_page(reader, kind, number, data):
                        failures.add(f"{kind.name}, page: {what}", number)
                    if number == each // 5:
                        early = resident_megabytes(process)
            late = resident_megabytes(process)
            print(f"  {kind.name}: {early:.0f} MB, then {late:.0f} MB", flush=True)
            if early and late > GROWTH * early + SLACK:
                failures.add(f"{kind.name}, page: {early:.0f} MB grew to {late:.0f} MB", each)


async def bring_a_sound_file(reader: Session, kind: Kind) -> None:
    place = PLACES[kind.name]
    for name, value in place.choose:
        await reader.set(name, value)
    await reader.upload(place.uploader, "sound" + kind.suffixes[0], kind.seeds()[0])
    await reader.rerun()  # what stands above the uploader takes note of it
    assert not reader.errors(), "a sound file was refused"
    assert not reader.exceptions(), reader.exceptions()


async def on_a_page(reader: Session, kind: Kind, number: int, data: bytes) -> list[str]:
    """What is wrong with how the page takes these bytes."""
    from ui.parts.uploads import UNREAD

    place, found = PLACES[kind.name], []
    suffix = kind.suffixes[number // 10 % len(kind.suffixes)]
    before = standing(reader)
    began = time.perf_counter()
    await reader.upload(place.uploader, f"mutant-{number}{suffix}", data)
    took = time.perf_counter() - began
    if took > LONGEST:
        found.append(f"took over {LONGEST:g} s")
    said = refusal(reader, place.uploader)
    if not said:
        await reader.rerun()
    found += [f"exception {one[:100]}" for one in reader.exceptions()]
    if said == str(UNREAD):
        found.append("refused without a reason")
    if said and not standing(reader) <= before:  # the report of the file before goes
        found.append("a refused file changed the page")
    if said and not SENTENCE.match(said):
        found.append(f"no sentence: {said[:100]!r}")
    return found


def refusal(reader: Session, uploader: str) -> str:
    """What stands right below the uploader; empty where the file was taken."""
    nodes = [node.element for node in reader.nodes()]
    place = nodes.index(reader.widget(uploader).element)
    below = nodes[place + 1] if place + 1 < len(nodes) else None
    if getattr(below, "format", None) != Alert.ERROR or not hasattr(below, "body"):
        return ""
    return below.body.replace("\\", "")


def standing(reader: Session) -> set[str]:
    """What the page says, errors and captions apart: those about a file go with it."""
    return {
        element.body
        for element in reader.elements("markdown", "heading", "text")
        if element.body and getattr(element, "element_type", None) != Markdown.Type.CAPTION
    }


# What a page would call without us.


def raises(read: Read, data: bytes) -> bool:
    try:
        with at_most(LONGEST):
            read(data)
    except Exception:
        return True
    return False


def _pretty_midi(data: bytes) -> None:
    import pretty_midi

    pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments[0]


def _pandas(data: bytes) -> None:
    import pandas

    table = pandas.read_csv(io.BytesIO(data))
    table.iloc[:, 0].str.split(), table.iloc[:, 1]


def _lines(data: bytes) -> None:
    vectors = {}
    for line in data.decode().splitlines():
        word, *numbers = line.split()
        vectors[word] = np.array(numbers, dtype=np.float64)
    np.stack(list(vectors.values()))


def _archive(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                json.loads(archive.read(name))
            elif name.endswith(".npy"):
                np.load(io.BytesIO(archive.read(name)), allow_pickle=False)


PEERS: dict[str, Read] = {
    MIDI.name: _pretty_midi,
    CSV.name: _pandas,
    VECTORS.name: _lines,
    MODELS.name: _archive,
    VISITS.name: _archive,
}
