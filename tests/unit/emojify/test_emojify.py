"""The NumPy side of Emojify is Keras' model, and explains, saves and reopens what it does."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from seqlib import emojify, limits
from seqlib.emojify import (
    DropoutMasks,
    Embedding,
    Emojify_V1,
    EmojifyWeights,
    EmojiModel,
    Lexicon,
    Score,
    Unknown,
    calibrated,
    input_gradient,
    judge,
    leave_one_out,
    mistakes,
    open_model,
    reliability,
    save_model,
    sure,
)
from seqlib.emojify.weights import NAMES
from seqlib.lstm import forward
from seqlib.text import DEFAULT_CLASSES, LabelledSentences, shipped
from seqlib.vectors import WordVectors

WITHIN = {"rtol": 0, "atol": 1e-5}
MASKS = pytest.mark.parametrize("mask", [False, True], ids=["unmasked", "masked"])


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    """Vectors of most words of the shipped sentences, at random; some words have none."""
    words = sorted({*shipped().train.words, *shipped().test.words})[::-1]
    known = [word for place, word in enumerate(words) if place % 9]
    rows = np.random.default_rng(1).normal(0, 0.45, (len(known), 50)).astype(np.float16)
    return WordVectors.of(known, rows, "random vectors")


def random_weights(embedding, n_a=16, n_classes=5, mask=False, seed=0) -> EmojifyWeights:
    """Every array drawn at random, biases included, large enough to matter."""
    rng = np.random.default_rng(seed)
    first = EmojifyWeights.initial(embedding, n_classes, n_a, mask=mask)
    return first.with_arrays([rng.normal(0, 0.4, array.shape) for array in first.arrays])


@pytest.fixture
def model(vectors) -> EmojiModel:
    lexicon = Lexicon.of(vectors)
    return EmojiModel(lexicon, random_weights(lexicon.embedding))


# Equal to Keras.


@pytest.mark.parametrize(("mask", "unknown"), [(False, Unknown.ZERO), (True, Unknown.SHARED)])
def test_every_state_of_both_layers_is_keras_own_on_test_sentences(keras, vectors, mask, unknown):
    from seqlib.emojify.models import keras_model

    lexicon = Lexicon.of(vectors, unknown)
    weights = random_weights(lexicon.embedding, n_a=128, mask=mask)
    indices = lexicon.indices(shipped().test.sentences[::5], 10)
    # Their Keras twin has the same rows in the same places.
    words = [*vectors.words, "<unk>"][: lexicon.embedding.n_rows - 1]
    twin = keras_model(weights, words, 10, 0.5)
    inner = keras.Model(
        twin.input, [twin.get_layer("lstm_1").output, twin.get_layer("lstm_2").output, twin.output]
    )
    first, last, p = (np.asarray(out) for out in inner(indices))
    for row, sentence in enumerate(indices):
        trace = weights.trace(sentence)
        np.testing.assert_allclose(trace.lstm_1.h, first[row], **WITHIN)
        np.testing.assert_allclose(trace.lstm_2.h[-1], last[row], **WITHIN)
        np.testing.assert_allclose(trace.output, p[row], **WITHIN)
    np.testing.assert_allclose(weights.probabilities(indices), p, **WITHIN)


def test_the_seeds_model_has_the_seeds_parameters(keras):
    from seqlib.emojify.models import Emojify_V2

    class Zeros(dict):
        def __missing__(self, word):
            return np.zeros(50, np.float32)

    words = {f"w{n}": n for n in range(1, 400_001)}
    model = Emojify_V2((10,), Zeros(cucumber=np.zeros(50)), words)
    assert model.input.shape == (None, 10)
    assert model.input.dtype == "int32"
    assert model.output.shape == (None, 5)
    assert model.count_params() == 20_223_927
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == 223_877
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds[1:] == ["Embedding", "LSTM", "Dropout", "LSTM", "Dropout", "Dense", "Activation"]


def test_options_reach_the_keras_model(keras):
    from seqlib.emojify.models import Emojify_V2

    vectors = WordVectors.of(["a", "b"], np.ones((2, 7)))
    model = Emojify_V2(
        (4,), vectors.word_to_vec_map, vectors.word_to_index,
        n_classes=3, units=6, dropout=0.2, mask=True, trainable=True,
    )  # fmt: skip
    assert model.output.shape == (None, 3)
    assert model.get_layer("lstm_1").output.shape == (None, 4, 6)
    assert model.get_layer("dropout_2").rate == 0.2
    assert model.get_layer("pretrained_embedding").mask_zero
    assert len(model.trainable_variables) == 9


# Traces.


def test_a_mask_skips_exactly_the_rows_of_zeros(vectors):
    weights = random_weights(Embedding.of(vectors.matrix), mask=True)
    spread = weights.trace(np.array([0, 3, 0, 5, 2, 0]))
    dense = weights.trace(np.array([3, 5, 2]))
    np.testing.assert_allclose(spread.output, dense.output, **WITHIN)
    np.testing.assert_array_equal(spread.lstm_2.h[5], spread.lstm_2.h[4])
    assert spread.read.tolist() == [False, True, False, True, True, False]
    assert not spread.lstm_1.h[0].any()


@MASKS
def test_gates_and_states_obey_the_equations_at_every_step(vectors, mask):
    trace = random_weights(Embedding.of(vectors.matrix), mask=mask).trace(
        np.array([4, 0, 7, 9, 0, 0])
    )
    for layer in (trace.lstm_1, trace.lstm_2):
        before = np.vstack([layer.c0, layer.c[:-1]])
        np.testing.assert_allclose(layer.c, layer.f * before + layer.i * layer.g, **WITHIN)
        np.testing.assert_allclose(layer.h, layer.o * np.tanh(layer.c), **WITHIN)


@MASKS
def test_a_sentence_without_words_is_read_without_complaint(vectors, mask):
    weights = random_weights(Embedding.of(vectors.matrix), mask=mask)
    trace = weights.trace(np.zeros(4, int))
    assert np.isclose(trace.output.sum(), 1, atol=1e-6)
    np.testing.assert_allclose(
        trace.output, weights.probabilities(np.zeros((1, 4), int))[0], **WITHIN
    )


def test_probabilities_after_every_word_are_those_of_the_shorter_sentence(vectors):
    weights = random_weights(Embedding.of(vectors.matrix))
    sentence = np.array([5, 8, 2, 9, 1])
    trace = weights.trace(sentence)
    for n in range(1, 6):
        short = weights.probabilities(sentence[None, :n])[0]
        np.testing.assert_allclose(trace.probabilities[n - 1], short, **WITHIN)


def test_dropout_is_seen_in_a_training_pass_and_absent_at_inference(vectors):
    weights = random_weights(Embedding.of(vectors.matrix))
    masks = DropoutMasks.draw(0.5, 5, weights.n_a, seed=3)
    assert set(np.unique(masks.first)) == {0.0, 2.0}
    trace = weights.trace(np.arange(1, 6), masks)
    np.testing.assert_array_equal(trace.lstm_2.x, trace.lstm_1.h * masks.first)
    assert weights.trace(np.arange(1, 6)).dropout is None
    many = DropoutMasks.draw(0.3, 200, 200, seed=1).first
    assert abs(many.mean() - 1) < 0.02
    with pytest.raises(ValueError, match="below 1"):
        DropoutMasks.draw(1.0, 2, 2)


def test_batches_of_any_size_give_the_same_numbers(vectors, monkeypatch):
    weights = random_weights(Embedding.of(vectors.matrix), mask=True)
    indices = np.random.default_rng(0).integers(0, 50, (30, 8))
    whole = weights.probabilities(indices)
    monkeypatch.setattr(emojify.weights, "CHUNK", 7)
    np.testing.assert_allclose(weights.probabilities(indices), whole, **WITHIN)
    assert weights.probabilities(indices[:0]).shape == (0, 5)


# The embedding.


def test_an_embedding_gives_changed_rows_and_leaves_the_shared_matrix_alone():
    matrix = np.arange(12, dtype=np.float16).reshape(4, 3)
    matrix.flags.writeable = False
    embedding = Embedding.of(matrix).changed(np.array([2, 4]), np.full((2, 3), 0.5))
    assert embedding.n_rows == 5
    found = embedding[np.array([[1, 2], [4, 0]])]
    assert found.dtype == np.float32
    assert found.tolist() == [[[3, 4, 5], [0.5] * 3], [[0.5] * 3, [0, 1, 2]]]
    again = embedding.changed(np.array([1]), np.zeros((1, 3)))
    assert again[np.array([1, 4])].tolist() == [[0] * 3, [0.5] * 3]
    with pytest.raises(ValueError, match="0 to 4"):
        embedding[np.array([5])]


def test_unknown_words_get_the_treatment_that_is_named(vectors):
    zero, shared = (Lexicon.of(vectors, unknown) for unknown in Unknown)
    assert zero.encode("glorply", 3).indices.tolist() == [0, 0, 0]
    assert shared.encode("glorply", 3).indices.tolist() == [len(vectors) + 1, 0, 0]
    np.testing.assert_allclose(
        shared.embedding[np.array(len(vectors) + 1)], vectors.matrix[1:].mean(axis=0), **WITHIN
    )
    for lexicon in (zero, shared):
        assert lexicon.encode("glorply", 3).unknown == ("glorply",)
        assert lexicon.unknown.meaning


# Which word mattered.


@MASKS
@pytest.mark.parametrize("score", [Score(2), Score(1, against=3)], ids=["label", "contrast"])
def test_input_gradient_is_tensorflows_and_that_of_finite_differences(keras, vectors, mask, score):
    import tensorflow as tf

    from seqlib.emojify.models import keras_model

    weights = random_weights(Embedding.of(vectors.matrix), mask=mask)
    words = [vectors.words[n] for n in range(9)]
    indices = np.array([3, 7, 0, 1, 9, 9, 0, 0])
    found = input_gradient(weights, weights.trace(indices), score)

    twin = keras_model(weights, words, 8, 0.5)
    embedding = twin.get_layer("pretrained_embedding")
    x = tf.constant(embedding(indices[None]))
    keep = tf.constant(indices[None] != 0) if mask else None
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = twin.get_layer("lstm_1")(x, mask=keep)
        logits = twin.get_layer("dense")(twin.get_layer("lstm_2")(a, mask=keep))[0]
        p = tf.nn.log_softmax(logits)
        value = p[score.label] - (0 if score.against is None else p[score.against])
    np.testing.assert_allclose(found.gradient, tape.gradient(value, x)[0], **WITHIN)
    np.testing.assert_allclose(found.signed, (found.gradient * x.numpy()[0]).sum(axis=1), **WITHIN)
    np.testing.assert_allclose(found.norm, np.linalg.norm(found.gradient, axis=1), **WITHIN)

    # Finite differences, in float64.
    exact = EmojifyWeights(
        weights.embedding,
        *(type(one)(*(np.float64(a) for a in (one.kernel, one.recurrent_kernel, one.bias)))
          for one in (weights.lstm_1, weights.lstm_2)),
        np.float64(weights.dense_kernel), np.float64(weights.dense_bias), mask,
    )  # fmt: skip
    read = indices != 0 if mask else np.ones(8, bool)

    def value_of(x):
        between = forward(exact.lstm_1, x[read]).h
        return score.of(exact.logits(forward(exact.lstm_2, between).h[-1]))

    x = np.float64(weights.embedding[indices])
    for place in ((0, 0), (4, 7), (7, 2)):
        up, down = x.copy(), x.copy()
        up[place] += 1e-5
        down[place] -= 1e-5
        slope = (value_of(up) - value_of(down)) / 2e-5
        assert abs(slope - found.gradient[place]) < 1e-5


def test_input_gradient_after_an_earlier_word_sees_only_what_was_read_by_then(vectors):
    weights = random_weights(Embedding.of(vectors.matrix))
    trace = weights.trace(np.array([3, 4, 5, 6]))
    early = input_gradient(weights, trace, Score(0), t=1)
    assert early.norm[:2].all()
    assert not early.norm[2:].any()
    short = input_gradient(weights, weights.trace(np.array([3, 4])), Score(0))
    np.testing.assert_allclose(early.gradient[:2], short.gradient, **WITHIN)
    for t in (-1, 4):
        with pytest.raises(ValueError, match="steps 0 to 3"):
            input_gradient(weights, trace, Score(0), t)
    masked = random_weights(Embedding.of(vectors.matrix), mask=True)
    assert not input_gradient(masked, masked.trace(np.array([0, 0])), Score(0)).norm.any()


def test_a_word_left_out_of_a_sentence_that_was_cut_lets_the_next_one_in(model):
    short = replace(model, maxlen=6)
    test = shipped().test
    found = [one for one in mistakes(short, test, 40) if len(test.tokens[one.index]) > 6]
    assert found
    for one in found:
        words, score = test.tokens[one.index], Score(one.chosen, against=one.true)
        without = [short.read(words[:t] + words[t + 1 :]) for t in range(6)]
        scores = [score.of(np.log(read.probabilities)) for read in (short.read(words), *without)]
        np.testing.assert_allclose(
            one.by_leaving_out, scores[0] - np.array(scores[1:]), rtol=1e-3, atol=1e-3
        )


def test_leave_one_out_is_the_fall_of_the_score_without_the_word(model):
    encoded = model.encode("we never lose a match")
    n = len(encoded.words)
    found = leave_one_out(model.weights, encoded.indices, n, Score(3))
    whole = np.log(model.read("we never lose a match").probabilities[3])
    without = np.log(model.read("we lose a match").probabilities[3])
    assert found.shape == (n,)
    np.testing.assert_allclose(found[1], whole - without, **WITHIN)


def test_mistakes_are_the_wrong_ones_surest_first_with_both_explanations(model):
    test = shipped().test
    found = mistakes(model, test)
    p = model.predict(test.sentences)
    assert len(found) == min(200, int((p.argmax(axis=1) != test.labels).sum()))
    sure = [mistake.confidence for mistake in found]
    assert sure == sorted(sure, reverse=True)
    for mistake in found:
        assert mistake.chosen != mistake.true == test.labels[mistake.index]
        assert mistake.tipped_by_gradient in mistake.words
        assert mistake.tipped_by_leaving_out in mistake.words
        assert len(mistake.by_gradient) == len(mistake.by_leaving_out) == len(mistake.words)


# Words around the model.


def test_a_reading_names_unknown_words_and_what_was_cut(model, vectors):
    text = "glorply " + f"{vectors.words[0]} " * 12
    reading = model.read(text)
    assert reading.encoded.unknown == ("glorply",)
    assert len(reading.encoded.cut) == 3
    assert reading.after_each_word.shape == (10, 5)
    assert model.read("so happy").after_each_word.shape == (2, 5)
    assert reading.emoji == DEFAULT_CLASSES[reading.label].emoji
    np.testing.assert_allclose(model.predict([text])[0], reading.probabilities, **WITHIN)


def test_v1_learns_and_does_not_see_the_order_that_v2_sees(model):
    words = ["happy", "sad", "ball", "soup", "love"]
    vectors = WordVectors.of([*words, "not", "i"], np.eye(7))
    labelled = LabelledSentences(
        tuple(f"i {word}" for word in words for _ in range(3)), np.repeat([2, 3, 1, 4, 0], 3)
    )
    v1 = Emojify_V1.fit(labelled, Lexicon.of(vectors))
    assert judge(v1, labelled).accuracy == 1
    both = v1.predict(["i not happy sad", "sad happy i not"])
    np.testing.assert_allclose(both[0], both[1], **WITHIN)
    order = emojify.shuffled(("the", "dog", "bites", "a", "man"), 1)
    assert sorted(order) == ["a", "bites", "dog", "man", "the"]
    p = model.predict([["the", "dog", "eats", "my", "cake"], ["my", "cake", "eats", "the", "dog"]])
    assert np.abs(p[0] - p[1]).max() > 1e-3
    np.testing.assert_allclose(v1.predict(["zzz", ""])[0], v1.predict(["", ""])[1], **WITHIN)


def test_judgement_counts_what_was_chosen(model):
    test = shipped().test
    found = judge(model, test)
    assert found.confusion.sum() == len(test)
    assert found.confusion.sum(axis=1).tolist() == test.counts.tolist()
    assert np.isclose(found.accuracy, np.trace(found.confusion) / len(test))
    right = found.probabilities.argmax(axis=1) == test.labels
    assert np.isclose(found.negated_accuracy, right[test.negated].mean())


def test_without_a_known_word_there_is_no_answer(model):
    sentences = ["", "!!!", "asdfgh qwrtz", "I am happy", "😂"]
    assert model.heard(sentences).tolist() == [False, False, False, True, True]
    assert [model.read(one).emoji == "–" for one in sentences] == [True] * 3 + [False] * 2


def test_a_model_is_not_sure_where_its_two_best_are_near():
    p = np.array([[0.5, 0.25, 0.25], [0.45, 0.35, 0.2], [0.2, 0.2, 0.6], [0.34, 0.33, 0.33]])
    assert sure(p).tolist() == [True, False, True, False]


def test_reliability_compares_what_is_said_with_what_is_right():
    p = np.array([[0.8, 0.2]] * 5 + [[0.05, 0.95]] * 5 + [[1.0, 0.0]])
    labels = np.array([0] * 4 + [1] * 6 + [0])
    found = reliability(p, labels)
    assert found.counts.tolist() == [5, 6]
    np.testing.assert_allclose(found.confidence, [0.8, (5 * 0.95 + 1) / 6])
    np.testing.assert_allclose(found.accuracy, [0.8, 1])
    assert found.error == pytest.approx(6 / 11 * (1 - (5 * 0.95 + 1) / 6))
    assert np.isnan(reliability(np.zeros((0, 2)), np.zeros(0, int)).error)


def test_calibration_undoes_what_a_factor_did_to_the_logits_and_changes_no_choice(model):
    """Labels drawn from the model's own probabilities: T is the factor, and 1 without one."""
    words = model.lexicon.word_to_index
    rng = np.random.default_rng(4)
    sentences = tuple(" ".join(rng.choice(list(words)[:300], 4)) for _ in range(3000))
    p = model.predict(sentences)
    labels = (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)
    drawn = LabelledSentences(sentences, labels)
    same, T = calibrated(model, drawn)
    assert pytest.approx(1, abs=0.1) == T
    weights = model.weights
    triple = {"dense_kernel": 3 * weights.dense_kernel, "dense_bias": 3 * weights.dense_bias}
    louder = replace(model, weights=replace(weights, **triple))
    found, factor = calibrated(louder, drawn)
    assert factor == pytest.approx(3 * T, rel=1e-4)
    np.testing.assert_allclose(found.predict(sentences), same.predict(sentences), atol=1e-5)
    np.testing.assert_array_equal(found.predict(sentences).argmax(axis=1), p.argmax(axis=1))


