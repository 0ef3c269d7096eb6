"""Read and write zip archives of JSON and plain arrays, for saved models and saved visits.

Parts are asked for by the names we gave them, never extracted to a path on disk. Every size
is checked before anything is unpacked, and no part can hold code.
"""

from __future__ import annotations

import heapq
import io
import json
import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, NoReturn, cast

import numpy as np

from seqlib import limits
from seqlib.i18n import InputError, Later

DATE = (2026, 1, 1, 0, 0, 0)  # the same content gives the same bytes
_END = b"PK\5\6"  # begins the record at the end of a zip
MAX_HEADER = 4096  # bytes before an array's data
# What unpacking raises for damaged data, what else zipfile raises, and what NumPy raises for
# damaged headers of arrays.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError),
)
BROKEN = (*DAMAGED, RuntimeError, OSError)
BAD_HEADER = (
    *(ValueError, SyntaxError, TypeError, OverflowError, EOFError),
    *(tokenize.TokenError, RecursionError, MemoryError),
)
BFLOAT16 = np.dtype("V2")  # which NumPy lacks
# Types of floats in safetensors.
TENSORS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "V2"}


class ArchiveError(InputError):
    """Raised for a file that is no archive of ours or is damaged; the message is one sentence."""


def write(parts: Mapping[str, bytes]) -> bytes:
    """Pack named parts into a zip archive; equal parts give equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


class _Largest(io.RawIOBase):
    """A zip archive of which only the largest members are listed, so that it costs little.

    ``begin`` and ``nbytes`` say where the list of all stands.
    """

    def __init__(self, file: IO[bytes], begin: int, nbytes: int) -> None:
        kept = heapq.nlargest(limits.EXAMINED, _entries(file, begin, nbytes))
        listed = b"".join(entry for _size, entry in kept)
        numbers = (0, 0, len(kept), len(kept), len(listed), begin, 0)
        self._file, self._begin, self._at = file, begin, 0
        self._end = listed + struct.pack("<4s4H2LH", _END, *numbers)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._begin + len(self._end))[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        data = b""
        if self._at < self._begin:
            self._file.seek(self._at)
            data = self._file.read(self._begin - self._at if size < 0 else size)
        else:
            at = self._at - self._begin
            data = self._end[at : None if size < 0 else at + size]
        self._at += len(data)
        return data


def _entries(file: IO[bytes], begin: int, nbytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield the size that each member unpacks to, and its entry in the list of members."""
    file.seek(begin)
    while nbytes > 0 and (head := file.read(46))[:4] == b"PK\1\2" and len(head) == 46:
        size, *lengths = struct.unpack_from("<L3H", head, 24)
        entry = head + file.read(sum(lengths))
        nbytes -= len(entry)
        yield size, entry


def open_zip(file: IO[bytes], largest: bool = False) -> zipfile.ZipFile:
    """Open a zip archive whose list of members is not too long to be read.

    Of one with a longer list, ``largest`` opens the largest members only. Raises
    ``zipfile.BadZipFile`` for a file that is no zip, and for one of too many members otherwise.
    """
    try:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - (1 << 16) - 22))
        tail = file.read()
        at = len(tail) - 22 if tail[-22:-18] == _END and tail[-2:] == b"\0\0" else tail.rfind(_END)
        if 0 <= at <= len(tail) - 22:
            members, nbytes, begin = struct.unpack_from("<HLL", tail, at + 10)
            if members > limits.MEMBERS or nbytes > limits.MEMBERS * limits.MEMBER_BYTES:
                if largest:
                    return zipfile.ZipFile(cast(IO[bytes], _Largest(file, begin, nbytes)))
                said = Later("it has more than {most:,} members", {"most": limits.MEMBERS})
                raise zipfile.BadZipFile(said)
        return zipfile.ZipFile(file)
    except (ValueError, OSError) as problem:  # for negative offsets in the file
        raise zipfile.BadZipFile(str(problem)) from problem


