"""The project's own sentences."""

from __future__ import annotations

from functools import lru_cache

from seqlib.assets import ASSETS
from seqlib.text.files import read_csv
from seqlib.text.labelled import DataSet, LabelledSentences

FOLDER = ASSETS / "emojify"


@lru_cache(maxsize=1)
def shipped() -> DataSet:
    """Read the training and test sentences; see the card in ``assets/emojify``."""
    return DataSet(_part("train"), shipped_test())


def shipped_test() -> LabelledSentences:
    """Read the test sentences of ``shipped`` alone: the others take a third of a second."""
    return _part("test")


def validation() -> LabelledSentences:
    """Read the sentences on which settings and temperature are chosen; no test ones are there."""
    return _part("validation")


@lru_cache(maxsize=3)
def _part(name: str) -> LabelledSentences:
    return read_csv(FOLDER / f"{name}.csv")[0]
