"""A zip of JSON and plain arrays: nothing in it can run, and nothing is read beyond bounds.

Names are ours. No path of a file is ever used on disk, and sizes are checked before
anything is unpacked.
"""

from __future__ import annotations

import io
import json
import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from seqlib.i18n import _

# What zipfile raises for damaged archives, and NumPy for damaged headers of arrays.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, OSError),
)
BAD_HEADER = (
    *(ValueError, SyntaxError, TypeError, OverflowError, EOFError),
    *(tokenize.TokenError, RecursionError, MemoryError),
)

DATE = (2026, 1, 1, 0, 0, 0)  # the same content gives the same bytes


class ArchiveError(ValueError):
    """A file that is not such an archive, or a damaged one; the message is one sentence."""


def write(parts: Mapping[str, bytes]) -> bytes:
    """The archive that holds these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


class Reader:
    """An archive opened for reading within bounds.

    Parameters
    ----------
    data : bytes
    largest : int
        Bytes that all parts which are read may unpack to.

    Raises
    ------
    ArchiveError
        If ``data`` is not a zip.
    """

    def __init__(self, data: bytes, largest: int) -> None:
        self._left = largest
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            names = [info.filename for info in self._archive.infolist()]
        except (*BROKEN, ValueError) as problem:
            raise ArchiveError(_("This file is not a zip archive.")) from problem
        if len(set(names)) != len(names):
            raise ArchiveError(_("This file holds a part twice."))
        self.names: Collection[str] = frozenset(names)

    def bytes(self, name: str, largest: int | None = None) -> bytes:
        """A part, if it is there and not larger than is left of the bounds."""
        try:
            info = self._archive.getinfo(name)
        except KeyError:
            raise ArchiveError(_("The part “{name}” is missing.", name=name)) from None
        if info.file_size > min(self._left, self._left if largest is None else largest):
            raise ArchiveError(_("The part “{name}” unpacks to more than allowed.", name=name))
        try:
            with self._archive.open(info) as member:
                data = member.read(info.file_size)  # never more than its entry says
        except (*BROKEN, ValueError) as problem:
            raise ArchiveError(_("The part “{name}” cannot be unpacked.", name=name)) from problem
        if len(data) != info.file_size:
            raise ArchiveError(_("The part “{name}” is cut short.", name=name))
        self._left -= len(data)
        return data

    def spend(self, nbytes: int, name: str) -> None:
        """Count what a part within a part unpacks to."""
        if nbytes > self._left:
            raise ArchiveError(_("The part “{name}” unpacks to more than allowed.", name=name))
        self._left -= nbytes

    def json(self, name: str, largest: int) -> Any:
        """A part that is JSON. NaN and infinity are refused."""
        try:
            return json.loads(self.bytes(name, largest).decode("utf-8"), parse_constant=_refuse)
        except ArchiveError:
            raise
        except (ValueError, RecursionError) as problem:
            raise ArchiveError(_("The part “{name}” cannot be read.", name=name)) from problem

    def array(self, name: str, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
        """A part that is exactly this array: type, shape and length must be as expected.

        The result is read-only. Values that are not finite are refused.
        """
        dtype = np.dtype(dtype)
        wanted = dtype.itemsize * int(np.prod(shape, dtype=object))
        held = io.BytesIO(self.bytes(name, wanted + 4096))
        try:
            if np.lib.format.read_magic(held) != (1, 0):
                raise ValueError("an unusual version")
            found, fortran_order, found_dtype = np.lib.format.read_array_header_1_0(held)
        except BAD_HEADER as problem:
            raise ArchiveError(_("The array “{name}” cannot be read.", name=name)) from problem
        rest = held.read()
        if found != shape or found_dtype != dtype or fortran_order or len(rest) != wanted:
            raise ArchiveError(
                _("The array “{name}” is not the one that belongs there.", name=name)
            )
        array = np.frombuffer(rest, dtype).reshape(shape)
        if dtype.kind == "f" and not np.isfinite(array).all():
            raise ArchiveError(_("The array “{name}” has values that are not numbers.", name=name))
        return array


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def array_bytes(array: np.ndarray, dtype: Any) -> bytes:
    """An array as ``Reader.array`` reads it."""
    held = io.BytesIO()
    # C order as written, whatever the order in memory.
    np.save(held, np.ascontiguousarray(array, dtype).reshape(array.shape), allow_pickle=False)
    return held.getvalue()


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()
