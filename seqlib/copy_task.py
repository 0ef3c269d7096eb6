"""The copy-memory task: read a few symbols, wait, say them again (Hochreiter & Schmidhuber, 1997).

The wait is the delay to be bridged. An LSTM, a GRU and a SimpleRNN of the same number of
units train on the same batches in one background thread, a step each in turn.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib import backend

KINDS = ("LSTM", "GRU", "SimpleRNN")
SYMBOLS, COPIED = 4, 3
BATCH = 64
EVERY = 10  # steps from one record to the next
PATIENCE = 20.0  # seconds without anyone looking before a run gives up
_one_at_a_time = threading.Lock()


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
                raise ValueError(f"{name} is {getattr(self, name)}; choose {low} to {high}.")

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


class CopyRun:
    """Trains the three layers side by side; ``curves`` may be read from any thread."""

    def __init__(self, settings: CopySettings) -> None:
        self.settings = settings
        self.curves: dict[str, list[Point]] = {kind: [] for kind in KINDS}
        self.parameters: dict[str, int] = {}
        self.error = ""
        self._over = False
        self._stop = threading.Event()
        self._seen = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="copy-task", daemon=True)

    def start(self) -> CopyRun:
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the step at hand; curves stay."""
        self._stop.set()

    def watch(self) -> None:
        """Somebody is looking: call it at least every ``PATIENCE`` seconds."""
        self._seen = time.monotonic()

    @property
    def over(self) -> bool:
        return self._over

    @property
    def step(self) -> int:
        """Training steps that all three have done."""
        return min(points[-1].step if points else 0 for points in list(self.curves.values()))

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was over within so many seconds."""
        self._thread.join(seconds)
        return self._over

    def _given_up(self) -> bool:
        return self._stop.is_set() or time.monotonic() - self._seen > PATIENCE

    def _run(self) -> None:
        try:
            while not _one_at_a_time.acquire(timeout=0.2):
                if self._given_up():
                    return
            try:
                self._train()
            finally:
                _one_at_a_time.release()
        except Exception as problem:  # the thread must end with a sentence, not in silence
            self.error = f"Training broke off: {type(problem).__name__}. Try again."
        finally:
            self._over = True

    def _train(self) -> None:
        backend.load()
        trainers = {kind: _trainer(kind, self.settings) for kind in KINDS}
        self.parameters = {kind: count for kind, (_, count) in trainers.items()}
        rng = np.random.default_rng(self.settings.seed)
        sums = {kind: np.zeros(2) for kind in KINDS}
        for step in range(1, self.settings.steps + 1):
            if self._given_up():
                return
            X, Y = batch(self.settings, rng)
            for kind, (train, _) in trainers.items():
                sums[kind] += [float(value) for value in train(X, Y)]
                if step % EVERY == 0:
                    loss, accuracy = sums[kind] / EVERY
                    self.curves[kind].append(Point(step, float(loss), float(accuracy)))
                    sums[kind] = np.zeros(2)


def build(kind: str, settings: CopySettings) -> Any:
    """One recurrent layer and a Dense over the last COPIED steps, as logits."""
    backend.load()
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


def _trainer(kind: str, settings: CopySettings) -> tuple[Any, int]:
    import keras
    import tensorflow as tf

    model = build(kind, settings)
    optimizer = keras.optimizers.Adam(settings.learning_rate, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def train(X: Any, Y: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            logits = model(X, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(Y, logits, from_logits=True)
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        hits = tf.equal(tf.argmax(logits, axis=-1), tf.cast(Y, tf.int64))
        return loss, tf.reduce_mean(tf.cast(hits, tf.float32))

    def call(X: np.ndarray, Y: np.ndarray) -> tuple[Any, Any]:
        return train(tf.constant(X), tf.constant(Y))

    return call, int(model.count_params())
