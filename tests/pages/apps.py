"""Pages opened by AppTest, and what they show."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from ui.frame.frame import ROOT


def visit(page: str = "home", **query: str | list[str]) -> AppTest:
    """A new visit to a page, by a link with these query parameters."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params.update(query)
    if page != "home":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def only(app: AppTest, *sections: str) -> AppTest:
    """Have two sections or more of the page drawn from now on, and the places of the others."""
    app.session_state["sections:near"] = {*sections}
    return app


def texts(app: AppTest) -> str:
    """All texts of a page that broke nowhere, one a line."""
    assert not app.exception
    kinds = (app.markdown, app.text, app.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def errors(app: AppTest) -> list[str]:
    assert not app.exception
    return [error.value for error in app.error]


def the_error(app: AppTest, says: str) -> str:
    """The one error on a page: a sentence that says so. Fails for none, two or more lines."""
    (error,) = errors(app)
    assert says in error
    assert error.endswith(".")
    assert "\n" not in error
    assert "Traceback" not in error
    return error


def wait_for(app: AppTest, text: str, times: int = 1) -> AppTest:
    """Look again and again, as a page that trains does, until it says so."""
    until = time.monotonic() + 120
    while texts(app).count(text) < times and time.monotonic() < until:
        time.sleep(0.3)
        app.run()
    assert texts(app).count(text) == times
    return app


def markup(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def train_emoji(app: AppTest, epochs: int = 2) -> AppTest:
    """Train a small model on the emojify page."""
    app.slider(key="emoji_epochs").set_value(epochs)
    app.select_slider(key="emoji_units").set_value(16)
    app.button(key="emoji_run:train").click().run()
    return wait_for(app, "**Done**")
