"""Convert a file of word vectors once, and open the result by memory map afterwards."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZipFile

from seqlib import contents, limits
from seqlib.i18n import N_, Later
from seqlib.text.encoding import decodes
from seqlib.vectors import folders
from seqlib.vectors.arrays import read_npz, read_safetensors
from seqlib.vectors.binary import read_binary
from seqlib.vectors.formats import Recoded, binary_header, charset, is_safetensors
from seqlib.vectors.glove import open_glove
from seqlib.vectors.layout import BOM, Layout, check_dim, layout_of
from seqlib.vectors.pairs import Joined, are_numbers, count_lines, words_of
from seqlib.vectors.report import KINDS, Findings, VectorsError
from seqlib.vectors.store import FORMAT, Writer, open_folder
from seqlib.vectors.text import Block, finite_rows, read_text
from seqlib.vectors.unpacking import ARCHIVE_ERRORS, Progress, Stream, opened, pair_in
from seqlib.vectors.wordvectors import WordVectors

_HINT = N_(
    "{name} is {what}, which is not read here; save words and vectors as text (GloVe or word2vec), "
    ".npz or safetensors."
)
_DOWNLOAD = N_("{name} is {what}; download the file itself.")
# What a file is -> what to do, where that is not to save the vectors otherwise.
_HINTS = {
    contents.PAGE: _DOWNLOAD,
    contents.XML: _DOWNLOAD,
    contents.LFS: N_(
        "{name} is a Git LFS pointer, not the vectors themselves; run “git lfs pull” where it came "
        "from."
    ),
    contents.ARRAY: N_(
        "{name} is an array without words; save words and vectors together as .npz."
    ),
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

    Reads GloVe text, word2vec text and binary, text with any separators in any encoding of
    ``seqlib.text.encoding``, ``.npz`` and safetensors, and these packed as gzip, bzip2, xz, zip or
    tar; the format is found from the contents. Memory stays bounded whatever the size of the
    file, and the result is memory-mapped.

    Parameters
    ----------
    source : path or binary file object, optional
        None opens GloVe's (see ``seqlib.vectors.glove``), one object for the whole process.
    member : str, optional
        The file to read in an archive of several, by default that of the most words, the
        smallest of those with about as many; or the tensor to read.
    words : path or binary file object, optional
        Words, one a line in the first column, for a file of numbers alone: the two files
        that the TensorBoard projector uses, in either order.
    name : str, optional
        Name to show; by default the file's name.
    cache : path, optional
        Folder for the vectors converted from a path, by default
        ``seqlib.vectors.cache_folder()``. A file object's are deleted with the result.
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
                "{path} cannot be read: {reason}.", path=path, reason=error.strerror
            ) from None
        keep = Path(cache) if cache is not None else folders.cache_folder()
        identity = f"{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}"
        with path.open("rb") as file:
            shown = name or path.name
            make = partial(_load, file, shown, member, words, progress, Findings())
            return make(keep, identity) if _is_ours(keep) else _for_now(make)
    source.seek(0)
    shown = name or Path(getattr(source, "name", "") or "upload").name
    findings = Findings(limits.UPLOAD_WORDS, limits.UPLOAD_UNPACKED)
    return _for_now(partial(_load, source, shown, member, words, progress, findings))


def _is_ours(folder: Path) -> bool:
    """Make a folder, and tell whether it can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _for_now(make: Callable[[Path], WordVectors]) -> WordVectors:
    """Make vectors in a temporary folder, which is deleted with them."""
    keep = Path(tempfile.mkdtemp(prefix="seqscope-"))
    try:
        vectors = make(keep)
    except BaseException:
        shutil.rmtree(keep, ignore_errors=True)
        raise
    weakref.finalize(vectors, shutil.rmtree, keep, ignore_errors=True)
    return vectors


_once = lru_cache(maxsize=1)(open_glove)
_opening = threading.Lock()


def _default() -> WordVectors:
    """One object, though a class asks for it in the moment that the server starts."""
    with _opening:
        return _once()


def _load(
    raw: BinaryIO,
    name: str,
    member: str | None,
    words: str | os.PathLike | BinaryIO | None,
    progress: Progress | None,
    findings: Findings,
    keep: Path,
    identity: str = "upload",
) -> WordVectors:
    paired = _bytes(words) if words is not None else None
    if paired is not None:
        identity += "\n" + hashlib.sha256(paired).hexdigest()
    key = hashlib.sha256(f"{FORMAT}\n{identity}\n{member}".encode()).hexdigest()[:24]
    folder = keep / key
    if folder.exists():
        try:
            return open_folder(folder)
        except VectorsError:  # damaged since it was written
            shutil.rmtree(folder)

    def start() -> Stream | ZipFile:
        return opened(raw, name, member, findings, progress)

    try:
        if paired is None and member is None and (inside := pair_in(raw)):
            raw, paired = inside
        if paired is not None:
            blocks, layout = _read_pair(start, raw, paired, member, findings)
        else:
            blocks, layout = _read(start(), name, member, findings)
        _write(blocks, layout, name, folder, findings)
    except ARCHIVE_ERRORS as error:
        raise VectorsError(
            "{name} is damaged ({problem}); download it again or choose another file.",
            name=name,
            problem=error,
        ) from None
    except VectorsError as error:
        if name in str(error):
            raise
        raise VectorsError("{name}: {problem}", name=name, problem=error) from None
    if progress:
        progress(1.0)
    return open_folder(folder)


