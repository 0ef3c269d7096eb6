"""Ask before it is shown: at each step, which of a few comes next."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Ask:
    """A question at each step, with a few candidates in the order of their rows.

    Attributes
    ----------
    question : str
        In the reader's language.
    labels : tuple of str, length n_values
    choices : int array (Tx, k)
        The candidates of each step, as indices, ascending: their order tells nothing.
    p : array (Tx, k)
        The network's probability of each. The most probable of all is among them.
    right : int array (Tx,) or None
        What is right at each step; None where the question is what the network says.
    first, last : int
        The steps that can be asked.
    """

    question: str
    labels: tuple[str, ...]
    choices: np.ndarray
    p: np.ndarray
    right: np.ndarray | None
    first: int
    last: int

    @classmethod
    def of(
        cls,
        question: str,
        labels: tuple[str, ...],
        p: np.ndarray,
        right: np.ndarray | None = None,
        *,
        most: int = 4,
        first: int = 0,
        last: int | None = None,
    ) -> Ask:
        """Choose at most ``most`` candidates a step: what is right, and the likeliest others.

        ``p`` is (Tx, n_values).
        """
        wish = p.astype(float)
        if right is not None:
            wish[np.arange(len(p)), right] = 2.0  # above any probability
        choices = np.sort(np.argsort(-wish, axis=1, kind="stable")[:, :most], axis=1)
        chances = np.take_along_axis(p, choices, axis=1)
        last = len(p) - 1 if last is None else min(last, len(p) - 1)
        return cls(question, labels, choices, chances, right, min(first, last), last)

    @property
    def about(self) -> str:
        """A digest of what is asked; the same questions have the same in every language."""
        digest = hashlib.blake2b(digest_size=8)
        for part in (self.choices, self.p.round(6), self.right):
            digest.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    def pack(self) -> dict[str, Any]:
        """Make the JSON for the browser."""
        return {
            **vars(self),
            "about": self.about,
            "choices": self.choices.tolist(),
            "p": [[round(float(one), 6) for one in row] for row in self.p],
            "right": None if self.right is None else self.right.tolist(),
        }
