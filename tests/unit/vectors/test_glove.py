"""GloVe as the default: what its package must be, what is made of it, and what it answers."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from scripts import judge_vectors
from scripts.make_vectors import FIRST
from seqlib.text import shipped
from seqlib.vectors import Rows, WordVectors, load
from seqlib.vectors import glove as glove_module
from seqlib.vectors.glove import DIGESTS, FOLDER, INDEX, ROWS, open_glove, package_folder
from seqlib.vectors.keras_layer import embedding_matrix
from seqlib.vectors.projection import neighbours_kept, pca
from seqlib.vectors.wordvectors import unit

DATA = package_folder()


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return load()


@pytest.fixture
def without_package(monkeypatch) -> WordVectors:
    """What opens where the package is not installed."""
    monkeypatch.setattr(glove_module, "PACKAGE", "no_such_package")
    return open_glove()


def test_the_package_has_the_published_files():
    for name, digest in DIGESTS.items():
        with (DATA / name).open("rb") as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == digest, name


def test_the_matrix_is_the_seeds_and_nothing_of_it_is_copied(vectors):
    assert load() is vectors
    assert vectors.matrix.shape == (400_001, 50)
    assert isinstance(vectors.matrix, Rows)
    padding, rows = vectors.matrix.parts
    assert padding.shape == (1, 50)
    assert not padding.any()
    assert isinstance(rows.base, np.memmap)
    assert not rows.flags.writeable
    assert vectors.dim == vectors.vector("cucumber").shape[0] == 50
    assert len(vectors.word_to_index) + 1 == len(vectors.matrix)


def test_words_and_rows_are_the_packages_in_its_order(vectors):
    theirs = parquet.read_table(DATA / INDEX).column(0).to_pylist()
    assert list(vectors.words) == theirs
    rows = np.load(DATA / ROWS, mmap_mode="r")
    for row in (1, 2, 29_795, 400_000):
        assert vectors.index(theirs[row - 1]) == row
        np.testing.assert_array_equal(vectors.matrix[row], rows[row - 1])
    assert vectors.index("cucumber") == theirs.index("cucumber") + 1
    assert vectors.indices(["the", "qqxzy"]).tolist() == [1, 0]
    some = np.random.default_rng(0).integers(0, len(theirs), 500)
    assert vectors.indices([theirs[at] for at in some]).tolist() == (some + 1).tolist()


def test_the_known_fingerprint_is_that_of_all_words_and_numbers(vectors):
    same = WordVectors("the same", vectors.words, vectors.matrix)
    assert same.fingerprint == vectors.fingerprint == glove_module.FINGERPRINT


def test_without_the_package_the_commonest_words_open_and_say_so(vectors, without_package):
    first = without_package
    assert first.matrix.shape == (FIRST + 1, 50)
    assert not first.matrix[0].any()
    assert first.words[:] == vectors.words[:FIRST]
    assert first.index("pizza") == vectors.index("pizza")
    rows = vectors.matrix[: FIRST + 1]
    np.testing.assert_allclose(first.matrix, rows, rtol=1e-3, atol=1e-4)
    assert first.fingerprint == vectors.fingerprint
    assert "20,000" in first.name
    assert "pip install" in first.source
    assert "400,000" not in vectors.name
    assert "PDDL" in vectors.source


def test_a_package_with_other_files_is_not_used(tmp_path, monkeypatch):
    package = tmp_path / "other_glove"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").touch()
    np.save(package / "data" / ROWS, np.zeros((4, 50), np.float32))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(glove_module, "PACKAGE", package.name)
    assert len(open_glove()) == FIRST


def test_the_folder_stays_small_and_carries_the_licence():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 9e6
    licence = (FOLDER / "LICENSE.txt").read_text("utf-8")
    assert "Public Domain Dedication" in licence
    assert "Pennington" in licence


def test_opening_needs_no_arrow_no_writing_and_little_memory():
    code = (
        "import sys; from pathlib import Path; from seqlib.vectors import load\n"
        "def private(): return int(Path('/proc/self/status').read_text()"
        ".split('RssAnon:')[1].split()[0]) * 1024\n"
        "before = private(); found = load().neighbours('king', 3)\n"
        "print('pyarrow' in sys.modules, private() - before < 60e6, *(n.word for n in found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["False", "True", "prince", "queen", "ii"]


@pytest.mark.parametrize(
    "words",
    [
        "not i am the do n't you she my",
        "pizza burger bread breakfast hungry cake cooking ate",
        "baseball basketball soccer ball game pitcher played won",
        "love loved loves heart dear kiss beloved mother",
        "hate sad cry cried angry lonely failed miss worse",
    ],
)
def test_everyday_words_are_among_the_first_rows(without_package, words):
    assert [word for word in words.split() if word not in without_package] == []


def test_nearly_every_word_of_the_shipped_sentences_has_a_vector(vectors):
    words = [word for part in shipped() for words in part.tokens for word in words]
    assert np.mean(vectors.indices(words) > 0) > 0.99


@pytest.mark.parametrize(
    ("a", "b", "c", "d"),
    [
        ("man", "woman", "king", "queen"),
        ("paris", "france", "tokyo", "japan"),
        ("berlin", "germany", "rome", "italy"),
        ("good", "better", "bad", "worse"),
        ("walk", "walked", "talk", "talked"),
        ("france", "french", "spain", "spanish"),
        ("strong", "stronger", "weak", "weaker"),
        ("monday", "tuesday", "wednesday", "thursday"),
        ("dog", "dogs", "cat", "cats"),
        ("father", "mother", "son", "daughter"),
        ("france", "paris", "japan", "tokyo"),
        ("he", "she", "father", "mother"),
        ("king", "queen", "prince", "princess"),
        ("china", "beijing", "russia", "moscow"),
        ("go", "going", "eat", "eating"),
        ("man", "woman", "actor", "actress"),
        ("cat", "cats", "dog", "dogs"),
        ("fast", "faster", "slow", "slower"),
        ("see", "saw", "go", "went"),
    ],
)
def test_the_analogies_everybody_knows(vectors, a, b, c, d):
    for among in (None, 20_000):
        assert vectors.analogy(a, b, c, among=among).neighbours[0].word == d


def test_the_card_says_what_the_vectors_do(vectors):
    card = (FOLDER / "README.md").read_text("utf-8")
    kinds = judge_vectors.questions()
    for kind, asked in kinds.items():
        found = judge_vectors.judge(vectors, asked, judge_vectors.COMMON)
        assert f"| {kind} | {found.asked} | {found.first / found.asked:.0%} |" in card
    asked = [one for some in kinds.values() for one in some]
    assert f"{len(asked)} analogies" in card
    assert judge_vectors.judge(vectors, asked, judge_vectors.COMMON).first / len(asked) > 0.45


def test_the_judgement_asks_what_the_vectors_can_answer(vectors):
    kinds = judge_vectors.questions()
    asked = [one for some in kinds.values() for one in some]
    assert len(set(asked)) == len(asked) >= 339
    assert all(len({*one}) == 4 for one in asked)
    assert vectors.indices([word for one in asked for word in one]).all()
    some = asked[::60]
    for (a, b, c, _d), words in zip(some, judge_vectors.answers(vectors, some), strict=True):
        found = vectors.analogy(a, b, c, 5).neighbours
        assert [neighbour.word for neighbour in found] == words


def test_the_keras_layers_weights_are_the_matrix(vectors):
    weights, missing = embedding_matrix(vectors, vectors.word_to_index)
    assert weights.shape == (400_001, 50)
    assert missing == ()
    assert not weights[0].any()
    row = vectors.index("cucumber")
    np.testing.assert_array_equal(weights[row], vectors.vector("cucumber"))


def test_the_map_made_beforehand_is_of_the_first_words_and_keeps_neighbours(vectors):
    assert vectors.placed.shape == (FIRST, 2)
    points = np.asarray(vectors.placed, np.float32)
    rows = unit(vectors.matrix[1 : FIRST + 1])
    assert neighbours_kept(rows, points) > 0.35
    assert neighbours_kept(rows, pca(rows).project(rows)) < 0.1
