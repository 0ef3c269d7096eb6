"""What a visit holds beside plain values: its emoji runs, and the pair of the embeddings page."""

from __future__ import annotations

from dataclasses import dataclass

from seqlib.emojify import EmojifyRun
from seqlib.i18n import _
from seqlib.training.run import State
from seqlib.vectors import WordVectors


@dataclass(frozen=True, eq=False)
class EmojiRecord:
    """An emoji run with its number on the page, from 1, what its data is called, its vectors."""

    number: int
    run: EmojifyRun
    data: str
    vectors: WordVectors

    @property
    def name(self) -> str:
        return f"run {self.number}"

    @property
    def title(self) -> str:
        """What the page calls it."""
        return _("run {n}", n=self.number)


@dataclass(frozen=True, eq=False)
class PairRecord:
    """Two emoji runs that differ in ``trainable`` alone, on the same vectors."""

    vectors: WordVectors
    frozen: EmojifyRun
    trainable: EmojifyRun

    @property
    def state(self) -> State:
        """That of the first, or of the second where the first is over."""
        return self.trainable.state if self.frozen.state.over else self.frozen.state

    def stop(self) -> None:
        self.frozen.stop()
        self.trainable.stop()
