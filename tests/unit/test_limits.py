"""Whatever a reader can type, choose or bring is bounded, and the widget says so."""

from __future__ import annotations

import ast
import io
import math
from pathlib import Path

import numpy as np
import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from seqlib import limits, music, vectors
from seqlib.emojify import EmojifySettings, open_model
from seqlib.jazz.training import BOUNDS, RunSettings
from seqlib.shapes import pasted
from seqlib.shapes.code.machine import MAX_LAYERS
from seqlib.shapes.code.reading import MAX_LETTERS
from seqlib.shapes.layers.base import MAX_SIZE
from seqlib.text import read_csv, read_sentences
from ui.frame.frame import PAGES
from ui.state import TABLE, Text

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")])
# What must be chosen for a page to show all its inputs.
SHOWN = {
    "jazz": {"corpus": "my MIDI", "compare": True, "method": "top-k"},
    "emojify": {"emoji_data": "my sentences", "emoji_edit": True},
    "embeddings": {"vectors": "my file"},
}


def calls(*names: str) -> list[tuple[str, ast.Call]]:
    """Every call of a widget of that name in the pages' code, with where it stands."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in names:
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


def options(call: ast.Call) -> set[str]:
    return {keyword.arg for keyword in call.keywords if keyword.arg}


def test_the_walk_finds_widgets_of_each_kind():
    for name in ("text_input", "text_area", "number_input", "slider", "data_editor", "TextColumn"):
        assert calls(name), name


def place(value: object) -> str:
    """A test's name: where the call stands, the same in every process."""
    return value if isinstance(value, str) else "call"


