"""Parts of a page that are drawn alone when a control in them has changed.

AppTest runs whole pages; here it is asked for single fragments too, and what it was sent is read.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner

from tests.pages.apps import visit
from ui.navigation import PAGES
from ui.state import TABLE, Choice, Number, Picks, Switch
from ui.status.log import observer

Path = tuple[int, ...]


class Drawn:
    """What the last run of an app has drawn: elements and blocks by their place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at: dict[Path, Any] = {}
        self.tree: Any = None
        self.patch = monkeypatch
        parse = local_script_runner.parse_tree_from_messages

        def read(messages: list) -> Any:
            deltas = [one for one in messages if one.WhichOneof("type") == "delta"]
            self.at = {tuple(one.metadata.delta_path): one.delta for one in deltas}
            if not any(path[0] == 0 and len(path) == 2 for path in self.at):
                return self.tree  # a fragment's messages are no page
            self.tree = parse(messages)
            return self.tree

        monkeypatch.setattr(local_script_runner, "parse_tree_from_messages", read)

    def place(self, app: AppTest, part: str) -> Path:
        """Where a part's own block stands."""
        (fragment,) = app._fragment_storage.resolve_target(part)
        return min((p for p, one in self.at.items() if one.fragment_id == fragment), key=len)

    def inside(self, place: Path) -> dict[Path, bytes]:
        return {p: _bytes(one) for p, one in self.at.items() if p[: len(place)] == place}

    def outside(self, place: Path) -> dict[Path, bytes]:
        """All other elements from the first section on."""
        others = {p: one for p, one in self.at.items() if p[: len(place)] != place}
        return {p: _bytes(one) for p, one in others.items() if p[0] == 0 and p[1] > 4}

    def keys(self, place: Path) -> dict[str, Any]:
        """The controls of the table in a part, by key."""
        found = {}
        for path, delta in self.at.items():
            if path[: len(place)] == place and delta.WhichOneof("type") == "new_element":
                element = getattr(delta.new_element, delta.new_element.WhichOneof("type"))
                key = getattr(element, "id", "").rpartition("-")[2]
                if key in TABLE:
                    found[key] = element
        return found

    def alone(self, app: AppTest, part: str, **values: Any) -> None:
        """Have a part rerun as a browser does once a control in it is moved."""
        for key, value in values.items():
            app.session_state[key] = value
        queue = app._fragment_storage.resolve_target(part)
        with self.patch.context() as patch:
            asked = partial(RerunData, fragment_id_queue=queue)
            patch.setattr(local_script_runner, "RerunData", asked)
            app.run()


def _bytes(delta: Any) -> bytes:
    one = type(delta)()
    one.CopyFrom(delta)
    if one.new_element.WhichOneof("type") == "download_button":
        one.new_element.download_button.ClearField("deferred_file_id")  # random
    return one.SerializeToString(deterministic=True)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return Drawn(monkeypatch)


def another(key: str, element: Any, now: Any) -> Any:
    """A value that a control does not have now."""
    row = TABLE[key]
    if isinstance(row, Switch):
        return not now
    if isinstance(row, Picks):
        return list(row.options)[:1]
    if isinstance(row, Choice):
        shown = (getattr(one, "content", one) for one in getattr(element, "options", ()))
        options = list(row.options) or [one.removeprefix("that of step ") for one in shown]
        return next(one for one in reversed(options) if one != now)
    if isinstance(row, Number):
        return row.low if now != row.low else row.low + (row.step or 1)
    return "glad"


@pytest.mark.parametrize("page", [entry.url_path for entry in PAGES if entry.url_path])
def test_a_part_drawn_alone_changes_nothing_else_on_the_page(page, drawn):
    app = visit(page).run()  # in the first run some controls are set
    for part, reaching in app.session_state["alone"].items():
        place = drawn.place(app, part)
        before, changed = drawn.outside(place), {}
        while new := {
            key: another(key, element, app.session_state[key])
            for key, element in drawn.keys(place).items()
            if key not in changed and key not in reaching
        }:
            changed |= new  # which may bring further controls
            for key, value in new.items():
                app.session_state[key] = value
            app.run()
            assert not app.exception
            after = drawn.outside(place)
            assert after.keys() == before.keys(), (part, new)
            assert [before[p] for p in before if before[p] != after[p]] == [], (part, new)
        assert changed, part


def test_a_part_alone_is_drawn_as_the_whole_page_draws_it(drawn):
    app = visit("jazz").run()
    place, reruns = drawn.place(app, "sampling"), observer.reruns
    drawn.alone(app, "sampling", temperature=0.4)
    assert not app.exception
    assert drawn.outside(place) == {}
    alone = drawn.inside(place)
    assert observer.reruns == reruns + 1
    assert app.session_state["notebook"]["asked"].settings["temperature"] == 0.4
    app.run()
    assert alone == drawn.inside(place)
    assert drawn.outside(place)


def test_a_control_that_concerns_other_parts_too_draws_the_whole_page(drawn):
    app = visit("jazz").run()
    place = drawn.place(app, "one_hot")
    drawn.alone(app, "one_hot", m=40)
    assert drawn.outside(place) == {}
    drawn.alone(app, "one_hot", Tx=12)
    assert drawn.outside(place)
    assert 12 in app.dataframe[1].value["made"].tolist()


def test_a_choice_made_in_a_part_draws_the_whole_page_and_is_made_once(drawn):
    app = visit("jazz").run()
    place = drawn.place(app, "sampling")
    drawn.alone(app, "sampling", chosen_for_reader={"temperature": 0.4})
    assert drawn.outside(place)
    drawn.alone(app, "sampling", temperature=0.6)
    assert drawn.outside(place) == {}
    assert app.session_state["temperature"] == 0.6


def test_a_visit_holds_what_was_set_in_a_part_alone(drawn):
    app = visit("cell").run()
    drawn.alone(app, "reach", rnn_scale=1.2)
    assert app.session_state["visit:"].settings["cell"]["rnn_scale"] == 1.2
