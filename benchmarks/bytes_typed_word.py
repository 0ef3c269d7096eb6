"""What travels for one more word in the emojify page's box, its answer included."""

from __future__ import annotations

from benchmarks._bytes import counted, kilobytes, settled
from benchmarks._result import Result

GOAL = 35  # kB


def measure() -> Result:
    with counted("emojify") as (page, traffic):
        box = page.get_by_role("textbox", name="Your sentence")
        before = traffic.copy()
        box.press("End")
        box.press_sequentially(" today", delay=30)
        page.locator(".words").get_by_text("today", exact=True).wait_for(timeout=120_000)
        settled(page)
        return kilobytes(traffic.since(before), GOAL)
