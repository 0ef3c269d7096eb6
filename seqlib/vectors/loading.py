"""Convert a file of word vectors once, and open the result by memory map afterwards."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import math
import os
import shutil
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from seqlib.archive import BAD_HEADER
from seqlib.i18n import N_, Later, _
from seqlib.vectors import folders
from seqlib.vectors.glove import open_glove
from seqlib.vectors.report import Findings, VectorsError
from seqlib.vectors.store import FORMAT, is_complete, open_folder, writing
from seqlib.vectors.text import (
    BLOCK,
    BOM,
    Block,
    finite_rows,
    header_of,
    layout_of,
    read_text,
)
from seqlib.vectors.wordvectors import WordVectors

HEAD = 256 << 10
LARGEST = 16 << 30  # bytes that a file on this machine may unpack to
LARGEST_UPLOAD = 512 << 20  # bytes that an uploaded file may unpack to
ARCHIVE_ERRORS = (
    *(zlib.error, lzma.LZMAError, struct.error, gzip.BadGzipFile, zipfile.BadZipFile),
    *(NotImplementedError, EOFError),
)
# Version of NumPy's array format -> the reader of its header.
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
Progress = Callable[[float], object]
Unpacked = gzip.GzipFile | zipfile.ZipExtFile

# First bytes of files that are no vectors -> what they are and what to do.
_WEB_PAGE = N_("{name} is a web page saved under this name; download the file itself.")
IMPOSTORS: dict[bytes, str] = {
    b"version https://git-lfs": N_(
        "{name} is a Git LFS pointer, not the vectors themselves; run “git lfs pull” where it came "
        "from."
    ),
    b"<!doctype html": _WEB_PAGE,
    b"<html": _WEB_PAGE,
    b"<?xml": N_("{name} is an XML page saved under this name; download the file itself."),
    b"%pdf": N_("{name} is a PDF; choose a file in GloVe or word2vec format."),
    b"\x93numpy": N_("{name} is an array without words; save words and vectors together as .npz."),
}


def load(
    source: str | os.PathLike | BinaryIO | None = None,
    *,
    member: str | None = None,
    words: str | os.PathLike | BinaryIO | None = None,
    name: str | None = None,
    cache: str | os.PathLike | None = None,
    progress: Progress | None = None,
) -> WordVectors:
    """Open word vectors from a file or an upload, or GloVe's.

    Reads GloVe text, word2vec text and binary, text with tabs or commas, gzip and zip of
    these, and ``.npz``; the format is found from the contents. Memory stays bounded whatever
    the size of the file, and the result is memory-mapped.

    Parameters
    ----------
    source : path or binary file object, optional
        None opens GloVe's (see ``seqlib.vectors.glove``), one object for the whole process.
    member : str, optional
        The file to read in a zip archive of several files; by default the smallest.
    words : path or binary file object, optional
        Words, one a line in the first column, for a file of numbers alone: the two files
        that the TensorBoard projector uses.
    name : str, optional
        Name to show; by default the file's name.
    cache : path, optional
        Folder for the converted vectors. By default ``seqlib.vectors.cache_folder()`` for a
        path, and for a file object a temporary folder that is deleted with the result.
    progress : callable, optional
        Called with a number from 0 to 1. If it raises, reading stops and no files are left.

    Raises
    ------
    VectorsError
        If the file has no usable word vectors; the message is for the reader. Single wrong
        lines are skipped and listed in the result's ``report``.
    """
    if source is None:
        return _default()
    if isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        if path.is_dir():
            return open_folder(path)
        try:
            stat = path.stat()
        except OSError as error:
            raise VectorsError(
                _("{path} cannot be read: {reason}.", path=path, reason=error.strerror)
            ) from None
        identity = f"{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}"
        keep = Path(cache) if cache is not None else folders.cache_folder()
        with path.open("rb") as file:
            return _load(file, name or path.name, identity, member, words, keep, progress, LARGEST)
    shown = name or Path(getattr(source, "name", "") or "upload").name
    source.seek(0)
    if cache is not None:
        digest = hashlib.sha256()
        while block := source.read(BLOCK):
            digest.update(block)
        source.seek(0)
        identity = digest.hexdigest()
        return _load(source, shown, identity, member, words, Path(cache), progress, LARGEST_UPLOAD)
    keep = Path(tempfile.mkdtemp(prefix="seqscope-"))
    try:
        vectors = _load(source, shown, "upload", member, words, keep, progress, LARGEST_UPLOAD)
    except BaseException:
        shutil.rmtree(keep, ignore_errors=True)
        raise
    weakref.finalize(vectors, shutil.rmtree, keep, ignore_errors=True)
    return vectors


_default = lru_cache(maxsize=1)(open_glove)


def _load(
    raw: BinaryIO,
    name: str,
    identity: str,
    member: str | None,
    words: str | os.PathLike | BinaryIO | None,
    keep: Path,
    progress: Progress | None,
    largest: int,
) -> WordVectors:
    if words is not None:
        labels = _labels(words)
        identity += "\n" + hashlib.sha256(b"\n".join(labels)).hexdigest()
    key = hashlib.sha256(f"{FORMAT}\n{identity}\n{member}".encode()).hexdigest()[:24]
    folder = keep / key
    if is_complete(folder):
        return open_folder(folder)
    if folder.exists():  # damaged since it was written
        shutil.rmtree(folder)
    findings = Findings()
    try:
        if words is not None:
            raw = _joined(raw, labels)
        _read(raw, name, member, folder, findings, progress, largest)
    except ARCHIVE_ERRORS as error:
        raise VectorsError(
            _(
                "{name} is damaged ({problem}); download it again or choose another file.",
                name=name,
                problem=error,
            )
        ) from None
    except VectorsError as error:
        text = str(error)
        raise VectorsError(
            text if name in text else _("{name}: {problem}", name=name, problem=text)
        ) from None
    if progress:
        progress(1.0)
    return open_folder(folder)


def _read(
    raw: BinaryIO,
    name: str,
    member: str | None,
    folder: Path,
    findings: Findings,
    progress: Progress | None,
    largest: int,
) -> None:
    """Find the format of ``raw`` and convert its vectors into ``folder``."""
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        _read_plain(gzip.GzipFile(fileobj=raw), raw, name, folder, findings, progress, largest)
    elif magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
        with _archive(raw) as archive:
            inside = folders.file_members(archive)
            if inside and all(info.filename.endswith(".npy") for info in inside):
                _write(
                    _read_npz(archive, inside, largest), N_("NumPy archive"), name, folder, findings
                )
                return
            info = _chosen(inside, member, name, findings)
            if info.flag_bits & 1:
                raise VectorsError(_("{name} is encrypted; unpack it first.", name=name))
            with _member(archive, info) as stream:
                _read_plain(stream, raw, name, folder, findings, progress, largest)
    else:
        _read_plain(None, raw, name, folder, findings, progress, largest)


def _chosen(
    inside: list[zipfile.ZipInfo], member: str | None, name: str, findings: Findings
) -> zipfile.ZipInfo:
    if not inside:
        raise VectorsError(_("{name} is an archive without files.", name=name))
    if member is not None:
        for info in inside:
            if info.filename == member:
                return info
        listed = ", ".join(info.filename for info in inside)
        raise VectorsError(
            _(
                "{name} has no {member}; it holds {listed}.",
                name=name,
                member=member,
                listed=listed,
            )
        )
    if len(inside) > 1:
        problem = Later("{file}, of {n}", {"file": inside[0].filename, "n": len(inside)})
        findings.add("other files", None, problem)
    return inside[0]


def _read_plain(
    unpacked: Unpacked | None,
    raw: BinaryIO,
    name: str,
    folder: Path,
    findings: Findings,
    progress: Progress | None,
    largest: int,
) -> None:
    """Convert text or binary from ``raw``, or from the stream that unpacks it, into ``folder``."""
    stream = _Watched(unpacked, raw, findings, progress, largest)
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    if not head.strip():
        raise VectorsError(_("{name} is empty; choose another file.", name=name))
    start = head[:200].lstrip().lower()
    for impostor, what in IMPOSTORS.items():
        if start.startswith(impostor):
            raise VectorsError(_(what, name=name))
    claimed = header_of(head.removeprefix(BOM).partition(b"\n")[0][:40])
    # Imported only where a file may be binary.
    from seqlib.vectors.binary import looks_binary, read_binary

    if claimed and looks_binary(head, claimed[1]):
        if not claimed[1]:
            raise VectorsError(_("The header says that the vectors have no numbers."))
        blocks, layout = read_binary(head, stream, claimed, findings), N_("word2vec binary")
    else:
        lines = layout_of(head, whole=len(head) < HEAD)
        layout = N_("word2vec text") if lines.claimed else N_("GloVe text")
        blocks = read_text(head, stream, lines, findings)
    _write(blocks, layout, name, folder, findings)


def _write(
    blocks: Iterator[Block], layout: str, name: str, folder: Path, findings: Findings
) -> None:
    """Write words and vectors to ``folder``; of repeated words the first is kept."""
    first = next(blocks, None)
    while first is not None and not len(first.words):
        first = next(blocks, None)
    if first is None:
        if not findings.problems:
            raise VectorsError(_("No line holds a word and its vector; choose another file."))
        worst = findings.problems[0]
        raise VectorsError(
            _(
                "No line holds a word and its vector; the first problem is line {line}: {what}",
                line=worst.line,
                what=worst.what,
            )
            if worst.line
            else _(
                "No line holds a word and its vector; the first problem is: {what}",
                what=worst.what,
            )
        )
    with writing(folder, first.matrix.shape[1]) as writer:
        block: Block | None = first
        while block is not None:
            writer.add(*_clean(block, findings))
            block = next(blocks, None)
        if not writer.count:
            raise VectorsError(_("No line holds a word and its vector; choose another file."))
        for word, line in writer.drop_repeated():
            findings.add("duplicate", line, word)
        skipped = findings.report(name, layout, 0).skipped
        writer.finish(name, findings.report(name, layout, writer.count + skipped))


def _clean(block: Block, findings: Findings) -> Block:
    """Convert a block's words to UTF-8, and drop words with line breaks and vectors not finite."""
    text = b"\n".join(block.words)
    if not text.isascii():
        block = block._replace(words=_in_utf8(block, text, findings))
    finite = finite_rows(block.matrix)
    if finite.all() and text.count(b"\n") == len(block.words) - 1:
        return block
    keep = finite.copy()
    for i, (word, line) in enumerate(zip(block.words, block.lines.tolist(), strict=True)):
        if b"\n" in word:
            findings.add("line break", line, word)
            keep[i] = False
        elif not finite[i]:
            findings.add("not finite", line, word)
    words = [word for word, stays in zip(block.words, keep.tolist(), strict=True) if stays]
    return Block(words, block.matrix[keep], block.lines[keep])


