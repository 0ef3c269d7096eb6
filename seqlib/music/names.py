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
    """GB 2312 has its common characters in rows B0 to D7, rarer ones in rows D8 to F7."""
    if len(raw) != 2 or raw[1] <= 0xA0:
        return 0.1
    return 1.0 if raw[0] in (0xA1, 0xA3, *range(0xB0, 0xD8)) else 0.6 if raw[0] > 0xD7 else 0.1


def _korean(raw: bytes) -> float:
    """KS X 1001 has Hangul in rows B0 to C8; all of it could be Chinese, which is likelier."""
    return 0.9 if len(raw) == 2 and 0xB0 <= raw[0] <= 0xC8 and raw[1] > 0xA0 else 0.1


_JUDGES = {
    "gb18030": _chinese,
    "big5": _between((0xA140, 0xA1FE), (0xA440, 0xC67E)),
    "cp932": _between((0x8140, 0x81AC), (0x829F, 0x8396), (0x889F, 0x9872)),
    "cp949": _korean,
}
# In katakana of one byte, which many Chinese words look like.
_NARROW_WORDS = re.compile("ピアノ|メロディ|ドラム|ベース|ギター|ボーカル|ストリング|コード|シンセ")
_BETWEEN_WORDS = re.compile(r"[\s!-@\[-`{-~‘’“”–—…]+")


def _latin(text: str) -> float:
    """Judge a text in Western European letters, some of them accented."""
    return _share_of_words(
        text,
        lambda word, high: (
            word in (word.lower(), word.upper(), word.capitalize())
            and (3 * high <= 2 * len(word) or (len(word) == 1 and word.islower()))
        ),
    )


def _cyrillic(text: str) -> float:
    """Judge a text in Russian letters; capitals alone look like Chinese and count less."""
    lower = _share_of_words(
        text, lambda word, _high: bool(re.fullmatch("[А-ЯЁа-яё][а-яё]{2,}", word))
    )
    return lower or 0.9 * _share_of_words(
        text, lambda word, _high: bool(re.fullmatch("[А-ЯЁ]{3,}", word))
    )


def _share_of_words(text: str, is_word: Callable[[str, int], bool]) -> float:
    """Compute which share of a text's characters beyond ASCII stands in words."""
    good = total = 0
    for word in filter(None, _BETWEEN_WORDS.split(text)):
        high = sum(letter > "\x7f" for letter in word)
        good += high * (word.isalpha() and is_word(word, high))
        total += high
    return good / max(1, total)


def _score(data: bytes, codec: str) -> float:
    """Compute how well texts read in an encoding, 0 to 1, and up to 1 more for words of music."""
    text = data.decode(codec, "replace")
    if codec == "cp932" and _NARROW_WORDS.search(wide := normalize("NFKC", text)):
        text = wide
    if codec in ("cp1252", "cp1251"):
        return _latin(text) if codec == "cp1252" else _cyrillic(text)
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


def _is_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8; a few Chinese words in GBK are also rare letters in UTF-8."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    rare = any("\x7f" < letter < "\u0800" and not "À" <= letter <= "ž" for letter in text)
    return not rare or any(letter >= "\u0800" for letter in text) or _cyrillic(text) > 0.8


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