def is_row(node: ast.expr) -> bool:
    """Whether this is ``widget(…)``, a control's row of the table."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "widget"


@pytest.mark.parametrize(
    ("where", "call"),
    calls("text_input", "text_area", "chat_input", "number_input", "slider", "select_slider"),
    ids=place,
)
def test_every_control_is_drawn_through_the_table_which_has_its_limits(where, call):
    tree = ast.parse((ROOT / where.split(":")[0]).read_text(encoding="utf-8"))
    named = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_row(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given = [keyword.value for keyword in call.keywords if keyword.arg is None]
    assert any(is_row(one) or getattr(one, "id", "") in named for one in given), where
    assert not {"key", "max_chars", "min_value", "max_value", "value"} & options(call), where
    assert len(call.args) == 1, f"{where}: the label alone"


def test_every_text_of_the_table_has_a_longest():
    texts = [row for row in TABLE.values() if isinstance(row, Text)]
    assert len(texts) > 15
    assert all(len(row.default) <= row.most <= 100_000 for row in texts)


def test_every_text_in_an_editable_table_has_a_longest():
    editors = calls("data_editor")
    assert {where.split(":")[0] for where, _ in editors} == {"ui/emojify/data.py"}
    columns = [
        (where, column)
        for where, editor in editors
        for column in ast.walk(editor)
        if isinstance(column, ast.Call) and getattr(column.func, "attr", "") == "TextColumn"
    ]
    assert len(columns) >= 2, "the editor's sentence and label"
    for where, column in columns:
        assert "max_chars" in options(column), where


def test_files_come_in_by_one_door():
    places = {where.split(":")[0] for where, _ in calls("file_uploader", "camera_input")}
    assert places == {"ui/parts/uploads.py"}
    assert not calls("audio_input", "text_editor")


@pytest.fixture(scope="module", params=[entry.url_path for entry in PAGES])
def page(request):
    name = request.param or "home"
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    for key, value in SHOWN.get(name, {}).items():
        app.session_state[key] = value
    app.run()
    if name != "home":
        app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    return name, app


def test_the_drawn_widgets_are_bounded(page):
    name, app = page
    for text in (*app.text_input, *app.text_area):
        assert 0 < text.proto.max_chars <= 100_000, text.key
    for number in app.number_input:
        assert number.proto.has_min, number.key
        assert number.proto.has_max, number.key
    for slider in app.slider:
        assert math.isfinite(slider.proto.min), slider.key
        assert slider.proto.min < slider.proto.max < 1e6, slider.key
    if name in SHOWN:
        assert app.get("file_uploader"), "the page shows no uploader"


def test_every_uploader_states_its_size(page):
    _, app = page
    whole_server = config.get_option("server.maxUploadSize")
    assert app.get("file_uploader"), "each page opens a saved visit"
    for uploader in app.get("file_uploader"):
        assert 0 < uploader.proto.max_upload_size_mb <= whole_server, uploader.proto.label
        assert uploader.proto.type, uploader.proto.label
        assert uploader.proto.help, uploader.proto.label


# Numbers that cost something; seeds and places in a file do not.
COSTLY = {"paste_Tx", "paste_n_values", "window"}


def test_numbers_that_cost_say_their_range(page):
    name, app = page
    numbers = [number for number in app.number_input if number.key in COSTLY]
    if name == "shapes":
        assert numbers
    for number in numbers:
        said = f"{number.label} {number.help}".replace(",", "")
        assert f"{number.proto.max:g}" in said, f"{number.key}: {said}"


# The library holds the same bounds, whoever calls it.


def test_the_server_takes_no_larger_file_than_the_largest_reader():
    assert config.get_option("server.maxUploadSize") <= 50
    assert music.MAX_BYTES <= 1_000_000


@pytest.mark.parametrize(
    ("read", "most"),
    [
        (lambda data: music.read_midi(data), music.MAX_BYTES),
        (lambda data: read_csv(data), limits.TEXT_BYTES),
        (lambda data: read_sentences(data), limits.TEXT_BYTES),
        (lambda data: open_model(data), limits.MODEL_BYTES),
    ],
    ids=["MIDI", "sentences", "sentences alone", "emoji model"],
)
def test_readers_refuse_what_is_larger_than_their_uploader_says(read, most):
    with pytest.raises(ValueError, match=r"MB"):
        read(bytes(most + 1))


def test_a_visit_has_a_largest_size():
    from ui.visit.reading import open_visit

    with pytest.raises(ValueError, match="too large for a visit"):
        open_visit(bytes(limits.VISIT_BYTES + 1))


def test_rows_and_sentences_have_a_most():
    rows = "\n".join(f"sentence number {n},{n % 3}" for n in range(limits.ROWS + 100))
    labelled, report = read_csv(("text,label\n" + rows).encode())
    assert len(labelled) == limits.ROWS
    assert report.n_skipped
    long = "x" * (limits.SENTENCE + 1)
    labelled, report = read_csv(f"text,label\n{long},1\nshort one,1\nanother,2\n".encode())
    assert "more than 1,000 characters" in str(report.notes[0])
    assert max(map(len, labelled.sentences)) == limits.SENTENCE


@pytest.mark.parametrize("name", ["epochs", "m", "Tx", "n_a", "learning_rate", "pace"])
def test_jazz_settings_refuse_what_is_out_of_bounds(name):
    for value in (BOUNDS[name].low - 1, BOUNDS[name].high + 1):
        kind = float if name in ("learning_rate", "pace") else int
        with pytest.raises(ValueError, match=name):
            RunSettings(**{name: kind(value)})


@pytest.mark.parametrize(
    "name", ["epochs", "units", "batch_size", "maxlen", "learning_rate", "dropout"]
)
def test_emoji_settings_refuse_what_is_out_of_bounds(name):
    from seqlib.emojify.training import BOUNDS as EMOJI

    for value in (EMOJI[name].low - 1, EMOJI[name].high + 1):
        with pytest.raises(ValueError, match=name):
            EmojifySettings(**{name: value})


def test_pasted_layers_have_a_longest_and_a_most():
    with pytest.raises(pasted.PasteError):
        pasted.read("#" * (MAX_LETTERS + 1))
    with pytest.raises(pasted.PasteError):
        pasted.read("Dense(1)\n" * (MAX_LAYERS + 1))
    with pytest.raises(pasted.PasteError):
        pasted.read(f"Dense({MAX_SIZE + 1})")


def test_vectors_of_no_length_are_refused():
    held = io.BytesIO()
    np.savez(held, words=np.array(["a", "b"]), vectors=np.zeros((2, 0), np.float32))
    with pytest.raises(ValueError, match="no numbers"):
        vectors.load(held)
