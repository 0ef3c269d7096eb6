"""Every page offers its notebook, with the settings at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seqlib.music import Melody, Token, write_midi
from ui.cell.sandbox import named_groups
from ui.frame.frame import PAGES
from ui.jazz.state import shipped
from ui.lessons import notebooks

ROOT = Path(__file__).parents[2]
NAMES = [entry.file.removesuffix(".py") for entry in PAGES]


def open_page(name: str, **query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    for key, value in query.items():
        app.session_state[key] = value
    if name != "home":
        app.switch_page(f"pages/{name}.py")
    app.run()
    assert not app.exception
    return app


def asked(app: AppTest, name: str):
    return app.session_state["notebook"]["asked"]


def made(app: AppTest, name: str):
    found = asked(app, name)
    return notebooks.notebook(found.name, found.settings, variant=found.variant)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_offers_a_notebook_that_can_be_made(name):
    app = open_page(name)
    (button,) = (one for one in app.get("download_button") if one.proto.id.endswith(name))
    assert button.proto.help
    notebook = made(app, name)
    assert notebook.cells[0].source.startswith("# ")
    # Filled in with what the page has by default, so all of it is set.
    found = asked(app, name)
    assert found.settings.keys() <= {
        key for cell in notebooks.cells(found.name) for key in cell.values
    }


CASES = [
    ("jazz", {"epochs": 7, "n_a": 32, "temperature": 0.4, "seed": 11}, "temperature = 0.4"),
    ("jazz", {"corpus": "one tune"}, "corpus = small_corpus()"),
    ("jazz", {"train_cell": "GRU"}, "cell = 'GRU'"),
    ("jazz", {"stop_at_turn": True}, "stop_at_turn = True"),
    ("jazz", {"stop_at_turn": True, "pace": "5 epochs a second"}, "pace = 5"),
    ("jazz", {"pace": "5 epochs a second"}, "pace = 0"),
    ("embeddings", {"near_common": False}, "near_among = None"),
    ("embeddings", {"near_common": False}, "analogy_among = 20000"),
    ("emojify", {"say": "x') or exit() or ('"}, "sentence = \"x') or exit() or ('\""),
    ("emojify", {"emoji_data": "132 of them"}, "train = train.covering(132)"),
    ("shapes", {"construction": "Emojify_V2", "maxlen_Emojify": 7}, "maxlen = 7"),
    ("shapes", {"Tx_djmodel": 12}, "Tx = 12"),
    ("embeddings", {"sentences": "so it goes"}, "sentences = ['so it goes']"),
    ("embeddings", {"near": "angry", "a": "qwxzk"}, "a = 'father'"),
    ("cell", {"cell_model": "early", "hand": "forget"}, "edits = [('f', 'hold', 0.0, None, 16, "),
    ("cell", {"hand_mode": "write on"}, "free_running = True"),
    ("cell", {"t": 9, "hand_from": 30}, "step = 9"),
    ("cell", {"hand": "scale a gate"}, "edits = [('f', 'scale', 0.5, None, 16, False)]"),
    ("cell", {"hand": "zero a unit", "hand_one": "3"}, "('c', 'hold', 0.0, 3, 16, False)"),
]


@pytest.mark.parametrize(("name", "state", "line"), CASES)
def test_what_is_set_on_the_page_is_in_the_notebook(name, state, line):
    app = open_page(name, **state)
    code = "\n".join(cell.source for cell in made(app, name).cells if cell.cell_type == "code")
    assert line in code


def test_a_group_that_is_switched_off_goes_along_unit_by_unit():
    app = open_page("cell", hand="switch off a group", hand_group="beat")
    edits = asked(app, "cell").settings["edits"]
    units = named_groups(shipped("good"))["beat"]
    assert edits == [(what, "hold", 0.0, units, 16, False) for what in "ca"]
    made(app, "cell")


@pytest.mark.parametrize("hand", ["zero a unit", "switch off a group"])
def test_a_hand_that_is_not_drawn_yet_goes_along_as_it_will_be(hand, monkeypatch):
    drawn = asked(open_page("cell", hand=hand), "cell").settings["edits"]
    monkeypatch.setattr("ui.frame.sections.WHOLE", False)
    app = open_page("cell", hand=hand)
    assert "hand" not in [one.key for one in app.selectbox]
    assert asked(app, "cell").settings["edits"] == drawn
    assert drawn[0][3] not in (None, ())


def test_a_replaced_state_goes_along_number_by_number():
    app = open_page("cell", hand="replace the state", hand_source="3")
    (a, c) = asked(app, "cell").settings["edits"]
    assert (a[0], c[0], a[4], a[5]) == ("a", "c", 16, True)
    assert len(a[2]) == len(c[2]) == 128
    made(app, "cell")


def test_a_midi_file_of_ones_own_goes_along_as_its_notes():
    app = open_page("jazz")
    tune = Melody(tuple(Token(pitch, 12) for pitch in (60, 62, None, 64, 65, 67) * 8), 140.0, "T'")
    app.session_state["corpus"] = "my MIDI"
    app.run()
    app.file_uploader(key="midi_file").set_value(("tune'.mid", write_midi(tune), "audio/midi"))
    app.run()
    found = asked(app, "jazz")
    assert found.variant == "my MIDI"
    assert len(found.settings["my_tokens"]) == len(tune)
    assert found.settings["my_tempo"] == pytest.approx(140, abs=0.5)
    made(app, "jazz")


def test_that_ones_own_training_is_not_in_the_notebook_is_said(monkeypatch):
    monkeypatch.setattr("ui.cell.state._own", lambda: shipped("early"))
    app = open_page("cell", cell_model="my training")
    found = asked(app, "cell")
    assert found.settings["model"] == "good"
    assert "Your own training is not in it" in found.without
    assert found.without in [one.value for one in app.caption]


@pytest.mark.parametrize("address", ["", "https://github.com/o/r"])
def test_colab_is_offered_where_the_project_has_an_address(address, monkeypatch):
    monkeypatch.setattr(notebooks, "repository", lambda: address)
    links = [one.proto.url for one in open_page("home").get("link_button")]
    wanted = notebooks.colab("home", "en", address)
    assert [link for link in links if "colab" in link] == ([wanted] if address else [])
