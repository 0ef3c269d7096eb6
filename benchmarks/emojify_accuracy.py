"""Test sentences that Emojify V2 gets wrong, in per cent: mean of five seeds, against V1.

After the last epoch of the default training, so that the test sentences choose nothing.
"""

from __future__ import annotations

import statistics
from dataclasses import replace

from benchmarks._result import Result
from seqlib import vectors
from seqlib.emojify import Emojify_V1, EmojifyRun, EmojifySettings, Lexicon, judge
from seqlib.text import shipped
from seqlib.training.run import State

SEEDS = range(5)


def measure() -> Result:
    train, test = shipped()
    lexicon = Lexicon.of(vectors.load())
    v1 = judge(Emojify_V1.fit(train, lexicon), test)
    v2 = []
    for seed in SEEDS:
        settings = replace(EmojifySettings(), seed=seed)
        run = EmojifyRun(train, test, lexicon, settings).start()
        if run.wait() is not State.DONE:
            raise RuntimeError(run.error)
        v2.append(judge(run.snapshot().model, test))
    negated = statistics.mean(one.negated_accuracy for one in v2)
    if negated <= v1.negated_accuracy:
        raise AssertionError(
            f"with a negation V2 gets {negated:.2f} right, V1 {v1.negated_accuracy:.2f}"
        )
    return Result(
        ours=100 * (1 - statistics.mean(one.accuracy for one in v2)),
        peer=100 * (1 - v1.accuracy),
        peer_name="V1, averaged vectors and a softmax",
        unit="%",
        goal=15,
        goal_on="ours",
    )
