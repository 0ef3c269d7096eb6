"""Pasted code is read and never run: what it says is drawn, what cannot work is explained."""

from __future__ import annotations

import ast
import os
import random
import re
import tracemalloc
from pathlib import Path

import pytest

from seqlib.i18n import speaking
from seqlib.shapes.code import confirming
from seqlib.shapes.code.confirming import MAX_WEIGHTS, BuildError
from seqlib.shapes.code.machine import MAX_STEPS
from seqlib.shapes.code.reading import MAX_LETTERS
from seqlib.shapes.layers.base import ACTIVATIONS
from seqlib.shapes.pasted import Pasted, PasteError, confirmed, read

PIECES = {path.stem: path.read_text("utf-8") for path in Path(__file__).parent.glob("pieces/*.txt")}
DRAWN = {
    # piece: (weights, shape of the output, number of outputs, models)
    "P01_input_length": (592_293, (None, 5), 1, 1),
    "P02_full_cell": (723_877, (None, 5), 1, 1),
    "P05_functional": (20_223_927, (None, 5), 1, 1),
    "P06_variables": (592_293, (None, 5), 1, 1),
    "P07_multiline": (714_369, (None, 1), 1, 1),
    "P08_one_line": (592_293, (None, 5), 1, 1),
    "P13_bi_rs": (858_274, (None, 10, 2), 1, 1),
    "P14_initializers": (592_293, (None, 5), 1, 1),
    "P16_old_keras": (1_371_701, (None, 10, 1), 1, 1),
    "P20_gt_prompt": (76_416, (None, 32), 1, 1),
    "P22_seed": (723_877, (None, 5), 1, 1),
    "S1_djmodel": (41_678, (None, 78), 30, 1),
    "S4_all_of_the_note": (41_678, (None, 78), 30, 2),
    "N01_seq2seq": (79_440, (None, None, 80), 1, 3),
    "N02_many_to_many": (4_949, (None, 20, 1), 1, 1),
    "N03_char_rnn": (104_508, (None, 60), 1, 1),
    "N04_tagger": (621_805, (None, 10, 5), 1, 1),
    "N05_attention": (52_960, (None, 11), 10, 1),
    "N06_stacked_gru": (39_473, (None, 1), 1, 1),
    "N07_stateful": (245, (1, 1), 1, 1),
    "N08_conv_lstm": (2_638_895, (None, 1), 1, 1),
    "N09_imdb_old": (2_691_713, (None, 1), 1, 1),
    "N10_sine": (10_451, (None, 1), 1, 1),
    "N11_autoencoder": (21_024, (None, 10, 8), 1, 2),
    "N12_chinese": (579_653, (None, 5), 1, 1),
    "N13_tf_keras": (2_757_761, (None, 1), 1, 1),
    "N14_pretrained": (549_285, (None, 5), 1, 1),
    "N16_function": (335_569, (None, 1), 1, 1),
    "N17_siamese": (82_305, (None, 1), 1, 1),
    "N18_cells": (120_899, (None, 3), 1, 1),
    "N19_djmodel_fit": (45_530, (None, 90), 50, 1),
    "N20_middle_of_a_list": (168_881, (None, 10, 17), 1, 1),
    "N22_attention_layer": (90_102, (None, 2), 1, 1),
    "N23_merge": (25_482, (None, 10), 1, 1),
    "N24_cnn_over_frames": (4_864, (None, 24), 1, 1),
}
REFUSED = {"N15_class": "Classifier is a class", "N21_torch": "this is PyTorch"}
# Operations of other libraries, and models inside layers, are not handed to Keras.
NOT_CONFIRMED = {"P05_functional", "N19_djmodel_fit", "N24_cnn_over_frames"}


def outputs(found: Pasted) -> list[tuple]:
    return [row.shape for row in found.models[0].sketch.rows if row.role == "output"]


def remarks(found: Pasted) -> str:
    return "\n".join(map(str, found.remarks))


def test_every_piece_is_expected_somewhere():
    assert PIECES.keys() == {*DRAWN, *REFUSED, "P10_missing_rs"}


@pytest.mark.parametrize("name", DRAWN)
def test_code_as_people_paste_it_is_drawn(name):
    weights, shape, n_outputs, n_models = DRAWN[name]
    found = read(PIECES[name])
    assert found.fault is None
    assert outputs(found) == [shape] * n_outputs
    assert found.models[0].sketch.n_parameters == weights
    assert len(found.models) == n_models


