"""Read vectors from text, one word a line, in blocks, with Arrow's number parser.

NumPy cuts a block into fields. Arrow parses the lines with the expected number of fields
together, Python the others one by one. Both give the number that ``float()`` gives, rounded
to float32.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from seqlib import limits
from seqlib.i18n import Later
from seqlib.vectors.layout import ALL_SEPARATORS, BOM, Layout, is_number
from seqlib.vectors.report import Findings, VectorsError

BLOCK = 1 << 20
FEWEST_ROWS = 16
MOST_WORDS = 1000  # of a phrase before its numbers


class Readable(Protocol):
    """A stream of bytes, such as an open binary file."""

    def read(self, size: int, /) -> bytes: ...


def take(file: Readable, size: int) -> bytes:
    """Read so many bytes of a stream that may give few at once; fewer at its end only."""
    data = b""
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


class Block(NamedTuple):
    """Some words in the order of the file, their vectors (words, dim) float32, and their lines."""

    words: list[bytes]
    matrix: np.ndarray
    lines: np.ndarray


def finite_rows(matrix: np.ndarray) -> np.ndarray:
    """Tell which rows have neither NaN nor infinity, bool (len(matrix),)."""
    with np.errstate(over="ignore", invalid="ignore"):
        # Finite sums need one pass; a sum can overflow though no value is infinite.
        finite = np.isfinite(np.einsum("ij->i", matrix))
    if not finite.all():
        finite = np.isfinite(matrix).all(axis=1)
    return finite


def read_text(stream: Readable, layout: Layout, findings: Findings) -> Iterator[Block]:
    """Yield the words and vectors of a text file in blocks, in the order of the file."""
    n_lines = 0
    workers = min(4, os.cpu_count() or 1)
    waiting: deque[Future[_Parsed]] = deque()
    began = first = layout.skip + 1
    with ThreadPoolExecutor(workers, thread_name_prefix="vectors") as pool:
        try:
            for text, last in _pieces(stream, layout.skip):
                n_lines += text.count(b"\n")
                findings.check(n_lines)
                waiting.append(pool.submit(_parse, text, layout, last))
                if len(waiting) > 2 * workers:
                    block, first = _numbered(waiting.popleft().result(), first, findings)
                    yield block
            while waiting:
                block, first = _numbered(waiting.popleft().result(), first, findings)
                yield block
        finally:
            for future in waiting:
                future.cancel()
    read = first - began
    if layout.claimed and layout.claimed != (read, layout.dim):
        findings.add(
            "header",
            1,
            Later(
                "it says {words:,} × {said}, the file has {read:,} lines of {dim} numbers",
                {
                    "words": layout.claimed[0],
                    "said": layout.claimed[1],
                    "read": read,
                    "dim": layout.dim,
                },
            ),
        )


class _Parsed(NamedTuple):
    words: list[bytes]
    matrix: np.ndarray
    lines: np.ndarray  # line numbers from 0 in this piece
    n_lines: int
    findings: list[tuple[str, int, bytes]]


def _numbered(parsed: _Parsed, first: int, findings: Findings) -> tuple[Block, int]:
    """Number a block's lines through the whole file; return it and the next line's number."""
    for kind, line, text in parsed.findings:
        findings.add(kind, first + line, text)
    return Block(parsed.words, parsed.matrix, parsed.lines + first), first + parsed.n_lines


def _pieces(stream: Readable, skip: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines after the first ``skip`` in pieces, and whether the piece is the last."""
    rest = stream.read(BLOCK).removeprefix(BOM)  # its head alone, which the layout is from
    for _line in range(skip):
        rest = rest.partition(b"\n")[2]
    while True:
        more = stream.read(BLOCK)
        if not more:
            if rest:
                yield rest, True
            return
        cut = more.rfind(b"\n") + 1
        if cut:
            yield b"".join((rest, memoryview(more)[:cut])), False
            rest = more[cut:]
        else:
            rest += more
            if len(rest) > limits.LINE_BYTES:
                raise VectorsError(
                    "A line is longer than {most} MB, so this is no file of word vectors; "
                    "choose one in GloVe or word2vec format.",
                    most=limits.LINE_BYTES >> 20,
                )


