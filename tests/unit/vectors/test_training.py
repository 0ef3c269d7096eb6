"""How the shipped vectors are made: the arithmetic against dense NumPy, the whole on a slice."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.vectors.cooccurrence import Sparse, ppmi, truncated_svd
from scripts.vectors.marks import gender, polarity
from scripts.vectors.vocabulary import Vocabulary, leans_on
from scripts.vectors.wordnet import WordNet, above, read, regular_forms, tokens
from seqlib.vectors import load

entries = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 8), st.floats(0.5, 9, width=32)),
    min_size=1,
    max_size=60,
)


def dense(matrix: Sparse) -> np.ndarray:
    out = np.zeros((matrix.height, matrix.width))
    out[matrix.rows, matrix.columns] = matrix.values
    return out


def made(entries) -> tuple[Sparse, np.ndarray]:
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    expected = np.zeros((7, 9))
    np.add.at(expected, (rows, columns), values)
    return Sparse.of(rows, columns, values, (7, 9)), expected


@settings(max_examples=100, deadline=None)
@given(entries)
def test_a_sparse_matrix_is_the_dense_one(entries):
    sparse, expected = made(entries)
    np.testing.assert_allclose(dense(sparse), expected, rtol=1e-6)
    np.testing.assert_allclose(dense(sparse.transposed()), expected.T, rtol=1e-6)
    other = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    np.testing.assert_allclose(sparse @ other, expected @ other, rtol=1e-4, atol=1e-4)


def test_products_do_not_depend_on_the_pieces(monkeypatch):
    sparse, expected = made([(r, c, r + c + 0.5) for r in range(7) for c in range(r, 9, 2)])
    monkeypatch.setattr("scripts.vectors.cooccurrence.CHUNK", 3)
    np.testing.assert_allclose(sparse @ np.eye(9, dtype=np.float32), expected, rtol=1e-6)


@settings(max_examples=100, deadline=None)
@given(entries)
def test_ppmi_is_what_its_formula_says(entries):
    sparse, counts = made(entries)
    found = dense(ppmi(sparse, smoothing=0.75))
    context = counts.sum(axis=0) ** 0.75
    with np.errstate(divide="ignore", invalid="ignore"):
        joint = counts / counts.sum(axis=1, keepdims=True)
        expected = np.log(joint / (context / context.sum()))
    expected[~(expected > 0)] = 0
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_truncated_svd_finds_the_leading_vectors():
    rng = np.random.default_rng(4)
    full = rng.normal(size=(80, 6)) @ (rng.normal(size=(6, 50)) * np.arange(6, 0, -1)[:, None])
    rows, columns = np.nonzero(full)
    vectors, values = truncated_svd(Sparse.of(rows, columns, full[rows, columns], full.shape), 4, 0)
    left, expected, _ = np.linalg.svd(full)
    np.testing.assert_allclose(values, expected[:4], rtol=1e-3)
    np.testing.assert_allclose(np.abs(vectors), np.abs(left[:, :4]), atol=1e-2)


def test_words_are_cut_as_in_the_app():
    assert tokens("Don't stop: it's 2 o'clock, ice-cream!") == [
        "don't", "stop", "it's", "2", "o'clock", "ice", "cream"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lemma", "pos", "forms"),
    [
        ("party", "n", ["parties"]),
        ("box", "n", ["boxes"]),
        ("boy", "n", ["boys"]),
        ("love", "v", ["loves", "loved", "loving"]),
        ("cry", "v", ["cries", "cried", "crying"]),
        ("play", "v", ["plays", "played", "playing"]),
        ("nice", "a", ["nicer", "nicest"]),
        ("beautiful", "a", []),
        ("quickly", "r", []),
    ],
)
def test_regular_forms(lemma, pos, forms):
    assert [form for form, _ in regular_forms(lemma, pos)] == forms


WORDNET = {
    "noun": """\
00000001 03 n 01 entity 0 000 | that which exists
00000002 18 n 02 person 0 human_being 0 001 @ 00000001 n 0000 | a human; "too much for a person"
00000003 18 n 01 woman 0 002 @ 00000002 n 0000 ! 00000004 n 0101 | an adult female; "two women"
00000004 18 n 01 man 0 001 @ 00000002 n 0000 | an adult male; "two women and six men"
00000005 18 n 01 queen 0 001 @ 00000003 n 0000 | a sovereign ruler
00000006 12 n 01 joy 0 001 ! 00000007 n 0101 | the emotion of great happiness
00000007 12 n 01 sorrow 0 001 ! 00000006 n 0101 | the emotion of sadness; "don't weep, child"
""",
    "verb": """\
00000001 37 v 01 enjoy 0 001 + 00000006 n 0101 00 | derive joy from; "men enjoyed it"
00000002 37 v 01 love 0 001 ! 00000003 v 0101 00 | have affection for; "she loves her child"
00000003 37 v 01 hate 0 001 ! 00000002 v 0101 00 | dislike intensely; "I don't hate him"
00000004 37 v 01 suffer 0 000 00 | feel sorrow or pain
""",
    "adj": """\
