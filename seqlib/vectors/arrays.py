"""Read vectors from arrays, in pieces: .npz and safetensors."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from seqlib import limits
from seqlib.archive import BAD_HEADER, TENSORS, array_header, float32, tensors
from seqlib.vectors.layout import check_dim
from seqlib.vectors.report import Findings, VectorsError
from seqlib.vectors.text import Block, Readable, take
from seqlib.vectors.unpacking import Stream, files_in

PIECE = 4 << 20  # bytes
WORDS = ("words", "vocab", "vocabulary", "tokens", "labels")


class Array(NamedTuple):
    """An array to be read in pieces: its name, type, shape, order, and the stream of its data."""

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    fortran_order: bool
    data: Readable

    def pieces(self) -> Iterator[np.ndarray]:
        """Yield the array's rows, some at a time."""
        row = self.dtype.itemsize * math.prod(self.shape[1:])
        if row > limits.LINE_BYTES:
            raise VectorsError(
                "The array “{name}” has a row of over {most} MB; leave it out.",
                name=self.name,
                most=limits.LINE_BYTES >> 20,
            )
        if self.fortran_order and len(self.shape) > 1:
            if row * self.shape[0] > limits.ARRAY_BYTES:
                raise VectorsError(
                    "The array “{name}” is stored by columns and too large to be turned; save "
                    "np.ascontiguousarray of it.",
                    name=self.name,
                )
            yield np.ndarray(self.shape, self.dtype, self._exactly(row * self.shape[0]), order="F")
        else:
            step = max(1, PIECE // max(row, 1))
            for start in range(0, self.shape[0], step):
                n = min(step, self.shape[0] - start)
                yield np.ndarray((n, *self.shape[1:]), self.dtype, self._exactly(n * row))

    def _exactly(self, size: int) -> bytes:
        data = take(self.data, size)
        if len(data) < size:
            raise self._wrong()
        return data

    def _wrong(self) -> VectorsError:
        return VectorsError(
            "The array “{name}” is not as long as it says; save words and vectors again.",
            name=self.name,
        )


# .npz


def read_npz(archive: zipfile.ZipFile, findings: Findings) -> Iterator[Block]:
    """Read one array of words and one of vectors, (words, dim), whatever their names."""
    inside = files_in(archive)
    if sum(info.file_size for info in inside) > findings.largest:
        raise findings.too_large()
    words = matrix = None
    for info in inside:
        array = _npy(archive, info)
        if len(array.shape) == 1 and array.dtype.kind in "US":
            words = array
        elif len(array.shape) == 2 and array.dtype.kind in "fiu":
            matrix = array
    if words is None or matrix is None:
        raise VectorsError(
            "The archive needs one array of words (strings) and one of vectors (words, dim)."
        )
    padded = matrix.shape[0] == words.shape[0] + 1  # a padding row, as in the seed's matrix
    if not padded and matrix.shape[0] != words.shape[0]:
        raise VectorsError(
            "There are {n:,} words and {m:,} vectors.", n=words.shape[0], m=matrix.shape[0]
        )
    findings.check(words.shape[0])
    yield from _joined(words.pieces(), matrix, padded)


def _npy(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """Open an array of an archive, which must be as long as its header says."""
    shown = " ".join(info.filename.removesuffix(".npy").split())[:60]
    try:
        stream = archive.open(info)
        shape, fortran_order, dtype = array_header(stream)
    except (*BAD_HEADER, OSError, RuntimeError) as problem:
        raise VectorsError(
            "The array “{name}” cannot be read; save words and vectors again as .npz.", name=shown
        ) from problem
    if dtype.hasobject:
        raise VectorsError(
            "The array “{name}” holds Python objects, which are not safe to open; save the "
            "words as strings: np.array(words, dtype=str).",
            name=shown,
        )
    array = Array(shown, dtype, shape, fortran_order, stream)
    nbytes = dtype.itemsize * math.prod(shape)
    if any(size < 0 for size in shape) or stream.tell() + nbytes != info.file_size:
        raise array._wrong()
    return array


def _joined(words: Iterator[np.ndarray], matrix: Array, padded: bool) -> Iterator[Block]:
    """Yield blocks of words and rows; the pieces of both need not be of one size."""
    check_dim(matrix.shape[1])
    pending: list[Any] = []
    done = 0
    for rows in matrix.pieces():
        if padded and not done and len(rows):
            if rows[0].any():
                n = matrix.shape[0]
                raise VectorsError("There are {n:,} words and {m:,} vectors.", n=n - 1, m=n)
            rows, padded = rows[1:], False
        while len(pending) < len(rows):
            pending += _words(next(words))
        lines = np.arange(done + 1, done + 1 + len(rows))
        yield Block(pending[: len(rows)], float32(rows), lines)
        done, pending = done + len(rows), pending[len(rows) :]


def _words(piece: np.ndarray) -> list[bytes]:
    try:
        return [
            word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word
            for word in piece.tolist()
        ]
    except ValueError:  # for code points that are no characters
        raise VectorsError("The array of words is damaged; save it again.") from None


# safetensors


def read_safetensors(
    stream: Stream, member: str | None, words: list[bytes] | None, findings: Findings
) -> Iterator[Block]:
    """Read the tensor (words, dim) that is an embedding.

    Words are those given, or a list in the metadata; else rows are called by their numbers, and
    the report says so. Of several tensors ``member`` is read, or the one called an embedding.
    """
    size = int.from_bytes(take(stream, 8), "little")
    if size > limits.LINE_BYTES:
        raise VectorsError("Its list of tensors is damaged; download it again.")
    try:
        about, notes = tensors(take(stream, size))
        tables = {
            name: (TENSORS[one["dtype"]], tuple(one["shape"]), tuple(one["data_offsets"]))
            for name, one in about.items()
            if one["dtype"] in TENSORS and len(one["shape"]) == 2
        }
        name = _table(tables, member)
        dtype, (n, dim), (start, end) = tables[name]
        fits = end - start == np.dtype(dtype).itemsize * n * dim and min(n, dim, start) >= 0
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        if isinstance(problem, VectorsError):
            raise
        raise VectorsError("Its list of tensors is damaged; download it again.") from problem
    array = Array(name, np.dtype(dtype), (n, dim), False, stream)
    if not fits:
        raise array._wrong()
    findings.check(n)
    words = words if words is not None else _listed(notes, n)
    if words is None:
        findings.add("no words", None, name)
        words = [b"%d" % row for row in range(n)]
    if len(words) != n:
        raise VectorsError("There are {n:,} words and {m:,} vectors.", n=len(words), m=n)
    while start > 0 and (skipped := len(stream.read(min(start, PIECE)))):
        start -= skipped
    yield from _joined(iter([np.array(words, object)]), array, False)


def _table(tables: dict[str, Any], member: str | None) -> str:
    """Choose the tensor that is an embedding of words."""
    if member is not None and member in tables:
        return member
    called = [name for name in tables if "embed" in name.lower() or "wte" in name.lower()]
    words = [name for name in called if not any(p in name.lower() for p in ("pos", "type", "wpe"))]
    found = words or called or list(tables)
    if len(found) == 1:
        return found[0]
    if not found:
        raise VectorsError("It holds no table of vectors (words, dim).")
    raise VectorsError("It holds several tables, {listed}; save one alone.", listed=found[:6])


def _listed(notes: dict[str, str], n: int) -> list[bytes] | None:
    """Find n words in a file's notes, as a JSON list or a word a line."""
    for key in WORDS:
        text = notes.get(key)
        if isinstance(text, str):
            try:
                words = json.loads(text)
            except ValueError:
                words = text.split("\n")
            if isinstance(words, list) and len(words) == n:
                return [str(word).encode("utf-8", "replace") for word in words]
    return None
