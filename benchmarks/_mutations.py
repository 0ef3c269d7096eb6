"""Damaged and hostile files of every kind a page takes, the same ones for the same seed.

A mutant begins as a sound file. Half the time its structure is attacked (chunks of MIDI, cells
of a table, members, JSON and array headers of an archive), else its bytes are.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

Mutator = Callable[[random.Random, bytes], bytes]
PACKED = (b"PK", b"\x1f\x8b", b"BZ", b"\xfd7")
LONGEST = 400_000  # bytes; a mutant may grow to this
INTERESTING = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\n",
    b'"',
    b",",
    b"\r",
    b"\x1a",
    b"\xff\xff\xff\x7f",
)

# What somebody might type to see whether it is run or drawn.
MARKUP = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](http://127.0.0.1:9/x.png)",
    "**bold** $x^2$ :material/home: :red[red]",
    '<a href="javascript:alert(1)">x</a>',
    "<b>b</b>",
)
STRINGS = (
    "",
    " ",
    "\0",
    '"',
    'a "quoted" b',
    "x" * 5000,
    "nan",
    "-inf",
    "1e999",
    "9" * 400,
    "-1",
    "0",
    "0x10",
    "=1+1",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\con",
    "\u202eabc",
    "\u2028",
    "e\u0301" * 50,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\ufeff",
    "\x1b[31m",
    "__class__",
    "{0.__class__}",
    "%s%n",
    *MARKUP,
)
VALUES = (
    *(None, True, False, -1, 0, 1, 2, 255, 10**6, 2**31, 2**63, 10**30, -(10**30)),
    *(0.5, -0.5, 1e308, -1e308, 1e-320),
    *([], {}, [[]], [None], {"": None}, ["x"] * 2000, [0] * 2000, "\ud800"),
    *STRINGS,
)


# Bytes, whatever they are.


def _span(rng: random.Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 1, 2, 4, 16, 100, 1000)))


def flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwritten(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def cut_out(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def put_in(rng: random.Random, data: bytes) -> bytes:
    start, _ = _span(rng, data)
    return data[:start] + rng.choice(INTERESTING) * rng.choice((1, 1, 2, 8, 300)) + data[start:]


def repeated(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50)) + data[end:]


def truncated(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def swapped(rng: random.Random, data: bytes) -> bytes:
    a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def number_in(rng: random.Random, data: bytes) -> bytes:
    """A length or a count somewhere becomes another."""
    form = rng.choice(("<H", ">H", "<I", ">I"))
    size = struct.calcsize(form)
    if len(data) < size:
        return data
    start = rng.randrange(len(data) - size + 1)
    most = 256**size - 1
    number = struct.pack(
        form, rng.choice((0, 1, most, most // 2, most // 2 + 1, rng.randint(0, most)))
    )
    return data[:start] + number + data[start + size :]


BYTES: tuple[Mutator, ...] = (
    flipped,
    overwritten,
    cut_out,
    put_in,
    repeated,
    truncated,
    swapped,
    number_in,
)


# MIDI.


def midi_chunks(rng: random.Random, data: bytes) -> bytes:
    """Another header, tracks left out, doubled, or with a length that is not theirs."""
    chunks, place = [], 0
    while place + 8 <= len(data):
        name, size = struct.unpack_from(">4sI", data, place)
        chunks.append((name, data[place + 8 : place + 8 + size]))
        place += 8 + size
    kind, count, division = struct.unpack(">HHH", chunks[0][1][:6])
    wild = lambda value: rng.choice((value, value, 0, 1, 2, 3, 255, 32767, 32768, 65535))  # noqa: E731
    header = struct.pack(">HHH", wild(kind), wild(count), wild(division))
    tracks = chunks[1:] * rng.choice((1, 1, 1, 2, 20))
    rng.shuffle(tracks)
    tracks = tracks[: rng.randrange(len(tracks) + 1)] or tracks
    made = b"MThd" + struct.pack(">I", rng.choice((6, 6, 6, 7, 0, 1 << 31))) + header
    for name, body in tracks:
        size = rng.choice((len(body),) * 4 + (0, len(body) // 2, 2**32 - 1))
        made += rng.choice((name,) * 6 + (b"XXXX", b"\0\0\0\0")) + struct.pack(">I", size) + body
    return made


def midi_events(rng: random.Random, data: bytes) -> bytes:
    """Odd events in the middle of a track."""
    odd = (
        b"\x00\xff\x51\x03\x00\x00\x00",
        b"\x00\xff\x51\x03\xff\xff\xff",
        b"\xff\xff\xff\x7f\x90\x40\x40",
        b"\x00\xff\x58\x04\x00\x00\x00\x00",
        b"\x00\xff\x59\x02\x7f\x09",
        b"\x00\xff\x03\x20" + b"<img src=x onerror=alert(1)>".ljust(32),
        b"\x00\xff\x7f\xff\xff\xff\x7f",
        b"\x00\xf0\x05\x01\x02",
        b"\x00\xf4\x00",
        b"\x00\x90\xff\xff",
        b"\x00\xff\x2f\x00",
        b"\x00\xc0\xff",
        b"\x81\x00\x90\x3c\x40" * 300,
        b"\x00\x90\x3c\x40\x01\x80\x3c\x00" * 800,
    )
    place = rng.randrange(22, max(23, len(data)))
    for _ in range(rng.choice((1, 1, 3))):
        data = data[:place] + rng.choice(odd) + data[place:]
    return data


# Tables: CSV and vectors written as text.


def _cells(separators: bytes) -> Mutator:
    def cells(rng: random.Random, data: bytes) -> bytes:
        separator = bytes([rng.choice(separators)])
        lines = data.split(b"\n")
        for _ in range(rng.choice((1, 1, 3, 30))):
            line = rng.choice((0, rng.randrange(len(lines))))
            fields = lines[line].split(separator)
            place = rng.randrange(len(fields))
            what = rng.randrange(5)
            if what < 3:
                fields[place] = rng.choice(STRINGS).encode()
            elif what == 3:
                del fields[place]
            else:
                fields.insert(place, fields[place])
            lines[line] = separator.join(fields)
        return b"\n".join(lines)

    return cells


def lines(rng: random.Random, data: bytes) -> bytes:
    parts = data.split(b"\n")
    what = rng.randrange(4)
    if what == 0:
        rng.shuffle(parts)
    elif what == 1:
        parts = parts[: rng.randrange(len(parts) + 1)]
    elif what == 2:
        parts = parts * rng.choice((2, 30))
    else:
        parts = [rng.choice(parts) for _ in parts]
    return rng.choice((b"\n", b"\n", b"\r\n", b"\r", b"\n\n")).join(parts)


def wide(rng: random.Random, data: bytes) -> bytes:
    """One line, or every line, has very many cells."""
    parts = data.split(b"\n")
    more = rng.choice((b",", b";", b"\t", b" ", b",1", b'"a",')) * rng.choice((150, 2000, 40_000))
    if rng.random() < 0.5:
        place = rng.randrange(len(parts))
        parts[place] = parts[place] + more
    else:
        parts = [part + more[: LONGEST // len(parts)] for part in parts]
    return b"\n".join(parts)


def quotes(rng: random.Random, data: bytes) -> bytes:
    """Quotes that open and are never closed, or are closed much later."""
    parts = data.split(b"\n")
    for place in rng.sample(range(len(parts)), min(len(parts), rng.choice((1, 2, 20)))):
        at = rng.choice((0, parts[place].find(b",") + 1))
        parts[place] = parts[place][:at] + rng.choice((b'"', b'""', b'"""')) + parts[place][at:]
    return b"\n".join(parts)


