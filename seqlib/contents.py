"""Tell what a file is from its first bytes, whatever it is called."""

from __future__ import annotations

from seqlib.i18n import N_

HEAD = 512  # bytes that ``what`` wants to see

ZIP = N_("an Excel workbook or a zip archive")
_SHEET = N_("an Excel workbook or another office document")
_PICTURE = N_("a picture")
SOUND = N_("a sound or a film")
_PICKLE = N_("a pickle of Python objects, which can run code when opened")
_PROGRAM = N_("a program")
PAGE = N_("a web page saved under this name")
XML = N_("an XML page saved under this name")
LFS = N_("a Git LFS pointer, not the file itself")
ANNEX = N_("a git-annex pointer, not the file itself")
ARRAY = N_("a NumPy array")

# Where in the file, the bytes there, and what the file is.
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"\x1f\x8b", N_("packed with gzip")),
    (0, b"BZh", N_("packed with bzip2")),
    (0, b"\xfd7zXZ\x00", N_("packed with xz")),
    (257, b"ustar", N_("a tar archive")),
    (0, b"7z\xbc\xaf\x27\x1c", N_("a 7z archive")),
    (0, b"Rar!\x1a\x07", N_("a RAR archive")),
    (0, b"\x28\xb5\x2f\xfd", N_("packed with Zstandard")),
    (0, b"\x04\x22\x4d\x18", N_("packed with LZ4")),
    (0, b"\x1f\x9d", N_("packed with compress")),
    (0, b"MSCF", N_("a Windows cabinet archive")),
    (0, b"\x89HDF\r\n\x1a\n", N_("an HDF5 file, such as a Keras model")),
    (0, b"\xba\x16\x4f\x2f", N_("a fastText model")),
    (0, b"\x93NUMPY", ARRAY),
    (0, b"GGUF", N_("a GGUF language model")),
    (0, b"PAR1", N_("a Parquet table")),
    (0, b"ARROW1", N_("an Arrow table")),
    (0, b"ORC", N_("an ORC table")),
    (0, b"SQLite format 3\x00", N_("an SQLite database")),
    (0, b"MATLAB 5.0", N_("a MATLAB file")),
    (0, b"RDX", N_("an R data file")),
    (0, b"\xd0\xcf\x11\xe0", N_("an old Excel workbook")),
    (0, b"{\\rtf", N_("a Word document")),
    (0, b"%PDF", N_("a PDF")),
    (0, b"%!PS", N_("a PostScript document")),
    (0, b"\x89PNG", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (8, b"WEBP", _PICTURE),
    (0, b"MThd", N_("a MIDI file")),
    (0, b"ID3", SOUND),
    (0, b"OggS", SOUND),
    (0, b"fLaC", SOUND),
    (0, b"RIFF", SOUND),
    (0, b"\xff\xfb", SOUND),
    (0, b"\xff\xf3", SOUND),
    (4, b"ftyp", SOUND),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"MZ\x90\x00", _PROGRAM),
    (0, b"bplist00", N_("a property list of macOS")),
    (0, b"version https://git-lfs", LFS),
    (0, b"/annex/objects", ANNEX),
)
_TEXT_SIGNS = (
    ("<!doctype html", PAGE),
    ("<html", PAGE),
    ("<head", PAGE),
    ("<body", PAGE),
    ("<table", PAGE),
    ("<?xml", XML),
    ("-----begin ", N_("a key or a signature")),
)


def what(head: bytes) -> str:
    """Return what a file with these first bytes is, an ``N_`` text; "" for text and unknown."""
    for at, sign, name in _SIGNS:
        if head.startswith(sign, at):
            return _SHEET if name is ZIP and _is_office(head) else name
    if head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return _PICKLE
    start = head[:HEAD].decode("utf-8-sig", "ignore").lstrip().lower()
    return next((name for sign, name in _TEXT_SIGNS if start.startswith(sign)), "")


def _is_office(head: bytes) -> bool:
    """Tell whether a zip begins with a member that office documents begin with."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    return name in (b"[Content_Types].xml", b"mimetype", b"_rels/.rels", b"docProps/app.xml")
