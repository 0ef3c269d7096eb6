"""Files of word vectors as they are found: every kind that is wrong is named with its line."""

import gzip
import io
import re
import time
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib import limits
from seqlib.i18n import speaking
from seqlib.vectors import KINDS, VectorsError, WordVectors, cache_folder, load, loading
from seqlib.vectors import text as text_module

GLOVE = b"the 0.5 -0.25 1e-3\nof 1 2 3\ncucumber -0.1 .2 3.\n"


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file and load it with a cache of its own."""

    def read(data: bytes, name: str = "vectors.txt", **options):
        path = tmp_path / name
        path.write_bytes(data)
        return load(path, cache=tmp_path / "cache", **options)

    return read


def named(vectors) -> list[tuple[str, int | None]]:
    return [(problem.kind, problem.line) for problem in vectors.report.problems]


def binary(words: dict[bytes, list[float]], count: int | None = None, end: bytes = b"\n") -> bytes:
    dim = len(next(iter(words.values())))
    header = b"%d %d\n" % (len(words) if count is None else count, dim)
    return header + b"".join(
        word + b" " + np.array(row, "<f4").tobytes() + end for word, row in words.items()
    )


def test_glove_text_has_rows_from_one_and_a_row_of_padding(read):
    vectors = read(GLOVE)
    assert list(vectors.words) == ["the", "of", "cucumber"]
    assert [vectors.word_to_index[word] for word in vectors.words] == [1, 2, 3]
    assert vectors.matrix.shape == (4, 3)
    assert vectors.matrix.dtype == np.float32
    assert not vectors.matrix[0].any()
    np.testing.assert_array_equal(vectors.vector("the"), np.array([0.5, -0.25, 1e-3], np.float32))
    np.testing.assert_array_equal(vectors.word_to_vec_map["cucumber"], vectors.matrix[3])
    assert vectors.report.layout == "GloVe text"
    assert vectors.report.lines == 3
    assert not vectors.report.problems


def test_the_matrix_is_memory_mapped_and_cannot_be_written(read):
    vectors = read(GLOVE)
    assert isinstance(vectors.matrix, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        vectors.matrix[1, 0] = 9


@pytest.mark.parametrize(
    "data",
    [
        b"3 3\n" + GLOVE,
        GLOVE.replace(b"\n", b" \n"),
        GLOVE.replace(b"\n", b"\r\n"),
        GLOVE.replace(b" ", b"\t"),
        GLOVE.replace(b" ", b","),
        GLOVE.replace(b"of 1", b"of  1"),
        b"\xef\xbb\xbf" + GLOVE,
        b"\xef\xbb\xbf3 3\r\n" + GLOVE.replace(b"\n", b" \r\n"),
        gzip.compress(GLOVE, mtime=0),
    ],
    ids=["header", "space at end", "windows", "tabs", "commas", "two spaces", "bom", "all", "gzip"],
)
def test_every_way_of_writing_text_gives_the_same_vectors(read, data):
    vectors = read(data)
    assert list(vectors.words) == ["the", "of", "cucumber"]
    np.testing.assert_array_equal(
        vectors.matrix[1:], [[0.5, -0.25, np.float32(1e-3)], [1, 2, 3], np.float32([-0.1, 0.2, 3])]
    )
    assert not vectors.report.problems


@pytest.mark.parametrize("end", [b"\n", b""])
def test_word2vec_binary(read, end):
    rows = {b"the": [0.5, -1, 1e-7], "привет".encode(): [1, 2, 3], b"of": [32, 10, 0.1]}
    vectors = read(binary(rows, end=end), "vectors.bin")
    assert list(vectors.words) == ["the", "привет", "of"]
    np.testing.assert_array_equal(vectors.matrix[1:], np.array(list(rows.values()), np.float32))
    assert vectors.report.layout == "word2vec binary"
    assert not vectors.report.problems


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b"w%d 1 2\n" % n for n in range(11)),
        b"good 1 2\n" + b"bad 1\n" * 10,
        binary({b"w%d" % n: [1, 2] for n in range(11)}),
    ],
    ids=["words", "lines without", "binary"],
)
def test_an_upload_has_no_more_words_than_may_be_read(read, data, monkeypatch):
    assert len(read(data)) in (1, 11)
    monkeypatch.setattr(limits, "UPLOAD_WORDS", 10)
    with pytest.raises(VectorsError, match="over 10 words"):
        load(io.BytesIO(data))
    assert len(read(data, "again.txt")) in (1, 11)  # a file on the host's own disk


def test_two_long_vectors_take_little_memory(read):
    data = b"".join(word + b" 1" * limits.DIMENSIONS + b"\n" for word in (b"a", b"b"))
    tracemalloc.start()
    try:
        assert read(data).dim == limits.DIMENSIONS
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_word2vec_binary_longer_than_a_block(read):
    rows = np.random.default_rng(0).normal(size=(20_000, 60)).astype(np.float32)
    data = binary({f"w{k}".encode(): row for k, row in enumerate(rows)})
    vectors = read(data, "vectors.bin")
    np.testing.assert_array_equal(vectors.matrix[1:], rows)
    assert vectors.words[19_999] == "w19999"


@pytest.mark.parametrize("n", [1, 200])
def test_a_truncated_binary_file_keeps_the_whole_vectors(read, n):
    rows = {b"a": [0.5, 1, 1] * n, b"b": [0.5, 2, 3] * n, b"c": [0.5, 3, 4] * n}
    vectors = read(binary(rows)[:-6], "vectors.bin")
    assert list(vectors.words) == ["a", "b"]
    assert ("truncated", 3) in named(vectors)
    assert ("header", None) in named(vectors)


def test_a_binary_header_that_claims_too_many_or_too_few_words(read):
    rows = {b"a": [0.5, 1, 1], b"b": [0.5, 2, 3]}
    assert named(read(binary(rows, count=9), "more.bin")) == [("header", None)]
    fewer = read(binary(rows, count=1), "fewer.bin")
    assert list(fewer.words) == ["a"]
    assert named(fewer) == [("header", None)]


def test_a_binary_header_that_claims_too_long_vectors_is_refused_before_they_are_read(read):
    with pytest.raises(VectorsError, match=r"Vectors of over 20,000 numbers are not read\."):
        read(b"3 99999999999\nword " + bytes(range(200)))


@pytest.mark.parametrize("block", [1, 4])
def test_nan_and_duplicates_in_binary_are_named_by_number(read, monkeypatch, block):
    monkeypatch.setattr("seqlib.vectors.binary.BLOCK_WORDS", block)
    data = b"4 2\n" + b"".join(
        word + b" " + np.array(row, "<f4").tobytes() + b"\n"
        for word, row in [(b"a", [0.5, 1]), (b"a", [7, 7]), (b"b", [np.nan, 1]), (b"c", [0.5, 3])]
    )
    vectors = read(data, "vectors.bin")
    assert list(vectors.words) == ["a", "c"]
    assert named(vectors) == [("duplicate", 2), ("not finite", 3)]
    np.testing.assert_array_equal(vectors.matrix[1:], [[0.5, 1], [0.5, 3]])


def test_damaged_binary_is_refused(read):
    with pytest.raises(VectorsError, match="damaged"):
        read(binary({b"a": [0.5, 1]}, count=9) + b"\xff" * 5000, "vectors.bin")


def test_tokens_with_spaces_are_one_word(read):
    vectors = read(b"the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n")
    assert list(vectors.words) == ["the", ". . .", "at name@domain.com"]
    np.testing.assert_array_equal(vectors.vector("at name@domain.com"), [7, 8, 9])
    assert named(vectors) == [("spaces", 2), ("spaces", 3)]
    assert vectors.report.skipped == 0


def test_tokens_with_other_spaces_are_ordinary_words(read):
    tokens = ["\xa0", "new\xa0york", "a\u2028b", "c\x85d", "\u3000"]
    vectors = read("".join(f"{token} 1 2 3\n" for token in tokens).encode())
    assert list(vectors.words) == tokens
    assert not vectors.report.problems


def test_an_empty_token_is_skipped(read):
    vectors = read(b"the 1 2 3\n 4 5 6\n  7 8 9\nof 1 2 3\n")
    assert list(vectors.words) == ["the", "of"]
    assert named(vectors) == [("empty word", 2), ("empty word", 3)]
    vectors = read(binary({b"the": [0.5, 1, 1], b"": [0.5, 2, 3]}), "vectors.bin")
    assert (list(vectors.words), named(vectors)) == (["the"], [("empty word", 2)])


def test_a_duplicate_word_keeps_its_first_vector(read):
    vectors = read(b"the 1 2 3\nof 4 5 6\nthe 7 8 9\nThe 1 1 1\n")
    assert list(vectors.words) == ["the", "of", "The"]
    np.testing.assert_array_equal(vectors.vector("the"), [1, 2, 3])
    assert named(vectors) == [("duplicate", 3)]
    assert vectors.report.problems[0].text == "the"


def test_many_duplicates_leave_the_first_of_each(read):
    rng = np.random.default_rng(5)
    words = [f"w{k}" for k in rng.integers(0, 3000, 20_000)]
    rows = rng.normal(size=(20_000, 3)).astype(np.float32)
    lines = [
        f"{word} {a!r} {b!r} {c!r}\n" for word, (a, b, c) in zip(words, rows.tolist(), strict=True)
    ]
    firsts: dict[str, int] = {}
    for line, word in enumerate(words):
        firsts.setdefault(word, line)
    vectors = read("".join(lines).encode())
    assert list(vectors.words) == list(firsts)
    np.testing.assert_array_equal(vectors.matrix[1:], rows[list(firsts.values())])
    np.testing.assert_allclose(vectors.norms[1:], np.linalg.norm(vectors.matrix[1:], axis=1), 1e-5)
    assert all(vectors.word_to_index[word] == row for row, word in enumerate(firsts, 1))
    assert vectors.report.counts == {"duplicate": 20_000 - len(firsts)}
    again = [line for line, word in enumerate(words, 1) if firsts[word] != line - 1]
    assert [problem.line for problem in vectors.report.problems] == again[:100]


def test_wrong_column_counts_are_skipped(read):
    vectors = read(b"the 1 2 3\nof 4 5\nto 1 2 3 4\nand\nin 1 2 3\n")
    assert list(vectors.words) == ["the", "in"]
    assert named(vectors) == [("columns", 2), ("columns", 3), ("columns", 4)]
    assert vectors.report.skipped == 3
    assert vectors.report.lines == 5


def test_values_that_are_no_numbers_are_skipped(read):
    vectors = read(b"the 1 2 3\nof 1 x 3\nto 1_0 2 3\nin +1 2e0 3\non 1 0x1p3 3\n")
    assert list(vectors.words) == ["the", "in"]
    assert named(vectors) == [("number", 2), ("number", 3), ("number", 5)]


def test_values_that_are_not_finite_are_skipped(read):
    vectors = read(b"the 1 2 3\na nan 2 3\nb 1 inf 3\nc 1 2 -Infinity\nd 1 1e39 2\ne 1 1e999 2\n")
    assert list(vectors.words) == ["the"]
    assert named(vectors) == [("not finite", line) for line in range(2, 7)]


def test_a_truncated_last_line_is_skipped(read):
    for cut in (b"in 1 2", b"in 1 2 -", b"in"):
        vectors = read(GLOVE + cut, f"{len(cut)}.txt")
        assert list(vectors.words) == ["the", "of", "cucumber"]
        assert named(vectors) == [("truncated", 4)]


def test_a_missing_final_newline_loses_nothing(read):
    vectors = read(GLOVE.rstrip())
    assert len(vectors) == 3
    assert named(vectors) == [("no final newline", 3)]


def test_a_header_that_claims_more_words_than_there_are(read):
    vectors = read(b"400000 3\n" + GLOVE)
    assert len(vectors) == 3
    assert named(vectors) == [("header", 1)]
    assert "400,000" in str(vectors.report.problems[0])


def test_what_was_wrong_is_kept_and_said_in_the_language_of_whoever_reads_it(read):
    data = b"400000 3\n" + GLOVE
    (first,) = read(data).report.problems
    (again,) = read(data).report.problems  # from the cache
    assert again == first
    for problem in (first, again):
        assert str(problem) == (
            "line 1: The header and the contents disagree; the contents count. (it says "
            "400,000 × 3, the file has 3 lines of 3 numbers)"
        )
        with speaking("zh"):
            assert str(problem).startswith("第 1 行：")
            assert "400,000" in str(problem)
            assert not re.search("[a-z]", str(problem))


def test_a_header_with_the_wrong_dimension(read):
    vectors = read(b"3 50\n" + GLOVE)
    assert vectors.dim == 3
    assert named(vectors) == [("header", 1)]


def test_a_word_that_looks_like_a_header_line_is_a_word(read):
    vectors = read(b"7 1\n8 2\n9 3.5\nx 2\n")
    assert vectors.dim == 1


def test_lines_are_counted_with_the_header(read):
    assert named(read(b"3 3\n" + GLOVE + b"bad 1\n"))[-1] == ("columns", 5)


def test_single_cp1252_bytes_among_utf8(read):
    vectors = read("naïve 1 2 3\n".encode() + b"caf\xe9 4 5 6\n\x93so\x94 7 8 9\n\x81 1 1 1\n")
    assert list(vectors.words) == ["naïve", "café", "“so”", "\x81"]
    assert named(vectors) == [("encoding", 2), ("encoding", 3), ("encoding", 4)]


def test_a_cp1252_word_that_repeats_a_utf8_word_is_a_duplicate(read):
    vectors = read("café 1 2 3\n".encode() + b"caf\xe9 4 5 6\n")
    assert list(vectors.words) == ["café"]
    assert ("duplicate", 2) in named(vectors)


def test_cyrillic_and_cjk_words(read):
    words = ["привет", "猫", "ねこ", "🍴", "é", "e\u0301"]
    vectors = read("".join(f"{word} 1 2 {k}\n" for k, word in enumerate(words)).encode())
    assert list(vectors.words) == words
    assert vectors.vector("猫")[2] == 1


def test_empty_lines_are_counted(read):
    vectors = read(b"\nthe 1 2 3\n\n   \nof 1 2 3\n")
    assert list(vectors.words) == ["the", "of"]
    assert named(vectors) == [("empty line", 1), ("empty line", 3), ("empty line", 4)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (b"\n<!DOCTYPE html>\n<html><body>Not found</body></html>", "web page"),
        (b"<html>\n404 1 2\n</html>", "web page"),
        (b"Once upon a time\nthere was a file\n", "begins 'Once upon"),
        (bytes(range(128, 256)) * 40, "No line"),
        (b"1 2 3\n4 5 6\n7 8 9\n", "projector"),
        (b"a nan 1\nb nan 1\nc 1\n", "No line holds a word"),
        (gzip.compress(b"", mtime=0), "empty"),
        (gzip.compress(b"<html></html>", mtime=0), "web page"),
        (gzip.compress(GLOVE * 1000, mtime=0)[:12] + b"rubbish" * 40, "damaged"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (b"\x93NUMPY\x01\x00", "without words"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused_with_a_reason(read, tmp_path, data, message):
    with pytest.raises(VectorsError, match=message) as refused:
        read(data, "glove.6B.50d.txt")
    assert "glove.6B.50d.txt" in str(refused.value)
    assert list((tmp_path / "cache").glob("*")) == []


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(VectorsError, match="cannot be read"):
        load(tmp_path / "nowhere.txt")


def test_a_gzip_file_that_ends_early_keeps_what_can_be_read(read):
    rng = np.random.default_rng(0)
    lines = "".join(
        f"w{k} {a:.6f} {b:.6f}\n" for k, (a, b) in enumerate(rng.normal(size=(9000, 2)))
    )
    vectors = read(gzip.compress(lines.encode())[:-20_000], "vectors.gz")
    assert 1000 < len(vectors) < 9000
    assert "file ends early" in vectors.report.counts


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return made.getvalue()


def test_zip_reads_the_fullest_file_and_says_so_or_the_one_asked_for(read):
    data = zipped(sample_txt=GLOVE, glove_50d_txt=GLOVE * 2 + b"extra 1 2 3\n")
    fullest = read(data, "glove.zip")
    assert len(fullest) == 4
    assert named(fullest)[0] == ("other files", None)
    assert (fullest.report.member, fullest.report.others) == ("glove.50d.txt", ("sample.txt",))
    chosen = read(data, "glove.zip", member="sample.txt")
    assert len(chosen) == 3
    assert (chosen.report.member, chosen.report.others) == ("sample.txt", ("glove.50d.txt",))
    with pytest.raises(VectorsError, match=r"holds sample.txt, glove.50d.txt"):
        read(data, "glove.zip", member="glove.300d.txt")


def test_zip_of_a_binary_file(read):
    assert len(read(zipped(a_bin=binary({b"a": [0.5, 1], b"b": [2, 0.5]})), "a.zip")) == 2


def test_an_archive_without_files_is_refused(read):
    with pytest.raises(VectorsError, match="without files"):
        read(zipped(), "a.zip")


def npz(**arrays) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


def test_npz_with_and_without_a_padding_row(read):
    rows = np.arange(6).reshape(2, 3) + 1.0
    plain = read(npz(words=np.array(["猫", "b"]), matrix=rows), "a.npz")
    padded = read(npz(vocab=np.array(["猫", "b"]), W=np.vstack([np.zeros(3), rows])), "b.npz")
    for vectors in (plain, padded):
        assert list(vectors.words) == ["猫", "b"]
        np.testing.assert_array_equal(vectors.matrix[1:], rows)


def test_npz_words_that_cannot_be_kept_are_named(read):
    words = np.array(["a", "b\nc", "a", "d"])
    vectors = read(npz(words=words, matrix=np.array([[1.0], [2], [3], [np.inf]])), "a.npz")
    assert list(vectors.words) == ["a"]
    assert named(vectors) == [("line break", 2), ("duplicate", 3), ("not finite", 4)]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"words": np.array(["a"], object), "matrix": np.ones((1, 2))}, "Python objects"),
        ({"matrix": np.ones((1, 2))}, "one array of words"),
        ({"words": np.array(["a"]), "matrix": np.ones((3, 2))}, "1 words and 3 vectors"),
    ],
)
def test_npz_that_does_not_fit_is_refused(read, arrays, message):
    with pytest.raises(VectorsError, match=message):
        read(npz(**arrays), "a.npz")


def test_the_two_files_of_a_projector_export(read, tmp_path):
    (tmp_path / "metadata.tsv").write_text("word\tcount\nthe\t9\nof\t8\n", "utf-8")
    vectors = read(b"1\t2\n3\t4\n", "vectors.tsv", words=tmp_path / "metadata.tsv")
    assert list(vectors.words) == ["the", "of"]
    np.testing.assert_array_equal(vectors.matrix[1:], [[1, 2], [3, 4]])
    with pytest.raises(VectorsError, match="do not belong together"):
        read(b"1\t2\n", "short.tsv", words=tmp_path / "metadata.tsv")


def test_a_file_is_read_once_and_opened_from_then_on(read, tmp_path, monkeypatch):
    read(GLOVE + b"bad 1\n")
    monkeypatch.setattr("seqlib.vectors.loading.read_text", None)
    again = load(tmp_path / "vectors.txt", cache=tmp_path / "cache")
    assert again.word_to_index["cucumber"] == 3
    assert named(again) == [("columns", 4)]


def test_a_changed_file_is_read_again(read):
    assert len(read(GLOVE)) == 3
    assert len(read(GLOVE + b"in 1 1 1\n")) == 4


@pytest.mark.parametrize("name", ["matrix.npy", "words.txt"])
def test_a_damaged_cache_is_made_again(read, tmp_path, name):
    read(GLOVE)
    (folder,) = (tmp_path / "cache").iterdir()
    file = folder / name
    file.write_bytes(file.read_bytes()[:-4])
    again = load(tmp_path / "vectors.txt", cache=tmp_path / "cache")
    assert again.vector("cucumber")[2] == 3
    assert [made.name for made in (tmp_path / "cache").iterdir()] == [folder.name]


def test_reading_that_is_stopped_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("seqlib.vectors.text.BLOCK", 1 << 16)
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"".join(b"w%d 1 2 3\n" % k for k in range(200_000)))
    under_way = []

    def stop(fraction: float) -> None:
        if fraction > 0.9:
            under_way.extend(entry.name for entry in (tmp_path / "cache").iterdir())
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load(path, cache=tmp_path / "cache", progress=stop)
    assert [name.startswith(".partial-") for name in under_way] == [True]
    assert list((tmp_path / "cache").iterdir()) == []


def test_progress_rises_to_one(read):
    seen = []
    read(gzip.compress(GLOVE * 1000), "a.gz", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_an_upload_is_read_and_its_folder_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    upload = io.BytesIO(GLOVE)
    upload.name = "mine.txt"
    vectors = load(upload)
    assert vectors.name == "mine.txt"
    assert vectors.vector("of").tolist() == [1, 2, 3]
    assert len(list(tmp_path.iterdir())) == 1
    del vectors
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(VectorsError):
        load(io.BytesIO(b"hello"))
    assert list(tmp_path.iterdir()) == []


def test_the_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("SEQSCOPE_VECTORS", str(tmp_path))
    (tmp_path / "a.txt").write_bytes(GLOVE)
    load(tmp_path / "a.txt")
    assert cache_folder() == tmp_path / "opened"
    assert len(list(cache_folder().iterdir())) == 1


def test_vectors_are_read_where_their_cache_cannot_be_written(tmp_path):
    (tmp_path / "a.txt").write_bytes(GLOVE)
    assert len(load(tmp_path / "a.txt", cache=tmp_path / "a.txt" / "opened")) == 3


words = st.text(
    st.characters(codec="utf-8", exclude_characters=" \n\r\t", exclude_categories=["Cs"]),
    min_size=1,
    max_size=8,
).filter(lambda word: not word.startswith("\ufeff"))
values = st.lists(
    st.floats(width=64, allow_nan=False, allow_infinity=False), min_size=3, max_size=3
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(words, values, min_size=3, max_size=20))
def test_text_gives_what_float_gives(rows):
    data = "".join(f"{word} {' '.join(map(repr, row))}\n" for word, row in rows.items()).encode()
    layout = text_module.Layout(b" ", 3, None)
    parsed = text_module._parse(data, layout, True)
    with np.errstate(over="ignore"):
        expected = np.array([[float(repr(x)) for x in row] for row in rows.values()])
        expected = expected.astype(np.float32)
    keep = np.isfinite(expected).all(axis=1)
    assert [word.decode() for word in parsed.words] == [
        word for word, stays in zip(rows, keep, strict=True) if stays
    ]
    np.testing.assert_array_equal(parsed.matrix, expected[keep])


pieces = st.sampled_from(
    [b"a", b"b 1", "é".encode(), b"\xe9", b" ", b"  ", b"\t", b"\n", b"\r\n", b"1", b"-2.5", b"nan",
     b"x y", b"1 2\n", b"w 1 2\n", b"v 3 4\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=30).map(b"".join))
def test_any_bytes_give_a_word_or_a_reason_for_every_line(tail):
    data = b"p 1 2\nq 3 4\nr 5 6\n" + tail
    parsed = text_module._parse(data, text_module.Layout(b" ", 2, None), True)
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") else None]
    assert parsed.n_lines == len(lines)
    assert len(parsed.words) == len(parsed.matrix) == len(parsed.lines)
    refused = {line for kind, line, _ in parsed.findings if not KINDS[kind][0]}
    assert refused.isdisjoint(parsed.lines.tolist())
    assert refused | set(parsed.lines.tolist()) == set(range(len(lines)))
    assert all(parsed.words)


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_the_size_of_a_block_changes_nothing(read, monkeypatch, block):
    monkeypatch.setattr("seqlib.vectors.text.BLOCK", block)
    monkeypatch.setattr("seqlib.vectors.unpacking.HEAD", 256)
    good = "".join(f"wörd{k} {k} {k / 7} 3\n" for k in range(300))
    vectors = read(f"{good}x 1\n{good}y 1 2 3".encode(), f"{block}.txt")
    assert len(vectors) == 301
    assert vectors.matrix[300, 1] == np.float32(299 / 7)
    assert vectors.report.counts == {"columns": 1, "duplicate": 300, "no final newline": 1}
    assert vectors.report.problems[0].line == 301


def test_readers_who_ask_for_the_default_vectors_at_once_share_them(monkeypatch):
    """Thirty pages that were opened as the server started mapped the file fourteen times."""

    def slowly() -> WordVectors:
        time.sleep(0.02)
        return WordVectors.of(["a"], np.ones((1, 2)))

    monkeypatch.setattr(loading, "_once", lru_cache(maxsize=1)(slowly))
    with ThreadPoolExecutor(8) as readers:
        found = list(readers.map(lambda _reader: load(), range(8)))
    assert len({id(one) for one in found}) == 1
