"""Decode text whose encoding nobody has said."""

from __future__ import annotations

import codecs
import re

from seqlib.text import chinese

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
)
SAMPLE = 256 << 10  # bytes by whose words an encoding is judged
_WORD = re.compile(rb"[^ \t\r\n,;\"]+")
_KANA, _CYRILLIC = "[ぁ-ヿ]", "[оеаинтсрвлкі]"
# Encodings of other scripts: what readers call them; characters of which texts have many, and the
# least share of these among characters beyond ASCII.
_SCRIPTS = {
    "euc_jp": ("EUC-JP", _KANA, 0.25),
    "cp932": ("Shift-JIS", _KANA, 0.25),
    "cp1251": ("Windows-1251", _CYRILLIC, 0.55),
    "koi8_u": ("KOI8", _CYRILLIC, 0.55),
    "cp866": ("CP866", _CYRILLIC, 0.55),
    "iso8859_5": ("ISO-8859-5", _CYRILLIC, 0.55),
    "mac_cyrillic": ("Mac Cyrillic", _CYRILLIC, 0.55),
    "cp1253": ("Windows-1253", "[αοιετσνηυρκλίόά]", 0.55),
    "cp1255": ("Windows-1255", "[ויהלאתרמבשנ]", 0.55),
    "cp1256": ("Windows-1256", "[اليمونرتبةدس]", 0.55),
    "cp874": ("Windows-874", "[านรกอเงมยลวดทสตคหไแ่้ัิี็ืุู]", 0.55),
}
_SIGNS = frozenset("“”„‘’‚–—…«»€£°¡¿©®·•´ªº\xa0")
_CONTROL = frozenset(range(32)) - set(b"\t\n\v\f\r")
_HANGUL = re.compile("[가-힣]")
_KOREAN = re.compile("[이가은는을를의에다요고지하도로서한어나리기아인사]")  # every third letter
# Letters beyond ASCII of languages in Latin script.
_WESTERN = (
    *("àâçéèêëîïôùûüÿœæ", "äöüß", "áéíóúüñ", "áâãàçéêíóôõúü", "àèéìíòóùú", "åäöæøé"),
    *("áéíóúýþæöð", "äöüõšž", "ëïéèöüáó", "àçèéíïòóúü"),
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćšžđ")
# Their encodings, the likeliest first: what readers call them, and the languages of each.
_LATIN = {
    "cp1252": ("Windows-1252", _WESTERN),
    "cp1250": ("Windows-1250", _CENTRAL),
    "cp1254": ("Windows-1254", ("çğıöşüİâîû",)),
    "iso8859_2": ("ISO-8859-2", _CENTRAL),
    "mac_roman": ("Mac Roman", _WESTERN),
    "cp850": ("CP850", _WESTERN),
}


def encoding_of(data: bytes, whole: bool = True) -> tuple[str, str] | None:
    """Find the encoding of text: Python's name and the reader's; None for what is no text.

    ``data`` may be the beginning of a longer text, if ``whole`` is False. Tried are marks of byte
    order, UTF-8, UTF-16 without a mark, GBK, Big5, the encodings of other scripts and those of
    languages in Latin letters, Windows-1252 the first of these.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return (codec, name) if decodes(data, codec, whole) else None
    if b"\0" in data:
        # Separators and line ends are zero bytes every other time.
        zeros = [data[start::2].count(0) for start in (0, 1)]
        codec = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        text = data.decode(codec, "ignore")
        start = text[:2000]
        plain = sum(character.isprintable() or character.isspace() for character in start)
        fits = "\0" not in text and plain > 0.8 * len(start)
        return (codec, "UTF-16") if fits and decodes(data, codec, whole) else None
    if b"\x1b$" in data and decodes(data, "iso2022_jp", whole):
        return "iso2022_jp", "ISO-2022-JP"
    if decodes(data, "utf-8", whole):
        return "utf-8", "UTF-8"
    cut = data if whole else data[: data.rfind(b"\n") + 1] or data
    words = [word for word in set(_WORD.findall(cut[:SAMPLE])) if not word.isascii()]
    if 4 * sum(decodes(word, "utf-8") for word in words) >= max(4, len(words)):
        return None  # single damaged words among UTF-8
    sample = b"\n".join(sorted(words))
    return _korean(sample, cut) or chinese.encoding_of(cut) or _script(sample, cut) or _latin(cut)


def decodes(data: bytes, codec: str, whole: bool = True) -> bool:
    """Tell whether bytes are text in an encoding, or its beginning if they are not the whole."""
    try:
        codecs.getincrementaldecoder(codec)().decode(data, whole)
    except UnicodeDecodeError:
        return False
    return True


def _korean(words: bytes, data: bytes) -> tuple[str, str] | None:
    """Recognise Korean: its commonest syllables are common, unlike in Chinese read as Korean."""
    if not decodes(data, "cp949"):
        return None
    text = words.decode("cp949", "ignore")
    hangul = len(_HANGUL.findall(text))
    is_korean = hangul > 0.9 * _beyond(text) and len(_KOREAN.findall(text)) > max(1, 0.15 * hangul)
    return ("cp949", "EUC-KR") if is_korean else None


def _script(words: bytes, data: bytes) -> tuple[str, str] | None:
    """Find the encoding of another script that gives words the most of its common characters."""
    best, found = 0.0, None
    for codec, (name, common, least) in _SCRIPTS.items():
        if not decodes(data, codec):
            continue
        text = words.decode(codec, "ignore").lower()
        share = len(re.findall(common, text)) / max(1, _beyond(text))
        if share > max(least, best) and chinese.is_apart(text):
            best, found = share, (codec, name)
    return found


def _beyond(text: str) -> int:
    return sum(character > "\x7f" for character in text)


def _latin(data: bytes) -> tuple[str, str] | None:
    """Find the encoding in which one language has the letters beyond ASCII.

    It is Windows-1252 unless another fits clearly better; None where no language has them and
    they are more than a few accents among plain text.
    """
    start = data[:SAMPLE]
    if any(byte in start for byte in _CONTROL):
        return None
    shares = {
        codec: _share(start, codec, alphabets) if decodes(data, codec) else 0.0
        for codec, (_name, alphabets) in _LATIN.items()
    }
    best = max(shares, key=shares.__getitem__)
    others = sum(byte > 0x7F for byte in start)
    if shares[best] < 0.97 or shares[best] - shares["cp1252"] < 0.1 or others < 6:
        letters = sum(map(str.isalpha, start.decode("cp1252", "ignore")))
        any_language = _share(start, "cp1252", ("".join(_WESTERN),)) > 0.97
        few = (4 if any_language else 11) * others <= letters
        best = "cp1252" if shares["cp1252"] > (0 if few else 0.9) else ""
    return (best, _LATIN[best][0]) if best else None


def _share(data: bytes, codec: str, alphabets: tuple[str, ...]) -> float:
    """Compute which share of characters beyond ASCII are signs or letters of one alphabet."""
    letters = [letter for letter in data.decode(codec, "ignore").lower() if letter > "\x7f"]
    fits = (
        sum(letter in _SIGNS or letter in alphabet for letter in letters) for alphabet in alphabets
    )
    return max(fits) / len(letters) if letters else 1.0
