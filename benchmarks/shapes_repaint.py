"""From a change of a slider to the new shapes on screen, in Chromium; Keras has confirmed ours."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks._result import Result
from benchmarks._server import OURS, ROOT, TIMEOUT, browser, server, wait_until_it_answers

ROUNDS = 15
# The page that one would write: build the model, print the shapes of its tensors.
USUAL = f"""\
import sys

sys.path.insert(0, {str(ROOT)!r})
import streamlit as st
from seqlib.jazz.keras_models import djmodel
from seqlib.shapes.arithmetic import annotate

n_a = st.slider("n_a", 1, 256, 64, key="n_a_djmodel")
model = djmodel(30, n_a, 78)
st.text("\\n".join(f"{{one.name}} {{one.shape}}" for one in annotate(model)))
"""
# Press the key and look at every frame until the text of the page, shadow roots included, has
# the new shape; then wait for that frame to be painted.
CHANGE = """([text]) => new Promise((done) => {
  const began = performance.now();
  const has = (root) => root.textContent.includes(text)
    || [...root.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
      .some((node) => node.shadowRoot && node.shadowRoot.textContent.includes(text));
  const look = () => (has(document.body)
    ? requestAnimationFrame(() => done(performance.now() - began))
    : requestAnimationFrame(look));
  window.repainted = null;
  document.activeElement.addEventListener(
    'keydown', () => requestAnimationFrame(look), { once: true });
})"""


def measure() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        usual = Path(folder) / "usual.py"
        usual.write_text(USUAL)
        ours = _repaints(OURS, "/shapes", warm=True)
        peer = _repaints(usual, "/", warm=False)
    return Result(
        ours=statistics.median(ours),
        peer=statistics.median(peer),
        peer_name="a Streamlit page that builds djmodel at every change and prints its shapes",
        unit="ms",
        goal=300,
        goal_on="ours",
    )


def _repaints(script: Path, path: str, warm: bool) -> list[float]:
    """Milliseconds from the key to the painted caption, for each of ROUNDS changes of n_a."""
    with server(script) as (address, _), browser() as chromium:
        wait_until_it_answers(address)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(TIMEOUT * 1000)
        page.goto(address + path)
        slider = page.locator(".st-key-n_a_djmodel").get_by_role("slider")
        slider.wait_for()
        if warm:
            page.locator(".st-key-confirm button").first.click()
            page.get_by_text("Confirmed by Keras").first.wait_for()
        times = []
        for change in range(ROUNDS + 2):
            slider.focus()
            n_a = 65 + change
            waiting = page.evaluate_handle(f"() => ({{ promise: ({CHANGE})(['(None, {n_a})']) }})")
            page.keyboard.press("ArrowRight")
            times.append(page.evaluate("(waiting) => waiting.promise", waiting))
            page.wait_for_timeout(600)  # the rest of the page settles
        assert page.get_by_text("Confirmed by Keras").count() or not warm
        return times[2:]  # the first changes compile Python's and the browser's code
