"""The stage at full size in Chromium: Tx=200, n_a=128, six heatmaps; and the same in Plotly."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import plotly

from benchmarks._server import browser
from seqlib.stage import Clock, Heatmap, Note, Stage
from seqlib.stage.offline import offline_html

TX, N_A = 200, 128
SYMBOLS = "acifog"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

# From the start of a frame to the first task after it was rendered: script, style, layout and
# paint on the main thread. `step(n)` does the work of step n.
FRAME_TIMES = """async (count) => {
  const times = [];
  const channel = new MessageChannel();
  const after = () => new Promise((done) => {
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  for (let n = 0; n < count; n += 1) {
    await new Promise((done) => requestAnimationFrame(async () => {
      const began = performance.now();
      window.step(n);
      await after();
      times.push(performance.now() - began);
      done();
    }));
  }
  return times;
}"""


def values() -> list[np.ndarray]:
    """Six arrays (Tx, n_a), float32 as a model gives them."""
    rng = np.random.default_rng(0)
    return [rng.uniform(-1, 1, (TX, N_A)).astype(np.float32) for _ in SYMBOLS]


def stage() -> Stage:
    """Six heatmaps and 60 s of notes, one a step."""
    clock = Clock.even(TX, 0.3)
    rng = np.random.default_rng(1)
    notes = tuple(
        Note(clock.edges[t], clock.edges[t] + 0.25, int(rng.integers(55, 80)), step=t)
        for t in range(TX)
    )
    lanes = tuple(
        Heatmap(f"Lane {symbol}", array, symbol)
        for symbol, array in zip(SYMBOLS, values(), strict=True)
    )
    return Stage(clock, lanes, notes, "Six heatmaps")


@contextmanager
def stage_page() -> Iterator:
    """The stage as its offline page; ``window.view`` is it, ``window.step(n)`` scrubs."""
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        path = Path(folder) / "stage.html"
        path.write_text(offline_html(stage()), "utf-8")
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_selector(".stage canvas.time")
        page.evaluate(
            """() => {
              window.view = document.getElementById("stage").stageView;
              window.step = (n) => {
                view.transport.seekStep((n * 7) % view.data.clock.steps);
                view.frame(); // what the next frame would do, inside the time that is taken
              };
            }"""
        )
        page.wait_for_timeout(500)
        yield page


@contextmanager
def plotly_page() -> Iterator:
    """Six Plotly heatmaps of the same arrays; ``draw()`` draws them, ``step(n)`` moves a line."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_content("<div id='plot' style='width:1200px;height:900px'></div>")
        page.add_script_tag(path=str(PLOTLY))
        data = json.dumps([array.T.tolist() for array in values()])
        page.evaluate(
            f"""() => {{
              const traces = {data}.map((z, row) => ({{
                type: "heatmap", z, zmin: -1, zmax: 1,
                xaxis: "x", yaxis: row ? `y${{row + 1}}` : "y",
              }}));
              const line = (x) => ({{
                type: "line", yref: "paper", y0: 0, y1: 1, xref: "x", x0: x, x1: x,
              }});
              const layout = () => ({{ grid: {{ rows: 6, columns: 1 }}, shapes: [line(0)] }});
              window.draw = () => Plotly.newPlot("plot", traces, layout());
              window.step = (n) => Plotly.relayout("plot", {{ shapes: [line((n * 7) % {TX})] }});
            }}"""
        )
        yield page


def scrub_times() -> tuple[list[float], list[float]]:
    """Milliseconds of main-thread time for each of many scrub steps: ours, Plotly's."""
    with stage_page() as page:
        page.evaluate(FRAME_TIMES, 50)
        ours = page.evaluate(FRAME_TIMES, 400)
        at = page.evaluate("view.transport.step")
        assert at == (399 * 7) % TX, f"the playhead stands on {at}"
    with plotly_page() as page:
        page.evaluate("draw()")
        page.evaluate(FRAME_TIMES, 10)
        theirs = page.evaluate(FRAME_TIMES, 60)
        moved = page.evaluate("document.getElementById('plot').layout.shapes[0].x0")
        assert moved == (59 * 7) % TX, f"Plotly's line stands at {moved}"
    return ours, theirs
