"""The copy-memory task: read a few symbols, wait, say them again (Hochreiter & Schmidhuber, 1997).

The wait is the delay to be bridged. An LSTM, a GRU and a SimpleRNN of the same number of
units train on the same batches, a step each in turn.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import Later, _
from seqlib.lstm import LSTMWeights, glorot_uniform, orthogonal
from seqlib.lstm._fast import Cell, Unrolled
from seqlib.lstm.peers import GRU, SimpleRNN
from seqlib.training import tensorflow
from seqlib.training.adam import clipped
from seqlib.training.loss import cross_entropy
from seqlib.training.run import LOADING, NOT_A_NUMBER, PREPARING, Run, State
from seqlib.training.step import adam, traced_once
from seqlib.training.stepped import Map, Part, SteppedTask, flat, views
from seqlib.training.task import State as TaskState

KINDS = ("LSTM", "GRU", "SimpleRNN")
SYMBOLS, COPIED = 4, 3
BATCH = 64
CLIP = 1.0  # the largest norm of a model's gradient
EVERY = 10  # steps from one record to the next
MAX_ARCHITECTURES = 6  # traced steps held at once


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
                raise ValueError(
                    _(
                        "{name} is {value}; choose {low} to {high}.",
                        name=name,
                        value=getattr(self, name),
                        low=low,
                        high=high,
                    )
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
    tokens = np.full((m, settings.Tx), SYMBOLS)  # blank
    tokens[:, :COPIED] = Y
    tokens[:, -COPIED:] = SYMBOLS + 1  # the mark
    return np.eye(SYMBOLS + 2, dtype=np.float32)[tokens], Y


@dataclass(frozen=True)
class Point:
    """A record: training steps done, mean loss (nats) and accuracy since the last one."""

    step: int
    loss: float
    accuracy: float


class CopyRun(Run):
    """Trains the three layers side by side; an epoch is ``EVERY`` training steps.

    States, ``start``, ``pause``, ``stop`` and ``wait`` are those of every ``Run``.

    Attributes
    ----------
    curves : dict of layer to list of Point
        May be read from any thread.
    parameters : dict of layer to int
        Weights of each model; empty before the first step.
    """

    settings: CopySettings

    def __init__(self, settings: CopySettings) -> None:
        super().__init__(settings)
        self.curves: dict[str, list[Point]] = {kind: [] for kind in KINDS}
        self.parameters: dict[str, int] = {}

    @property
    def step(self) -> int:
        """Training steps that all three have done."""
        return min(points[-1].step if points else 0 for points in list(self.curves.values()))

    def _train(self, seconds: float) -> None:
        session = self._session  # stop() may drop ours at any moment
        if session is None:
            # Three small models: sending them to a cluster would cost more than training them.
            self._note = Later(PREPARING if tensorflow.is_loaded() else LOADING)
            session = self._session = CopyTraining(self.settings)
            self.parameters = session.parameters
        ends = time.perf_counter() + seconds
        while self._state is State.RUNNING and self._n < self.settings.epochs:
            found = session.advance()
            self._note = ""
            if found is not None:
                self._record(found)
            if time.perf_counter() > ends:
                return

    def _record(self, found: dict[str, Point]) -> None:
        if not all(np.isfinite(point.loss) for point in found.values()):
            self._fail(Later(NOT_A_NUMBER, {"rate": self.settings.learning_rate}))
            return
        with self._lock:
            if self._state.over:
                return
            for kind, point in found.items():
                self.curves[kind].append(point)
            self._seconds[self._n] = time.perf_counter() - self._started
            self._n += 1


class CopyTraining:
    """The three models' state, and the batches they read."""

    def __init__(self, settings: CopySettings) -> None:
        tensorflow.load()
        import tensorflow as tf

        self._settings = settings
        self._rng = np.random.default_rng(settings.seed)
        self._steps = {kind: shared_step(kind, settings.Tx, settings.n_a) for kind in KINDS}
        self._state = {}
        self.parameters = {}
        for kind in KINDS:
            arrays = [tf.constant(array) for array in build(kind, settings).get_weights()]
            zeros = [tf.zeros_like(array) for array in arrays]
            self._state[kind] = arrays, zeros, zeros, tf.constant(0.0)
            self.parameters[kind] = sum(int(tf.size(array)) for array in arrays)
        self._rate = tf.constant(settings.learning_rate, tf.float32)
        self._sums = {kind: np.zeros(2) for kind in KINDS}
        self._done = 0

    @property
    def part_done(self) -> float:
        """Share of the current epoch's steps already taken, 0 to 1."""
        return self._done % EVERY / EVERY

    def advance(self) -> dict[str, Point] | None:
        """One batch for each model; what was recorded where that ends an epoch."""
        import tensorflow as tf

        X, Y = batch(self._settings, self._rng)
        X, Y = tf.constant(X), tf.constant(Y)
        self._done += 1
        found = {}
        for kind, step in self._steps.items():
            *self._state[kind], loss, accuracy = step(*self._state[kind], X, Y, self._rate)
            self._sums[kind] += float(loss), float(accuracy)
            if self._done % EVERY == 0:
                mean = self._sums[kind] / EVERY
                found[kind] = Point(self._done, *map(float, mean))
                self._sums[kind] = np.zeros(2)
        return found or None


