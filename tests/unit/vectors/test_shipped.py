"""The vectors that come with the program: what is in them, and that all share one copy."""

import csv

import numpy as np
import pytest

from scripts.vectors import judgement
from scripts.vectors.wordnet import tokens
from seqlib.vectors import load
from seqlib.vectors.folders import DEFAULT_FOLDER


@pytest.fixture(scope="module")
def vectors():
    return load()


def test_there_is_one_copy_and_it_is_memory_mapped(vectors):
    assert load() is vectors
    assert isinstance(vectors.matrix, np.memmap)
    assert vectors.matrix.dtype == np.float16


def test_size_and_values(vectors):
    assert len(vectors) >= 60_000
    assert vectors.dim == 50
    assert not vectors.matrix[0].any()
    rows = np.asarray(vectors.matrix[1:], np.float32)
    assert np.isfinite(rows).all()
    assert (vectors.norms[1:] > 0).all()
    assert 0.3 < np.sqrt((rows**2).mean()) < 0.6


def test_the_folder_stays_small_and_carries_its_licence():
    assert sum(path.stat().st_size for path in DEFAULT_FOLDER.iterdir()) < 8e6
    assert "Princeton University" in (DEFAULT_FOLDER / "LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "not i am the don't can't i'm isn't you she my",
        "pizza burger sushi breakfast hungry cake cooking ate",
        "baseball basketball soccer ball game pitcher played won",
        "love loved loves adore heart dear hugs kisses mother",
        "happy glad smile laughing funny joyful proud won",
        "hate sad cry cried angry lonely failed miss worse",
        "children women feet went bought running happier worst",
    ],
)
def test_everyday_words_and_forms_are_there(vectors, words):
    assert [word for word in words.split() if word not in vectors] == []


def test_nearly_every_word_of_the_shipped_sentences_has_a_vector(vectors):
    folder = DEFAULT_FOLDER.parent / "emojify"
    found = []
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found += [word in vectors for word in tokens(row["sentence"])]
    assert np.mean(found) > 0.99


def test_the_card_says_what_the_vectors_do(vectors):
    judged = judgement.judge(vectors)
    card = (DEFAULT_FOLDER / "README.md").read_text("utf-8")
    right, total = len(judgement.triples()) - len(judged["wrong"]), len(judgement.triples())
    first, all_of_them = len(judged["first"]), len(judgement.analogies())
    assert f"| {right} of {total} ({right / total:.0%}) |" in card
    assert f"| {first} of {all_of_them} ({first / all_of_them:.0%}) |" in card
    assert right / total > 0.9
    assert first / all_of_them > 0.2


def test_the_judgement_is_large_enough_and_uses_known_words(vectors):
    assert len(judgement.triples()) >= 60
    assert len(judgement.analogies()) >= 30
    words = (judgement.TRIPLES + judgement.ANALOGIES).split()
    assert [word for word in words if word not in vectors] == []


GROUPS = {
    "love": "love loved adore affection kiss sweetheart",
    "ball": "baseball basketball football tennis pitcher game",
    "happy": "happy glad joyful cheerful smile delighted",
    "sad": "sad unhappy grief lonely sorrow crying",
    "food": "pizza soup bread dinner cheese hamburger",
}


def test_the_five_emoji_classes_are_clusters(vectors):
    groups = [group.split() for group in GROUPS.values()]
    likeness = vectors.similarity_matrix([word for group in groups for word in group])
    label = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    np.fill_diagonal(likeness, np.nan)
    inside = np.nanmean(likeness[label[:, None] == label])
    outside = np.nanmean(likeness[label[:, None] != label])
    assert inside > outside + 0.3
    likeness = np.nan_to_num(likeness, nan=-1)
    assert (label[likeness.argmax(axis=1)] == label).mean() > 0.8
