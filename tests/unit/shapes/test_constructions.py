"""The three constructions have the seed's shapes at its sizes, and what Keras builds at any."""

from __future__ import annotations

import numpy as np
import pytest

from seqlib.shapes.blueprint import blueprint
from seqlib.shapes.constructions import CONSTRUCTIONS, confirm, djmodel_mistake

SEED = {
    "djmodel": [(None, 30, 78), (None, 64), (None, 64), (None, 78), (None, 1, 78)],
    "Emojify_V2": [
        *[(None, 10), (None, 10, 50), (None, 10, 128), (None, 10, 128), (None, 128)],
        *[(None, 128), (None, 5), (None, 5)],
    ],
    "pretrained_embedding_layer": [(None, 10), (None, 10, 50)],
}


@pytest.mark.parametrize("name", SEED)
def test_a_construction_has_the_seeds_shapes_at_the_seeds_sizes(name):
    chosen = CONSTRUCTIONS[name]
    rows = chosen.sketch(chosen.seed_sizes).rows
    assert [row.shape for row in rows][: len(SEED[name])] == SEED[name]


def test_the_input_of_emojify_is_whole_numbers():
    chosen = CONSTRUCTIONS["Emojify_V2"]
    assert chosen.sketch(chosen.seed_sizes).rows[0].dtype == "int32"


# 200 in all; each is a model that Keras builds, so the sequences are kept short.
@pytest.mark.parametrize(("name", "count"), [("djmodel", 80), ("Emojify_V2", 60), (None, 60)])
def test_every_caption_is_the_tensors_shape(keras, name, count):
    chosen = CONSTRUCTIONS[name or "pretrained_embedding_layer"]
    rng = np.random.default_rng(7)
    for _ in range(count):
        sizes = {
            dial.name: int(rng.integers(dial.low, 1 + min(dial.high, max(dial.low + 9, 12))))
            for dial in chosen.dials
        }
        found = confirm(chosen.sketch(sizes), chosen.build(sizes))
        assert found.holds, (sizes, found.differing)


def test_a_model_of_other_sizes_is_not_confirmed(keras):
    chosen = CONSTRUCTIONS["djmodel"]
    sizes = {"m": 2, "Tx": 3, "n_values": 5, "n_a": 4}
    found = confirm(chosen.sketch(sizes), chosen.build({**sizes, "n_a": 6}))
    assert not found.holds
    assert found.agreed < found.total
    longer = confirm(chosen.sketch(sizes), chosen.build({**sizes, "Tx": 4}))
    assert not longer.holds


def test_the_mistake_has_tx_times_the_weights_and_the_same_outputs():
    once = CONSTRUCTIONS["djmodel"].sketch({"m": 2, "Tx": 30, "n_values": 78, "n_a": 64})
    mistake = blueprint(djmodel_mistake, 30, 64, 78)
    assert once.n_parameters == 41_678
    assert mistake.n_parameters == 30 * 41_678
    assert [row.shape for row in mistake.rows if row.role] == [
        row.shape for row in once.rows if row.role
    ]


def test_the_mistake_in_keras_is_what_its_sketch_says(keras):
    assert confirm(blueprint(djmodel_mistake, 3, 4, 5), djmodel_mistake(3, 4, 5)).total == 21
    found = confirm(blueprint(djmodel_mistake, 3, 4, 5), djmodel_mistake(3, 4, 5))
    assert found.parameters_agree
    # Keras numbers the unnamed Reshape layers across all models, so only names may differ.
    assert all(ours.shape == theirs.shape for ours, theirs in found.differing)
