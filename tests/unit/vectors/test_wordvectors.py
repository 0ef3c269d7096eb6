"""Nearness in the full space, compared with plain NumPy; the seed's dictionaries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.vectors import Words, WordVectors


@pytest.fixture(scope="module")
def random_vectors() -> WordVectors:
    rows = np.random.default_rng(1).normal(size=(3000, 20))
    return WordVectors.of([f"w{k}" for k in range(3000)], rows)


@pytest.fixture
def plane() -> WordVectors:
    rows = {
        "east": (2, 0),
        "north": (0, 3),
        "west": (-1, 0),
        "northeast": (5, 5),
        "nowhere": (0, 0),
    }
    return WordVectors.of(list(rows), np.array(list(rows.values())))


def cosines(vectors: WordVectors, target: np.ndarray) -> np.ndarray:
    rows = vectors.matrix[1:].astype(np.float64)
    return rows @ target / (np.linalg.norm(rows, axis=1) * np.linalg.norm(target))


def test_neighbours_are_the_nearest_of_all_words(random_vectors):
    expected = cosines(random_vectors, random_vectors.vector("w7").astype(np.float64))
    order = [k for k in np.argsort(-expected) if k != 7][:10]
    found = random_vectors.neighbours("w7")
    assert [neighbour.row - 1 for neighbour in found] == order
    assert [neighbour.word for neighbour in found] == [f"w{k}" for k in order]
    np.testing.assert_allclose([neighbour.similarity for neighbour in found], expected[order], 1e-5)
    many = [neighbour.similarity for neighbour in random_vectors.neighbours("w7", 1000)]
    assert many == sorted(many, reverse=True)


def test_chunks_change_nothing(random_vectors, monkeypatch):
    whole = random_vectors.similarities("w7")
    monkeypatch.setattr("seqlib.vectors.wordvectors.CHUNK_ROWS", 100)
    np.testing.assert_allclose(random_vectors.similarities("w7")[1:], whole[1:], rtol=1e-5)


def test_half_precision_is_compared_in_single(random_vectors):
    half = WordVectors("half", random_vectors.words, random_vectors.matrix.astype(np.float16))
    scores = half.similarities("w7")
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[1:], random_vectors.similarities("w7")[1:], atol=2e-3)


def test_a_word_a_phrase_or_a_vector_can_be_asked_about(plane):
    assert plane.neighbours("east", 1)[0].word == "northeast"
    assert plane.neighbours(["east", "north"], 1)[0].word == "northeast"
    assert plane.neighbours(np.array([-1.0, 0.1]), 1)[0].word == "west"


def test_zero_rows_and_padding_are_nobodys_neighbours(plane):
    near = plane.neighbours("east", 99)
    assert {neighbour.word for neighbour in near} == {"north", "west", "northeast"}
    assert all(np.isfinite(neighbour.similarity) for neighbour in near)


def test_neighbours_of_a_word_of_zeros_are_none(plane):
    assert plane.neighbours("nowhere") == ()


@pytest.mark.parametrize(("k", "count"), [(0, 0), (1, 1), (3, 3), (10**6, 3)])
def test_as_many_neighbours_as_asked_for_and_there_are(plane, k, count):
    assert len(plane.neighbours("east", k)) == count


def test_words_can_be_left_out(plane):
    assert plane.neighbours("east", 1, without=["northeast"])[0].word == "north"


def test_only_the_commonest_words_on_request(plane):
    near = plane.neighbours("east", among=3)
    assert {neighbour.word for neighbour in near} == {"north", "west"}


def test_similarity_matrix(plane):
    found = plane.similarity_matrix(["east", "north", "west", "northeast", "nowhere"])
    half = 2**-0.5
    expected = [[1, 0, -1, half], [0, 1, 0, half], [-1, 0, 1, -half], [half, half, -half, 1]]
    np.testing.assert_allclose(found[:4, :4], expected, atol=1e-6)
    assert np.isnan(found[4]).all()


def test_a_phrase_is_the_mean_of_the_words_that_have_a_vector(plane):
    np.testing.assert_array_equal(plane.phrase(["east", "up", "north"]), [1, 1.5])
    with pytest.raises(ValueError, match="“up”"):
        plane.phrase(["up"])


def test_analogy_is_the_word_nearest_to_the_sum():
    words = ["man", "woman", "king", "queen", "apple"]
    rows = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [-1, -1, 0.2]])
    vectors = WordVectors.of(words, rows)
    found = vectors.analogy("man", "woman", "king")
    assert found.neighbours[0].word == "queen"
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(found.target, units[1] - units[0] + units[2], atol=1e-6)
    kept = vectors.analogy("man", "woman", "king", k=9, keep_inputs=True)
    assert {neighbour.word for neighbour in kept.neighbours} == set(words)


def test_along_a_direction(plane):
    found = plane.along(["east", "west", "north"], minus=["west"], plus=["east"])
    np.testing.assert_allclose(found, [1, -1, 0], atol=1e-6)


def test_words_are_found_in_lower_case_too(plane):
    assert plane.index("East") == 1
    assert plane.indices(["EAST", "up", "north"]).tolist() == [1, 0, 2]
    with pytest.raises(KeyError, match="“Up” has no vector"):
        plane.index("Up")


def test_the_seeds_dictionaries(plane):
    assert plane.word_to_index["north"] == 2
    assert dict(plane.word_to_index) == dict(plane.word_to_index.items())
    assert list(plane.word_to_index.values()) == [1, 2, 3, 4, 5]
    assert "up" not in plane.word_to_index
    assert 3 not in plane.word_to_index
    with pytest.raises(KeyError):
        plane.word_to_vec_map["up"]
    assert plane.word_to_vec_map["north"].tolist() == [0, 3]
    assert plane.word(0) == ""
    assert plane.word(2) == "north"


@pytest.mark.parametrize(
    ("words", "shape", "message"),
    [
        (["a", "a"], (2, 3), "twice"),
        (["a"], (2, 3), "as many rows"),
        (["a\nb"], (1, 3), "line"),
    ],
)
def test_words_and_rows_that_do_not_fit_are_refused(words, shape, message):
    with pytest.raises(ValueError, match=message):
        WordVectors.of(words, np.ones(shape))


def test_a_matrix_without_a_padding_row_is_refused():
    with pytest.raises(ValueError, match="matrix of 3 rows"):
        WordVectors("short", Words.of(["a", "b"]), np.ones((2, 4)))


words = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6),
    unique=True,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(words)
def test_a_list_of_words_is_the_list_it_was_made_from(given_words):
    made = Words.of(given_words)
    assert list(made) == given_words
    assert [made[place] for place in range(len(made))] == given_words
    assert [made.find(word) for word in given_words] == list(range(len(given_words)))
    assert made.find("not there\n") == -1
    assert made[1:3] == tuple(given_words[1:3])
    assert made[::-2] == tuple(given_words[::-2])


def test_words_with_the_same_code_are_told_apart():
    # These two have the same CRC-32.
    made = Words.of(["plumless", "x", "buckeroo"])
    assert [made.find(word) for word in ("plumless", "buckeroo", "x")] == [0, 2, 1]
    assert Words.of(["plumless"]).find("buckeroo") == -1


def test_a_lone_surrogate_is_no_word(plane):
    assert "\ud800" not in plane.words
