"""Tell from a file's first bytes whether, and how, it holds word vectors."""

from __future__ import annotations

import codecs

from seqlib import contents
from seqlib.text.encoding import encoding_of
from seqlib.vectors.binary import looks_binary
from seqlib.vectors.layout import BOM, header_of, layout_of
from seqlib.vectors.pairs import are_numbers
from seqlib.vectors.report import VectorsError
from seqlib.vectors.text import Readable

NUMBERS = -1


def binary_header(head: bytes) -> tuple[int, int] | None:
    """Return the (words, dim) that a word2vec binary begins with; None for any other file."""
    claimed = header_of(head.removeprefix(BOM).partition(b"\n")[0][:40])
    return claimed if claimed and looks_binary(head, claimed[1]) else None


def is_safetensors(head: bytes) -> bool:
    """Tell whether a file begins as safetensors do: the size of a JSON object, then the object."""
    return 2 <= int.from_bytes(head[:8], "little") < 1 << 40 and head[8:10] in (b'{"', b"{}")


def charset(head: bytes, whole: bool) -> tuple[str, str] | None:
    """Find the encoding of text that is to be recoded: Python's name and the reader's.

    None for UTF-8, and for Windows-1252, of which single words may be among UTF-8.
    """
    found = encoding_of(head, whole)
    return None if found is None or found[0] in ("utf-8", "utf-8-sig", "cp1252") else found


def dim_of(head: bytes, whole: bool) -> int:
    """Tell the dimension of the vectors in a file from its head.

    It is 0 if there are none, and ``NUMBERS`` if there are numbers without words.
    """
    if contents.what(head[: contents.HEAD]):
        return 0
    if claimed := binary_header(head):
        return claimed[1]
    if is_safetensors(head):
        return 1 << 10  # as good as any
    if found := charset(head, whole):
        head = head.decode(found[0], "ignore").encode()
    if are_numbers(head):
        return NUMBERS
    try:
        return layout_of(head, whole).dim
    except VectorsError:
        return 0


class Recoded:
    """Read text in another encoding, or with other line ends, as UTF-8.

    ``returns`` tells that carriage returns alone end the lines.
    """

    def __init__(self, file: Readable, codec: str, returns: bool = False) -> None:
        self._file, self._returns = file, returns
        self._decoder = codecs.getincrementaldecoder(codec)("replace")

    def read(self, size: int, /) -> bytes:
        while data := self._file.read(size):
            if text := self._decoder.decode(data):
                text = text.replace("\r", "\n") if self._returns else text
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", True).encode("utf-8", "replace")
