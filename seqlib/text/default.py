"""The project's own sentences."""

from __future__ import annotations

from functools import lru_cache

from seqlib.assets import ASSETS
from seqlib.text.files import read_csv
from seqlib.text.labelled import DataSet

FOLDER = ASSETS / "emojify"


@lru_cache(maxsize=1)
def shipped() -> DataSet:
    """Read the training and test sentences; see the card in ``assets/emojify``."""
    return DataSet(*(read_csv(FOLDER / f"{part}.csv")[0] for part in ("train", "test")))