def another_separator(rng: random.Random, data: bytes) -> bytes:
    return data.replace(*rng.sample((b",", b";", b"\t", b"|", b" "), 2))


def another_encoding(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7")),
        "replace",
    )


def another_header(rng: random.Random, data: bytes) -> bytes:
    """The word count and dimension of word2vec become others."""
    first, newline, rest = data.partition(b"\n")
    numbers = ("0", "1", "2", "-1", "8", "99999999999", "1000000", "nan", "")
    header = f"{rng.choice(numbers)} {rng.choice(numbers)}".encode()
    return header + b"\n" + (rest if rng.random() < 0.7 else first + newline + rest)


# Archives.


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return made.getvalue()


def members(rng: random.Random, data: bytes) -> bytes:
    """Members left out, renamed, exchanged, damaged."""
    parts = list(_members(data).items())
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(parts))
        name, body = parts[place]
        what = rng.randrange(6)
        if what == 0 and len(parts) > 1:
            del parts[place]
        elif what == 1:
            parts[place] = rng.choice(("../../x", "/x", "a" * 300, "con", "x\n", "")) + name, body
        elif what == 2:
            parts[place] = name, rng.choice(parts)[1]
        elif what == 3:
            parts.append(
                (name + rng.choice(("", "2")), body) if rng.random() < 0.5 else ("x", body)
            )
        else:
            parts[place] = name, rng.choice(BYTES)(rng, body)
    if len({name for name, _ in parts}) < len(parts):
        parts = list(dict(parts).items())
    return _zipped(parts, rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))