def _parse(text: bytes, layout: Layout, last: bool) -> _Parsed:
    text = layout.plain(text)
    separators, dim = layout.separators, layout.dim
    unfinished = last and not text.endswith(b"\n")
    if unfinished:
        text += b"\n"
    codes, ends, found = _field_ends(text, separators)
    line_ends = np.flatnonzero(found == 10)  # index of each line's last field
    before = codes[np.maximum(ends[line_ends] - 1, 0)]
    if np.isin(before, list(b"\r" + separators)).any():
        # word2vec's own tool ends its lines with a space, Windows with a carriage return.
        for ending in (b"\r", *(bytes([code]) for code in separators)):
            text = text.replace(ending + b"\n", b"\n")
        codes, ends, found = _field_ends(text, separators)
        line_ends = np.flatnonzero(found == 10)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    columns = np.diff(line_ends, prepend=-1)
    regular = columns == dim + 1
    firsts = line_ends - columns + 1  # index of each line's first field
    regular &= starts[firsts] != ends[firsts]
    if regular.all():
        field_starts, field_ends = starts, ends
    else:
        chosen = np.repeat(regular, columns)
        field_starts, field_ends = starts[chosen], ends[chosen]
    lines = np.flatnonzero(regular)
    shape = (len(lines), dim + 1)
    matrix, failed = _convert(text, field_starts.reshape(shape), field_ends.reshape(shape))
    drop = failed | ~finite_rows(matrix)
    words = [
        text[start:end]
        for start, end in zip(
            field_starts[:: dim + 1].tolist(), field_ends[:: dim + 1].tolist(), strict=True
        )
    ]
    findings: list[tuple[str, int, bytes]] = []
    if unfinished and len(regular):
        findings.append(("no final newline", len(columns) - 1, b""))
    if regular.all() and not drop.any():
        return _Parsed(words, matrix, lines, len(columns), findings)

    others = np.union1d(np.flatnonzero(~regular), lines[drop])
    line_starts, line_stops = starts[firsts], ends[line_ends]
    raw = {line: text[line_starts[line] : line_stops[line]] for line in others.tolist()}
    rows = _one_by_one(raw, layout, len(columns) - 1 if unfinished else -1, findings)
    # Insert the lines that were parsed one by one in order.
    keep = ~drop
    words = [word for word, stays in zip(words, keep.tolist(), strict=True) if stays]
    numbers = np.concatenate([lines[keep], np.array(list(rows), np.int64)])
    extra = np.array([values for _word, values in rows.values()], np.float32).reshape(-1, dim)
    words += [word for word, _values in rows.values()]
    order = np.argsort(numbers, kind="stable")
    return _Parsed(
        [words[i] for i in order.tolist()],
        np.concatenate([matrix[keep], extra])[order],
        numbers[order],
        len(columns),
        findings,
    )


def _one_by_one(
    lines: dict[int, bytes], layout: Layout, unfinished: int, findings: list[tuple[str, int, bytes]]
) -> dict[int, tuple[bytes, np.ndarray]]:
    """Parse lines by their numbers into words and vectors; add what is wrong to ``findings``.

    ``unfinished`` is the last line of a file that has no line end there, or -1.
    """
    rows: dict[int, tuple[bytes, np.ndarray]] = {}
    for line, raw in lines.items():
        kind, word, values = _one_line(raw, layout)
        if line == unfinished and kind in ("columns", "number"):
            kind = "truncated"
            findings[:] = [found for found in findings if found[0] != "no final newline"]
        if kind:
            findings.append((kind, line, raw))
        if values is not None:
            rows[line] = word, values
    return rows


