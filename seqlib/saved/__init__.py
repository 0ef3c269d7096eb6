"""Look into files of saved models: their arrays are read, nothing in them is built or run.

``opened(data)`` reads the bytes of a ``.keras``, ``.weights.h5``, ``.h5``, ``.npz`` or
safetensors file and lists the layers found in it. HDF5 is read by a library in C, so that it is
done in a process of its own.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor

from seqlib import limits
from seqlib.i18n import N_, Later
from seqlib.saved.files import ENDINGS, SavedError
from seqlib.saved.layers import Layer, Saved, read
from seqlib.training.rooms import ProcessRefused, Room

# Of GloVe's 400,001 rows it takes 80 MB, and no page reads words through it.
LEAVE_OUT = N_("A large embedding can be left out: `np.savez` the other layers' weights.")

room = Room(idle=120, seconds=10, memory=500_000_000)


def opened(data: bytes) -> Saved:
    """Read a file of weights; raises ``SavedError``, one sentence, for what cannot be read."""
    if len(data) > limits.WEIGHTS_BYTES:
        most, cure = limits.WEIGHTS_BYTES // 1_000_000, Later(LEAVE_OUT)
        raise SavedError("The file is over {most} MB. {cure}", most=most, cure=cure)
    try:
        return room.submit(read, data).result()
    except ProcessRefused as problem:
        raise SavedError(
            "This host lets no further process start, and reading a file needs one."
        ) from problem
    except (MemoryError, BrokenExecutor) as problem:
        raise SavedError(
            "Reading this file takes more time or memory than it may; save the weights alone."
        ) from problem
