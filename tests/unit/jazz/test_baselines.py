import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.jazz.baselines import DISCOUNTS, TrigramBaseline

N = 6
sequences = st.lists(
    st.lists(st.integers(0, N - 1), min_size=1, max_size=30).map(np.array), min_size=1, max_size=4
)


@settings(max_examples=60, deadline=None)
@given(sequences, st.lists(st.integers(0, N - 1), max_size=4), st.floats(0.05, 0.95))
def test_probabilities_are_positive_and_sum_to_one_after_any_history(found, history, discount):
    p = TrigramBaseline(found, N, discount).probabilities(history)
    assert p.shape == (N,)
    assert (p > 0).all()
    assert p.sum() == pytest.approx(1)


def test_two_tokens_of_context_are_used_and_no_more():
    # 0 1 is followed by 2, and 3 1 by 4: one token of context could not tell.
    line = np.array([0, 1, 2, 3, 1, 4] * 10)
    model = TrigramBaseline([line], N)
    assert model.probabilities([0, 1]).argmax() == 2
    assert model.probabilities([3, 1]).argmax() == 4
    np.testing.assert_array_equal(model.probabilities([5, 0, 1]), model.probabilities([0, 1]))


def test_interpolated_kneser_ney_by_hand():
    # Tokens a b a b a c; start is s. Order 2, discount 1/2.
    # After a: b twice, c once. Continuations: a follows {s, b}, b follows {a}, c follows {a}.
    model = TrigramBaseline([np.array([0, 1, 0, 1, 0, 2])], 3, discount=0.5, order=2)
    unigram = (np.array([2, 1, 1]) - 0.5) / 4 + (1.5 / 4) / 3
    expected = np.array([0, 1.5, 0.5]) / 3 + (0.5 * 2 / 3) * unigram
    np.testing.assert_allclose(model.probabilities([0]), expected)


def test_an_unseen_context_backs_off_to_what_follows_its_last_token():
    line = np.array([0, 1, 2] * 10)
    model = TrigramBaseline([line], N)
    assert model.probabilities([4, 1]).argmax() == 2
    assert model.probabilities([4, 5]).argmax() in (0, 1, 2)


def test_scores_count_every_token_from_the_first():
    line = np.array([0, 1, 2] * 20)
    scores = TrigramBaseline([line, line], N).score([line])
    assert scores.n == len(line)
    assert scores.accuracy == 1.0
    assert 0 < scores.log_loss < 0.3


def test_a_melody_without_notes_changes_nothing():
    lines = [np.array([0, 1, 2] * 5), np.array([2, 1, 0] * 5)]
    one, other = TrigramBaseline(lines, N), TrigramBaseline([*lines, np.array([], int)], N)
    assert one.discount == other.discount
    np.testing.assert_array_equal(one.probabilities([0]), other.probabilities([0]))


def test_the_discount_is_the_best_one_on_melodies_left_out():
    rng = np.random.default_rng(0)
    random = [rng.integers(0, N, 60) for _ in range(4)]
    regular = [np.array([0, 1, 2, 3] * 15) for _ in range(4)]
    assert TrigramBaseline(random, N).discount == max(DISCOUNTS)
    assert TrigramBaseline(regular, N).discount == min(DISCOUNTS)


def test_a_longer_order_sees_further():
    # What follows 1 1 depends on the token before them.
    line = np.array([0, 1, 1, 2, 3, 1, 1, 4] * 10)
    accuracy = {
        order: TrigramBaseline([line], N, 0.5, order).score([line]).accuracy for order in (2, 3, 4)
    }
    assert accuracy[2] < accuracy[3] < accuracy[4]


def test_no_notes_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="no notes to score"):
        TrigramBaseline([np.array([0, 1])], N, 0.5).score([])


def test_a_discount_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        TrigramBaseline([np.array([0])], N, 1.0)