def json_values(rng: random.Random, data: bytes) -> bytes:
    """Values of a JSON member become others."""
    parts = _members(data)
    names = [name for name in parts if name.endswith(".json")]
    if not names:
        return members(rng, data)
    name = rng.choice(names)
    tree = json.loads(parts[name])
    for _ in range(rng.choice((1, 1, 1, 3))):
        tree = _changed(rng, tree)
    text = json.dumps(tree)
    if rng.random() < 0.05:
        text = rng.choice(("[" * 100_000, "NaN", "1e999", '{"a":' * 5000, "9" * 5000))
    parts[name] = text.encode("utf-8", "surrogatepass")
    return _zipped(list(parts.items()))


def _changed(rng: random.Random, tree: object) -> object:
    """The tree with one value exchanged, at any depth, each depth as likely."""
    if isinstance(tree, dict) and tree and rng.random() < 0.85:
        key = rng.choice(list(tree))
        what = rng.random()
        if what < 0.08:
            return {name: value for name, value in tree.items() if name != key}
        return {**tree, key: _changed(rng, tree[key])}
    if isinstance(tree, list) and tree and rng.random() < 0.85:
        place = rng.randrange(len(tree))
        if rng.random() < 0.1:
            return tree[:place] + tree[place + 1 :]
        return [*tree[:place], _changed(rng, tree[place]), *tree[place + 1 :]]
    return rng.choice(VALUES)