def _field_ends(text: bytes, separators: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the text's bytes, uint8; the offset of each field's end, int32; the bytes there."""
    codes = np.frombuffer(text, np.uint8)
    if separators == b" ":
        # One comparison is enough unless there are other control characters.
        ends = np.flatnonzero(codes <= 32).astype(np.int32)
        found = codes[ends]
        if ((found == 32) | (found == 10)).all():
            return codes, ends, found
    is_end = codes == 10
    for code in separators:
        is_end |= codes == code
    ends = np.flatnonzero(is_end).astype(np.int32)
    return codes, ends, codes[ends]


@lru_cache(maxsize=8)
def _present(columns: int, rows: int) -> bytes:
    """Make Arrow's validity bits for rows of fields and gaps in which only numbers are valid."""
    present = np.zeros((rows, 2 * columns), bool)
    present[:, 2::2] = True
    return np.packbits(present.ravel(), bitorder="little").tobytes()


def _convert(text: bytes, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parse the fields ``[:, 1:]`` of each row, float32; and tell which rows fail, bool.

    Arrow's strings are contiguous, so every gap between two fields becomes a string too. Gaps
    and words are marked as missing, and Arrow does not parse them. Without Arrow all rows fail,
    and ``_one_line`` parses them: the same numbers, ten times as slowly.
    """
    rows, columns = starts.shape
    out, failed = np.zeros((rows, columns - 1), np.float32), np.zeros(rows, bool)
    try:
        import pyarrow as pa
        import pyarrow.compute
    except ModuleNotFoundError:
        return out, ~failed
    pending = [(0, rows)]
    while pending:
        low, high = pending.pop()
        rows = high - low
        if rows == 0:
            continue
        fields = rows * columns
        offsets = np.empty(2 * fields + 1, np.int32)
        offsets[0:-1:2] = starts[low:high].ravel()
        offsets[1::2] = ends[low:high].ravel()
        offsets[-1] = offsets[-2]
        # Rounded up to as many rows as a block may have, so that blocks share the cached bits.
        step = max(1, BLOCK // 2 // columns)
        present = _present(columns, -(-rows // step) * step)
        strings = pa.StringArray.from_buffers(
            2 * fields,
            pa.py_buffer(offsets),
            pa.py_buffer(text),
            pa.py_buffer(present),
        )
        try:
            numbers = pa.compute.cast(strings, pa.float64())
        except pa.ArrowInvalid:
            if rows <= FEWEST_ROWS:
                failed[low:high] = True
            else:
                middle = (low + high) // 2
                pending += [(low, middle), (middle, high)]
            continue
        values = np.frombuffer(numbers.buffers()[1], np.float64, 2 * fields)
        with np.errstate(over="ignore"):
            out[low:high] = values.reshape(rows, 2 * columns)[:, 2::2]
    return out, failed


def _one_line(raw: bytes, layout: Layout) -> tuple[str, bytes, np.ndarray | None]:
    """Parse one line: its problem ("" for none), its word, and its vector if it has one."""
    dim = layout.dim
    raw = raw.rstrip(b" \t\r")
    if not raw:
        return "empty line", b"", None
    if len(raw) < 2 * dim - 1:
        return "columns", b"", None
    # Where the usual separators give too few fields, others may be among them.
    for separators in (layout.separators, layout.separators + b" \t", ALL_SEPARATORS):
        found = re.finditer(rb"[^%s]+" % re.escape(separators), raw)
        fields = list(islice(found, dim + MOST_WORDS))
        if len(fields) > dim or (len(fields) == dim and fields[0].start()):
            break
    too_few = len(fields) < dim or (len(fields) == dim and not fields[0].start())
    if too_few or len(fields) == dim + MOST_WORDS:
        return "columns", b"", None
    numbers = [field[0] for field in fields[-dim:]]
    if not all(map(is_number, numbers)):
        return ("number" if len(fields) == dim + 1 else "columns"), b"", None
    word = raw[: fields[-dim].start()].strip(separators + b" \t")
    if not word:
        return "empty word", b"", None
    if len(fields) > dim + 1 and is_number(fields[-dim - 1][0]):
        return "columns", b"", None
    with np.errstate(over="ignore"):
        values = np.array([float(number) for number in numbers]).astype(np.float32)
    if not np.isfinite(values).all():
        return "not finite", b"", None
    return ("spaces" if b" " in word else ""), word, values
