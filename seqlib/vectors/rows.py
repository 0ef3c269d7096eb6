"""Read several arrays of rows as one matrix without copying them, such as zeros before a file."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class Part(Protocol):
    """What ``Rows`` needs of an array."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype: ...
    @property
    def nbytes(self) -> int: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> Any: ...


class Rows:
    """A read-only matrix (rows, dim) whose rows stand in several arrays, one after another.

    It has what this program needs of an array: ``shape``, ``dtype`` and indexing by rows.
    ``np.asarray`` copies all of it.

    Parameters
    ----------
    parts : arrays (rows_k, dim)
        Any float types; what is read from several has the type of the largest. Anything with
        the length, shape, type and indexing of an array will do.
    """

    ndim = 2

    def __init__(self, *parts: Part) -> None:
        # Indexing a memory map itself takes several times as long as indexing a view of it.
        self.parts = tuple(
            np.asarray(part) if isinstance(part, np.ndarray) else part for part in parts
        )
        ends = np.cumsum([len(part) for part in self.parts])
        self._starts = [0, *ends[:-1].tolist()]
        self.shape = (int(ends[-1]), self.parts[0].shape[1])
        self.dtype = np.result_type(*(part.dtype for part in parts))
        self.size = self.shape[0] * self.shape[1]
        self.nbytes = sum(part.nbytes for part in self.parts)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Return one row (dim,), a range of rows, or the rows (…, dim) of numbers (…).

        After a comma some dimensions can be chosen, as of an array.
        """
        if isinstance(rows, tuple):
            return self[rows[0]][(..., *rows[1:])]
        if isinstance(rows, slice):
            first, stop, step = rows.indices(len(self))
            for start, part in zip(self._starts, self.parts, strict=True):
                if step == 1 and start <= first <= stop <= start + len(part):
                    return part[first - start : stop - start]  # no copy
            rows = np.arange(first, stop, step)
        numbers = np.asarray(rows)
        if numbers.size == 0:
            return np.empty((*numbers.shape, self.shape[1]), self.dtype)
        low, high = int(numbers.min()), int(numbers.max())
        if not 0 <= low <= high < len(self):
            raise IndexError(f"Rows are numbered 0 to {len(self) - 1:,}, not {low:,} to {high:,}.")
        found: np.ndarray | None = None
        for start, part in zip(self._starts, self.parts, strict=True):
            if start <= low and high < start + len(part):
                return part[numbers - start]
            if found is None:
                found = np.empty((*numbers.shape, self.shape[1]), self.dtype)
            inside = (numbers >= start) & (numbers < start + len(part))
            found[inside] = part[numbers[inside] - start]
        assert found is not None
        return found

    def column(self, dimension: int) -> np.ndarray:
        """Copy one number of every row, (rows,)."""
        return np.concatenate([part[:][:, dimension] for part in self.parts])

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("These rows are not one array in memory; ask for a copy.")
        return np.concatenate([part[:] for part in self.parts]).astype(
            dtype or self.dtype, copy=False
        )

    def __repr__(self) -> str:
        return f"Rows(shape={self.shape}, dtype={self.dtype})"
