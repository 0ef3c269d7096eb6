"""The shipped weights fit the shipped corpus and are as good as the page says."""

from __future__ import annotations

import pytest

from seqlib.jazz import pretrained, score
from seqlib.jazz.corpus import default_corpus


@pytest.fixture(scope="module")
def scores():
    held_out = default_corpus().held_out_sequences
    found = {stage: score(pretrained.load(stage), held_out) for stage in pretrained.STAGES}
    return found | {"trigram": pretrained.trigram().score(held_out)}


@pytest.mark.parametrize("stage", pretrained.STAGES)
def test_shipped_weights_read_the_default_vocabulary(stage):
    assert pretrained.load(stage).n_values == default_corpus().n_values


def test_more_training_predicts_unseen_music_better(scores):
    accuracies = [scores[stage].accuracy for stage in ("untrained", "early", "good")]
    assert accuracies == sorted(accuracies)
    assert accuracies[1] > 3 * accuracies[0]
    assert accuracies[2] > 3 * accuracies[1]


def test_the_good_weights_beat_the_trigram_on_unseen_music(scores):
    assert scores["good"].accuracy > scores["trigram"].accuracy
    assert scores["good"].log_loss < scores["trigram"].log_loss
