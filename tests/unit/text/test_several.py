"""A training file, a test file, and labels in files of their own."""

from __future__ import annotations

import pytest

from seqlib.text import DEFAULT_CLASSES, read_several

TRAIN = b"".join(
    f"{text} {n},{label}\n".encode()
    for n in range(5)
    for label, text in enumerate(("i love you", "we play", "so funny", "i cry", "we eat"))
)
TEST = b"they eat soup,4\nshe cries,3\n"
LINES = b"i love you\nwe play ball\n"


def test_a_test_file_beside_the_training_file_is_the_test():
    """As the exercise has them, without a header, the test with some of the labels only."""
    files = [("train_emoji.csv", TRAIN), ("tesss.csv", TEST)]
    for order in (files, files[::-1]):
        data, report = read_several(order)
        assert len(data.train) == 25
        assert data.test.sentences == ("they eat soup", "she cries")
        assert data.test.classes == data.train.classes == DEFAULT_CLASSES
        assert data.test.labels.tolist() == [4, 3]
        assert "2 test sentences" in str(report.notes[0])


def test_one_file_is_split():
    data, report = read_several([("mine.csv", TRAIN)])
    assert (len(data.train), len(data.test)) == (20, 5)
    assert "fifth" in str(report.notes[0])


def test_labels_stand_in_a_file_of_their_own():
    data, _report = read_several(
        [
            ("X_train.txt", LINES),
            ("y_train.txt", b"label\nlove\nball\n"),
            ("X_test.txt", b"you and i\nthe match, at nine\n"),
            ("y_test.txt", b"love\nball\n"),
        ]
    )
    assert data.train.sentences == ("i love you", "we play ball")
    assert [data.test.classes[label].name for label in data.test.labels] == ["love", "ball"]
    assert data.test.sentences[1] == "the match, at nine"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("test.csv", TRAIN)], "no file to train on"),
        ([("a.csv", TRAIN), ("b.csv", TEST)], "Which file is which"),
        ([("text.txt", LINES), ("labels.txt", b"love\n")], "2 sentences and labels.txt 1"),
        ([("a.csv", TRAIN), ("test.csv", b"a fox runs,fox\na cat sits,cat\n")], "label fox"),
        ([("a.csv", b"one sentence,love\nanother one,sad\n")], "single sentence"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_sentence(files, says):
    with pytest.raises(ValueError, match=says):
        read_several(files)