def array_headers(rng: random.Random, data: bytes) -> bytes:
    """An array that says it has another shape or type than it has."""
    parts = _members(data)
    names = [name for name in parts if name.endswith(".npy")]
    if not names:
        return members(rng, data)
    name = rng.choice(names)
    kinds = ("<f4", "<f8", ">f4", "<i8", "|O", "<U4", "|V8", "<c8", "|b1", "<M8[ns]", "|S9")
    shapes = ((), (0,), (1,), (-1,), (3, 0), (2**40,), (10**6, 10**6), (2, 2, 2), (5,), (1, 64))
    about = {
        "descr": rng.choice(kinds),
        "fortran_order": rng.random() < 0.2,
        "shape": rng.choice(shapes),
    }
    header = rng.choice((repr(about),) * 6 + ("{", "__import__('os')", "[" * 2000, "None")).encode()
    header = header + b" " * 10 + b"\n"
    body = parts[name][128:] if rng.random() < 0.7 else rng.randbytes(rng.choice((0, 4, 400)))
    if rng.random() < 0.3:  # values that are no numbers
        body = np.array(
            [np.nan, np.inf, -np.inf, 3e38] * (len(body) // 16 + 1), np.float32
        ).tobytes()[: len(body)]
        header = parts[name][10:128]
    parts[name] = (
        b"\x93NUMPY"
        + bytes([rng.choice((1, 1, 1, 2, 9)), 0])
        + struct.pack("<H", len(header))
        + header
        + body
    )
    return _zipped(list(parts.items()))


def bomb(rng: random.Random, data: bytes) -> bytes:
    """A member that unpacks to far more than it should."""
    parts = _members(data)
    name = rng.choice(list(parts))
    parts[name] = parts[name] + bytes(rng.choice((1_000_000, 20_000_000)))
    return _zipped(list(parts.items()))


def many_members(rng: random.Random, data: bytes) -> bytes:
    """Very many members beside those that belong there, or only their entry count."""
    if rng.random() < 0.3:  # the record at the end counts more than there are
        at = data.rfind(b"PK\5\6")
        return data[: at + 8] + b"\xff\xff\xff\xff" + data[at + 12 :]
    names = [f"{n}.{rng.choice(('txt', 'npy', 'json'))}" for n in range(rng.choice((100, 5000)))]
    parts = [*_members(data).items(), *((name, b"") for name in names)]
    rng.shuffle(parts)
    return _zipped(parts, zipfile.ZIP_STORED)


def compressible(rng: random.Random, data: bytes) -> bytes:
    """Arrays of zeros, far larger than they are packed."""
    parts = _members(data)
    for name in [name for name in parts if name.endswith(".npy")]:
        kind, shape = rng.choice(
            (
                ("<f4", (8_000_000,)),
                ("<f4", (20_000, 300)),
                ("<U8", (500_000,)),
                ("<f8", (3, 900_000)),
            )
        )
        made = io.BytesIO()
        order = rng.random() < 0.3
        about = {"descr": kind, "fortran_order": order, "shape": shape}
        np.lib.format.write_array_header_1_0(made, about)
        parts[name] = made.getvalue() + bytes(int(np.prod(shape)) * np.dtype(kind).itemsize)
    return _zipped(list(parts.items()))


ARCHIVE: tuple[Mutator, ...] = (
    many_members,
    compressible,
    *(members,) * 3,
    *(json_values,) * 6,
    *(array_headers,) * 4,
)


def _alone(data: bytes) -> bytes:
    return _zipped([("vectors.txt", data)])


def _beside_others(data: bytes) -> bytes:
    """A tar archive, packed, with a note beside the file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, body in (("README.md", b"# Vectors"), ("vectors.txt", data)):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return made.getvalue()


def packed(inside: tuple[Mutator, ...]) -> Mutator:
    """Mutate, then pack; or pack, then damage the packing."""

    def both(rng: random.Random, data: bytes) -> bytes:
        if rng.random() < 0.5:
            data = rng.choice(inside)(rng, data)
        pack = rng.choice((gzip.compress, bz2.compress, lzma.compress, _alone, _beside_others))
        data = pack(data)
        return rng.choice(BYTES)(rng, data) if rng.random() < 0.5 else data

    return both


@dataclass(frozen=True)
class Kind:
    """One kind of upload.

    Attributes
    ----------
    suffixes : tuple of str
        What the page's uploader accepts.
    seeds : callable
        Sound files.
    structure : tuple of mutators
    share : float
        How often the structure is attacked rather than the bytes.
    """

    name: str
    suffixes: tuple[str, ...]
    seeds: Callable[[], list[bytes]]
    structure: tuple[Mutator, ...]
    share: float = 0.6


def mutants(kind: Kind, count: int, seed: int = 2026) -> Iterator[bytes]:
    """``count`` of them, each made of a sound file by one to three changes."""
    sound = _sound(kind)
    for number in range(count):
        rng = random.Random(f"{seed} {kind.name} {number}")
        data = rng.choice(sound)
        for change in range(rng.choice((1, 1, 1, 2, 3))):
            # Structure first: once the bytes are damaged there may be none left.
            structured = change == 0 and rng.random() < kind.share
            if change and data[:2] in PACKED and rng.random() < 0.9:
                break  # whatever was changed inside would be lost behind a broken packing
            data = rng.choice(kind.structure if structured else BYTES)(rng, data)
        yield data[:LONGEST] if kind.structure is not ARCHIVE else data


@cache
def _sound(kind: Kind) -> list[bytes]:
    return kind.seeds()


# Sound files.


def midi_files() -> list[bytes]:
    from seqlib.jazz.corpus import default_corpus
    from seqlib.music import arrange, write_midi

    melodies = default_corpus().melodies
    plain = [write_midi(melody) for melody in melodies[:3]]
    return [*plain, write_midi(melodies[3], arrange(melodies[3]))]


def sentence_files() -> list[bytes]:
    from seqlib.text import shipped, template, write_csv

    part = shipped().test.subset(np.arange(60))
    numbers = "\n".join(
        f"{text};{label}" for text, label in zip(part.sentences, part.labels, strict=True)
    )
    emoji = "\n".join(
        f'"{text}"\t{part.classes[label].emoji}'
        for text, label in zip(part.sentences, part.labels, strict=True)
    )
    return [write_csv(part), template(), numbers.encode(), b"label\ttext\n" + emoji.encode()]


def vector_files() -> list[bytes]:
    from seqlib import vectors

    shipped = vectors.load()
    words = [shipped.words[place] for place in range(0, 400, 5)]
    rows = np.asarray(shipped.matrix[1:401:5])[:, :8]
    text = "\n".join(
        f"{word} " + " ".join(f"{x:.4f}" for x in row)
        for word, row in zip(words, rows, strict=True)
    )
    header = f"{len(words)} {rows.shape[1]}\n"
    binary = header.encode() + b"".join(
        word.encode() + b" " + row.astype("<f4").tobytes()
        for word, row in zip(words, rows, strict=True)
    )
    npz = io.BytesIO()
    np.savez_compressed(npz, words=np.array(words), vectors=rows.astype(np.float32))
    return [
        text.encode(),
        (header + text + "\n").encode(),
        text.replace(" ", "\t").encode(),
        binary,
        npz.getvalue(),
    ]


def model_files() -> list[bytes]:
    from seqlib import vectors
    from seqlib.emojify import pretrained, save_model
    from seqlib.text import shipped

    table = vectors.load()
    model, _ = pretrained.load(table)
    words = sorted(shipped().test.words)[:60]
    about = pretrained.card()["settings"]
    return [
        save_model(model, words, vectors=table, settings=about),
        save_model(model, words, settings=about),
    ]


def visit_files() -> list[bytes]:
    """One with everything that can be brought, one with runs."""
    from seqlib import vectors
    from seqlib.emojify import EmojifyRun, EmojifySettings, Lexicon, pretrained
    from seqlib.jazz import JazzWeights
    from seqlib.jazz.corpus import default_corpus
    from seqlib.jazz.training import RunSettings, TrainingRun
    from seqlib.music import write_midi
    from seqlib.text import shipped
    from seqlib.training.run import Record, State
    from seqlib.vectors import WordVectors
    from ui.visit.format import EMOJI_NUMBERS
    from ui.visit.memory import Visit
    from ui.visit.reading import song_of
    from ui.visit.records import EmojiRecord
    from ui.visit.writing import save_visit

    corpus, table, sentences = default_corpus(), vectors.load(), shipped()
    midi = "blues", write_midi(corpus.melodies[0])
    own = WordVectors.of(
        [table.words[place] for place in range(40)], table.matrix[1:41][:, :8], "own.txt"
    )
    rows = [("I am sad", "sad", "train"), ("I am glad", "happy", "test")]
    brought = Visit(
        work={
            "song": song_of(*midi),
            "song_file": midi,
            "emoji_mine": sentences,
            "emoji_draft": (
                "our sentences",
                pd.DataFrame(rows, columns=["sentence", "label", "part"]),
            ),
            "emoji_file_bytes": model_files()[0],
            "own_vectors:my file": own,
            "quiz": {"number": 3, "right": 2, "asked": 5},
        },
        links={"jazz": {"corpus": ("my MIDI",), "Tx": ("12",)}, "emojify": {"shuffle": ("16",)}},
        loose={"jump": "music", "emoji_edit": True},
    )
    settings, n = RunSettings(epochs=4, m=3, Tx=5, n_a=8), 4
    loss = np.linspace(3, 1, n * 5, dtype=np.float32).reshape(n, 5)
    weights = JazzWeights.initial(8, corpus.n_values)
    probe = np.zeros((5, corpus.n_values), np.float32)
    times = np.arange(1.0, n + 1)
    measured = {"loss": loss, "accuracy": loss / 4, "seconds": times}
    record = Record(settings, State.DONE, measured, weights)
    jazz = TrainingRun.from_record(record, probe=probe)
    model, _ = pretrained.load(table)
    made = EmojifySettings(**{**vars(EmojifySettings()), **_settings_of(model), "epochs": n})
    k = sentences.train.n_classes
    confusion = np.zeros((n, k, k), np.int32)
    confusion[:, range(k), range(k)] = sentences.test.counts
    numbers = np.linspace(1, 0.5, n, dtype=np.float32)
    measured = {**dict.fromkeys(EMOJI_NUMBERS, numbers), "confusion": confusion, "seconds": times}
    record = Record(made, State.DONE, measured, model.weights, (n, model.weights))
    emoji = EmojifyRun.from_record(
        record,
        train=sentences.train,
        test=sentences.test,
        lexicon=Lexicon.of(table, made.unknown),
    )
    trained = Visit(
        work={
            "jazz_runs": {corpus.vocabulary: jazz},
            "emoji_runs": [EmojiRecord(1, emoji, "our sentences", table)],
            "emoji_mine": sentences,
        }
    )
    return [save_visit(brought), save_visit(trained)]


def _settings_of(model: Any) -> dict[str, Any]:
    weights = model.weights
    return {
        "units": weights.n_a,
        "maxlen": model.maxlen,
        "mask": weights.mask,
        "unknown": model.lexicon.unknown,
    }


def _of_vectors(rng: random.Random, data: bytes) -> bytes:
    if data.startswith(b"PK"):
        return rng.choice((members, array_headers, many_members, compressible))(rng, data)
    text = (_cells(b" \t"), lines, wide, another_separator, another_encoding, another_header)
    return rng.choice((*text, packed(text)))(rng, data)


MIDI = Kind("MIDI", (".mid", ".midi", ".kar"), midi_files, (midi_chunks, midi_events))
CSV = Kind(
    "sentences",
    (".csv", ".tsv", ".txt"),
    sentence_files,
    (_cells(b",;\t"), _cells(b",;\t"), lines, wide, quotes, another_separator, another_encoding),
)
VECTORS = Kind(
    "vectors", (".txt", ".vec", ".bin", ".gz", ".zip", ".npz"), vector_files, (_of_vectors,)
)
MODELS = Kind("emoji model", (".seqscope",), model_files, ARCHIVE, 0.9)
VISITS = Kind("visit", (".seqscope",), visit_files, ARCHIVE, 0.9)
KINDS = (MIDI, CSV, VECTORS, MODELS, VISITS)
