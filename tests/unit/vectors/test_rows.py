"""Several arrays read as one matrix."""

import numpy as np
import pytest

from seqlib.vectors import Rows, WordVectors, overview, row_order
from seqlib.vectors.words import Words

RNG = np.random.default_rng(3)
FILE = np.asfortranarray(RNG.normal(size=(900, 6)).astype(np.float32))
MORE = RNG.normal(size=(40, 6)).astype(np.float16)
ROWS = Rows(np.zeros((1, 6), np.float32), FILE, MORE)
WHOLE = np.concatenate([np.zeros((1, 6), np.float32), FILE, MORE.astype(np.float32)])


def test_it_has_the_shape_of_all_its_parts():
    assert (ROWS.shape, len(ROWS), ROWS.ndim, ROWS.size) == ((941, 6), 941, 2, 941 * 6)
    assert ROWS.dtype == np.float32
    assert ROWS.nbytes == 24 + FILE.nbytes + MORE.nbytes
    np.testing.assert_array_equal(np.asarray(ROWS), WHOLE)
    assert np.asarray(ROWS, np.float16).dtype == np.float16


@pytest.mark.parametrize(
    "rows",
    [
        *(0, 1, 900, 901, 940, np.int32(5)),
        *(slice(0, 5), slice(1, 900), slice(895, 905), slice(None), slice(7, 2), slice(3, 900, 7)),
        *((5, 2), (slice(1, 9, 3), slice(2, 5)), (np.array([0, 940]), slice(None, 2))),
        *([0], [3, 3, 1], [0, 940, 1, 900], np.array([[0, 1], [940, 2]]), np.zeros(0, int)),
    ],
)
def test_rows_are_those_of_the_joined_array(rows):
    np.testing.assert_array_equal(ROWS[rows], WHOLE[rows])


def test_a_range_within_a_part_is_not_copied():
    assert np.shares_memory(ROWS[1:50], FILE)


@pytest.mark.parametrize("rows", [941, -1, [0, 941], [-1, 3]])
def test_there_are_no_other_rows(rows):
    with pytest.raises(IndexError, match="numbered 0 to 940"):
        ROWS[rows]


def test_vectors_over_rows_say_what_vectors_over_the_array_say():
    words = Words.of([f"w{row}" for row in range(940)])
    ours, plain = WordVectors("rows", words, ROWS), WordVectors("array", words, WHOLE)
    np.testing.assert_allclose(ours.norms, plain.norms, rtol=1e-6)
    np.testing.assert_allclose(ours.similarities("w3"), plain.similarities("w3"), atol=1e-6)
    assert ours.fingerprint == plain.fingerprint
    assert [one.word for one in ours.neighbours("w930", 5)] == [
        one.word for one in plain.neighbours("w930", 5)
    ]
    order = row_order(plain, "similarity", "w3")
    for statistic in ("mean", "root mean square", "extreme"):
        for chosen in (None, order):
            kwargs = {"bins": 50, "order": chosen, "statistic": statistic}
            first, second = overview(ours, 3, 930, **kwargs), overview(plain, 3, 930, **kwargs)
            np.testing.assert_allclose(first.values, second.values, atol=1e-6)
            assert first.labels == second.labels
