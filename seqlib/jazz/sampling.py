"""Sample new music: predict, choose a token, feed it back as the next input.

A choice adds Gumbel noise to the log probabilities and takes the largest, which draws exactly
from the softmax (Gumbel, 1954). The seed fixes the noise, so the Keras model and the NumPy
code can be given the same noise and must write the same notes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights
from seqlib.lstm import LSTMWeights, Step, Trace, softmax
from seqlib.lstm._fast import step_fast
from seqlib.lstm.others import OtherTrace

METHODS = {
    N_("greedy"): N_("always the most probable note"),
    N_("temperature"): N_("draw from the softmax, flattened or sharpened"),
    "top-k": N_("draw among the k most probable notes"),
    "top-p": N_("draw among the fewest notes that hold probability p"),
}
MAX_TY = 400


@dataclass(frozen=True)
class Sample:
    """The tokens that a model wrote, and its states and gates at every step.

    Attributes
    ----------
    indices : int array (Tx,)
        The prompt, then the new tokens. Token t was chosen from ``trace.y[t]``.
    n_prompt : int
        Number of tokens of the prompt.
    trace : Trace, or OtherTrace of a GRU or a plain RNN
        Step t reads token t − 1 (zeros at first) and predicts token t.
    """

    indices: np.ndarray
    n_prompt: int
    trace: Any

    @property
    def new(self) -> np.ndarray:
        """The tokens after the prompt, int (Ty,)."""
        return self.indices[self.n_prompt :]


def sample(
    weights: JazzWeights,
    Ty: int,
    *,
    method: str = "temperature",
    temperature: float = 1.0,
    k: int = 8,
    p: float = 0.9,
    seed: int = 0,
    prompt: Sequence[int] | np.ndarray = (),
    step: Callable[[np.ndarray, np.ndarray, np.ndarray, int], Step] | None = None,
) -> Sample:
    """Sample ``Ty`` new tokens after ``prompt``.

    Parameters
    ----------
    weights : JazzWeights
    Ty : int
        Notes to write, 1 to ``MAX_TY``.
    method : a key of ``METHODS``
    temperature : float
        Above 0; divides the log probabilities for every method except greedy.
    k, p : int at least 1, float in (0, 1]
        For top-k and top-p.
    seed : int
        Equal seeds give equal notes.
    prompt : sequence of token indices
        The first notes.
    step : callable, optional
        Computes step t of the cell from (x W + b, a, c, t), to edit the cell while it writes;
        by default the cell's equations.

    Raises
    ------
    ValueError
        One sentence, if an argument is outside its range.
    """
    _check(weights, Ty, method, temperature, k, p, seed, prompt)
    Ty, k, seed = int(Ty), int(k), int(seed)
    n_prompt, Tx = len(prompt), len(prompt) + Ty
    temperature = max(temperature, 1e-100)  # so that no quotient overflows
    noise = gumbel_noise(Ty, weights.n_values, seed)
    cell, kernel = weights.cell, weights.cell.kernel
    bias = cell.bias if isinstance(cell, LSTMWeights) else cell.input_bias
    a = c = np.zeros(weights.n_a, kernel.dtype)
    indices = np.zeros(Tx, np.intp)
    logits = np.empty((Tx, weights.n_values), kernel.dtype)
    steps: list[Any] = []
    for t in range(Tx):
        # One-hot times kernel is a row of the kernel; before the first note, nothing is read.
        zx = kernel[indices[t - 1]] + bias if t else bias
        if isinstance(cell, LSTMWeights):
            done = step(zx, a, c, t) if step else step_fast(cell, zx, a, c)
            a, c = done.h, done.c
        else:
            done = cell.step(zx, a)
            a = done.h
        np.dot(a, weights.densor_kernel, out=logits[t])
        logits[t] += weights.densor_bias
        if t < n_prompt:
            indices[t] = int(prompt[t])
        elif method == "greedy":
            indices[t] = logits[t].argmax()
        else:
            # In float64 and relative to the largest, which is 0 however low the temperature.
            scaled = (logits[t] - logits[t].max()).astype(float) / temperature
            if method != "temperature":
                scaled = np.where(_allowed(scaled, method, k, p), scaled, -np.inf)
            indices[t] = (scaled + noise[t - n_prompt]).argmax()
        steps.append(done)
    x = np.zeros((Tx, weights.n_values), kernel.dtype)
    x[np.arange(1, Tx), indices[:-1]] = 1.0
    if not isinstance(cell, LSTMWeights):
        return Sample(indices, n_prompt, OtherTrace.of(cell, x, steps, softmax(logits)))
    zeros = np.zeros(weights.n_a, kernel.dtype)
    i, f, g, o, c_all, h = (np.stack(values) for values in zip(*steps, strict=True))
    return Sample(indices, n_prompt, Trace(x, i, f, g, o, c_all, h, zeros, zeros, softmax(logits)))


def gumbel_noise(Ty: int, n_values: int, seed: int) -> np.ndarray:
    """Draw the noise of one sample, float32 (Ty, n_values)."""
    return np.random.default_rng(seed).gumbel(size=(Ty, n_values)).astype(np.float32)


def _allowed(logits: np.ndarray, method: str, k: int, p: float) -> np.ndarray:
    """Find the tokens that may be drawn, bool (n_values,), at least one of them."""
    order = np.argsort(-logits, kind="stable")
    if method == "top-k":
        keep = k
    else:
        before = np.cumsum(softmax(logits)[order])
        keep = int(np.searchsorted(before, p)) + 1
    allowed = np.zeros(len(order), bool)
    allowed[order[:keep]] = True
    return allowed


def _is_int(value: float, low: float, high: float) -> bool:
    return low <= value <= high and value % 1 == 0


def _check(
    weights: JazzWeights,
    Ty: float,
    method: str,
    temperature: float,
    k: float,
    p: float,
    seed: float,
    prompt: Sequence[float] | np.ndarray,
) -> None:
    problems = {
        _("Ty is {Ty}; ask for 1 to {most} notes.", Ty=Ty, most=MAX_TY): not _is_int(Ty, 1, MAX_TY),
        _(
            "There is no sampling method {method}; choose one of {methods}.",
            method=repr(method),
            methods=[*METHODS],
        ): method not in METHODS,
        _(
            "The temperature is {temperature}; it must be a number above 0.",
            temperature=temperature,
        ): not np.isfinite(temperature) or temperature <= 0,
        _("k is {k}; top-k needs a whole number of at least 1.", k=k): not _is_int(k, 1, np.inf),
        _("p is {p}; top-p needs a number above 0 and at most 1.", p=p): not 0 < p <= 1,
        _("The seed is {seed}; it must be a whole number of at least 0.", seed=seed): not _is_int(
            seed, 0, np.inf
        ),
        _("The prompt has {n} notes; give at most {most}.", n=len(prompt), most=MAX_TY): len(prompt)
        > MAX_TY,
        _(
            "The prompt names a token outside 0 to {last}; use the model's own vocabulary.",
            last=weights.n_values - 1,
        ): not all(_is_int(index, 0, weights.n_values - 1) for index in prompt),
    }
    for sentence, wrong in problems.items():
        if wrong:
            raise ValueError(sentence)


@dataclass(frozen=True)
class Novelty:
    """How much of a sample is in the corpus.

    Attributes
    ----------
    longest_run : int
        Length of the longest run of tokens that is also in the corpus.
    run_start : int
        Index in the sample at which that run begins.
    source : tuple of int
        (melody, token) at which the run begins in the corpus; (-1, -1) if there is none.
    share_of_4grams : float
        Share of the sample's runs of four tokens that are also in the corpus, 0 to 1.
    """

    longest_run: int
    run_start: int
    source: tuple[int, int]
    share_of_4grams: float


def novelty(indices: np.ndarray, sequences: Sequence[np.ndarray]) -> Novelty:
    """Compare sampled tokens with every melody of the corpus."""
    indices = np.asarray(indices)
    # The melodies joined, separated by a token that no sample has.
    corpus = np.concatenate([part for melody in sequences for part in (melody, [-1])] or [[-1]])
    # lengths[j]: tokens matching back from sample position s and corpus position j.
    lengths = np.zeros(len(corpus) + 1, int)
    longest = start = at = 0
    for s, index in enumerate(indices):
        lengths[1:] = (lengths[:-1] + 1) * (corpus == index)
        end = int(lengths.argmax())
        if lengths[end] > longest:
            longest = int(lengths[end])
            start, at = s - longest + 1, end - longest
    source = (-1, -1)
    if longest:
        begins = np.cumsum([0, *(len(melody) + 1 for melody in sequences)])
        number = int(np.searchsorted(begins, at, side="right")) - 1
        source = number, at - int(begins[number])
    return Novelty(longest, start, source, _share_seen(indices, sequences, 4))


def _share_seen(indices: np.ndarray, sequences: Sequence[np.ndarray], n: int) -> float:
    """Compute the share of runs of ``n`` tokens in ``indices`` that are also in ``sequences``."""
    base = 1 + max((int(max(tokens)) for tokens in (indices, *sequences) if len(tokens)), default=0)
    weights = base ** np.arange(n)

    def grams(sequence: np.ndarray) -> np.ndarray:  # each run as a number with tokens as digits
        if len(sequence) < n:
            return np.zeros(0, np.int64)
        return np.lib.stride_tricks.sliding_window_view(np.asarray(sequence), n) @ weights

    ours = grams(indices)
    seen = np.concatenate([grams(sequence) for sequence in sequences] or [ours[:0]])
    return float(np.isin(ours, seen).mean()) if len(ours) else 0.0
