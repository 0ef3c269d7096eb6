"""Store word vectors in a folder that is opened by memory map.

``matrix.npy``  (words + 1, dim), row 0 zeros
``words.txt``   the words in UTF-8, one a line, line k for row k
``about.json``  name, counts, and the report of the file they came from
``norms.npy``, ``codes.npy``, ``places.npy``  derived, to open faster; may be missing

A folder is written under a temporary name and renamed when it is complete, so a folder of the
final name is never incomplete.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from seqlib.i18n import Later
from seqlib.vectors.report import Problem, Report, VectorsError
from seqlib.vectors.words import Words, codes_of
from seqlib.vectors.wordvectors import WordVectors, row_norms

FORMAT = 2
DTYPE = np.dtype(np.float32)
PARTIAL = ".partial-"


class Writer:
    """Write words and rows to a temporary folder, which ``finish`` renames to ``target``.

    As a context it removes the folder where ``finish`` has not been reached.
    """

    def __init__(self, target: Path, dim: int) -> None:
        self.target, self.dim = target, dim
        target.parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=target.parent))
        self._matrix = (self.folder / "matrix.npy").open("w+b")
        self._words = (self.folder / "words.txt").open("wb")
        self._header = self._write_header(1)
        self._matrix.write(bytes(self.dim * DTYPE.itemsize))
        self._codes: list[np.ndarray] = []
        self._norms: list[np.ndarray] = [np.zeros(1, np.float32)]
        self._lines: list[np.ndarray] = []
        self.count = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._matrix.close()
        self._words.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_header(self, rows: int) -> int:
        # NumPy pads the header so that the first axis can grow.
        self._matrix.seek(0)
        np.lib.format.write_array_header_1_0(
            self._matrix,
            {"descr": DTYPE.str, "fortran_order": False, "shape": (rows, self.dim)},
        )
        return self._matrix.tell()

    def add(self, words: list[bytes], matrix: np.ndarray, lines: np.ndarray) -> None:
        """Append words in UTF-8 without line breaks, and their rows ``(len(words), dim)``.

        ``lines`` are the words' line numbers, which ``drop_repeated`` returns.
        """
        if not words:
            return
        self._words.write(b"\n".join(words) + b"\n")
        stored = np.ascontiguousarray(matrix, DTYPE)
        self._matrix.write(stored.data)
        self._codes.append(codes_of(words))
        self._norms.append(row_norms(stored))
        self._lines.append(lines)
        self.count += len(words)

    def drop_repeated(self) -> list[tuple[bytes, int]]:
        """Remove repeated words, the first of each excepted; return them and their lines.

        Call it once, after the last ``add``: words with equal codes are found by sorting all
        codes, which is faster than looking each word up as it is added.
        """
        codes = np.concatenate(self._codes)
        order = np.argsort(codes)
        same = np.flatnonzero(np.diff(codes[order]) == 0)
        if not len(same):
            return []
        self._words.flush()
        words = (self.folder / "words.txt").read_bytes().split(b"\n")[:-1]
        seen: set[bytes] = set()
        repeated = []
        for row in np.union1d(order[same], order[same + 1]).tolist():
            if words[row] in seen:
                repeated.append(row)
            seen.add(words[row])
        self._keep(np.delete(np.arange(len(words)), repeated), words)
        lines = np.concatenate(self._lines)
        return [(words[row], int(lines[row])) for row in repeated]

    def _keep(self, rows: np.ndarray, words: list[bytes]) -> None:
        """Move these rows to the front, some at a time, and truncate the files after them."""
        self._matrix.flush()
        matrix = np.memmap(
            self.folder / "matrix.npy",
            DTYPE,
            "r+",
            self._header,
            (len(words) + 1, self.dim),
        )
        for start in range(0, len(rows), 1 << 16):
            chosen = rows[start : start + (1 << 16)]
            matrix[start + 1 : start + 1 + len(chosen)] = matrix[chosen + 1]
        del matrix
        self.count = len(rows)
        self._matrix.truncate(self._header + (len(rows) + 1) * self.dim * DTYPE.itemsize)
        self._words.seek(0)
        self._words.truncate()
        self._words.write(b"\n".join([words[row] for row in rows.tolist()]) + b"\n")
        self._codes = [np.concatenate(self._codes)[rows]]
        self._norms = [np.concatenate(self._norms)[np.concatenate([[0], rows + 1])]]

    def finish(self, name: str, report: Report) -> None:
        """Write the other files and rename the folder, unless another process has made it."""
        if self._write_header(self.count + 1) != self._header:
            raise AssertionError("the array's header is longer than its padding allows")
        codes = np.concatenate(self._codes)
        positions = np.argsort(codes)
        np.save(self.folder / "codes.npy", codes[positions])
        np.save(self.folder / "places.npy", positions.astype(np.int32))
        np.save(self.folder / "norms.npy", np.concatenate(self._norms))
        about: dict[str, Any] = {
            "format": FORMAT,
            "name": name,
            "words": self.count,
            "dim": self.dim,
            "report": asdict(report),
        }
        (self.folder / "about.json").write_text(
            json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        for file in (self._matrix, self._words):
            file.flush()
            os.fsync(file.fileno())
            file.close()
        os.chmod(self.folder, 0o755)
        try:
            os.rename(self.folder, self.target)
        except OSError:
            if about_folder(self.target) is None:
                raise


def about_folder(folder: Path) -> dict[str, Any] | None:
    """Read ``about.json``; None without vectors of this format with as many rows as it says."""
    try:
        about = json.loads((folder / "about.json").read_text("utf-8"))
        matrix = np.load(folder / "matrix.npy", mmap_mode="r")
    except (OSError, ValueError):
        return None
    whole = about.get("format") == FORMAT and matrix.shape == (about["words"] + 1, about["dim"])
    return about if whole else None


def open_folder(folder: Path) -> WordVectors:
    """Open a folder by memory map; all sessions and processes share the memory.

    Raises ``VectorsError`` if the folder is missing or damaged.
    """
    about = about_folder(folder)
    if about is None:
        raise VectorsError("{folder} holds no complete vectors; make them again.", folder=folder)
    words = Words(
        np.memmap(folder / "words.txt", np.uint8, "r") if about["words"] else np.zeros(0, np.uint8),
        _optional(folder / "codes.npy"),
        _optional(folder / "places.npy"),
    )
    if len(words) != about["words"]:
        raise VectorsError(
            "{file} has lost words; make the vectors again.", file=folder / "words.txt"
        )
    report = about["report"]
    problems = tuple(map(_problem, report.pop("problems")))
    others = tuple(report.pop("others", ()))
    return WordVectors(
        about["name"],
        words,
        np.load(folder / "matrix.npy", mmap_mode="r"),
        Report(**report, problems=problems, others=others),
        _optional(folder / "norms.npy"),
    )


def _problem(stored: dict[str, Any]) -> Problem:
    text = stored["text"]
    return Problem(**{**stored, "text": Later(**text) if isinstance(text, dict) else text})


def _optional(path: Path) -> np.ndarray | None:
    return np.load(path, mmap_mode="r") if path.exists() else None
