"""What readers' files hold together: the same content once, its bytes no longer than needed."""

from __future__ import annotations

import copy
import gc
import io
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from ui.frame import process  # noqa: F401  which has files come in through ``held``
from ui.parts import held
from ui.visit import session


class Layer:
    pass


def make() -> tuple[Layer]:
    return (Layer(),)


def test_the_same_content_is_read_once_while_somebody_holds_what_was_read():
    (one,) = held.once([b"a", b"b"], ("x",), make)
    assert held.once([b"a", b"b"], ("x",), make) == (one,)
    assert held.once([b"ab"], ("x",), make) != (one,), "another content"
    assert held.once([b"a", b"b"], ("y",), make) != (one,), "read as something else"
    assert held.once([b"a", b"b"], ("x",), make) == (one,)


def test_who_asks_for_the_same_at_the_same_moment_has_the_same():
    begun, others = threading.Event(), threading.Event()

    def slowly() -> tuple[Layer]:
        begun.set()
        others.wait(5)
        return make()

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(held.once, [b"at once"], ("x",), slowly)]
        assert begun.wait(5)
        asked += [pool.submit(held.once, [b"at once"], ("x",), make) for _reader in range(2)]
        (another,) = held.once([b"another"], ("x",), make)  # waits for nobody
        assert not any(one.done() for one in asked)
        others.set()
        assert len({one.result(5) for one in asked}) == 1
    assert another


def test_where_reading_failed_the_next_one_reads():
    def fails() -> tuple[Layer]:
        raise ValueError("A sentence.")

    for _reader in range(2):
        with pytest.raises(ValueError, match="A sentence"):
            held.once([b"bad"], ("x",), fails)
    assert held.once([b"bad"], ("x",), make)


def test_what_nobody_holds_any_more_is_forgotten():
    (one,) = held.once([b"gone"], ("x",), make)
    seen, names = weakref.ref(one), set(held._made)
    del one
    gc.collect()
    assert seen() is None
    (other,) = held.once([b"another"], ("x",), make)
    assert names - set(held._known()), "nor is its name kept"
    assert held.once([b"another"], ("x",), make) == (other,)


def test_a_file_of_weights_that_thirty_readers_open_is_held_once():
    file = io.BytesIO()
    kernels = [np.ones(shape, np.float32) for shape in ((500_000,), (4, 8), (2, 8), (8,))]
    np.savez(file, **{f"{at}": one for at, one in enumerate(kernels)})
    data = file.getvalue()
    first = held.weights(data)
    assert all(held.weights(bytes(bytearray(data))) is first for _ in range(3))


def record(place: int, data: bytes) -> UploadedFileRec:
    return UploadedFileRec(f"{place}", "a.npz", "application/zip", data)


def test_equal_bytes_of_thirty_tabs_are_held_once():
    files = MemoryUploadedFileManager("/upload")
    tracemalloc.start()
    try:
        for place in range(30):
            files.add_file(f"session {place}", record(place, bytes(1_000_000)))
        now, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 2_000_000
    (last,) = files.get_files("session 29", ["29"])
    assert last.data == bytes(1_000_000)


def test_of_a_file_without_room_only_the_name_is_held(monkeypatch):
    monkeypatch.setattr(session.visits, "most_held", 5000)
    files = MemoryUploadedFileManager("/upload")
    for place in range(4):
        files.add_file(f"session {place}", record(place, bytes([place]) * 1000))
    found = [files.get_files(f"session {place}", [f"{place}"])[0] for place in range(4)]
    assert [len(one.data) for one in found] == [1000, 1000, 0, 0]
    assert [one.type == held.REFUSED for one in found] == [False, False, True, True]
    files.remove_session_files("session 0")
    files.add_file("session 3", record(5, b"x" * 1000))
    assert len(files.get_files("session 3", ["5"])[0].data) == 1000


def test_a_run_gets_the_uploaded_file_itself_and_no_copy_of_its_bytes():
    file = UploadedFile(record(0, bytes(1000)), FileURLs())
    assert copy.deepcopy(file) is file


@pytest.mark.parametrize("size", [held.LARGE, held.LARGE + 1])
def test_a_large_file_without_room_is_refused_in_one_sentence(monkeypatch, size):
    monkeypatch.setattr(session.visits, "most_held", -1)
    file = UploadedFile(record(0, bytes(size)), FileURLs())
    if size > held.LARGE:
        with pytest.raises(ValueError, match="Try again in a few minutes"):
            held.check_room(file)
    else:
        held.check_room(file)


def test_a_file_that_others_hold_needs_no_room(monkeypatch):
    monkeypatch.setattr(session.visits, "most_held", -1)
    file = UploadedFile(record(0, bytes(held.LARGE + 2)), FileURLs())
    (one,) = held.once([file.getvalue()], ("x",), make)
    held.check_room(file)
    del one
    gc.collect()
    with pytest.raises(ValueError, match="Try again in a few minutes"):
        held.check_room(file)
