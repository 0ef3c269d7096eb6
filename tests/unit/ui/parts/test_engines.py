"""Two engines beside each other: which runs are compared, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqlib.jazz.training import Metrics, RunSettings, TrainingRun
from seqlib.training.run import Record, State
from ui.parts import engines

SETTINGS = RunSettings(epochs=4, m=2, Tx=3, n_a=4)


@pytest.fixture
def make_run(make_weights):
    """A run that is over, of some engine, whose losses go up by ``apart``."""

    def make(engine: str, apart: float = 0.0, settings: RunSettings = SETTINGS, n: int = 4):
        loss = np.full((n, 3), 2.0, np.float32) + np.float32(apart)
        spent = None if engine == "numpy" else np.zeros((n, 3), np.float32)
        if spent is not None and n:
            spent[0], spent[1:, 2] = (4.0, 9.0, 0.0), 0.5
        metrics = Metrics(loss, loss / 4, np.arange(n, dtype=float), spent)
        kept = {name: one for name, one in vars(metrics).items() if one is not None}
        record = Record(settings, State.DONE, kept, make_weights(4, 7))
        run = TrainingRun.from_record(record, probe=None, engine=engine)
        run.trained_for = 0.25
        return run

    return make


def test_runs_are_compared_that_differ_in_the_engine_alone(make_run):
    ours, twin = make_run("numpy"), make_run("twin")
    longer = make_run("djmodel", settings=replace(SETTINGS, epochs=9, pace=5))
    other = make_run("djmodel", settings=replace(SETTINGS, seed=1))
    assert engines.peers([ours, twin], ours) == {"numpy": ours, "twin": twin}
    assert engines.peers([ours, other, longer], longer) == {"numpy": ours, "djmodel": longer}
    assert engines.peers([ours, other], ours) == {}
    assert engines.peers([ours, make_run("twin", n=0)], ours) == {}
    # Of two runs of one engine the later one counts.
    again = make_run("numpy")
    assert engines.peers([ours, twin, again], twin) == {"numpy": again, "twin": twin}


def test_the_largest_difference_and_everybodys_seconds_are_said(make_run):
    runs = {"numpy": make_run("numpy"), "djmodel": make_run("djmodel", apart=0.001, n=3)}
    said = engines.compared("engine", runs, lambda run: run.metrics.loss_sum)
    assert "over 3 epochs, the losses differ by at most **3.0e-03**; the first is 6." in said
    assert "- equations (NumPy): **0.2 s** for 4 epochs" in said
    assert (
        "- Keras: model.fit on djmodel: **1.0 s** for 2 epochs; before that loading TensorFlow "
        "4.0 s; building and tracing, the first epoch with it, 9.0 s" in said
    )
