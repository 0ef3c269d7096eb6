"""Read arrays by name from the files that Keras, NumPy and PyTorch users save weights in."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from seqlib import limits
from seqlib.archive import (
    BAD_HEADER,
    BFLOAT16,
    BROKEN,
    TENSORS,
    ArchiveError,
    Reader,
    array_header,
    float32,
    tensors,
)
from seqlib.contents import what
from seqlib.i18n import Later
from seqlib.lstm.cell import DIVERGED, diverged
from seqlib.saved.config import CONFIG, SavedError, Told

ENDINGS = ("h5", "hdf5", "keras", "npz", "safetensors")
HDF5 = b"\x89HDF\r\n\x1a\n"
WEIGHTS = "model.weights.h5"  # in a .keras file
NOT_WEIGHTS = re.compile(r"^optimizer")
DTYPES = {**TENSORS, "I8": "i1", "U8": "u1"}

Arrays = dict[str, np.ndarray]
# The name of an array, how many values it has, and what reads them.
Found = Iterator[tuple[str, int, Callable[[], np.ndarray]]]


def arrays(data: bytes) -> tuple[Arrays, Told]:
    """Read all arrays of floats as float32, by name; names of groups are joined by "/".

    Raises ``SavedError`` for other files, damaged ones, and arrays of more than
    ``limits.WEIGHTS_UNPACKED`` bytes together.
    """
    found: Arrays = {}
    told = Told()
    left = limits.WEIGHTS_UNPACKED
    try:
        for name, values, read in _arrays(data, told):
            left -= 4 * values
            if left < 0:
                raise SavedError(
                    "Its arrays unpack to over {most} MB; leave a large embedding out.",
                    most=limits.WEIGHTS_UNPACKED // 1_000_000,
                )
            found[name] = float32(read())
    except ArchiveError as problem:
        raise SavedError(problem.args[0]) from problem
    except (LookupError, AttributeError, *BROKEN, *BAD_HEADER) as problem:
        if isinstance(problem, SavedError):
            raise
        raise SavedError("This file is damaged; save the weights again.") from problem
    if not found:
        raise SavedError("There are no arrays of weights in this file.")
    if (bad := diverged(found)) is not None:
        raise SavedError(DIVERGED, name=bad)
    return found, told


def _arrays(data: bytes, told: Told) -> Found:
    if data.startswith(HDF5):
        yield from _hdf5(data, told)
    elif data.startswith(b"PK"):
        reader = Reader(data, 2 * limits.WEIGHTS_UNPACKED)  # for arrays of float64
        if WEIGHTS in reader.names:
            if CONFIG in reader.names:
                told.read(reader.part(CONFIG, limits.MODEL_JSON))
            yield from _hdf5(reader.part(WEIGHTS), told)
        else:
            for name in sorted(reader.names, key=natural):
                if name.endswith(".npy"):
                    yield from _npy(name.removesuffix(".npy"), reader.part(name))
    elif data[8:9] == b"{":
        yield from _safetensors(data)
    elif is_a := what(data[:512]):
        raise SavedError(
            "This is {what}; weights come as .weights.h5, .keras, .h5, .npz or safetensors.",
            what=Later(is_a),
        )
    else:
        raise SavedError(
            "This holds no weights; they come as .weights.h5, .keras, .h5, .npz or safetensors."
        )


def natural(name: str) -> list[tuple[int, str]]:
    """Sort names with the numbers in them as numbers: lstm, lstm_2, lstm_10."""
    parts = re.split(r"(\d+)", name.replace("/", "\0"))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _are_weights(name: str, dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Tell whether an array holds floats; Keras has bfloat16 written as two bytes of any kind.

    Raises ``SavedError`` for a kernel of small whole numbers, and for pickled objects.
    """
    if dtype.kind in "iu" and dtype.itemsize == 1 and len(shape) > 1:
        raise SavedError(
            "“{name}” holds whole numbers, as a quantised model does; save the model before it is "
            "quantised.",
            name=name,
        )
    return dtype.kind == "f" or dtype == BFLOAT16


def _npy(name: str, data: bytes) -> Found:
    held = io.BytesIO(data)
    shape, fortran_order, dtype = array_header(held)
    if dtype.hasobject:
        raise SavedError(
            "“{name}” holds Python objects, which are never opened; save the arrays one by one: "
            "`np.savez(file, *model.get_weights())`.",
            name=name,
        )
    if _are_weights(name, dtype, shape):
        yield _array(
            name, memoryview(data)[held.tell() :], dtype, shape, "F" if fortran_order else "C"
        )


def _array(
    name: str, data: memoryview, dtype: np.dtype, shape: tuple[int, ...], order: Any = "C"
) -> tuple[str, int, Callable[[], np.ndarray]]:
    values = math.prod(shape)
    if len(data) != dtype.itemsize * values:
        raise ValueError("an array is not as long as it says")
    return name, values, lambda: np.frombuffer(data, dtype).reshape(shape, order=order)


def _safetensors(data: bytes) -> Found:
    start = 8 + int.from_bytes(data[:8], "little")
    if start > min(len(data), limits.LINE_BYTES):
        raise ValueError("a list of tensors that is longer than the file")
    about, _notes = tensors(data[8:start])
    if len(about) > limits.MEMBERS:
        raise ValueError("too many tensors")
    for name in sorted(about, key=lambda name: about[name]["data_offsets"]):
        one = about[name]
        if one["dtype"] not in DTYPES:
            continue
        first, end = one["data_offsets"]
        if not 0 <= first <= end <= len(data) - start:
            raise ValueError("a tensor outside of the file")
        part = memoryview(data)[start + first : start + end]
        dtype, shape = np.dtype(DTYPES[one["dtype"]]), tuple(one["shape"])
        if _are_weights(str(name)[:200], dtype, shape):
            yield _array(str(name)[:200], part, dtype, shape)


def _hdf5(data: bytes, told: Told) -> Found:
    try:
        import h5py
    except ImportError:
        raise SavedError("HDF5 files need h5py, which is not installed on this host.") from None
    with h5py.File(io.BytesIO(data), "r") as file:
        if "model_config" in file.attrs and file.attrs.get_id("model_config").shape == ():
            told.read(file.attrs["model_config"])
        pieces = limits.CHUNKS
        for name, dataset in _datasets(h5py, file, "", 0, [limits.MEMBERS]):
            chunk = math.prod(dataset.chunks or dataset.shape)
            pieces -= dataset.size // max(chunk, 1)
            if 4 * chunk > limits.WEIGHTS_UNPACKED or pieces < 0:
                raise ValueError("an array in unlikely pieces")
            yield name, dataset.size, partial(dataset.__getitem__, ())


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
            and one.shape
            and _are_weights(f"{path}{name}", one.dtype, one.shape)
        ):
            yield f"{path}{name}", one
