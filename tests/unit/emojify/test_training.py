"""Training Emojify: the graph takes Keras' own steps, and a run lives as every run does."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from seqlib.emojify import EmojifyRun, EmojifySettings, EmojifyWeights, Lexicon, Unknown, judge
from seqlib.emojify.fused import Shape, stacked, steps_of, to_the_end
from seqlib.emojify.training import train_now
from seqlib.text import LabelledSentences
from seqlib.training import scheduler
from seqlib.training.run import State
from seqlib.training.step import BETA_1
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


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
@pytest.mark.parametrize("trainable", [False, True], ids=["frozen", "trainable"])
def test_steps_are_those_keras_takes(keras, vectors, mask, trainable):
    """Whole-batch steps without dropout, so that chance has no part in them."""
    import tensorflow as tf

    from seqlib.emojify.models import LAYERS, Emojify_V2, set_weights

    m, epochs = 20, 3
    settings = replace(
        QUICK, epochs=epochs, batch_size=m, dropout=0.0, mask=mask, trainable=trainable
    )
    run = make_run(vectors, settings, m=m)
    start = run.snapshot().model.weights
    trained = train_now(run).snapshot().model.weights

    maxlen = run.settings.maxlen
    twin = Emojify_V2(
        (maxlen,), vectors.word_to_vec_map, vectors.word_to_index,
        units=8, dropout=0.0, mask=mask, trainable=trainable,
    )  # fmt: skip
    set_weights(twin, start)
    adam = keras.optimizers.Adam(settings.learning_rate)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    x = run.lexicon.indices(run.train.sentences, maxlen)
    losses = []
    for _ in range(epochs):
        with tf.GradientTape() as tape:
            loss = cross_entropy(run.train.labels, twin(x, training=True))
        gradients = tape.gradient(loss, twin.trainable_variables)
        # As slices, Keras' Adam would square each occurrence of a word on its own.
        adam.apply(list(map(tf.convert_to_tensor, gradients)), twin.trainable_variables)
        losses.append(float(loss))

    np.testing.assert_allclose(run.metrics.loss[0], losses[0], rtol=1e-5)
    arrays = [array for name in LAYERS for array in twin.get_layer(name).get_weights()]
    for ours, theirs, before in zip(trained.arrays, arrays, start.arrays, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-4)
        assert np.abs(ours - before).max() > 5e-3  # steps are about 0.01 each
    table = trained.embedding[np.arange(len(vectors) + 1)]
    np.testing.assert_allclose(
        table, twin.get_layer("pretrained_embedding").get_weights()[0], rtol=0, atol=2e-4
    )


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_gradients_with_dropout_are_the_slopes_of_the_loss(mask):
    """Of a batch, longest first, with a row that only fills it up and one without words."""
    import tensorflow as tf

    Tx, e_length, n_a, n_classes, dropout = 4, 3, 5, 3, 0.4
    steps = steps_of(Shape(5, Tx, e_length, n_a, n_classes, mask, trainable=True))
    rng = np.random.default_rng(2)
    sizes = [(3, 20), (5, 20), (20,), (5, 20), (5, 20), (20,), (5, 3), (3,)]
    table = rng.normal(0, 1, (7, e_length)).astype(np.float32)
    weights = [*stacked([rng.normal(0, 0.6, size).astype(np.float32) for size in sizes]), table]
    sentences = np.array([[1, 2, 3, 4], [0, 2, 2, 5], [0, 0, 0, 6], [0, 0, 0, 0]], np.int32)

    def step(weights):
        """One step from fresh moments: mean loss, gradients."""
        variables = [tf.constant(array) for array in weights]
        zeros = [tf.zeros_like(variable) for variable in variables]
        _, first, _, _, loss, _ = steps.train(
            tf.constant([[0, -1, 1, 2, 3]]), tf.constant([7, 3]),
            variables, zeros, zeros, tf.constant(0.0),
            tf.constant(table), tf.constant(sentences), tf.constant([0, 1, 2, 1]),
            tf.constant(0.01), tf.constant(dropout),
        )  # fmt: skip
        return float(loss) / 4, [array.numpy() / (1 - BETA_1) for array in first]

    _, gradients = step(weights)
    for place, gradient in enumerate(gradients):
        steepest = np.linalg.norm(gradient)
        assert steepest > 0.01
        losses = []
        for way in (1, -1):
            moved = list(weights)
            moved[place] = weights[place] + way * 0.02 * gradient / steepest
            losses.append(step(moved)[0])
        assert (losses[0] - losses[1]) / 0.04 == pytest.approx(steepest, rel=0.01)


def test_a_run_learns_and_records_every_epoch(vectors):
    settings = replace(QUICK, epochs=25, dropout=0.1)
    run = train_now(make_run(vectors, settings, m=120))
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
    # What was measured in TensorFlow is what the NumPy model says.
    judged = judge(run.snapshot().model, run.test)
    assert judged.accuracy == pytest.approx(metrics.test_accuracy[-1])
    assert judged.loss == pytest.approx(metrics.test_loss[-1], abs=1e-5)
    best = run.best()
    assert metrics.test_accuracy[best.epoch - 1] == metrics.test_accuracy.max()
    assert judge(best.model, run.test).accuracy == pytest.approx(metrics.test_accuracy.max())


def test_the_same_seed_gives_the_same_run_however_it_is_sliced(vectors, monkeypatch):
    whole = train_now(make_run(vectors))
    monkeypatch.setattr(scheduler.default(), "limits", scheduler.Limits(slice=1e-6))
    monkeypatch.setattr(scheduler, "SHORTEST_SLICE", 1e-6)
    sliced = train_now(make_run(vectors))
    # The mean's rounding depends on how it was summed; the weights do not.
    np.testing.assert_allclose(whole.metrics.loss, sliced.metrics.loss, rtol=1e-6)
    for a, b in zip(
        whole.snapshot().model.weights.arrays, sliced.snapshot().model.weights.arrays, strict=True
    ):
        np.testing.assert_array_equal(a, b)
    other = train_now(make_run(vectors, replace(QUICK, seed=1)))
    assert not np.array_equal(whole.metrics.loss, other.metrics.loss)


def test_dropout_is_drawn_anew_and_at_the_rate_asked_for(vectors):
    with_it, without = (
        train_now(make_run(vectors, replace(QUICK, dropout=rate, epochs=1))) for rate in (0.6, 0)
    )
    assert with_it.metrics.loss[0] != without.metrics.loss[0]


def test_a_frozen_embedding_moves_no_row_and_a_trained_one_only_those_that_occur(vectors):
    frozen = train_now(make_run(vectors))
    assert not len(frozen.snapshot().model.weights.embedding.rows)
    used = LabelledSentences(("i am happy", "we eat soup", "i love you"), np.array([2, 4, 0]))
    settings = replace(QUICK, trainable=True, mask=True, unknown=Unknown.SHARED)
    lexicon = Lexicon.of(vectors, Unknown.SHARED)
    model = train_now(EmojifyRun(used, used, lexicon, settings)).snapshot().model
    rows = np.arange(len(vectors) + 2)
    moved = np.abs(model.weights.embedding[rows] - lexicon.embedding[rows]).max(axis=1) > 0
    assert {vectors.word(int(row)) for row in np.flatnonzero(moved)} == set(used.words)
    np.testing.assert_array_equal(vectors.matrix, lexicon.embedding.matrix)


def test_a_paced_run_takes_its_time(vectors):
    paced = train_now(make_run(vectors, replace(QUICK, pace=20)))
    assert np.diff(paced.metrics.seconds).min() > 0.02


def test_pause_resume_stop_and_going_on_from_weights(vectors):
    run = make_run(vectors, replace(QUICK, epochs=400))
    assert run.state is State.CREATED
    run.start()
    deadline = time.monotonic() + 60
    while run.epoch < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.pause()
    time.sleep(0.4)
    held = run.epoch
    assert run.state is State.PAUSED
    assert 2 <= held < 400
    before = run.metrics
    time.sleep(0.2)
    assert run.epoch == held
    run.resume()
    while run.epoch < held + 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.stop()
    assert run.wait(10) is State.STOPPED
    after = run.metrics
    np.testing.assert_array_equal(after.loss[: len(before)], before.loss)
    weights = run.snapshot().model.weights
    more = make_run(vectors, weights=weights)
    assert more.snapshot().model.weights.arrays[0] is weights.arrays[0]
    assert train_now(more).state is State.DONE


def test_steps_too_long_end_the_run_with_advice_and_keep_the_weights(vectors, monkeypatch):
    run = make_run(vectors)
    bad = [np.full_like(array, np.nan) for array in run.snapshot().model.weights.arrays]
    from seqlib.emojify.fused import Batches

    monkeypatch.setattr(Batches, "weights", lambda self: (bad, None))
    run.start()
    assert run.wait(60) is State.FAILED
    assert "learning rate" in run.error
    assert all(np.isfinite(array).all() for array in run.snapshot().model.weights.arrays)


def test_moving_to_the_end_keeps_the_order_of_the_words():
    rows = np.array([[3, 0, 4, 0], [0, 0, 0, 0], [1, 2, 3, 4], [5, 0, 0, 0]])
    assert to_the_end(rows).tolist() == [[0, 0, 3, 4], [0] * 4, [1, 2, 3, 4], [0, 0, 0, 5]]


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
