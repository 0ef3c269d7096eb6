"""A GRU and a plain RNN over a batch, forward and back; the LSTM's is ``seqlib.lstm._fast``.

In Keras' weight layout, states before the first step zeros. As there, arrays are (P, ...) with
the ``m`` rows of each step below those of the step before, P = Tx · m.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqlib.lstm.cell import sigmoid

# Kernel, recurrent kernel and bias, as a Keras layer has them.
Cell = tuple[np.ndarray, np.ndarray, np.ndarray]


class SimpleRNN:
    """A plain recurrent layer of ``n_a`` units over batches of ``m`` sequences::

    a⟨t⟩ = tanh(x⟨t⟩ · kernel + a⟨t−1⟩ · recurrent_kernel + bias)
    """

    def __init__(self, m: int, n_a: int) -> None:
        self._m, self._n_a = m, n_a

    def forward(self, cell: Cell, x: np.ndarray) -> np.ndarray:
        """Run over ``x`` (P, n_x); returns ``a`` (P, n_a)."""
        kernel, self._recurrent_kernel, bias = cell
        zx = self._by_step(x @ kernel + bias)  # (Tx, m, n_a)
        a = np.zeros((len(zx) + 1, self._m, self._n_a), np.float32)  # a[t] is read by step t
        for t in range(len(zx)):
            np.tanh(zx[t] + a[t] @ self._recurrent_kernel, out=a[t + 1])
        self._a = a
        return a[1:].reshape(-1, self._n_a)

    def backward(self, da: np.ndarray) -> np.ndarray:
        """Go back with gradients ``da`` (P, n_a) of the outputs; returns ``dz`` (P, n_a)."""
        da, a = self._by_step(da), self._a
        self._dz = np.empty_like(da)
        da_next = np.zeros_like(da[0])
        for t in reversed(range(len(da))):
            self._dz[t] = (da[t] + da_next) * (1 - a[t + 1] ** 2)
            da_next = self._dz[t] @ self._recurrent_kernel.T
        return self._dz.reshape(-1, self._n_a)

    def gradients(self, x: np.ndarray, out: Sequence[np.ndarray]) -> None:
        """Write the gradients of kernel, recurrent kernel and bias, summed over all rows."""
        dz = self._dz.reshape(len(x), -1)
        np.matmul(x.T, dz, out=out[0])
        np.matmul(self._a[:-1].reshape(len(x), -1).T, dz, out=out[1])
        np.sum(dz, axis=0, out=out[2])

    def _by_step(self, values: np.ndarray) -> np.ndarray:
        """(P, n) as (Tx, m, n)."""
        return values.reshape(-1, self._m, values.shape[-1])


class GRU(SimpleRNN):
    """Keras' ``GRU``, with its gates in the order z, r, h and ``reset_after``::

        zx = x⟨t⟩ · kernel + bias[0]           za = a⟨t−1⟩ · recurrent_kernel + bias[1]
        z  = σ(zx_z + za_z)      what to keep
        r  = σ(zx_r + za_r)      what of the past to use
        h  = tanh(zx_h + r · za_h)
        a⟨t⟩ = z · a⟨t−1⟩ + (1 − z) · h

    Back, with ``da`` what arrives at ``a⟨t⟩``::

        dh = da (1 − z) (1 − h²)               dz = da (a⟨t−1⟩ − h) z (1 − z)
        dr = dh · za_h · r (1 − r)
        dzx = (dz, dr, dh)                     dza = (dz, dr, dh · r)
        da⟨t−1⟩ = da · z + dza · recurrent_kernelᵀ
    """

    def forward(self, cell: Cell, x: np.ndarray) -> np.ndarray:
        """Run over ``x`` (P, n_x); returns ``a`` (P, n_a)."""
        kernel, self._recurrent_kernel, bias = cell
        zx = self._by_step(x @ kernel + bias[0])  # (Tx, m, 3 n_a)
        a = np.zeros((len(zx) + 1, self._m, self._n_a), np.float32)
        self._gates = np.empty((len(zx), 4, self._m, self._n_a), np.float32)
        for t in range(len(zx)):
            zx_z, zx_r, zx_h = np.split(zx[t], 3, axis=-1)
            za_z, za_r, za_h = np.split(a[t] @ self._recurrent_kernel + bias[1], 3, axis=-1)
            z = sigmoid(zx_z + za_z)
            r = sigmoid(zx_r + za_r)
            h = np.tanh(zx_h + r * za_h)
            a[t + 1] = z * a[t] + (1 - z) * h
            self._gates[t] = z, r, h, za_h
        self._a = a
        return a[1:].reshape(-1, self._n_a)

    def backward(self, da: np.ndarray) -> np.ndarray:
        """Go back with gradients ``da`` (P, n_a) of the outputs; returns ``dzx`` (P, 3 n_a)."""
        da, a = self._by_step(da), self._a
        self._dz, self._dza = np.empty((2, *da.shape[:2], 3 * self._n_a), np.float32)
        da_next = np.zeros_like(da[0])
        for t in reversed(range(len(da))):
            z, r, h, za_h = self._gates[t]
            da_t = da[t] + da_next
            dh = da_t * (1 - z) * (1 - h**2)
            dz = da_t * (a[t] - h) * z * (1 - z)
            dr = dh * za_h * r * (1 - r)
            np.concatenate([dz, dr, dh], axis=-1, out=self._dz[t])
            np.concatenate([dz, dr, dh * r], axis=-1, out=self._dza[t])
            da_next = da_t * z + self._dza[t] @ self._recurrent_kernel.T
        return self._dz.reshape(-1, 3 * self._n_a)

    def gradients(self, x: np.ndarray, out: Sequence[np.ndarray]) -> None:
        """Write the gradients of kernel, recurrent kernel and bias (2, 3 n_a)."""
        dzx, dza = (values.reshape(len(x), -1) for values in (self._dz, self._dza))
        np.matmul(x.T, dzx, out=out[0])
        np.matmul(self._a[:-1].reshape(len(x), -1).T, dza, out=out[1])
        np.stack([dzx.sum(axis=0), dza.sum(axis=0)], out=out[2])
