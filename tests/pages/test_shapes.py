"""The shapes page without a browser: its captions follow the controls, answers are judged."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from seqlib import i18n
from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.constructions import CONSTRUCTIONS
from seqlib.shapes.pasted import read
from tests.pages.apps import texts, visit
from ui.shapes import picture, predict, tally
from ui.shapes.listing import listing


def captions(sketch, m: int = 60, **options) -> dict[str, list]:
    data = picture.picture(sketch, m, **options)
    json.dumps(data)  # it travels to the browser
    tensors = [*data["inputs"], *(t for node in data["nodes"] for t in node["results"])]
    return {f"{t['name']}": [size for _, size in t["shape"]] for t in tensors}


def drawn(chosen):
    model, values = chosen.walked(chosen.seed_sizes)
    return model.sketch, values


def test_comments_are_in_the_readers_language():
    chosen = CONSTRUCTIONS["djmodel"]
    with i18n.speaking("zh"):
        lines = listing(chosen.code(chosen.seed_sizes), *drawn(chosen))
    comments = [line.text.partition("# ")[2] for line in lines if "# " in line.text]
    assert len(comments) > 5
    assert all(not comment.isascii() for comment in comments)


def test_the_picture_has_every_tensor_of_one_use_and_the_stacked_output():
    chosen = CONSTRUCTIONS["djmodel"]
    sketch = chosen.sketch(chosen.seed_sizes)
    shown = captions(sketch)
    assert shown["X"] == [None, 30, 78]
    assert shown["a"] == shown["c"] == shown["_"] == [None, 64]
    assert shown["out"] == [None, 78]
    code = listing(chosen.code(chosen.seed_sizes), *drawn(chosen))
    data = picture.picture(sketch, 60, code)
    assert data["stacked"]["shape"] == [("Ty", 30), ("m", None), ("n_values", 78)]
    assert "60 × 30 × 78 = 140,400" in data["inputs"][0]["detail"]
    said = {line["text"].strip(): line for line in data["code"]}
    assert (
        "36,608 weights, called 30 times"
        in said["LSTM_cell = LSTM(n_a, return_state=True)"]["note"]
    )
    assert said["x = X[:, t, :]  # what is read at step t"]["aside"]["instead"].startswith(
        "x = Lambda("
    )
    made = {n for node in data["nodes"] for n in node["lines"]}
    assert said["LSTM_cell = LSTM(n_a, return_state=True)"]["number"] in made


def test_outputs_of_different_shapes_are_not_stacked():
    text = """x = X = Input((5, 8))
same = Dense(8)
for t in range(6):
    x = same(x)