class Reader:
    """Read the parts of a zip archive, which may unpack to ``largest`` bytes together.

    Raises ``ArchiveError`` if ``data`` is not a zip.
    """

    def __init__(self, data: bytes, largest: int) -> None:
        self._left = largest
        try:
            self._archive = open_zip(io.BytesIO(data))
            names = [info.filename for info in self._archive.infolist()]
        except (*BROKEN, ValueError) as problem:
            raise ArchiveError("This file is not a zip archive.") from problem
        if len(set(names)) != len(names):
            raise ArchiveError("This file holds a part twice.")
        self.names: Collection[str] = frozenset(names)

    def part(self, name: str, largest: int | None = None) -> bytes:
        """Unpack one part, at most ``largest`` bytes and what earlier parts have left.

        Raises ``ArchiveError`` if the part is missing, too large or damaged.
        """
        try:
            info = self._archive.getinfo(name)
        except KeyError:
            raise ArchiveError("The part “{name}” is missing.", name=name) from None
        if info.file_size > min(self._left, self._left if largest is None else largest):
            raise ArchiveError("The part “{name}” unpacks to more than allowed.", name=name)
        try:
            with self._archive.open(info) as member:
                data = member.read(info.file_size)  # never more than its entry says
        except (*BROKEN, ValueError) as problem:
            raise ArchiveError("The part “{name}” cannot be unpacked.", name=name) from problem
        if len(data) != info.file_size:
            raise ArchiveError("The part “{name}” is cut short.", name=name)
        self._left -= len(data)
        return data

    def archive(self, name: str) -> bytes:
        """Unpack a part that is itself an archive, whose own parts count against the limit too."""
        data = self.part(name)
        try:
            inner = open_zip(io.BytesIO(data))
        except (*BROKEN, ValueError) as problem:
            raise ArchiveError("The part “{name}” cannot be unpacked.", name=name) from problem
        self._left -= sum(info.file_size for info in inner.infolist())
        if self._left < 0:
            raise ArchiveError("The part “{name}” unpacks to more than allowed.", name=name)
        return data

    def json(self, name: str, largest: int, values: int) -> Any:
        """Read a JSON part of at most so many bytes and values; NaN and infinity are refused."""
        data = self.part(name, largest)
        try:
            if most_values(data) > values:
                raise ValueError("too many values")
            return json.loads(data.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as problem:
            raise ArchiveError("The part “{name}” cannot be read.", name=name) from problem

    def array(self, name: str, dtype: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """Read an array part, read-only; its type, shape and length must be as expected.

        Any shape is accepted if ``shape`` is None, but the data must be as long as the header
        says. Raises ``ArchiveError`` otherwise, and for values that are not finite.
        """
        dtype = np.dtype(dtype)
        limit = None if shape is None else _nbytes(dtype, shape) + MAX_HEADER
        data = self.part(name, limit)
        held = io.BytesIO(data)
        try:
            found, fortran_order, found_dtype = array_header(held)
            rest = memoryview(data)[held.tell() :]
            fits = found_dtype == dtype and not fortran_order and shape in (None, found)
            if not fits or len(rest) != _nbytes(dtype, found):
                raise ArchiveError(
                    "The array “{name}” is not the one that belongs there.", name=name
                )
            array = np.frombuffer(rest, dtype).reshape(found)
        except ArchiveError:
            raise
        except BAD_HEADER as problem:
            raise ArchiveError("The array “{name}” cannot be read.", name=name) from problem
        if dtype.kind == "f" and not np.isfinite(array).all():
            raise ArchiveError("The array “{name}” has values that are not numbers.", name=name)
        return array


def most_values(data: bytes) -> int:
    """Return how many values some JSON has at most: a comma or a bracket stands before each."""
    return 1 + sum(map(data.count, (b",", b"[", b"{")))


def tensors(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what safetensors begin with: about each tensor, and the file's notes.

    Raises ``ValueError`` for what is no JSON, or holds too many values.
    """
    if most_values(data) > limits.JSON_VALUES:
        raise ValueError("too many values")
    about = json.loads(data)
    notes = about.pop("__metadata__", None) or {}
    return about, notes


def float32(array: np.ndarray) -> np.ndarray:
    """Convert floats to float32; those too large become infinite."""
    if array.dtype == BFLOAT16:  # the upper half of a float32
        return (np.ascontiguousarray(array).view("<u2").astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):
        return np.asarray(array, np.float32)


def array_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read an array's shape, whether it is in Fortran's order, and its type.

    Raises one of ``BAD_HEADER`` for what is no array of NumPy's. Of its versions only the first
    is read, whose header has 64 KB at most: others are for records, and may promise gigabytes.
    """
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another version")
    return np.lib.format.read_array_header_1_0(file)


def _nbytes(dtype: np.dtype, shape: tuple[int, ...]) -> int:
    return dtype.itemsize * math.prod(shape)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def array_bytes(array: np.ndarray, dtype: Any) -> bytes:
    """Write an array as ``Reader.array`` reads it."""
    held = io.BytesIO()
    # C order as written, whatever the order in memory.
    np.save(held, np.ascontiguousarray(array, dtype).reshape(array.shape), allow_pickle=False)
    return held.getvalue()


def json_bytes(value: Any) -> bytes:
    """Write JSON as ``Reader.json`` reads it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()
