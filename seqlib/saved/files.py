"""Read arrays by name from the files that Keras, NumPy and PyTorch users save weights in."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from seqlib import limits
from seqlib.archive import BAD_HEADER, BROKEN, ArchiveError, Reader, array_header
from seqlib.contents import what
from seqlib.i18n import InputError, _
from seqlib.vectors.arrays import TENSORS

BYTES = limits.WEIGHTS_BYTES
UNPACKED = limits.UPLOAD_UNPACKED
ENDINGS = ("h5", "hdf5", "keras", "npz", "safetensors")
HDF5 = b"\x89HDF\r\n\x1a\n"
WEIGHTS = "model.weights.h5"  # in a .keras file
NOT_WEIGHTS = re.compile(r"^optimizer")

Arrays = dict[str, np.ndarray]


class SavedError(InputError):
    """Raised for a file without weights that can be read; the message is one sentence."""


def arrays(data: bytes) -> Arrays:
    """Read all arrays of floats, by name; names of groups are joined by "/".

    Raises ``SavedError`` for other files, damaged ones, and arrays of more than ``UNPACKED``
    bytes together.
    """
    try:
        found = _arrays(data)
    except (ArchiveError, LookupError, AttributeError, *BROKEN, *BAD_HEADER) as problem:
        if isinstance(problem, SavedError):
            raise
        raise SavedError("This file is damaged; save the weights again.") from problem
    if not found:
        raise SavedError("There are no arrays of weights in this file.")
    with np.errstate(over="ignore"):
        found = {name: np.asarray(array, np.float32) for name, array in found.items()}
    for name, array in found.items():
        if not np.isfinite(array).all():
            raise SavedError(
                "“{name}” holds values that are not numbers; the training diverged.", name=name
            )
    return found


def _arrays(data: bytes) -> Arrays:
    if data.startswith(HDF5):
        return _hdf5(data)
    if data.startswith(b"PK"):
        reader = Reader(data, UNPACKED)
        if WEIGHTS in reader.names:
            return _hdf5(reader.bytes(WEIGHTS))
        names = sorted((name for name in reader.names if name.endswith(".npy")), key=natural)
        found = {name.removesuffix(".npy"): _npy(reader.bytes(name)) for name in names}
        return {name: array for name, array in found.items() if array is not None}
    if data[8:9] == b"{":
        return _safetensors(data)
    is_a = what(data[:512])
    if is_a:
        raise SavedError(
            "This is {what}; weights come as .weights.h5, .keras, .h5, .npz or safetensors.",
            what=_(is_a),
        )
    raise SavedError(
        "This holds no weights; they come as .weights.h5, .keras, .h5, .npz or safetensors."
    )


def natural(name: str) -> list[tuple[int, str]]:
    """Sort names with the numbers in them as numbers: lstm, lstm_2, lstm_10."""
    parts = re.split(r"(\d+)", name.replace("/", "\0"))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _npy(data: bytes) -> np.ndarray | None:
    """Read one array of floats; None for another kind."""
    held = io.BytesIO(data)
    shape, fortran_order, dtype = array_header(held)
    return _array(data[held.tell() :], dtype, shape, "F" if fortran_order else "C")


def _array(data: bytes | memoryview, dtype: np.dtype, shape: Any, order: Any = "C") -> Any:
    if dtype.kind != "f":
        return None
    if len(data) != dtype.itemsize * math.prod(shape) or min(shape, default=0) < 0:
        raise ValueError("an array is not as long as it says")
    return np.frombuffer(data, dtype).reshape(shape, order=order)


def _safetensors(data: bytes) -> Arrays:
    start = 8 + int.from_bytes(data[:8], "little")
    if start > min(len(data), limits.LINE_BYTES):
        raise ValueError("a list of tensors that is longer than the file")
    about = json.loads(data[8:start])
    about.pop("__metadata__", None)
    if len(about) > limits.MEMBERS:
        raise ValueError("too many tensors")
    found: Arrays = {}
    left = UNPACKED
    for name in sorted(about, key=lambda name: about[name]["data_offsets"]):
        one = about[name]
        if one["dtype"] not in TENSORS:
            continue
        first, end = one["data_offsets"]
        left -= end - first
        if not 0 <= first <= end <= len(data) - start or left < 0:
            raise ValueError("a tensor outside of the file")
        part = memoryview(data)[start + first : start + end]
        dtype = np.dtype(TENSORS[one["dtype"]])
        if one["dtype"] == "BF16":  # the upper half of a float32
            wide = np.frombuffer(part, dtype).astype(np.uint32) << 16
            part, dtype = memoryview(wide.tobytes()), np.dtype("<f4")
        found[str(name)[:200]] = _array(part, dtype, tuple(one["shape"]))
    return found


def _hdf5(data: bytes) -> Arrays:
    try:
        import h5py
    except ImportError:
        raise SavedError("HDF5 files need h5py, which is not installed on this host.") from None
    with h5py.File(io.BytesIO(data), "r") as file:
        found: Arrays = {}
        left = UNPACKED
        for name, dataset in _datasets(h5py, file, "", 0, [limits.MEMBERS]):
            nbytes = dataset.size * dataset.dtype.itemsize
            chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
            left -= nbytes
            if left < 0 or chunk > UNPACKED:
                raise SavedError("Its arrays unpack to over {most} MB.", most=UNPACKED // 1_000_000)
            found[name] = dataset[()]
        return found


def _datasets(
    h5py: Any, group: Any, path: str, depth: int, left: list[int]
) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of floats in a group that stand in the file itself, in natural order.

    Links to other files, arrays stored in them, and an optimizer's state are passed over.
    """
    for name in sorted(group, key=natural):
        left[0] -= 1
        if left[0] < 0 or depth > limits.GROUPS:
            raise ValueError("too many parts")
        if NOT_WEIGHTS.match(name) or not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        one = group[name]
        if isinstance(one, h5py.Group):
            yield from _datasets(h5py, one, f"{path}{name}/", depth + 1, left)
        elif (
            isinstance(one, h5py.Dataset)
            and not (one.is_virtual or one.external)
            and one.dtype.kind == "f"
            and one.shape
        ):
            yield f"{path}{name}", one