def test_coverage_counts_words_as_often_as_they_occur(model, vectors):
    one, other = vectors.words[:2]
    said = [(one, one, "asdfgh"), (other,)]
    assert model.lexicon.coverage(said) == 0.75
    assert model.lexicon.coverage([]) == 0


def test_classes_and_outputs_must_fit(model):
    with pytest.raises(ValueError, match="one class for each output"):
        replace(model, classes=DEFAULT_CLASSES[:3])


# Saved and reopened.

SENTENCES = ("I am not happy", "we love the soup", "glorply ball", "")


@MASKS
@pytest.mark.parametrize("unknown", Unknown)
def test_a_saved_model_gives_the_same_numbers_with_and_without_its_vectors(vectors, mask, unknown):
    lexicon = Lexicon.of(vectors, unknown)
    moved = lexicon.embedding.changed(np.array([0, 5]), np.full((2, 50), 0.25))
    model = EmojiModel(lexicon, random_weights(moved, mask=mask), maxlen=7)
    words = {*shipped().train.words, vectors.words[4]}
    data = save_model(model, words, vectors=vectors, settings={"epochs": 3})
    before = model.predict(SENTENCES)
    for again in (open_model(data), open_model(data, vectors)):
        np.testing.assert_array_equal(again.predict(SENTENCES), before)
        assert again.classes == model.classes
        assert again.maxlen == 7
        np.testing.assert_array_equal(
            again.read("happy ball").trace.lstm_1.c, model.read("happy ball").trace.lstm_1.c
        )
    assert "knows only" in str(open_model(data).notes[0])
    assert not open_model(data, vectors).notes
    # With the same vectors it also knows the words that are not in the file.
    rare = next(word for word in vectors.words if word not in words)
    np.testing.assert_array_equal(open_model(data, vectors).predict([rare]), model.predict([rare]))
    assert open_model(data).encode(rare).unknown == (rare,)


