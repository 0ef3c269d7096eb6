"""The training of the jazz model as a task: ``djmodel``, full batch or mini-batches, in NumPy.

The loss is what ``fit`` of the seed's ``djmodel`` minimises: the cross-entropies of the Ty
outputs summed, their mean over the windows of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import _
from seqlib.jazz.weights import JazzWeights
from seqlib.lstm._fast import Cell, OneHot, Unrolled
from seqlib.training.loss import cross_entropy
from seqlib.training.stepped import Part, SteppedTask, flat, split, views
from seqlib.training.task import State

# The most arithmetic in one call, about 0.3 s on one core: a batch beyond it is taken in parts,
# so that a large run neither holds up the others nor fills the memory.
CALL_FLOP = 3e10


@dataclass(frozen=True, eq=False)
class JazzTask(SteppedTask):
    """One jazz model learning one set of windows.

    Attributes
    ----------
    x : int32 array (m, Tx)
        Which note is read at each step; ``n_values`` is the blank before the first.
    y : int32 array (m, Tx)
        Which note has to be predicted.
    start : JazzWeights
    epochs, learning_rate, seed
        ``seed`` draws the order of the windows where there are mini-batches.
    batch_size : int or None
        Windows in a mini-batch; None takes all at once.
    clip : float or None
        The largest norm of a gradient.
    """

    x: np.ndarray
    y: np.ndarray
    start: JazzWeights
    epochs: int
    learning_rate: float
    batch_size: int | None = None
    clip: float | None = None
    seed: int = 0

    @classmethod
    def of(cls, X: np.ndarray, Y: np.ndarray, start: JazzWeights, **settings: Any) -> JazzTask:
        """Make a task from one-hot X (m, Tx, n_values) and Y (Ty, m, n_values).

        Raises ``ValueError`` if a row holds anything but one 1; a row of X may be all zeros.
        """
        return cls(places_of(X), places_of(np.swapaxes(Y, 0, 1)), start, **settings)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the weights, in the order of ``JazzWeights.arrays``."""
        return [array.shape for array in self.start.arrays]

    @property
    def nbytes(self) -> int:
        """Bytes of the data."""
        return self.x.nbytes + self.y.nbytes

    def begin(self) -> State:
        """Return the state before the first step."""
        return State.of(flat(self.start.arrays))

    def model(self, state: State, start: Any = None) -> JazzWeights:
        """Return the weights of ``state``; ``start`` is not needed."""
        return JazzWeights.from_arrays(views(state.weights, self.shapes))

    def parts(self, epoch: int) -> list[Part]:
        """Return the windows of each call in an epoch; shuffled where there are mini-batches."""
        m = len(self.x)
        size = self.batch_size or m
        rows = np.arange(m)
        if size < m:
            rows = np.random.default_rng((self.seed, epoch)).permutation(m)
        largest = windows_per_call(self.x.shape[1], self.start.n_values, self.start.n_a)
        return split(rows, size, largest)

    def open(self) -> Session:
        """Allocate what one ``advance`` needs."""
        return Session(self)

    def measure(self, state: State, session: Any = None) -> tuple[dict[str, Any], Any]:
        """Return the mean ``loss`` and ``accuracy`` (Ty,) of the epoch's windows."""
        loss, hits = (total / len(self.x) for total in state.sums)
        return {"loss": loss, "accuracy": hits}, None


class Session:
    """The arrays in which one ``advance`` computes."""

    def __init__(self, task: JazzTask) -> None:
        self._task = task
        self._networks: dict[int, Network] = {}

    def take(self, state: State, rows: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (Ty,), hits (Ty,)) and the gradient (n,), summed over rows."""
        if len(rows) not in self._networks:
            self._networks[len(rows)] = Network(self._task, len(rows))
        return self._networks[len(rows)].take(self._task.model(state), rows)


class Network:
    """The way forward and back for ``m`` windows; its arrays are used again."""

    def __init__(self, task: JazzTask, m: int) -> None:
        Tx, n_a, n_values = task.x.shape[1], task.start.n_a, task.start.n_values
        self._task, self._Tx = task, Tx
        self._layer = Unrolled(n_a, Tx * m, m)
        self._layer.begin([m] * Tx)
        self._logits = np.empty((Tx * m, n_values), np.float32)
        self._da = np.empty((Tx * m, n_a), np.float32)
        self._ones = np.ones(Tx * m, np.float32)
        self._gradient = np.empty(sum(array.size for array in task.start.arrays), np.float32)
        self._out = views(self._gradient, task.shapes)
        self._rows: np.ndarray | None = None

    def take(
        self, weights: JazzWeights, rows: np.ndarray
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (Ty,), hits (Ty,)) and the gradient (n,), summed over windows ``rows``."""
        if not np.array_equal(rows, self._rows):
            # Time first: P = Tx m rows.
            self._rows = rows
            self._x = OneHot(self._task.x[rows].T.ravel(), weights.n_values)
            self._y = self._task.y[rows].T.ravel()
        layer, x = self._layer, self._x
        densor_kernel, densor_bias = weights.densor_kernel, weights.densor_bias
        *dcell, ddensor_kernel, ddensor_bias = self._out
        a = layer.forward(Cell.of(*weights.cell.arrays), x)  # (P, n_a)
        logits = np.matmul(a, densor_kernel, out=self._logits)  # (P, n_values)
        logits += densor_bias
        loss, right, dy = cross_entropy(logits, self._y)
        da = np.matmul(dy, densor_kernel.T, out=self._da)  # (P, n_a)
        layer.backward(da)
        layer.gradients(x, out=dcell)
        np.matmul(a.T, dy, out=ddensor_kernel)
        np.matmul(self._ones, dy, out=ddensor_bias)
        by_step = loss.reshape(self._Tx, -1), right.reshape(self._Tx, -1)
        return tuple(each.sum(axis=1, dtype=np.float32) for each in by_step), self._gradient


def windows_per_call(Tx: int, n_values: int, n_a: int) -> int:
    """Return how many windows fit into one call; at least 1."""
    multiply_adds = Tx * n_a * (4 * n_a + 2 * n_values)  # forward, one window
    return max(1, int(CALL_FLOP / (2 * 3 * multiply_adds)))  # backward costs twice forward


def places_of(X: np.ndarray) -> np.ndarray:
    """Return where the ones of one-hot rows (..., n) stand, int32 (...); n for a row of zeros.

    Raises ``ValueError`` for any other row.
    """
    X = np.asarray(X)
    ones = X.sum(axis=-1)
    if not ((X == 0) | (X == 1)).all() or (ones > 1).any():
        raise ValueError(_("Every step must be one-hot: zeros and a single 1 at most."))
    return np.where(ones == 1, X.argmax(axis=-1), X.shape[-1]).astype(np.int32)