@pytest.mark.parametrize("name", REFUSED)
def test_code_that_is_no_keras_model_gets_one_sentence(name):
    with pytest.raises(PasteError, match=rf"^Line 1: {REFUSED[name]}[^\n]+\.$"):
        read(PIECES[name])


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in NOT_CONFIRMED])
def test_keras_confirms_every_model_of_a_piece(keras_installed, name):
    for number in range(DRAWN[name][3]):
        assert confirmed(PIECES[name], {}, number)


@pytest.mark.parametrize("name", sorted(NOT_CONFIRMED))
def test_what_keras_is_not_given_is_said(keras_installed, name):
    with pytest.raises(BuildError, match=r"^Not confirmed by Keras: [^\n]+\.$"):
        confirmed(PIECES[name], {})


def test_a_wrong_stack_is_drawn_up_to_the_layer_that_does_not_fit():
    found = read(PIECES["P10_missing_rs"])
    assert found.fault is not None
    assert (found.fault.line, found.fault.layer) == (3, "LSTM(64)")
    assert "gets (None, 128). Set return_sequences=True in LSTM(128), line 2." in str(found.fault)
    rows = found.models[0].sketch.rows
    assert [row.shape for row in rows] == [(None, 10), (None, 10, 50), (None, 128)]


def test_old_arguments_are_translated_and_named():
    said = remarks(read(PIECES["P16_old_keras"]))
    for old, new in (
        ("input_length=", "Input(shape=(Tx,))"),
        ("dropout=", "SpatialDropout1D"),
        ("output_dim=", "units="),
        ("inner_activation=", "recurrent_activation="),
        ("TimeDistributedDense(…)", "TimeDistributed(Dense(…))"),
    ):
        assert re.search(rf"{re.escape(old)}.*{re.escape(new)}", said), old
    assert "nothing" not in said


def test_sizes_that_are_not_said_are_asked_for_and_set():
    found = read(PIECES["S1_djmodel"])
    assert {one.name: one.value for one in found.asked} == {"n_a": 64, "n_values": 78, "Tx": 30}
    sketch = read(PIECES["S1_djmodel"], {"Tx": 7, "n_a": 5}).models[0].sketch
    assert sum(row.role == "output" for row in sketch.rows) == 7
    assert len(outputs(read(PIECES["S1_djmodel"], {"Tx": 290}))) == 290
    assert sketch.axes[0] == ("m", "Tx", "n_values")
    assert sketch.n_parameters == 4 * (78 + 5 + 1) * 5 + 6 * 78


def test_a_loop_is_drawn_once_and_shared_weights_are_counted_once():
    sketch = read(PIECES["S1_djmodel"]).models[0].sketch
    loops = [(one.loop, one.turns, one.shared) for one in sketch.drawn if one.loop]
    assert loops == [("for t in range(Tx)", 30, True)] * 4
    lstm = next(layer for layer in sketch.layers if layer.kind == "LSTM")
    assert (lstm.title, lstm.uses, lstm.n_parameters) == ("LSTM_cell", 30, 36_608)
    mistake = PIECES["S1_djmodel"].replace(
        "a, _, c = LSTM_cell(x,", "a, _, c = LSTM(n_a, return_state=True)(x,"
    )
    drawn = read(mistake).models[0].sketch.drawn
    assert {one.shared for one in drawn if one.loop} == {False}


def test_what_is_skipped_is_said():
    assert "imports, compile, summary" in remarks(read(PIECES["P02_full_cell"]))
    assert "the lambda" not in remarks(read(PIECES["P02_full_cell"]))
    assert "t has its last value" in remarks(read(PIECES["S1_djmodel"]))
    assert "Model(input=…) is written Model(inputs=…)" in remarks(read(PIECES["S1_djmodel"]))


@pytest.mark.parametrize("step", ["X[t]", "X[t, :, :]", "Lambda(lambda z: z[t, :, :])(X)"])
def test_a_slice_of_the_batch_is_told_from_a_time_step(step):
    code = "X = Input((30, 78))\nfor t in range(30):\n    x = Dense(5)({})"
    assert "Line 3: The first axis of (None, 30, 78) is the batch" in remarks(
        read(code.format(step))
    )
    assert "the batch" not in remarks(read(code.format("X[:, t, :]")))


