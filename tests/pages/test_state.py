"""The table of state against what the pages draw, and against what a saved visit keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqlib.jazz.corpus import default_corpus
from seqlib.saved import Layer, Saved
from seqlib.training.copy_task import CopyRun, CopySettings, CopyTask
from seqlib.training.run import Record, State
from tests.pages.apps import visit
from tests.pages.test_embeddings import two_files
from tests.pages.test_visit import a_jazz_run, a_song
from ui.navigation import PAGES
from ui.state import TABLE, Blank, Number, Pick, Picks, Row, Select, Steps, Switch, Text

KINDS = {
    "slider": (Number,),
    "select_slider": (Steps,),
    "number_input": (Number,),
    "selectbox": (Select,),
    "button_group": (Pick, Picks),
    "toggle": (Switch,),
    "text_input": (Text,),
    "text_area": (Text,),
}
# Two models, with as many sizes to ask for as there are boxes.
CODE = "own = Sequential([LSTM(3)])\n" + "".join(f"Dense({letter})\n" for letter in "abcdefghijkl")
# Links that together have every control drawn.
LINKS = (
    ("home", {}),
    ("jazz", {"compare": "true", "method": "top-k", "method_b": "top-p"}),
    ("jazz", {"compare": "true", "method": "top-p", "method_b": "top-k"}),
    ("jazz", {"opening": "notes of my own"}),
    ("jazz", {"against": "itself, fed its own notes"}),
    ("emojify", {"emoji_against": "another sentence"}),
    ("emojify", {"emoji_against": "another model"}),
    ("shapes", {"predict": "true"}),
    ("shapes", {"construction": "Emojify_V2", "paste_text": CODE}),
    ("shapes", {"construction": "pretrained_embedding_layer"}),
    ("embeddings", {"order": "similarity", "map": "t-SNE"}),
    ("embeddings", {"map": "own axes"}),
    ("cell", {"hand": "hold a gate"}),
    ("cell", {"hand": "scale a gate", "cell_of": "emoji, layer 1"}),
    ("cell", {"hand": "zero a unit", "tiny_cell": "GRU"}),
    ("cell", {"hand": "replace the state", "tiny_cell": "SimpleRNN"}),
    ("cell", {"hand": "switch off a group"}),
)


def drawn(app: AppTest) -> Iterator[tuple[str, Any]]:
    """Yield the controls of a page that have a key, with what they are called."""
    assert not app.exception, app.exception
    for kind in KINDS:
        for element in getattr(app, kind):
            if element.key:
                yield kind, element


@pytest.fixture(scope="module")
def controls() -> list[tuple[str, Any]]:
    found = [one for page, query in LINKS for one in drawn(visit(page, **query))]
    app = visit("cell")
    cell = [np.zeros(shape, np.float32) for shape in ((50, 8), (2, 8), (8,))]
    words = Layer("words", "Embedding", (np.zeros((9, 50), np.float32),))
    settings, measured = CopySettings(delay=2, n_a=4), np.ones((1, 3))
    rows = {"loss": measured, "accuracy": measured, "seconds": np.ones(1)}
    models = CopyTask(settings).model(CopyTask(settings).begin())
    record = Record(settings, State.DONE, rows, models)
    app.session_state["copy_run"] = CopyRun.from_record(record)
    app.session_state["own_layers"] = Saved((words, Layer("lstm", "LSTM", tuple(cell))))
    found += drawn(app.run())
    found += drawn(app.toggle(key="own_hold").set_value(True).run())
    for kind in ("one-hot", "noise"):
        found += drawn(app.selectbox(key="own_input").set_value(kind).run())
    trained = visit("jazz", kept_look="the way back")
    trained.session_state["jazz_runs"] = {default_corpus().vocabulary: a_jazz_run()}
    found += drawn(trained.run())
    app = visit("jazz", corpus="my MIDI")
    app.file_uploader(key="midi_file").set_value(("tune.mid", a_song(), "audio/midi"))
    found += drawn(app.run())
    app = visit("embeddings", vectors="my file")
    app.file_uploader(key="vectors_file").set_value(("two.zip", two_files(), "application/zip"))
    return [*found, *drawn(app.run())]


def test_every_control_is_a_row_and_every_row_is_drawn(controls):
    assert {element.key for _kind, element in controls} == TABLE.keys()


def test_every_control_has_the_range_and_the_default_of_its_row(controls):
    for kind, element in controls:
        row = TABLE[element.key]
        assert isinstance(row, KINDS[kind]), element.key
        assert agrees(row, element.proto, getattr(element, "options", ())), element.key


@pytest.mark.parametrize("page", [entry.url_path or "home" for entry in PAGES])
def test_a_run_that_chooses_nothing_tells_no_control_its_value(page):
    """On a slow line it would undo what a hand has set since the run was asked for."""
    told = [
        element.key
        for _kind, element in drawn(visit(page).run())
        if element.proto.set_value and not element.proto.disabled
    ]
    assert told == []


def agrees(row: Row, proto: Any, options: list[str]) -> bool:
    many = hasattr(proto.default, "__len__") and not isinstance(proto.default, str)
    defaults = list(proto.default) if many else [proto.default]
    if isinstance(row, Blank):
        return (proto.min, proto.max, proto.HasField("default")) == (row.low, row.high, False)
    if isinstance(row, Number):
        (default,) = defaults
        if row.high is None:  # what is there decides
            return proto.min == row.low <= default <= proto.max
        steps = row.step is None or proto.step == row.step
        within = proto.min == row.low and proto.max <= row.high
        return steps and within and default == min(row.default, proto.max)
    if isinstance(row, Text):
        return (proto.default, proto.max_chars) == (row.default, row.most)
    if isinstance(row, Switch):
        return proto.default == row.default
    if not row.options:  # known at run time
        return True
    pressed = row.default if isinstance(row, Picks) else (row.default,)
    if len(options) != len(row.options):
        return False
    return [list(row.options)[int(at)] for at in defaults] == [one for one in pressed if one]
