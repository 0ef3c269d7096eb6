"""The exercise's run at its own size: 60 windows of 30 notes out of one tune, 100 epochs.

Published runs of it bring the loss summed over the 30 outputs from about 126 to about 6, with
every output but the first nearly always right.
"""

from __future__ import annotations

import pytest

from seqlib.jazz.corpus import small_corpus
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.music import windows
from seqlib.training.run import State


@pytest.fixture(scope="module")
def metrics(keras):
    corpus, settings = small_corpus(), RunSettings()
    X, Y = windows(corpus.sequences, settings.m, settings.Tx, corpus.n_values, settings.seed)
    run = TrainingRun(X, Y, settings).start()
    assert run.wait(120) is State.DONE
    return run.metrics


def test_the_default_run_learns_the_tune_as_published_runs_do(metrics):
    assert 120 < metrics.loss_sum[0] < 140
    assert metrics.loss_sum[-1] < 8


def test_only_the_output_without_context_stays_uncertain(metrics):
    last = metrics.accuracy[-1]  # (Ty,)
    assert last[1:].mean() > 0.93
    assert last[0] == last.min()
    # What remains of the loss is mostly the first output's, which has read nothing.
    assert metrics.loss[-1, 0] > 0.4 * metrics.loss_sum[-1]