def test_every_sentence_is_spoken_in_chinese():
    with speaking("zh"):
        assert "第 3 行" in str(read(PIECES["P10_missing_rs"]).fault)
        assert "写作" in remarks(read(PIECES["P16_old_keras"]))
        with pytest.raises(PasteError, match=r"^第 1 行：.*PyTorch.*。$"):
            read(PIECES["N21_torch"])


E10 = "Embedding(9, 5, input_length=10)\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"{E10}LSTM(3)\nLSTM(4)", 3, r"Set return_sequences=True in LSTM\(3\), line 2\."),
        (f"{E10}Bidirectional(GRU(3))\nConv1D(4, 2)", 3, "Set return_sequences=True in Bidirect"),
        (f"{E10}LSTM(3)\nTimeDistributed(Dense(2))", 3, "Set return_sequences=True"),
        ("x = Input((10,), dtype='int32')\nLSTM(3)(x)", 2, "put an Embedding first"),
        ("x = Input((10,))\nLSTM(3)(x)", 2, r"gets \(None, 10\)\. Give the input steps"),
        ("Embedding(9, 5)\nEmbedding(9, 5)", 2, "put it first"),
        ("Embedding(9, 5)\nBidirectional(Dense(3))", 2, "put an LSTM, GRU or SimpleRNN into it"),
        ("Embedding(9, 5)\nDropout(1.5)", 2, "a number from 0 to 1"),
        ("Embedding(9, 5)\nLSTM(3, return_state=True)\nDense(2)", 2, "several results"),
        ("LSTM(2)\nDense(2, activation='softmx')", 2, "'softmx' is no activation here"),
        ("LSTM(2)\nDense(2, ['tanh'])", 2, "no activation"),
        ("LSTM(2)\nLSTM(2, 7)", 2, "no activation"),
        ("LSTM(2)\nBidirectional(GRU(2, 'nope'))", 2, "no activation"),
        ("LSTM(2)\nActivation('" + "x" * 3000 + "')", 2, r"^.{,200}$"),
        ("LSTM(2)\nDense(0)", 2, "whole number of at least 1"),
        ("LSTM(2)\nDense(3, use_bias='no')", 2, "True or False"),
        ("LSTM(2)\nLSTM(64, unit=3)", 2, "no argument unit here; units is meant"),
        ("LSTM(2)\nLSTM(64, return_sequence=True)", 2, "return_sequences is meant"),
        ("LSTM(2)\nDense(3, foo=1)", 2, "it takes units, activation"),
        ("LSTM(2)\nLSTM()", 2, r"write LSTM\(64\)"),
        ("LSTM(2)\nReshape((7,))", 2, "do not fit into"),
        ("LSTM(2)\nRepeatVector(3)\nPermute((1, 1))", 3, "name every axis"),
        ("x = Input((4, 2))\na, b = LSTM(3)(x)", 2, "set return_state=True"),
        ("x = Input((4, 2))\na, b = LSTM(3, return_state=True)(x)", 2, "three"),
        ("x = Input((4, 2))\nLSTM(3)(x, initial_state=[x])", 2, "keeps 2 states"),
        ("x = Input((4, 2))\ny = Input((3,))\nAdd()([x, y])", 3, "do not fit"),
        ("x = Input((4, 2))\ny = Input((3, 3))\nConcatenate(1)([x, y])", 3, "differ on axis 1"),
        ("x = Input((4, 2))\ny = LSTM(3)\nDense(2)(y)", 3, "a layer and no tensor yet"),
        ("x = Input((4, 2))\ny = Input((2,))\nModel(x, Dense(1)(y))", 3, "not among its inputs"),
        ("x = Input((4, 2))\nDense(1)(x[:, 9])", 2, "Step 9 is none of"),
        ("x = Input((4, 2))\nLSTM(3, stateful=True)(x)", 2, "batch must be fixed"),
        ("x = Input((4, 2))\ny = Input((4, 5))\nd = Dense(1)\nd(x)\nd(y)", 5, "weights for 2"),
        ("x = Input((4, 2))\nBidirectional(GRU(3, go_backwards=True))(x)", 2, "both ends"),
        ("x = Input((4, 2))\nLambda(lambda z: Dense(2)(z))(x)", 2, "add output_shape"),
        ("x = Input((4, 2))\ntf.matmul(x, 3)", 2, "these arguments cannot be read"),
        ("x = Input((9, 4, 2))\nLSTM(3)(x)", 2, r"the batch, which Input\(shape=…\) leaves out"),
        ("x = Input((4, 2))\nLSTM(3)([Dense(5)(x[:, t]) for t in range(4)])", 2, "a list of 4"),
        (
            "x = Input((4, 2))\nLSTM(3)(x, return_sequences=True)",
            2,
            r"LSTM\(…, return_sequences=…\)",
        ),
        ("x = Lambda(lambda z: X[:, 1, :])(X)", 1, "“X” is not made in the text"),
        ("x = Input((4, None))\nMultiHeadAttention(2, 3)(x, x)", 2, "how many features"),
    ],
)
def test_what_does_not_fit_is_explained_with_line_and_cure(text, line, says):
    fault = read(text).fault
    assert fault is not None
    assert fault.line == line
    assert re.search(says, fault.message), fault.message
    assert str(fault).startswith(f"Line {line}: ")
    assert str(fault).endswith(".")
    assert "\n" not in str(fault)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no layer yet"),
        ("x = 3", "no layer yet"),
        ("Conv2D(3)", "there is no Conv2D here"),
        ("Attentoin(3)", "there is no Attentoin here"),
        ("keras.layers.Attentoin(3)", "there is no Attentoin here"),
        ("model.add(foo(3))", "not a layer known here"),
        ("x = Input((4, 2))\nModel(x, [out])", "“out” is not made in the text"),
        ("LSTM()", r"write LSTM\(64\)"),
        ("LSTM(64, unit=3)", "no argument unit"),
        ("Reshape(5)\nDense(3)", "Reshape: 5 is no shape"),
        ("LSTM(10**99)", "has no value"),
        ("LSTM(1 / 0)", "has no value"),
        ("LSTM(99999999999)", "too large"),
        ("LSTM(0x" + "f" * 3900 + ")", r"~10\^4696 is too large"),
        ("LSTM(-0x" + "f" * 3900 + ")", r"~-10\^4696"),
        ("LSTM(" + "+".join("1" * 1900) + ")", "nested too deeply"),
        ("LSTM(a" + ".b" * 1900 + ")", "nested too deeply"),
        ("LSTM(" + "not " * 900 + "1)", "nested too deeply"),
        ("LSTM(" + "-" * 3000 + "1)", "cannot be read|nested too deeply"),
        ("Dense(64", "is not a layer"),
        ("hello world", "is not a layer"),
        ("Dense(5, 'softmax'))", "a bracket too many"),
        ("LSTM(64 return_sequences=True)", "a comma is missing"),
        ("for t in range(3)\n    x = LSTM(4)", "no colon at its end"),
        ("X = Input(shape=30, 78)", "a shape is one value"),
        ("model.add(LSTM(64), input_shape=(30, 78))", "input_shape= belongs within"),
        ("m = Sequential()\nm.add(LSTM(64), input_shape=(30, 78))", "input_shape= belongs within"),
        ("m = Sequential\nm.add(LSTM(64))", r"model = Sequential\(\)"),
        ("x = X[:, t, :]\nx = reshapor(x)\nout = densor(x)", "Line 2: “reshapor” is not made"),
        ("for t in range(3):\n    x = 1\n  y = 2\nLSTM(3)", "Line 3: “y = 2” is not indented"),
        ("Bidirectional()", "wrong number of arguments"),
        ("LSTM(**x)", "without"),
        ("Dense(3)\n" * 400, "more than"),
        ("x" * 9000, "more than"),
        ("for i in range(10**6): x = LSTM(3)(x)", "turns"),
        ("for i in range(10**30): x = LSTM(3)(x)", "turns"),
        ("while True: x = LSTM(3, return_sequences=True)(x)", "layers|too long"),
        ("def f(x): return f(Dense(3)(x))\nf(Input((4, 2)))", "too deeply"),
        ("from attention import Attention\nx = Attention(8)(Input((4, 2)))", "not a layer known"),
        ("class Own(Layer):\n  pass\nx = Own()(Input((4, 2)))", "a class of the text's own"),
        ("class Own(Model):\n  def call(self, x):\n    return x", "is a class"),
        ("class Own:\n  def make(self):\n    return LSTM(3)(x)\nOwn().make()", "is a class"),
        ("library(keras)\nmodel %>% layer_lstm(units = 32)", "this is R"),
        ("x = tf.placeholder(tf.float32)\ncell = tf.nn.rnn_cell.LSTMCell(9)", "TensorFlow 1"),
        ("const model = tf.sequential();", "JavaScript"),
        ("layers = [sequenceInputLayer(12) lstmLayer(100)];", "MATLAB"),
        ("import paddle.nn as nn", "PaddlePaddle"),
        ("Layer (type)    Output Shape   Param #\n=====", "summary"),
        ('{"class_name": "Sequential", "config": {}}', "configuration"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence_with_its_line(text, says):
    with pytest.raises(PasteError, match=says) as problem:
        read(text)
    assert re.match(r"Line \d+: [^\n]+\.$", str(problem.value))


@pytest.mark.parametrize(
    "value",
    [
        *("{'class_name': 'Dense', 'config': {'units': 3}}", "{}", "{1}", "set()", "b'tanh'", "1j"),
        *("1+2j", "-True", "-'a'", "~1", "(1, {})", "[[b'']]", "[{} for _ in 'a']", "f'{b\"\"}'"),
        *("open('x')", "eval('1')", "(lambda: {})()", "getattr(1, 'a')", "''.__class__"),
        *("int(open('x').read())", "[].__class__.__mro__[1]", "().__len__()"),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        *("LSTM({})", "Dense(5, {})", "Dense(5, activation={})", "Activation({})"),
        *("Embedding(9, 5, {})", "Dense(5, 'tanh', {})", "Dense(5, kernel_initializer={})"),
        *("Bidirectional(LSTM(5), {})", "Bidirectional(LSTM(5, activation={}))"),
    ],
)
def test_no_dictionary_and_no_object_of_pythons_is_a_value(place, value):
    with pytest.raises(PasteError, match="has no value"):
        read(place.replace("{}", value, 1))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("n = 3\nLSTM(2 * n + 1 if n > 2 else 4)", (None, 7)),
        ("Dense(+5, f'ta{\"nh\"}')", (None, 5)),
        ("x = Input((4, 2))\nx = Lambda(lambda z: z[:, -1, :])(x)\nDense(3)(x)", (None, 3)),
        ("x = Input((4,), dtype='int32')\nLambda(lambda z: K.one_hot(z, 7))(x)", (None, 4, 7)),
        ("x = Input((4, 2))\nLambda(lambda z: K.mean(z, axis=1))(x)", (None, 2)),
        ("x = Input((4, 2))\nLambda(my_function, output_shape=(9,))(x)", (None, 9)),
        ("x = Input((4, 2))\nDense(3)(tf.expand_dims(x[:, 0], 1))", (None, 1, 3)),
        ("In [3]: model.add(LSTM(8))", (None, 8)),
        ("> LSTM(8)\n> Dense(2)", (None, 2)),
        ("1 LSTM(8)\n2 Dense(2)", (None, 2)),
        ("x = Input((4, 2))\nif x:\n        y = Dense(3)(x)\n\tz = Dense(5)(y)", (None, 4, 5)),
        ("LSTM(8)\n-----\nValueError   Traceback (most recent call last)\n  x = 3", (None, 8)),
        ("LSTM(8)\nValueError: Input 0 is incompatible (None, 2)\nDense(2)", (None, 8)),
        ("LSTM(8),\n    Dense(2),\n])", (None, 2)),
        ("LSTM(8)(np.random.random((32, 10, 8)))", (32, 8)),
        ("m = Sequential([LSTM(4)])\ny = m(np.ones((2, 3, 4)))", (2, 4)),
        ("x = np.random.rand(6, 4, 2)\na = GRU(3)(x)\nAdd()([a, SimpleRNN(3)(x)])", (6, 3)),
        ("Embedding(9, 5)(np.zeros((2, 4)))", (2, 4, 5)),
        ("LSTM(8, return_sequences=true)\nLSTM(3, return_sequences=FALSE)", (None, 3)),
        ("Then a layer follows\nLSTM(8)\n.\nDense(2)", (None, 2)),
        ("```python\nLSTM(8)\n```\nand so on", (None, 8)),
        ('{"cells": [{"cell_type": "code", "source": ["LSTM(8)\\n", "Dense(2)"]}]}', (None, 2)),
        ("model.add(LSTM（8，activation=’tanh’））", (None, 8)),
        ("ＬＳＴＭ（１２８，return＿sequences＝Ｔｒｕｅ）\nDense(5)", (None, 10, 5)),
        ("model = tf.keras.models.Sequential()\nmodel.add(tf.keras.layers.LSTM(8))", (None, 8)),
        ("m = Sequential()\nm.add(LSTM(8))\nm.build(input_shape=(2, 5, 3))", (2, 8)),
        ("a = Sequential([LSTM(8)])\nb = Sequential([Input((5, 3)), a, Dense(2)])", (None, 2)),
        ("a = Sequential([LSTM(8)])\ny = Dense(2)(a(Input((5, 3))))", (None, 2)),
        (
            "m = Sequential([Dense(5, input_shape=(3,))])\nAdd()([m.output, Dense(5)(m.input)])",
            (None, 5),
        ),
        ("x = LSTM(8)(Input((5, 3)))\nm = Model(x, x)\nmodel.add", (None, 8)),
        ("LSTM(8, input_dim=3, input_length=5, W_regularizer=l2(0.1), b_constraint=x)", (None, 8)),
        ("Dense(4, activation=tf.nn.relu)\nDense(2, activation=LeakyReLU())", (None, 2)),
        ("layers = [LSTM(8), Dense(2)]\nmodel = Sequential(layers)", (None, 2)),
        ("cfg = {'n': 4}\nLSTM(cfg['n'])", (None, 64)),
        (
            "try:\n  from keras.layers import CuDNNLSTM\nexcept E:\n  pass\nCuDNNLSTM(8)",
            (None, 8),
        ),
        ("x = Input((5, 3))\nwhile False:\n  x = LSTM(4)(x)\ny = LSTM(8)(x)", (None, 8)),
        ("LSTM(8, return_sequences=hp.Boolean('rs'))", (None, 8)),
        ("- LSTM(8)\n- Dense(2)", (None, 2)),
        ("首先，定义模型：\nmodel.add(LSTM(8))\n最后，编译", (None, 8)),
        ("v = TextVectorization()\nm = Sequential([v, Embedding(9, 4), LSTM(8)])", (None, 8)),
        ("LSTM(8, input_shape=(x_train.shape[1:]))", (None, 8)),
        ("densor = Dense(n_values, activation='softmax')", (None, 78)),
        ("reshapor = Reshape((1, 78))", (None, 1, 78)),
        ("L = LSTM(5, return_state=True)\na, _, c = L(x, initial_state=[a, c])", (None, 5)),
        ("X = Input((30, 78))\nx = X[:, t, :]", (None, 78)),
        ("x = Input((4, 2))\nDense(3)(keras.ops.multiply(x, 0.5))", (None, 4, 3)),
        ("x = Input((5,))\nfor n in sorted([9, 4]):\n  x = Dense(n)(x)", (None, 9)),
        ("x = Input((5,))\nfor n in sorted([4, 9], reverse=True):\n  x = Dense(n)(x)", (None, 4)),
        (
            "x = Input((5,))\nfor i, n in enumerate([3, 3], start=1):\n  x = Dense(i * n)(x)",
            (None, 6),
        ),
        ("x = Input((5,))\nfor n in sorted([n_a, 4]):\n  x = Dense(n)(x)", (None, 4)),
    ],
)
def test_more_ways_of_writing_are_read(text, shape):
    found = read(text)
    assert found.fault is None, found.fault
    assert outputs(found)[-1] == shape