00000001 00 a 01 happy 0 002 ! 00000002 a 0101 & 00000003 a 0000 | enjoying joy
00000002 00 a 01 unhappy 0 001 ! 00000001 a 0101 | feeling sorrow
00000003 00 s 01 glad(p) 0 001 & 00000001 a 0000 | showing joy
00000004 00 a 02 good 0 pleasant 0 001 ! 00000005 a 0000 | giving joy
00000005 00 a 02 bad 0 unpleasant 0 001 ! 00000004 a 0000 | giving sorrow
""",
    "adv": '00000001 02 r 01 gladly 0 001 \\ 00000003 a 0101 | with joy; "she gladly came"\n',
}
EXTRA = {"noun": "fun pain", "verb": "", "adj": "", "adv": ""}


@pytest.fixture(scope="module")
def wordnet(tmp_path_factory):
    """A WordNet of a few meanings, in files of the real format."""
    folder = tmp_path_factory.mktemp("wordnet")
    tag = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
    for name, data in WORDNET.items():
        for number, word in enumerate(EXTRA[name].split()):
            data += f"{90 + number:08} 12 n 01 {word} 0 000 | what {word} is\n"
        (folder / f"data.{name}").write_text("  1 The licence of WordNet.  \n" + data, "utf-8")
        senses: dict[str, list[str]] = {}
        for line in data.splitlines():
            fields = line.split()
            for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]:
                senses.setdefault(word.partition("(")[0], []).append(fields[0])
        (folder / f"index.{name}").write_text(
            "  1 The licence of WordNet.  \n"
            + "".join(
                f"{word} {tag[name]} {len(found)} 0 {len(found)} 0 {' '.join(found)}  \n"
                for word, found in sorted(senses.items())
            ),
            "utf-8",
        )
        (folder / f"{name}.exc").write_text({"noun": "men man\nwomen woman\n"}.get(name, ""))
    (folder / "cntlist.rev").write_text("love%2:37:00:: 1 40\nwoman%1:18:00:: 1 9\n")
    return folder


@pytest.fixture(scope="module")
def net(wordnet) -> WordNet:
    return read(wordnet)


def test_reading_wordnet(net):
    person = net.synsets["n00000002"]
    assert person.lemmas == ("person", "human_being")
    assert person.pointers == (("@", "n00000001"),)
    assert person.examples == ("too much for a person",)
    assert "person" not in person.definition
    assert net.synsets["a00000003"].lemmas == ("glad",)
    assert net.counts["love"] == 40
    assert ("men", "n") in net.forms["man"]
    assert ("mans", "n") not in net.forms["man"]
    assert list(above(net, "n00000005")) == [
        ("n00000003", 0.6), ("n00000002", pytest.approx(0.36)), ("n00000001", pytest.approx(0.216))
    ]  # fmt: skip


def test_missing_wordnet_says_what_to_install(tmp_path):
    with pytest.raises(FileNotFoundError, match="apt-get install wordnet-base"):
        read(tmp_path)


def test_marks(net):
    assert gender(net, "n00000003") == "+female"
    assert gender(net, "n00000004") == "+male"
    assert gender(net, "n00000005") == "+female"  # its kind is woman
    assert gender(net, "n00000001") is None
    found = polarity(net)
    assert found["a00000001"] > 0 > found["a00000002"]
    assert found["a00000003"] > 0  # glad, from happy


def test_forms_lean_on_their_lemma_and_contractions_on_their_parts(net):
    vocabulary = Vocabulary(net, 1000)
    assert leans_on("loves", vocabulary) == ["love"]
    assert leans_on("women", vocabulary) == ["woman"]
    assert leans_on("don't", vocabulary) == ["do", "not"]
    assert leans_on("can't", vocabulary) == ["can", "not"]
    assert leans_on("love", vocabulary) == []
    assert {"the", "don't", "love", "loves", "loved", "women"} <= set(vocabulary.words)


def test_the_same_seed_gives_the_same_bytes_in_every_process(wordnet, tmp_path):
    code = """if True:
        import sys
        from pathlib import Path
        from scripts.train_vectors import save, train
        from scripts.vectors.wordnet import read
        wordnet, to = map(Path, sys.argv[1:])
        words, matrix = train(read(wordnet), 80, 5, seed=3)
        save(words, matrix, to, wordnet, lambda vectors: f"{len(vectors)} words")
    """
    written = []
    for hash_seed in "12":  # which decides the order of sets of strings
        to = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-c", code, str(wordnet), str(to)],
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": hash_seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        )
        written.append({path.name: path.read_bytes() for path in to.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"matrix.npy", "words.txt", "about.json", "README.md", "LICENSE.txt"}
    assert written[0]["LICENSE.txt"].endswith(b"\nThe licence of WordNet.\n")
    vectors = load(to)
    assert vectors.matrix.dtype == np.float16
    assert np.isfinite(vectors.matrix).all()
    assert not vectors.matrix[0].any()
    assert vectors.words[:].count("love") == 1
