"""Make a jazz model of the layers of a file: of ``djmodel``, or of one's own like it."""

from __future__ import annotations

import numpy as np

from seqlib.jazz import JazzWeights
from seqlib.saved.files import SavedError
from seqlib.saved.layers import Saved


def jazz_weights(found: Saved, n_values: int) -> JazzWeights:
    """Take a recurrent layer that reads ``n_values`` tokens, and a Dense layer that writes as many.

    Raises ``SavedError`` where the file has no such pair of layers.
    """
    for cell in found.of("LSTM", "GRU", "SimpleRNN"):
        for dense in found.of("Dense"):
            if cell.n_x == dense.n_out == n_values and cell.n_out == dense.n_x:
                bias = dense.arrays[1] if len(dense.arrays) > 1 else np.zeros(n_values, np.float32)
                return JazzWeights.from_arrays([*cell.cell.arrays, dense.arrays[0], bias])
    raise SavedError(
        "This is no djmodel for this corpus, whose recurrent layer reads {n} different tokens "
        "and whose Dense layer writes as many; choose the corpus that it was trained on, or "
        "watch its layers on the Cell page.",
        n=n_values,
    )