def test_a_known_name_that_is_made_anew_is_the_texts_own():
    with pytest.raises(PasteError, match="class of the text's own"):
        read("class LSTM(Layer):\n  pass\nmodel = Sequential([Input((4, 2)), LSTM(3)])")


def test_every_activation_is_one_that_keras_builds(keras_installed):
    assert confirmed("LSTM(3, None)\n" + "".join(f"Dense(3, {n!r})\n" for n in ACTIVATIONS), {})


def test_keras_confirms_every_operator_on_tensors(keras_installed):
    signs = ("+", "-", "*", "/", "//", "%", "**", "@")
    steps = "".join(f"x = x {sign} Dense(4)(X)\n" for sign in signs)
    assert confirmed(f"X = x = Input((4, 4))\n{steps}Model(X, x)", {})


def test_what_keras_refuses_gets_one_sentence(keras, monkeypatch):
    def refuse(*args):
        raise TypeError("of Keras'\nown")

    monkeypatch.setattr(keras.layers, "LSTM", refuse)
    with pytest.raises(BuildError, match=r"^Keras refuses these layers[^\n]*\.$"):
        confirmed("LSTM(3)", {})


@pytest.mark.parametrize(
    "text",
    [
        "Embedding(400001, 300)",
        "Embedding(10000000, 1000)",
        "Embedding(9, 5)\nLSTM(1200)",
        "Embedding(9, 1000, input_length=1000)\nFlatten()\nDense(10)",
        "Embedding(9, 5)\nDense(10000000)",
        "Embedding(9, 5)\n" + "Dense(2000)\n" * 3,  # too large together, not one by one
        "x = Input((9,))\nModel(x, [Dense(2000)(Dense(2000)(x)) for _ in range(3)])",
    ],
)
def test_a_large_model_is_refused_before_keras_makes_a_layer(text, monkeypatch):
    made = []
    monkeypatch.setattr(confirming, "_layer", lambda *args: made.append(args))
    monkeypatch.setattr(confirming.tensorflow, "load", lambda: made.append("loaded"))
    with pytest.raises(BuildError, match=f"more than {MAX_WEIGHTS:,} weights"):
        confirmed(text, {})
    assert not made


