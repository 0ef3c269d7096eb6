"""The seed's models: their shapes, their shared layers, and the fast paths' equality with them."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import (
    djmodel,
    fused_twin,
    get_weights,
    music_inference_model,
    music_layers,
    prove_equal,
    saved,
    set_weights,
)
from seqlib.jazz.sampling import gumbel_noise, sample
from seqlib.saved import read
from seqlib.saved.jazz import jazz_weights

TX, N_A, N_VALUES = 5, 4, 7
WITHIN = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(scope="module")
def layers(keras, make_weights):
    return music_layers(N_A, N_VALUES, make_weights(N_A, N_VALUES))


@pytest.fixture(scope="module")
def model(layers):
    return djmodel(TX, N_A, N_VALUES, layers)


@pytest.fixture(scope="module")
def seed_model(keras):
    """At the seed's own sizes."""
    return djmodel(Tx=30, n_a=64, n_values=78)


def outputs_of(model, X, a0=None, c0=None):
    """(Ty, m, n_values) from ``djmodel``; zero states if not given."""
    zeros = np.zeros((len(X), N_A), np.float32)
    given = [X, zeros if a0 is None else a0, zeros if c0 is None else c0]
    return np.stack([np.asarray(out) for out in model(given)])


def test_djmodel_has_the_seeds_shapes_at_its_sizes(seed_model):
    assert [tensor.shape for tensor in seed_model.inputs] == [
        (None, 30, 78),
        (None, 64),
        (None, 64),
    ]
    assert [tensor.name for tensor in seed_model.inputs] == ["X", "a0", "c0"]
    assert [tensor.shape for tensor in seed_model.outputs] == [(None, 78)] * 30


def test_djmodel_defines_each_layer_once_and_uses_it_at_every_timestep(seed_model, keras):
    for kind, name in (("LSTM", "LSTM_cell"), ("Dense", "densor"), ("Reshape", "reshapor")):
        found = [one for one in seed_model.layers if isinstance(one, getattr(keras.layers, kind))]
        assert [one.name for one in found] == [name]
        assert len(found[0]._inbound_nodes) == 30
    reshapor = seed_model.get_layer("reshapor")
    assert {node.output_tensors[0].shape for node in reshapor._inbound_nodes} == {(None, 1, 78)}
    LSTM_cell = seed_model.get_layer("LSTM_cell")
    for node in LSTM_cell._inbound_nodes:
        assert [tensor.shape for tensor in node.output_tensors] == [(None, 64)] * 3


def test_djmodel_counts_the_parameters_of_one_cell_and_one_densor(seed_model):
    cell, densor = 4 * (78 + 64 + 1) * 64, (64 + 1) * 78
    assert seed_model.count_params() == cell + densor == 41_678


def test_training_djmodel_changes_the_shared_layers(keras, make_weights, make_windows):
    layers = music_layers(N_A, N_VALUES, make_weights())
    model = djmodel(TX, N_A, N_VALUES, layers)
    X, Y = make_windows(m=3, Tx=TX, n_values=N_VALUES)
    model.compile(keras.optimizers.SGD(0.1), loss=["categorical_crossentropy"] * TX)
    before = get_weights(layers)
    zeros = np.zeros((3, N_A), np.float32)
    model.train_on_batch([X, zeros, zeros], list(Y))
    for old, new in zip(before.arrays, get_weights(layers).arrays, strict=True):
        assert np.abs(old - new).max() > 0


@pytest.mark.parametrize("changed", range(TX))
def test_each_timestep_reads_its_own_slice_and_no_later_one(model, changed):
    X = np.random.default_rng(0).normal(0, 1, (2, TX, N_VALUES)).astype(np.float32)
    other = X.copy()
    other[:, changed] = np.roll(X[:, changed], 1, axis=-1)
    moved = np.abs(outputs_of(model, X) - outputs_of(model, other)).max(axis=(1, 2))  # (Ty,)
    np.testing.assert_array_equal(moved[:changed], 0)
    assert (moved[changed:] > 1e-6).all()


def test_the_first_states_are_read(model):
    X = np.zeros((1, TX, N_VALUES), np.float32)
    ones = np.ones((1, N_A), np.float32)
    plain = outputs_of(model, X)
    assert np.abs(outputs_of(model, X, a0=ones) - plain)[0].max() > 1e-4
    assert np.abs(outputs_of(model, X, c0=ones) - plain)[0].max() > 1e-4


def test_the_fused_twin_equals_djmodel(model, layers):
    twin = fused_twin(TX, layers)
    assert [tensor.shape for tensor in twin.inputs] == [tensor.shape for tensor in model.inputs]
    assert twin.output_shape == (None, TX, N_VALUES)
    rng = np.random.default_rng(1)
    X, a0, c0 = (
        rng.normal(0, 1, (3, *shape)).astype(np.float32)
        for shape in ((TX, N_VALUES), (N_A,), (N_A,))
    )
    twins = np.asarray(twin([X, a0, c0])).swapaxes(0, 1)
    np.testing.assert_allclose(twins, outputs_of(model, X, a0, c0), **WITHIN)


def test_the_fused_twin_owns_the_same_variables_as_djmodel(model, layers):
    twin = fused_twin(TX, layers)
    assert {id(one) for one in twin.trainable_variables} == {
        id(one) for one in model.trainable_variables
    }
    assert len(twin.trainable_variables) == 5


