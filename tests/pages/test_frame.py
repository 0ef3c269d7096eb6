"""What the frame does for the process behind it, and which sections of a page it draws."""

from __future__ import annotations

import threadpoolctl
from streamlit.testing.v1 import AppTest

from tests.pages.apps import visit
from ui.frame import frame, sections


def test_matrix_products_of_pages_take_one_thread():
    AppTest.from_file(str(frame.ROOT / "streamlit_app.py"), default_timeout=60).run()
    pools = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    assert pools
    assert {one["num_threads"] for one in pools} == {1}


def test_a_page_is_drawn_whole_where_its_link_sets_a_control_of_it_only(monkeypatch):
    monkeypatch.setattr(sections, "WHOLE", False)
    for query in ({}, {"present": "true"}, {"utm_source": "course"}, {"temperature": "0.5"}):
        app = visit("cell", **query)
        assert not app.exception
        assert len(app.session_state["sections:near"]) == sections.FIRST, query
    assert visit("cell", hand_from="5").session_state["sections:near"] is None
