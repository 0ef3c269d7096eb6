"""A link that sets a control is opened: its page stands as soon as the page itself.

From the request to the end of the page's run, in a browser that has nothing cached, the server
warm; of several pages the one whose link costs most counts.
"""

from __future__ import annotations

import statistics

from benchmarks._result import Result, seconds
from benchmarks._server import (
    OURS,
    PAINTED_CANVAS,
    browser,
    reader,
    server,
    wait_until_it_answers,
)

ROUNDS = 7
LINKS = {
    "jazz": "temperature=0.6",
    "emojify": "say=I+am+happy&emoji_units=16",
    "cell": "hand_from=9",
}
OVER = (
    """document.querySelector('[data-testid="stApp"]').dataset.testScriptState === "notRunning" """
)
STANDS = f"() => ({PAINTED_CANVAS})() && {OVER}"


def measure() -> Result:
    with server(OURS, sections="") as (address, _process), browser() as chromium:
        wait_until_it_answers(address)

        def opened(path: str) -> float:
            def look() -> None:
                with reader(chromium, f"{address}/{path}", STANDS):
                    pass

            return seconds(look)

        both = []
        for page, query in LINKS.items():
            paths = (f"{page}?{query}", page)
            for path in paths:
                opened(path)  # pays for imports
            times = [[opened(path) for path in paths] for _ in range(ROUNDS)]
            both.append([statistics.median(column) for column in zip(*times, strict=True)])
    ours, peer = max(both, key=lambda pair: pair[0] / pair[1])
    return Result(ours=ours, peer=peer, peer_name="the page without a query", unit="s", goal=0.8)