# -- mutated programs --------------------------------------------------------------------------

TOKENS = (
    *("LSTM", "GRU", "Bidirectional", "Dense", "Embedding", "Lambda", "Input", "Model", "range"),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "=",
        ".",
        "*",
        "**",
        ":",
        "-",
        "not ",
        "lambda x: x",
        "\n",
    ),
    *("64", "0", "-1", "1e999", "10**9", "1j", "'tanh'", "b''", "None", "...", "__class__", "t"),
    *("for _ in range(99):", "while 1:", "return", "yield", "await ", "return_sequences=True"),
    *("\0", "\u2028", "é", "（", "’", "#", "\\", "(" * 99, "a" + ".b" * 99, "1" + "+1" * 99),
)


def mutated(draw: random.Random) -> str:
    """A piece with changes: words and lines exchanged, doubled, left out, or of other kinds."""
    text = draw.choice(sorted(PIECES.values()))
    for _ in range(draw.randint(1, 4)):
        if len(text) < 9:
            break
        if draw.random() < 0.3 and "\n" in text:
            lines = text.split("\n")
            line = draw.choice(("", draw.choice(lines), lines.pop(draw.randrange(len(lines)))))
            lines.insert(draw.randrange(len(lines) + 1), line)
            text = "\n".join(lines)
            continue
        words = re.findall(r"\w+|\W", text)
        at = draw.randrange(len(words))
        alike = [word for word in words if re.match(r"\d", word)] if words[at].isdigit() else words
        alike = [word for word in alike if word.isalnum() == words[at].isalnum()] or words
        odd = draw.random() < 0.15
        words[at] = draw.choice(("", words[at] * 2, *TOKENS)) if odd else draw.choice(alike)
        text = "".join(words)
    return text


