"""The equations of ``seqlib.lstm.cell`` in few calls of NumPy; tests hold both equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from seqlib.lstm.cell import LSTMWeights, Step


def step_fast(weights: LSTMWeights, zx: np.ndarray, a: np.ndarray, c: np.ndarray) -> Step:
    """Compute ``step`` where the input's share of ``z`` is known.

    ``zx`` (..., 4 n_a) is ``x · kernel + bias``; for a one-hot ``x`` a row of the kernel plus the
    bias, without a product.
    """
    n_a = weights.n_a
    z = zx + a @ weights.recurrent_kernel
    # σ(z) = (1 + tanh(z / 2)) / 2: one tanh serves all four gates.
    z[..., : 2 * n_a] *= 0.5
    z[..., 3 * n_a :] *= 0.5
    gates = np.tanh(z)
    g = gates[..., 2 * n_a : 3 * n_a]
    gates = gates * 0.5 + 0.5
    i, f, o = gates[..., :n_a], gates[..., n_a : 2 * n_a], gates[..., 3 * n_a :]
    c = f * c + i * g
    return Step(i, f, g, o, c, o * np.tanh(c))


class OneHot:
    """One-hot rows (P, n) by the places of their ones; place ``n`` stands for a row of zeros."""

    def __init__(self, places: np.ndarray, n: int) -> None:
        self.places, self.n = places, n
        self._order = np.argsort(places, kind="stable")
        values, starts = np.unique(places[self._order], return_index=True)
        ends = [*starts[1:], len(places)]
        self._groups = [
            each for each in zip(values.tolist(), starts, ends, strict=True) if each[0] < n
        ]

    def product(self, kernel: np.ndarray) -> np.ndarray:
        """Return the rows times ``kernel`` (n, k), (P, k)."""
        return np.vstack([kernel, np.zeros_like(kernel[:1])])[self.places]

    def transposed_product(self, d: np.ndarray, out: np.ndarray) -> None:
        """Write the transpose (n, P) times ``d`` (P, k): the rows of ``d`` added up by place."""
        d = np.take(d, self._order, axis=0)
        ones = np.ones(len(d), d.dtype)
        out[:] = 0
        for value, start, end in self._groups:
            np.matmul(ones[start:end], d[start:end], out=out[value])


class Cell(NamedTuple):
    """A cell's weights as ``Unrolled`` multiplies with them, gate by gate: i, f, o, g.

    Those of i, f and o are halved in all but ``transposed``, for one tanh serves all four gates:
    σ(z) = (1 + tanh(z / 2)) / 2.
    """

    kernel: np.ndarray  # (4, n_x, n_a)
    recurrent_kernel: np.ndarray  # (4, n_a, n_a)
    bias: np.ndarray  # (4, 1, n_a)
    transposed: np.ndarray  # (4 n_a, n_a), of the recurrent kernel

    @classmethod
    def of(cls, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray) -> Cell:
        """Lay out the arrays of a Keras layer."""
        arrays = (kernel, recurrent_kernel, bias[None])
        return cls(*map(_by_gate, arrays), _transposed(recurrent_kernel))


class _Arrays(NamedTuple):
    """The arrays of one time step, of which k sequences take part; views, so nothing is copied."""

    rows: slice
    gates: np.ndarray  # (4, k, n_a): i, f, o, g
    c: np.ndarray  # (k, n_a), like the following
    tanh_c: np.ndarray
    a: np.ndarray
    a_before: np.ndarray | None  # None at the first step: zeros
    c_before: np.ndarray | None
    da: np.ndarray
    dc: np.ndarray
    da_next: np.ndarray  # from the step after
    dc_next: np.ndarray
    spare: np.ndarray
    dz: np.ndarray  # (k, 4 n_a), in Keras' order i, f, g, o
    dz_ifgo: np.ndarray  # (4, k, n_a)
    spare_gates: np.ndarray  # (4, k, n_a)


class Unrolled:
    """An LSTM layer over a batch, forward and back, in arrays that the next batch uses again.

    Step t holds the ``rows[t]`` sequences that have not ended; the longest come first, so that
    these are the first rows of the step before. With P = sum(rows), what the layer reads and
    gives is (P, ...): the rows of step 0, below them those of step 1, and so on. The states
    before the first step are zeros.

    Parameters
    ----------
    n_a : int
    size, most : int
        The largest P, and the most sequences, of any batch to come.
    keep : bool
        Whether ``da`` and ``dc`` are kept, which takes time.

    Attributes
    ----------
    a, c : float32 array (P, n_a)
    dz : float32 array (P, 4 n_a)
    da, dc : float32 array (P, n_a)
        All that arrives at the states; only with ``keep``.
    """

    def __init__(self, n_a: int, size: int, most: int, keep: bool = False) -> None:
        self._n_a, self._keep = n_a, keep
        self._all_gates = np.empty(4 * size * n_a, np.float32)
        self._states = np.empty((3, size, n_a), np.float32)  # a, c, tanh(c)
        self._arriving = np.empty((2, size if keep else most, n_a), np.float32)  # da, dc
        self._dz = np.empty((size, 4 * n_a), np.float32)
        self._next = np.empty((3, most, n_a), np.float32)  # da and dc of the step after; spare
        self._spare = np.empty(4 * most * n_a, np.float32)
        self._ones = np.ones(size, np.float32)

    def begin(self, rows: Sequence[int]) -> None:
        """Take a batch with so many sequences at each step."""
        n_a, P = self._n_a, sum(rows)
        self.a, self.c, tanh_c = self._states[:, :P]
        self.da, self.dc = self._arriving[:, : P if self._keep else rows[0]]
        self.dz = self._dz[:P]
        self._steps: list[_Arrays] = []
        end, before = 0, None
        for k in rows:
            start, end = end, end + k
            now, by_gate = slice(start, end), (4, k, n_a)
            kept = now if self._keep else slice(0, k)
            self._steps.append(
                _Arrays(
                    now,
                    self._all_gates[4 * start * n_a : 4 * end * n_a].reshape(by_gate),
                    self.c[now],
                    tanh_c[now],
                    self.a[now],
                    None if before is None else self.a[before : before + k],
                    None if before is None else self.c[before : before + k],
                    self.da[kept],
                    self.dc[kept],
                    *self._next[:, :k],
                    self.dz[now],
                    self.dz[now].reshape(k, 4, n_a).swapaxes(0, 1),
                    self._spare[: 4 * k * n_a].reshape(by_gate),
                )
            )
            before = start

    def forward(self, cell: Cell, x: Any) -> np.ndarray:
        """Run over ``x``, a ``OneHot`` or an array (P, n_x); returns ``a``."""
        self._cell = cell
        if isinstance(x, OneHot):
            rows = np.concatenate([cell.kernel + cell.bias, cell.bias], axis=1)
        for step in self._steps:
            z = step.gates
            if isinstance(x, OneHot):  # a product with a one-hot row is a row of the kernel
                np.take(rows, x.places[step.rows], axis=1, out=z, mode="clip")
            else:
                np.matmul(x[step.rows], cell.kernel, out=z)
                z += cell.bias
            if step.a_before is not None:
                z += np.matmul(step.a_before, cell.recurrent_kernel, out=step.spare_gates)
            np.tanh(z, out=z)
            sigmoid = z[:3]
            sigmoid *= 0.5
            sigmoid += 0.5
            i, f, o, g = z
            c = np.multiply(i, g, out=step.c)
            if step.c_before is not None:
                c += np.multiply(f, step.c_before, out=step.spare)
            np.tanh(c, out=step.tanh_c)
            np.multiply(o, step.tanh_c, out=step.a)
        return self.a

    def backward(self, da: np.ndarray) -> np.ndarray:
        """Go back with gradients ``da`` (P, n_a) of what ``forward`` gave; returns ``dz``.

        σ′ = σ (1 − σ) and tanh′ = (1 + tanh) (1 − tanh), so that the last factor of each dz is
        1 minus its gate.
        """
        self._next[:] = 0
        for step in reversed(self._steps):
            i, f, o, g = step.gates
            d_i, d_f, d_o, d_g = step.spare_gates
            da_t = np.add(da[step.rows], step.da_next, out=step.da)
            # dc = dc_next + da · o · (1 − tanh²(c)), and o · tanh(c) is a
            dc = np.multiply(step.a, step.tanh_c, out=step.dc)
            np.subtract(o, dc, out=dc)
            dc *= da_t
            dc += step.dc_next
            dc_next = np.multiply(dc, f, out=step.dc_next)
            # dc · (g i, c⟨t−1⟩ f, i (1 + g)) and da · tanh(c) o
            np.multiply(dc, i, out=d_g)
            np.multiply(d_g, g, out=d_i)
            d_g += d_i
            np.multiply(dc_next, 0 if step.c_before is None else step.c_before, out=d_f)
            np.multiply(da_t, step.a, out=d_o)
            # step.gates are not needed any more
            rest = np.subtract(1, step.gates, out=step.gates)
            np.multiply(step.spare_gates[:2], rest[:2], out=step.dz_ifgo[:2])
            np.multiply(step.spare_gates[2:], rest[2:], out=step.dz_ifgo[:1:-1])
            np.matmul(step.dz, self._cell.transposed, out=step.da_next)
        return self.dz

    def gradients(self, x: Any, out: Sequence[np.ndarray]) -> None:
        """Write the gradients of kernel, recurrent kernel and bias, summed over all rows."""
        kernel, recurrent_kernel, bias = out
        if isinstance(x, OneHot):
            x.transposed_product(self.dz, out=kernel)
        else:
            np.matmul(x.T, self.dz, out=kernel)
        first, last = self._steps[0].rows.stop, self._steps[-1].rows
        if last.stop - last.start == first:  # no sequence ends before the last step
            a_before = self.a[: last.start]
        else:
            a_before = np.concatenate([step.a_before for step in self._steps[1:]])
        np.matmul(a_before.T, self.dz[first:], out=recurrent_kernel)
        np.matmul(self._ones[: len(self.dz)], self.dz, out=bias)


def _by_gate(array: np.ndarray) -> np.ndarray:
    """(n, 4 n_a), gates i, f, g, o, as (4, n, n_a), gates i, f, o, g; all but g halved."""
    n, width = array.shape
    by_gate = array.reshape(n, 4, width // 4).swapaxes(0, 1)
    found = np.multiply(by_gate, np.float32(0.5), order="C")
    found[2] = found[3]
    found[3] = by_gate[2]
    return found


def _transposed(array: np.ndarray) -> np.ndarray:
    """A copy of ``array.T``, five times as fast for sizes that are powers of two.

    There the numbers of a column share a few places in the processor's cache; in longer rows
    they do not.
    """
    n, width = array.shape
    longer = np.empty((n, width + 16), array.dtype)[:, :width]
    longer[:] = array
    return np.ascontiguousarray(longer.T)
