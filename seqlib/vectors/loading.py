"""Read a file of word vectors once, and open what was read by memory map ever after."""

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
from seqlib.vectors import places
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
LARGEST = 16 << 30  # bytes of text a file on this machine may unpack to
LARGEST_UPLOAD = 512 << 20  # and one that came over the network
ARCHIVE_ERRORS = (
    *(zlib.error, lzma.LZMAError, struct.error, gzip.BadGzipFile, zipfile.BadZipFile),
    *(NotImplementedError, EOFError),
)
# By NumPy's version of the format.
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
Progress = Callable[[float], None]

# How a file begins that only looks like vectors from outside -> what it is and what to do.
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
    """Word vectors from a file, an upload, or the ones shipped with the program.

    Reads GloVe text, word2vec text and binary, text with tabs or commas, gzip and zip of
    these, and ``.npz``. What a file is, its contents decide. Memory stays bounded whatever
    the size of the file; the result is memory-mapped.

    Parameters
    ----------
    source : path or binary file object, optional
        None: the shipped vectors; one copy for the whole process.
    member : str, optional
        The file to read in a zip archive that holds several; the smallest if not given.
    words : path or binary file object, optional
        Words, one a line in the first column, for a file of numbers alone: the two files
        that the TensorBoard projector uses.
    name : str, optional
        To show; the file's name if not given.
    cache : path, optional
        Folder in which to keep what was read. For a path, ``seqlib.vectors.cache_folder()``
        if not given; for a file object, a temporary folder that goes with the result.
    progress : callable, optional
        Called with a number from 0 to 1. An exception it raises stops the reading and
        leaves nothing behind.

    Raises
    ------
    VectorsError
        If the file holds no word vectors; the message can be shown. Lines that are wrong
        are skipped and listed in the result's ``report`` instead.
    """
    if source is None:
        return _shipped()
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
        keep = Path(cache) if cache is not None else places.cache_folder()
        with path.open("rb") as stream:
            return _load(
                stream, name or path.name, identity, member, words, keep, progress, LARGEST
            )
    stream = source
    shown = name or Path(getattr(stream, "name", "") or "upload").name
    stream.seek(0)
    if cache is not None:
        identity = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        return _load(stream, shown, identity, member, words, Path(cache), progress, LARGEST_UPLOAD)
    keep = Path(tempfile.mkdtemp(prefix="seqscope-"))
    try:
        made = _load(stream, shown, "upload", member, words, keep, progress, LARGEST_UPLOAD)
    except BaseException:
        shutil.rmtree(keep, ignore_errors=True)
        raise
    weakref.finalize(made, shutil.rmtree, keep, ignore_errors=True)
    return made


N_("WordNet vectors")  # the name of the shipped ones, to be translated where it is shown


@lru_cache(maxsize=1)
def _shipped() -> WordVectors:
    return open_folder(places.DEFAULT_FOLDER)


def _load(
    stream: BinaryIO,
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
            stream = _labelled(stream, labels)
        _read(stream, name, member, folder, findings, progress, largest)
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
    """Read ``raw`` into ``folder``, whatever its format."""
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        _read_plain(gzip.GzipFile(fileobj=raw), raw, name, folder, findings, progress, largest)
    elif magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
        with _archive(raw) as archive:
            inside = places.file_members(archive)
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
        _read_plain(raw, raw, name, folder, findings, progress, largest)


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
        said = Later("{file}, of {n}", {"file": inside[0].filename, "n": len(inside)})
        findings.add("other files", None, said)
    return inside[0]


def _read_plain(
    stream: BinaryIO,
    raw: BinaryIO,
    name: str,
    folder: Path,
    findings: Findings,
    progress: Progress | None,
    largest: int,
) -> None:
    """Read text or binary from a stream that is no longer compressed."""
    stream = _Watched(stream, raw, findings, progress, largest)
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
    # Imported here, because few need it.
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
    """Write the words to the store, the first of each."""
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
    """The block's words in UTF-8 without those that cannot be kept."""
    text = b"\n".join(block.words)
    if not text.isascii():
        block = block._replace(words=_in_utf8(block, text, findings))
    finite = finite_rows(block.matrix)
    if finite.all() and text.count(b"\n") == len(block.words) - 1:
        return block
    keep = finite.copy()
    for place, (word, line) in enumerate(zip(block.words, block.lines.tolist(), strict=True)):
        if b"\n" in word:
            findings.add("line break", line, word)
            keep[place] = False
        elif not finite[place]:
            findings.add("not finite", line, word)
    words = [word for word, stays in zip(block.words, keep.tolist(), strict=True) if stays]
    return Block(words, block.matrix[keep], block.lines[keep])


def _in_utf8(block: Block, text: bytes, findings: Findings) -> list[bytes]:
    try:
        # One decoding of all is quicker than one each, and nearly always enough.
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
    except (ValueError, OSError) as problem:  # places in the file that lie before its start
        raise zipfile.BadZipFile(str(problem)) from problem


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    try:
        return archive.open(info)
    except (ValueError, OSError) as problem:
        raise zipfile.BadZipFile(str(problem)) from problem


def _read_npz(
    archive: zipfile.ZipFile, inside: list[zipfile.ZipInfo], largest: int
) -> Iterator[Block]:
    """One array of words, one of vectors ``(words, dim)``, under whatever names."""
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
        except ValueError:  # numbers that are no characters
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
    """An array of an archive. Its header must promise what is there: nothing is made before."""
    shown = " ".join(info.filename.removesuffix(".npy").split())[:60]
    try:
        with archive.open(info) as stream:
            read_header = HEADERS.get(np.lib.format.read_magic(stream))
            if read_header is None:
                raise ValueError("an unknown version")
            shape, fortran_order, dtype = read_header(stream)
            if not dtype.hasobject:
                # One more, to see whether there is more.
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
    """The first column of a metadata file, header included if it has one."""
    if isinstance(words, str | os.PathLike):
        data = Path(words).read_bytes()
    else:
        words.seek(0)
        data = words.read()
    lines = data.removeprefix(BOM).replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return [line.split(b"\t")[0] for line in lines]


def _labelled(numbers: BinaryIO, labels: list[bytes]) -> BinaryIO:
    """The two files of a projector export as one text file with tabs."""
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
    """A stream that tells how far it is, ends early rather than failing, and has a limit."""

    def __init__(
        self,
        stream: BinaryIO,
        raw: BinaryIO,
        findings: Findings,
        progress: Progress | None,
        largest: int,
    ) -> None:
        self._stream, self._raw, self._findings = stream, raw, findings
        self._progress, self._largest = progress, largest
        self._size = raw.seek(0, io.SEEK_END) or 1
        raw.seek(0)
        self._read = 0
        self._ended_early = False

    def read(self, size: int = BLOCK) -> bytes:
        data = self._stream.read(size) if self._stream is self._raw else self._unpacked(size)
        self._read += len(data)
        if self._read > self._largest:
            raise VectorsError(_too_large(self._largest))
        if self._progress:
            self._progress(min(self._raw.tell() / self._size, 1.0))
        return data

    def _unpacked(self, size: int) -> bytes:
        # In small steps: one that meets the early end of the file loses what it had read.
        parts: list[bytes] = []
        missing = size
        try:
            while missing > 0 and (part := self._stream.read1(missing)):
                parts.append(part)
                missing -= len(part)
        except EOFError:
            if not self._ended_early:
                self._findings.add("file ends early", None)
            self._ended_early = True
        return b"".join(parts)
