"""Decode text whose encoding nobody has said."""

from __future__ import annotations

import codecs

from seqlib.text import chinese

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
)


def encoding_of(data: bytes, whole: bool = True) -> tuple[str, str] | None:
    """Find the encoding of text: Python's name and the reader's; None for what is no text.

    ``data`` may be the beginning of a longer text, if ``whole`` is False. Tried are marks of byte
    order, UTF-8, UTF-16 without a mark, GBK, Big5 and Windows-1252.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return (codec, name) if _decodes(data, codec, whole) else None
    if b"\0" in data:
        # Separators and line ends are zero bytes every other time.
        zeros = [data[start::2].count(0) for start in (0, 1)]
        codec = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        text = data.decode(codec, "ignore")
        start = text[:2000]
        plain = sum(character.isprintable() or character.isspace() for character in start)
        fits = "\0" not in text and plain > 0.8 * len(start)
        return (codec, "UTF-16") if fits and _decodes(data, codec, whole) else None
    if _decodes(data, "utf-8", whole):
        return "utf-8", "UTF-8"
    cut = data if whole else data[: data.rfind(b"\n") + 1] or data
    if found := chinese.encoding_of(cut):
        return found
    # What older Windows spreadsheets write. A few accents among plain text are believable; a
    # text that is mostly such characters is in some other encoding.
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = sum(character > "\x7f" for character in text)
    letters = sum(character.isalpha() for character in text)
    control = any(character < " " and not character.isspace() for character in text)
    return None if control or odd > 0.1 * letters else ("cp1252", "Windows-1252")


def _decodes(data: bytes, codec: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(data, whole)
    except UnicodeDecodeError:
        return False
    return True