def build(kind: str, settings: CopySettings) -> Any:
    """One recurrent layer and a Dense over the last COPIED steps, as logits."""
    tensorflow.load()
    import keras

    start = keras.initializers.GlorotUniform(seed=settings.seed)
    turn = keras.initializers.Orthogonal(gain=settings.scale, seed=settings.seed)
    X = keras.Input((settings.Tx, SYMBOLS + 2), name="X")
    layer = getattr(keras.layers, kind)(
        settings.n_a,
        return_sequences=True,
        kernel_initializer=start,
        recurrent_initializer=turn,
        name=kind,
    )
    a = layer(X)[:, -COPIED:, :]  # (None, COPIED, n_a)
    said = keras.layers.Dense(SYMBOLS, kernel_initializer=start, name="said")(a)
    if settings.open_gates:
        layer.set_weights(_with_open_gates(kind, layer.get_weights(), settings))
    return keras.Model(X, said, name=f"copy_{kind}")


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


@traced_once(MAX_ARCHITECTURES)
def shared_step(kind: str, Tx: int, n_a: int) -> Any:
    """The traced training step of one architecture, shared by all its runs.

    (weights, Adam's two moments and step count, X, Y, rate) -> the first four, loss, accuracy.
    """
    import keras
    import tensorflow as tf

    model = build(kind, CopySettings(delay=Tx - 2 * COPIED, n_a=n_a))
    fixed = [variable.numpy() for variable in model.non_trainable_variables]  # a seed

    def train(weights: Any, first: Any, second: Any, count: Any, X: Any, Y: Any, rate: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits, _same = model.stateless_call(weights, fixed, X, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(Y, logits, from_logits=True)
            loss = tf.reduce_mean(losses)
        gradients, _norm = tf.clip_by_global_norm(tape.gradient(loss, weights), 1.0)
        weights, first, second, count = adam(weights, first, second, count, gradients, rate)
        hits = tf.equal(tf.argmax(logits, axis=-1), tf.cast(Y, tf.int64))
        return weights, first, second, count, loss, tf.reduce_mean(tf.cast(hits, tf.float32))

    return tf.function(train, autograph=False)


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
    def nbytes(self) -> int:
        """Bytes of the data: batches are drawn where they are needed."""
        return 0

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

    def open(self, threads: int, run: Map) -> CopySession:
        """Allocate what one ``advance`` needs."""
        return CopySession(self, run)

    def measure(self, state: TaskState, session: Any = None) -> tuple[dict[str, Any], Any]:
        """Return the mean ``loss`` and ``accuracy`` (3,) of the epoch's batches."""
        loss, hits = (total / (EVERY * BATCH * COPIED) for total in state.sums)
        return {"loss": loss, "accuracy": hits}, None

    def clipped(self, gradient: np.ndarray) -> np.ndarray:
        """Shorten the gradient of each model to a norm of ``CLIP``, if it is longer."""
        ends = np.cumsum(list(self.parameters.values()))[:-1]
        return np.concatenate([clipped(part, CLIP) for part in np.split(gradient, ends)])


class CopySession:
    """The layers in which one ``advance`` computes."""

    def __init__(self, task: CopyTask, run: Map) -> None:
        self._task, self._run = task, run
        n_a, Tx = task.settings.n_a, task.settings.Tx
        lstm = Unrolled(n_a, Tx * BATCH, BATCH)
        lstm.begin([BATCH] * Tx)
        self._layers = lstm, GRU(BATCH, n_a), SimpleRNN(BATCH, n_a)

    def take(self, state: TaskState, rows: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return (loss (3,), hits (3,)) and the gradient (n,), summed over one new batch."""
        settings = self._task.settings
        X, Y = batch(settings, np.random.default_rng((settings.seed, state.epoch, state.batch + 1)))
        x = X.swapaxes(0, 1).reshape(-1, SYMBOLS + 2)  # (P, SYMBOLS + 2), P = Tx m
        labels = Y.T.ravel()  # (COPIED m,), as the last rows of P
        gradient = np.empty_like(state.weights)

        def one(layer: Any, weights: list[np.ndarray], out: list[np.ndarray]) -> tuple[Any, Any]:
            *cell, kernel, bias = weights
            laid_out = Cell.of(*cell) if isinstance(layer, Unrolled) else cell
            a = layer.forward(laid_out, x)  # (P, n_a)
            said = a[-len(labels) :]
            loss, right, dy = cross_entropy(said @ kernel + bias, labels)
            da = np.zeros_like(a)
            da[-len(labels) :] = dy @ kernel.T
            layer.backward(da)
            layer.gradients(x, out[:3])
            np.matmul(said.T, dy, out=out[3])
            np.sum(dy, axis=0, out=out[4])
            return loss.sum(), np.count_nonzero(right)

        arrays, out = self._task.split(state.weights), self._task.split(gradient)
        found = list(self._run(one, self._layers, arrays, out))
        loss, hits = (np.array(each, np.float32) for each in zip(*found, strict=True))
        return (loss, hits), gradient


def first_weights(kind: str, settings: CopySettings) -> list[np.ndarray]:
    """Draw one model's first weights: kernel, recurrent kernel, bias, Dense kernel and bias."""
    rng = np.random.default_rng((settings.seed, KINDS.index(kind)))
    n, n_x = settings.n_a, SYMBOLS + 2
    if kind == "LSTM":
        cell = list(LSTMWeights.initial(n_x, n, rng).arrays)
    elif kind == "GRU":
        cell = [glorot_uniform(rng, n_x, 3 * n), orthogonal(rng, n, 3 * n), np.zeros((2, 3 * n))]
    else:
        cell = [glorot_uniform(rng, n_x, n), orthogonal(rng, n, n), np.zeros(n)]
    cell[1] = settings.scale * cell[1]
    if settings.open_gates:
        cell = _with_open_gates(kind, cell, settings)
    return [*cell, glorot_uniform(rng, n, SYMBOLS), np.zeros(SYMBOLS)]
