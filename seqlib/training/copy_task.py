"""The copy-memory task: read a few symbols, wait, say them again (Hochreiter & Schmidhuber, 1997).

The wait is the delay to be bridged. An LSTM, a GRU and a SimpleRNN of the same number of
units train on the same batches, a step each in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import InputError
from seqlib.lstm import Trace, forward, glorot_uniform
from seqlib.lstm._fast import OneHot
from seqlib.lstm.others import KINDS, OF_KIND, cell_of
from seqlib.lstm.peers import over_batch
from seqlib.training import scheduler
from seqlib.training.adam import clipped
from seqlib.training.loss import cross_entropy
from seqlib.training.run import Run
from seqlib.training.stepped import Part, SteppedTask, flat, views
from seqlib.training.task import Session
from seqlib.training.task import State as TaskState

SYMBOLS, COPIED = 4, 3
BATCH = 64
CLIP = 1.0  # the largest norm of a model's gradient
EVERY = 10  # steps from one record to the next


@dataclass(frozen=True)
class CopySettings:
    """What to train, and from which start.

    Attributes
    ----------
    delay : int
        Steps between reading and saying.
    n_a, steps, learning_rate, seed
        Units, training steps, Adam's rate, and what draws weights and batches.
    scale : float
        Multiplies the recurrent kernel at the start. 1 is Keras' orthogonal kernel, which
        turns a state and never shrinks it; below 1 a plain RNN forgets at once.
    open_gates : bool
        Biases of the LSTM's and the GRU's memory gates drawn so that they hold for 1 to Tx
        steps (Tallec & Ollivier, 2018), in place of Keras' default.
    """

    delay: int = 20
    n_a: int = 32
    steps: int = 800
    learning_rate: float = 0.005
    scale: float = 1.0
    open_gates: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        bounds = {"delay": (1, 100), "n_a": (2, 128), "steps": (10, 5000), "scale": (0, 2)}
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise InputError(
                    "{name} is {value}; choose {low} to {high}.",
                    name=name,
                    value=getattr(self, name),
                    low=low,
                    high=high,
                )

    @property
    def epochs(self) -> int:
        """Records of ``EVERY`` steps; what is left over is not trained."""
        return self.steps // EVERY

    @property
    def Tx(self) -> int:
        """Steps of a sequence: read, wait, say."""
        return 2 * COPIED + self.delay


def batch(
    settings: CopySettings, rng: np.random.Generator, m: int = BATCH
) -> tuple[np.ndarray, np.ndarray]:
    """One batch.

    Returns
    -------
    X : float32 (m, Tx, SYMBOLS + 2)
        One-hot: symbols, then blanks, then the mark that asks for them at every step.
    Y : int (m, COPIED)
        What has to be said at the last COPIED steps.
    """
    Y = rng.integers(0, SYMBOLS, (m, COPIED))
    return _asked(settings, Y), Y


def _asked(settings: CopySettings, Y: np.ndarray) -> np.ndarray:
    """Return the input X (m, Tx, SYMBOLS + 2) that asks for the symbols Y (m, COPIED)."""
    tokens = np.full((len(Y), settings.Tx), SYMBOLS)  # blank
    tokens[:, :COPIED] = Y
    tokens[:, -COPIED:] = SYMBOLS + 1  # the mark
    return np.eye(SYMBOLS + 2, dtype=np.float32)[tokens]


@dataclass(frozen=True)
class Reading:
    """What one trained layer does with a sequence.

    Attributes
    ----------
    memory : array (Tx, n_a)
        What it hands on: c of an LSTM, else a.
    said : int array (COPIED,)
        Its first choice at each of the last steps.
    apart : array (Tx,)
        How far apart its memories of all SYMBOLS ** COPIED sequences are, as a share of what it
        was when the last symbol had been read.
    """

    memory: np.ndarray
    said: np.ndarray
    apart: np.ndarray

    @property
    def forgets(self) -> int | None:
        """After how many steps of waiting the memories are within a tenth of that, if ever."""
        close = np.flatnonzero(self.apart[COPIED - 1 : -COPIED] < 0.1)
        return int(close[0]) if len(close) else None


def read(arrays: list[np.ndarray], settings: CopySettings, symbols: np.ndarray) -> Reading:
    """Have a layer of ``CopyTask.model`` read the symbols (COPIED,), and all others."""
    *cell, kernel, bias = arrays
    every = np.stack(np.unravel_index(np.arange(SYMBOLS**COPIED), (SYMBOLS,) * COPIED), axis=1)
    trace = forward(cell_of(cell), _asked(settings, every))
    memory = trace.c if isinstance(trace, Trace) else trace.h  # (SYMBOLS ** COPIED, Tx, n_a)
    apart = np.sqrt(memory.var(axis=0).mean(axis=-1))
    place = int(np.ravel_multi_index(tuple(symbols), (SYMBOLS,) * COPIED))
    said = (trace.h[place, -COPIED:] @ kernel + bias).argmax(axis=-1)
    return Reading(memory[place], said, apart / max(apart[COPIED - 1], 1e-12))


class CopyRun(Run):
    """Trains the three layers side by side; an epoch is ``EVERY`` training steps.

    States, ``start``, ``pause``, ``stop`` and ``wait`` are those of every ``Run``.
    """

    settings: CopySettings
    usual_scheduler = staticmethod(scheduler.default)

    def __init__(self, settings: CopySettings) -> None:
        nothing = np.zeros((0, len(KINDS)), np.float32)
        super().__init__(CopyTask(settings), None, settings, {"loss": nothing, "accuracy": nothing})

    @property
    def parameters(self) -> dict[str, int]:
        """Weights of each model."""
        return CopyTask(self.settings).parameters

    @property
    def step(self) -> int:
        """Training steps that all three have done."""
        return EVERY * self.epoch


def _with_open_gates(
    kind: str, arrays: list[np.ndarray], settings: CopySettings
) -> list[np.ndarray]:
    """Biases for which a unit of the memory halves in about 1 to Tx steps."""
    n = settings.n_a
    hold = np.log(np.random.default_rng(settings.seed).uniform(1, settings.Tx - 1, n))
    if kind == "LSTM":  # i, f, g, o
        arrays[2][n : 2 * n], arrays[2][:n] = hold, -hold
    elif kind == "GRU":  # z, r, h; z keeps the state
        arrays[2][0, :n] = hold
    return arrays


@dataclass(frozen=True, eq=False)
class CopyTask(SteppedTask):
    """An LSTM, a GRU and a SimpleRNN learning to copy, a step each in turn.

    An epoch is ``EVERY`` steps; each step draws a new batch. ``loss`` and ``accuracy`` are (3,),
    in the order of ``KINDS``: means over an epoch's batches.
    """

    settings: CopySettings

    @property
    def epochs(self) -> int:
        """Records to make."""
        return self.settings.epochs

    @property
    def learning_rate(self) -> float:
        """Adam's step size."""
        return self.settings.learning_rate

    @property
    def parameters(self) -> dict[str, int]:
        """Weights of each model."""
        sizes = [[int(np.prod(shape)) for shape in shapes] for shapes in self._shapes()]
        return {kind: sum(each) for kind, each in zip(KINDS, sizes, strict=True)}

    def begin(self) -> TaskState:
        """Return the state before the first step."""
        return TaskState.of(
            flat(array for kind in KINDS for array in first_weights(kind, self.settings))
        )

    def model(self, state: TaskState, start: Any = None) -> dict[str, list[np.ndarray]]:
        """Return the arrays of each model, in the order of Keras' ``get_weights``."""
        return dict(zip(KINDS, self.split(state.weights), strict=True))

    def split(self, weights: np.ndarray) -> list[list[np.ndarray]]:
        """Return each model's arrays that stand end to end in ``weights`` (n,), not copied."""
        found = views(weights, [shape for shapes in self._shapes() for shape in shapes])
        return [found[start : start + 5] for start in range(0, len(found), 5)]

    def _shapes(self) -> list[list[tuple[int, ...]]]:
        n, n_x = self.settings.n_a, SYMBOLS + 2
        widths_and_bias = [(4 * n, (4 * n,)), (3 * n, (2, 3 * n)), (n, (n,))]
        said = [(n, SYMBOLS), (SYMBOLS,)]
        return [[(n_x, width), (n, width), bias, *said] for width, bias in widths_and_bias]

    def parts(self, epoch: int) -> list[Part]:
        """Return ``EVERY`` batches."""
        return [Part(np.arange(BATCH), BATCH * COPIED, True)] * EVERY

    def open(self) -> CopySession:
        """Allocate what one ``advance`` needs."""
        return CopySession(self)

    def measure(self, state: TaskState, session: Any = None) -> tuple[dict[str, Any], Any]:
        """Return the mean ``loss`` and ``accuracy`` (3,) of the epoch's batches."""
        loss, hits = (total / (EVERY * BATCH * COPIED) for total in state.sums)
        return {"loss": loss, "accuracy": hits}, None

    def clipped(self, gradient: np.ndarray) -> np.ndarray:
        """Shorten the gradient of each model to a norm of ``CLIP``, if it is longer."""
        ends = np.cumsum(list(self.parameters.values()))[:-1]
        return np.concatenate([clipped(part, CLIP) for part in np.split(gradient, ends)])


