"""What the frame does for the process behind it, and which sections of a page it draws."""

from __future__ import annotations

import pytest
import threadpoolctl
from streamlit.testing.v1 import AppTest

from tests.pages.apps import texts, visit
from ui.frame import frame, sections


def test_matrix_products_of_pages_take_one_thread():
    AppTest.from_file(str(frame.ROOT / "streamlit_app.py"), default_timeout=60).run()
    pools = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    assert pools
    assert {one["num_threads"] for one in pools} == {1}


# Controls of sections near and far.
LINKS = {
    "home": {"home_seed": "3"},
    "jazz": {"melody": "3", "n_a": "16", "seed": "5", "temperature": "0.6", "band": "false"},
    "emojify": {
        "say": "we love pizza",
        "emoji_padding": "跳过",
        "emoji_units": "16",
        "emoji_epochs": "3",
    },
    "shapes": {"n_a_djmodel": "32", "layer": "GRU", "maxlen_cost": "7", "paste_text": "LSTM(4)"},
    "embeddings": {"near": "teacher", "sentence": "2", "c": "king", "map_words": "100"},
    "cell": {
        "t": "6",
        "hand_mode": "继续写下去",
        "hand_from": "900",
        "copy_delay": "7",
        "tiny_cell": "GRU",
    },
}


@pytest.mark.parametrize("page", LINKS)
def test_what_a_link_sets_holds_wherever_it_is_drawn_late(page, monkeypatch):
    whole = visit(page, **LINKS[page]).run()
    monkeypatch.setattr(sections, "WHOLE", False)
    late = visit(page, **LINKS[page])
    near = late.session_state["sections:near"]
    assert len(near) <= sections.FIRST
    assert not [note for note in late.info if note.icon == ":material/link_off:"]
    late.session_state["sections:near"] = None  # all of it
    late.run()
    assert texts(late) == texts(whole)
    for key in LINKS[page]:
        assert late.session_state[key] == whole.session_state[key]


def test_a_page_is_drawn_whole_where_what_its_link_sets_is_not_known_before(monkeypatch):
    monkeypatch.setattr(sections, "WHOLE", False)
    for query in ({}, {"present": "true"}, {"utm_source": "course"}, {"temperature": "0.5"}):
        app = visit("cell", **query)
        assert not app.exception
        assert len(app.session_state["sections:near"]) == sections.FIRST, query
    for query in ({"hand_unit": "3"}, {"hand_from": "abc"}, {"cell_step_jazz.step": "3"}):
        assert visit("cell", **query).session_state["sections:near"] is None, query