def _in_utf8(block: Block, text: bytes, findings: Findings) -> list[bytes]:
    try:
        # Decoding all words at once is faster, and nearly always succeeds.
        text.decode("utf-8")
        return block.words
    except UnicodeDecodeError:
        return [
            _as_utf8(word, line, findings)
            for word, line in zip(block.words, block.lines.tolist(), strict=True)
        ]


def _as_utf8(word: bytes, line: int, findings: Findings) -> bytes:
    try:
        word.decode("utf-8")
        return word
    except UnicodeDecodeError:
        # cp1252 leaves five bytes undefined; latin-1 has them all.
        try:
            text = word.decode("cp1252")
        except UnicodeDecodeError:
            text = word.decode("latin-1")
        findings.add("encoding", line, text)
        return text.encode("utf-8")


def _archive(raw: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(raw)
    except (ValueError, OSError) as problem:  # for negative offsets in the file
        raise zipfile.BadZipFile(str(problem)) from problem


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipExtFile:
    try:
        stream = archive.open(info)
        assert isinstance(stream, zipfile.ZipExtFile)
        return stream
    except (ValueError, OSError) as problem:
        raise zipfile.BadZipFile(str(problem)) from problem


def _read_npz(
    archive: zipfile.ZipFile, inside: list[zipfile.ZipInfo], largest: int
) -> Iterator[Block]:
    """Read one array of words and one of vectors, (words, dim), whatever their names."""
    if sum(info.file_size for info in inside) > largest:
        raise VectorsError(_too_large(largest))
    words = matrix = None
    for info in inside:
        array = _npy(archive, info)
        if array.ndim == 1 and array.dtype.kind in "US":
            words = array
        elif array.ndim == 2 and array.dtype.kind in "fiu":
            matrix = array
    if words is None or matrix is None:
        raise VectorsError(
            _("The archive needs one array of words (strings) and one of vectors (words, dim).")
        )
    # A padding row, as in the seed's matrix, has no word.
    if len(matrix) == len(words) + 1 and not matrix[0].any():
        matrix = matrix[1:]
    if not matrix.shape[1]:
        raise VectorsError(_("The vectors have no numbers; choose another file."))
    if len(matrix) != len(words):
        raise VectorsError(
            _("There are {n:,} words and {m:,} vectors.", n=len(words), m=len(matrix))
        )
    step = 1 << 14
    for start in range(0, len(words), step):
        try:
            part = words[start : start + step].tolist()
        except ValueError:  # for code points that are no characters
            raise VectorsError(_("The array of words is damaged; save it again.")) from None
        with np.errstate(over="ignore"):
            rows = matrix[start : start + step].astype(np.float32)
        yield Block(
            [
                word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word
                for word in part
            ],
            rows,
            np.arange(start + 1, start + 1 + len(part)),
        )


def _npy(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """Read an array of an archive after checking that its data are as long as its header says."""
    shown = " ".join(info.filename.removesuffix(".npy").split())[:60]
    try:
        with archive.open(info) as stream:
            read_header = HEADERS.get(np.lib.format.read_magic(stream))
            if read_header is None:
                raise ValueError("an unknown version")
            shape, fortran_order, dtype = read_header(stream)
            if not dtype.hasobject:
                # One byte more, to find data longer than the header says.
                data = stream.read(min(dtype.itemsize * math.prod(shape), info.file_size) + 1)
    except (*BAD_HEADER, OSError, RuntimeError) as problem:
        raise VectorsError(
            _(
                "The array “{name}” cannot be read; save words and vectors again as .npz.",
                name=shown,
            )
        ) from problem
    if dtype.hasobject:
        raise VectorsError(
            _(
                "The array “{name}” holds Python objects, which are not safe to open; save the "
                "words as strings: np.array(words, dtype=str).",
                name=shown,
            )
        )
    if any(size < 0 for size in shape) or len(data) != dtype.itemsize * math.prod(shape):
        raise VectorsError(
            _(
                "The array “{name}” is not as long as it says; save words and vectors again as "
                ".npz.",
                name=shown,
            )
        )
    return np.ndarray(shape, dtype, data, order="F" if fortran_order else "C")


def _labels(words: str | os.PathLike | BinaryIO) -> list[bytes]:
    """Read the first column of a metadata file, its header included."""
    if isinstance(words, str | os.PathLike):
        data = Path(words).read_bytes()
    else:
        words.seek(0)
        data = words.read()
    lines = data.removeprefix(BOM).replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return [line.split(b"\t")[0] for line in lines]


def _joined(numbers: BinaryIO, labels: list[bytes]) -> BinaryIO:
    """Join the two files of a projector export into one text file with tabs."""
    rows = numbers.read().replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    if len(labels) == len(rows) + 1:
        labels = labels[1:]
    if len(labels) != len(rows):
        raise VectorsError(
            _(
                "There are {n:,} vectors and {m:,} words; the two files do not belong together.",
                n=len(rows),
                m=len(labels),
            )
        )
    return io.BytesIO(
        b"".join(b"%s\t%s\n" % (word, row) for word, row in zip(labels, rows, strict=True))
    )


def _too_large(largest: int) -> str:
    size = f"{largest >> 30} GB" if largest >> 30 else f"{largest >> 20} MB"
    return _("It unpacks to more than {size}; choose a smaller file.", size=size)


class _Watched:
    """Read a stream within a limit, report progress, and end where compressed data are cut off.

    ``unpacked`` is the stream that unpacks ``raw``, or None to read ``raw`` itself.
    """

    def __init__(
        self,
        unpacked: Unpacked | None,
        raw: BinaryIO,
        findings: Findings,
        progress: Progress | None,
        largest: int,
    ) -> None:
        self._unpacked, self._raw, self._findings = unpacked, raw, findings
        self._progress, self._largest = progress, largest
        self._size = raw.seek(0, io.SEEK_END) or 1
        raw.seek(0)
        self._read = 0
        self._ended_early = False

    def read(self, size: int = BLOCK, /) -> bytes:
        data = (
            self._raw.read(size) if self._unpacked is None else self._unpack(self._unpacked, size)
        )
        self._read += len(data)
        if self._read > self._largest:
            raise VectorsError(_too_large(self._largest))
        if self._progress:
            self._progress(min(self._raw.tell() / self._size, 1.0))
        return data

    def _unpack(self, stream: Unpacked, size: int) -> bytes:
        # In small steps, because the step that meets the end of a cut file loses its data.
        parts: list[bytes] = []
        missing = size
        try:
            while missing > 0 and (part := stream.read1(missing)):
                parts.append(part)
                missing -= len(part)
        except EOFError:
            if not self._ended_early:
                self._findings.add("file ends early", None)
            self._ended_early = True
        return b"".join(parts)