model = Model(X, [x, {}(x)])
"""
    alike, different = (
        read(text.format(layer)).models[0].sketch for layer in ("same", "Flatten()")
    )
    assert picture.picture(alike, 60)["stacked"]["shape"][0] == ("Ty", 2)
    assert picture.picture(different, 60)["stacked"] is None


def test_hidden_shapes_do_not_travel_to_the_browser():
    sketch = CONSTRUCTIONS["djmodel"].sketch(CONSTRUCTIONS["djmodel"].seed_sizes)
    assert captions(sketch, hidden=True)["a"] == []
    assert captions(sketch, hidden=True)["X"] == [None, 30, 78]
    asked = next(n for n, row in enumerate(sketch.rows) if row.name == "c")
    shown = captions(sketch, asked=asked)
    # What is made beside it or after it has its shape or tells it.
    assert shown["a"] == shown["c"] == shown["out"] == []
    assert shown["x"] == [None, 1, 78]
    assert shown["a0"] == [None, 64]
    chosen = CONSTRUCTIONS["djmodel"]
    code = listing(chosen.code(chosen.seed_sizes), *drawn(chosen))
    data = picture.picture(sketch, 60, code, asked=asked)
    assert not any(line["note"] for line in data["code"])
    assert "64" not in json.dumps([data["nodes"][2:], data["stacked"], data["detail"]])


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_each_construction_draws_with_its_own_sliders(name):
    app = visit("shapes", construction=name)
    assert not app.exception
    for dial in CONSTRUCTIONS[name].dials:
        assert app.slider(key=f"{dial.name}_{name.split('_')[0]}").value == dial.default


def test_the_counts_follow_the_sliders():
    app = visit("shapes")
    assert "**30 times** the weights" in texts(app)
    app.slider(key="Tx_djmodel").set_value(7).run()
    assert "**7 times** the weights" in texts(app)


def test_a_link_carries_the_sizes():
    app = visit("shapes", Tx_djmodel="9", n_a_djmodel="nonsense")
    assert app.slider(key="Tx_djmodel").value == 9
    assert app.slider(key="n_a_djmodel").value == 64


def ask(app: AppTest, answer: str) -> AppTest:
    app.text_input(key="answer").set_value(answer)
    next(b for b in app.button if b.label == "Check").click().run()
    return app


def question(app: AppTest):
    chosen = CONSTRUCTIONS["djmodel"]
    number = app.session_state["question"] - 1
    asked = predict.quiz.questions(chosen.sketch(chosen.seed_sizes))
    return predict.quiz.questions(chosen.sketch(chosen.seed_sizes), seed=number // len(asked))[
        number % len(asked)
    ]


def test_an_answer_is_one_about_its_own_model(monkeypatch):
    here: dict = {"construction": "djmodel"}
    monkeypatch.setattr(predict.st, "session_state", here)
    chosen = CONSTRUCTIONS["djmodel"]
    asked = predict.quiz.questions(chosen.sketch(chosen.seed_sizes))[0]
    predict._state()["shown"][predict._name(asked)] = predict.Verdict(True, "Right.")
    assert predict.answered(asked)
    here["construction"] = "Emojify_V2"
    assert not predict.answered(asked)


def test_a_right_answer_counts_a_wrong_one_gets_hints_and_only_first_tries_score():
    app = visit("shapes", predict="true")
    assert "(Ty, m, n_values)" in texts(visit("shapes"))
    assert "(Ty, m, n_values)" not in texts(app), "no text gives a shape"
    ask(app, "(999, 999, 999, 999)")
    assert app.warning[0].value == "You have 4 axes. It has fewer."
    ask(app, "(999, 999, 999, 9)")
    assert "It has fewer. It has " in app.warning[0].value
    ask(app, as_text(question(app).axes))
    assert app.success[0].value.startswith("Right")
    assert "**0 of 1**" in texts(app)
    app.button(key="next_question").click().run()
    ask(app, as_text(question(app).shape))
    assert "**1 of 2**" in texts(app)


def test_a_class_sees_how_often_each_answer_was_given():
    tally._counted.clear()
    for answer in ("(999,)", "（999，）", "(3,)"):
        ask(visit("shapes", predict="true", tally="5b"), answer)
    ask(visit("shapes", predict="true"), "(999,)")
    app = visit("shapes", predict="true", tally="5b")
    assert "The class" not in texts(app), "not before one's own answer"
    ask(app, as_text(question(app).shape))
    assert "The class: 4 answers" in texts(app)
    assert "Right: **1 of 4**" in texts(app)
    (counted,) = [one for (name, _about), one in tally._counted.items() if name == "5b"]
    assert counted["(999,)", False] == 2


def test_a_teacher_can_keep_the_answers_back():
    app = visit("shapes", predict="true", hide="true")
    assert app.button(key="reveal").disabled


def test_reveal_shows_the_answer_and_counts_as_missed():
    app = visit("shapes", predict="true")
    app.button(key="reveal").click().run()
    assert as_text(question(app).shape) in app.warning[0].value
    assert "**0 of 1**" in texts(app)


def test_an_answer_that_is_no_shape_gets_a_sentence_and_no_score():
    app = visit("shapes", predict="true")
    ask(app, "(None, 6.5)")
    assert "neither a size nor the name" in app.warning[0].value
    assert "**0 of 0**" in texts(app)


def paste(app: AppTest, text: str) -> AppTest:
    app.text_area(key="paste_text").set_value(text)
    next(b for b in app.button if b.label == "Draw").click().run()
    assert not app.exception
    return app


def test_a_pasted_line_that_cannot_be_read_gets_its_sentence():
    app = paste(visit("shapes"), "Embedding(100, 5)\nConv2D(3)")
    assert "there is no Conv2D here" in app.error[0].value


def test_a_stack_that_breaks_is_no_error_of_the_page():
    app = paste(visit("shapes"), "Embedding(100, 5)\nLSTM(3)\nLSTM(4)")
    assert not app.error


def test_a_size_that_the_code_does_not_say_has_a_box_and_is_drawn_with_it():
    app = paste(visit("shapes"), "Embedding(vocab, 5)\nLSTM(3)")
    boxes = {box.label: box for box in app.number_input if box.key.startswith("paste_")}
    assert {name: box.placeholder for name, box in boxes.items()} == {"Tx": "10", "vocab": "10000"}
    boxes["vocab"].set_value(7).run()
    app = paste(app, "Dense(2)\nDense(vocab)")
    boxes = {box.label: box.value for box in app.number_input if box.key.startswith("paste_")}
    assert boxes == {"n_values": None, "vocab": 7}, "a size keeps its value in other code"


def test_code_with_several_models_offers_them():
    code = "x = Input((5, 3))\ncode = LSTM(4)(x)\nencoder = Model(x, code)\n"
    app = paste(visit("shapes"), code + "whole = Model(x, Dense(2)(code))")
    assert app.selectbox(key="paste_model").options == ["whole", "encoder"]
    app.selectbox(key="paste_model").set_value("encoder").run()
    assert not app.exception


def test_remarks_stand_below_the_picture():
    app = paste(visit("shapes"), "import keras\nmodel.add(LSTM(output_dim=3, name='<b>x</b>'))")
    assert "is written units" in texts(app)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Embedding(400001, 300)", "more than 5,000,000 weights"),
        ("x = Input((4, 2))\ny = K.mean(LSTM(3)(x))", "is not handed to it"),
    ],
)
def test_a_pasted_model_that_keras_does_not_build_gets_a_sentence(
    keras_awake, answered, text, says
):
    app = answered(paste(visit("shapes"), text))
    assert says in app.info[0].value.replace("\\", "")
    assert not app.error


def test_a_wrong_activation_breaks_the_stack_and_not_the_page(keras_awake, answered):
    app = answered(paste(visit("shapes"), "Embedding(9, 5)\nDense(2, activation='softmx')"))
    assert not app.error
    assert not app.info


def test_keras_confirms_on_request_while_its_room_sleeps(keras_installed, answered, monkeypatch):
    monkeypatch.setattr("seqlib.training.keras_room.awake", lambda: False)
    app = visit("shapes")
    assert "Confirmed by Keras" not in texts(app)
    app.button(key="confirm").click().run()
    assert "Confirmed by Keras: **183 of 183** tensors" in texts(answered(app))


def test_keras_confirms_by_itself_once_its_room_is_awake(keras_awake, answered):
    app = answered(visit("shapes"))
    assert "Confirmed by Keras: **183 of 183** tensors" in texts(app)
    answered(app.slider(key="n_a_djmodel").set_value(5).run())
    assert "**183 of 183**" in texts(app)
    app = answered(visit("shapes", construction="Emojify_V2"))
    assert "**8 of 8**" in texts(app)
    app.button_group(key="options").set_value(["return_state", "stateful", "bidirectional"]).run()
    assert "leave out" in app.warning[0].value


def test_both_models_are_built_and_trained_one_step_on_request(keras_installed, answered):
    app = visit("shapes", Tx_djmodel="3", n_a_djmodel="4", n_values_djmodel="5")
    answered(app.button(key="sharing").click().run())
    assert "5 weight objects" in texts(app)
    assert "15 weight objects" in texts(app)


def test_the_cost_of_an_embedding_is_told_where_its_rows_are_the_longer_ones_too():
    app = visit("shapes", vocabulary_cost="100", e_length_cost="300", maxlen_cost="10")
    assert "reads **3,000** numbers in place of **1,000**" in texts(app)
    # Time first, as in the picture above it and in every shape.
    read = [
        frame.value["read by the LSTM"].tolist()
        for frame in app.dataframe
        if "memory" in frame.value
    ]
    assert read == [["10 × 100", "10 × 300"]]


def test_with_one_step_the_mistake_is_none():
    said = texts(visit("shapes", Tx_djmodel="1"))
    assert "nothing to share" in said
    assert "no error will tell" not in said
