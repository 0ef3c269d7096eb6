"""Pasted layers are read and never run; what cannot work is explained where it breaks."""

from __future__ import annotations

import pytest

from seqlib.shapes.arithmetic import annotate
from seqlib.shapes.blueprint import StackError
from seqlib.shapes.pasted import PasteError, build, read, sketch

EMOJIFY = """
model.add(layers.Embedding(100, 50))
LSTM(12, return_sequences=True),   # a batch of sequences
Dropout(0.5)
Bidirectional(GRU(8))
Dense(5, activation="softmax")
"""


def test_a_stack_is_as_keras_builds_it(keras):
    calls = read(EMOJIFY)
    ours, theirs = sketch(calls, (10,), "int32"), build(calls, (10,), "int32")
    assert [row.shape for row in ours.rows] == [row.shape for row in annotate(theirs)]
    assert ours.n_parameters == theirs.count_params()
    assert ours.rows[-2].shape == (None, 16)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("Embedding(9, 5)\nLSTM(3)\nLSTM(4)", 2, "set return_sequences=True there"),
        ("LSTM(3)", 0, "put an Embedding first"),
        ("Embedding(9, 5)\nEmbedding(9, 5)", 1, "put it first"),
        ("Embedding(9, 5)\nBidirectional(Dense(3))", 1, "put an LSTM, GRU or SimpleRNN into it"),
        ("Embedding(9, 5)\nDropout(1.5)", 1, "0 or more, and below 1"),
        ("Embedding(9, 5)\nLSTM(3, return_state=True)\nDense(2)", 1, "several results"),
    ],
)
def test_an_impossible_stack_is_explained_at_the_layer_that_breaks(text, place, says):
    with pytest.raises(StackError, match=says) as problem:
        sketch(read(text), (10,), "int32")
    assert problem.value.place == place
    assert len(problem.value.before.rows) == place + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no layer yet"),
        ("Conv2D(3)", "there is no Conv2D here"),
        ("LSTM()", r"write LSTM\(64\)"),
        ("LSTM(64, unit=3)", "no argument unit"),
        ("LSTM(n_a)", "has no value"),
        ("LSTM(10**99)", "has no value"),
        ("LSTM(99999999999)", "too large"),
        ("Dense(64", "is not a layer"),
        ("hello world", "is not a layer"),
        ("__import__('os').system('true')", "there is no"),
        ("Bidirectional()", "needs a layer inside"),
        ("LSTM(**x)", "without"),
        ("Dense(3)\n" * 40, "more than"),
        ("x" * 5000, "more than"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence_with_its_line(text, says):
    with pytest.raises(PasteError, match=says) as problem:
        read(text)
    assert str(problem.value).startswith("Line ")
    assert str(problem.value).endswith(".")
