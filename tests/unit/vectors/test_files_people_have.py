"""Files of word vectors as people have them: the right answer, and neighbours of each."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from seqlib import limits
from seqlib.archive import ArchiveError, Reader
from seqlib.i18n import speaking
from seqlib.vectors import VectorsError, load
from ui.embeddings.export import tsv_pair

FILES = Path(__file__).parents[2] / "files" / "vectors"
FIRST = np.array([0.0012, 0.2987, -0.2741, -0.8906, -0.4547, -0.9916, 0.0601, 1.3402], np.float32)
WORDS = ["the", "king", "it's", "naïve"]
ROWS = np.array([[0.5, -1.25, 0.03], [1, 2, 3.5], [-0.5, 0.25, 4], [7, 8, 9.5]], np.float32)


def text(between: str = " ", after_word: str | None = None, words: list[str] = WORDS) -> str:
    after_word = between if after_word is None else after_word
    return "".join(
        f"{word}{after_word}{between.join(map(str, row))}\n"
        for word, row in zip(words, ROWS.tolist(), strict=True)
    )


def read(data: bytes | str, name: str = "vectors.txt", **options):
    return load(io.BytesIO(data.encode() if isinstance(data, str) else data), name=name, **options)


def is_right(vectors, words: list[str] = WORDS) -> bool:
    return list(vectors.words) == words and np.array_equal(vectors.matrix[1:], ROWS)


@pytest.mark.parametrize(
    ("name", "n", "counts"),
    [
        ("V15_safetensors_renamed.bin", 24, {"no words": 1}),
        ("V17_gbk_words.txt", 8, {"charset": 1}),
        ("V17_utf16.txt", 24, {"charset": 1}),
        ("V19_bz2_as.txt", 24, {}),
        ("V19_glove.tar.gz", 24, {}),
        ("V19_xz_as.txt", 24, {}),
        ("V19_zip_ds_store.zip", 24, {}),
        ("V19_zip_kaggle_dataset.zip", 24, {}),
        ("V19_zip_with_readme.zip", 24, {}),
        ("V20_tab_then_spaces.txt", 24, {}),
        ("V20_tab_then_spaces_header.txt", 24, {}),
    ],
)
def test_every_file_gives_its_words_and_numbers(name, n, counts):
    with (FILES / name).open("rb") as file:
        vectors = load(file)
    assert (len(vectors), vectors.dim, vectors.report.counts) == (n, 8, counts)
    np.testing.assert_array_equal(vectors.matrix[1], FIRST)
    first = {"V17_gbk_words.txt": "苹果", "V15_safetensors_renamed.bin": "0"}.get(name, "the")
    assert vectors.word(1) == first


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("V14_fasttext.bin", "a fastText model"),
        ("V16_hdf5_as.bin", "an HDF5 file"),
        ("V19_7z_as.zip", "a 7z archive"),
    ],
)
def test_formats_that_are_not_read_are_named(name, what):
    with pytest.raises(VectorsError, match=what) as refused, (FILES / name).open("rb") as file:
        load(file)
    assert "�" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.", "a pickle"),
        (b"Rar!\x1a\x07\x01\0" + bytes(40), "a RAR archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(40), "Zstandard"),
        (b"PAR1" + bytes(40), "a Parquet table"),
        (b"SQLite format 3\0" + bytes(40), "SQLite"),
        (b"GGUF\3\0\0\0" + bytes(40), "a GGUF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture"),
        (gzip.compress(b"\x80\x04\x95" + bytes(40), mtime=0), "a pickle"),
        (bytes(range(256)) * 8, "in no format"),
    ],
)
def test_a_file_is_named_for_its_content_in_one_sentence(data, what):
    with pytest.raises(VectorsError, match=what) as refused:
        read(data, "vectors.vec")
    assert str(refused.value).count(".") <= 4
    assert "\n" not in str(refused.value)


# Separators.


@pytest.mark.parametrize(
    ("between", "after_word"),
    [
        *((one, None) for one in (" ", "\t", ",", ";", ", ", " ; ", " \t", "  ")),
        *((a, b) for a in (" ", "\t", ",", ";") for b in (" ", "\t", ",", ";") if a != b),
        (" ", "\t\t"),
        (", ", ": "),
    ],
)
@pytest.mark.parametrize("header", ["", "4 3\n", "4\t3\n", "4,3\n"])
def test_any_mixture_of_separators_with_or_without_a_header(between, after_word, header):
    vectors = read(header + text(between, after_word))
    words = [f"{word}:" for word in WORDS] if after_word == ": " else WORDS
    assert is_right(vectors, words)
    assert not vectors.report.counts


@pytest.mark.parametrize(
    "names", ["word,0,1,2", "word,1,2,3", "token,d0,d1,d2", ",x,y,z", ",0,1,2"]
)
def test_names_of_columns_are_no_word(names):
    assert is_right(read(f"{names}\n" + text(",")))


def test_words_may_end_with_numbers_and_hold_separators():
    words = ["item 1", "top 10", "a b 3", "x 4"]
    assert is_right(read(text("\t", words=words)), words)
    assert is_right(read(text(",", words=words)), words)
    tokens = [",", "1,000", ";", "a,b"]
    assert is_right(read(text(" ", words=tokens)), tokens)


def test_no_word_holds_its_own_numbers():
    mixed = text("\t", " ").replace("\t", ",", 3)
    for word in read(mixed).words:
        assert word in WORDS


def test_spreadsheets_quote_words_and_write_commas_for_points():
    quoted = "".join(
        '"{}",{}\n'.format(word, ",".join(f'"{x}"' for x in row))
        for word, row in zip(WORDS, ROWS.tolist(), strict=True)
    )
    assert is_right(read(quoted))
    for between in (";", "\t", " "):
        assert is_right(read(text(between).replace(".", ",")))
    assert is_right(read(text(" ", words=['"', "a", "b", "c"])), ['"', "a", "b", "c"])


def test_row_numbers_before_words_are_no_part_of_them():
    """As pandas writes a table with its index."""
    numbered = [f"{n},{line}" for n, line in enumerate(text(",").splitlines())]
    assert is_right(read("\n".join(numbered) + "\n"))
    header = ",word," + ",".join(f"d{n}" for n in range(ROWS.shape[1]))
    assert is_right(read("\n".join([header, *numbered]) + "\n"))
    quoted = [
        f'{n},"{line.replace(",", chr(34) + ",", 1)}'
        for n, line in enumerate(text(",").splitlines())
    ]
    assert is_right(read("\n".join(quoted) + "\n"))
    words = [str(2000 + n) for n in range(len(WORDS))]  # numbers that are words stay
    assert list(read("word,a,b,c,d\n" + text(",", words=["x", *words[1:]])).words)[1:] == words[1:]


def test_minus_signs_of_typesetting_and_line_ends_of_old_computers_are_read():
    assert is_right(read(text().replace("-", "\u2212")))
    assert is_right(read(text().replace("\n", "\r")))
    assert is_right(read(text().replace("\n", "\r").encode("utf-16")))


# Encodings.


@pytest.mark.parametrize(
    ("words", "codec", "name"),
    [
        (["苹果", "爱情", "快乐", "难过"], "gbk", "GBK"),
        (["蘋果", "愛情", "快樂", "難過"], "big5", "Big5"),
        (["苹果", "爱情", "快乐", "难过"], "utf-16", "UTF-16"),
        (["猫", "ねこ", "café", "привет"], "utf-16-be", "UTF-16"),
        (["猫", "ねこ", "café", "привет"], "utf-32", "UTF-32"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_text_in_other_encodings_is_read_and_the_encoding_named(words, codec, name, pack):
    vectors = read(pack(text(words=words).encode(codec)))
    assert is_right(vectors, words)
    assert [problem.text for problem in vectors.report.problems] == [name]
    with speaking("zh"):
        assert "UTF-8" in vectors.report.problems[0].what


RUSSIAN = "привет мир человек любовь собака кошка дом река вода мать отец хлеб"
JAPANESE = "これ 日本 東京 猫 犬 食べる 学校 先生 水 ありがとう 友達 音楽"
KOREAN = "사랑 학교 친구 물 고양이 강아지 음악 나라 사람 하늘 바다 집"
FRENCH = "été café mère père garçon forêt déjà noël être à où"


@pytest.mark.parametrize(
    ("words", "codec", "name"),
    [
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8"),
        (JAPANESE, "shift-jis", "Shift-JIS"),
        (JAPANESE, "euc-jp", "EUC-JP"),
        (KOREAN, "euc-kr", "EUC-KR"),
        (FRENCH, "cp1252", ""),
    ],
)
def test_words_of_other_scripts_are_read_in_their_encodings(words, codec, name):
    words = words.split()
    data = "".join(f"{word} 0.5 {n} -0.25\n" for n, word in enumerate(words)).encode(codec)
    vectors = read(data)
    assert list(vectors.words) == words
    assert vectors.report.counts == ({"charset": 1} if name else {"encoding": len(words)})
    assert not name or vectors.report.problems[0].text == name


# Pairs.


def pair(numbers: bytes, words: bytes):
    return read(numbers, "vectors.tsv", words=io.BytesIO(words))


NUMBERS = "".join("\t".join(map(str, row)) + "\n" for row in ROWS.tolist())


def test_a_projector_pair_is_read_in_either_order():
    numbers, words = (
        (FILES / "V10_vectors.tsv").read_bytes(),
        (FILES / "V11_meta_utf16.tsv").read_bytes(),
    )
    for first, second in ((numbers, words), (words, numbers)):
        vectors = pair(first, second)
        assert list(vectors.words[:3]) == ["the", "king", "queen"]
        np.testing.assert_array_equal(vectors.matrix[1], FIRST)
        assert len(vectors) == 24


@pytest.mark.parametrize(
    "words",
    [
        "\n".join(WORDS),
        "\n".join(WORDS) + "\n\n",
        "word\n" + "\n".join(WORDS),
        "Name\tcount\n" + "".join(f"{word}\t{n}\n" for n, word in enumerate(WORDS)),
        "\r\n".join(WORDS),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", ["\t", " ", ","])
def test_a_pair_with_or_without_a_header_in_any_encoding(words, codec, between):
    numbers = NUMBERS.replace("\t", between)
    assert is_right(pair(numbers.encode(codec), words.encode(codec)))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((FILES / "V11_meta_newline.tsv").read_bytes(), "24 vectors and 25 words"),
        (b"the\nking\n", "24 vectors and 2 words"),
        (b"word\tn\n" + b"a\t1\n" * 10 + b"b\nc\t1\n" + b"a\t1\n" * 12, "Line 12 of the words"),
        ((FILES / "V10_vectors.tsv").read_bytes(), "There are 24 vectors|Neither|No line"),
    ],
)
def test_a_pair_that_does_not_fit_is_refused_in_one_sentence(words, says):
    numbers = (FILES / "V10_vectors.tsv").read_bytes()
    if words == numbers:
        words, numbers = b"a b\nc d\n", b"e f\ng h\n"
        says = "Neither"
    with pytest.raises(VectorsError, match=says):
        pair(numbers, words)


def test_words_of_a_pair_may_look_like_numbers():
    words = ["1984", "7", "top 10", "3.5"]
    assert is_right(pair(NUMBERS.encode(), "\n".join(words).encode()), words)


def test_the_pair_that_leaves_opens_again_and_no_word_holds_a_tab():
    vectors = read(tsv_pair(["a\tb", "c\nd", "e", "f"], ROWS), "map-projector.zip")
    assert is_right(vectors, ["a b", "c d", "e", "f"])


# Archives.


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(files: dict[str, bytes], mode: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


OTHERS = {
    "README.md": b"# Vectors\n\nHello there, this is how to use them.\n" * 40,
    ".DS_Store": b"\0\0\0\1Bud1",
    "__MACOSX/._vectors.txt": b"\0\5\x16\7",
    "data/train.csv": b"text,label\nI love you,0\nso sad,1\n" * 20,
    "LICENSE": b"MIT\n",
    "picture.png": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize(
    "pack",
    [
        zipped,
        *(lambda files, mode=mode: tarred(files, mode) for mode in ("w", "w:gz", "w:bz2", "w:xz")),
    ],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
@pytest.mark.parametrize("inner", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_the_member_that_holds_vectors_is_read_whatever_lies_beside_it(pack, inner):
    vectors = read(pack({**OTHERS, "deep/vectors.vec": inner(text().encode())}), "a.zip")
    assert is_right(vectors)
    assert not vectors.report.counts


def sized(n: int, dim: int) -> bytes:
    """As many words with as many numbers."""
    return b"".join(b"w%d" % k + b" 0.25" * dim + b"\n" for k in range(n))


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"glove.50d.txt": (90, 50), "glove.100d.txt": (90, 100), "glove.300d.txt": (90, 300)}, 0),
        ({"sample.txt": (5, 50), "all.txt": (90, 50), "all.300d.txt": (90, 300)}, 1),
        ({"en.vec": (80, 50), "zh.vec": (90, 50)}, 0),
        ({"analogies.csv": (900, 3), "some.txt": (20, 50), "few.txt": (5, 300)}, 1),
    ],
)
def test_of_several_members_that_of_the_most_words_is_read_and_of_like_ones_the_smallest(
    files, wanted
):
    data = {**OTHERS, **{name: sized(*size) for name, size in files.items()}}
    name = list(files)[wanted]
    for made in (zipped(data), tarred(data, "w:gz")):
        report = read(made, "a.zip").report
        assert report.member == name
        assert str(report.problems[0].text).startswith(f"{name}; not read: {report.others[0]}")
        (chosen,) = {read(made, "a.zip", member=other).report.member for other in report.others[:1]}
        assert chosen == report.others[0]


def test_an_archive_without_vectors_says_what_it_holds():
    for made in (zipped(OTHERS), tarred(OTHERS, "w:gz")):
        with pytest.raises(
            VectorsError, match=r"No file in a.zip holds word vectors; it holds LICENSE"
        ):
            read(made, "a.zip")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_ends_early_keeps_what_can_be_read(pack):
    lines = "".join(f"w{n} {n / 7} {n / 3}\n" for n in range(40_000)).encode()
    vectors = read(pack(lines)[:-4000])
    assert 10_000 < len(vectors) < 40_000
    assert vectors.report.counts["file ends early"] == 1


# safetensors.


def tensors(tables: dict[str, tuple[str, list[int], bytes]], **notes: str) -> bytes:
    about: dict = {"__metadata__": notes} if notes else {}
    at = 0
    for name, (dtype, shape, data) in tables.items():
        about[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    head = json.dumps(about).encode()
    return struct.pack("<Q", len(head)) + head + b"".join(data for *_rest, data in tables.values())


BF16 = (ROWS.view(np.uint32) >> 16).astype("<u2").tobytes()


@pytest.mark.parametrize(
    ("dtype", "data"),
    [
        ("F32", ROWS.tobytes()),
        ("F64", ROWS.astype("<f8").tobytes()),
        ("F16", ROWS.astype("<f2").tobytes()),
        ("BF16", BF16),
    ],
)
def test_safetensors_of_every_float_type_alone_and_with_a_file_of_words(dtype, data):
    made = tensors({"bias": ("F32", [4], bytes(16)), "embedding.weight": (dtype, [4, 3], data)})
    vectors = read(made, "model.safetensors")
    assert list(vectors.words) == ["0", "1", "2", "3"]
    np.testing.assert_allclose(vectors.matrix[1:], ROWS, rtol=0.01)
    paired = read(made, "model.safetensors", words=io.BytesIO("\n".join(WORDS).encode()))
    assert list(paired.words) == WORDS
    noted = tensors({"w": (dtype, [4, 3], data)}, words=json.dumps(WORDS))
    assert list(read(noted).words) == WORDS


def test_of_several_tensors_the_embedding_of_words_is_read():
    row = ("F32", [4, 3], ROWS.tobytes())
    made = tensors({"position_embeddings": row, "word_embeddings": row, "dense": row})
    assert len(read(made)) == 4
    assert len(read(tensors({"bias": ("F32", [4], bytes(16)), "table": row}))) == 4
    with pytest.raises(VectorsError, match="several tables, a, b"):
        read(tensors({"a": row, "b": row}))
    assert len(read(tensors({"a": row, "b": row}), member="b")) == 4


@pytest.mark.parametrize(
    "about",
    [
        {"w": {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 480]}},
        {"w": {"dtype": "F32", "shape": [-4, -3], "data_offsets": [0, 48]}},
        {"w": {"dtype": "F32", "shape": [4, "x"], "data_offsets": [0, 48]}},
        {"w": {"dtype": "F32", "shape": [4, 3], "data_offsets": [96, 144]}},
        {"w": [1]},
        {"w": {"dtype": "I8", "shape": [4, 3], "data_offsets": [0, 12]}},
    ],
)
def test_damaged_safetensors_are_refused_in_a_sentence(about):
    head = json.dumps(about).encode()
    with pytest.raises(VectorsError, match=r"\.$"):
        read(struct.pack("<Q", len(head)) + head + ROWS.tobytes(), "a.safetensors")


# Bounds.


def a_word_without_end() -> bytes:
    return npz(np.array(["a" * 5_000_000]), np.ones((1, 3), np.float32))


def tensors_without_number() -> bytes:
    head = b'{"w":{"dtype":"F32","shape":[1,3],"data_offsets":[0,12]},"x":['
    head += b"{}," * 1_500_000 + b"0]}"
    return struct.pack("<Q", len(head)) + head + bytes(12)


def words_of_one_letter() -> bytes:
    n = limits.UPLOAD_WORDS + 1
    return npz(np.full(n, b"a", "S1"), np.zeros((n, 1), np.int8))


def tensors_that_promise_rows() -> bytes:
    about = {"w": {"dtype": "F32", "shape": [3_000_000, 1], "data_offsets": [0, 12_000_000]}}
    head = json.dumps(about).encode()
    return struct.pack("<Q", len(head)) + head + bytes(12)


def a_pair_without_end() -> bytes:
    made, n = io.BytesIO(), limits.UPLOAD_WORDS + 2
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.tsv", b"1\t2\n" * n)
        archive.writestr("metadata.tsv", b"ab\n" * n)
    return made.getvalue()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_word_without_end, "a row of over 8 MB"),
        (tensors_without_number, "list of tensors"),
        (tensors_that_promise_rows, "over 2,000,000 words"),
        (words_of_one_letter, "over 2,000,000 words"),
        (a_pair_without_end, "over 2,000,000 words"),
    ],
)
def test_few_bytes_do_not_become_much_memory(make, says):
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(VectorsError, match=says):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()


def test_a_line_of_very_many_fields_is_left_out_and_costs_little():
    good = b"".join(b"w%d 1 2 3\n" % n for n in range(300))
    data = gzip.compress(good + b"1 " * 1_500_000 + b"\n" + b"last 1 2 3\n")
    tracemalloc.start()
    try:
        vectors = read(data)
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()
    assert (len(vectors), vectors.report.counts) == (301, {"columns": 1})


def npz(words: np.ndarray, matrix: np.ndarray) -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, words=words, matrix=matrix)
    return made.getvalue()


def numbers_as_text(n: int) -> bytes:
    return b"".join(b"w%d" % k + b" 0.5" * 100 + b"\n" for k in range(n))


def binary(n: int) -> bytes:
    row = np.full(100, 0.1, "<f4").tobytes()
    return b"%d 100\n" % n + b"".join(b"w%d " % k + row for k in range(n))


@pytest.mark.parametrize(
    "make",
    [
        numbers_as_text,
        binary,
        lambda n: zipped({"v.txt": numbers_as_text(n)}),
        lambda n: tarred({"v.txt": numbers_as_text(n)}, "w:xz"),
        lambda n: numbers_as_text(n).decode().encode("utf-16"),
        lambda n: npz(np.array([f"w{k}" for k in range(n)]), np.zeros((n, 100), np.float32)),
        lambda n: npz(np.array([f"w{k}" for k in range(n)]), np.zeros((n, 100), np.float64)),
        lambda n: gzip.compress(numbers_as_text(n)),
        lambda n: bz2.compress(numbers_as_text(n)),
        lambda n: tensors({"w": ("F32", [n, 100], bytes(400 * n))}),
    ],
    ids=[
        "text",
        "binary",
        "zip",
        "tar.xz",
        "utf-16",
        "npz",
        "float64",
        "gzip",
        "bz2",
        "safetensors",
    ],
)
def test_memory_is_bounded_while_a_file_unpacks(make, tmp_path):
    n = 20_000  # 8 MB of numbers
    path = tmp_path / "vectors.bin"
    path.write_bytes(make(n))
    tracemalloc.start()
    vectors = load(path, cache=tmp_path / "cache")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(vectors) == n
    assert peak < 35e6, f"{peak / 1e6:.0f} MB"


def test_memory_is_bounded_while_a_pair_is_read():
    n = 20_000
    words = b"".join(b"w%d\n" % k for k in range(n))
    numbers = io.BytesIO((b"0.5\t" * 99 + b"0.5\n") * n)
    tracemalloc.start()
    assert len(load(numbers, words=io.BytesIO(words))) == n
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 35e6, f"{peak / 1e6:.0f} MB"


def test_an_upload_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    rows = limits.UPLOAD_UNPACKED // 4000 + 1
    head = {"descr": "<f4", "fortran_order": False, "shape": (rows, 1000)}
    made, held = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(held, head)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("matrix.npy", "w", force_zip64=True) as member:
            member.write(held.getvalue())
            for _piece in range(rows // 250 + 1):
                member.write(bytes(1_000_000))
        words = io.BytesIO()
        np.save(words, np.zeros(rows, "U1"))
        archive.writestr("words.npy", words.getvalue())
    assert len(made.getvalue()) < 3e6
    tracemalloc.start()
    with pytest.raises(VectorsError, match="unpacks to more than 256 MB"):
        load(made)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_of_an_archive_of_very_many_members_the_largest_are_looked_into():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(limits.MEMBERS + 1):
            archive.writestr(f"{number}.txt", b"")
    empty = made.getvalue()
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("vectors.txt", text())
    tracemalloc.start()
    assert is_right(read(made.getvalue(), "a.zip"))
    with pytest.raises(VectorsError, match=r"No file in a\.zip holds word vectors; it holds 1"):
        read(empty, "a.zip")
    with pytest.raises(ArchiveError):
        Reader(made.getvalue(), 10_000)
    assert tracemalloc.get_traced_memory()[1] < 5e6 + 2 * len(empty)
    tracemalloc.stop()


def test_of_a_tar_archive_of_very_many_members_the_largest_are_looked_into():
    members = {f"{n}.txt": b"" for n in range(limits.MEMBERS + 1)}
    assert is_right(read(tarred({**members, "vectors.txt": text().encode()}, "w:gz")))
    with pytest.raises(VectorsError, match=r"No file in .* holds word vectors; it holds"):
        read(tarred(members, "w:gz"))


def test_vectors_of_too_many_numbers_are_refused():
    with pytest.raises(VectorsError, match="over 20,000 numbers"):
        read("".join(f"w{n}" + " 1" * 20_001 + "\n" for n in range(3)))
    with pytest.raises(VectorsError, match="over 20,000 numbers"):
        read(npz(np.array(["a", "b"]), np.zeros((2, 20_001), np.float16)))
