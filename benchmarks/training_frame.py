"""From frame to frame on the jazz page while its network trains as fast as it goes."""

from __future__ import annotations

import statistics

from benchmarks._result import Result
from benchmarks._server import OURS, TIMEOUT, browser, server, wait_until_it_answers

SECONDS = 5
QUERY = "epochs=1000&pace=as+fast+as+it+goes#train"
GAPS = """(seconds) => new Promise((done) => {
  const gaps = [], began = performance.now();
  let before = began;
  const frame = (now) => {
    gaps.push(now - before);
    before = now;
    if (now - began < 1000 * seconds) requestAnimationFrame(frame);
    else done(gaps.slice(1));
  };
  requestAnimationFrame(frame);
})"""


def measure() -> Result:
    with server(OURS) as (address, _), browser() as chromium:
        wait_until_it_answers(address)
        page = chromium.new_page()
        page.goto(f"{address}/jazz?{QUERY}", timeout=1000 * TIMEOUT)
        train = page.get_by_role("button", name="Train", exact=True)
        train.wait_for(timeout=1000 * TIMEOUT)
        page.wait_for_timeout(3000)  # all of the page is drawn
        still = page.evaluate(GAPS, SECONDS)
        train.click()
        page.get_by_text("loss summed over").first.wait_for(timeout=1000 * TIMEOUT)
        gaps = page.evaluate(GAPS, SECONDS)
        stop = page.get_by_role("button", name="Stop", exact=True)
        assert stop.is_enabled(), "the run was over before the time was"
    return Result(
        ours=_p95(gaps),
        peer=_p95(still),
        peer_name="the same page before it trains",
        unit="ms",
        goal=17.5,
        goal_on="ours",
    )


def _p95(gaps: list[float]) -> float:
    return statistics.quantiles(gaps, n=20)[-1]
