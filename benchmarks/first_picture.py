"""From process start to the first picture of the slowest page, against a bare Streamlit page."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks._result import Result, seconds
from benchmarks._server import (
    OURS,
    PAINTED_CANVAS,
    PAINTED_HEATMAP,
    against_the_bare_page,
    bare_page,
    browser,
    reader,
    server,
    wait_until_it_answers,
)

ROUNDS = 5
PAGES = ("", "jazz", "emojify", "cell")


def measure() -> Result:
    with browser() as chromium, bare_page() as bare:

        def first_picture(script: Path, painted: str, page: str) -> float:
            def start_and_look() -> None:
                address, _ = stack.enter_context(server(script, sections=""))
                wait_until_it_answers(address)
                stack.enter_context(reader(chromium, f"{address}/{page}", painted))

            with ExitStack() as stack:
                return seconds(start_and_look)

        ours = [(OURS, PAINTED_CANVAS, page) for page in PAGES]
        return against_the_bare_page(
            first_picture, *ours, (bare, PAINTED_HEATMAP, ""), rounds=ROUNDS
        )
