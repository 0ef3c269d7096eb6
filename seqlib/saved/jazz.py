"""Make a jazz model of the layers of a file: of ``djmodel``, or of one's own like it."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from seqlib.jazz import JazzWeights
from seqlib.lstm.cell import check_units
from seqlib.saved.files import SavedError
from seqlib.saved.layers import Saved


def jazz_weights(found: Saved, n_values: int) -> JazzWeights:
    """Take a recurrent layer that reads ``n_values`` tokens, and a Dense layer that writes as many.

    Raises ``InputError`` where the file has no such pair of layers, or more: what it computes
    would be something else.
    """
    unread = found.told.activations
    for cell, dense in permutations(found.layers) if found.parts == 2 and not unread else ():
        kernel, *bias = dense.arrays  # one without a bias and a name looks like an embedding's
        if cell.recurrent and cell.n_x == n_values and kernel.shape == (cell.n_out, n_values):
            check_units(cell.n_out)
            bias = bias or [np.zeros(n_values, np.float32)]
            return JazzWeights.from_arrays([*cell.cell.arrays, kernel, *bias])
    raise SavedError(
        "This is no djmodel for this corpus, which is one recurrent layer that reads {n} different "
        "tokens and one Dense layer that writes as many; the file has {found}. Choose the corpus "
        "that it was trained on, or watch its layers on the Cell page.",
        n=n_values,
        found=[*found.listed, *sorted(unread)],
    )
