"""The training of the jazz model as a task: ``djmodel``, all windows at once, in NumPy.

The loss is what ``fit`` of the seed's ``djmodel`` minimises: the cross-entropies of the Ty
outputs summed, their mean over the windows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from seqlib.i18n import InputError
from seqlib.jazz.scores import SideBySide, scored, side_by_side
from seqlib.jazz.weights import JazzWeights
from seqlib.lstm._fast import OneHot
from seqlib.lstm.peers import over_batch
from seqlib.training.loss import cross_entropy
from seqlib.training.stepped import Part, SteppedTask, flat, split, views
from seqlib.training.task import Session, State

# The most arithmetic in one call, about 0.3 s on one core: a batch beyond it is taken in parts,
# so that a large run neither holds up the others nor fills the memory.
CALL_FLOP = 3e10
KEPT_BYTES = 16_000_000  # of weights that are kept on the way
# The arrays of a model, as in ``JazzWeights.arrays``, by their names on the page.
ARRAYS = ("W", "U", "b", "densor W", "densor b")
NOT_TESTED = -1.0  # where a row of ``held_out`` has not been measured


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
    epochs, learning_rate
    held_out : tuple of int arrays (Tx,)
        Melodies that the model is tested on, never trained on; there need not be any.
    held_every : int
        How often: after the second epoch, so that nobody waits for the first loss, after the
        last, and after every so many.
    keep : bool
        Whether the weights after about twelve epochs are kept: 1, 2, 3, 5, 10, 20 …, fewer of
        large models.
    """

    x: np.ndarray
    y: np.ndarray
    start: JazzWeights
    epochs: int
    learning_rate: float
    held_out: tuple[np.ndarray, ...] = ()
    held_every: int = 10
    keep: bool = False
    shared = True

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

    def begin(self) -> State:
        """Return the state before the first step."""
        return State.of(flat(self.start.arrays))

    def model(self, state: State, start: Any = None) -> JazzWeights:
        """Return the weights of ``state``; ``start`` is not needed."""
        return JazzWeights.from_arrays(views(state.weights, self.shapes))

    def parts(self, epoch: int) -> list[Part]:
        """Return the windows of each call in an epoch."""
        m = len(self.x)
        largest = windows_per_call(self.x.shape[1], self.start.n_values, self.start.n_a)
        return split(np.arange(m), m, largest)

    def open(self) -> JazzSession:
        """Allocate what one ``advance`` needs."""
        return JazzSession(self)

    def measure(self, state: State, session: Any = None) -> tuple[dict[str, Any], Any]:
        """Return the mean ``loss`` and ``accuracy`` (Ty,) of the epoch's windows."""
        loss, hits, norms = state.sums
        measured = {
            "loss": loss / len(self.x),
            "accuracy": hits / len(self.x),
            "gradient": norms,
            "rate": np.float32(self.learning_rate),
        }
        tested, best = self.tested(replace(state, epoch=state.epoch + 1))
        return {**measured, **tested}, best

    def tested(self, state: State) -> tuple[dict[str, Any], Any]:
        """Test the weights of ``state`` on the held-out melodies, if it is their turn.

        Returns ``held_out`` (2,), loss in nats a note and accuracy, and the next ``best``.
        """
        found, best = np.full(2, NOT_TESTED, np.float32), state.best
        if self.held_out and (
            state.epoch % self.held_every == 0 or state.epoch in (2, self.epochs)
        ):
            scores = scored(self.model(state), self._side_by_side)
            found[:] = scores.log_loss, scores.accuracy
            if best is None or -scores.log_loss > best[0][0]:
                best = (-scores.log_loss,), state.epoch, state.weights.copy()
        return {"held_out": found}, best

    @cached_property
    def _side_by_side(self) -> list[SideBySide]:
        """The held-out melodies, laid out once for all slices that a worker trains."""
        return side_by_side(self.held_out, self.start.n_a, self.start.n_values)

    def noted(self, gradient: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the norm of each array's gradient, (5,)."""
        arrays = (part.ravel() for part in views(gradient, self.shapes))
        return (np.sqrt(np.array([part @ part for part in arrays], np.float32)),)

    def keeps(self, epoch: int) -> bool:
        """Say whether the weights after this epoch, from 1, are kept."""
        nbytes = sum(array.nbytes for array in self.start.arrays)
        return self.keep and epoch in kept_epochs(nbytes)


class JazzSession(Session):
    """The arrays in which one ``advance`` computes."""

    def __init__(self, task: JazzTask) -> None:
        self._task = task
        self._networks: dict[int, Network] = {}

    def take(
        self, state: State, part: Part, link: Any = None
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (Ty,), hits (Ty,)) and the gradient (n,), of half of the rows each share."""
        rows = part.rows if link is None else np.array_split(part.rows, 2)[link.share]
        if len(rows) not in self._networks:
            self._networks[len(rows)] = Network(self._task, len(rows))
        return self._networks[len(rows)].take(self._task.model(state), rows, part.of)


class Network:
    """The way forward and back for ``m`` windows; its arrays are used again."""

    def __init__(self, task: JazzTask, m: int) -> None:
        Tx, n_a, n_values = task.x.shape[1], task.start.n_a, task.start.n_values
        self._task, self._Tx = task, Tx
        self._layer = over_batch(task.start.cell, [m] * Tx)
        self._logits = np.empty((Tx * m, n_values), np.float32)
        self._da = np.empty((Tx * m, n_a), np.float32)
        self._ones = np.ones(Tx * m, np.float32)
        self._gradient = np.empty(sum(array.size for array in task.start.arrays), np.float32)
        self._out = views(self._gradient, task.shapes)
        self._rows: np.ndarray | None = None

    def take(
        self, weights: JazzWeights, rows: np.ndarray, of: int
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (Ty,), hits (Ty,)) over windows ``rows``, and the gradient (n,) / ``of``."""
        if self._rows is None or not np.array_equal(rows, self._rows):
            # Time first: P = Tx m rows.
            self._rows = rows
            self._x = OneHot(self._task.x[rows].T.ravel(), weights.n_values)
            self._y = self._task.y[rows].T.ravel()
        layer, x = self._layer, self._x
        densor_kernel, densor_bias = weights.densor_kernel, weights.densor_bias
        *dcell, ddensor_kernel, ddensor_bias = self._out
        a = layer.forward(weights.cell, x)  # (P, n_a)
        logits = np.matmul(a, densor_kernel, out=self._logits)  # (P, n_values)
        logits += densor_bias
        loss, right, dy = cross_entropy(logits, self._y)
        dy *= 1 / of
        da = np.matmul(dy, densor_kernel.T, out=self._da)  # (P, n_a)
        layer.backward(da)
        layer.gradients(x, out=dcell)
        np.matmul(a.T, dy, out=ddensor_kernel)
        np.matmul(self._ones, dy, out=ddensor_bias)
        by_step = loss.reshape(self._Tx, -1), right.reshape(self._Tx, -1)
        return tuple(each.sum(axis=1, dtype=np.float32) for each in by_step), self._gradient


def kept_epochs(nbytes: int) -> list[int]:
    """Return after which epochs weights of ``nbytes`` are kept: 1, 2, 3, 5, 10 … 1000.

    Of weights so large that all of these would take more than ``KEPT_BYTES``, every second,
    every third …
    """
    series = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000]
    return series[:: max(1, -(-len(series) * nbytes // KEPT_BYTES))]


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
        raise InputError("Every step must be one-hot: zeros and a single 1 at most.")
    return np.where(ones == 1, X.argmax(axis=-1), X.shape[-1]).astype(np.int32)