def test_djmodel_equals_the_numpy_cell(model, layers):
    X = np.random.default_rng(2).normal(0, 1, (3, TX, N_VALUES)).astype(np.float32)
    plain = get_weights(layers).trace(X).y  # (m, Tx, n_values)
    np.testing.assert_allclose(outputs_of(model, X), plain.swapaxes(0, 1), **WITHIN)


def test_weights_come_back_as_they_were_set(keras, make_weights):
    weights = make_weights(seed=3)
    layers = music_layers(N_A, N_VALUES)
    set_weights(layers, weights)
    for ours, theirs in zip(weights.arrays, get_weights(layers).arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Generating.

TY = 12


def write(generator, noise=None, temperature=1.0):
    """Run the generating model from silence: (Ty, n_values)."""
    state = np.zeros((1, N_A), np.float32)
    given = [np.zeros((1, 1, N_VALUES), np.float32), state, state]
    if noise is not None:
        given += [noise[None], np.full((1, 1), temperature, np.float32)]
    return np.concatenate([np.asarray(out) for out in generator(given)])


def test_the_generating_model_has_the_seeds_signature(layers):
    generator = music_inference_model(layers.LSTM_cell, layers.densor, 3)
    assert [tensor.shape for tensor in generator.inputs] == [
        (None, 1, N_VALUES),
        (None, N_A),
        (None, N_A),
    ]
    assert [tensor.shape for tensor in generator.outputs] == [(None, N_VALUES)] * 3


def test_greedy_generation_equals_numpys(layers):
    theirs = write(music_inference_model(layers.LSTM_cell, layers.densor, TY))
    ours = sample(get_weights(layers), TY, method="greedy")
    np.testing.assert_array_equal(ours.indices, theirs.argmax(axis=1))
    np.testing.assert_allclose(ours.trace.y, theirs, **WITHIN)


def test_sampled_generation_equals_numpys_with_the_same_seed(layers):
    generator = music_inference_model(layers.LSTM_cell, layers.densor, TY, sampled=True)
    written = set()
    for seed in range(8):
        for temperature in (0.5, 1.0, 2.0):
            ours = sample(get_weights(layers), TY, temperature=temperature, seed=seed)
            noise = gumbel_noise(TY, N_VALUES, seed)
            theirs = write(generator, noise, temperature)
            chosen = (np.log(theirs) / temperature + noise).argmax(axis=1)
            np.testing.assert_array_equal(ours.indices, chosen)
            np.testing.assert_allclose(ours.trace.y, theirs, **WITHIN)
            written.add(tuple(ours.indices))
    assert len(written) > 12  # the draws did differ


def test_the_proof_shown_on_the_page_compares_three_pairs(keras, make_weights, make_windows):
    X, _ = make_windows(m=2, Tx=4, n_values=N_VALUES)
    proofs = prove_equal(make_weights(), X, Ty=6, seed=1)
    assert [proof.shape for proof in proofs] == [(4, 2, 7), (4, 2, 7), (6, 7)]
    assert all(0 <= proof.max_difference <= 1e-5 for proof in proofs)


def test_the_proof_would_show_a_difference(keras, make_weights, make_windows, monkeypatch):
    X, _ = make_windows(m=2, Tx=4, n_values=N_VALUES)
    other = make_weights(seed=9)
    monkeypatch.setattr(
        "seqlib.jazz.keras_models.set_weights", lambda layers, _: set_weights(layers, other)
    )
    proofs = prove_equal(make_weights(), X, Ty=6, seed=1)
    assert proofs[0].max_difference < 1e-5  # djmodel and its twin still share their weights
    assert proofs[1].max_difference > 1e-3


# Bad input.


def test_no_timesteps_are_refused(keras, layers):
    with pytest.raises(ValueError, match="Tx is 0; a sequence has at least 1 timestep"):
        djmodel(0, N_A, N_VALUES)
    with pytest.raises(ValueError, match="Ty is 0; ask for at least 1 note"):
        music_inference_model(layers.LSTM_cell, layers.densor, 0)


def test_layers_of_another_size_are_refused_with_both_sizes(layers):
    with pytest.raises(ValueError, match=r"n_a = 4, n_values = 7; the model is to have 5 and 7"):
        djmodel(TX, 5, N_VALUES, layers)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_network_leaves_as_a_file_of_keras_and_comes_back(keras, make_windows, tmp_path, ending):
    weights = JazzWeights.initial(4, N_VALUES, seed=3)
    data = saved(weights, 3, ending)
    back = jazz_weights(read(data), N_VALUES)
    for ours, theirs in zip(weights.arrays, back.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match="reads 8 different tokens"):
        jazz_weights(read(data), 8)
    file = tmp_path / f"djmodel{ending}"
    file.write_bytes(data)
    if ending == ".keras":
        model = keras.models.load_model(file)
    else:
        model = djmodel(3, 4, N_VALUES)
        model.load_weights(file)
    X, _ = make_windows(m=2, Tx=3, n_values=N_VALUES)
    zeros = np.zeros((2, 4), np.float32)
    outputs = np.stack([np.asarray(out) for out in model([X, zeros, zeros])], axis=1)
    np.testing.assert_allclose(outputs, weights.predict(X), atol=1e-5)
