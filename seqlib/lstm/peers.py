"""A GRU or a plain RNN over a batch, to be trained; the LSTM's is ``seqlib.lstm._fast``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqlib.lstm._fast import Cell, OneHot, Unrolled
from seqlib.lstm.cell import LSTMWeights
from seqlib.lstm.others import OtherStep, OtherWeights


class Peer:
    """Such a layer over a batch by its own equations, with the interface of ``Unrolled``.

    Step t holds the ``rows[t]`` sequences that have not ended, the longest first; arrays are
    (P, ...), P = sum(rows), the rows of step 0, below them those of step 1, and so on.
    """

    def __init__(self, rows: Sequence[int]) -> None:
        ends = np.cumsum(rows)
        self._steps = [slice(end - k, end) for end, k in zip(ends, rows, strict=True)]

    def forward(self, cell: OtherWeights, x: Any) -> np.ndarray:
        """Run over ``x``, a ``OneHot`` or an array (P, n_x); returns ``a`` (P, n_a)."""
        self._cell = cell
        zx = x.product(cell.kernel) if isinstance(x, OneHot) else x @ cell.kernel
        zx += cell.input_bias
        a, self._before = np.zeros((2, len(zx), cell.n_a), zx.dtype)
        self._done: list[OtherStep] = []
        for t, now in enumerate(self._steps):
            if t:
                self._before[now] = a[self._steps[t - 1]][: now.stop - now.start]
            self._done.append(cell.step(zx[now], self._before[now]))
            a[now] = self._done[-1].h
        return a

    def backward(self, da: np.ndarray) -> np.ndarray:
        """Go back with gradients ``da`` (P, n_a) of the outputs; returns ``dzx`` (P, k n_a)."""
        da = da.copy()
        self._dzx, self._dza = np.empty((2, len(da), self._cell.kernel.shape[1]), da.dtype)
        da_next = da[:0]
        for now, done in zip(reversed(self._steps), reversed(self._done), strict=True):
            da[now][: len(da_next)] += da_next
            back = self._cell.back(done, self._before[now], da[now])
            self._dzx[now], self._dza[now], da_next = back
        return self._dzx

    def gradients(self, x: Any, out: Sequence[np.ndarray]) -> None:
        """Write the gradients of kernel, recurrent kernel and bias, summed over all rows."""
        if isinstance(x, OneHot):
            x.transposed_product(self._dzx, out=out[0])
        else:
            np.matmul(x.T, self._dzx, out=out[0])
        np.matmul(self._before.T, self._dza, out=out[1])
        sums = self._dzx.sum(axis=0), self._dza.sum(axis=0)
        out[2][:] = sums if out[2].ndim == 2 else sums[0]


class LSTM:
    """``Unrolled`` for one batch of ``rows``, with ``Peer``'s interface."""

    def __init__(self, rows: Sequence[int], n_a: int) -> None:
        self._layer = Unrolled(0, n_a, sum(rows), rows[0])
        self._layer.begin(rows)
        self.backward, self.gradients = self._layer.backward, self._layer.gradients

    def forward(self, cell: LSTMWeights, x: OneHot) -> np.ndarray:
        """Run over ``x``; returns ``a`` (P, n_a)."""
        return self._layer.forward(Cell.of(*cell.arrays), x)


def over_batch(cell: LSTMWeights | OtherWeights, rows: Sequence[int]) -> Any:
    """Return a layer for batches with so many sequences at each step; an LSTM reads ``OneHot``."""
    return LSTM(rows, cell.n_a) if isinstance(cell, LSTMWeights) else Peer(rows)