def test_other_vectors_of_the_same_size_are_not_taken_for_the_models_own(vectors, model):
    data = save_model(model, ["happy"], vectors=vectors)
    other = WordVectors.of(list(vectors.words), vectors.matrix[1:] * 0.5)
    assert open_model(data, other).notes


def test_a_word_that_the_vectors_lack_leaves_their_padding_row_alone(vectors, model):
    data = save_model(model, ["happy", "sad"], vectors=vectors)
    crafted = altered(data, model_json=about(data, words=["happy", "qqqqq"]))
    opened = open_model(crafted, vectors)
    assert not opened.lexicon.embedding[np.array([0])].any()
    assert "knows only" in str(opened.notes[0])


def altered(data: bytes, **members) -> bytes:
    """The archive with members replaced, or left out where None."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            value = members.get(name.replace(".", "_"), old.read(name))
            if value is not None:
                new.writestr(name, value)
    return made.getvalue()


def npy(array, **options) -> bytes:
    held = io.BytesIO()
    np.save(held, array, **options)
    return held.getvalue()


def about(data: bytes, **fields) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.dumps(json.loads(archive.read("model.json")) | fields).encode()


class Runs:
    """What a pickle would run if it were opened."""

    opened = False

    def __reduce__(self):
        return (setattr, (Runs, "opened", True))


def huge_header() -> bytes:
    """An array that promises 10¹² numbers and has none."""
    held = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        held, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)}
    )
    return held.getvalue()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: b"", "not a SeqScope model"),
        (lambda data: b"\x89HDF\r\n\x1a\n", "Keras"),
        (lambda data: data[: len(data) // 2], "not a SeqScope model"),
        (lambda data: data[:2000] + b"\0" * 400 + data[2400:], "not a SeqScope model|download"),
        (lambda data: altered(data, dense_bias_npy=None), "not a SeqScope model"),
        (lambda data: altered(data, model_json=b"{"), "not a SeqScope model"),
        (lambda data: altered(data, model_json=b"[" * 100_000), "not a SeqScope model"),
        (lambda data: altered(data, model_json=about(data, version=2)), "another version"),
        (lambda data: altered(data, model_json=about(data, maxlen=10**9)), "maxlen"),
        (lambda data: altered(data, model_json=about(data, maxlen=True)), "maxlen"),
        (lambda data: altered(data, model_json=about(data, classes=[["a", "b"]])), "classes"),
        (lambda data: altered(data, model_json=about(data, words=["a", "a"])), "words"),
        (lambda data: altered(data, model_json=about(data, words=["a"])), "damaged"),
        (lambda data: altered(data, model_json=about(data, unknown=["ZERO"])), "unknown"),
        (lambda data: altered(data, lstm_2_bias_npy=npy(np.zeros(7, "f4"))), "do not fit"),
        (lambda data: altered(data, dense_kernel_npy=npy(np.zeros((3, 5), "f4"))), "do not fit"),
        (lambda data: altered(data, dense_bias_npy=npy(np.zeros(5))), "not the one that"),
        (lambda data: altered(data, dense_bias_npy=npy(np.full(5, np.nan, "f4"))), "not numbers"),
        (lambda data: altered(data, dense_bias_npy=b"\x93NUMPY junk"), "cannot be read"),
        (lambda data: altered(data, embedding_npy=huge_header()), "not the one that"),
        (
            lambda data: altered(
                data, dense_bias_npy=npy(np.array([Runs()], object), allow_pickle=True)
            ),
            "not the one that",
        ),
    ],
    ids=(
        "empty", "hdf5", "cut", "overwritten", "missing", "bad-json", "deep-json", "version",
        "maxlen", "maxlen-bool", "one-class", "words-twice", "words-missing", "unknown", "bias",
        "dense", "float64", "nan", "junk", "huge", "pickle",
    ),
)  # fmt: skip
def test_what_is_not_a_model_is_refused_in_one_sentence(model, vectors, change, says):
    data = save_model(model, ["happy", "sad"], vectors=vectors)
    assert open_model(data).predict(SENTENCES).shape == (4, 5)
    with pytest.raises(ValueError, match=says) as refused:
        open_model(change(data))
    assert "\n" not in str(refused.value)
    assert not Runs.opened


def test_a_file_that_unpacks_to_too_much_is_refused_unread(model, vectors, monkeypatch):
    data = save_model(model, ["happy"], vectors=vectors)
    monkeypatch.setattr(limits, "MODEL_UNPACKED", len(data) + 10)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sum(info.file_size for info in archive.infolist()) > len(data) + 10
    with pytest.raises(ValueError, match="more than allowed"):
        open_model(data)
    monkeypatch.setattr(limits, "MODEL_BYTES", 10)
    with pytest.raises(ValueError, match="too large"):
        open_model(data)


def test_a_file_with_too_many_values_is_refused_before_they_are_made(model, vectors, monkeypatch):
    data = save_model(model, vectors=vectors, settings={"all": [[]] * 100_000})
    assert open_model(data, vectors).classes == model.classes
    monkeypatch.setattr(limits, "MODEL_VALUES", 100_000)
    with pytest.raises(ValueError, match="not a SeqScope model"):
        open_model(data, vectors)


def test_a_keras_file_can_be_taken_away_but_is_never_opened(keras, vectors, tmp_path):
    from seqlib.emojify.models import keras_bytes

    weights = random_weights(Embedding.of(vectors.matrix))
    words = list(vectors.words[:20])
    data = keras_bytes(weights, words, 6, 0.5)
    path = tmp_path / "mine.keras"
    path.write_bytes(data)
    indices = np.random.default_rng(0).integers(0, 21, (4, 6))
    np.testing.assert_allclose(
        keras.saving.load_model(path)(indices), weights.probabilities(indices), **WITHIN
    )
    with pytest.raises(ValueError, match="never opened"):
        open_model(data)


def test_the_arrays_are_named_once():
    assert len(NAMES) == len(set(NAMES)) == 8
