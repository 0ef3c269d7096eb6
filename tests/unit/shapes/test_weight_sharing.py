"""Shared weights move together; those of the mistake each move alone."""

from __future__ import annotations

import numpy as np

from seqlib.shapes.weight_sharing import compare
from ui.shapes.defined_once import change_by_step


def test_one_training_step_tells_the_shared_cell_from_the_mistake(keras):
    found = compare(Tx=4, n_a=3, n_values=5)
    assert found.before < 1e-6
    assert found.after > 1e-4
    assert np.ptp(found.shared.change) == 0
    assert found.shared.change[0] > 0
    assert np.ptp(found.mistake.change) > 0
    # Its first cell starts from a state of zeros, so its recurrent kernel has no gradient.
    assert found.mistake.change[0] == 0
    assert (found.shared.cells, found.mistake.cells) == (1, 4)
    assert found.shared.n_objects == 5
    assert found.mistake.n_objects == 20
    assert found.mistake.n_parameters == 4 * found.shared.n_parameters
    # So the picture names what it shows: the kernel of that step does move.
    assert "recurrent kernel" in change_by_step(found).layout.yaxis.title.text
