"""A few of the mutated uploads of ``benchmarks/fuzz_failures.py``, and what they once found."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from benchmarks import fuzz_failures
from benchmarks._mutations import KINDS, MODELS, array_headers, mutants
from seqlib import limits, vectors
from seqlib.archive import ArchiveError, Reader
from seqlib.emojify import open_model
from seqlib.vectors import VectorsError

EACH = 20


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_mutated_upload_is_read_or_refused_in_a_sentence(kind):
    failures = fuzz_failures.Failures()
    fuzz_failures.through_reader(kind, EACH, failures)
    assert not failures.counts, str(failures)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_sound_files_of_every_kind_are_read(kind):
    read = fuzz_failures.readers()[kind.name]
    for data in kind.seeds():
        read(data)


def test_mutants_are_the_same_for_the_same_seed_and_differ_from_their_file():
    once, again = (list(mutants(MODELS, 4)) for _ in range(2))
    assert once == again
    assert not set(once) & set(MODELS.seeds())
    assert once != list(mutants(MODELS, 4, seed=1))


def test_a_fault_is_seen():
    def breaks(data: bytes) -> None:
        raise KeyError("x")

    def mumbles(data: bytes) -> None:
        raise ValueError("negative seek value -1")

    def hangs(data: bytes) -> None:
        while True:
            pass

    assert "KeyError" in fuzz_failures.fault(breaks, b"")
    assert "no sentence" in fuzz_failures.fault(mumbles, b"")
    before, fuzz_failures.LONGEST = fuzz_failures.LONGEST, 0.05
    try:
        assert "took over" in fuzz_failures.fault(hangs, b"")
    finally:
        fuzz_failures.LONGEST = before


# What was found.


def _npz(**parts: bytes) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(f"{name}.npy", data)
    made.seek(0)
    return made


def _npy(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


HEADERS = (
    b"{" + b" " * 20,
    b"[" * 2000,
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000)}\n",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}\n",
)


@pytest.mark.parametrize("header", HEADERS)
def test_a_damaged_array_header_is_refused_before_anything_is_allocated(header):
    made = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    words = _npy(np.array(["a", "b"]))
    with pytest.raises(VectorsError, match=r"read|as long as it says"):
        vectors.load(_npz(words=words, vectors=made))
    with pytest.raises(ArchiveError, match=r"read|belongs there"):
        Reader(_npz(vectors=made).getvalue(), 10_000).array("vectors.npy", "<f4", (2, 3))


def test_words_with_halves_of_characters_are_refused_or_kept_readable():
    words = np.array(["a", "b"])
    words.view(np.uint32)[0] = 0xD800
    read = vectors.load(_npz(words=_npy(words), vectors=_npy(np.ones((2, 3), np.float32))))
    assert "b" in read.words
    for word in read.words:
        word.encode()


def test_an_archive_that_points_before_its_start_is_refused_in_a_sentence():
    whole = bytearray(MODELS.seeds()[0])
    place = whole.rindex(b"PK\x05\x06")
    whole[place + 16 : place + 20] = b"\xff\xff\xff\x7f"
    with pytest.raises(ValueError, match=r"not a SeqScope model file"):
        open_model(bytes(whole))


def test_an_upload_may_not_unpack_without_end(monkeypatch):
    monkeypatch.setattr(limits, "UPLOAD_UNPACKED", 1000)
    text = "\n".join(f"w{n} 0.5 0.5" for n in range(500)).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v.txt", text)
    made.seek(0)
    with pytest.raises(VectorsError, match="unpacks to more than"):
        vectors.load(made)


def test_headers_that_are_no_dictionary_are_among_the_mutants():
    import random

    sound = MODELS.seeds()[0]
    damaged = (array_headers(random.Random(n), sound) for n in range(40))
    assert any(b"__import__" in _all(data) for data in damaged)


def _all(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
