"""From the data's arrival in the browser to the first picture of six large heatmaps."""

from __future__ import annotations

import statistics

from benchmarks._result import Result
from benchmarks._stage import plotly_page, stage_page

ROUNDS = 7

# A stage that has never drawn, given data it has never seen, until the frame is rendered.
OURS = """async () => {
  const host = document.createElement("div");
  document.body.append(host);
  const fresh = new view.constructor(host);
  const data = structuredClone(view.data.payload);
  const began = performance.now();
  fresh.adopt(data);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const took = performance.now() - began;
  const canvas = host.querySelector("canvas.time");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set(new Uint32Array(pixels.buffer)).size;
  fresh.close();
  host.remove();
  return [took, colours];
}"""
THEIRS = """async () => {
  Plotly.purge("plot");
  const began = performance.now();
  await draw();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - began;
}"""


def measure() -> Result:
    with stage_page() as page:
        drawn = [page.evaluate(OURS) for _ in range(ROUNDS)]
        assert all(colours > 50 for _, colours in drawn), "a lane stayed blank"
    with plotly_page() as page:
        theirs = [page.evaluate(THEIRS) for _ in range(ROUNDS)]
    return Result(
        ours=statistics.median(took for took, _ in drawn),
        peer=statistics.median(theirs),
        peer_name="Plotly, six heatmaps of the same arrays",
        unit="ms",
        goal=150.0,
        goal_on="ours",
    )
