"""What a visit holds beside plain values: its emoji runs, and the pair of the embeddings page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqlib.emojify import EmojifyRun
from seqlib.i18n import N_, _
from seqlib.training.run import State
from seqlib.vectors import WordVectors

LAST, BEST = "last", "best"


def title(name: str) -> str:
    """Return the name of a run, or of a model, as a reader sees it."""
    if not (run := re.fullmatch(rf"run (\d+)(?: ({LAST}|{BEST}))?", name)):
        return _(name)
    said = {None: N_("run {n}"), LAST: N_("run {n} last"), BEST: N_("run {n} best")}
    return _(said[run[2]], n=run[1])


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
        return title(self.name)


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

    @property
    def epoch(self) -> int:
        """Epochs that both have finished."""
        return min(self.frozen.epoch, self.trainable.epoch)

    def stop(self) -> None:
        self.frozen.stop()
        self.trainable.stop()
