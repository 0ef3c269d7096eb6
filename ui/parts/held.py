"""Readers' files in this process: the same content is held once, and all of them within a bound.

Streamlit holds the bytes of what a tab has uploaded until the tab is closed. What has been read
needs them no more, and a class that opens its teacher's file has the same ones thirty times.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import TypeVar, cast

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from seqlib import saved
from seqlib.i18n import InputError
from seqlib.saved import Saved
from ui.visit import session

LARGE = 1_000_000  # bytes; larger files are read one after another
REFUSED = "application/x-refused"  # the type of a file for which there was no room

Made = TypeVar("Made", bound=tuple)

reading = threading.RLock()  # held while a large file is read
_lock = threading.Lock()
_made: dict[tuple, tuple[weakref.ref, ...]] = {}
_turns: weakref.WeakValueDictionary[tuple, threading.Lock] = weakref.WeakValueDictionary()


def once(data: Iterable[bytes], key: tuple, make: Callable[[], Made]) -> Made:
    """Return ``make()``, called once for these contents and key while readers hold what it gives.

    That is a tuple of objects, which are shared: nobody may change them.
    """
    name = (*key, *map(_digest, data))
    with _lock:
        turn = _turns.setdefault(name, threading.Lock())
    with turn:  # who asks for the same meanwhile waits, and has what the first one made
        found = _known().get(name)
        if found is None:
            found = make()
            with _lock:
                _made[name] = tuple(map(weakref.ref, found))
    return cast(Made, found)


def _known() -> dict[tuple, tuple]:
    """Return what readers hold by its name, and forget the names of what nobody holds."""
    with _lock:
        known = {name: tuple(part() for part in parts) for name, parts in _made.items()}
        for name in [name for name, parts in known.items() if None in parts]:
            del known[name], _made[name]
    return known


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def weights(data: bytes) -> Saved:
    """Read a file of weights; raises ``SavedError``, one sentence, for what cannot be read."""
    (found,) = once([data], ("weights",), lambda: (saved.opened(data),))
    return found


def shared(add: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``MemoryUploadedFileManager.add_file``: equal bytes are held once, and within a bound.

    Of a file for which there is no room nothing is held but its name.
    """

    @wraps(add)
    def add_file(files: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        size, others = len(file.data), _bytes(files)
        alike = next((one for one in others if len(one) == size and one == file.data), None)
        if alike is not None:
            file = file._replace(data=alike)
        elif sum(map(len, others), size) > session.visits.most_held // 2:
            file = file._replace(data=b"", type=REFUSED)
        add(files, session_id, file)

    return add_file


def _bytes(files: MemoryUploadedFileManager) -> list[bytes]:
    """Return the bytes of all files that tabs have uploaded, each once."""
    with files._lock:
        found = [one.data for held in files.file_storage.values() for one in held.values()]
    return list({id(one): one for one in found}.values())


def check_room(file: UploadedFile) -> None:
    """Raise ``InputError``, one sentence, if there is no room for what a file holds.

    What others hold already takes none; for a small file what visits hold is not measured anew.
    """
    files = _files()
    waiting = sum(map(len, _bytes(files))) if files is not None else 0
    if file.type == REFUSED or (
        file.size > LARGE
        and _digest(file.getvalue()) not in {part for name in _known() for part in name}
        and not session.visits.room(waiting)
    ):
        raise InputError(
            "The files of all readers fill the room there is on this server, so this one was not "
            "opened and nothing was changed. Try again in a few minutes, when others have left, "
            "or choose a smaller file."
        )


def in_turn(files: Iterable[UploadedFile]) -> AbstractContextManager[object]:
    """Wait until no other large file is read, if one of these is large."""
    return reading if any(file.size > LARGE for file in files) else nullcontext()


def let_go(file: UploadedFile) -> None:
    """Drop the bytes of a file that has been read; its widget goes on showing its name."""
    context, files = get_script_run_ctx(), _files()
    if context is not None and files is not None:
        for one in files.get_files(context.session_id, [file.file_id]):
            MemoryUploadedFileManager.add_file(files, context.session_id, one._replace(data=b""))
    file.seek(0)
    file.truncate()


def _files() -> MemoryUploadedFileManager | None:
    context = get_script_run_ctx()
    files = context.uploaded_file_mgr if context is not None else None
    return files if isinstance(files, MemoryUploadedFileManager) else None