def drawn_or_refused(text: str) -> int:
    """Read a text; returns its steps, 0 where it is refused in one sentence."""
    try:
        found = read(text)
    except PasteError as refused:
        assert re.match(r"Line \d+: [^\n]+$", str(refused))  # noqa: PT017
        return 0
    assert found.models
    assert "\n" not in str(found.fault or "") + "".join(map(str, found.remarks))
    assert found.steps <= MAX_STEPS
    return found.steps


def test_any_text_is_drawn_or_gets_one_sentence(caplog):
    """With SEQSCOPE_MUTATIONS=5000 in the environment, as many as that."""
    draw = random.Random(7)
    n = int(os.environ.get("SEQSCOPE_MUTATIONS", "300"))
    steps = [drawn_or_refused(mutated(draw)) for _ in range(n)]
    assert not caplog.records, "no fault of ours had to be caught"
    assert sum(map(bool, steps)) > n / 6, "many mutations still say a model"


LONG = (
    *("a(b)\n" * 1500, "\n" * 7990 + "x", "a " * 3900 + "(", "x = [" + "1," * 3900 + "]"),
    *("]\nLSTM(3)\n" * 700, "f(" * 3000, "'" * 7999, "x = 'a' * 300\n" * 500),
)


@pytest.mark.parametrize("name", ["list", "sorted", "max"])
def test_a_long_range_is_never_made_a_list(name):
    tracemalloc.start()
    try:
        assert read(f"n = {name}(range(1_000_000))\nLSTM(4)").fault is None
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("l = [a]\n" + "l[0] = l[0] + l[0]\n" * 22 + "LSTM(l[0])", r"“l.0. \+ l.0.” has no value"),
        ("a = [0] * 9\nfor _ in range(60): foo(a.append(a))\nDense(a)", "too long"),
        ("a = [[0] * 99] * 99\nfor _ in range(64):\n  for _ in range(64): a", "too long"),
    ],
    ids=range(3),
)
def test_what_a_short_text_makes_of_many_parts_is_not_walked(text, says):
    with pytest.raises(PasteError, match=says):
        read(text)


