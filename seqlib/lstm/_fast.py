"""The equations of ``seqlib.lstm.cell`` in few calls of NumPy; tests hold both equal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqlib.lstm.cell import LSTMWeights, Step

# Columns of a matrix multiplied at once: few enough that OpenBLAS takes its kernel for small ones.
BLOCK = 32


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
        order = np.argsort(places, kind="stable")
        self._order = order[: np.count_nonzero(places < n)]
        found = np.unique(places[self._order], return_index=True, return_counts=True)
        self._values, self._starts, counts = found
        often = counts > 1
        groups = (each[often].tolist() for each in (*found[:2], self._starts + counts))
        self._groups = list(zip(*groups, strict=True))

    def product(self, kernel: np.ndarray) -> np.ndarray:
        """Return the rows times ``kernel`` (n, k), (P, k)."""
        return np.vstack([kernel, np.zeros_like(kernel[:1])])[self.places]

    def transposed_product(self, d: np.ndarray, out: np.ndarray) -> None:
        """Write the transpose (n, P) times ``d`` (P, k): the rows of ``d`` added up by place."""
        d = np.take(d, self._order, axis=0)
        ones = np.ones(len(d), d.dtype)
        out[:] = 0
        out[self._values] = d[self._starts]
        for value, start, end in self._groups:
            np.matmul(ones[start:end], d[start:end], out=out[value])


class Cell(NamedTuple):
    """A cell's weights as ``Unrolled`` multiplies with them, gate by gate: i, f, o, g.

    Those of i, f and o are halved in all but ``transposed``, for one tanh serves all four gates:
    σ(z) = (1 + tanh(z / 2)) / 2.
    """

    joined: np.ndarray  # (4, n_x + 1 + n_a, n_a): kernel, bias, recurrent kernel
    transposed: np.ndarray  # (k, 4 n_a, n_a / k), of the recurrent kernel; k blocks of columns

    @classmethod
    def of(cls, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray) -> Cell:
        """Lay out the arrays of a Keras layer."""
        n_a = len(recurrent_kernel)
        arrays = kernel, bias[None], recurrent_kernel
        joined = np.empty((4, len(kernel) + 1 + n_a, n_a), np.float32)
        end = 0
        for array in arrays:
            start, end = end, end + len(array)
            i, f, g, o = array.reshape(len(array), 4, n_a).swapaxes(0, 1)
            for gate, out in zip((i, f, o), joined[:, start:end], strict=False):
                np.multiply(gate, np.float32(0.5), out=out)
            joined[3, start:end] = g
        return cls(joined, turned(recurrent_kernel))


Hook = Callable[[int, slice], None]  # of a step, and where its rows stand


class _Arrays(NamedTuple):
    """The arrays of one time step, of which k sequences take part; views, so nothing is copied."""

    rows: slice
    read: np.ndarray  # (k, n_x + 1 + n_a): x, 1, a of the step before; (k, n_x + 1) at the first
    gates: np.ndarray  # (4, k, n_a): i, f, o, g
    c: np.ndarray  # (k, n_a), like the following
    tanh_c: np.ndarray
    a: np.ndarray
    a_read: np.ndarray  # where the step after reads a, of the sequences that go on
    c_before: np.ndarray | None  # None at the first step: zeros
    dz: np.ndarray  # (k, 4 n_a), in Keras' order i, f, g, o
    dz_ifgo: np.ndarray  # (4, k, n_a)
    da: np.ndarray  # (k, n_a)
    dc: np.ndarray
    da_next: np.ndarray  # from the step after
    dc_next: np.ndarray
    spare: np.ndarray
    da_blocks: np.ndarray  # da_next as ``Cell.transposed`` gives it
    spare_gates: np.ndarray  # (4, k, n_a)


class Unrolled:
    """An LSTM layer over a batch, forward and back, in arrays that the next batch uses again.

    Step t holds the ``rows[t]`` sequences that have not ended; the longest come first, so that
    these are the first rows of the step before. With P = sum(rows), what the layer reads and
    gives is (P, ...): the rows of step 0, below them those of step 1, and so on. The states
    before the first step are zeros.

    Parameters
    ----------
    n_x, n_a : int
        ``n_x`` is 0 for a layer that reads ``OneHot``.
    size, most : int
        The largest P, and the most sequences, of any batch to come.
    read, dz : float32 arrays (size, n_x + 1 + n_a) and (size, 4 n_a), optional
        Where the input, ones and ``a`` of the step before are to stand, and ``dz``.

    Attributes
    ----------
    a, c : float32 array (P, n_a)
    dz : float32 array (P, 4 n_a)
    """

    def __init__(
        self,
        n_x: int,
        n_a: int,
        size: int,
        most: int,
        read: np.ndarray | None = None,
        dz: np.ndarray | None = None,
    ) -> None:
        self._n_x, self._n_a = n_x, n_a
        self._all_read = np.empty((size, n_x + 1 + n_a), np.float32) if read is None else read
        self._all_read[:, n_x] = 1
        self._all_gates = np.empty(4 * size * n_a, np.float32)
        self._states = np.empty((3, size, n_a), np.float32)  # a, c, tanh(c)
        self._arriving = np.empty((2, most, n_a), np.float32)  # da, dc
        self._dz = np.empty((size, 4 * n_a), np.float32) if dz is None else dz
        self._next = np.empty((3, most, n_a), np.float32)  # da and dc of the step after; spare
        self._spare = np.empty(4 * most * n_a, np.float32)
        self._of_rows: dict[int, tuple[np.ndarray, ...]] = {}

    def begin(self, rows: Sequence[int]) -> None:
        """Take a batch with so many sequences at each step."""
        n_a, P = self._n_a, sum(rows)
        self._read = self._all_read[:P]
        self.a, self.c, tanh_c = self._states[:, :P]
        self.dz = self._dz[:P]
        self._steps: list[_Arrays] = []
        end, before = 0, None
        for k, k_after in zip(rows, [*rows[1:], 0], strict=True):
            start, end = end, end + k
            now, by_gate = slice(start, end), (4, k, n_a)
            spare = self._of_rows.get(k) or self._for_rows(k)
            self._steps.append(
                _Arrays(
                    now,
                    self._read[now] if start else self._read[now, : self._n_x + 1],
                    self._all_gates[4 * start * n_a : 4 * end * n_a].reshape(by_gate),
                    self.c[now],
                    tanh_c[now],
                    self.a[now],
                    self._read[end : end + k_after, self._n_x + 1 :],
                    None if before is None else self.c[before : before + k],
                    self.dz[now],
                    self.dz[now].reshape(k, 4, n_a).swapaxes(0, 1),
                    *spare,
                )
            )
            before = start

    def _for_rows(self, k: int) -> tuple[np.ndarray, ...]:
        """Return what steps of ``k`` sequences use in turn, from ``da`` to ``spare_gates``."""
        spare_gates = self._spare[: 4 * k * self._n_a].reshape(4, k, self._n_a)
        da_blocks = in_blocks(self._next[0, :k])
        spare = *self._arriving[:, :k], *self._next[:, :k], da_blocks, spare_gates
        self._of_rows[k] = spare
        return spare

    def forward(
        self, cell: Cell, x: Any, before: Hook | None = None, after: Hook | None = None
    ) -> np.ndarray:
        """Run over ``x``, a ``OneHot`` or an array (P, n_x); returns ``a``.

        ``before`` and ``after`` are called at each step. Without ``x``, what ``before`` has put
        into ``read`` is the input.
        """
        self._cell, joined = cell, cell.joined
        if isinstance(x, OneHot):
            zero = np.zeros_like(joined[:, :1])
            rows, joined = np.concatenate([joined[:, : x.n], zero], axis=1), joined[:, x.n :]
        elif x is not None:
            self._read[:, : self._n_x] = x
        for t, step in enumerate(self._steps):
            if before is not None:
                before(t, step.rows)
            weights = joined if step.c_before is not None else joined[:, : self._n_x + 1]
            z = np.matmul(step.read, weights, out=step.gates)
            if isinstance(x, OneHot):  # a product with a one-hot row is a row of the kernel
                places = x.places[step.rows]
                z += np.take(rows, places, axis=1, out=step.spare_gates, mode="clip")
            np.tanh(z, out=z)
            sigmoid = z[:3]
            sigmoid *= 0.5
            sigmoid += 0.5
            i, f, o, g = z
            c = np.multiply(i, g, out=step.c)
            if step.c_before is not None:
                c += np.multiply(f, step.c_before, out=step.spare)
            np.tanh(c, out=step.tanh_c)
            a = np.multiply(o, step.tanh_c, out=step.a)
            if after is not None:
                after(t, step.rows)
            step.a_read[:] = a[: len(step.a_read)]
        return self.a

    def backward(
        self, da: np.ndarray, before: Hook | None = None, after: Hook | None = None
    ) -> np.ndarray:
        """Go back with gradients ``da`` (P, n_a) of what ``forward`` gave; returns ``dz``.

        ``before`` and ``after`` are called at each step, when its ``da`` is to be there and when
        its ``dz`` is.

        σ′ = σ (1 − σ) and tanh′ = (1 + tanh) (1 − tanh), so that the last factor of each dz is
        1 minus its gate.
        """
        self._next[:] = 0
        for t in reversed(range(len(self._steps))):
            step = self._steps[t]
            if before is not None:
                before(t, step.rows)
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
            if after is not None:
                after(t, step.rows)
            if step.c_before is not None:
                np.matmul(step.dz, self._cell.transposed, out=step.da_blocks)
        return self.dz

    def gradients(self, x: Any, out: Sequence[np.ndarray]) -> None:
        """Write the gradients of kernel, recurrent kernel and bias, summed over all rows."""
        kernel, recurrent_kernel, bias = out
        n_x, first = self._n_x, self._steps[0].rows.stop
        if isinstance(x, OneHot):
            x.transposed_product(self.dz, out=kernel)
        else:
            np.matmul(self._read[:, :n_x].T, self.dz, out=kernel)
        np.matmul(self._read[first:, n_x + 1 :].T, self.dz[first:], out=recurrent_kernel)
        np.matmul(self._read[:, n_x], self.dz, out=bias)


def turned(kernel: np.ndarray) -> np.ndarray:
    """Lay out the transpose of ``kernel`` (n, 4 n_a) in k blocks of columns (k, 4 n_a, n / k).

    A product with it is written ``in_blocks``.
    """
    return in_blocks(_transposed(kernel))


def in_blocks(array: np.ndarray) -> np.ndarray:
    """View ``array`` (m, n) as blocks of columns (k, m, n / k)."""
    m, n = array.shape
    width = BLOCK if n % BLOCK == 0 else n
    return array.reshape(m, n // width, width).swapaxes(0, 1)


def _transposed(array: np.ndarray) -> np.ndarray:
    """A copy of ``array.T``, five times as fast for sizes that are powers of two.

    There the numbers of a column share a few places in the processor's cache; in longer rows
    they do not.
    """
    n, width = array.shape
    longer = np.empty((n, width + 16), array.dtype)[:, :width]
    longer[:] = array
    return np.ascontiguousarray(longer.T)