def _read(
    found: Stream | ZipFile, name: str, member: str | None, findings: Findings
) -> tuple[Iterator[Block], str]:
    """Find the format of a file; return its blocks of words and vectors, and the format's name."""
    if isinstance(found, ZipFile):
        return read_npz(found, findings), N_("NumPy archive")
    head = found.head
    if not head.strip():
        raise VectorsError("{name} is empty; choose another file.", name=name)
    if what := contents.what(head[: contents.HEAD]):
        raise VectorsError(_HINTS.get(what, _HINT), name=name, what=Later(what))
    if is_safetensors(head):
        return read_safetensors(found, member, None, findings), "safetensors"
    if claimed := binary_header(head):
        check_dim(claimed[1])
        return read_binary(found, claimed, findings), N_("word2vec binary")
    recode, returns = charset(head, found.whole), b"\r" in head and b"\n" not in head
    if recode or returns:
        recoded = Recoded(found, recode[0] if recode else "utf-8", returns)
        found = Stream(recoded, findings, made=True)
    if recode:
        findings.add("charset", None, recode[1])
    elif b"\0" in found.head:
        raise VectorsError("{name} is in no format of word vectors known here.", name=name)
    lines = layout_of(found.head, found.whole)
    layout = N_("word2vec text") if lines.claimed else N_("GloVe text")
    return read_text(found, lines, findings), layout


def _read_pair(
    start: Callable[[], Stream | ZipFile],
    raw: BinaryIO,
    words: bytes,
    member: str | None,
    findings: Findings,
) -> tuple[Iterator[Block], str]:
    """Join rows of numbers and their words, whichever of the two files has which."""
    layout = N_("projector pair")
    stream = start()
    if isinstance(stream, ZipFile):
        raise VectorsError("An archive needs no second file; choose “my file” for it.")
    if is_safetensors(stream.head):
        return read_safetensors(stream, member, words_of(words, None, findings), findings), layout
    numbers = None  # where the second file has them
    other = _text(Stream(io.BytesIO(words), findings))
    if not are_numbers(_text(stream).head) and are_numbers(other.head):
        raw.seek(0)
        numbers, words = words, raw.read(limits.PAIRED_WORDS + 1)

    def begin() -> Stream:
        again = start() if numbers is None else Stream(io.BytesIO(numbers), findings)
        return _text(cast(Stream, again))

    rows = count_lines(begin())
    joined = Stream(Joined(begin(), words_of(words, rows, findings)), findings, made=True)
    first = joined.head.partition(b"\n")[0]
    if not are_numbers(first.partition(b"\t")[2] + b"\n"):
        raise VectorsError("Neither of the two files has rows of numbers only, as vectors.tsv has.")
    return read_text(joined, Layout(b"\t", first.count(b"\t"), None), findings), layout


def _text(stream: Stream) -> Stream:
    """Return a stream of text in UTF-8, without a mark of byte order."""
    marked = ("utf-8-sig", "UTF-8") if stream.head.startswith(BOM) else None
    found = marked or charset(stream.head, stream.whole)
    return Stream(Recoded(stream, found[0]), stream.findings, made=True) if found else stream


def _bytes(words: str | os.PathLike | BinaryIO) -> bytes:
    if isinstance(words, str | os.PathLike):
        with Path(words).open("rb") as file:
            return file.read(limits.PAIRED_WORDS + 1)
    words.seek(0)
    return words.read(limits.PAIRED_WORDS + 1)


def _write(
    blocks: Iterator[Block], layout: str, name: str, folder: Path, findings: Findings
) -> None:
    """Write words and vectors to ``folder``; of repeated words the first is kept."""
    blocks = (block for block in blocks if block.words)
    first = next(blocks, None)
    if first is None:
        if not findings.problems:
            raise VectorsError("No line holds a word and its vector; choose another file.")
        worst = findings.problems[0]
        what = Later(KINDS[worst.kind][1])
        if worst.line:
            raise VectorsError(
                "No line holds a word and its vector; the first problem is line {line}: {what}",
                line=worst.line,
                what=what,
            )
        raise VectorsError(
            "No line holds a word and its vector; the first problem is: {what}", what=what
        )
    with Writer(folder, first.matrix.shape[1]) as writer:
        for block in itertools.chain([first], blocks):
            writer.add(*_clean(block, findings))
            findings.check(writer.count)
        if not writer.count:
            raise VectorsError("No line holds a word and its vector; choose another file.")
        for word, line in writer.drop_repeated():
            findings.add("duplicate", line, word)
        writer.finish(name, findings.report(name, layout, writer.count))


def _clean(block: Block, findings: Findings) -> Block:
    """Convert a block's words to UTF-8, and drop words with line breaks and vectors not finite."""
    text = b"\n".join(block.words)
    if not decodes(text, "utf-8"):  # all words at once, which is faster and nearly always so
        numbered = zip(block.words, block.lines.tolist(), strict=True)
        block = block._replace(words=[_in_utf8(word, line, findings) for word, line in numbered])
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


def _in_utf8(word: bytes, line: int, findings: Findings) -> bytes:
    if decodes(word, "utf-8"):
        return word
    # cp1252 leaves five bytes undefined; latin-1 has them all.
    text = word.decode("cp1252" if decodes(word, "cp1252") else "latin-1")
    findings.add("encoding", line, text)
    return text.encode("utf-8")
