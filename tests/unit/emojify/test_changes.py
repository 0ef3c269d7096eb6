"""Which rows training moved: found by comparing numbers, not by what was meant to happen."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import trained

from seqlib.emojify import EmojifyRun, EmojifySettings, Lexicon
from seqlib.emojify.changes import groups, moved
from seqlib.emojify.weights import Embedding
from seqlib.text import shipped
from seqlib.vectors import load

MATRIX = np.arange(20, dtype=np.float32).reshape(10, 2)


def test_rows_that_differ_are_found_furthest_first():
    found = moved(Embedding.of(MATRIX, {3: MATRIX[3] + [1, 0], 7: MATRIX[7] - [0, 5]}))
    assert found.rows.tolist() == [7, 3]
    assert found.change.tolist() == [[0, -5], [1, 0]]
    assert found.norms.tolist() == [5, 1]
    assert found.compared == 10


def test_a_row_that_was_set_to_what_it_was_has_not_moved():
    assert len(moved(Embedding.of(MATRIX, {3: MATRIX[3]}))) == 0
    assert len(moved(Embedding.of(MATRIX))) == 0


def test_a_row_after_the_matrix_is_left_out():
    found = moved(Embedding.of(MATRIX, {10: np.float32([1, 1])}))
    assert len(found) == 0


def test_counting_among_some_rows():
    found = moved(Embedding.of(MATRIX, {3: MATRIX[3] + 1, 7: MATRIX[7] + 1}))
    assert found.among(np.array([1, 3, 5])) == 1


def test_every_row_is_in_exactly_one_group():
    parts = groups(shipped(), load())
    rows = np.concatenate(list(parts.values()))
    assert np.array_equal(np.sort(rows), np.arange(len(load().matrix)))
    assert all(len(part) for part in parts.values())


@pytest.mark.parametrize("mask", [True, False])
def test_training_moves_the_words_it_reads_and_no_other(mask):
    vectors = load()
    data = type(shipped())(*(part.subset(range(0, len(part), 4)) for part in shipped()))
    runs = [
        trained(
            EmojifyRun(
                data.train,
                data.test,
                Lexicon.of(vectors),
                # Dropout might leave a word that occurs once without a gradient.
                EmojifySettings(
                    epochs=2,
                    units=4,
                    dropout=0,
                    input_dropout=0,
                    word_dropout=0,
                    mask=mask,
                    trainable=trainable,
                ),
            )
        )
        for trainable in (False, True)
    ]
    frozen, trainable = (moved(run.snapshot().model.weights.embedding) for run in runs)
    train, test, padding, others = groups(data, vectors).values()
    assert len(frozen) == 0
    assert trainable.among(train) == len(train)
    assert trainable.among(test) == trainable.among(others) == 0
    assert trainable.among(padding) == (0 if mask else 1)
