"""Encode tokens as numbers and one-hot vectors, decode them, and cut training windows.

Shapes follow the exercise: ``X`` is ``(m, Tx, n_values)``, ``Y`` is
``(Ty, m, n_values)`` with ``Ty = Tx``, and the network predicts each token from those
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from seqlib.i18n import InputError, _, language

from .melody import Melody, Token

# X and Y together are then 80 MB, and training holds them twice.
MAX_CELLS = 10_000_000


@dataclass(frozen=True)
class Vocabulary:
    """Every token that a model knows, in a fixed order: n_values of them, all different."""

    tokens: tuple[Token, ...]

    def __post_init__(self) -> None:
        if len(self.index) < len(self.tokens):
            raise InputError("A vocabulary holds each token once: remove the repeated ones.")

    @classmethod
    def of(cls, melodies: Iterable[Melody | Sequence[Token]]) -> Vocabulary:
        """Collect every token of the melodies: rests first, then by pitch, then by length."""
        found = {token for melody in melodies for token in _tokens(melody)}
        return cls(tuple(sorted(found, key=_order)))

    @property
    def n_values(self) -> int:
        return len(self.tokens)

    @cached_property
    def index(self) -> dict[Token, int]:
        """Index of each token in ``tokens``."""
        return {token: index for index, token in enumerate(self.tokens)}

    @property
    def labels(self) -> tuple[str, ...]:
        """Text of each token in the reader's language, length n_values."""
        return _labels(self.tokens, language())

    def encode(self, melody: Melody | Sequence[Token]) -> np.ndarray:
        """Encode a melody as indices of its tokens, int (n,).

        Raises ``ValueError`` if a token is not in the vocabulary.
        """
        tokens = _tokens(melody)
        unknown = sorted({token for token in tokens if token not in self.index}, key=_order)
        if unknown:
            what = f'"{Token(*unknown[0])}"'
            if len(unknown) > 1:
                what = _("{token} and {n} more", token=what, n=len(unknown) - 1)
            raise InputError(
                "{what} cannot be encoded with this vocabulary of {n_values} tokens: "
                "add the melody to the corpus the vocabulary is made from.",
                what=what,
                n_values=self.n_values,
            )
        return np.array([self.index[token] for token in tokens], dtype=np.int64)

    def decode(self, indices: Iterable[int] | np.ndarray) -> tuple[Token, ...]:
        """Decode indices into tokens; raises ``ValueError`` outside 0 to n_values - 1."""
        checked = _indices(indices, self.n_values)
        return tuple(self.tokens[index] for index in checked.ravel().tolist())

    def to_json(self) -> list[list[int | None]]:
        """Write each token as ``[pitch or None, ticks]``, for a JSON file."""
        return [list(token) for token in self.tokens]

    @classmethod
    def from_json(cls, rows: Iterable[tuple[int | None, int]]) -> Vocabulary:
        """Make the vocabulary that ``to_json`` wrote."""
        return cls(tuple(Token(pitch, ticks) for pitch, ticks in rows))


def one_hot(indices: np.ndarray | Sequence[int], n_values: int) -> np.ndarray:
    """Encode indices (…) as one-hot vectors, float32 (…, n_values).

    Raises ``ValueError`` for an index outside 0 to n_values - 1.
    """
    checked = _indices(indices, n_values)
    vectors = np.zeros((*checked.shape, n_values), np.float32)
    np.put_along_axis(vectors, checked[..., None], 1, axis=-1)
    return vectors


def largest_Tx(sequences: Iterable[np.ndarray]) -> int:
    """Return the length of the longest sequence, which a window may have; 0 without sequences."""
    return max((len(sequence) for sequence in sequences), default=0)


def check_size(m: int, Tx: int, n_values: int) -> None:
    """Raise ``ValueError``, one sentence, if X (m, Tx, n_values) would pass ``MAX_CELLS``."""
    if m * Tx * n_values > MAX_CELLS:
        raise InputError(
            "X would hold m × Tx × n_values = {cells:,} numbers and the limit is {limit:,}: "
            "choose a smaller m or Tx.",
            cells=m * Tx * n_values,
            limit=MAX_CELLS,
        )


def windows(
    sequences: Sequence[np.ndarray], m: int, Tx: int, n_values: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut ``m`` training examples of ``Tx`` tokens out of encoded melodies, at random.

    No window goes past the end of a melody. Windows start at different tokens as long as
    there are enough; then every start is used equally often.

    Parameters
    ----------
    sequences : sequence of int arrays ``(n,)``
        One for each melody, as ``Vocabulary.encode`` returns.
    seed : int
        The same seed draws the same windows.

    Returns
    -------
    X : float32 ``(m, Tx, n_values)``
        Step 0 is all zeros, step t is the token before step t.
    Y : float32 ``(Ty, m, n_values)``, Ty = Tx
        The token at each step: ``X`` one step ahead.

    Raises ``ValueError`` if no melody is Tx long, m or Tx is below 1, or X would pass ``MAX_CELLS``
    numbers.
    """
    if m < 1 or Tx < 1:
        raise InputError(
            "m and Tx must be at least 1, not {m} and {Tx}: choose larger ones.", m=m, Tx=Tx
        )
    check_size(m, Tx, n_values)
    longest = largest_Tx(sequences)
    if longest < Tx:
        advice = (
            _("choose a Tx of at most {longest} or longer melodies", longest=longest)
            if longest
            else _("add one")
        )
        raise InputError(
            "Tx = {Tx} needs a melody of at least {Tx} notes and rests, and the longest has "
            "{longest}: {advice}.",
            Tx=Tx,
            longest=longest,
            advice=advice,
        )
    counts = np.array([max(0, len(sequence) - Tx + 1) for sequence in sequences])
    ends = counts.cumsum()  # of each melody's starts, all melodies in one row
    rng = np.random.default_rng(seed)
    rounds = -(-m // ends[-1])
    drawn = np.concatenate([rng.permutation(ends[-1]) for _round in range(rounds)])[:m]
    melodies = np.searchsorted(ends, drawn, side="right")
    starts = drawn - (ends - counts)[melodies]
    cut = np.stack(
        [sequences[melody][at : at + Tx] for melody, at in zip(melodies, starts, strict=True)]
    )
    steps = one_hot(cut, n_values)  # (m, Tx, n_values)
    X = np.zeros_like(steps)
    X[:, 1:] = steps[:, :-1]
    return X, np.ascontiguousarray(steps.transpose(1, 0, 2))


@lru_cache(maxsize=64)
def _labels(tokens: tuple[Token, ...], language: str) -> tuple[str, ...]:
    return tuple(map(str, tokens))


def _tokens(melody: Melody | Sequence[Token]) -> Sequence[Token]:
    return melody.tokens if isinstance(melody, Melody) else melody


def _order(token: Token) -> tuple[int, int]:
    pitch, ticks = token
    return (-1 if pitch is None else pitch), ticks


def _indices(indices: Iterable[int] | np.ndarray, n_values: int) -> np.ndarray:
    """Check indices, as NumPy counts negative ones from the end, and return them as int64."""
    found = np.asarray(indices if isinstance(indices, np.ndarray) else list(indices))
    if found.size == 0:
        return found.astype(np.int64)
    if found.min() < 0 or found.max() >= n_values:
        wrong = found.min() if found.min() < 0 else found.max()
        raise InputError(
            "There is no token number {wrong} among {n_values}: use the vocabulary the "
            "numbers were made with.",
            wrong=wrong,
            n_values=n_values,
        )
    return found.astype(np.int64)
