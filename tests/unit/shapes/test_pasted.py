"""Pasted layers are read and never run; what cannot work is explained where it breaks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.shapes.arithmetic import annotate
from seqlib.shapes.blueprint import ACTIVATIONS, StackError
from seqlib.shapes.pasted import MAX_WEIGHTS, BuildError, LayerCall, PasteError, build, read, sketch

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
        ("Dense(2, activation='softmx')", 0, "'softmx' is no activation here"),
        ("Dense(2, ['tanh'])", 0, "no activation"),
        ("LSTM(2, 7)", 0, "no activation"),
        ("Bidirectional(GRU(2, 'nope'))", 0, "no activation"),
        ("SimpleRNN(2, activation=True)", 0, "no activation"),
        ("Activation('glu')", 0, "no activation"),
        ("Activation('" + "x" * 3000 + "')", 0, r"^.{,200}$"),
    ],
)
def test_an_impossible_stack_is_explained_at_the_layer_that_breaks(text, place, says):
    with pytest.raises(StackError, match=says) as problem:
        sketch(read(text), (10,), "int32")
    assert problem.value.index == place
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
        ("LSTM(0x" + "f" * 3900 + ")", r"~10\^4696 is too large"),
        ("LSTM(-0x" + "f" * 3900 + ")", r"~-10\^4696 is too large"),
        ("Dense(5, [[0x" + "f" * 3900 + "]])", "too large"),
        ("LSTM(" + "+".join("1" * 1900) + ")", r"“1\+1\+1.*…” has no value"),
        ("LSTM(a" + ".b" * 1900 + ")", "“a.b.b.*…” has no value"),
        ("LSTM(" + "not " * 900 + "1)", "“not not.*…” has no value"),
        ("LSTM(" + "-" * 3000 + "1)", "cannot be read"),
        ("LSTM(" + "[" * 190 + "x" + "]" * 190 + ")", "“x” has no value"),
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


@pytest.mark.parametrize(
    "literal",
    [
        "{'class_name': 'Dense', 'config': {'units': 3}}",
        *("{}", "{1}", "set()", "b'tanh'", "1j", "1+2j", "...", "f'tanh'", "f'{1}'", "-True"),
        *("-'a'", "~1", "1 if 1 else 2", "[1 for _ in 'a']", "(1, {})", "[[b'']]", "*[1]"),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        *("LSTM({})", "Dense(5, {})", "Dense(5, activation={})", "Activation({})"),
        *("Embedding(9, 5, {})", "Dense(5, 'tanh', {})", "LSTM(5, name={})"),
        *("Bidirectional(LSTM(5), {})", "Bidirectional(LSTM(5, activation={}))"),
    ],
)
def test_only_numbers_strings_flags_and_lists_of_them_are_values(place, literal):
    if literal.startswith("*") and "={}" in place:
        literal = f"({literal},)"
    with pytest.raises(PasteError, match="has no value"):
        read(place.replace("{}", literal))


@pytest.mark.parametrize(
    "text",
    [
        "Embedding(9, 5, 'zeros')",
        "Dense(5, 'tanh', 'x')",
        "Dropout(0.5, 'x')",
        "Activation('tanh', 'x')",
        "Flatten('x')",
        "Bidirectional(LSTM(5), 'sum', 'x')",
        "LSTM(5, 'tanh', 'sigmoid')",
        "Dense(5, kernel_initializer='zeros')",
        "LSTM(5, recurrent_activation='nope')",
        "Embedding(9, 5, embeddings_regularizer='l2')",
        "Dense(5, kernel_constraint='max_norm')",
    ],
)
def test_no_argument_that_the_stand_in_does_not_check_reaches_keras(text):
    with pytest.raises(PasteError, match=r"wrong number of arguments|has no argument"):
        read(text)


def test_numbers_with_a_sign_and_lists_are_read():
    (call,) = read("Dense(+5, [-1.5, (2, None), 'a', True])")
    assert call.args == (5, [-1.5, (2, None), "a", True])


def test_every_activation_is_one_that_keras_builds(keras):
    text = "".join(f"Dense(3, {name!r})\n" for name in ACTIVATIONS[:24])
    more = "".join(f"Activation({name!r})\n" for name in (*ACTIVATIONS[24:], None))
    for stack in (text, f"LSTM(3, None, return_sequences=True)\n{more}"):
        calls = read(stack)
        theirs = build(calls, (4, 2), "float32")
        ours = sketch(calls, (4, 2), "float32")
        assert [row.shape for row in ours.rows] == [row.shape for row in annotate(theirs)]


# Keras wants a Bidirectional's two directions to differ, and compares 1 with True.
REFUSED = "Bidirectional(GRU(3, go_backwards=1))"


def test_what_keras_refuses_gets_one_sentence(keras):
    calls = read(REFUSED)
    assert sketch(calls, (4, 2), "float32").n_parameters
    with pytest.raises(BuildError, match=r"^Keras refuses these layers.*\.$"):
        build(calls, (4, 2), "float32")


@pytest.mark.parametrize(
    "text",
    [
        "Embedding(400001, 300)",
        "Embedding(10000000, 1000)",
        "Embedding(9, 5)\nLSTM(1200)",
        "Embedding(9, 1000)\nFlatten()\nDense(10)",
        "Embedding(9, 5)\nDense(10000000)",
        "Embedding(9, 5)\n" + "Dense(2000)\n" * 3,  # too large together, not one by one
    ],
)
def test_a_large_model_is_refused_before_keras_makes_a_layer(text, monkeypatch):
    made = []
    monkeypatch.setattr(LayerCall, "keras", lambda call: made.append(call))
    with pytest.raises(BuildError, match=f"more than {MAX_WEIGHTS:,} weights"):
        build(read(text), (1000,), "int32")
    assert not made


PIECES = (
    *("LSTM", "GRU", "Bidirectional", "Dense", "Embedding", "Flatten", "Activation", "Dropout"),
    *("(", ")", "[", "]", "{", "}", ",", "=", ".", "*", "**", ":", "-", "+", "not ", "lambda "),
    *("64", "0x" + "f" * 3900, "1e999", "1j", "'tanh'", "b''", "f'{x}'", "True", "None", "..."),
    *("activation", "return_sequences", "name", "model.add", "\n", "#", "\\", "\0", "\u2028", "é"),
    *("(" * 300, "-" * 900, "not " * 900, "a" + ".b" * 900, "1" + "+1" * 900),
)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(("{}", "LSTM({})", "Embedding(9, 5)\nBidirectional(GRU(3, {}))")),
)
def test_any_text_gives_layers_or_one_sentence(text, around):
    try:
        calls = read(around.replace("{}", text))
        sketch(calls, (10,), "int32")
        str(calls)
    except (PasteError, StackError) as refused:
        assert "\n" not in str(refused)  # noqa: PT017
