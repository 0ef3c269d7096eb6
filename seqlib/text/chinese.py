"""Split runs of Chinese characters into words, by a table of words and what they mean in English.

``words.tsv`` has a word a line, the commonest first: the word in Simplified characters, its
Traditional forms where they differ, and English words with their weights in hundredths.
``scripts/make_chinese.py`` makes it from CC-CEDICT.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from itertools import islice

from seqlib.assets import ASSETS

TABLE = ASSETS / "chinese" / "words.tsv"
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
RUNS = re.compile(f"{HAN.pattern}+|[^{HAN.pattern[1:-1]}]+")  # of Chinese characters, of others
_LINE = re.compile(r"^(.+)\t(.*)\t(.*)$", re.M)
LONGEST = 8  # characters of a word
# By Zipf's law the word at place k occurs in proportion to 1 / (k + FLAT); the very first do not.
FLAT = 10

_APART = re.compile("(?<![A-Za-z])[^\x00-\x7f](?![A-Za-z])")

ENCODINGS = {"gb18030": "GBK", "big5": "Big5"}
COMMON = 10_000  # a character at an earlier place is common
PUNCTUATION = frozenset("，。！？、；：“”‘’（）《》…—～·「」　")
BELIEVABLE = 0.8  # share of common characters from which on a text is taken for Chinese


class ChineseWords:
    """The words of the table, the commonest first.

    Attributes
    ----------
    words : tuple of str
        In Simplified characters.
    meanings : tuple of str
        English words, each followed by its weight in hundredths; "" for a particle.
    places : dict of str to int
        Where in ``words`` a word stands; Traditional forms stand where the Simplified one does.
    """

    def __init__(self, text: str) -> None:
        rows = _LINE.findall(text)
        self.words = tuple(row[0] for row in rows)
        self.meanings = tuple(row[2] for row in rows)
        self.places: dict[str, int] = {}
        for place, (word, others, _meaning) in enumerate(rows):
            for form in (word, *others.split(" ")) if others else (word,):
                self.places.setdefault(form, place)
        self._longest: dict[str, int] = {}  # characters of words that end in a character
        for form in self.places:
            longest = max(len(form), self._longest.get(form[-1], 1))
            self._longest[form[-1]] = min(longest, LONGEST)
        # A character that the table does not have is rarer than any word.
        self._costs = [math.log(place + FLAT) for place in range(2 * len(rows) + 1)]
        # Of the words' probabilities 1 / (k + FLAT), which add up to about log(1 + n / FLAT).
        self._per_word = math.log(math.log(1 + len(rows) / FLAT))

    def meaning(self, word: str | int) -> tuple[tuple[str, float], ...]:
        """Return the English words of a word, or of a place, with their shares.

        A particle such as 的 has none, nor has a word that is not in the table.
        """
        place = self.places.get(word, -1) if isinstance(word, str) else word
        parts = self.meanings[place].split(" ") if place >= 0 else []
        return tuple(
            (word, int(weight) / 100) for word, weight in zip(parts[::2], parts[1::2], strict=False)
        )

    def split(self, run: str) -> tuple[str, ...]:
        """Split a run of Chinese characters into its most probable words.

        >>> chinese_words().split("我今天很开心")
        ('我', '今天', '很', '开心')

        Characters that the table does not have are words of their own.
        """
        # best[k]: cost of the cheapest words that make up the first k characters, and where the
        # last of them begins.
        best = [(0.0, 0)]
        find, unknown = self.places.get, 2 * len(self.words)
        for end, last in enumerate(run, 1):
            ways = []
            for start in range(max(0, end - self._longest.get(last, 1)), end):
                place = find(run[start:end], unknown)
                if place != unknown or start == end - 1:
                    ways.append((best[start][0] + self._costs[place] + self._per_word, start))
            best.append(min(ways))
        words, end = [], len(run)
        while end:
            start = best[end][1]
            words.append(run[start:end])
            end = start
        return tuple(reversed(words))


@lru_cache(maxsize=1)
def chinese_words() -> ChineseWords:
    """Open the shipped table."""
    return ChineseWords(TABLE.read_text("utf-8"))


def is_han(text: str) -> bool:
    """Tell whether a text begins with a Chinese character."""
    return HAN.match(text) is not None


def is_apart(text: str) -> bool:
    """Tell whether most characters beyond ASCII have no plain letter beside them.

    Accented letters have, whatever encoding they are taken for.
    """
    text = text[:50_000]
    others = sum(character > "\x7f" for character in text)
    return 2 * len(_APART.findall(text)) > others


def encoding_of(data: bytes) -> tuple[str, str] | None:
    """Find the encoding of Chinese text that is not in UTF-8: Python's name and the reader's.

    None if it is neither GBK nor Big5. Bytes of one often are characters of the other too, but
    rare ones.
    """
    best, found = BELIEVABLE, None
    for codec, name in ENCODINGS.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        others = list(islice((character for character in text if character > "\x7f"), 50_000))
        common = sum(chinese_words().places.get(character, COMMON) < COMMON for character in others)
        usual = sum(character in PUNCTUATION for character in others)
        if common and (common + usual) / len(others) > best and is_apart(text):
            best, found = (common + usual) / len(others), (codec, name)
    return found
