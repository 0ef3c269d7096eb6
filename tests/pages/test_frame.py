"""What the frame does for the process behind it."""

from __future__ import annotations

import threadpoolctl
from streamlit.testing.v1 import AppTest

from ui.frame import frame


def test_matrix_products_of_pages_take_one_thread():
    AppTest.from_file(str(frame.ROOT / "streamlit_app.py"), default_timeout=60).run()
    pools = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    assert pools
    assert {one["num_threads"] for one in pools} == {1}
