"""Sampling draws from the softmax as each method promises; novelty counts what was copied."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.jazz import JazzWeights, shifted_one_hot
from seqlib.jazz.sampling import MAX_TY, METHODS, gumbel_noise, novelty, sample

N_VALUES = 7


def memoryless(probabilities) -> JazzWeights:
    """Weights whose softmax is ``probabilities`` at every step, whatever was read."""
    probabilities = np.asarray(probabilities, np.float32)
    zeros = JazzWeights.initial(1, len(probabilities)).arrays
    with np.errstate(divide="ignore"):
        bias = np.log(probabilities)
    return JazzWeights.from_arrays([*(np.zeros_like(array) for array in zeros[:4]), bias])


def shares(weights, draws: int = 20_000, **options) -> np.ndarray:
    """How often each token was drawn, (n_values,)."""
    drawn = [
        sample(weights, MAX_TY, seed=seed, **options).indices for seed in range(draws // MAX_TY)
    ]
    return np.bincount(np.concatenate(drawn), minlength=weights.n_values) / draws


P = np.array([0.4, 0.25, 0.15, 0.1, 0.06, 0.03, 0.01])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_temperature_draws_from_the_softmax_at_that_temperature(temperature):
    expected = P ** (1 / temperature)
    expected /= expected.sum()
    found = shares(memoryless(P), temperature=temperature)
    # Five standard errors of a share drawn 20,000 times.
    assert (np.abs(found - expected) < 5 * np.sqrt(expected / 20_000)).all()


@pytest.mark.parametrize("k", [1, 3, 7, 100])
def test_top_k_draws_among_the_k_most_probable_in_proportion(k):
    expected = np.where(np.arange(7) < k, P, 0)
    expected /= expected.sum()
    found = shares(memoryless(P), method="top-k", k=k)
    assert (found[k:] == 0).all()
    assert (np.abs(found - expected) <= 5 * np.sqrt(expected / 20_000)).all()


@pytest.mark.parametrize(
    ("p", "kept"), [(0.001, 1), (0.39, 1), (0.41, 2), (0.6, 2), (0.7, 3), (0.89, 4), (1.0, 7)]
)
def test_top_p_draws_among_the_fewest_that_hold_p(p, kept):
    expected = np.where(np.arange(7) < kept, P, 0)
    expected /= expected.sum()
    found = shares(memoryless(P), method="top-p", p=p)
    assert (found[kept:] == 0).all()
    assert (np.abs(found - expected) <= 5 * np.sqrt(expected / 20_000)).all()


def test_the_order_of_the_vocabulary_does_not_matter_to_top_k_and_top_p():
    shuffled = memoryless(P[::-1])
    assert set(np.flatnonzero(shares(shuffled, 2000, method="top-k", k=2))) == {5, 6}
    assert set(np.flatnonzero(shares(shuffled, 2000, method="top-p", p=0.6))) == {5, 6}


def test_a_note_of_no_probability_is_never_drawn():
    assert shares(memoryless([0.5, 0.0, 0.5]))[1] == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40))
def test_greedy_takes_the_most_probable_note_every_time(make_weights, seed, Ty):
    weights = make_weights(seed=seed)
    written = sample(weights, Ty, method="greedy", seed=seed)
    np.testing.assert_array_equal(written.indices, written.trace.y.argmax(axis=1))
    again = sample(weights, Ty, method="greedy", seed=seed + 1)
    np.testing.assert_array_equal(written.indices, again.indices)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([1e-3, 1e-30, 5e-324]))
def test_a_temperature_near_zero_is_greedy(make_weights, seed, temperature):
    weights = make_weights(seed=seed, scale=1.5)
    cold = sample(weights, 30, temperature=temperature, seed=seed)
    y = np.sort(cold.trace.y, axis=1)
    clear = y[:, -1] / y[:, -2] > 1.05  # so that no draw at 0.001 can turn it
    np.testing.assert_array_equal(cold.indices[clear], cold.trace.y.argmax(axis=1)[clear])
    if temperature < 1e-20:
        greedy = sample(weights, 30, method="greedy")
        np.testing.assert_array_equal(cold.indices, greedy.indices)


def test_top_k_of_one_and_a_tiny_p_are_greedy(make_weights):
    weights = make_weights()
    greedy = sample(weights, 30, method="greedy").indices
    for options in ({"method": "top-k", "k": 1}, {"method": "top-p", "p": 1e-9}):
        np.testing.assert_array_equal(sample(weights, 30, seed=4, **options).indices, greedy)


def test_all_notes_allowed_is_plain_temperature(make_weights):
    weights = make_weights()
    plain = sample(weights, 50, seed=4).indices
    for options in ({"method": "top-k", "k": N_VALUES}, {"method": "top-p", "p": 1.0}):
        np.testing.assert_array_equal(sample(weights, 50, seed=4, **options).indices, plain)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_writes_the_same_notes(make_weights, method):
    weights = make_weights()
    one, same = (sample(weights, 40, method=method, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.indices, same.indices)
    if method != "greedy":
        different = [sample(weights, 40, method=method, seed=seed).indices for seed in range(4, 8)]
        assert any((one.indices != other).any() for other in different)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, N_VALUES - 1), max_size=9),
    st.integers(1, 30),
    st.sampled_from(list(METHODS)),
    st.integers(0, 1000),
)
def test_the_prompt_is_kept_and_read(make_weights, prompt, Ty, method, seed):
    weights = make_weights()
    written = sample(weights, Ty, method=method, seed=seed, prompt=prompt)
    assert len(written.indices) == len(prompt) + Ty
    assert written.n_prompt == len(prompt)
    np.testing.assert_array_equal(written.indices[: len(prompt)], prompt)
    np.testing.assert_array_equal(written.new, written.indices[len(prompt) :])
    # The trace is what the model does when it reads these notes in the ordinary way.
    expected = weights.trace(shifted_one_hot(written.indices, N_VALUES))
    for name in ("x", "i", "f", "g", "o", "c", "h", "y", "a0", "c0"):
        np.testing.assert_allclose(
            getattr(written.trace, name), getattr(expected, name), atol=1e-5, err_msg=name
        )


def test_a_different_prompt_leads_elsewhere(make_weights):
    weights = make_weights(scale=1.5)
    after = [sample(weights, 30, seed=1, prompt=[first] * 4).new for first in range(N_VALUES)]
    assert len({tuple(new) for new in after}) > 1


def test_noise_is_standard_gumbel_and_fixed_by_the_seed():
    noise = gumbel_noise(500, 100, seed=2)
    assert noise.shape == (500, 100)
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.mean(), np.euler_gamma, atol=0.03)
    np.testing.assert_allclose(noise.var(), np.pi**2 / 6, rtol=0.03)
    np.testing.assert_array_equal(noise, gumbel_noise(500, 100, seed=2))


@pytest.mark.parametrize("kind", ["GRU", "SimpleRNN"])
def test_other_cells_write_from_what_they_have_written(kind):
    weights = JazzWeights.initial(6, 9, kind=kind)
    made = sample(weights, 12, seed=3, prompt=[2, 5])
    read = weights.trace(shifted_one_hot(made.indices, 9))
    assert made.trace.states.keys() == read.states.keys()
    for name, values in read.states.items():
        np.testing.assert_allclose(made.trace.states[name], values, atol=1e-6)
    drawn = np.log(read.y[2:]) + gumbel_noise(12, 9, 3)
    np.testing.assert_array_equal(made.new, drawn.argmax(axis=1))


def test_whole_numbers_may_come_as_floats(make_weights):
    weights = make_weights(4, 6)
    asked = sample(weights, 8, method="top-k", k=3, seed=1, prompt=[2])
    same = sample(weights, 8.0, method="top-k", k=3.0, seed=1.0, prompt=[2.0])
    np.testing.assert_array_equal(asked.indices, same.indices)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"Ty": 0}, "Ty is 0; ask for 1 to 400 notes."),
        ({"Ty": 401}, "Ty is 401; ask for 1 to 400 notes."),
        ({"Ty": 2.5}, "Ty is 2.5; ask for 1 to 400 notes."),
        ({"method": "beam"}, "There is no sampling method 'beam'; choose one of greedy, "),
        ({"temperature": 0.0}, "The temperature is 0.0; it must be a number above 0."),
        ({"temperature": -1.0}, "The temperature is -1.0; it must be a number above 0."),
        ({"temperature": float("nan")}, "The temperature is nan; it must be a number above 0."),
        ({"temperature": float("inf")}, "The temperature is inf; it must be a number above 0."),
        ({"k": 0}, "k is 0; top-k needs a whole number of at least 1."),
        ({"k": float("inf")}, "k is inf; top-k needs a whole number of at least 1."),
        ({"p": 0.0}, "p is 0.0; top-p needs a number above 0 and at most 1."),
        ({"p": 1.01}, "p is 1.01; top-p needs a number above 0 and at most 1."),
        ({"p": float("nan")}, "p is nan; top-p needs a number above 0 and at most 1."),
        ({"seed": -1}, "The seed is -1; it must be a whole number of at least 0."),
        ({"prompt": [7]}, "The prompt names a token outside 0 to 6; use the model's own"),
        ({"prompt": [-1]}, "The prompt names a token outside 0 to 6; use the model's own"),
        ({"prompt": [0] * 401}, "The prompt has 401 notes; give at most 400."),
    ],
)
def test_an_argument_out_of_range_is_refused_in_one_sentence(make_weights, options, sentence):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole text is compared below
        sample(make_weights(), **{"Ty": 5, **options})
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).count(". ") == 0


# Novelty.

CORPUS = [np.array([0, 1, 2, 3, 4, 5, 6]), np.array([6, 5, 4, 0, 0, 0, 0])]


@pytest.mark.parametrize(
    ("indices", "run", "start", "source", "share"),
    [
        ([0, 1, 2, 3, 4, 5, 6], 7, 0, (0, 0), 1.0),
        ([9, 9, 2, 3, 4, 9, 9], 3, 2, (0, 2), 0.0),
        ([9, 2, 3, 4, 5, 9], 4, 1, (0, 2), 1 / 3),
        ([5, 4, 0, 0, 1, 2], 4, 0, (1, 1), 1 / 3),
        ([0, 0, 0, 0, 0, 0], 4, 0, (1, 3), 1.0),
        ([9, 8, 9, 8, 9], 0, 0, (-1, -1), 0.0),
        ([3], 1, 0, (0, 3), 0.0),
        ([], 0, 0, (-1, -1), 0.0),
    ],
)
def test_novelty_finds_the_longest_copied_run_and_where_it_stands(
    indices, run, start, source, share
):
    found = novelty(np.array(indices, int), CORPUS)
    assert (found.longest_run, found.run_start, found.source) == (run, start, source)
    np.testing.assert_allclose(found.share_of_4grams, share)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), max_size=15),
    st.lists(st.lists(st.integers(0, 3), max_size=15), max_size=3),
)
def test_novelty_equals_a_search_of_every_run(indices, sequences):
    sequences = [np.array(sequence, int) for sequence in sequences]
    found = novelty(np.array(indices, int), sequences)

    def stands(run):
        return any(
            list(sequence[at : at + len(run)]) == run
            for sequence in sequences
            for at in range(len(sequence) - len(run) + 1)
        )

    runs = [indices[a:b] for a in range(len(indices)) for b in range(a + 1, len(indices) + 1)]
    assert found.longest_run == max((len(run) for run in runs if stands(run)), default=0)
    fours = [run for run in runs if len(run) == 4]
    share = sum(map(stands, fours)) / len(fours) if fours else 0
    np.testing.assert_allclose(found.share_of_4grams, share)
    if found.longest_run:
        melody, at = found.source
        ours = indices[found.run_start : found.run_start + found.longest_run]
        assert list(sequences[melody][at : at + found.longest_run]) == ours
