"""From a new visitor's request to a moving first picture on home, against a bare Streamlit page."""

from __future__ import annotations

from contextlib import ExitStack

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

ROUNDS = 7
# The stage is painted, and its playhead is no longer where it was when first seen.
MOVING = f"""() => {{
  const painted = {PAINTED_CANVAS};
  const find = (root) => root.querySelector('.playhead') || [...root.querySelectorAll('*')]
    .map((node) => node.shadowRoot && find(node.shadowRoot)).find(Boolean);
  const head = find(document);
  if (!head || !head.style.transform || !painted()) return false;
  window.seenAt ??= head.style.transform;
  return head.style.transform !== window.seenAt;
}}"""


def measure() -> Result:
    with ExitStack() as stack:
        chromium = stack.enter_context(browser())
        bare = stack.enter_context(bare_page())
        sides = []
        for script, shown in ((OURS, MOVING), (bare, PAINTED_HEATMAP)):
            address, _ = stack.enter_context(server(script))
            wait_until_it_answers(address)
            sides.append((address, shown))

        def visit(address: str, shown: str) -> float:
            def look() -> None:
                visits.enter_context(reader(chromium, address, shown))

            with ExitStack() as visits:
                return seconds(look)

        # The first visitor pays for imports; `first_picture` measures that.
        return against_the_bare_page(visit, *sides, rounds=ROUNDS)
