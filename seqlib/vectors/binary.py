"""Read word2vec's binary format: a header line, then each word, a space and its float32 values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seqlib.i18n import Later
from seqlib.vectors.report import Findings, VectorsError
from seqlib.vectors.text import Block, Readable, take

BLOCK_WORDS = 8192
BLOCK = 4 << 20
LONGEST_WORD = 2000


def looks_binary(head: bytes, dim: int) -> bool:
    """Tell whether the header line is followed by a word, a space and bytes, not by text."""
    body = head.partition(b"\n")[2]
    values = body[body.find(b" ") + 1 :][: 4 * dim]
    return any(code < 9 or 13 < code < 32 or code > 126 for code in values)


def read_binary(stream: Readable, claimed: tuple[int, int], findings: Findings) -> Iterator[Block]:
    """Yield the words and vectors in blocks, in order; ``lines`` are word numbers from 1."""
    count, dim = claimed
    size = 4 * dim
    data, at = take(stream, BLOCK).partition(b"\n")[2], 0
    read = 0
    found: list[tuple[bytes, bytes, int]] = []  # a word, its values, its number
    while read < count:
        space = data.find(b" ", at, at + LONGEST_WORD)
        if space < 0 or space + 1 + size > len(data):
            more = stream.read(BLOCK)
            if more:
                data, at = data[at:] + more, 0
                continue
            if space < 0 and len(data) - at >= LONGEST_WORD:
                raise VectorsError(
                    "After {read:,} vectors there is no word within {most} bytes, so the file "
                    "is damaged or is not in word2vec's binary format; fetch it again.",
                    read=read,
                    most=LONGEST_WORD,
                )
            if data[at:].strip():
                findings.add("truncated", read + 1, data[at:].split(b" ")[0].strip())
            break
        read += 1
        word = data[at:space].strip(b"\r\n\t")
        at = space + 1 + size
        if word:
            found.append((word, data[space + 1 : at], read))
        else:
            findings.add("empty word", read)
        if len(found) == BLOCK_WORDS:
            yield _block(found, dim)
            found = []
    if found:
        yield _block(found, dim)
    if read < count:
        problem = Later(
            "it says {count:,} words, the file has {read:,}", {"count": count, "read": read}
        )
        findings.add("header", None, problem)
    elif data[at:].strip() or stream.read(1):
        problem = Later(
            "it says {count:,} words, and the file goes on after them", {"count": count}
        )
        findings.add("header", None, problem)


def _block(found: list[tuple[bytes, bytes, int]], dim: int) -> Block:
    words, values, numbers = zip(*found, strict=True)
    matrix = np.frombuffer(b"".join(values), "<f4").reshape(-1, dim).astype(np.float32)
    return Block(list(words), matrix, np.array(numbers, np.int64))
