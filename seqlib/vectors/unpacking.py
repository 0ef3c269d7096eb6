"""Unpack a file as it is read, and find what an archive holds that is vectors.

A file may be packed in several layers, such as text in tar in gzip. Each layer is a stream over
the one below it, so no more is held than what is read at once.
"""

from __future__ import annotations

import bz2
import gzip
import heapq
import io
import itertools
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, NamedTuple, cast

from seqlib import limits
from seqlib.archive import DAMAGED, open_zip
from seqlib.i18n import Later
from seqlib.vectors.formats import NUMBERS, dim_of
from seqlib.vectors.report import Findings, VectorsError
from seqlib.vectors.text import BLOCK, take

HEAD = 256 << 10  # bytes of a file by which its format is found
ARCHIVE_ERRORS = (*DAMAGED, gzip.BadGzipFile, tarfile.TarError)
_TEXTS = (".tsv", ".txt", ".csv")
_WORDS = re.compile(r"meta|word|vocab|label", re.IGNORECASE)
Progress = Callable[[float], object]
_UNPACKERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}


class Stream:
    """Read a stream within the bound of its findings; a packed one that is cut off ends early.

    One that is ``made`` of what such a stream gives has no bound of its own.

    Attributes
    ----------
    head : bytes
        The first bytes, at most ``HEAD``, with which ``read`` begins all the same.
    whole : bool
        Whether there is no more than the head.
    """

    def __init__(
        self, file: Any, findings: Findings, packed: bool = False, made: bool = False
    ) -> None:
        self._file, self.findings = file, findings
        self._packed, self._made = packed, made
        self._read, self._again = 0, io.BytesIO()
        self.head = take(self, HEAD)
        self._again = io.BytesIO(self.head)
        self.whole = len(self.head) < HEAD

    def read(self, size: int = BLOCK, /) -> bytes:
        if data := self._again.read(size):
            return data
        data = self._in_steps(size) if self._packed else self._file.read(size)
        self._read += len(data)
        if self._read > self.findings.largest and not self._made:
            raise self.findings.too_large()
        return data

    def _in_steps(self, size: int) -> bytes:
        """Read in small steps: the one that meets the end of a file cut off loses its data."""
        parts: list[bytes] = []
        missing = size
        try:
            while missing > 0 and (part := self._file.read1(missing)):
                parts.append(part)
                missing -= len(part)
        except EOFError:
            if "file ends early" not in self.findings.counts:
                self.findings.add("file ends early", None)
        except OSError as problem:  # what bz2 raises, among others
            raise zlib.error(str(problem)) from problem
        return b"".join(parts)


def unpacked(stream: Stream, layers: int = limits.LAYERS) -> Stream:
    """Unpack a stream that is packed, in so many layers at most."""
    for sign, unpack in _UNPACKERS.items():
        if layers and stream.head.startswith(sign):
            inner = Stream(unpack(stream), stream.findings, packed=True)
            return unpacked(inner, layers - 1)
    return stream


class _Watched:
    """Tell how far a file has been read."""

    def __init__(self, raw: BinaryIO, progress: Progress | None) -> None:
        self._raw, self._progress = raw, progress
        self._size = raw.seek(0, io.SEEK_END) or 1
        raw.seek(0)

    def read(self, size: int = BLOCK, /) -> bytes:
        data = self._raw.read(size)
        if self._progress:
            self._progress(min(self._raw.tell() / self._size, 1.0))
        return data


class Member(NamedTuple):
    """A file in an archive, and the dimension of the vectors it holds, see ``dim_of``."""

    name: str
    size: int
    dim: int


def opened(
    raw: BinaryIO,
    name: str,
    member: str | None,
    findings: Findings,
    progress: Progress | None,
) -> Stream | zipfile.ZipFile:
    """Unpack a file down to what holds the vectors: a stream, or an archive of arrays only.

    Raises ``VectorsError`` for an archive in which nothing, or not ``member``, holds vectors.
    """

    def start() -> Stream:
        return unpacked(Stream(_Watched(raw, progress), findings))

    stream = start()
    if stream.head[:4] in (b"PK\3\4", b"PK\5\6") and raw.seekable():
        raw.seek(0)
        if raw.read(2) != b"PK":
            raise VectorsError("{name} has an archive inside; unpack it first.", name=name)
        archive = open_zip(raw, largest=True)
        inside = files_in(archive)
        if inside and all(info.filename.endswith(".npy") for info in inside):
            return archive
        wanted = chosen(members_of(archive), member, name, findings)
        return unpacked(Stream(_in_zip(archive, wanted.name), findings, packed=True))
    if stream.head[257:262] == b"ustar":
        sizes = ((inner.size, inner.name) for inner, _file in _in_tar(stream))
        examined = heapq.nlargest(limits.EXAMINED, sizes)
        members = [
            Member(inner.name, inner.size, _dim_of(file))
            for inner, file in _in_tar(start())
            if (inner.size, inner.name) in examined
        ]
        wanted = chosen(members, member, name, findings)
        for inner, file in _in_tar(start()):
            if inner.name == wanted.name:
                return unpacked(Stream(file, findings))
    return stream


