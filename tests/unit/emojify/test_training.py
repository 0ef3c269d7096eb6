"""A run of Emojify: what it measures and gives, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import by_hand

from seqlib.emojify import EmojifyRun, EmojifySettings, EmojifyWeights, Lexicon, Unknown, judge
from seqlib.emojify.task import EmojifyTask
from seqlib.text import LabelledSentences
from seqlib.training.run import State
from seqlib.training.task import Progress
from seqlib.vectors import WordVectors

WORDS = "i am not happy sad glad we eat soup bread ball game team love you dear".split()  # noqa: SIM905
QUICK = EmojifySettings(epochs=4, units=8, batch_size=8, learning_rate=0.01)


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    rows = np.random.default_rng(5).normal(0, 0.45, (len(WORDS), 6))
    return WordVectors.of(WORDS, rows, "small vectors")


def sentences(m: int, seed: int = 0) -> LabelledSentences:
    """Random sentences of 1 to 5 words, one of them without a word that has a vector; what a
    sentence's class is follows from its first word."""
    rng = np.random.default_rng(seed)
    words = [rng.choice(WORDS, rng.integers(1, 6)).tolist() for _ in range(m)]
    labels = np.array([WORDS.index(one[0]) % 5 for one in words])
    words[m // 2] = ["glorply"]
    return LabelledSentences(tuple(map(" ".join, words)), labels)


def make_run(vectors, settings=QUICK, m=37, **options) -> EmojifyRun:
    lexicon = Lexicon.of(vectors, settings.unknown)
    return EmojifyRun(sentences(m), sentences(11, seed=1), lexicon, settings, **options)


def trained(run: EmojifyRun, slices: int | None = None) -> EmojifyRun:
    """Give a run its slices by hand, so many or all."""
    scheduler = by_hand()
    run.start(scheduler)
    while not run.state.over and slices != 0:
        assert scheduler.step() is run
        slices = None if slices is None else slices - 1
    return run


def test_a_run_learns_and_records_every_epoch(vectors):
    # With little dropped it learns these sentences from any seed.
    settings = replace(QUICK, epochs=25, dropout=0.1, input_dropout=0, word_dropout=0)
    run = trained(make_run(vectors, settings, m=120))
    metrics = run.metrics
    assert run.state is State.DONE
    assert run.progress == 1
    assert len(metrics) == run.epoch == 25
    assert metrics.loss[-1] < metrics.loss[0] / 2
    assert metrics.accuracy[-1] > 0.8
    assert (np.diff(metrics.seconds) >= 0).all()
    assert (metrics.confusion.sum(axis=(1, 2)) == 11).all()
    right = np.trace(metrics.confusion, axis1=1, axis2=2) / 11
    np.testing.assert_allclose(metrics.test_accuracy, right, rtol=1e-6)
    # What the worker measured is what the model says.
    judged = judge(run.snapshot().model, run.test)
    assert judged.accuracy == pytest.approx(metrics.test_accuracy[-1])
    assert judged.loss == pytest.approx(metrics.test_loss[-1], abs=1e-5)
    best = run.best()
    assert metrics.test_accuracy[best.epoch - 1] == metrics.test_accuracy.max()
    assert judge(best.model, run.test).accuracy == pytest.approx(metrics.test_accuracy.max())


def test_it_trains_in_a_worker_process_and_gives_what_it_gives_here(vectors):
    there, here = make_run(vectors).start(), trained(make_run(vectors))
    assert there.wait(60) is State.DONE, there.error
    np.testing.assert_allclose(there.metrics.loss, here.metrics.loss, rtol=1e-5)
    assert (there.nbytes, here.nbytes) == (0, 0)


def test_before_its_first_epoch_a_run_has_the_first_weights(vectors):
    run = make_run(vectors)
    assert (run.snapshot().epoch, run.best().epoch, len(run.metrics)) == (0, 0, 0)
    assert run.metrics.best == 0
    assert run.nbytes > 0


def test_the_seed_draws_the_run(vectors):
    same, again = trained(make_run(vectors)), trained(make_run(vectors))
    np.testing.assert_array_equal(same.metrics.loss, again.metrics.loss)
    other = trained(make_run(vectors, replace(QUICK, seed=1)))
    assert not np.array_equal(same.metrics.loss, other.metrics.loss)


def test_a_frozen_embedding_moves_no_row_and_a_trained_one_only_those_that_occur(vectors):
    frozen = trained(make_run(vectors, replace(QUICK, trainable=False)))
    assert not len(frozen.snapshot().model.weights.embedding.rows)
    used = LabelledSentences(("i am happy", "we eat soup", "i love you"), np.array([2, 4, 0]))
    settings = replace(QUICK, trainable=True, mask=True, unknown=Unknown.SHARED)
    lexicon = Lexicon.of(vectors, Unknown.SHARED)
    model = trained(EmojifyRun(used, used, lexicon, settings)).snapshot().model
    rows = np.arange(len(vectors) + 2)
    moved = np.abs(model.weights.embedding[rows] - lexicon.embedding[rows]).max(axis=1) > 0
    assert {vectors.word(int(row)) for row in np.flatnonzero(moved)} == set(used.words)
    np.testing.assert_array_equal(vectors.matrix, lexicon.embedding.matrix)


def test_a_run_goes_on_from_given_weights(vectors):
    run = trained(make_run(vectors, replace(QUICK, epochs=400)), slices=3)
    run.stop()
    weights = run.snapshot().model.weights
    more = make_run(vectors, weights=weights)
    assert more.snapshot().model.weights.arrays[0] is weights.arrays[0]
    assert trained(more).state is State.DONE


def test_a_copy_of_a_run_is_that_run_as_it_is_best_included(vectors):
    run = trained(make_run(vectors), slices=3)
    kept = run.kept()
    assert (kept.state, kept.epoch, kept.best().epoch) == (State.STOPPED, 3, run.best().epoch)
    np.testing.assert_array_equal(kept.metrics.confusion, run.metrics.confusion)
    assert kept.train is run.train


def test_steps_too_long_end_the_run_with_advice_and_keep_the_weights(vectors):
    run = trained(make_run(vectors), slices=2)
    before = run.snapshot().model.weights.arrays
    run.take(run.learned, Progress(finite=False))
    assert run.state is State.FAILED
    assert "learning rate" in run.error
    for array, kept in zip(run.snapshot().model.weights.arrays, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"epochs": 0}, "epochs"),
        ({"units": 2.5}, "whole number"),
        ({"dropout": 0.95}, "dropout"),
        ({"learning_rate": 1}, "learning_rate"),
        ({"maxlen": 41}, "maxlen"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_out_of_bounds_are_named(change, says):
    with pytest.raises(ValueError, match=says):
        EmojifySettings(**change)


def test_parts_that_do_not_fit_are_refused(vectors):
    lexicon, some = Lexicon.of(vectors), sentences(5)
    with pytest.raises(ValueError, match="at least one"):
        EmojifyRun(some.subset([]), some, lexicon)
    other = LabelledSentences(some.sentences, some.labels, some.classes[::-1])
    with pytest.raises(ValueError, match="different classes"):
        EmojifyRun(some, other, lexicon)
    with pytest.raises(ValueError, match="choose one"):
        EmojifyRun(some, some, lexicon, EmojifySettings(unknown=Unknown.SHARED))
    with pytest.raises(ValueError, match="units"):
        EmojifyRun(some, some, lexicon, weights=EmojifyWeights.initial(lexicon.embedding, 5, 4))


def test_step_by_step_gives_what_whole_epochs_give_and_holds_after_each(vectors, monkeypatch):
    settings = replace(QUICK, epochs=2, dropout=0, input_dropout=0, word_dropout=0)
    whole = trained(make_run(vectors, settings, m=37))  # five batches of 8 at most
    # Three sentences a call: a step ends with its batch, not with a part of it.
    monkeypatch.setattr(EmojifyTask, "largest", 3)
    run, scheduler = make_run(vectors, settings, m=37), by_hand()
    run.start(scheduler, only="step")
    for step in range(1, 11):
        while scheduler.step() is not None:
            pass
        assert (run.epoch, run.part_done > 0) == (step // 5, step % 5 > 0)
        assert run.state is (State.DONE if step == 10 else State.PAUSED)
        assert run.learned is None or run.learned.step == step
        run.resume("step")
    np.testing.assert_allclose(run.metrics.loss, whole.metrics.loss, rtol=1e-4)
