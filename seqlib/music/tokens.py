"""Tokens to numbers and back: the vocabulary, one-hot vectors, training windows.

Shapes follow the exercise: ``X`` is ``(m, Tx, n_values)``, ``Y`` is
``(Ty, m, n_values)`` with ``Ty = Tx``, and the network predicts each token from those
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from seqlib.i18n import _, language

from .melody import Melody, Token

# X and Y together are then 80 MB, and training holds them twice.
MAX_CELLS = 10_000_000


@dataclass(frozen=True)
class Vocabulary:
    """The model's alphabet: every token it knows, in a fixed order.

    Attributes
    ----------
    tokens : tuple of Token, length n_values
        All different.
    """

    tokens: tuple[Token, ...]

    def __post_init__(self) -> None:
        if len(self.index) < len(self.tokens):
            raise ValueError(_("A vocabulary holds each token once: remove the repeated ones."))

    @classmethod
    def of(cls, melodies: Iterable[Melody | Sequence[Token]]) -> Vocabulary:
        """Every token in the melodies: rests first, then by pitch, then by length."""
        found = {token for melody in melodies for token in _tokens(melody)}
        return cls(tuple(sorted(found, key=_order)))

    @property
    def n_values(self) -> int:
        return len(self.tokens)

    @cached_property
    def index(self) -> dict[Token, int]:
        """The place of each token."""
        return {token: place for place, token in enumerate(self.tokens)}

    @property
    def labels(self) -> tuple[str, ...]:
        """What to print for each token, length n_values, in the reader's language."""
        return _labels(self.tokens, language())

    def encode(self, melody: Melody | Sequence[Token]) -> np.ndarray:
        """Places of the melody's tokens, int ``(n,)``.

        Raises ValueError if one of them is not in the vocabulary.
        """
        tokens = _tokens(melody)
        unknown = sorted({token for token in tokens if token not in self.index}, key=_order)
        if unknown:
            what = f'"{Token(*unknown[0])}"'
            if len(unknown) > 1:
                what = _("{token} and {n} more", token=what, n=len(unknown) - 1)
            raise ValueError(
                _(
                    "{what} cannot be encoded with this vocabulary of {n_values} tokens: "
                    "add the melody to the corpus the vocabulary is made from.",
                    what=what,
                    n_values=self.n_values,
                )
            )
        return np.array([self.index[token] for token in tokens], dtype=np.int64)

    def decode(self, indices: Iterable[int] | np.ndarray) -> tuple[Token, ...]:
        """The tokens at these places. Raises ValueError outside 0 to n_values - 1."""
        places = _indices(indices, self.n_values)
        return tuple(self.tokens[place] for place in places.ravel().tolist())

    def to_json(self) -> list[list[int | None]]:
        """``[pitch or None, ticks]`` for each token: plain lists for a JSON file."""
        return [list(token) for token in self.tokens]

    @classmethod
    def from_json(cls, rows: Iterable[Sequence[int | None]]) -> Vocabulary:
        """The vocabulary that ``to_json`` gave these rows for."""
        return cls(tuple(Token(pitch, ticks) for pitch, ticks in rows))


def one_hot(indices: np.ndarray | Sequence[int], n_values: int) -> np.ndarray:
    """A 1 at each index: ``(...)`` integers to float32 ``(..., n_values)``.

    Raises ValueError for an index outside 0 to n_values - 1.
    """
    places = _indices(indices, n_values)
    return np.eye(n_values, dtype=np.float32)[places]


def largest_Tx(sequences: Iterable[np.ndarray]) -> int:
    """The longest window that fits: the length of the longest sequence, 0 if there is none."""
    return max((len(sequence) for sequence in sequences), default=0)


def windows(
    sequences: Sequence[np.ndarray], m: int, Tx: int, n_values: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut ``m`` training examples of ``Tx`` tokens out of encoded melodies, at random.

    No window runs over the end of a melody. All ``m`` start at different places while
    there are that many; beyond that every place is used again equally often.

    Parameters
    ----------
    sequences : sequence of int arrays ``(n,)``
        One a melody, as ``Vocabulary.encode`` gives them.
    seed : int
        The same seed draws the same windows.

    Returns
    -------
    X : float32 ``(m, Tx, n_values)``
        Step 0 is all zeros, step t is the token before step t.
    Y : float32 ``(Ty, m, n_values)``, Ty = Tx
        The token at each step: ``X`` one step ahead.

    Raises
    ------
    ValueError
        If no melody is Tx long, m or Tx is below 1, or X would pass ``MAX_CELLS`` numbers.
    """
    if m < 1 or Tx < 1:
        raise ValueError(
            _("m and Tx must be at least 1, not {m} and {Tx}: choose larger ones.", m=m, Tx=Tx)
        )
    if m * Tx * n_values > MAX_CELLS:
        raise ValueError(
            _(
                "X would hold m × Tx × n_values = {cells:,} numbers and the limit is {limit:,}: "
                "choose a smaller m or Tx.",
                cells=m * Tx * n_values,
                limit=MAX_CELLS,
            )
        )
    longest = largest_Tx(sequences)
    if longest < Tx:
        advice = (
            _("choose a Tx of at most {longest} or longer melodies", longest=longest)
            if longest
            else _("add one")
        )
        raise ValueError(
            _(
                "Tx = {Tx} needs a melody of at least {Tx} notes and rests, and the longest has "
                "{longest}: {advice}.",
                Tx=Tx,
                longest=longest,
                advice=advice,
            )
        )
    places = [
        (melody, start)
        for melody, sequence in enumerate(sequences)
        for start in range(len(sequence) - Tx + 1)
    ]
    rng = np.random.default_rng(seed)
    rounds = -(-m // len(places))
    drawn = np.concatenate([rng.permutation(len(places)) for _round in range(rounds)])[:m]
    cut = np.stack(
        [sequences[melody][start : start + Tx] for melody, start in (places[i] for i in drawn)]
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
    """As an int array, checked: NumPy would take a negative index for one from the end."""
    places = np.asarray(indices if isinstance(indices, np.ndarray) else list(indices))
    if places.size == 0:
        return places.astype(np.int64)
    if places.min() < 0 or places.max() >= n_values:
        wrong = places.min() if places.min() < 0 else places.max()
        raise ValueError(
            _(
                "There is no token number {wrong} among {n_values}: use the vocabulary the "
                "numbers were made with.",
                wrong=wrong,
                n_values=n_values,
            )
        )
    return places.astype(np.int64)