def chosen(members: Sequence[Member], member: str | None, name: str, findings: Findings) -> Member:
    """Choose the member asked for, else the fullest, see ``_fullest``."""
    if not members:
        raise VectorsError("{name} is an archive without files.", name=name)
    members = sorted(members, key=lambda one: one.size)
    listed = [one.name for one in members[:5]]
    # Beside vectors, tables of a few numbers are other data.
    found = [one for one in members if one.dim >= 5] or [one for one in members if one.dim > 1]
    asked = next((one for one in members if one.name == member), None)
    if member is not None and asked is None:
        raise VectorsError(
            "{name} has no {member}; it holds {listed}.", name=name, member=member, listed=listed
        )
    if asked is None and not found:
        if len(members) == 1:
            return members[0]  # why it holds none is said where it is read
        raise VectorsError(
            "No file in {name} holds word vectors; it holds {listed}.", name=name, listed=listed
        )
    wanted = asked or _fullest(found, findings.largest)
    others = tuple(one.name for one in found if one is not wanted)
    if asked or others:
        findings.member, findings.others = wanted.name, others
    if others and not asked:
        told = {"file": wanted.name, "others": [*others[:5]]}
        findings.add("other files", None, Later("{file}; not read: {others}", told))
    return wanted


def _fullest(found: Sequence[Member], largest: int) -> Member:
    """Choose the smallest of the members with about the most words, of those that can be read.

    Of a sample and the vectors themselves these are the vectors, of GloVe's four sizes the 50
    numbers of the exercise. There are about as many words as bytes for each of their numbers.
    """
    fitting = [one for one in found if one.size <= largest] or found
    most = max(one.size / one.dim for one in fitting)
    full = (one for one in fitting if one.size / one.dim >= most / 2)
    return min(full, key=lambda one: one.size)


def pair_in(raw: BinaryIO) -> tuple[BinaryIO, bytes] | None:
    """Find rows of numbers and their words in a zip archive that holds nothing else to read."""
    raw.seek(0)
    if raw.read(4) != b"PK\3\4":
        return None
    archive = open_zip(raw, largest=True)
    members = members_of(archive)
    numbers = [one for one in members if one.dim == NUMBERS]
    texts = [one for one in members if not one.dim and one.name.lower().endswith(_TEXTS)]
    words = [one for one in texts if _WORDS.search(PurePosixPath(one.name).name)] or texts
    if len(numbers) != 1 or len(words) != 1 or any(one.dim > 0 for one in members):
        return None
    with _in_zip(archive, words[0].name) as file:
        given = file.read(limits.PAIRED_WORDS + 1)
    return cast(BinaryIO, _in_zip(archive, numbers[0].name)), given


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List an archive's files, without folders, hidden files and what systems add."""
    return [info for info in archive.infolist() if not info.is_dir() and _is_seen(info.filename)]


def _is_seen(path: str) -> bool:
    parts = PurePosixPath(path).parts
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return bool(parts) and not hidden and parts[0] != "__MACOSX" and parts[-1] != "Thumbs.db"


def _in_zip(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise VectorsError("{name} is encrypted; unpack it first.", name=name)
    try:
        return archive.open(info)
    except (ValueError, OSError) as problem:
        raise zipfile.BadZipFile(str(problem)) from problem


def members_of(archive: zipfile.ZipFile) -> list[Member]:
    """Look into an archive's files, the largest first."""
    found = []
    for info in sorted(files_in(archive), key=lambda info: -info.file_size)[: limits.EXAMINED]:
        try:
            with _in_zip(archive, info.filename) as file:
                dim = _dim_of(file)
        except (*ARCHIVE_ERRORS, VectorsError, RuntimeError):
            dim = 0
        found.append(Member(info.filename, info.file_size, dim))
    return found


def _dim_of(file: Any) -> int:
    """Tell the dimension of the vectors in a file, a packed one too, from its first bytes."""
    stream = Stream(io.BytesIO(file.read(HEAD)), Findings(largest=HEAD))
    try:
        inner = unpacked(stream)
    except ARCHIVE_ERRORS:
        return 0
    return dim_of(inner.head, stream.whole and inner.whole)


def _in_tar(stream: Stream) -> Iterator[tuple[tarfile.TarInfo, Any]]:
    """Yield the files of a tar archive, each to be read before the next."""
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
        for inner in itertools.islice(archive, limits.LISTED):
            archive.members = []  # it would keep all of them
            if inner.isfile() and _is_seen(inner.name):
                yield inner, archive.extractfile(inner)
