"""Where TensorFlow has no release: every part that asks Keras says so, and the rest works."""

from __future__ import annotations

import pytest

from seqlib.training import keras_room
from tests.pages.apps import errors, texts, visit

NEEDED = "Keras needs TensorFlow, which is not installed on this host; it has releases for"


@pytest.fixture(autouse=True)
def _without_keras(monkeypatch):
    """Nothing on this host by the name of keras; the process that would import it never starts."""
    real = keras_room.find_spec
    monkeypatch.setattr(
        keras_room, "find_spec", lambda name: None if name == "keras" else real(name)
    )
    monkeypatch.setattr(keras_room.room, "submit", None)
    # Nor was it there for the tests before this one.
    monkeypatch.setattr(keras_room, "_loaded_in", None)


def keys(app) -> set[str]:
    return {one.key for one in app.button}


def test_the_sentence_is_there_only_where_one_of_the_two_is_missing(monkeypatch):
    assert keras_room.missing().startswith(NEEDED)
    monkeypatch.setattr(keras_room, "find_spec", lambda name: name != "tensorflow")
    assert keras_room.missing().startswith(NEEDED)
    monkeypatch.setattr(keras_room, "find_spec", lambda name: True)
    assert keras_room.missing() == ""


def test_the_jazz_page_trains_with_its_equations_whatever_a_link_says():
    app = visit("jazz", engine="Keras: model.fit on djmodel", epochs="1", n_a="8", m="8")
    assert NEEDED in texts(app)
    assert "check_keras" not in keys(app)
    engine = app.selectbox(key="engine")
    assert engine.disabled
    assert engine.help.startswith(NEEDED)
    assert (engine.value, engine.options) == ("equations (NumPy)", ["equations (NumPy)"])
    app.button(key="jazz_run:train").click().run()
    assert not errors(app)
    assert app.session_state["jazz_engines"][1][-1].engine == "numpy"


def test_the_emojify_page_compares_and_exports_nothing_in_keras():
    app = visit("emojify")
    assert NEEDED in texts(app)
    assert "emoji_check" not in keys(app)
    assert app.selectbox(key="emoji_engine").disabled
    (export,) = (one for one in app.get("download_button") if "emoji_save_keras" in one.proto.id)
    assert export.proto.disabled
    assert export.proto.help.startswith(NEEDED)


def test_the_shapes_page_draws_every_shape_and_confirms_none():
    app = visit("shapes")
    assert texts(app).count(NEEDED) == 3  # a construction, the shared layers, pasted code
    assert not {"confirm", "sharing"} & keys(app)