class CopySession(Session):
    """The layers in which one ``advance`` computes."""

    def __init__(self, task: CopyTask) -> None:
        self._task = task
        cells = (cell_of(arrays[:3]) for arrays in task.model(task.begin()).values())
        self._layers = [over_batch(cell, [BATCH] * task.settings.Tx) for cell in cells]

    def take(
        self, state: TaskState, part: Part, link: Any = None
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (3,), hits (3,)) and the gradient (n,), summed over one new batch."""
        settings = self._task.settings
        X, Y = batch(settings, np.random.default_rng((settings.seed, state.epoch, state.batch + 1)))
        x = OneHot(X.argmax(axis=-1).T.ravel(), SYMBOLS + 2)  # P = Tx m rows
        labels = Y.T.ravel()  # (COPIED m,), as the last rows of P
        gradient = np.empty_like(state.weights)
        loss, hits = np.zeros((2, len(KINDS)), np.float32)

        kinds = zip(
            self._layers, self._task.split(state.weights), self._task.split(gradient), strict=True
        )
        for place, (layer, weights, out) in enumerate(kinds):
            *cell, kernel, bias = weights
            a = layer.forward(cell_of(cell), x)  # (P, n_a)
            said = a[-len(labels) :]
            each, right, dy = cross_entropy(said @ kernel + bias, labels)
            dy /= part.of
            da = np.zeros_like(a)
            da[-len(labels) :] = dy @ kernel.T
            layer.backward(da)
            layer.gradients(x, out[:3])
            np.matmul(said.T, dy, out=out[3])
            np.sum(dy, axis=0, out=out[4])
            loss[place], hits[place] = each.sum(), np.count_nonzero(right)
        return (loss, hits), gradient


def first_weights(kind: str, settings: CopySettings) -> list[np.ndarray]:
    """Draw one model's first weights: kernel, recurrent kernel, bias, Dense kernel and bias."""
    rng = np.random.default_rng((settings.seed, KINDS.index(kind)))
    n, n_x = settings.n_a, SYMBOLS + 2
    cell = list(OF_KIND[kind].initial(n_x, n, rng).arrays)
    cell[1] = settings.scale * cell[1]
    if settings.open_gates:
        cell = _with_open_gates(kind, cell, settings)
    return [*cell, glorot_uniform(rng, n, SYMBOLS), np.zeros(SYMBOLS)]
