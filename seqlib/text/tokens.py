"""Split sentences into words, and look up the words' rows in an embedding matrix."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from seqlib.text import chinese
from seqlib.text.emoji import word_of

MAXLEN = 10  # the seed's
MAX_MAXLEN = 40  # training unrolls every step in its graph
PADDING = 0  # row 0 of the matrix, zeros

# A word may have apostrophes between letters. Every other character that is neither space nor
# punctuation, such as an emoji, is a word. Joiners and variation selectors belong to the emoji
# before them.
_WORD = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*|[^\w\s'](?:[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]\S?)*"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WHOLE = {
    "won't": "will not",
    "can't": "can not",
    "cannot": "can not",
    "shan't": "shall not",
    "ain't": "is not",
    "let's": "let us",
}
_ENDINGS = (
    ("n't", "not"),
    ("'m", "am"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "would"),
)
# After these 's is short for "is"; after anything else it marks a possessive.
_BEFORE_IS = _words(
    "it he she that this what who where when why how there here everything everybody everyone "
    "nothing nobody something somebody someone"
)
# Contractions without their apostrophe.
_WITHOUT_APOSTROPHE = {
    word.replace("'", ""): word
    for word in _words(
        "don't doesn't didn't isn't aren't wasn't weren't haven't hasn't hadn't wouldn't couldn't "
        "shouldn't can't won't i'm i've you're you've they're"
    )
}

_CHANGED = _WITHOUT_APOSTROPHE.keys() | _WHOLE.keys()

NEGATIONS = _words("not no never nobody nothing none nowhere neither nor without hardly")


def has_words(sentence: str) -> bool:
    """Tell whether ``tokenise`` finds a word; most sentences begin with one."""
    return bool(tokenise(sentence[:40]) or tokenise(sentence))


def tokenise(sentence: str) -> tuple[str, ...]:
    """Split a sentence into words in lower case, without punctuation, contractions written out.

    >>> tokenise("I don't know, it's Anna's ball!")
    ('i', 'do', 'not', 'know', 'it', 'is', 'anna', 'ball')

    Chinese, which has no spaces, is split into its most probable words:

    >>> tokenise("我不爱你, sorry!")
    ('我', '不', '爱', '你', 'sorry')

    An emoji is a word of its own. Text without any word gives an empty tuple.
    """
    text = unicodedata.normalize("NFC", sentence).lower()
    text = text.replace("\u2019", "'").replace("\u02bc", "'").replace("\u00ad", "")
    words: list[str] = []
    for found in _WORD.findall(text):
        if found.isascii() and found.isalnum() and found not in _CHANGED:
            words.append(found)
        elif found[0].isalnum():
            for part in chinese.RUNS.findall(found):
                if chinese.is_han(part):
                    words += chinese.chinese_words().split(part)
                else:
                    words += _written_out(part)
        elif unicodedata.category(found[0]) in ("So", "Sk"):
            words.append(found)
    return tuple(words)


def _written_out(word: str) -> list[str]:
    word = _WITHOUT_APOSTROPHE.get(word, word)
    if word in _WHOLE:
        return _WHOLE[word].split()
    for ending, stands_for in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return [word[: -len(ending)], stands_for]
    if word.endswith("'s"):
        return [word[:-2], "is"] if word[:-2] in _BEFORE_IS else [word[:-2]]
    return [word.replace("'", "")] if "'" in word else [word]


def negates(word: str) -> bool:
    """Tell whether a word is a negation, or a Chinese word that means one in English."""
    meant = chinese.chinese_words().meaning(word) if chinese.is_han(word) else ()
    return word in NEGATIONS or any(english in NEGATIONS for english, _share in meant)


@dataclass(frozen=True)
class Encoded:
    """One sentence as row numbers of the embedding matrix.

    Attributes
    ----------
    words : tuple of str
        The words read, at most ``maxlen``.
    indices : int32 array (maxlen,)
        Rows of the embedding matrix; row 0 after the last word.
    known : bool array (len(words),)
        False for a word without a vector, which reads the row of unknown words. A Chinese
        particle such as 的 is known and reads the padding row.
    cut : tuple of str
        Words beyond ``maxlen``, not read.
    """

    words: tuple[str, ...]
    indices: np.ndarray
    known: np.ndarray
    cut: tuple[str, ...]

    @property
    def heard(self) -> bool:
        """Whether any word read has a vector; a particle such as 的 is known but has none."""
        return bool((self.known & (self.indices[: len(self.words)] != PADDING)).any())

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words read that have no vector, in order."""
        return tuple(word for word, known in zip(self.words, self.known, strict=True) if not known)


def encode(
    sentence: str | Iterable[str],
    word_to_index: Mapping[str, int],
    maxlen: int = MAXLEN,
    unknown_index: int = PADDING,
) -> Encoded:
    """Look up the rows of a sentence's words; the sentence is a text or already split.

    An emoji without a row of its own has that of its word in ``seqlib.text.emoji``. A word that
    is not in ``word_to_index`` gets ``unknown_index``: 0 for the zero row, which a masking model
    skips, or the row that all unknown words share.
    """
    return _encoded(sentence, word_to_index.get, maxlen, unknown_index)


def _encoded(
    sentence: str | Iterable[str],
    find: Callable[[str], int | None],
    maxlen: int,
    unknown_index: int,
) -> Encoded:
    words = tokenise(sentence) if isinstance(sentence, str) else tuple(sentence)
    read, cut = words[:maxlen], words[maxlen:]
    indices = np.full(maxlen, PADDING, np.int32)
    known = np.zeros(len(read), bool)
    for t, word in enumerate(read):
        index = find(word)
        if index is None and not word[0].isalnum():
            index = find(word_of(word))
        known[t] = index is not None
        indices[t] = unknown_index if index is None else index
    return Encoded(read, indices, known, cut)


def sentences_to_indices(
    sentences: Iterable[str | Iterable[str]],
    word_to_index: Mapping[str, int],
    maxlen: int = MAXLEN,
    unknown_index: int = PADDING,
) -> np.ndarray:
    """Look up the rows of all sentences as ``encode`` does, int32 (m, maxlen)."""
    find = functools.cache(word_to_index.get)  # most words come again and again
    rows = [_encoded(sentence, find, maxlen, unknown_index).indices for sentence in sentences]
    return np.array(rows, np.int32).reshape(len(rows), maxlen)
