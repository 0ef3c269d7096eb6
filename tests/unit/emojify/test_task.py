"""Training in NumPy is Keras' own training of ``Emojify_V2``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqlib.emojify import EmojifyWeights
from seqlib.emojify import task as task_module
from seqlib.emojify.network import Arrays, Network, dropped, packed
from seqlib.emojify.task import EmojifyTask, to_the_front
from seqlib.emojify.weights import Embedding
from seqlib.training.loss import cross_entropy

N_WORDS, E_LENGTH, N_A, N_CLASSES, TX, M = 16, 6, 8, 5, 5, 37


def sentences(m: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the embedding (m, TX), words in front, one without a word; and labels (m,)."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, TX + 1, m)
    lengths[m // 2] = 0
    rows = rng.integers(1, N_WORDS + 1, (m, TX)) * (np.arange(TX) < lengths[:, None])
    rows[::3, 1] = 0  # a word without a vector
    return rows, rows[:, 0] % N_CLASSES


def start(mask: bool, seed: int = 0) -> EmojifyWeights:
    matrix = np.random.default_rng(5).normal(0, 0.45, (N_WORDS + 1, E_LENGTH)).astype(np.float32)
    matrix[0] = 0
    return EmojifyWeights.initial(Embedding.of(matrix), N_CLASSES, N_A, mask=mask, seed=seed)


def make(mask: bool = True, **settings) -> EmojifyTask:
    settings = {"epochs": 3, "learning_rate": 0.01, "batch_size": 8, **settings}
    return EmojifyTask.of(*sentences(M), *sentences(11, seed=1), start(mask), **settings)


def after(task: EmojifyTask, batches: int):
    """Return the state after so many slices of one batch."""
    state = task.begin()
    for _batch in range(batches):
        state, _ = task.advance(state, 0)
    return state


def keras_twin(task, weights):
    from seqlib.emojify.models import Emojify_V2, set_weights

    words = [f"word{row}" for row in range(1, N_WORDS + 1)]
    matrix = weights.embedding.matrix
    model = Emojify_V2(
        (TX,),
        {word: matrix[row] for row, word in enumerate(words, 1)},
        {word: row for row, word in enumerate(words, 1)},
        units=N_A,
        dropout=task.dropout,
        mask=task.mask,
        trainable=task.trainable,
    )
    set_weights(model, weights)
    return model


def arrays_of(model) -> list[np.ndarray]:
    """Return the weights of all layers but the embedding, in the order of ``EmojifyWeights``."""
    from seqlib.emojify.models import LAYERS

    return [array for name in LAYERS for array in model.get_layer(name).get_weights()]


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_training_equals_keras_fit_epoch_by_epoch(keras, mask):
    """Mini-batches in a drawn order, the last one short; nothing dropped."""
    task, weights = make(mask), start(mask)
    model = keras_twin(task, weights)
    model.compile(
        keras.optimizers.Adam(task.learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    (x, labels), test = sentences(M), sentences(11, seed=1)
    state = task.begin()
    for epoch in range(task.epochs):
        rows = np.concatenate([part.rows for part in task.parts(epoch)])
        assert sorted(rows) == list(range(M))
        history = model.fit(
            x[rows], labels[rows], batch_size=task.batch_size, validation_data=test,
            shuffle=False, verbose=0,
        ).history  # fmt: skip
        state, progress = task.advance(state, 100, epochs=1)
        for ours, theirs in {
            "loss": "loss", "accuracy": "accuracy",
            "test_loss": "val_loss", "test_accuracy": "val_accuracy",
        }.items():  # fmt: skip
            np.testing.assert_allclose(progress.measured[ours], history[theirs], rtol=1e-4)
    trained = task.model(state, weights)
    for ours, theirs, before in zip(trained.arrays, arrays_of(model), weights.arrays, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-4)
        assert np.abs(ours - before).max() > 5e-3


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_a_trainable_embedding_takes_the_steps_keras_takes(keras, mask):
    import tensorflow as tf

    task, weights = make(mask, trainable=True), start(mask)
    model = keras_twin(task, weights)
    adam = keras.optimizers.Adam(task.learning_rate)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    x, labels = sentences(M)
    for part in (part for epoch in range(task.epochs) for part in task.parts(epoch)):
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels[part.rows], model(x[part.rows], training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        # As slices, Keras' Adam would square each occurrence of a word on its own.
        adam.apply(list(map(tf.convert_to_tensor, gradients)), model.trainable_variables)
    state, _ = task.advance(task.begin(), 100)
    trained = task.model(state, weights)
    for ours, theirs in zip(trained.arrays, arrays_of(model), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-4)
    table = trained.embedding[np.arange(N_WORDS + 1)]
    theirs = model.get_layer("pretrained_embedding").get_weights()[0]
    np.testing.assert_allclose(table, theirs, rtol=0, atol=2e-4)
    moved = np.abs(table - weights.embedding.matrix).max(axis=1) > 0
    assert moved[0] == (not mask)
    assert moved[np.unique(x[x > 0])].all()


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_gradients_with_dropout_are_finite_differences(mask):
    rng = np.random.default_rng(2)
    task = make(mask, trainable=True, dropout=0.4)
    arrays = [rng.normal(0, 0.6, shape).astype(np.float32) for shape in task.shapes]
    batch = packed(task.train[:9], mask)
    labels = task.labels[batch.order]
    n = len(batch.words)
    drops = [dropped(rng, 0.4, shape) for shape in ((n, N_A), (9, N_A), (n, E_LENGTH))]
    network = Network(task.shapes, TX, 9)

    def loss(arrays):
        return cross_entropy(network.forward(Arrays(arrays), batch, *drops), labels).each.sum()

    logits = network.forward(Arrays(arrays), batch, *drops)
    network.backward(cross_entropy(logits, labels).dlogits)
    for place, gradient in enumerate([array.copy() for array in network.out]):
        steepest = np.linalg.norm(gradient)
        assert steepest > 0.01
        moved = list(arrays)
        found = []
        for way in (1, -1):
            moved[place] = arrays[place] + way * np.float32(0.01) * gradient / steepest
            found.append(float(loss(moved)))
        assert (found[0] - found[1]) / 0.02 == pytest.approx(steepest, rel=0.01)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(rate):
    drawn = dropped(np.random.default_rng(3), rate, (400, 200))
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(np.unique(drawn), [0, 1 / (1 - rate)], rtol=1e-6)
    assert (drawn == 0).mean() == pytest.approx(rate, abs=0.01)
    assert drawn.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])
def test_dropped_words_leave_the_others_in_order(mask):
    task = make(mask, word_dropout=0.3)
    rows = np.tile(np.arange(1, 11), (500, 1))
    left = task.thinned(rows, np.random.default_rng(1))
    assert (left == 0).mean() == pytest.approx(0.3, abs=0.02)
    for sentence in left:
        words = sentence[sentence > 0]
        assert (np.diff(words) > 0).all()
        assert (sentence[: len(words)] > 0).all() or not mask
    assert mask or all(set(column) <= {0, place} for place, column in enumerate(left.T, 1))
    assert make(mask).thinned(rows, np.random.default_rng(1)) is rows


def test_what_is_dropped_is_drawn_alike_in_slices_of_any_length():
    task = make(word_dropout=0.3, dropout=0.2, input_dropout=0.4, trainable=True)
    whole, _ = task.advance(task.begin(), 100)
    state = task.begin()
    while state.epoch < task.epochs:
        state, _ = task.advance(state, 0)
    np.testing.assert_array_equal(state.weights, whole.weights)
    none, _ = replace(task, word_dropout=0.0).advance(task.begin(), 100)
    assert np.abs(whole.weights - none.weights).max() > 1e-3


def test_a_model_shown_in_the_middle_of_an_epoch_has_had_all_updates(monkeypatch):
    task, first = make(trainable=True, batch_size=2), start(True)
    with monkeypatch.context() as every_time:
        every_time.setattr(EmojifyTask, "_late", 0)  # all rows are updated with each batch
        expected = after(task, 8)
    state = after(task, 8)
    assert state.batch > 0
    assert state.behind is not None
    apart = np.abs(task.split(state.weights)[8] - task.split(expected.weights)[8])
    assert apart.max() > 1e-4, "no row is behind"
    shown, all_updated = task.model(state, first), task.model(expected, first)
    np.testing.assert_allclose(
        shown.embedding[task.rows], all_updated.embedding[task.rows], rtol=0, atol=1e-6
    )
    before = state.weights.copy()
    task.model(state, first)
    np.testing.assert_array_equal(state.weights, before)


def test_updates_that_are_behind_are_made_at_the_rate_that_was_set_then():
    task, first = make(trainable=True, batch_size=2), start(True)
    state, still = after(task, 8), task.changed(learning_rate=1e-12)
    assert state.behind is not None
    moved, _ = still.advance(state, 0)
    assert (moved.step, moved.epoch) == (state.step + 1, state.epoch)
    np.testing.assert_allclose(
        still.model(moved, first).embedding[task.rows],
        task.model(state, first).embedding[task.rows],
        rtol=0,
        atol=1e-8,
    )


def test_the_best_model_is_the_same_in_the_middle_of_the_next_epoch():
    task, first = make(trainable=True, batch_size=2), start(True)
    state, _ = task.advance(task.begin(), 100, epochs=1)
    epoch, best = task.best(state, first)
    state, _ = task.advance(state, 0)
    assert (epoch, state.behind is None) == (1, False)
    _, again = task.best(state, first)
    np.testing.assert_array_equal(again.embedding[task.rows], best.embedding[task.rows])


def test_dropout_is_drawn_anew_for_each_batch_and_epoch_and_not_for_the_test():
    rate = make(dropout=0.6, learning_rate=1e-12)  # weights stay where they are
    _, progress = rate.advance(rate.begin(), 100)
    assert len(np.unique(progress.measured["loss"].round(4))) == 3
    np.testing.assert_allclose(np.ptp(progress.measured["test_loss"]), 0, atol=1e-6)
    _, again = rate.advance(rate.begin(), 100)
    np.testing.assert_array_equal(again.measured["loss"], progress.measured["loss"])


def test_the_best_model_is_that_of_the_best_test_whatever_the_slices():
    task, weights = make(epochs=12, dropout=0.2, learning_rate=0.15), start(True)
    state, progress = task.advance(task.begin(), 100)
    epoch, best = task.best(state, weights)
    measured = progress.measured
    ranked = sorted(
        range(12), key=lambda e: (measured["test_accuracy"][e], -measured["test_loss"][e])
    )
    assert epoch == ranked[-1] + 1 < 12
    there, _ = task.advance(task.begin(), 100, epochs=epoch)
    np.testing.assert_array_equal(best.lstm_2.kernel, task.model(there, weights).lstm_2.kernel)
    assert task.best(task.begin(), weights) == (0, weights)


def test_what_is_tested_is_what_the_model_says():
    task, weights = make(epochs=2), start(True)
    state, progress = task.advance(task.begin(), 100)
    x, labels = sentences(11, seed=1)
    y = task.model(state, weights).probabilities(x)
    np.testing.assert_allclose(task.open().probabilities(state.weights), y, atol=1e-5)
    chosen = y.argmax(axis=1)
    assert progress.measured["test_accuracy"][-1] == (chosen == labels).mean()
    confusion = progress.measured["confusion"][-1]
    assert confusion.sum() == 11
    assert np.trace(confusion) == (chosen == labels).sum()


def test_it_learns():
    task = make(epochs=60)
    state, progress = task.advance(task.begin(), 100)
    assert state.epoch == 60
    assert progress.measured["loss"][-1] < progress.measured["loss"][0] / 4
    assert progress.measured["accuracy"][-1] > 0.9


def test_sentences_of_about_one_length_share_a_batch_where_that_saves_steps():
    rng = np.random.default_rng(4)
    train = np.arange(1, 21) * (np.arange(20) < rng.integers(1, 21, 1003)[:, None])
    task = replace(make(True), train=train, labels=np.zeros(1003, int), batch_size=10)

    def longest(task, epoch):
        parts = task.parts(epoch)
        assert sorted(np.concatenate([part.rows for part in parts])) == [*range(1003)]
        assert [len(part.rows) for part in parts] == [10] * 100 + [3]
        return np.array([np.count_nonzero(train[part.rows], axis=1).max() for part in parts])

    whatever_comes = longest(replace(task, mask=False), 0)
    by_length = longest(task, 0)
    assert by_length.mean() < 0.65 * whatever_comes.mean()
    assert np.corrcoef(by_length[:-2], by_length[1:-1])[0, 1] < 0.3, "short and long ones mixed"
    assert (by_length != longest(task, 1)).any()


def test_a_large_batch_is_taken_in_parts_that_change_nothing(monkeypatch):
    whole = make(batch_size=32)
    expected, measured = whole.advance(whole.begin(), 100)
    monkeypatch.setattr(task_module, "CALL_FLOP", 7 * 6 * 4 * TX * N_A * (E_LENGTH + 3 * N_A))
    parts = make(batch_size=32)
    assert [len(part.rows) for part in parts.parts(0)] == [7, 7, 7, 7, 4, 5]
    state, progress = parts.advance(parts.begin(), 100)
    np.testing.assert_allclose(state.weights, expected.weights, atol=1e-5)
    np.testing.assert_allclose(progress.measured["loss"], measured.measured["loss"], rtol=1e-5)


def test_the_largest_settings_take_few_sentences_a_call():
    rows = np.ones((600, 40), np.int32)
    matrix = np.zeros((2, 300), np.float32)
    weights = EmojifyWeights.initial(Embedding.of(matrix), N_CLASSES, 256)
    labels = np.zeros(600, int)
    task = EmojifyTask.of(
        rows, labels, rows, labels, weights, epochs=1, learning_rate=0.01, batch_size=512
    )
    assert max(len(part.rows) for part in task.parts(0)) <= 20


def test_a_batch_without_a_single_word_moves_the_softmax_only():
    task = make(batch_size=1, epochs=1)
    task = replace(task, train=np.zeros_like(task.train[:2]), labels=task.labels[:2])
    state, _ = task.advance(task.begin(), 100)
    moved = [(a != b).any() for a, b in zip(task.split(state.weights), task.start, strict=False)]
    assert moved == [False] * 7 + [True]


def test_moving_to_the_front_keeps_the_order_of_the_words():
    rows = np.array([[3, 0, 4, 0], [0, 0, 0, 0], [1, 2, 3, 4], [0, 0, 0, 5]])
    assert to_the_front(rows).tolist() == [[3, 4, 0, 0], [0] * 4, [1, 2, 3, 4], [5, 0, 0, 0]]


def test_a_model_holds_its_trained_table_once():
    """Its cells are views of what was learned, so a copy of the table stood beside the table."""
    task = make(trainable=True)
    state = task.settled(after(task, 2))
    model = task.model(state, start(True))
    held = (*model.arrays, model.embedding.values)
    assert all(np.shares_memory(array, state.weights) for array in held)
    assert np.array_equal(model.embedding.rows, task.rows)


def test_rows_that_were_changed_before_stay_so():
    matrix = np.zeros((9, 2), np.float32)
    before = Embedding.of(matrix, {3: np.ones(2), 8: np.full(2, 8.0)})
    now = before.changed(np.array([7, 3]), np.array([[7, 7], [3, 3]], np.float32))
    assert now.rows.tolist() == [3, 7, 8]
    assert now[np.arange(9)][:, 0].tolist() == [0, 0, 0, 3, 0, 0, 0, 7, 8]
    again = now.changed(np.array([3, 7, 8]), np.array([[4, 4], [5, 5], [6, 6]], np.float32))
    assert again[np.arange(9)][:, 0].tolist() == [0, 0, 0, 4, 0, 0, 0, 5, 6]
