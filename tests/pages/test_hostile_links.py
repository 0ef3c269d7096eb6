"""No link breaks a page, whatever its parameters are called and whatever they say."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from streamlit.runtime.state.query_params import CLIENT_STATE_QUERY_STRING_MAX_FIELDS
from streamlit.testing.v1 import AppTest

from tests.pages.apps import wait_for
from ui.frame import frame, language, share
from ui.parts import stage_view
from ui.parts.escape import plain

ROOT = Path(__file__).parents[2]
FILES = [entry.file for entry in (*frame.PAGES, *frame.HIDDEN)]

OBJECTS = (language._run, share._run, frame._run)  # what a script run keeps in attributes
ATTRIBUTES = sorted({name for held in OBJECTS for name in dir(held)})
DIGITS = "9" * 5_000  # more than Python turns into a number
NAMES = [
    *("run", "_run", "language", "key", "session_state", "lang ", "LANG", "visit:", "$$ID-"),
    *("solo.step", ".step", "step", "a.b.step", "__class__.step", "share:page", "share:asked"),
    *("{asked}", "{0.__class__}", "%s", "<b>", "</style>", "a,b", "a b", "a=b&c", "[]", "\\"),
    *("\x00", "数", "🎵", "\u202e", "\ufeff", "n" * 10_000, DIGITS),
]
VALUES = ["1", "zh", "", ["1", "2"], "数", DIGITS]
BAD_VALUES = ["", "-1", "inf", DIGITS, ["", "-1e999"]]


def random_names(count: int) -> list[str]:
    draw = random.Random(13)
    ranges = (range(33, 127), range(0x4E00, 0x4E20), range(0x1F600, 0x1F620))
    characters = [chr(n) for each in ranges for n in each]
    return ["".join(draw.choices(characters, k=draw.randint(1, 40))) for _ in range(count)]


def opened(file: str, parameters: dict[str, str | list[str]]) -> AppTest:
    """The page by a link with these parameters."""
    assert len(parameters) < CLIENT_STATE_QUERY_STRING_MAX_FIELDS, "Streamlit would drop them all"
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params.update(parameters)
    if file != "home.py":
        app.switch_page(f"pages/{file}")
    app.run()
    assert not app.exception, [one.stack_trace for one in app.exception]
    return app


@pytest.mark.parametrize("file", FILES)
def test_parameters_that_no_page_knows_break_none(file):
    names = [*ATTRIBUTES, *NAMES, *random_names(50)]
    app = opened(file, {name: VALUES[n % len(VALUES)] for n, name in enumerate(names)})
    assert not app.run().exception
    if file != "status.py":  # it has no heading, so no place for the note
        assert [note for note in app.info if note.icon == ":material/link_off:"]


@pytest.mark.parametrize(("name", "value"), [("run", "1"), ("language", "zh"), ("words", "")])
def test_one_parameter_named_as_an_attribute_does_not_break_a_page(name, value):
    opened("home.py", {name: value})


def notes(app: AppTest) -> list[str]:
    return [note.value for note in app.info if note.icon == ":material/link_off:"]


def test_what_those_add_who_pass_a_link_on_is_passed_over():
    added = ("fbclid", "utm_source", "gclid", "from", "isappinstalled", "spm", "ref", "_ga")
    assert not notes(opened("jazz.py", dict.fromkeys(added, "x")))
    (note,) = notes(opened("jazz.py", dict.fromkeys((*added, "emoji_epochs"), "7")))
    assert "emoji\\_epochs = 7, which" in note


STAGE = {
    "solo.pins": ("n_a-500", "n_b-1", "n_a-1,n_a-500"),
    "solo.trace": ("difference", "b"),
    "solo.units": ("signal:weather", "size"),
    "solo.step": ("5000",),
}


def test_what_a_link_asks_of_a_stage_or_a_control_in_vain_is_named():
    twice = {"seed": ["1", "2"], "melody": "99", "Ty": "many"}
    for n in range(3):
        views = {name: values[n % len(values)] for name, values in STAGE.items()}
        (note,) = notes(opened("jazz.py", {**views, **(twice if n == 0 else {})}))
        for name, value in (views | (twice if n == 0 else {})).items():
            said = ", ".join(value) if isinstance(value, list) else value
            assert plain(f"{name} = {said}") in note
    taken = {"solo.pins": "n_a-100,n_a-3", "jazz_reading.trace": "difference", "against": "early"}
    taken |= {"solo.units": "signal:pitch", "solo.step": "9", "lang": "zh", "lanes": ["notes", "h"]}
    assert not notes(opened("jazz.py", taken))


def test_what_is_there_only_later_was_not_asked_for_in_vain():
    """A reload asks before the visit, whose model it names, is there again."""
    app = opened("jazz.py", {"model": "my training", "m": "-3"})
    (note,) = notes(app)
    assert "my training" in note
    app.slider(key="m").set_value(2)
    app.button(key="jazz_run:train").click().run()
    app.button(key="jazz_run:fast").click().run()
    wait_for(app, "**Done**")
    app.selectbox(key="model").set_value("my training").run()
    (note,) = notes(app)
    assert "m = \\-3" in note
    assert "training" not in note


@pytest.mark.parametrize("file", FILES)
def test_values_that_no_control_takes_break_no_page(file):
    with opened(file, {}).session_state._state.query_params() as parameters:
        controls = list(parameters._bindings_by_param)
    stages = [f"{stage}.{part}" for stage in ("solo", "cell_step_jazz") for part in stage_view.VIEW]
    for value in BAD_VALUES:
        opened(file, dict.fromkeys([*controls, *stages, share.TOUR, share.WITHOUT, "lang"], value))