DENSE = "d = Dense(2)\na = b = Input((2,))\nfor i in range(999): b = d(b)\n"


@pytest.mark.parametrize(
    "text",
    [
        DENSE + "for i in range(999): Model(a, b)",
        DENSE + "for i in range(999): Sequential([b])",
        f"d = Dense(2)\nfor i in range(999):\n  if q:\n    {'x = 1;' * 999}\n  a = d(a)",
        f"d = Dense(2)\nfor i in range(999):\n  for {'x,' * 2000} in []: pass\n  a = d(a)",
        f"d = Dense(2)\ndef f():\n  {'x = 1;' * 999}\n[[f(), f(), d] for i in range(999)]",
        f"l = Lambda(lambda x: [{'1,' * 2000}], output_shape=(2,))\nfor i in range(999): a = l(a)",
    ],
    ids=range(6),
)
def test_what_is_looked_at_again_and_again_counts_as_steps(text):
    with pytest.raises(PasteError, match="too long"):
        read("a = Input((2,))\n" + text)


def test_functions_that_call_one_another_are_looked_at_once(monkeypatch):
    looks, walk = [], ast.walk
    monkeypatch.setattr(ast, "walk", lambda node: looks.append(node) or walk(node))
    calls = "".join(f"def f{n}(): f{n - 1}(); f{n - 1}()\n" for n in range(1, 14))
    assert read(f"def f0(): pass\n{calls}f13()\nLSTM(4)").fault is None
    assert len(looks) < 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Input((10**6,) * 900)\nFlatten()", "Input: a tensor of over 64 axes"),
        ("a = Input((9, 9))\nReshape((0x" + "f" * 3900 + ",))(a)", r"\(~10\^4696,\)"),
        (
            "a = Input((9, 9))\n" + "a = a[None]\n" * 70 + "Dense(2)(a)",
            "GetItem: a tensor of over 64",
        ),
        ("Input((9, 9))\nLambda(f, output_shape=0x" + "f" * 3900 + ")", "Lambda: a tensor of over"),
        ("x = 0x" + "f" * 3900 + "\ny = f'{x}'\nl = [1]\nl.insert(x, 2)\nLSTM(4)", None),
    ],
    ids=range(5),
)
def test_sizes_that_no_computer_has_get_a_sentence(text, says, caplog):
    found, said = None, ""
    try:
        found = read(text)
        said = str(found.fault)
    except PasteError as problem:
        said = str(problem)
    assert re.search(says, said) if says else found.fault is None
    assert not caplog.records


def test_lists_that_hold_too_much_are_sizes_to_ask_for():
    found = read("a = [0] * 900\nb = [a] * 900\nfoo(b)\nDense(b)")
    assert found.asked[0].name == "b"


def test_no_number_is_rounded_to_digits_without_end():
    # Python would work out 10 to the power of ten million first.
    found = read("n = round(7, ndigits=-(10**7))\nDense(n)")
    assert found.asked[0].name == "n"


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_long_text_of_one_kind_gets_its_sentence_within_the_bounds(text):
    assert drawn_or_refused(text) <= MAX_STEPS


def test_the_length_of_a_text_and_of_its_walk_are_bounded():
    assert MAX_LETTERS <= 10_000
    loops = "for i in range(999):\n  for j in range(999):\n    x = d(x)"
    with pytest.raises(PasteError, match="too long"):
        read(f"x = Input((4, 2))\nd = Dense(2)\n{loops}")


def test_remarks_stay_few_enough_to_be_read():
    assert 0 < len(read("LSTM（4）\n" + "（\n）\n" * 900).remarks) < 100
