import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.music import Melody, Token, Vocabulary, largest_Tx, one_hot, windows

tokens = st.builds(Token, st.none() | st.integers(0, 127), st.integers(1, 96))
lines = st.lists(tokens, min_size=1, max_size=50)


@given(lines)
def test_encoding_then_decoding_gives_the_melody(line):
    vocabulary = Vocabulary.of([line])
    indices = vocabulary.encode(Melody(tuple(line)))
    assert vocabulary.decode(indices) == tuple(line)
    assert set(indices) == set(range(vocabulary.n_values))


@given(st.lists(lines, min_size=1, max_size=3))
def test_a_vocabulary_survives_json_and_does_not_depend_on_the_order(several):
    vocabulary = Vocabulary.of(several)
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    assert Vocabulary.of(several[::-1]) == vocabulary
    assert len(vocabulary.labels) == vocabulary.n_values


def test_an_unknown_token_is_named():
    vocabulary = Vocabulary.of([[Token(60, 12)]])
    with pytest.raises(ValueError, match=r"D4 · 1.*and 1 more cannot be encoded"):
        vocabulary.encode([Token(62, 12), Token(64, 12), Token(60, 12)])


def test_a_token_number_outside_the_vocabulary_is_refused():
    vocabulary = Vocabulary.of([[Token(60, 12), Token(62, 12)]])
    for wrong in (-1, 2):
        with pytest.raises(ValueError, match="no token number"):
            vocabulary.decode([wrong])
        with pytest.raises(ValueError, match="no token number"):
            one_hot(np.array([wrong]), 2)


def test_a_vocabulary_holds_each_token_once():
    with pytest.raises(ValueError, match="each token once"):
        Vocabulary((Token(60, 12), Token(60, 12)))


@given(st.lists(st.integers(0, 9), max_size=20))
def test_one_hot_has_a_single_one_at_each_index(indices):
    found = one_hot(np.array(indices, int), 10)
    assert found.shape == (len(indices), 10)
    assert found.dtype == np.float32
    assert (found.sum(axis=-1) == 1).all()
    assert found.argmax(axis=-1).tolist() == indices


@given(
    st.lists(st.lists(st.integers(0, 6), min_size=8, max_size=30), min_size=1, max_size=4),
    st.integers(1, 40),
    st.integers(1, 8),
    st.integers(0, 99),
)
def test_windows_have_the_exercises_shapes_and_y_is_x_one_step_ahead(found, m, Tx, seed):
    sequences = [np.array(line) for line in found]
    X, Y = windows(sequences, m, Tx, 7, seed)
    assert X.shape == (m, Tx, 7)
    assert Y.shape == (Tx, m, 7)
    assert X.dtype == Y.dtype == np.float32
    assert not X[:, 0].any()
    np.testing.assert_array_equal(X[:, 1:], Y.swapaxes(0, 1)[:, :-1])
    cut = {tuple(line[i : i + Tx]) for line in found for i in range(len(line) - Tx + 1)}
    assert {tuple(row) for row in Y.argmax(axis=-1).T.tolist()} <= cut


def test_windows_start_at_different_places_while_there_are_enough():
    line = np.arange(40)
    X, _ = windows([line], 31, 10, 40, seed=3)
    assert len({tuple(row) for row in X.argmax(axis=-1).tolist()}) == 31
    same, _ = windows([line], 31, 10, 40, seed=3)
    other, _ = windows([line], 31, 10, 40, seed=4)
    np.testing.assert_array_equal(X, same)
    assert not np.array_equal(X, other)


def test_too_few_notes_for_tx_say_how_many_are_needed_and_which_tx_fits():
    sequences = [np.arange(12), np.arange(7)]
    assert largest_Tx(sequences) == 12
    assert largest_Tx([]) == 0
    with pytest.raises(ValueError, match=r"at least 30 notes and rests.*has 12.*at most 12"):
        windows(sequences, 60, 30, 12, seed=0)
    with pytest.raises(ValueError, match="add one"):
        windows([], 60, 30, 12, seed=0)
    with pytest.raises(ValueError, match="at least 1"):
        windows(sequences, 0, 5, 12, seed=0)


def test_an_X_too_large_for_a_shared_machine_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match=r"60,000,000 numbers .* choose a smaller m or Tx"):
        windows([np.zeros(200, int)], m=400, Tx=100, n_values=1500, seed=0)
