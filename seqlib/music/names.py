"""Decode the names in a MIDI file, which does not say how they are encoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import normalize

# Characters of the words that name tracks, by encoding; they decide where byte ranges do not.
_MUSIC = {
    "gb18030": "主旋律钢琴吉他贝斯鼓组弦乐声部人伴奏和音轨笛箫二胡筝琵琶小提大号独唱歌曲左右手第一",
    "big5": "主旋律鋼琴吉他貝斯鼓組弦樂聲部人伴奏和音軌笛簫二胡箏琵琶小提大號獨唱歌曲左右手第一",
    "cp932": "メロディピアノギターベースドラムボカルストリングフサック歌旋律伴奏右左手主曲",
    "cp949": "멜로디피아노기타베이스드럼보컬현악스트링플루색소폰노래반주오른왼손",
}
_ENOUGH = 0.55  # of the points that a text can have, without those for words of music
MOST_BYTES = 4_000  # of all texts together


def _between(*ranges: tuple[int, int]) -> Callable[[bytes], float]:
    """Make a judge of one character's bytes: 1 for a common character, 0.1 for a rare one."""

    def judge(raw: bytes) -> float:
        value = int.from_bytes(raw)
        return 1.0 if any(low <= value <= high for low, high in ranges) else 0.1

    return judge


def _chinese(raw: bytes) -> float:
    """GB 2312 sorts its common characters into rows B0 to D7."""
    lead, trail = raw[0], raw[-1]
    return (
        1.0 if len(raw) == 2 and lead in (0xA1, 0xA3, *range(0xB0, 0xD8)) and trail > 0xA0 else 0.1
    )


def _korean(raw: bytes) -> float:
    return 1.0 if len(raw) == 2 and 0xB0 <= raw[0] <= 0xC8 and raw[1] > 0xA0 else 0.1


_JUDGES = {
    "gb18030": _chinese,
    "big5": _between((0xA140, 0xA1FE), (0xA440, 0xC67E)),
    "cp932": _between((0x8140, 0x81AC), (0x829F, 0x8396), (0x889F, 0x9872)),
    "cp949": _korean,
}
_WORD = re.compile(r"[^\W\d_]+")


def _alphabetic(text: str, alone: bool) -> float:
    """Judge a text in an alphabet: the share of its letters in words of one case or a capital.

    ``alone``: whether a word may be without any ASCII letter, as in Cyrillic.
    """
    good = 0
    for word in _WORD.findall(text):
        high = sum(letter > "\x7f" for letter in word)
        cased = word in (word.lower(), word.upper(), word.capitalize())
        mixed = high == len(word) if alone else 2 * high <= len(word) or high == len(word) == 1
        good += high * (cased and mixed)
    return good / max(1, sum(letter > "\x7f" for letter in text))


def _score(data: bytes, codec: str) -> float:
    """Compute how well texts read in an encoding, 0 to 1, and up to 1 more for words of music."""
    text = normalize("NFKC", data.decode(codec, "replace"))  # narrow katakana to wide ones
    if codec in ("cp1252", "cp1251"):
        return _alphabetic(text, alone=codec == "cp1251")
    found = [letter for letter in text if letter > "\x7f"]
    points = sum(_JUDGES[codec](letter.encode(codec, "ignore") or b"\0") for letter in found)
    known = sum(letter in _MUSIC[codec] for letter in found)
    return (points + known) / max(1, len(found))


def encoding_of(texts: Iterable[bytes]) -> str:
    """Find the encoding of a file's texts that are not UTF-8; Windows-1252 if none fits better."""
    data = b"\n".join(text for text in texts if not _is_utf8(text))[:MOST_BYTES]
    if not data:
        return "cp1252"
    scores = {codec: _score(data, codec) for codec in ("cp1252", "cp1251", *_JUDGES)}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= _ENOUGH else "cp1252"


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def decoded(raw: bytes, encoding: str) -> str:
    """Decode a name and make it fit to print on one line; ``encoding`` is for what is not UTF-8."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif _is_utf8(raw):
        encoding = "utf-8-sig"
    elif encoding == "cp1252" and any(byte in raw for byte in b"\x81\x8d\x8f\x90\x9d"):
        encoding = "latin-1"
    text = raw.decode(encoding, "ignore")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:60]
