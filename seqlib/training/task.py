"""What is trained, as a pure function from state to state.

A ``Task`` holds the data and the settings of one training, a ``State`` everything that training
changes. ``task.advance(state, seconds)`` returns the next state and what was measured on the way.
Nothing else is kept anywhere: the same task and state give the same result in any thread,
process or machine, so a slice whose worker died may be sent again.

The contract
------------
- Tasks, states and progress are frozen dataclasses of NumPy arrays and numbers, and pickle.
  Large arrays stand in the task only (sent once to a worker); a state is a few times the weights.
- ``advance`` trains whole mini-batches: at least one, then on until ``seconds`` have passed,
  ``epochs`` further epochs are finished, or all of ``task.epochs`` are. A batch that is too large
  for memory is taken in parts, so even then a slice stays short. In a state without an epoch left
  it returns the state unchanged and a progress of 0 epochs.
- Chance (order of the rows, dropout) is drawn from ``(seed, epoch, batch)``; a state needs no
  generator, and slices of any length give what one long slice gives.
- Tasks in NumPy train on one thread: after each of a thousand short calls a step, two would wait
  for Python's lock. BLAS' threads are limited to 1 in ``advance``. A run that is alone has a second
  process compute a share of each batch, see ``seqlib.training.helper``.
- Where a loss or a gradient is no number, ``Progress.finite`` is False, ``measured`` ends before
  that epoch, and the state is the last one, with weights that are numbers. Do not go on from there.
- ``model(state, start)`` puts what was learned into ``start``, the model that the run began
  with: a task holds only what its training needs, for Emojify the rows of the words that occur.

The tasks, and what each measures an epoch (k epochs first)
----------------------------------------------------------
- ``JazzTask.of(X, Y, weights, epochs=…, learning_rate=…)``: ``loss`` and ``accuracy`` (k, Ty),
  ``held_out`` (k, 2), ``gradient`` (k, 5), ``rate`` (k,).
- ``EmojifyTask.of(train, labels, test, test_labels, weights, epochs=…, …)``, sentences as rows of
  the embedding (m, Tx): ``loss``, ``accuracy``, ``test_loss``, ``test_accuracy`` (k,),
  ``confusion`` (k, n_classes, n_classes). ``best(state, start)`` gives (epoch, model).
- ``CopyTask(settings)``: ``loss`` and ``accuracy`` (k, 3), in the order of ``KINDS``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from seqlib.training.adam import Behind, LateRows


@dataclass(frozen=True, eq=False)
class State:
    """Everything that training changes.

    Attributes
    ----------
    weights, first, second : float32 array (n,)
        All weights end to end in the task's order, and Adam's two moments of them.
    step : int
        Updates made, Adam's count.
    epoch : int
        Epochs finished.
    batch : int
        Mini-batches (or parts of one) taken of the epoch under way.
    sums : tuple of arrays
        What the epoch under way has measured so far; empty at its start.
    gradient : float32 array (n,) or None
        Summed over the parts so far of a mini-batch that is taken in parts.
    best : tuple of (score, epoch, weights) or None
        For tasks that are tested after each epoch: the best test so far, see ``EmojifyTask.best``.
    behind : Behind or None
        In the middle of an epoch, which rows of a table are still to be updated; None if none is.
    """

    weights: np.ndarray
    first: np.ndarray
    second: np.ndarray
    step: int = 0
    epoch: int = 0
    batch: int = 0
    sums: tuple[np.ndarray, ...] = ()
    gradient: np.ndarray | None = None
    best: tuple[tuple[float, ...], int, np.ndarray] | None = None
    behind: Behind | None = None

    @classmethod
    def of(cls, weights: np.ndarray) -> State:
        """The state before the first step from these weights."""
        return cls(weights, np.zeros_like(weights), np.zeros_like(weights))

    def copy(self) -> State:
        """The same state, with weights and moments of its own."""
        own = {name: getattr(self, name).copy() for name in ("weights", "first", "second")}
        return replace(self, **own)


@dataclass(frozen=True, eq=False)
class Progress:
    """What one slice did.

    Attributes
    ----------
    measured : dict of name to array (k, …)
        One row for each of the k epochs finished in this slice; the task says which names.
    part_done : float
        Share of the epoch under way that is done, 0 to 1.
    finite : bool
        False where a loss or a gradient was no longer a number.
    kept : dict of int to array (n,)
        The weights after those of the epochs finished in this slice that the task keeps.
    """

    measured: dict[str, np.ndarray] = field(default_factory=dict)
    part_done: float = 0.0
    finite: bool = True
    kept: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """Epochs finished in this slice."""
        return min(map(len, self.measured.values()), default=0)


class Task(Protocol):
    """Data and settings of one training; a frozen dataclass that pickles."""

    @property
    def epochs(self) -> int:
        """Number of passes over the data."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays, which a worker holds."""
        ...

    def begin(self) -> State:
        """Return the state before the first step: first weights, optimiser at 0."""
        ...

    def advance(
        self, state: State, seconds: float, epochs: int | None = None
    ) -> tuple[State, Progress]:
        """Train for about ``seconds``, at most ``epochs`` more epochs; see above."""
        ...

    def changed(self, **settings: Any) -> Task:
        """Return the task with other settings, to go on with from any of its states."""
        ...

    def model(self, state: State, start: Any) -> Any:
        """Return the model ``start`` with the weights of ``state``."""
        ...


class Part(NamedTuple):
    """The rows of one call.

    Attributes
    ----------
    rows : int array (k,)
    of : int
        Rows of the whole mini-batch.
    ends : bool
        Whether the mini-batch ends with this part.
    """

    rows: np.ndarray
    of: int
    ends: bool


class Session:
    """The arrays in which one ``advance`` computes, and the process that helps with it.

    A table of which few rows are read is ``late``: a gradient ends with those of the rows read.
    """

    helper: Any = None
    late: LateRows | None = None

    def take(
        self, state: State, part: Part, link: Any = None
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Return what was measured, summed over the rows, and their gradient (n,) over ``of``.

        With a ``seqlib.training.helper.Link``, a share of both: another process takes the other
        one at the same time, and they are added up. A share that is written in ``link.gradient``
        itself is not added: there each writes its own places, and may sum their squares in
        ``link.squares`` while they are at hand. The gradient stands in an array
        that the next call uses again.
        """
        raise NotImplementedError
