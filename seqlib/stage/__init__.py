"""The stage: a trace as lanes over one time axis, for a page, a file or a notebook."""

from seqlib.stage.asking import Ask
from seqlib.stage.stage import (
    Clock,
    Distribution,
    Elsewhere,
    Heatmap,
    Lane,
    Note,
    PianoRoll,
    Stage,
    StageError,
    Tokens,
    UnitGroup,
    pack_array,
    payload,
)
