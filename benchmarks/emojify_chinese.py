"""Chinese sentences that the shipped Emojify V2 gets wrong, in per cent, against V1.

Both learned English sentences only. The sentences shaped neither the networks nor the table of
Chinese words.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks._result import Result
from seqlib import vectors
from seqlib.emojify import judge, pretrained
from seqlib.text import read_csv

SENTENCES = Path(__file__).parents[1] / "scripts" / "chinese" / "held_out.tsv"


def measure() -> Result:
    v2, v1 = pretrained.load(vectors.load())
    sentences, _report = read_csv(SENTENCES)
    return Result(
        ours=100 * (1 - judge(v2, sentences).accuracy),
        peer=100 * (1 - judge(v1, sentences).accuracy),
        peer_name="V1, averaged vectors and a softmax",
        unit="%",
        goal=15,
        goal_on="ours",
    )
